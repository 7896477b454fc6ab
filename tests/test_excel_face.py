"""The buttons without a host: what they hand over, what they say when something is wrong, what they keep for an undo."""

import gc
import json
import shutil
import subprocess
import sys
from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path, PurePath, PurePosixPath, PureWindowsPath
from types import SimpleNamespace

import pytest
import xlwings

from xltools.books.base import Cell
from xltools.books.formula_refs import in_any_row, in_row
from xltools.books.sheet import Formula
from xltools.faces import excel
from xltools.faces.live.back import Back
from xltools.faces.live.cells import entry, runs
from xltools.faces.live.host import Desk, RefusedError, Reply, quiet, steps
from xltools.faces.live.links import other_links, targets
from xltools.faces.live.state import VERSION, Snapshot, State, keep, kept

ROOT = Path(__file__).parent.parent
RED, BLUE = (255, 0, 0), (0, 0, 255)


@pytest.fixture(autouse=True)
def own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The program's own files go to a folder of the test's own."""
    for name in ("XDG_CONFIG_HOME", "LOCALAPPDATA"):
        monkeypatch.setenv(name, str(tmp_path / "own"))
    return tmp_path / "own" / "xltools"


# --- what is handed over ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "handed"),
    [
        ("=1+1", "'=1+1"),
        ("001", "'001"),
        ("2022-7-1", "'2022-7-1"),
        ("TRUE", "'TRUE"),
        ("+86", "'+86"),
        ("'引号", "''引号"),
        ("7月", "'7月"),
        ("三门峡市", "三门峡市"),
        ("", ""),
        (None, None),
        (12.5, 12.5),
        (date(2022, 7, 1), date(2022, 7, 1)),
        (Formula("SUM(A1:A2)"), "=SUM(A1:A2)"),
        (Formula("=A1"), "=A1"),
    ],
)
def test_a_host_never_makes_something_else_of_a_text(value: Cell | Formula, handed: object) -> None:
    assert entry(value) == handed


def test_neighbouring_cells_of_one_colour_are_painted_in_one_go() -> None:
    colors = {(1, 0): RED, (2, 0): RED, (4, 0): RED, (3, 0): BLUE, (2, 1): RED}
    assert list(runs(colors)) == [((1, 0), 2, RED), ((3, 0), 1, BLUE), ((4, 0), 1, RED), ((2, 1), 1, RED)]


@pytest.mark.parametrize(
    ("formula", "moved"),
    [
        ("=M7*2+A$1", "=M9*2+A$1"),
        ("=SUM(B7:D7)", "=SUM(B9:D9)"),
        ("=B6+B7+B8", "=B6+B9+B8"),
        ('=企业总表!A7&"A7"', '=企业总表!A7&"A7"'),
        ("='a b'!A7+LOG10($A7)", "='a b'!A7+LOG10($A9)"),
        ("=VLOOKUP($B7,其他!$A$1:$C$90,3,0)", "=VLOOKUP($B9,其他!$A$1:$C$90,3,0)"),
        ("=IF(A7={1,2},B8,C70)", "=IF(A9={1,2},B8,C70)"),
    ],
)
def test_a_users_formula_follows_its_own_row_only(formula: str, moved: str) -> None:
    assert in_row(in_any_row(formula, 7), 9) == moved
    assert in_row(in_any_row(formula, 7), 7) == formula


# --- the host ---------------------------------------------------------------------------------------------------------


def host(**state: object) -> SimpleNamespace:
    """A workbook of a program in this state."""
    sheets = SimpleNamespace(active=SimpleNamespace(activate=lambda: None))
    return SimpleNamespace(sheets=sheets, app=SimpleNamespace(**({"screen_updating": True, "display_alerts": True, "calculation": "semiautomatic", "status_bar": False} | state)))


def fail_inside(book: SimpleNamespace) -> None:
    """A button that breaks while the program is kept quiet."""
    with quiet(book) as say:
        say("正在读取")
        assert vars(book.app) == {"screen_updating": False, "display_alerts": False, "calculation": "manual", "status_bar": "正在读取"}
        raise ZeroDivisionError


@pytest.mark.parametrize("status", [False, "正在打印"])
def test_the_programs_state_comes_back_whatever_happens(status: bool | str) -> None:
    book = host(status_bar=status)
    with pytest.raises(ZeroDivisionError):
        fail_inside(book)
    assert vars(book.app) == {"screen_updating": True, "display_alerts": True, "calculation": "semiautomatic", "status_bar": status}


def test_the_status_bar_counts_files() -> None:
    said: list[str] = []
    steps(said.append)(2, 8, "灵宝市.xlsx")
    assert said == ["正在读取 3/8：灵宝市.xlsx"]


@pytest.mark.parametrize("outcome", ["done", "refused"])
def test_a_button_seldom_looks_for_objects_that_hold_each_other_and_leaves_the_host_as_it_was(monkeypatch: pytest.MonkeyPatch, outcome: str) -> None:
    during: list[tuple[int, int, int]] = []

    def run(desk: Desk) -> Reply:
        during.append(gc.get_threshold())
        if outcome == "refused":
            raise RefusedError("不行")
        return Reply("好了")

    monkeypatch.setattr(xlwings.Book, "caller", lambda: host())
    monkeypatch.setattr(excel, "_merge", run)
    before = gc.get_threshold()
    gc.set_threshold(701, 11, 12)
    try:
        assert excel.merge().failed is (outcome == "refused")
        assert gc.get_threshold() == (701, 11, 12)
    finally:
        gc.set_threshold(*before)
    assert during[0][0] > 10 * 701


@pytest.mark.parametrize("name", ["工作簿1", "https://example.com/市级汇总.xlsm"])
def test_a_workbook_that_lies_nowhere_here_has_no_inbox(name: str) -> None:
    with pytest.raises(RefusedError, match="还没有保存"):
        assert Desk(SimpleNamespace(fullname=name), print, Back()).folder


# A workbook that notes, with each line in the status bar, what is loaded; xlwings is left out, because it brings pandas along.
NOTING = """
import sys
from types import SimpleNamespace
class App(SimpleNamespace):
    def __setattr__(self, name, value):
        if name == "status_bar" and value:
            print(value, *sorted(sys.modules))
        super().__setattr__(name, value)
app = App(screen_updating=True, display_alerts=True, calculation="automatic", status_bar=False)
sheets = SimpleNamespace(active=SimpleNamespace(activate=lambda: None))
book = SimpleNamespace(app=app, sheets=sheets, name="市级汇总.xlsm", fullname=sys.argv[2])
sys.modules["xlwings"] = SimpleNamespace(Book=SimpleNamespace(caller=lambda: book))
from xltools.faces import excel
excel.BUTTONS[sys.argv[1]]()
"""


@pytest.mark.parametrize("verb", ["merge", "check"])
def test_the_first_line_is_shown_before_anything_heavy_is_imported(tmp_path: Path, verb: str) -> None:
    said = subprocess.run([sys.executable, "-c", NOTING, verb, str(tmp_path / "市级汇总.xlsm")], capture_output=True, text=True, check=True, encoding="utf-8")
    first, *loaded = said.stdout.splitlines()[0].split()
    assert first == "正在启动…"
    assert {"pandas", "numpy", "openpyxl", "xlsxwriter", "rapidfuzz", "pandera"} & set(loaded) == set()
    assert [name for name in loaded if name.startswith(("xltools.actions", "xltools.books", "xltools.rules"))] == []


# The script that LibreOffice runs, in a document whose window notes what has been loaded by then.
IN_LIBREOFFICE = """
import runpy, sys
from types import SimpleNamespace
HEAVY = {"numpy", "pandas", "xlwings", "xltools"}
told = []
def heavy():
    return sorted(HEAVY & set(sys.modules))
indicator = SimpleNamespace(start=lambda text, of: print(text, *heavy()), end=lambda: print("end", *heavy()))
box = SimpleNamespace(createMessageBox=lambda *given: SimpleNamespace(execute=lambda: told.append(given)))
context = SimpleNamespace(ServiceManager=SimpleNamespace(createInstanceWithContext=lambda name, context: box))
sys.modules["uno"] = SimpleNamespace(fileUrlToSystemPath=str, getComponentContext=lambda: context, Enum=lambda *name: name)
window = SimpleNamespace(Frame=SimpleNamespace(createStatusIndicator=lambda: indicator, getContainerWindow=lambda: None))
document = SimpleNamespace(Sheets=[], getCurrentController=lambda: window)
runpy.run_path(sys.argv[1])["merge"](document)
print(len(told))
"""


def test_in_libreoffice_the_first_line_does_not_wait_even_for_xlwings(tmp_path: Path) -> None:
    script = Path(shutil.copy(ROOT / "macros" / "xltools_menu.py", tmp_path))
    settings = {"python": sys.version_info[:2], "paths": [str(ROOT), *sys.path]}
    script.with_suffix(".json").write_text(json.dumps(settings), encoding="utf-8")
    said = subprocess.run([sys.executable, "-c", IN_LIBREOFFICE, str(script)], cwd=tmp_path, capture_output=True, text=True, check=True, encoding="utf-8")
    # Where there is no LibreOffice the button fails in the end, after all was loaded: one message box.
    assert said.stdout.splitlines() == ["正在启动…", "end xltools xlwings", "1"]


WITHOUT = """
import sys
from xltools.faces.process import without_frames
import {before}
with without_frames():
    import xlwings
print(*sorted({{"numpy", "pandas"}} & set(sys.modules)))
import pandas
print(pandas.DataFrame({{"a": [1]}}).shape)
"""


@pytest.mark.parametrize(("before", "there"), [("json", ""), ("numpy", "numpy")])
def test_xlwings_brings_no_pandas_along_and_whoever_wants_it_later_has_it(before: str, there: str) -> None:
    said = subprocess.run([sys.executable, "-c", WITHOUT.format(before=before)], capture_output=True, text=True, check=True, encoding="utf-8")
    assert said.stdout.splitlines() == [there, "(1, 1)"]


class Asked(SimpleNamespace):
    """A workbook that counts how often its host is asked where it lies."""

    times = 0

    @property
    def fullname(self) -> str:
        self.times += 1
        return str(self.path)


@pytest.mark.parametrize(("program", "first", "last"), [("excel", "{folder}/区县/灵宝 市.xlsx#'表'!F{row}", "#'问题清单'!A7"), ("libreoffice", "{uri}/%E5%8C%BA%E5%8E%BF/%E7%81%B5%E5%AE%9D%20%E5%B8%82.xlsx#'表'!F{row}", "#问题清单.A7")])
def test_the_host_is_asked_once_for_all_links(tmp_path: Path, program: str, first: str, last: str) -> None:
    book = Asked(path=tmp_path / "市级汇总.xlsm", app=SimpleNamespace(engine=SimpleNamespace(name=program)))
    urls = [f"external:区县/灵宝%20市.xlsx#'表'!F{row}" for row in range(5, 105)]
    given = list(targets(Desk(book, print, Back()), [*urls, "internal:'问题清单'!A7"]))
    assert given == [*(first.format(folder=tmp_path, uri=tmp_path.as_uri(), row=row) for row in range(5, 105)), last]
    assert book.times == 1


# --- what is said -----------------------------------------------------------------------------------------------------


def test_a_button_without_a_workbook_says_where_the_record_is(own_folder: Path) -> None:
    reply = excel.merge()
    (log,) = own_folder.glob("*.log")
    assert reply == Reply(f"程序出错，已记录到 {log}。工作簿没有被改动；请把这个记录发给维护人员。", failed=True)
    assert "button merge" in log.read_text(encoding="utf-8")


@pytest.mark.parametrize(("reply", "status", "left"), [(Reply("好了"), 0, None), (Reply("不行。", failed=True), 1, "不行。")])
def test_the_macro_is_left_a_message_only_when_there_is_one(
    own_folder: Path, monkeypatch: pytest.MonkeyPatch, reply: Reply, status: int, left: str | None
) -> None:
    monkeypatch.setitem(excel.BUTTONS, "merge", lambda: reply)
    assert excel.main(["merge", "--wb=市级汇总.xlsm", "--from_xl=1", "--hwnd=1"]) == status
    message = own_folder / "message.txt"
    assert (message.read_text(encoding="utf-8") if message.exists() else None) == left


# --- what is kept for an undo -----------------------------------------------------------------------------------------


def test_what_is_kept_comes_back_the_same(tmp_path: Path) -> None:
    rows: Sequence[Sequence[Cell | Formula]] = [
        ["文字", 1.5, True, None],
        [Formula("=A5*2"), date(2022, 7, 1), datetime(2022, 7, 1, 9, 30), "=不是公式"],
    ]
    one = Snapshot("企业台账", 5, rows, {(0, 1): RED}, {(1, 2): "file:///区县/灵宝市.xlsx#'排查清单'!A5"}, {(0, 0): "批注\n两行"}, (18.0, 33.0), (9, -2), False)
    state = State("2022-07-25 09:00", "结果", "上一个结果", (one,))
    keep(tmp_path / "市级汇总.xlsm", state, Back())
    assert kept(tmp_path / "市级汇总.xlsm") == state
    assert kept(tmp_path / "别的.xlsm") is None


def test_a_button_that_fails_leaves_the_earlier_undo(tmp_path: Path) -> None:
    book, earlier, later = tmp_path / "市级汇总.xlsm", State("一", "甲", ""), State("二", "乙", "甲")
    for former in (None, earlier):
        back = Back()
        if former:
            keep(book, former, Back())
        keep(book, later, back)
        assert kept(book) == later
        back.go()
        assert kept(book) == former


def test_a_state_of_another_version_is_not_used(tmp_path: Path) -> None:
    keep(tmp_path / "市级汇总.xlsm", State("", "", ""), Back())
    path = tmp_path / "市级汇总-备份" / "撤销.json"
    path.write_text(path.read_text(encoding="utf-8").replace(f'"version": {VERSION}', '"version": 0'), encoding="utf-8")
    assert kept(tmp_path / "市级汇总.xlsm") is None


@pytest.mark.parametrize(
    ("folder", "ours", "told"),
    [
        (PureWindowsPath("D:/市局"), "D:\\市局\\收件箱\\灵宝市.xlsx#'排查清单'!A5", "收件箱\\灵宝市.xlsx#'排查清单'!A5"),        # Excel, once it was saved
        (PureWindowsPath("D:/市局"), "D:\\市局\\收件箱\\灵宝市.xlsx", "收件箱/灵宝市.xlsx"),
        (PureWindowsPath("D:/市局"), "D:\\收件箱\\灵宝市.xlsx#'排查清单'!A5", "..\\收件箱\\灵宝市.xlsx#'排查清单'!A5"),
        (PureWindowsPath("//甲/市局"), "\\\\甲\\市局\\收件箱\\灵宝市.xlsx", "收件箱\\灵宝市.xlsx"),
        (PureWindowsPath("D:/市局"), "file:///D:/%E5%B8%82%E5%B1%80/%E6%94%B6.xlsx#A5", "file:///D:/市局/收.xlsx#A5"),     # LibreOffice, a file that it opened
        (PurePosixPath("/家/市局"), "file:///%E5%AE%B6/%E5%B8%82%E5%B1%80/%E6%94%B6.xlsx", "file:///家/市局/收.xlsx"),
        (PurePosixPath("/家/市局"), "#企业台账.A5", "#'企业台账'.A5"),
    ],
)
def test_a_link_is_the_same_in_whatever_way_a_host_tells_it(folder: PurePath, ours: str, told: str) -> None:
    point, other = (0, 3), (1, 3)
    assert other_links({point: told}, {point: ours}, folder) == {}
    assert other_links({point: told}, {}, folder) == {point: ""}
    assert other_links({point: told}, {point: ours, other: ours}, folder) == {other: ours}
    assert other_links({point: told.replace("A5", "A6").replace("收.", "别.").replace("灵宝市", "义马市")}, {point: ours}, folder) == {point: ours}
