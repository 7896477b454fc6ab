"""upgrade: an older template's content moves into the current one; nothing is overwritten, nothing is lost without being shown."""

from datetime import date
from pathlib import Path

import openpyxl
import pytest
from msgspec.structs import replace

from tests.county_files import POLICY, SHORT, enterprise, filled
from xltools.actions.check import check_files
from xltools.actions.upgrade import upgrade
from xltools.books.file import open_book
from xltools.books.template import write_template
from xltools.faces import cli
from xltools.model.code import Code
from xltools.model.finding import StopError
from xltools.model.form import Field, Template
from xltools.rules.formula import live

pytestmark = pytest.mark.filterwarnings("ignore:Print area cannot be set")
VERSION = "2021.2"


def older() -> Template:
    """The county template as an earlier year may have had it.

    Two columns were called otherwise, one is gone today, one is new today, two stood elsewhere; a sheet had another name.
    """
    screening = SHORT["screening"]
    fields = [one for one in screening if one.name not in ("energy", "phone")]
    at = [one.name for one in fields].index("industry")
    fields[at:at] = [screening["phone"], Field("park", "所属园区"), Field("area", "占地面积", unit="亩")]
    labels = {"capacity": "年产能", "contact": "环保联系人员"}
    old = tuple(replace(one, label=labels.get(one.name, one.label), unit="" if one.name in labels else one.unit) for one in fields)
    changed = {"screening": replace(screening, sheet="企业排查清单", fields=old, rules=())}
    cover = SHORT["cover"]
    changed["cover"] = replace(cover, fields=(*cover.fields, Field("fax", "传真")))
    return replace(SHORT, version=VERSION, forms=tuple(changed.get(form.name, form) for form in SHORT))


def old_file(folder: Path, **changes: object) -> Path:
    template = older()
    path = folder / "灵宝市.xlsx"
    rows = [{**enterprise(0), "park": "东区", "area": 12.0}, {**enterprise(1, capacity="约300", phone=13800000000.0, target_date=date(2022, 9, 1)), "park": "西区", **changes}]
    cover = {**filled("cover", county="灵宝市"), "fax": "0398-1234567"}
    contents = {"cover": [cover], "screening": rows, "rectification": [filled("rectification", credit_code=rows[0]["credit_code"])]}
    write_template(path, template, POLICY, live(template, POLICY), contents)
    return path


def cells(path: Path) -> set[str]:
    return {str(cell.value) for sheet in openpyxl.load_workbook(path) for row in sheet.iter_rows() for cell in row if cell.value is not None}


def test_everything_with_a_place_stands_in_the_current_template_as_typed(tmp_path):
    old = old_file(tmp_path)
    before = old.read_bytes()
    done = upgrade(old, new := tmp_path / "新" / "灵宝市.xlsx", POLICY)
    assert old.read_bytes() == before
    first, second = (check_files([path], POLICY).submissions[0] for path in (old, new))
    for name in ("cover", "screening", "rectification"):
        one, two = first.raw[name], second.raw[name]
        shared = [field for field in one.columns if field in two.columns and one.form[field].owner.value == "county"]
        assert len(shared) > 3
        assert two.frame[shared].values.tolist() == one.frame[shared].values.tolist()
    assert second.raw["screening"].frame["capacity"].tolist() == [20000.0, "约300"]
    assert second.version == SHORT.version
    assert not [one for one in second.findings if one.code in (Code.OLD_TEMPLATE, Code.COLUMN_UNKNOWN, Code.COLUMN_RENAMED)]
    assert done.carried > 40


def test_what_has_no_place_is_named_and_listed_cell_by_cell(tmp_path):
    done = upgrade(old_file(tmp_path), tmp_path / "新.xlsx", POLICY)
    assert {(one.sheet, one.label, one.value) for one in done.left} == {
        ("企业排查清单", "所属园区", "东区"), ("企业排查清单", "所属园区", "西区"), ("企业排查清单", "占地面积（亩）", "12.0"), ("封面", "传真", "0398-1234567"),
    }  # fmt: skip
    named = [one for one in done.findings if one.code is Code.NO_PLACE]
    assert len(named) == 3
    assert all("新-未带入内容.xlsx" in one.fix for one in named)
    assert {"东区", "西区", "0398-1234567"} <= cells(done.list)
    assert [one.code for one in done.findings if one.code is Code.UPGRADED] == [Code.UPGRADED]


def test_last_years_file_is_said_to_have_moved_from_policy_to_policy(tmp_path):
    """The template's version is the same in both years: “从 2022.1 换成 2022.1” would say nothing."""
    done = upgrade(old_file(tmp_path), tmp_path / "新.xlsx", replace(POLICY, id="sanmenxia-2023", title="三门峡市2023年评定"))
    (said,) = [one.message for one in done.findings if one.code is Code.UPGRADED]
    assert said.startswith(f"已换成模板 {SHORT.version}（三门峡市2023年评定），原来是 {older().version}（{POLICY.title}），")


def test_every_cell_of_the_old_file_is_in_the_new_one_or_in_the_list(tmp_path):
    old = old_file(tmp_path)
    book = openpyxl.load_workbook(old)
    sheet = book["企业排查清单"]
    sheet["B9"], sheet["C9"] = "合计", 2
    sheet["B12"] = "备注：以上为初步名单"
    sheet["K6"] = "#N/A"
    extra = book.create_sheet("我的备忘")
    extra["A1"], extra["D9"] = "周五交", 7
    book.save(old)
    typed = {str(value) for name in ("企业排查清单", "我的备忘") for row in open_book(old).values(name)[4 if name != "我的备忘" else 0 :] for value in row if value not in (None, "")}
    done = upgrade(old, new := tmp_path / "新.xlsx", POLICY)
    kept = {str(value) for name in open_book(new).sheets for row in open_book(new).values(name) for value in row}
    listed = {one.value for one in done.left}
    assert typed <= kept | listed
    assert {"合计", "备注：以上为初步名单", "周五交", "7.0", "#N/A"} <= listed


def test_without_leftovers_there_is_no_list(tmp_path):
    write_template(path := tmp_path / "甲.xlsx", SHORT, POLICY, live(SHORT, POLICY), {"cover": [filled("cover")], "screening": [enterprise(0)]})
    done = upgrade(path, tmp_path / "新.xlsx", POLICY)
    assert (done.left, done.list) == ((), None)
    assert sorted(one.name for one in tmp_path.iterdir()) == ["新.xlsx", "甲.xlsx"]


@pytest.mark.parametrize("there", ["新.xlsx", "新-未带入内容.xlsx", "灵宝市.xlsx"])
def test_nothing_is_ever_overwritten(tmp_path, there):
    old = old_file(tmp_path)
    if there != old.name:
        (tmp_path / there).write_bytes(b"mine")
    kept = {one.name: one.read_bytes() for one in tmp_path.iterdir()}
    with pytest.raises(StopError) as stop:
        upgrade(old, tmp_path / ("灵宝市.xlsx" if there == "灵宝市.xlsx" else "新.xlsx"), POLICY)
    assert stop.value.finding.code is Code.OUTPUT_EXISTS
    assert {one.name: one.read_bytes() for one in tmp_path.iterdir()} == kept


def test_a_text_that_looks_like_a_formula_stays_text(tmp_path):
    old = old_file(tmp_path, remark="=1+1", park="=HYPERLINK(\"x\")")
    done = upgrade(old, new := tmp_path / "新.xlsx", POLICY)
    for path in (new, done.list):
        formulas = [cell.value for sheet in openpyxl.load_workbook(path) for row in sheet.iter_rows() for cell in row if cell.data_type == "f" and ("1+1" in str(cell.value) or "HYPERLINK(\"x" in str(cell.value))]
        assert formulas == []
    assert "=1+1" in cells(new)


def test_the_command_says_what_was_carried_and_what_was_not(tmp_path, capsys):
    assert cli.run(["upgrade", str(old_file(tmp_path)), "-o", str(tmp_path / "新.xlsx")]) == 1
    said = capsys.readouterr().out
    assert "“所属园区”" in said
    assert "新-未带入内容.xlsx" in said
    assert cli.run(["upgrade", str(tmp_path / "新.xlsx"), "-o", str(tmp_path / "再新.xlsx")]) == 0
