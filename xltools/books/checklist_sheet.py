"""The sheet of one process in a checklist: head, a row for every indicator, what it comes to, who signs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date

from xlsxwriter.worksheet import Worksheet

from xltools.books.base import Cell
from xltools.books.checklist_layout import (
    FIRST,
    GRADE,
    HEAD,
    HEADER,
    NOTE,
    PAIRS,
    TITLE,
    PartLayout,
    Span,
    grade_header,
    requirement_spans,
)
from xltools.books.checklist_page import note_of, set_part_page
from xltools.books.sheet import Formula, write_cell
from xltools.books.style import Styles, header_look
from xltools.books.validation import EARLIEST, LATEST, MESSAGE_LIMIT, TITLE_LIMIT
from xltools.model.checklist import IndicatorRow, load_checklist_words
from xltools.model.form import Kind, Owner, load_form
from xltools.model.grade import Status
from xltools.model.indicator import AnswerKind, Indicator, IndicatorTable

Options = dict[str, object]
Listed = Callable[[Sequence[str]], str]     # a list's defined name
FROZEN = 3
LARGEST, WHOLE = 1_000_000_000_000, 100


def add_part(sheet: Worksheet, layout: PartLayout, listed: Listed, footer: str, styles: Styles) -> None:
    """Fill the sheet of a process. listed: where an option list stands · footer: as XlsxWriter writes it."""
    for column, width in enumerate(layout.widths):
        sheet.set_column(column, column, width)
    for row, height in layout.tall.items():
        sheet.set_row(row - 1, height)
    _title(sheet, layout, styles)
    _head(sheet, layout, styles)
    _header(sheet, layout, styles)
    for row, line in enumerate(layout.plan.lines, FIRST):
        _row(sheet, layout, row, styles)
        _accept(sheet, layout, row, line, listed)
        _marks(sheet, layout, row, line, styles)
    grade_marks(sheet, layout.area("reached"), layout.plan.table, styles)
    _foot(sheet, layout, styles)
    _checkers(sheet, layout, styles)
    sheet.ignore_errors({"number_stored_as_text": f"A{FIRST}:{layout.area('demand').partition(':')[2]}"})
    sheet.hide_gridlines(2)
    sheet.freeze_panes(HEADER, FROZEN)
    sheet.protect("", {"format_columns": True, "format_rows": True})
    set_part_page(sheet, layout, footer)


def put(sheet: Worksheet, row: int, span: Span, value: Cell | Formula, looks: Sequence[str], styles: Styles) -> None:
    """Write a value into a row (counted from 1) across some columns."""
    look = styles.get(*looks)
    if span.last > span.first:
        sheet.merge_range(row - 1, span.first, row - 1, span.last, "", look)
    write_cell(sheet, (row - 1, span.first), value, look)


def grade_marks(sheet: Worksheet, area: str, table: IndicatorTable, styles: Styles) -> None:
    """Colour the grades of an area by what they are: best, lowest, open, to be decided."""
    best, first = (table.lowest, *table.ladder)[-1], area.partition(":")[0].replace("$", "")
    tints = {best: "good", Status.UNVERIFIED.value: "missing", Status.NEEDS_DECISION.value: "warning", table.lowest: "error"}
    for word, tint in tints.items():
        sheet.conditional_format(area.replace("$", ""), styles.where(f'EXACT({first},"{word}")', tint))


def _title(sheet: Worksheet, layout: PartLayout, styles: Styles) -> None:
    plan, whole = layout.plan, Span(0, len(layout.widths) - 1)
    put(sheet, TITLE, whole, f"{load_form('checklist_head').title}　{plan.head['process']}", ("title",), styles)
    put(sheet, NOTE, whole, note_of(plan), ("error", "large", "indent", "wrap") if plan.warning else ("subtitle", "wrap"), styles)


def _head(sheet: Worksheet, layout: PartLayout, styles: Styles) -> None:
    """Label and value, PAIRS of them side by side."""
    for at, one in enumerate(load_form("checklist_head")):
        row, (label, value) = HEAD + at // PAIRS, layout.zones[at % PAIRS]
        put(sheet, row, label, one.label, ("label", "wrap"), styles)
        looks = ["cell", "wrap", "date" if one.kind is Kind.DATE else "text", "left", "indent"]
        if one.owner is Owner.EXPERT:
            looks += ["open", "entry"]
        put(sheet, row, value, layout.plan.head.get(one.name), looks, styles)
        if one.kind is Kind.DATE:
            sheet.data_validation(row - 1, value.first, row - 1, value.first, _date(one.label))


def _header(sheet: Worksheet, layout: PartLayout, styles: Styles) -> None:
    form = load_form("checklist")
    for column, key in enumerate(layout.keys):
        grade = key.startswith(GRADE)
        text = grade_header(key.removeprefix(GRADE)) if grade else form[key].label
        owner = Owner.COUNTY if grade else form[key].owner
        sheet.write_string(HEADER - 1, column, text, styles.get(*header_look(owner)))


def _row(sheet: Worksheet, layout: PartLayout, row: int, styles: Styles) -> None:
    """One indicator: what is asked, what was found, what it reaches, what is to be done."""
    line = layout.plan.lines[row - FIRST]
    indicator, answer = line.indicator, line.answer
    first = row == FIRST or layout.plan.lines[row - FIRST - 1].indicator.category != indicator.category
    number: Cell = int(indicator.no) if indicator.no.isdigit() and str(int(indicator.no)) == indicator.no else indicator.no
    plain = ("cell", "computed", "wrap")
    texts: dict[str, tuple[Cell, Sequence[str]]] = {
        "no": (number, (*plain, "center")),
        "category": (indicator.category, (*plain, "bold") if first else (*plain, "faint")),
        "item": (line.item, ("cell", "wrap", "bold")),
        "unit": (indicator.unit or None, (*plain, "center")),
        "found": (_writable(answer.found) if answer else None, ("cell", "open", *_found_looks(indicator))),
        "reason": (answer.reason or None if answer else None, ("cell", "open", "text", "wrap")),
        "evidence": (answer.evidence or None if answer else None, ("cell", "open", "text", "entry", "center")),
        "problem": (line.problem or None, ("cell", "open", "text", "wrap")),
        "demand": (line.demand or None, ("cell", "open", "text", "wrap")),
    }
    for key, (value, looks) in texts.items():
        put(sheet, row, Span(layout.column(key), layout.column(key)), value, looks, styles)
    for span, text in requirement_spans(layout, row):
        put(sheet, row, span, text or None, ("cell", "wrap", *(("center",) if span.last > span.first else ())), styles)
    _reached(sheet, layout, row, line, styles)


def _reached(sheet: Worksheet, layout: PartLayout, row: int, line: IndicatorRow, styles: Styles) -> None:
    at = layout.column("reached")
    if line.formula:
        value, looks = Formula(layout.resolved(line.formula), line.shown), ("cell", "computed", "wrap", "bold", "center")
        put(sheet, row, Span(at, at), value, looks, styles)
    else:
        put(sheet, row, Span(at, at), line.shown or None, ("cell", "open", "text", "wrap", "bold", "center"), styles)


def _writable(found: object) -> Cell:
    if found is None or found == "":
        return None
    return found if isinstance(found, str | int | float | bool | date) else float(str(found))


def _found_looks(indicator: Indicator) -> tuple[str, ...]:
    if indicator.kind is AnswerKind.NUMBER:
        return ("entry", "center", *(("percent",) if indicator.unit == "%" else ()))
    return ("text", "entry", "left" if indicator.kind is AnswerKind.TEXT else "center")


def _accept(sheet: Worksheet, layout: PartLayout, row: int, line: IndicatorRow, listed: Listed) -> None:
    """Drop-downs and limits of one row."""
    found, reached, reason = (layout.column(key) for key in ("found", "reached", "reason"))
    sheet.data_validation(row - 1, found, row - 1, found, _found(line, listed))
    words = load_checklist_words()
    if not line.formula:
        table = layout.plan.table
        grades = (*reversed(table.ladder), table.lowest)
        options = {"validate": "list", "value": f"={listed(grades)}", **_prompt("reached", words.words["prompt_grade"]), **_refused("reached", "refused_choice")}
        sheet.data_validation(row - 1, reached, row - 1, reached, options)
    reasons = {"validate": "list", "value": f"={listed(words.reasons)}", "show_error": False, **_prompt("reason", words.words["prompt_reason"])}
    sheet.data_validation(row - 1, reason, row - 1, reason, reasons)


def _found(line: IndicatorRow, listed: Listed) -> Options:
    words, indicator = load_checklist_words().words, line.indicator
    if line.formula and indicator.kind is AnswerKind.NUMBER:
        share = indicator.unit == "%"
        unit = words["prompt_number"].format(unit=indicator.unit) if indicator.unit else words["prompt_plain"]
        limits = {"validate": "decimal", "criteria": "between", "minimum": 0, "maximum": WHOLE if share else LARGEST}
        return {**limits, **_prompt("found", words["prompt_share"] if share else unit), **_refused("found", "refused_share" if share else "refused_number")}
    if indicator.options and indicator.kind is not AnswerKind.TEXT:
        return {"validate": "list", "value": f"={listed(indicator.options)}", **_prompt("found", words["prompt_choice"]), **_refused("found", "refused_choice")}
    text = words["prompt_free"] if line.formula else words["prompt_text"].format(reached=load_form("checklist")["reached"].label)
    return {"validate": "any", **_prompt("found", text)}


def _prompt(field: str, text: str) -> Options:
    return {"input_title": load_form("checklist")[field].label[:TITLE_LIMIT], "input_message": text[:MESSAGE_LIMIT]}


def _refused(field: str, word: str) -> Options:
    return {"error_title": load_form("checklist")[field].label[:TITLE_LIMIT], "error_message": load_checklist_words().words[word]}


def _date(label: str) -> Options:
    refused = {"error_title": label, "error_message": load_checklist_words().words["refused_date"]}
    return {"validate": "date", "criteria": "between", "minimum": EARLIEST, "maximum": LATEST, **refused}


def _marks(sheet: Worksheet, layout: PartLayout, row: int, line: IndicatorRow, styles: Styles) -> None:
    """Colours that stay when a paste has swept the drop-downs away."""
    for mark in line.marks:
        column = layout.column(mark.field)
        sheet.conditional_format(row - 1, column, row - 1, column, styles.where(layout.resolved(mark.expression), mark.tint))


def _foot(sheet: Worksheet, layout: PartLayout, styles: Styles) -> None:
    """The table's grade, what decided it, and the experts' opinion."""
    plan, form, row = layout.plan, load_form("checklist_foot"), layout.foot
    (grade_label, grade), (label, value) = layout.zones[0], layout.zones[1]
    last = len(layout.widths) - 1
    put(sheet, row, grade_label, form["grade"].label, ("label", "large"), styles)
    put(sheet, row, grade, Formula(layout.resolved(plan.foot["grade"]), plan.values["grade"]), ("cell", "computed", "large", "center"), styles)
    put(sheet, row, label, form["decisive"].label, ("label",), styles)
    decisive = Formula(layout.resolved(plan.foot["decisive"]), plan.values["decisive"])
    put(sheet, row, Span(value.first, last), decisive, ("cell", "computed", "wrap", "indent"), styles)
    grade_marks(sheet, layout.grade_cell, plan.table, styles)
    put(sheet, row + 1, grade_label, form["opinion"].label, ("label",), styles)
    put(sheet, row + 1, Span(grade.first, last), plan.opinion or None, ("cell", "open", "text", "entry", "top", "left", "indent"), styles)


def _checkers(sheet: Worksheet, layout: PartLayout, styles: Styles) -> None:
    """A line for everyone who checked: who signed, answers."""
    form, top = load_form("checklist_checkers"), layout.checkers
    spans = checker_spans(layout)
    for span, one in zip(spans, form, strict=True):
        put(sheet, top, span, one.label, header_look(Owner.EXPERT), styles)
    for at in range(form.rows):
        row = top + 1 + at
        record = layout.plan.checkers[at] if at < len(layout.plan.checkers) else {}
        for span, one in zip(spans, form, strict=True):
            looks = ("cell", "open", "date" if one.kind is Kind.DATE else "text", "entry", "center")
            put(sheet, row, span, record.get(one.name), looks, styles)
            if one.kind is Kind.DATE:
                sheet.data_validation(row - 1, span.first, row - 1, span.first, _date(one.label))
    put(sheet, layout.end, Span(0, len(layout.widths) - 1), f"{form.note}（{layout.plan.clause}）", ("subtitle",), styles)


def checker_spans(layout: PartLayout) -> list[Span]:
    """The columns of the checkers' lines: as many parts of about one width as there are fields."""
    count = len(load_form("checklist_checkers").fields)
    total, borders = sum(layout.widths), [0]
    for part in range(1, count):
        ends = range(borders[-1] + 1, len(layout.widths) - (count - part) + 1)
        borders.append(min(ends, key=lambda end: abs(sum(layout.widths[:end]) - total * part / count)))
    return [Span(first, after - 1) for first, after in zip(borders, (*borders[1:], len(layout.widths)), strict=True)]
