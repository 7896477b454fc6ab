"""The buttons: one function per button on the workbook that it stands in, the same in Excel and in LibreOffice.

Excel starts `python -m xltools.faces.excel VERB --wb=NAME --from_xl=1 --hwnd=NUMBER` (macros/XlTools.bas); LibreOffice calls
the function inside its own process (macros/xltools_menu.py). The actions are imported after the first line in the status bar.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from datetime import datetime

from xltools.faces.live.back import Back, restoring
from xltools.faces.live.host import Desk, RefusedError, Reply, quiet
from xltools.faces.places import MESSAGE, POLICY, keep_traceback, own_folder
from xltools.faces.process import leave, seldom_looking, without_frames
from xltools.model.console import load_console
from xltools.model.finding import StopError
from xltools.model.refused import refused


def merge() -> Reply:
    """合并区县表: the inbox's workbooks into the open summary."""
    return _press("merge", _merge)


def check() -> Reply:
    """校验本表: what is wrong in the open workbook."""
    return _press("check", _check)


def grade() -> Reply:
    """计算等级: the grades of the filled checklists into the open summary."""
    return _press("grade", _grade)


def checklist() -> Reply:
    """生成核查表: a checklist for every enterprise of the open summary, into a folder beside it."""
    return _press("checklist", _checklist)


def undo() -> Reply:
    """撤销上次合并: the summary as it was before."""
    return _press("undo", _undo)


def publish() -> Reply:
    """发布: the public list and page of the grades that the open summary says are decided."""
    return _press("publish", _publish)


BUTTONS: dict[str, Callable[[], Reply]] = {"merge": merge, "check": check, "grade": grade, "checklist": checklist, "undo": undo, "publish": publish}


def _merge(desk: Desk) -> Reply:
    from xltools.faces.live.merging import merge

    return merge(desk, datetime.now(), POLICY)


def _check(desk: Desk) -> Reply:
    from xltools.faces.live.checking import check

    return check(desk, datetime.now(), POLICY)


def _grade(desk: Desk) -> Reply:
    from xltools.faces.live.grading import grade

    return grade(desk, datetime.now(), POLICY)


def _checklist(desk: Desk) -> Reply:
    from xltools.faces.live.grading import make

    return make(desk, datetime.now(), POLICY)


def _undo(desk: Desk) -> Reply:
    from xltools.faces.live.merging import undo

    return undo(desk, datetime.now())


def _publish(desk: Desk) -> Reply:
    from xltools.faces.live.publishing import publish

    return publish(desk, datetime.now(), POLICY)


def _press(verb: str, run: Callable[[Desk], Reply]) -> Reply:
    """Run one button on the calling workbook; whatever goes wrong becomes a sentence, a bug also a record in the log."""
    said, back = load_console().said, Back()
    try:
        with seldom_looking():
            with without_frames():
                import xlwings as xw

            book = xw.Book.caller()
            with quiet(book) as say, restoring(book, back):
                say(said["start"])
                return run(Desk(book, say, back))
    except RefusedError as refusal:
        text = f"{refusal}。"
    except StopError as stop:
        text = f"{stop.finding.message}。{stop.finding.fix}"
    except Exception as error:
        if (found := refused(error)) is None:
            state = said["half" if back.failed else "whole"]
            return Reply(f"{said['bug'].format(log=keep_traceback(f'button {verb}'), state=state)}。", failed=True)
        text = f"{'：'.join(filter(None, (found.place.file, found.message)))}。{found.fix}"
    return Reply(f"{text}{said['half']}。" if back.failed else text, failed=True)


def main(arguments: Sequence[str]) -> int:
    """Run the button that Excel asked for. What is to be told is left in a file for the macro; 0 when there is nothing to tell."""
    reply = BUTTONS[arguments[0]]()
    if not reply.failed:
        return 0
    path = own_folder() / MESSAGE
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(reply.text, encoding="utf-8")
    return 1


if __name__ == "__main__":
    leave(main(sys.argv[1:]))
