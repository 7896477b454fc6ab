"""Publishing: only what may leave the bureau, and of everybody who is not on the list the reason."""

import json
import re
import shutil
import zipfile
from datetime import date, datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from msgspec.structs import replace

from tests.county_files import CODES, NAMES, POLICY, county_file, enterprise
from tests.public_list import CITY, MACHINING, NOTICE, REFRACTORY, decided, event, summary
from tests.text_book import TextBook
from tests.workbooks import parts_of
from xltools.actions.emergency import emergency
from xltools.actions.merge import merge
from xltools.actions.merge_open import Request, merge_open
from xltools.actions.named_lists import lists_of
from xltools.actions.publish import publish, publish_book
from xltools.actions.run import read_ours
from xltools.books.closed import ClosedBook
from xltools.faces import cli
from xltools.model.code import Code
from xltools.model.finding import Severity, StopError
from xltools.model.form import HEADER_ROW, SpecError, load_form
from xltools.model.publication import Published, load_publication_words
from xltools.model.result import exit_code
from xltools.rules import publication as rules
from xltools.rules.codes import make_credit_code
from xltools.rules.decided import unusable
from xltools.rules.publication import gathered

LIST, PAGE = load_publication_words().book, load_publication_words().page
SECRET = ("李四四", "0398-7654321", "13012345678", "保密小巷9号", "内部备注勿外传")


def listed(done: Published) -> list[tuple[object, ...]]:
    """The rows of the public list."""
    sheet = openpyxl.load_workbook(done.paths[0]).active
    assert sheet is not None
    rows = list(sheet.iter_rows(values_only=True))
    head = rows.index(tuple(one.label for one in load_form("publication")))
    return [row for row in rows[head + 1 :] if isinstance(row[0], int)]


def reasons(done: Published) -> list[tuple[str, str]]:
    """Cell and sentence of everybody who is not on the list."""
    return [(one.place.cell, one.message) for one in done.findings if one.code is Code.NOT_PUBLISHED]


def column(name: str) -> str:
    return openpyxl.utils.get_column_letter([one.name for one in CITY["ledger"]].index(name) + 1)


def test_a_summary_of_another_policy_is_not_published_under_this_one(tmp_path: Path) -> None:
    """Counties, tables and the year in the title would be those of the wrong one."""
    inbox, path, next_year = tmp_path / "区县", tmp_path / "市级汇总.xlsx", replace(POLICY, id="三门峡-2023", year=2023)
    county_file(inbox, "灵宝市", [enterprise(0)])
    merge([inbox], path, next_year, datetime(2022, 8, 1))
    for action in (
        lambda: publish(path, NOTICE, tmp_path / "公示"),
        lambda: lists_of(path, tmp_path / "名单.xlsx", POLICY),
        lambda: emergency(path, tmp_path / "应急.xlsx", POLICY),
    ):
        with pytest.raises(StopError) as stop:
            action()
        assert (stop.value.finding.code, "“三门峡-2023”" in stop.value.finding.message) == (Code.SUMMARY_OTHER_POLICY, True)
    assert sorted(one.name for one in tmp_path.iterdir()) == ["区县", "市级汇总.xlsx"]
    assert publish(path, replace(NOTICE, policy=next_year), tmp_path / "公示").findings[0].code is Code.NOTHING_PUBLISHED
    again = [one.code for one in merge([inbox], path, POLICY, datetime(2022, 8, 2)).findings]
    assert Code.MERGED_OTHER_POLICY in again


def test_many_that_one_reason_keeps_off_the_list_are_one_sentence_on_a_terminal_and_all_of_them_in_the_outcome(tmp_path: Path) -> None:
    rows = [decided(at % 4, None if at not in (3, 7) else "B", credit_code=make_credit_code(f"91411282YB{at:07}"), name=f"豫西示例{at}号窑业有限公司") for at in range(16)]
    done = publish_book(summary(*rows), NOTICE, tmp_path / "公示")
    assert len(reasons(done)) == 14
    (said,) = [one for one in gathered(done.findings) if one.code is Code.MANY_NOT_PUBLISHED]
    at = column("decided")
    assert said.message == f"14 家企业不能列入公示：还没有市级评定等级（{at}5:{at}7、{at}9:{at}11、{at}13:{at}20）"
    assert Code.NOT_PUBLISHED not in {one.code for one in gathered(done.findings)}
    ten, eleven = (publish_book(summary(*rows[:count]), NOTICE, tmp_path / str(count)) for count in (12, 13))
    assert (len(reasons(ten)), gathered(ten.findings)) == (10, list(ten.findings))
    assert (len(reasons(eleven)), [one.code for one in gathered(eleven.findings)].count(Code.MANY_NOT_PUBLISHED)) == (11, 1)


# --- what is on it ----------------------------------------------------------------------------------------------------


def test_the_list_has_the_header_of_real_lists_and_one_line_per_enterprise(tmp_path: Path) -> None:
    book = summary(decided(0), decided(1, "A", county="湖滨区"), decided(0, "C", process="二号线"))
    done = publish_book(book, NOTICE, tmp_path / "公示")
    assert [one.label for one in load_form("publication")] == ["序号", "区县", "企业名称", "行业类别", "绩效等级"]
    assert listed(done) == [(1, "湖滨区", NAMES[1], "铸造", "A"), (2, "灵宝市", NAMES[0], "铸造", "C")]
    assert done.count == 2
    assert reasons(done) == []


def test_the_notice_says_its_days_and_that_samples_grade_nobody(tmp_path: Path) -> None:
    done = publish_book(summary(decided(0)), NOTICE, tmp_path)
    text = done.paths[1].read_text("utf-8")
    assert "公示期：2022-08-01 至 2022-08-07" in text
    assert "等级只供参考，不能作为正式公示的内容" in text
    assert Code.PUBLISHED_UNOFFICIAL in {one.code for one in done.findings}
    official = replace(POLICY, tables=tuple(replace(one, status="正式") for one in POLICY.tables))
    done = publish_book(summary(decided(0)), replace(NOTICE, policy=official), tmp_path / "正式")
    assert "只供参考" not in done.paths[1].read_text("utf-8")
    assert (done.findings, exit_code(done.findings)) == ((), 0)


def test_parts_that_no_rule_compares_wait_until_the_city_writes_one_grade(tmp_path: Path) -> None:
    mixed = summary(decided(0, "B"), decided(0, "引领性", **MACHINING), decided(1))
    ((cell, said),) = reasons(publish_book(mixed, NOTICE, tmp_path / "一"))
    assert cell == f"{column('decided')}5"
    assert "等级体系不同" in said
    done = publish_book(summary(decided(0, "B"), decided(0, "B", **MACHINING), decided(1)), NOTICE, tmp_path / "二")
    assert listed(done)[0] == (1, "灵宝市", NAMES[0], "铸造、机械加工", "B")


@pytest.mark.parametrize(
    ("changes", "field", "word"),
    [
        ({"decided": None}, "decided", "还没有市级评定等级"),
        ({"decided": "长期停产"}, "decided", "长期停产"),
        ({"decided": "地方A"}, "decided", "带有“地方”，不能当作 A 公示"),
        ({"decided": "看情况"}, "decided", "看情况"),
        ({"decided": "引领性"}, "decided", "不是铸件所用指标表的等级"),
        ({"decided": "B-"}, "decided", "“B-”不是铸件所用指标表的等级"),
        ({"decided_date": None}, "decided_date", "没有填写决定日期"),
        ({"decided_date": "下周"}, "decided_date", "不是能识别的日期"),
        ({"decided_date": datetime(2022, 8, 2)}, "decided_date", "在公示开始日期 2022-08-01 之后"),
        ({"name": None}, "name", "“企业名称”没有填写"),
        ({"name": "（错误值）"}, "name", "“企业名称”没有填写"),
        ({"name": "甲公司（张三 138-0000-0000）"}, "name", "像是有电话或证件号码"),
        ({"county": "洛阳市"}, "county", "不是本市的县（市、区）"),
        ({"industry": "餐饮"}, "industry", "不在政策的行业中"),
    ],
)
def test_who_is_not_ready_is_named_with_the_reason_at_its_cell(changes: dict[str, Any], field: str, word: str, tmp_path: Path) -> None:
    done = publish_book(summary(decided(0, **changes), decided(1)), NOTICE, tmp_path)
    ((cell, said),) = reasons(done)
    assert cell == f"{column(field)}{HEADER_ROW + 1}"
    assert word in said
    assert [row[2] for row in listed(done)] == [NAMES[1]]


@pytest.mark.parametrize("grade", ["长期停产", "地方A", "看情况", "引领性", "B-"])
def test_a_merge_names_a_grade_that_publishing_will_refuse_in_the_same_words(grade: str, tmp_path: Path) -> None:
    book = summary(decided(0, grade), decided(1), decided(2, None), decided(3, "b级"), decided(4, "Ｂ－", **REFRACTORY))
    tables, _ = read_ours(book, CITY, [CITY["ledger"]])
    assert [(one.code, one.place.cell, one.message) for one in unusable(tables["ledger"], POLICY)] == [
        (Code.NOT_PUBLISHED, f"{column('decided')}{HEADER_ROW + 1}", next(said for _, said in reasons(publish_book(book, NOTICE, tmp_path)) if NAMES[0] in said))
    ]


def test_a_grade_of_another_process_of_the_enterprise_is_named_neither_by_publishing_nor_by_the_merge() -> None:
    tables, _ = read_ours(summary(decided(0, "B-"), decided(0, "B-", **REFRACTORY)), CITY, [CITY["ledger"]])
    assert unusable(tables["ledger"], POLICY) == []


def test_a_grade_typed_wrongly_is_a_warning_of_the_next_merge_by_command_and_by_button(tmp_path: Path) -> None:
    path, inbox = tmp_path / "市级汇总.xlsx", tmp_path / "收件箱"
    county_file(inbox, "灵宝市", [enterprise(0), enterprise(1)])
    assert Code.NOT_PUBLISHED not in {one.code for one in merge([inbox], path, POLICY, datetime(2022, 8, 1)).findings}
    book = openpyxl.load_workbook(path)
    cell = book[CITY["ledger"].sheet][f"{column('decided')}6"]
    cell.value = "BB级"
    book.save(path)
    opened = merge_open(ClosedBook(path), Request((inbox,), tmp_path, POLICY, datetime(2022, 8, 2)))
    closed = merge([inbox], path, POLICY, datetime(2022, 8, 2))
    for outcome in (opened.outcome, closed):
        (said,) = [one for one in outcome.findings if one.code is Code.NOT_PUBLISHED]
        assert (said.severity, said.place.sheet, said.place.cell) == (Severity.WARNING, "企业台账", cell.coordinate)
        assert said.message == f"“{NAMES[1]}”不能列入公示：“BB级”不是铸件所用指标表的等级"
    problems = openpyxl.load_workbook(path)[CITY["problems"].sheet]
    assert any("BB级" in str(value) for row in problems.iter_rows(values_only=True) for value in row)


def test_a_grade_written_otherwise_is_published_as_the_policy_writes_it(tmp_path: Path) -> None:
    done = publish_book(summary(decided(0, "Ｂ－", **REFRACTORY), decided(1, "b级")), NOTICE, tmp_path)
    assert [row[4] for row in listed(done)] == ["B-", "B"]


def test_of_several_processes_the_one_to_be_mended_is_named(tmp_path: Path) -> None:
    rows = [decided(0, None), decided(0, "B", process="二号线"), decided(1), decided(2, decided_date=None), decided(2, process="二号线")]
    done = publish_book(summary(*rows), NOTICE, tmp_path)
    assert [(cell, said.split("：")[1]) for cell, said in reasons(done)] == [
        (f"{column('decided')}5", "铸件还没有市级评定等级"),
        (f"{column('decided_date')}8", "铸件没有填写决定日期"),
    ]


def test_nobody_is_lost_between_the_ledger_and_the_list(tmp_path: Path) -> None:
    rows = [decided(at, grade) for at, grade in enumerate(("A", None, "长期停产", "C", "D"))]
    done = publish_book(summary(*rows, decided(3, "C", county="湖滨区")), NOTICE, tmp_path)
    assert [row[2] for row in listed(done)] == [NAMES[0], NAMES[4]]
    assert sorted(said.split("”")[0].strip("“") for _, said in reasons(done)) == sorted([NAMES[1], NAMES[2], NAMES[3], NAMES[3]])
    assert any("同时报送" in said for _, said in reasons(done))


def test_of_one_process_the_latest_batch_counts(tmp_path: Path) -> None:
    done = publish_book(summary(decided(0, "B", batch="7月"), decided(0, "C", batch="6月")), NOTICE, tmp_path)
    assert [row[4] for row in listed(done)] == ["B"]
    ((_, said),) = reasons(publish_book(summary(decided(0, "B", batch="7月"), decided(0, None, batch="8月"), decided(1)), NOTICE, tmp_path / "二"))
    assert said.endswith("铸件8月批次还没有评定，7月批次评定为 B，是否仍按它由市级确认")


def test_a_grade_that_an_event_changed_since_is_not_published(tmp_path: Path) -> None:
    fraud = event(0, "隐瞒或提供虚假材料", decided_by="领导小组", decided_date=datetime(2022, 7, 30), new_grade="D", second_review="不需要")
    ((_, said),) = reasons(publish_book(summary(decided(0), decided(1), events=(fraud,)), NOTICE, tmp_path / "一"))
    assert "等级应为 D，市级评定等级还是 B" in said
    early = fraud | {"decided_date": datetime(2022, 7, 1), "found_date": datetime(2022, 7, 1)}
    assert reasons(publish_book(summary(decided(0), events=(early,)), NOTICE, tmp_path / "二")) == []


def test_an_event_of_a_process_that_the_ledger_does_not_have_is_named(tmp_path: Path) -> None:
    """二(五): the grade was decided, so that whoever publishes must hear of a row that says of no process which."""
    lowered = {"new_grade": "C", "decided_by": "领导小组", "decided_date": datetime(2022, 7, 30), "second_review": "不需要"}
    happened = (event(0, "环境违法", process="铸造线", **lowered), event(1, "企业更名", process="铸造线"), event(2, "环境违法", process="没有这家企业"))
    done = publish_book(summary(decided(0), decided(1), events=happened), NOTICE, tmp_path)
    assert [row[4] for row in listed(done)] == ["B", "B"]
    assert [one.message for one in done.findings if one.code is Code.NOT_GRADED_YET] == ["“铸造线”没有评定过的等级，这件事没有处理"]


def test_what_came_nobody_can_tell_when_is_asked_before_the_grade_is_published(tmp_path: Path) -> None:
    """五1: false material takes to the lowest grade at once; a row without a date may be about what was known when it was decided."""
    for kind, kept_off in (("隐瞒或提供虚假材料", True), ("设备设施更换（未报备）", False)):
        done = publish_book(summary(decided(0, "A"), decided(1), events=(event(0, kind, found_date=None),)), NOTICE, tmp_path / kind)
        assert [said.split("：", 1)[1] for _, said in reasons(done)] == ([f"“{kind}”：没有填决定日期或发现日期，分不清在评定 A 之前还是之后"] if kept_off else [])
        assert [row[2] for row in listed(done)] == NAMES[kept_off:2]


def test_an_event_of_a_part_with_the_grade_of_the_whole_is_asked_about(tmp_path: Path) -> None:
    """A plant with two schemes whose whole was decided as B: below B the grinding's own scheme knows nothing, 二(五) says no step."""
    cement = {"industry": "水泥", "process": "熟料", "table": "水泥熟料"}, {"industry": "水泥", "process": "粉磨", "table": "水泥独立粉磨站"}
    rows = [decided(0, "B", **one) for one in cement]
    lowered = event(0, "环境违法", process="粉磨", new_grade="C", decided_by="领导小组", decided_date=datetime(2022, 7, 30), second_review="不需要")
    assert [row[4] for row in listed(publish_book(summary(*rows), NOTICE, tmp_path / "一"))] == ["B"]
    ((_, said),) = reasons(publish_book(summary(*rows, events=(lowered,)), NOTICE, tmp_path / "二"))
    assert said.endswith("“环境违法”：B 不是粉磨所用指标表的等级，之后是几级不能确定")


def test_a_second_review_keeps_the_grade_and_is_said(tmp_path: Path) -> None:
    waiting = event(0, "达不到指标要求", second_review="进行中", process="铸件")
    done = publish_book(summary(decided(0), events=(waiting,)), NOTICE, tmp_path)
    assert [row[4] for row in listed(done)] == ["B"]
    assert any(one.code is Code.PUBLISHED_PENDING and "待二次审核" in one.message for one in done.findings)


# --- what is never on it ----------------------------------------------------------------------------------------------


def test_a_field_that_is_not_declared_public_stops_everything(monkeypatch: pytest.MonkeyPatch) -> None:
    form = load_form("ledger")
    closed = replace(form, fields=tuple(replace(one, public=False) if one.name == "name" else one for one in form))
    monkeypatch.setattr(rules, "load_form", lambda name: closed if name == "ledger" else load_form(name))
    with pytest.raises(SpecError, match="name"):
        rules.public_fields()


def test_no_personal_datum_of_the_inputs_is_in_any_byte_of_the_output(tmp_path: Path) -> None:
    contact, landline, mobile, town, remark = SECRET
    rows = [enterprise(0, contact=contact, phone=landline, town=town, remark=remark), enterprise(1, contact=contact, phone=mobile, town=town)]
    county_file(tmp_path / "区县", "灵宝市", rows, cover={"filler": contact, "phone": mobile} if "filler" in {one.name for one in load_form("cover")} else None)
    path = tmp_path / "市级汇总.xlsx"
    merge([tmp_path / "区县"], path, POLICY, datetime(2022, 7, 25))
    book = openpyxl.load_workbook(path)
    sheet = book[CITY["ledger"].sheet]
    for row in (5, 6):
        sheet[f"{column('decided')}{row}"] = "B"
        sheet[f"{column('decided_date')}{row}"] = date(2022, 7, 29)
    book.properties.creator = contact
    book.save(path)
    done = publish(path, NOTICE, tmp_path / "公示")
    assert done.count == 2
    assert sorted(one.name for one in (tmp_path / "公示").iterdir()) == sorted([LIST, PAGE])
    content = b"\n".join(every_byte(one) for one in done.paths)
    assert NAMES[0].encode() in content
    for secret in (*SECRET, *CODES[:2], str(tmp_path)):
        assert secret.encode() not in content
        assert secret.encode("utf-16-le") not in content


def every_byte(path: Path) -> bytes:
    """The file as it lies there, and its parts decompressed."""
    if not zipfile.is_zipfile(path):
        return path.read_bytes()
    return path.read_bytes() + b"\n".join(name.encode() + content for name, content in parts_of(path).items())


def test_the_list_has_one_sheet_and_neither_properties_nor_comments(tmp_path: Path) -> None:
    done = publish_book(summary(decided(0)), NOTICE, tmp_path)
    with zipfile.ZipFile(done.paths[0]) as archive:
        names = archive.namelist()
        assert [name for name in names if name.startswith("xl/worksheets/")] == ["xl/worksheets/sheet1.xml"]
        assert not [name for name in names if re.search("docProps|comment|vba|custom|external", name)]
        assert b"docProps" not in archive.read("[Content_Types].xml") + archive.read("_rels/.rels")
        assert b'state="hidden"' not in archive.read("xl/workbook.xml")


def test_what_stands_in_a_cell_never_becomes_part_of_the_page(tmp_path: Path) -> None:
    done = publish_book(summary(decided(0, name='<script>alert("@title@")</script>&公司')), NOTICE, tmp_path)
    text = done.paths[1].read_text("utf-8")
    assert "&lt;script&gt;alert(&quot;@title@&quot;)&lt;/script&gt;&amp;公司" in text
    assert text.count("<script>") == 1


def test_whoever_reads_the_list_is_told_of_the_right_to_report_without_a_term(tmp_path: Path) -> None:
    """六(二): everybody may report a grade that is not as things are, is heard in time and kept secret; the period of the notice ends nothing."""
    done = publish_book(summary(decided(0)), NOTICE, tmp_path)
    said = "发现企业评定等级有不符合实际情况的，有权向当地生态环境主管部门举报；主管部门及时核实，并为举报人保密"
    page = done.paths[1].read_text("utf-8")
    assert said in page
    assert any(said in str(cell) for row in openpyxl.load_workbook(done.paths[0]).worksheets[0].values for cell in row)
    assert "公示期内" not in page


def test_the_page_needs_nothing_from_anywhere(tmp_path: Path) -> None:
    text = publish_book(summary(decided(0)), NOTICE, tmp_path).paths[1].read_text("utf-8")
    assert re.findall(r"""(?:src|href)=["'](?!#)|url\(|@import|https?:|//[a-z]""", text) == []
    assert "default-src 'none'" in text


def test_the_same_summary_gives_the_same_bytes(tmp_path: Path) -> None:
    first, second = (publish_book(summary(decided(0), decided(1)), NOTICE, tmp_path / name) for name in "一二")
    assert [path.read_bytes() for path in first.paths] == [path.read_bytes() for path in second.paths]


# --- what stops it ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("book", "notice", "code"),
    [
        (summary(decided(0), template="county"), NOTICE, Code.NOT_OUR_BOOK),
        (summary(decided(0)), replace(NOTICE, end=date(2022, 7, 31)), Code.NOTICE_PERIOD),
        (replace(summary(), grids={}), NOTICE, Code.NOT_OUR_BOOK),
    ],
)
def test_nothing_is_written_where_it_cannot_be_right(book: TextBook, notice: Any, code: Code, tmp_path: Path) -> None:
    with pytest.raises(StopError) as stop:
        publish_book(book, notice, tmp_path / "公示")
    assert stop.value.finding.code is code
    assert not (tmp_path / "公示").exists()


def test_nothing_to_publish_is_no_empty_list(tmp_path: Path) -> None:
    done = publish_book(summary(decided(0, None)), NOTICE, tmp_path / "公示")
    assert (done.paths, exit_code(done.findings)) == ((), 1)
    assert {one.code for one in done.findings} == {Code.NOTHING_PUBLISHED, Code.NOT_PUBLISHED}
    assert not (tmp_path / "公示").exists()


@pytest.mark.parametrize("name", [LIST, PAGE])
def test_a_file_that_is_there_is_never_written_over(name: str, tmp_path: Path) -> None:
    (tmp_path / name).write_text("人写的")
    with pytest.raises(StopError) as stop:
        publish_book(summary(decided(0)), NOTICE, tmp_path)
    assert stop.value.finding.code is Code.OUTPUT_EXISTS
    assert [(one.name, one.read_text()) for one in tmp_path.iterdir()] == [(name, "人写的")]


def test_the_command_asks_for_both_days(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("XDG_CONFIG_HOME", "LOCALAPPDATA"):
        monkeypatch.setenv(name, str(tmp_path / "own"))
    path = tmp_path / "市级汇总.xlsx"
    shutil.copy(Path(__file__).parent.parent / "workbooks" / path.name, path)
    assert cli.run(["publish", str(path), "-o", str(tmp_path / "公示"), "--start", "2022-08-01"]) == 2
    assert "--end" in capsys.readouterr().err
    assert cli.run(["publish", str(path), "-o", str(tmp_path / "公示"), "--start", "2022年8月", "--end", "2022-08-07"]) == 2
    assert "不是 2022-08-01 这样的日期" in capsys.readouterr().err
    days = ["--start", "2022-08-01", "--end", "2022-08-07"]
    assert cli.run(["publish", str(path), "-o", str(tmp_path / "公示"), *days, "--json"]) == 1
    said = json.loads(capsys.readouterr().out)
    assert (said["files"], said["count"]) == ([], 0)
    assert cli.run(["publish", str(path), "-o", str(tmp_path / "公示"), *days]) == 1
    assert "列入公示 0 家企业" in capsys.readouterr().out
