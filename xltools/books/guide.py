"""The sheet that explains the workbook: steps, tips, colours, and every field of every form."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from xlsxwriter import Workbook
from xlsxwriter.worksheet import Worksheet

from xltools.books.layout import LINE_HEIGHT, band, lines, set_page
from xltools.books.refs import quoted
from xltools.books.style import Styles
from xltools.books.validation import details, required_word
from xltools.model.form import Field, Form, Template
from xltools.model.guide import Guide, Step, load_guide
from xltools.model.live import placeholders
from xltools.model.local import load_written, localised
from xltools.model.policy import Policy

COLUMNS = ("sheet", "label", "help", "owner", "format", "required", "example", "source")
WIDTHS = (17, 22, 40, 13, 26, 9, 22, 26)
LAST = len(COLUMNS) - 1
LEGEND_LOOKS = {"required": ("header", "county"), "computed": ("cell", "computed")}


def add_guide(workbook: Workbook, template: Template, styles: Styles, footer: str, policy: Policy) -> Worksheet:
    """Add the guide's sheet for this template with the policy's dates; nothing on it can be changed."""
    guide = load_guide()
    sheet: Worksheet = workbook.add_worksheet(guide.guide)
    for column, width in enumerate(WIDTHS):
        sheet.set_column(column, column, width)
    _title(sheet, template, styles, policy)
    row = _steps(sheet, 2, guide.words["steps_title"], list(_written(guide.steps, template, policy)), styles)
    row = _steps(sheet, row, guide.words["tips_title"], list(_written(guide.tips, template, policy)), styles)
    row = _legend(sheet, row, guide, styles)
    _fields(sheet, row, template, styles)
    sheet.hide_gridlines(2)
    sheet.protect("", {"format_columns": True, "format_rows": True})
    set_page(sheet, footer)
    return sheet


def _title(sheet: Worksheet, template: Template, styles: Styles, policy: Policy) -> None:
    """The year is named where it is not that of the specs: the version begins with theirs and would be taken for it."""
    guide = load_guide()
    line = guide.words["version_line" if policy.year == load_written().year else "year_line"]
    version = line.format(year=policy.year, version=template.version, source=template.source)
    for row, look, text, height in ((0, "title", f"{template.title} · {guide.guide}", 38), (1, "subtitle", version, 22)):
        sheet.set_row(row, height)
        band(sheet, row, range(LAST + 1), (0, text), styles.get(look))


def _section(sheet: Worksheet, row: int, text: str, styles: Styles) -> int:
    """A heading with a line under it; gives the row after it."""
    sheet.set_row(row, 32)
    band(sheet, row, range(LAST + 1), (0, text), styles.get("section"))
    return row + 1


def _written(steps: Iterable[Step], template: Template, policy: Policy) -> Iterator[tuple[str, Form | None]]:
    """The steps about forms this template has, with the sheets' names filled in."""
    forms = {form.name: form for form in template}
    rows = max((form.rows for form in template if form.layout == "rows"), default=0)
    names: dict[str, object] = {"rows": rows, **{name: form.sheet for name, form in forms.items()}}
    for step in steps:
        if placeholders([step.text]) <= names.keys() and (not step.form or step.form in forms):
            yield localised(step.text, policy).format_map(names), forms.get(step.form)


def _steps(sheet: Worksheet, row: int, title: str, steps: list[tuple[str, Form | None]], styles: Styles) -> int:
    """Numbered sentences across the sheet, each with a link to the sheet it is about; gives the row after them."""
    row = _section(sheet, row, title, styles)
    for number, (text, form) in enumerate(steps, 1):
        if form is None:
            sheet.write_string(row, 0, f"{number}", styles.get("cell", "center"))
        else:
            link = f"internal:{quoted(form.sheet)}!A1"
            sheet.write_url(row, 0, link, styles.get("cell", "center", "link"), string=f"{number}　{form.sheet}")
        _across(sheet, row, text, styles)
        row += 1
    return row


def _across(sheet: Worksheet, row: int, text: str, styles: Styles) -> None:
    """One text over all columns but the first."""
    sheet.merge_range(row, 1, row, LAST, text, styles.get("cell", "wrap", "indent"))
    sheet.set_row(row, LINE_HEIGHT * lines(text, sum(WIDTHS[1:])) + 6)


def _legend(sheet: Worksheet, row: int, guide: Guide, styles: Styles) -> int:
    """Every colour as it looks, with its meaning in words beside it; gives the row after them."""
    row = _section(sheet, row, guide.words["legend_title"], styles)
    for entry in guide.legend:
        looks = LEGEND_LOOKS.get(entry.look, ("cell", entry.look))
        sheet.write_string(row, 0, entry.name, styles.get(*looks, "center", "wrap"))
        _across(sheet, row, entry.text, styles)
        sheet.set_row(row, LINE_HEIGHT * lines(entry.name, WIDTHS[0]) + 6)
        row += 1
    return row


def _fields(sheet: Worksheet, row: int, template: Template, styles: Styles) -> None:
    """A line for every field of every form."""
    words = load_guide().words
    row = _section(sheet, row, words["fields_title"], styles)
    for column, name in enumerate(COLUMNS):
        sheet.write_string(row, column, words[f"column_{name}"], styles.get("header", "county"))
    sheet.set_row(row, 24)
    sheet.repeat_rows(row)
    for form in template:
        for field in form:
            row += 1
            _field(sheet, row, form, field, styles)


def _field(sheet: Worksheet, row: int, form: Form, field: Field, styles: Styles) -> None:
    guide = load_guide()
    written = guide.owners[field.owner] if field.formula else guide.formats[field.kind]
    more = "；".join(text for text in details(field) if not text.startswith(guide.words["example"]))
    texts = (field.header, field.help, guide.owners[field.owner], f"{written}；{more}" if more else written, required_word(field), field.example, field.source)
    sheet.write_url(row, 0, f"internal:{quoted(form.sheet)}!A1", styles.get("cell", "link", "indent"), string=form.sheet)
    for column, text in enumerate(texts, 1):
        looks = ("bold", "indent") if column == 1 else ("center",) if COLUMNS[column] in ("owner", "required") else ()
        sheet.write_string(row, column, text, styles.get("cell", "wrap", *(looks or ("indent",))))
    heights = [lines(text, width) for text, width in zip(texts, WIDTHS[1:], strict=True)]
    sheet.set_row(row, LINE_HEIGHT * max(heights) + 4)
