"""Screening: no wrong automatic merge, nothing lost, every doubt asked once and remembered."""

import json
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import openpyxl
import pytest
from msgspec.structs import replace
from xlsxwriter import Workbook

from tests.county_files import CODES, NAMES, POLICY
from tests.three_lists import FILES, score, write_lists
from xltools.actions.check import check_files
from xltools.actions.inbox import Inbox
from xltools.actions.screen import Lists, screen
from xltools.books.file import open_book
from xltools.faces import cli
from xltools.model.code import Code
from xltools.model.finding import Severity, StopError
from xltools.model.form import load_form, load_template
from xltools.model.screening import Entry, Screened, Source, Why
from xltools.rules.screen_match import match

FORMS = load_template("screen")
HEADS = {
    "应急清单.xlsx": ("区县", "企业名称", "统一社会信用代码", "行业", "工序", "绩效等级", "乡镇"),
    "排污许可.xlsx": ("排污单位名称", "信用代码", "许可证编号", "行业类别", "管理类别", "所在县区"),
    "审批信息.xlsx": ("建设单位", "社会信用代码", "项目名称", "批复文号", "行政区划"),
}
E_, P_, A_ = Source.EMISSION, Source.PERMIT, Source.APPROVAL


def emission(at: int, **changes: object) -> list[object]:
    row = {"county": "灵宝市", "name": NAMES[at], "code": CODES[at], "industry": "铸造", "process": "铸件", "grade": "D", "town": "某某镇"} | changes
    return list(row.values())


def permit(at: int, **changes: object) -> list[object]:
    row = {"name": NAMES[at], "code": CODES[at], "permit": f"{CODES[at]}001P", "industry": "黑色金属铸造", "category": "重点管理", "county": "灵宝"} | changes
    return list(row.values())


def approval(at: int, **changes: object) -> list[object]:
    row = {"name": NAMES[at], "code": CODES[at], "matter": "年产2万吨项目", "no": "审〔2021〕1号", "county": "灵宝市"} | changes
    return list(row.values())


def lists(folder: Path, *contents: Sequence[Sequence[object]], heads: dict[str, tuple[str, ...]] | None = None) -> Lists:
    """The three lists as files."""
    folder.mkdir(exist_ok=True)
    paths = []
    for (file, head), rows in zip((heads or HEADS).items(), contents, strict=True):
        with Workbook(str(folder / file)) as workbook:
            sheet = workbook.add_worksheet("清单")
            for number, row in enumerate((head, *rows)):
                sheet.write_row(number, 0, row)
        paths.append(((folder / file),))
    return Lists(*paths)


def table(done: Screened, form: str) -> list[dict[str, object]]:
    """The rows of a sheet by field name."""
    rows = list(openpyxl.load_workbook(done.path)[FORMS[form].sheet].iter_rows(min_row=5, max_col=len(FORMS[form].fields), values_only=True))
    return [dict(zip((one.name for one in FORMS[form]), row, strict=True)) for row in rows if any(value is not None for value in row)]


def fill(done: Screened, form: str, row: int, **values: object) -> None:
    """A person writes into the ledger."""
    book = openpyxl.load_workbook(done.path)
    names = [one.name for one in FORMS[form]]
    for name, value in values.items():
        book[FORMS[form].sheet].cell(row, names.index(name) + 1).value = value  # type: ignore[assignment]
    book.save(done.path)


def told(done: Screened) -> set[Code]:
    return {one.code for one in done.findings}


# --- who is who -------------------------------------------------------------------------------------------------------


def entry(source: Source, name: str, code: str = "", county: str = "灵宝市", **more: str) -> Entry:
    return Entry(source, county, name, code, typed=more.pop("typed", code), mark=f"{source}{name}{code}{county}{sorted(more.items())}", **more)


@pytest.mark.parametrize(
    ("one", "other", "joined", "asked"),
    [
        (entry(E_, "灵宝宏达铸造有限公司", CODES[0]), entry(P_, "灵宝宏达铸造有限公司", CODES[0]), True, None),
        (entry(E_, "灵宝宏达铸造有限公司", CODES[0]), entry(P_, "宏达铸造（有限公司）", CODES[0]), True, None),
        (entry(E_, "灵宝宏达铸造有限公司", CODES[0]), entry(P_, "灵宝宏达铸业有限公司", CODES[0]), True, None),     # a slip that stands under no other code
        (entry(E_, "灵宝宏达铸造有限公司", CODES[0]), entry(P_, "灵宝永兴家具有限公司", CODES[0]), False, Why.CODE),
        (entry(E_, "灵宝宏达铸造有限公司", CODES[0]), entry(P_, "灵宝宏达铸造第二有限公司", CODES[0]), False, Why.CODE),
        (entry(E_, "灵宝宏达铸造有限公司", CODES[0]), entry(A_, "灵宝宏达铸造有限责任公司"), True, None),
        (entry(E_, "灵宝宏达铸造有限公司", CODES[0]), entry(A_, "灵宝宏达铸造有限公司", county=""), True, None),
        (entry(E_, "灵宝宏达铸造有限公司", CODES[0]), entry(A_, "灵宝宏达铸造有限公司", CODES[1]), False, Why.NAME),
        (entry(E_, "灵宝宏达铸造有限公司", CODES[0]), entry(A_, "灵宝宏达铸造有限公司", county="卢氏县"), False, None),
        (entry(E_, "灵宝宏达铸造有限公司", town="甲镇"), entry(A_, "灵宝宏达铸造有限公司", town="乙镇"), False, Why.NAME),
        (entry(E_, "灵宝宏达铸造有限公司", CODES[0]), entry(A_, "宏达铸造有限公司"), False, Why.ALIKE),
        (entry(E_, "灵宝宏达铸造有限公司", CODES[0]), entry(A_, "灵宝宏达铸业有限公司"), False, Why.ALIKE),
        (entry(E_, "灵宝宏达一厂", CODES[0]), entry(A_, "灵宝宏达二厂"), False, None),
        (entry(E_, "灵宝宏达铸造有限公司", permit="PWX-411282-0023-16"), entry(P_, "永兴家具", permit="PWX-411282-0023-16"), False, Why.PERMIT),
    ],
)  # fmt: skip
def test_two_rows_are_joined_asked_about_or_left(one: Entry, other: Entry, joined: bool, asked: Why | None) -> None:
    groups, pairs = match([one, other], POLICY, {})
    assert (len(groups) == 1, [pair.why for pair in pairs]) == (joined, [asked] if asked else [])


def test_a_code_copied_from_the_row_above_joins_nobody() -> None:
    rows = [entry(E_, "灵宝宏达铸造有限公司", CODES[0]), entry(E_, "灵宝宏远铸造有限公司", CODES[0]), entry(P_, "灵宝宏远铸造有限公司", CODES[1])]
    groups, pairs = match(rows, POLICY, {})
    assert len(groups) == 3
    assert {pair.why for pair in pairs} == {Why.CODE, Why.NAME}


def test_where_names_are_crowded_a_name_alone_joins_nobody() -> None:
    rows = [entry(E_, "灵宝宏达铸造有限公司", CODES[0]), entry(E_, "灵宝宏远铸造有限公司", CODES[1]), entry(A_, "灵宝宏远铸造有限公司")]
    groups, pairs = match(rows, POLICY, {})
    assert (len(groups), next((pair.why, pair.first, pair.second) for pair in pairs)) == (3, (Why.NAME, 1, 2))


def test_a_row_without_a_county_is_asked_about_where_two_counties_have_such_a_name() -> None:
    rows = [entry(E_, "华月农业有限公司", CODES[0]), entry(E_, "卢氏华月农业有限公司", CODES[1], county="卢氏县"), entry(A_, "华月农业有限公司", county="")]
    groups, pairs = match(rows, POLICY, {})
    assert (len(groups), [(pair.why, pair.first, pair.second) for pair in pairs]) == (3, [(Why.NAME, 0, 2)])


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_noisy_city_has_no_wrong_merge_and_loses_no_row(seed: int, tmp_path: Path) -> None:
    truth = write_lists(tmp_path, 250, seed)
    done = screen(Lists(*((tmp_path / file,) for file in FILES)), tmp_path / "底册.xlsx", POLICY)
    found = score(done.path, truth)
    assert (found.wrong, found.rows) == (0, len(truth))
    assert found.recall > 0.85
    assert found.recall_with_people > 0.97
    assert found.queue < 0.3 * 250


# --- the ledger -------------------------------------------------------------------------------------------------------


def test_one_line_says_what_every_list_says_and_where(tmp_path: Path) -> None:
    rows = [emission(0), emission(0, process="二号线")], [permit(0, name=f"{NAMES[0]} ")], [approval(0), approval(1, county="卢氏县")]
    done = screen(lists(tmp_path, *rows), tmp_path / "底册.xlsx", POLICY)
    first, second = table(done, "screen_ledger")
    assert (first["name"], first["lists"], second["lists"]) == (NAMES[0], "应急清单、排污许可、审批信息", "只在审批信息")
    assert first["emission_rows"] == "应急清单.xlsx【清单】B2；应急清单.xlsx【清单】B3"
    assert "许可管理类别 重点管理" in str(first["permit"])
    assert (first["industry"], first["conflicts"], first["county"]) == ("铸造", None, "灵宝市")
    assert (done.enterprises, done.everywhere, done.alone) == (2, 1, 1)
    assert "是不是重点行业" in str(second["confirm"])


def test_contradictions_are_written_side_by_side(tmp_path: Path) -> None:
    rows = [emission(0)], [permit(0, county="卢氏县", permit=f"{CODES[1]}001P")], [approval(0, name=NAMES[0].replace("有限公司", "有限责任公司"), code=None)]
    done = screen(lists(tmp_path, *rows), tmp_path / "底册.xlsx", POLICY)
    (line,) = (one for one in table(done, "screen_ledger") if "应急清单" in str(one["lists"]))
    for said in ("企业名称有2种", "县（市、区）有2种", f"许可证编号{CODES[1]}001P与信用代码{CODES[0]}不一致"):
        assert said in str(line["conflicts"])
    assert {Code.LISTS_DISAGREE, Code.COUNTY_UNCLEAR} <= told(done)


@pytest.mark.parametrize(("grade", "target"), [("D", "C"), ("C", None), ("B", None), ("未评级", None), ("非引领性", None)])
def test_only_the_target_that_the_notice_gives_is_proposed(grade: str, target: str | None, tmp_path: Path) -> None:
    done = screen(lists(tmp_path, [emission(0, grade=grade)], [permit(0)], [approval(0)]), tmp_path / "底册.xlsx", POLICY)
    (line,) = table(done, "screen_ledger")
    day = line["target_date"].date() if target else line["target_date"]  # type: ignore[attr-defined]
    assert (line["target"], day) == (target, date(2022, 12, 31) if target else None)
    assert (Code.TARGET_NOT_GIVEN in told(done)) == (target is None)


def test_what_a_person_decides_is_done_next_time_and_not_asked_again(tmp_path: Path) -> None:
    short = NAMES[0].removeprefix("三门峡")
    given = lists(tmp_path, [emission(0), emission(1)], [permit(1)], [approval(0, name=short, code=None), approval(2, code=CODES[1])])
    first = screen(given, tmp_path / "一.xlsx", POLICY)
    assert {str(one["why"]) for one in table(first, "screen_pairs")} == {"名称相近", "信用代码相同"}
    for row, one in enumerate(table(first, "screen_pairs"), 5):
        fill(first, "screen_pairs", row, decision="是同一家" if one["why"] == "名称相近" else "不是同一家")
    fill(first, "screen_ledger", 5, city_remark="已电话核实")
    second = screen(given, tmp_path / "二.xlsx", POLICY, first.path)
    assert (second.pairs, second.enterprises) == (0, first.enterprises - 1)
    assert len(table(second, "screen_pairs")) == 2
    assert "已电话核实" in {one["city_remark"] for one in table(second, "screen_ledger")}
    third = screen(given, tmp_path / "三.xlsx", POLICY, second.path)
    assert (third.pairs, table(third, "screen_ledger")) == (0, table(second, "screen_ledger"))


def test_a_decision_that_says_nothing_and_a_remark_without_its_line_are_named(tmp_path: Path) -> None:
    given = lists(tmp_path, [emission(0)], [permit(0)], [approval(2, code=CODES[0])])
    first = screen(given, tmp_path / "一.xlsx", POLICY)
    fill(first, "screen_pairs", 5, decision="也许")
    fill(first, "screen_ledger", 5, city_remark="记一笔")
    gone = lists(tmp_path / "后来", [emission(3)], [permit(3)], [approval(3)])
    assert {Code.DECISION_UNKNOWN, Code.REMARK_WITHOUT_LINE} <= told(screen(gone, tmp_path / "二.xlsx", POLICY, first.path))


def test_headers_are_proposed_and_changed_by_hand(tmp_path: Path) -> None:
    odd = {**HEADS, "审批信息.xlsx": ("建设单位", "社会信用代码", "办结事项", "批复文号", "辖区")}
    given = lists(tmp_path, [emission(0)], [permit(0)], [approval(0, code=None), approval(4, county="卢氏县", code=None)], heads=odd)
    first = screen(given, tmp_path / "一.xlsx", POLICY)
    assert ["办结事项、辖区" in one.message for one in first.findings if one.code is Code.HEADERS_UNREAD] == [True]
    at = {str(one["header"]): row for row, one in enumerate(table(first, "screen_mapping"), 5)}
    fill(first, "screen_mapping", at["辖区"], field="县（市、区）")
    fill(first, "screen_mapping", at["办结事项"], field="不使用")
    second = screen(given, tmp_path / "二.xlsx", POLICY, first.path)
    assert Code.HEADERS_UNREAD not in told(second)
    assert {str(one["name"]): one["county"] for one in table(second, "screen_ledger")} == {NAMES[0]: "灵宝市", NAMES[4]: "卢氏县"}
    assert {str(one["header"]): one["field"] for one in table(second, "screen_mapping") if one["list"] == "审批信息"}["办结事项"] == "不使用"


@pytest.mark.parametrize(
    ("heads", "fields"),
    [       # the headers of emergency lists, of the national permit platform, of the public register of administrative permissions
        ("序号 所在地 企业全名 社会统一信用代码 行业类型 绩效级别", "serial county name credit_code industry current"),
        ("单位名称 排污许可证编号 生产经营场所所在区县 行业类别 管理类别", "name permit_no county industry category"),
        ("序号 区（县） 企业名称 统一社会信用代码 行业类别 绩效评级", "serial county name credit_code industry current"),
        ("省/直辖市 地市 许可证编号 单位名称 行业类别 有效期限 发证日期", ". . permit_no name industry . document_date"),
        ("所属县区 企业单位名称 排污登记编号 排污许可管理级别", "county name permit_no category"),
        ("行政相对人名称 行政相对人代码_1(统一社会信用代码) 行政许可决定文书号 许可类别 许可内容 许可决定日期", "name credit_code document_no . matter document_date"),
    ],
)
def test_the_headers_that_offices_use_are_known(heads: str, fields: str, tmp_path: Path) -> None:
    written = {**HEADS, "审批信息.xlsx": tuple(heads.split())}
    done = screen(lists(tmp_path, [emission(0)], [permit(0)], [["甲"] * len(heads.split())], heads=written), tmp_path / "底册.xlsx", POLICY)
    labels = {one.name: one.label for one in load_form("screen_entry")}
    assert [one["field"] for one in table(done, "screen_mapping") if one["list"] == "审批信息"] == [labels.get(name) for name in fields.split()]


@pytest.mark.parametrize(
    ("written", "county"),
    [
        ("灵宝市故县镇工业园", "灵宝市"),
        ("河南省三门峡市湖滨区会兴街道", "湖滨区"),
        ("三门峡市陕县西张村镇", "陕州区"),        # the county's name before 2016
        ("三门峡经济开发区分陕路", "开发区"),
        ("洛阳市开发区", None),
        ("洛阳市灵宝路1号", None),
        ("三门峡市", None),
    ],
)
def test_an_address_says_its_county_only_by_its_beginning(written: str, county: str | None, tmp_path: Path) -> None:
    done = screen(lists(tmp_path, [emission(0, county=written)], [permit(1)], [approval(2)]), tmp_path / "底册.xlsx", POLICY)
    assert {one["county"] for one in table(done, "screen_ledger") if one["name"] == NAMES[0]} == {county}


def test_a_list_with_a_sheet_per_county_is_read_whole(tmp_path: Path) -> None:
    given = lists(tmp_path, [emission(0)], [permit(0)], [approval(0)])
    with Workbook(str(given.approval[0])) as workbook:
        for number, county in enumerate(("灵宝市", "卢氏县")):
            sheet = workbook.add_worksheet(county)
            sheet.write_row(0, 0, ["建设单位", "批复文号"])
            sheet.write_row(1, 0, [NAMES[number], "1号"])
    done = screen(given, tmp_path / "底册.xlsx", POLICY)
    assert {str(one["name"]): one["county"] for one in table(done, "screen_ledger")} == {NAMES[0]: "灵宝市", NAMES[1]: "卢氏县"}


# --- the counties' forms ----------------------------------------------------------------------------------------------


def test_the_filled_in_forms_lack_only_what_the_lists_do_not_know(tmp_path: Path) -> None:
    rows = [emission(0), emission(1, industry="水泥", process="熟料", grade="C"), emission(2, code="91130200699229618X", grade="地方A")]
    given = lists(tmp_path, rows, [permit(0)], [approval(0), approval(5, county=None)])
    done = screen(given, tmp_path / "底册.xlsx", POLICY, None, tmp_path / "区县")
    assert [one.name for one in done.forms] == ["灵宝市.xlsx"]
    outcome = check_files(Inbox((tmp_path / "区县",)), POLICY, lambda *_: None)
    assert {one.code for one in outcome.findings if one.severity is Severity.ERROR} == {Code.REQUIRED, Code.ROW_WITHOUT_KEY}
    assert {one.code for one in outcome.findings if one.severity is Severity.WARNING} <= {Code.NO_TABLE_YET}
    grid = open_book(done.forms[0]).values("排查清单")
    labels = [str(one).split("（")[0].rstrip("*") for one in grid[3]]
    known = {str(row[labels.index("企业名称")]): dict(zip(labels, row, strict=True)) for row in grid[4:7]}
    first, second, third = (known[NAMES[at]] for at in range(3))
    assert (first["企业名称"], first["统一社会信用代码"], first["排污许可证编号"]) == (NAMES[0], CODES[0], f"{CODES[0]}001P")
    assert (first["预期目标等级"], first["目标完成时限"], second["预期目标等级"]) == ("C", date(2022, 12, 31), None)
    assert (third["统一社会信用代码"], "91130200699229618X" in str(third["备注"])) == (None, True)


# --- what stops it ----------------------------------------------------------------------------------------------------


def test_nothing_is_written_over(tmp_path: Path) -> None:
    given = lists(tmp_path, [emission(0)], [permit(0)], [approval(0)])
    (tmp_path / "区县").mkdir()
    (tmp_path / "区县" / "卢氏县.xlsx").write_text("人写的")
    with pytest.raises(StopError) as stop:
        screen(given, tmp_path / "底册.xlsx", POLICY, None, tmp_path / "区县")
    assert stop.value.finding.code is Code.OUTPUT_EXISTS
    assert not (tmp_path / "底册.xlsx").exists()


def test_a_list_that_cannot_be_read_stops_it_all(tmp_path: Path) -> None:
    given = lists(tmp_path, [emission(0)], [permit(0)], [approval(0)])
    (tmp_path / "坏.xlsx").write_bytes(b"no")
    (tmp_path / "无.csv").write_text("甲,乙\n1,2\n")
    for bad, code in (("坏.xlsx", Code.UNREADABLE), ("无.csv", Code.NAMES_NOT_FOUND)):
        with pytest.raises(StopError) as stop:
            screen(replace(given, approval=(tmp_path / bad,)), tmp_path / "底册.xlsx", POLICY)
        assert stop.value.finding.code is code
    with pytest.raises(StopError) as stop:
        screen(given, tmp_path / "底册.xlsx", POLICY, given.permit[0])
    assert stop.value.finding.code is Code.NOT_OUR_BOOK
    assert not (tmp_path / "底册.xlsx").exists()


def test_the_command_takes_three_lists(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("XDG_CONFIG_HOME", "LOCALAPPDATA"):
        monkeypatch.setenv(name, str(tmp_path / "own"))
    given = lists(tmp_path, [emission(0, grade="D")], [permit(0)], [approval(0)])
    command = ["screen", *(str(one) for name, (path,) in zip(("--emission", "--permit", "--approval"), (given.emission, given.permit, given.approval), strict=True) for one in (name, path))]
    assert cli.run([*command, "-o", str(tmp_path / "底册.xlsx"), "--forms", str(tmp_path / "区县")]) == 0
    said = capsys.readouterr().out
    assert "共 1 家企业：三类清单都有 1 家，只在一类清单 0 家；待核对 0 对" in said
    assert "灵宝市.xlsx" in said
    assert cli.run([*command, "-o", str(tmp_path / "二.xlsx"), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["enterprises"] == 1
    assert cli.run(["screen", "-o", str(tmp_path / "三.xlsx")]) == 2
