"""Whatever button fails, wherever it fails: the open workbook, the program around it and what is kept for an undo are as they were."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import xlwings as xw
from msgspec import Struct

from tests.checklist_books import applicant, at_best, write
from tests.checklists import table_of
from tests.county_files import CODES, NAMES, county_file, enterprise
from tests.office.live_books import CITY, done, ledger, make_own, press, untouched
from xltools.books.console import NOTICE_END, NOTICE_START
from xltools.books.layout import header_text
from xltools.faces import excel
from xltools.faces.live import checking, folders, forms, merging, state
from xltools.faces.live.back import Back
from xltools.faces.live.host import Reply
from xltools.libreoffice import block, look, values
from xltools.libreoffice.book import Books
from xltools.libreoffice.cells import Range
from xltools.libreoffice.grid import Grid
from xltools.libreoffice.notes import Note
from xltools.libreoffice.sheet import Sheet, Sheets

pytestmark = pytest.mark.usefixtures("own_folder")
# Everything of the engine by which our faces change a workbook: (where, name), methods and settings.
CHANGES = [
    (values, "write"), (block, "set_links"), (Grid, "formula"), (Grid, "copy"), (Grid, "clear"),
    *((Range, name) for name in ("color", "number_format", "wrap_text", "vertical_alignment", "column_width", "row_height", "insert", "delete", "add_hyperlink", "add_note")),
    *((Sheet, name) for name in ("name", "visible", "copy", "delete", "activate")), (Sheets, "add"), (Books, "open"),
    *((look.Font, name) for name in ("color", "bold", "size")), (Note, "text"), (Note, "delete"), (state, "replace_file"),
]  # fmt: skip


class Breaking(Struct):
    """Counts changes; the one with number `at` fails, before it has done anything."""

    at: int
    seen: int = -1

    def count(self) -> None:
        self.seen += 1
        if self.seen == self.at:
            raise ZeroDivisionError("planted")

    def wrapped(self, change: Callable[..., Any]) -> Callable[..., Any]:
        def counted(*arguments: Any, **named: Any) -> Any:
            self.count()
            return change(*arguments, **named)

        return counted


@contextmanager
def breaking(at: int) -> Iterator[Breaking]:
    """While the block runs, one change of the workbook fails."""
    breaking = Breaking(at)
    with pytest.MonkeyPatch.context() as patched:
        for where, name in CHANGES:
            member = getattr(where, name)
            known = property(member.fget, breaking.wrapped(member.fset)) if isinstance(member, property) else breaking.wrapped(member)
            patched.setattr(where, name, known)
        yield breaking


@pytest.fixture(scope="module")
def book(engine: Any, tmp_path_factory: pytest.TempPathFactory, blank: Path) -> Iterator[xw.Book]:
    """A merged summary with everything of the user's own, in which each of the buttons has something to do."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("XDG_CONFIG_HOME", str(tmp_path_factory.mktemp("own")))
        folder = Path(shutil.copytree(blank, tmp_path_factory.mktemp("failures") / "市局"))
        clinker = enterprise(0, industry="水泥", process="熟料", table="水泥熟料", applied="A", self="A", target="A")
        county_file(folder / "收件箱", "灵宝市", [clinker, enterprise(1)])
        book = xw.Book(str(folder / "市级汇总.xlsm"))
        done(engine, book, excel.merge)
        make_own(book)
        county_file(folder / "收件箱", "湖滨区", [enterprise(2), enterprise(3)])
        (folder / "核查表").mkdir()
        write(folder / "核查表" / f"灵宝市-{NAMES[0]}-{CODES[0]}.xlsx", applicant(table_of("cement-clinker"), code=CODES[0], name=NAMES[0]), [at_best(table_of("cement-clinker"), no_1=85.0)])
        for name, value in (("decided", "B"), ("decided_date", date(2022, 7, 28)), ("decided_no", "三环文〔2022〕80号")):
            ledger(book, NAMES[1], header_text(CITY["ledger"][name])).value = value
        ledger(book, NAMES[0], header_text(CITY["ledger"]["decided"])).value = "很好"
        ledger(book, NAMES[1], header_text(CITY["ledger"]["table"])).value = "没有的表"
        book.names[NOTICE_START].refers_to_range.value = date(2022, 8, 1)
        book.names[NOTICE_END].refers_to_range.value = date(2022, 8, 5)
        yield book
        book.close()


UNPAINTED = "1 个格受保护，没有标色"
# The steps of each button, apart from changes, after which a failure would leave something behind: (module, function).
STEPS = {
    "check": [(checking, "show")],
    "checklist": [],
    "grade": [(forms, "write_sheet")],
    "publish": [],
    "merge": [(merging, "write_board"), (merging, "drop")],
    "undo": [(merging, "swap_figures"), (folders, "entry")],
}


@pytest.mark.parametrize("verb", STEPS)
def test_a_button_that_fails_changes_nothing_wherever_it_fails(engine: Any, book: xw.Book, own_folder: Path, monkeypatch: pytest.MonkeyPatch, verb: str) -> None:
    if verb == "undo":
        done(engine, book, excel.merge)
    before, log = untouched(book), own_folder / "xltools" / "错误记录.log"
    told = f"程序出错，已记录到 {log}。工作簿没有被改动；请把这个记录发给维护人员。"
    for module, step in STEPS[verb]:
        with monkeypatch.context() as patched:
            patched.setattr(module, step, broken)
            assert press(engine, book, excel.BUTTONS[verb]) == Reply(told, failed=True)
        assert untouched(book) == before, step
    for at in (8**power - 1 for power in range(8)):
        with breaking(at) as now:
            reply = press(engine, book, excel.BUTTONS[verb])
        if now.seen < at:
            break
        if UNPAINTED in reply.text:         # the host refuses a locked cell with an exception, too
            before = untouched(book)
            continue
        assert reply == Reply(told, failed=True)
        assert untouched(book) == before, f"change {at}"
    assert not reply.failed
    assert untouched(book) != before
    assert "ZeroDivisionError: planted" in log.read_text(encoding="utf-8")


def broken(*_: object) -> None:
    raise ZeroDivisionError("planted")


def test_what_cannot_be_put_back_is_said(engine: Any, book: xw.Book, monkeypatch: pytest.MonkeyPatch) -> None:
    def stuck(desk: Any, *_: object) -> None:
        desk.back.by(broken)
        raise ZeroDivisionError("planted")

    monkeypatch.setattr(checking, "check", stuck)
    assert "工作簿有几处没能恢复原样，请不要保存，关闭后重新打开；请把这个记录发给维护人员。" in press(engine, book, excel.check).text


def test_steps_are_undone_from_the_last_to_the_first_and_one_that_fails_is_passed_over() -> None:
    back, undone = Back(), list[int]()
    for step in (lambda: undone.append(1), broken, lambda: undone.append(3)):
        back.by(step)
    back.go()
    assert undone == [3, 1]
    assert [type(one) for one in back.failed] == [ZeroDivisionError]
