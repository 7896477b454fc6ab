"""From what stands in a checklist workbook to answers that can be graded; and what a person did to the sheet."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from functools import lru_cache
from string import ascii_uppercase

from xltools.model.checklist import Entered, ReadChecklist, ReadLine, ReadPart
from xltools.model.code import Code
from xltools.model.finding import Finding, Place
from xltools.model.form import load_form, load_template
from xltools.model.grade import Answer, Checklist, Found, PartGrade
from xltools.model.indicator import IndicatorTable
from xltools.model.policy import Policy, called
from xltools.model.value import is_error, shown
from xltools.rules.checklist_plan import is_chosen, is_share, row_formulas, stamped
from xltools.rules.dates import FROM_COVER, read_date
from xltools.rules.details import say_so
from xltools.rules.limits import date_limits
from xltools.rules.printed import altered, struck_items
from xltools.rules.reached import table_formula
from xltools.rules.requirement import is_blank

TEMPLATE = "checklist"
QUOTED = re.compile(r'("(?:[^"]|"")*")')
PLACEHOLDER = re.compile(r"\{(found|reason|reached):([^{}]+)\}")
DECIMALS = re.compile(r"(?<![\w.])(\d+\.\d*?)0+(?!\d)")
WRITTEN = ((" ", ""), ("\n", ""), ("$", ""), ("TRUE()", "TRUE"), ("FALSE()", "FALSE"), ("[.", ""), (":.", ":"), ("]", ""), (";", ","))
FROM_POLICY = "年份取自政策"      # a checklist has no cover
PART_OF_A_WHOLE = (0, 1)        # a share in this range may be a fraction of 1


def checklists(read: ReadChecklist, policy: Policy) -> tuple[list[tuple[Checklist, ReadPart]], list[Finding]]:
    """Every sheet of a process with its table and answers, and what is wrong with workbook, head and checkers.

    A sheet whose table the policy does not have is left out, with a finding.
    """
    findings = [*_about_stamp(read, policy)]
    found: list[tuple[Checklist, ReadPart]] = []
    for part in read.parts:
        table = table_named(_text(part.head.get("table")), _text(part.head.get("edition")), policy)
        if table is None:
            findings.append(_unknown_table(part, policy))
            continue
        day, said = _date(part.head.get("checked"), "checked", policy)
        findings += [*said, *_about_head(part, read), *_about_cells(part, table), *struck_items(part, table)]
        findings += altered(part, table) if read.version == load_template(TEMPLATE).version else ()
        checklist = _checklist(part, table, day)
        if any(not is_blank(answer.found) or answer.chosen for answer in checklist.answers):
            findings += [*about_checkers(part), *_about_date(part, table)]
        found.append((checklist, part))
    return found, [*findings, *_missing_parts(read, [checklist.table for checklist, _ in found], policy)]


def table_named(name: str, edition: str, policy: Policy) -> IndicatorTable | None:
    """The policy's table of this name and edition."""
    return next((table for table in policy.tables if table.name == name and table.edition == edition), None)


def changed_formulas(part: ReadPart, grade: PartGrade) -> list[Finding]:
    """The cells whose formula is gone or is another one, although what they show is right.

    Only where the formula's text is known; a cell that shows something else than its answers give is reported by `grade_part`.
    """
    return [*_changed_rows(part, grade), *_changed_grade(part, grade)]


def _changed_rows(part: ReadPart, grade: PartGrade) -> Iterator[Finding]:
    table = grade.checklist.table
    items = {item.indicator.no: item for item in grade.items}
    expected = _expected(table, tuple(part.columns.items()), tuple((line.no, _row(line)) for line in part.lines))
    for line in part.lines:
        item, cell = items.get(line.no), line.cells["reached"]
        if item and not is_chosen(item.indicator, table) and shown_of(cell) == item.outcome:
            yield from _changed(cell, expected[line.no], item.label, item.outcome)


def _changed_grade(part: ReadPart, grade: PartGrade) -> Iterator[Finding]:
    cell = part.foot.get("grade")
    rows = [_row(line) for line in part.lines]
    if cell is None or not rows or shown_of(cell) != grade.outcome:
        return
    areas = (f"{part.columns[name]}{min(rows)}:{part.columns[name]}{max(rows)}" for name in ("reached", "reason") if name in part.columns)
    expected = normal_formula(table_formula(grade.checklist.table, *areas)) if "reason" in part.columns else ""
    yield from _changed(cell, expected, f"{grade.checklist.process}的等级", grade.outcome)


def _changed(cell: Entered, expected: str, item: str, computed: str) -> Iterator[Finding]:
    """expected: the plain formula that should be there, "" where it is not known."""
    if cell.sure and cell.formula is None:
        yield Code.FORMULA_LOST.at(cell.place, label=item, value=computed, more="")
    elif cell.formula and expected and normal_formula(cell.formula) != expected:
        yield Code.FORMULA_CHANGED.at(cell.place, item=item, shown=shown_of(cell), computed=computed)


@lru_cache(maxsize=2**13)  # checklists of one table have the same formulas
def normal_formula(text: str) -> str:
    """A formula without what programs and formats write differently: blanks, $, case, TRUE(), ends of fractions, [.A1] for A1."""
    parts = QUOTED.split(text.removeprefix("="))
    for at in range(0, len(parts), 2):      # between them stand the texts in quotes
        for written, plain in WRITTEN:
            parts[at] = parts[at].upper().replace(written, plain)
        parts[at] = DECIMALS.sub(lambda match: match[1].rstrip("."), parts[at])
    return "".join(parts)


@lru_cache(maxsize=2**8)  # as most sheets of one table have them
def _expected(table: IndicatorTable, columns: tuple[tuple[str, str], ...], rows: tuple[tuple[str, int], ...]) -> Mapping[str, str]:
    """The plain formula of every row's grade. columns: field → its letters · rows: number of an indicator → its row."""
    return {no: normal_formula(_resolved(formula, dict(columns), dict(rows))) for no, formula in row_formulas(table).items()}


def _resolved(expression: str, columns: Mapping[str, str], rows: Mapping[str, int]) -> str:
    """A formula with the cells of this sheet; "" when it needs a row or a column that is not there."""
    named = [(match[1], match[2]) for match in PLACEHOLDER.finditer(expression)]
    if any(name not in columns or no not in rows for name, no in named):
        return ""
    return PLACEHOLDER.sub(lambda match: f"{columns[match[1]]}{rows[match[2]]}", expression)


def _row(line: ReadLine) -> int:
    return int(line.cells["no"].place.cell.lstrip(ascii_uppercase))


def shown_of(cell: Entered | None) -> str | None:
    """What a cell shows, as text; None where the program that wrote it never calculated: an old format then has 0 where a text belongs."""
    if cell is None or cell.stale or (cell.formula == "" and cell.value == 0):
        return None
    return "" if cell.value is None else str(cell.value)


def _checklist(part: ReadPart, table: IndicatorTable, checked: date | None) -> Checklist:
    texts = {one.no for one in table.indicators if is_chosen(one, table)}
    foot = part.foot.get("grade")
    return Checklist(
        table=table,
        process=_text(part.head.get("process")) or part.place.sheet,
        answers=tuple(_answer(line, line.no in texts) for line in part.lines),
        credit_code=_text(part.head.get("credit_code")).upper(),
        name=_text(part.head.get("name")),
        county=_text(part.head.get("county")),
        checked=checked,
        shown=shown_of(foot),
        place=part.place,
        grade_place=foot.place if foot else part.place,
    )


def _answer(line: ReadLine, text: bool) -> Answer:
    """One row. Of a text indicator the grade column holds what the expert chose, and shows nothing of its own."""
    found, reached, reason = (line.cells.get(name, Entered()) for name in ("found", "reached", "reason"))
    chosen = "" if reached.value is None else str(reached.value)
    return Answer(
        no=line.no,
        found=_found(found.value),
        chosen=chosen if text else "",
        reason="" if reason.value is None else str(reason.value),
        evidence=_text(line.cells.get("evidence")),
        shown=None if text else shown_of(reached),
        place=found.place,
        grade_place=reached.place,
        reason_place=reason.place,
    )


def _found(value: object) -> Found:
    return value if isinstance(value, str | int | float | Decimal | bool | date) else None if value is None else str(value)


def _text(cell: Entered | None) -> str:
    """The cell as text, whole numbers without a point."""
    return "" if cell is None or cell.value is None else shown(cell.value, 1000).strip()


def _date(cell: Entered | None, field: str, policy: Policy) -> tuple[date | None, list[Finding]]:
    if cell is None or is_blank(cell.value):
        return None, []
    reading = read_date(cell.value, policy.year)
    label = load_form("checklist_head")[field].label
    low, high = date_limits(policy)
    said = {"label": label, "value": shown(cell.value), "low": low, "high": high, **reading.details}
    said |= {"how": FROM_POLICY} if said.get("how") == FROM_COVER else {}
    found = [reading.code.at(cell.place, **said)] if reading.code else []
    day = reading.value if isinstance(reading.value, date) else None
    if day and not low <= day <= high:
        return None, [Code.DATE_RANGE.at(cell.place, **{**said, "value": shown(day)})]
    return day, found


def _about_stamp(read: ReadChecklist, policy: Policy) -> Iterator[Finding]:
    place, version = Place(read.file), load_template(TEMPLATE).version
    if not read.version and not read.policy:
        yield Code.NO_STAMP.at(place)
        return
    if read.version != version:
        yield Code.OLD_TEMPLATE.at(place, found=read.version or "未注明", expected=version)
    if read.policy != policy.id:
        yield Code.OTHER_POLICY.at(place, policy=called(read.policy, policy), expected=policy.title)


def _about_head(part: ReadPart, read: ReadChecklist) -> Iterator[Finding]:
    """Whether the head still names the enterprise that the workbook was made for."""
    made_for, cell = read.subject.partition(" ")[0], part.head.get("credit_code")
    if made_for and cell and _text(cell).upper() != made_for.upper():
        yield Code.OTHER_ENTERPRISE.at(cell.place, expected=made_for, value=_text(cell))


def _unknown_table(part: ReadPart, policy: Policy) -> Finding:
    cell = part.head.get("table")
    place = cell.place if cell else part.place
    return Code.TABLE_UNKNOWN.at(place, table=_text(cell), edition=_text(part.head.get("edition")), policy=policy.id)


def _missing_parts(read: ReadChecklist, there: list[IndicatorTable], policy: Policy) -> Iterator[Finding]:
    """The tables the workbook was made with that no sheet has any more; nothing is missed while every sheet is there."""
    expected = read.subject.split(" ")[1:]
    known = {stamped(table): table.name for table in policy.tables}
    names = {stamped(table) for table in there}
    if len(read.parts) < len(expected):
        yield from (Code.PART_MISSING.at(Place(read.file), table=known.get(name, name)) for name in expected if name not in names)


def _about_cells(part: ReadPart, table: IndicatorTable) -> Iterator[Finding]:
    """Error values, and shares that may be meant as fractions."""
    shares = {one.no for one in table.indicators if is_share(one)}
    labels = {one.name: one.label for one in load_form("checklist")}
    items = {one.no: f"{one.category}—{one.item}" for one in table.indicators}
    said = say_so(load_form("checklist_foot")["opinion"].label)
    low, high = PART_OF_A_WHOLE
    for line in part.lines:
        for name, cell in line.cells.items():
            if isinstance(cell.value, str) and is_error(cell.value) and name != "reached":
                yield Code.ERROR_CELL.at(cell.place, label=labels[name], value=cell.value)
        found = line.cells["found"].value
        if line.no in shares and isinstance(found, float) and low < found <= high:
            yield Code.PERCENT_DOUBT.at(line.cells["found"].place, label=items[line.no], value=shown(found), other=shown(found * 100), then=said)


def _about_date(part: ReadPart, table: IndicatorTable) -> Iterator[Finding]:
    """Whether the day of the check is written down: tables are in force from one day to another."""
    cell = part.head.get("checked")
    if cell is None or is_blank(cell.value):
        yield Code.CHECK_DATE_MISSING.at(cell.place if cell else part.place, table=table.name)


def about_checkers(part: ReadPart) -> Iterator[Finding]:
    """Who checks, signs. Source: 三环文〔2022〕69号 三(二)."""
    named = [cells for cells in part.checkers if not is_blank(cells.get("name", Entered()).value)]
    if not named:
        yield Code.NO_CHECKER.at(part.place)
    for cells in named:
        signature = cells.get("signature")
        if signature is None or is_blank(signature.value):
            yield Code.CHECKER_NOT_SIGNED.at(signature.place if signature else part.place, name=_text(cells["name"]))
