"""Checklists in LibreOffice: what the sheets compute is what Python computes, in every cell."""

import zipfile
from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest
from msgspec.structs import replace

from tests import checklist_books as books
from tests.checklists import policies, table_of
from tests.office.host import Document, Office
from tests.office.validator import VERSIONS, validate
from xltools.actions.grade import grade_files
from xltools.books.checklist_layout import FIRST, PartLayout, layout_of
from xltools.model.checklist import Applicant, ChecklistPlan, PartPlan, Visit
from xltools.model.code import Code
from xltools.model.policy import Policy, load_policy
from xltools.rules.checklist_plan import checklist_plan, is_chosen, table_lines

SHEETS = 3000
AT_A_TIME = 12          # processes of one workbook


def groups() -> Iterator[tuple[Policy, Applicant]]:
    """Every table that can be graded, some of them twice and together with tables of other schemes."""
    for policy in policies():
        tables = [table for table in policy.tables if table.indicators]
        for first in range(0, len(tables), AT_A_TIME):
            chosen = tables[first : first + AT_A_TIME]
            yield policy, books.applicant(*chosen)
        yield from ((policy, books.applicant(*tables[at : at + 2])) for at in range(len(tables) - 1))
        yield from ((policy, books.applicant(table)) for table in tables)


LINES = {(policy.id, table.id): table_lines(table) for policy in policies() for table in policy.tables}


def plan_of(policy: Policy, who: Applicant, visits: dict[str, Visit]) -> ChecklistPlan:
    return checklist_plan(who, {part.table.id: LINES[policy.id, part.table.id] for part in who.parts}, policy, visits)


class OpenPart:
    """The sheet of a process in LibreOffice. Its ranges are looked up once: every call to the program takes milliseconds."""

    def __init__(self, document: Document, layout: PartLayout) -> None:
        sheet = document.model.Sheets.getByName(layout.plan.sheet)
        self.layout = layout
        self.found, self.reason, self.reached = (sheet.getCellRangeByName(layout.area(key)) for key in ("found", "reason", "reached"))
        self.foot = sheet.getCellRangeByName(f"{layout.grade_cell}:{layout.decisive_cell}")
        chosen = [at for at, line in enumerate(layout.plan.lines) if is_chosen(line.indicator, layout.plan.table)]
        self.chosen = {at: self.reached.getCellByPosition(0, at) for at in chosen}

    def fill(self, visit: Visit) -> None:
        """Enter a visit as an expert would: what was seen, reasons, and the grades of text indicators."""
        answers = {answer.no: answer for answer in visit.answers}
        rows = [answers[line.indicator.no] for line in self.layout.plan.lines]
        self.found.setDataArray(tuple(("" if answer.found is None else answer.found,) for answer in rows))
        self.reason.setDataArray(tuple((answer.reason,) for answer in rows))
        for at, cell in self.chosen.items():
            cell.setString(rows[at].chosen)

    def computed(self) -> dict[str, object]:
        """What the sheet shows: every grade that a formula gives, the table's, and what decided it."""
        shown = [row[0] for row in self.reached.getDataArray()]
        rows = {line.indicator.no: value for line, value in zip(self.layout.plan.lines, shown, strict=True) if line.formula}
        ((grade, *_, decisive),) = self.foot.getDataArray()
        return {**rows, "grade": grade, "decisive": decisive}


def expected(plan: PartPlan) -> dict[str, object]:
    return {**{line.indicator.no: line.shown for line in plan.lines if line.formula}, **plan.values}


def front(document: Document, plan: ChecklistPlan) -> tuple[object, ...]:
    """What the first sheet shows of the whole and of every process."""
    rows = document.values("综合", f"F3:J{7 + len(plan.parts)}")
    return (*(row[0] for row in rows[:3]), *(value for row in rows[5:] for value in row))


def front_expected(plan: ChecklistPlan) -> tuple[object, ...]:
    card = [plan.overall[name][1] for name in ("overall", "open", "undecided")]
    counts = [(part.values["grade"], *(float(part.counts[name][1]) for name in ("open", "undecided", "skipped")), part.values["decisive"] or None) for part in plan.parts]
    return (*card, *(value for line in counts for value in line))


def test_three_thousand_filled_checklists_compute_what_python_computes(office: Office, tmp_path: Path) -> None:
    rng = Random(20220624)
    given = list(groups())
    number = sum(len(who.parts) for _, who in given)
    rounds = -(-SHEETS // number)
    wrong: list[object] = []
    seen: set[object] = set()
    for at, (policy, who) in enumerate(given):
        path = books.write(tmp_path / f"{at}.xlsx", who, policy=policy)
        with office.open(path) as document:
            document.model.enableAutomaticCalculation(False)
            sheets = [OpenPart(document, layout_of(part)) for part in plan_of(policy, who, {}).parts]
            for _ in range(rounds):
                visits = {part.process: books.random_visit(part.table, rng) for part in who.parts}
                for sheet, visit in zip(sheets, visits.values(), strict=True):
                    sheet.fill(visit)
                document.recalculate()
                plan = plan_of(policy, who, visits)
                for sheet, part in zip(sheets, plan.parts, strict=True):
                    right = expected(part)
                    wrong += [(policy.id, part.table.id, no, value, right[no]) for no, value in sheet.computed().items() if value != right[no]]
                if front(document, plan) != front_expected(plan):
                    wrong.append((policy.id, front(document, plan), front_expected(plan)))
                seen |= {plan.overall["overall"][1], *(part.values["grade"] for part in plan.parts)}
    assert rounds * number >= SHEETS
    assert wrong[:5] == []
    assert {"A", "B", "C", "D", "引领性", "非引领性", "待核实", "需人工确认"} <= seen
    assert any("（需人工确认）" in str(word) for word in seen)


@pytest.mark.parametrize("seed", range(6))
def test_what_is_stored_in_a_filled_checklist_is_what_libreoffice_computes(office: Office, tmp_path: Path, seed: int) -> None:
    rng = Random(seed)
    policy = load_policy("sanmenxia-2022")
    who = books.applicant(*rng.sample([table for table in policy.tables if table.indicators], 3))
    answers = [books.random_visit(part.table, rng) for part in who.parts]
    odd = replace(answers[0], answers=(replace(answers[0].answers[0], found=True), *answers[0].answers[1:]))
    path = books.write(tmp_path / "甲.xlsx", who, [odd, *answers[1:]])
    with office.open(path) as document:
        before = {sheet: document.values(sheet) for sheet in document.sheets}
        document.recalculate()
        assert {sheet: document.values(sheet) for sheet in document.sheets} == before
        assert document.errors() == []


@pytest.mark.parametrize(("kind", "calculated"), [("xlsx", True), ("ods", True), ("xls", True), ("xls", False)])
def test_a_checklist_saved_by_libreoffice_grades_as_before_and_nothing_seems_changed(office: Office, tmp_path: Path, kind: str, calculated: bool) -> None:
    """LibreOffice stores 0 for every text that it did not calculate itself when it saves as .xls."""
    tables = [table_of("cement-clinker"), table_of("cement-grinding")]
    who = books.applicant(*tables)
    path = books.write(tmp_path / "甲.xlsx", who, [books.at_best(tables[0], no_1=85.0), books.at_best(tables[1])])
    folder = tmp_path / "saved"
    folder.mkdir()
    with office.open(path) as document:
        if calculated:
            document.recalculate()
        saved = document.save_as(folder / f"甲.{kind}")
    before, after = grade_files([path], books.POLICY), grade_files([saved], books.POLICY)
    assert [part.outcome for part in after.checks] == [part.outcome for part in before.checks] == ["B", "引领性"]
    assert {one.code for one in after.findings} == {one.code for one in before.findings}
    assert Code.FORMULA_CHANGED not in {one.code for one in after.findings}


def test_inserted_columns_and_renamed_sheets_change_nothing_and_an_inserted_row_is_named(office: Office, tmp_path: Path) -> None:
    table = table_of("cement-grinding")
    path = books.write(tmp_path / "甲.xlsx", books.applicant(table), [books.at_best(table, no_6="半封闭")])
    with office.open(path) as document:
        sheet = document.model.Sheets.getByName(table.process)
        sheet.unprotect("")
        sheet.Columns.insertByIndex(4, 1)
        sheet.Name = "二号磨"
        wide = document.save_as(tmp_path / "宽.xlsx")
        sheet.Rows.insertByIndex(FIRST + 2, 1)
        document.write("二号磨", f"F{FIRST + 3}", [["另有一台备用"]])
        longer = document.save_as(tmp_path / "长.xlsx")
    before, after, more = (grade_files([one], books.POLICY) for one in (path, wide, longer))
    assert [part.outcome for part in (*after.checks, *more.checks)] == ["非引领性", "非引领性"]
    assert [one.code for one in after.findings] == [one.code for one in before.findings]
    assert after.checks[0].decided_by[0].place.cell == "F12"
    assert {Code.INDICATOR_UNKNOWN: f"F{FIRST + 3}"}.items() <= {one.code: one.place.cell for one in more.findings}.items()


def test_locked_cells_refuse_and_open_cells_take(office: Office, tmp_path: Path) -> None:
    table = table_of("alumina")
    layout = layout_of(plan_of(books.POLICY, books.applicant(table), {}).parts[0])
    with office.open(books.write(tmp_path / "甲.xlsx", books.applicant(table))) as document:
        with pytest.raises(PermissionError):
            document.type(layout.plan.sheet, layout.cell("reached", FIRST), "A")
        with pytest.raises(PermissionError):
            document.type("综合", "F3", "A")
        document.type(layout.plan.sheet, layout.cell("found", FIRST), "天然气")
        assert document.value(layout.plan.sheet, layout.cell("reached", FIRST)) == "A"


def test_eighty_per_cent_typed_with_a_sign_is_seen_as_a_doubt(office: Office, tmp_path: Path) -> None:
    table = table_of("cement-clinker")
    layout = layout_of(plan_of(books.POLICY, books.applicant(table), {}).parts[0])
    path = books.write(tmp_path / "甲.xlsx", books.applicant(table))
    cell = layout.cell("found", FIRST)
    with office.open(path) as document:
        document.type(layout.plan.sheet, cell, "80")
        assert document.shown(layout.plan.sheet, cell) == "80%"
        document.type(layout.plan.sheet, cell, "80%")
        saved = document.save_as(tmp_path / "乙.xlsx")
    codes = {one.code: one.place.cell for one in grade_files([saved], books.POLICY).findings}
    assert codes[Code.PERCENT_DOUBT] == cell.replace("$", "")


@pytest.mark.parametrize("version", VERSIONS)
def test_the_file_format_is_right(tmp_path: Path, version: str) -> None:
    tables = [table_of("refractory"), table_of("machining"), table_of("casting-gas-electric")]
    path = books.write(tmp_path / "甲.xlsx", books.applicant(*tables), [books.at_best(table) for table in tables])
    assert zipfile.is_zipfile(path)
    assert validate(path, version) == []


def test_on_paper_the_header_comes_on_every_page_and_all_columns_fit(office: Office, tmp_path: Path) -> None:
    table = table_of("refractory")
    with office.open(books.write(tmp_path / "甲.xlsx", books.applicant(table))) as document:
        sheet = document.model.Sheets.getByName(table.process)
        assert sheet.getPrintTitleRows()
        assert (sheet.getTitleRows().StartRow, sheet.getTitleRows().EndRow) == (5, 5)
        page = document.model.StyleFamilies.getByName("PageStyles").getByName(sheet.PageStyle)
        assert page.IsLandscape
        assert (page.ScaleToPagesX, page.ScaleToPagesY) == (1, 0)
        assert page.Width > page.Height
