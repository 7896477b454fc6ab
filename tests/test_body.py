"""Rows that are put into the package beside XlsxWriter: whatever stands in them is read back."""

from datetime import date
from pathlib import Path
from zipfile import ZipFile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xltools.books.body import Body, Contents
from xltools.books.file import open_book
from xltools.books.package import workbook_at
from xltools.books.sheet import Formula, SheetPlan, add_form_sheet
from xltools.model.form import FIRST_ROW, Kind, load_template
from xltools.model.table import cells_of
from xltools.rules.city import city_records

FORM = load_template("county")["screening"]
NAMES = [one.name for one in FORM]
# What a cell of a workbook can hold: XML knows no control characters but these, and a line ends in "\n".
TEXTS = st.text(st.characters(exclude_categories=["Cs", "Cc"], include_characters="\t\n", exclude_characters="\ufffe\uffff"), max_size=30)
CELLS = {
    Kind.NUMBER: st.none() | st.floats(-1e12, 1e12) | st.booleans(),
    Kind.DATE: st.none() | st.dates(date(1901, 1, 1), date(2099, 1, 1)),
    Kind.TEXT: st.none() | TEXTS | st.sampled_from([" 两边有空格 ", "a  b", "_x0041_", "<&>\"'", "=1+1", "http://x.example"]),
}
FIELDS = [one for one in FORM if one.kind in CELLS]


def write(path: Path, plan: SheetPlan) -> Path:
    with workbook_at(path) as (workbook, styles):
        add_form_sheet(workbook, plan, styles)
    return path


@settings(max_examples=30)
@given(rows=st.lists(st.fixed_dictionaries({one.name: CELLS[one.kind] for one in FIELDS}), min_size=1, max_size=3))
def test_every_value_is_read_back_as_it_was_written(tmp_path_factory, rows):
    path = write(tmp_path_factory.mktemp("body") / "a.xlsx", SheetPlan(FORM, cells_of(FORM, [*rows, {FIELDS[0].name: "末行"}])))
    grid = open_book(path).values(FORM.sheet)[FIRST_ROW - 1 : -1]
    got = [dict(zip(NAMES, row, strict=True)) for row in grid]
    assert [[row[one.name] for one in FIELDS] for row in got] == [[stored(row[one.name]) for one in FIELDS] for row in rows]


def stored(value):
    """A value as a cell keeps it: sixteen digits, no empty text."""
    return float(f"{value:.16G}") if isinstance(value, float) else None if value == "" else value


def test_a_formula_keeps_its_stored_value_of_every_kind(tmp_path):
    values = {"name": "字", "capacity": 1.5, "permit_no": "", "industry": "#DIV/0!", "remark": None}
    row = {name: Formula("=1+1", value) for name, value in values.items() if name in NAMES}
    book = open_book(write(tmp_path / "a.xlsx", SheetPlan(FORM, cells_of(FORM, [row]))))
    got = dict(zip(NAMES, book.values(FORM.sheet)[FIRST_ROW - 1], strict=True))
    assert [got[name] for name in row] == [value or None for value in (values[name] for name in row)]
    assert len(book.facts(FORM.sheet).formulas) == len(row)
    assert len(book.facts(FORM.sheet).stale) == ("remark" in row)


def test_a_thousand_links_to_one_file_are_one_relationship(tmp_path):
    rows = [{"name": str(number)} for number in range(1000)]
    links = {(number, "name"): f"external:区县/甲 县.xlsx#'排查清单'!A{number}" for number in range(1000)}
    path = write(tmp_path / "a.xlsx", SheetPlan(FORM, cells_of(FORM, rows), links=links))
    with ZipFile(path) as package:
        relations = package.read("xl/worksheets/_rels/sheet1.xml.rels").decode()
        sheet = package.read("xl/worksheets/sheet1.xml").decode()
    assert relations.count("<Relationship ") == 1
    assert 'Target="区县\\甲%20县.xlsx"' in relations
    assert sheet.count("<hyperlink ") == 1000


def test_equal_values_of_different_kinds_stay_apart():
    contents = Contents(7)
    values = [1, True, 1.0, 0, False, -2.5, "甲", "1", "甲", None, "", Formula("=A1", 1), Formula("=A1", True)]
    said = [
        "><v>1</v></c>", ' t="b"><v>1</v></c>', "><v>1</v></c>", "><v>0</v></c>", ' t="b"><v>0</v></c>', "><v>-2.5</v></c>",
        ' t="s"><v>7</v></c>', ' t="s"><v>8</v></c>', ' t="s"><v>7</v></c>', "/>", "/>",
        "><f>A1</f><v>1</v></c>", ' t="b"><f>A1</f><v>1</v></c>',
    ]  # fmt: skip
    assert contents.of([values]) == [said]
    assert contents.of([[value] for value in values]) == [[one] for one in said]
    assert contents.of([values[-2:], values[1::3][:2]]) == [said[-2:], said[1::3][:2]]
    assert contents.texts == ["甲", "1"]


def test_texts_are_numbered_row_by_row():
    contents = Contents(0)
    contents.of([["甲", "丙", "丙"], [1, "甲", "戊"], ["乙", "丁", None]])
    assert contents.texts == ["甲", "乙", "丙", "丁", "戊"]


def test_a_text_is_cut_where_a_cell_ends_whichever_way_its_record_is_taken(tmp_path):
    rows = [{"name": f"企业{at % 700}", "capacity": at / 3 if at % 2 else None, "remark": "长" * 40_000 if at == 600 else None} for at in range(1200)]
    links = {(at, "name"): f"internal:'甲 表'!A{at}" for at in range(0, 1200, 7)}
    plan = SheetPlan(FORM, city_records(FORM, rows).cells, links=links, tints={(600, ""): "error", (601, "name"): "note"}, height=18.0, spare=1)
    assert [len(str(record["remark"])) for record in plan.records()][600] == len(str(plan.record(600)["remark"])) == 32_767
    assert plan.record(601) == {**dict.fromkeys(NAMES), **rows[601]}
    assert open_book(write(tmp_path / "a.xlsx", plan)).values(FORM.sheet)[FIRST_ROW + 599][NAMES.index("remark")] == "长" * 32_767


def test_a_word_is_tinted_wherever_it_stands_unless_its_cell_has_a_tint(tmp_path):
    rows = [{"name": name, "remark": word} for name, word in [("甲", "好"), ("乙", None), ("丙", "好"), ("丁", "坏"), ("戊", "别的")]]
    words = {"remark": {"好": "good", "坏": "error"}, "no such field": {"好": "error"}}
    plan = SheetPlan(FORM, cells_of(FORM, rows), links={(1, "name"): "internal:'表'!A1"}, tints={(2, "remark"): "note", (4, "name"): "warning"}, words=words)
    said = {(0, "remark"): "good", (2, "remark"): "note", (3, "remark"): "error", (4, "name"): "warning"}
    assert plan.painted.tints == said
    cell_by_cell = SheetPlan(FORM, cells_of(FORM, rows), links=plan.links, tints=said)
    assert write(tmp_path / "a.xlsx", plan).read_bytes() == write(tmp_path / "b.xlsx", cell_by_cell).read_bytes()
    looks = {at: (plan.tint(at, "remark"), plan.tint(at, "name")) for at in range(6)}
    assert looks == {0: ("good", ""), 1: ("", ""), 2: ("note", ""), 3: ("error", ""), 4: ("", "warning"), 5: ("", "")}


def test_an_exception_while_rows_are_made_leaves_no_file(tmp_path):
    def cells(start, stop):
        if start:
            raise LookupError
        return [["甲"] * (stop - start)]

    def write_all():
        with workbook_at(tmp_path / "甲.xlsx") as (workbook, styles):
            add_form_sheet(workbook, SheetPlan(FORM), styles)
            styles.bodies[1] = Body(FIRST_ROW, 1000, cells, [[0]])

    with pytest.raises(LookupError):
        write_all()
    assert not list(tmp_path.iterdir())
