"""The buttons: one function per button on the workbook that it stands in, the same in Excel and in LibreOffice.

Excel starts `python -m xltools.faces.excel VERB --wb=NAME --from_xl=1 --hwnd=NUMBER` (macros/XlTools.bas); LibreOffice calls
the function inside its own process (macros/xltools_menu.py). The actions are imported after the first line in the status bar.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

import xlwings as xw

from xltools.faces.live.host import RefusedError, Reply, Say, quiet
from xltools.faces.places import MESSAGE, keep_traceback, own_folder
from xltools.model.console import load_console
from xltools.model.finding import StopError

POLICY = "sanmenxia-2022"      # for workbooks that do not say by which policy they were made


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


def _merge(book: Any, say: Say) -> Reply:
    from xltools.faces.live.merging import merge

    return merge(book, datetime.now(), say, POLICY)


def _check(book: Any, say: Say) -> Reply:
    from xltools.faces.live.checking import check

    return check(book, datetime.now(), say, POLICY)


def _grade(book: Any, say: Say) -> Reply:
    from xltools.faces.live.grading import grade

    return grade(book, datetime.now(), say, POLICY)


def _checklist(book: Any, say: Say) -> Reply:
    from xltools.faces.live.grading import make

    return make(book, datetime.now(), say, POLICY)


def _undo(book: Any, say: Say) -> Reply:
    from xltools.faces.live.merging import undo

    return undo(book, datetime.now(), say)


def _publish(book: Any, say: Say) -> Reply:
    from xltools.faces.live.publishing import publish

    return publish(book, datetime.now(), say, POLICY)


def _press(verb: str, run: Callable[[Any, Say], Reply]) -> Reply:
    """Run one button on the calling workbook; whatever goes wrong becomes a sentence, a bug also a record in the log."""
    said = load_console().said
    try:
        book = xw.Book.caller()
        with quiet(book) as say:
            say(said["start"])
            return run(book, say)
    except RefusedError as refusal:
        return Reply(f"{refusal}。", failed=True)
    except StopError as stop:
        return Reply(f"{stop.finding.message}。{stop.finding.fix}", failed=True)
    except Exception:
        return Reply(f"{said['bug'].format(log=keep_traceback(f'button {verb}'))}。", failed=True)


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
    sys.exit(main(sys.argv[1:]))
