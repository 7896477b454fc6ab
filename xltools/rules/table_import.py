"""An official table as a bureau has it → proposed indicators, each with its doubts; every word of the source is accounted for.

What is certain follows from the words alone. Everything else is proposed with its reason, and a person confirms it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from msgspec import Struct, field

from xltools.model.code import Code
from xltools.model.finding import Finding, Place
from xltools.model.form import load_form
from xltools.model.indicator import IndicatorTable, TableStatus
from xltools.model.policy import Policy, Scheme
from xltools.model.source_table import SourceCell, SourceTable
from xltools.rules.import_drafts import Reader
from xltools.rules.import_layout import Body, Entry, Layout, find_layout, header_grades, read_body, remarks_of
from xltools.rules.import_output import WAITING, Named, Output, Row, fitted
from xltools.rules.import_rows import proposals_of
from xltools.rules.import_text import read_notes
from xltools.rules.text import one_line


class ImportRequest(Struct, frozen=True):
    """What the person importing says of a table.

    id, name, source: "" for what follows from the rest · part: sheet or table of the file, "" where only one has grades.
    """

    industry: str
    process: str
    scheme: str
    edition: str = ""
    source: str = ""
    id: str = ""
    name: str = ""
    part: str = ""


class Imported(Struct, frozen=True):
    """A table as proposed. rows: of the form `indicators`; each says where it comes from, and whether it waits for a person."""

    table: IndicatorTable
    rows: tuple[Row, ...]
    findings: tuple[Finding, ...]

    @property
    def items(self) -> int:
        """How many indicators were read."""
        return len({row["no"] for row in self.rows})

    @property
    def waiting(self) -> int:
        """How many rows a person must confirm."""
        return sum(row["confirm"] == WAITING for row in self.rows)


class _Work(Struct):
    """One import under way. used: the cells whose words went somewhere."""

    source: SourceTable
    layout: Layout
    body: Body
    reader: Reader
    output: Output
    used: set[SourceCell]
    findings: list[Finding] = field(default_factory=list)

    def place(self, cell: SourceCell) -> Place:
        return self.output.place(cell)


def choose_table(sources: Sequence[SourceTable], request: ImportRequest, policy: Policy) -> SourceTable | Finding:
    """The table to import, or why there is none: none has grades in its header, or there are several to choose from."""
    scheme = policy.scheme(request.scheme)
    fitting = [one for one in sources if request.part in ("", one.name) and find_layout(one, scheme, policy) is not None]
    place = Place(sources[0].file if sources else "", request.part)
    if request.part and sources and request.part not in [one.name for one in sources]:
        return Code.PART_UNKNOWN.at(Place(place.file), part=request.part, names="、".join(one.name for one in sources))
    if not fitting:
        return Code.NO_INDICATOR_TABLE.at(place, grades="、".join(scheme.computable))
    if len(fitting) > 1:
        return Code.SEVERAL_TABLES.at(place, names="、".join(one.name for one in fitting))
    return fitting[0]


def propose(source: SourceTable, request: ImportRequest, policy: Policy) -> Imported:
    """The proposals for one drawn table that has grades of the scheme in its header.

    Every text of the source is in a row, in the table's note or in a finding. Raises ValueError for a table without such a header.
    """
    scheme = policy.scheme(request.scheme)
    layout = find_layout(source, scheme, policy)
    if layout is None:
        raise ValueError(f"{source.name}: no grades in the header")
    body = read_body(source, layout)
    grades = _grades(layout, scheme)
    notes = read_notes((*body.notes, *source.after))
    output = Output(source, notes, request.source or source.file)
    work = _Work(source, layout, body, Reader(source, layout, grades, notes), output, {*body.notes, *source.after})
    work.findings += _header_findings(work, scheme, policy)
    named = list(_named(work))
    written = [output.rows(one) for one in named]
    explained = {key for one in named for key in output.marks(one.entry, one.proposal.draft)}
    notes_left = [*notes.general, *(f"{key} {text}" for key, text in notes.by_key.items() if key not in explained)]
    note, limit = "\n".join(notes_left), load_form("policy_tables")["note"].max_length
    if len(note) > limit:
        work.findings.append(Code.IMPORT_UNUSED.at(Place(source.file, source.name), value=note[limit - 1 :]))
    table = _table(source, request, grades, fitted(note, limit))
    rows = tuple({"table": table.id, **row} for found, _ in written for row in found)
    said = [finding for _, found in written for finding in found]
    return Imported(table, rows, (*work.findings, *said, *_unused(work)))


def _table(source: SourceTable, request: ImportRequest, grades: tuple[str, ...], note: str) -> IndicatorTable:
    """The table without its indicators."""
    return IndicatorTable(
        id=request.id or f"{request.industry}-{request.process}",
        name=request.name or f"{request.industry}（{request.process}）",
        industry=request.industry,
        process=request.process,
        scheme=request.scheme,
        edition=request.edition,
        status=TableStatus.PARTIAL.value,
        source=request.source or source.file,
        grades=grades,
        note=note,
    )


def _grades(layout: Layout, scheme: Scheme) -> tuple[str, ...]:
    """The grades the table can give: those with a column, and the lowest, which needs none."""
    there = {grade for grades in layout.grades.values() for grade in grades}
    return tuple(grade for grade in scheme.computable if grade in there or grade == scheme.computable[-1])


def _named(work: _Work) -> Iterator[Named]:
    """Every proposal in the order of the table, numbered and named."""
    number = 0
    for entry in work.body.entries:
        drafts = work.reader.drafts(entry)
        if not drafts:
            continue
        category, item = work.output.names(entry)
        proposals = [proposal for draft in drafts for proposal in proposals_of(draft, category, item)]
        beside = tuple((f"{one_line(header)}：{cell.text}" if header else cell.text, cell) for header, cell in remarks_of(work.source, work.layout, entry))
        _use(work, entry, {*entry.labels, *(cell for _, cell in beside), *(piece.cell for draft in drafts for piece in draft.pieces.values())})
        for proposal in proposals:
            number += 1
            yield Named(str(number), entry, proposal, category, proposal.title(category, item, len(proposals)), beside)


def _use(work: _Work, entry: Entry, cells: set[SourceCell]) -> None:
    """Note that these cells went somewhere, and with them those that ask nothing, and the heading above."""
    graded = {work.source.covering.get((row, column)) for row in entry.rows for column in work.layout.grades}
    work.used |= cells | {cell for cell in (*work.reader.nothing, *work.reader.joined) if cell in graded}
    if entry.heading is not None:
        work.used.add(entry.heading)
    if entry.carried:
        blank = work.source.covering[entry.rows.start, work.layout.labels[0]]
        work.findings.append(Code.CATEGORY_CARRIED.at(work.place(blank), value=one_line(entry.labels[0].text)))


def _header_findings(work: _Work, scheme: Scheme, policy: Policy) -> Iterator[Finding]:
    """What was made of the header, of everything above it and of the serial numbers, and which grades have no column."""
    first, last = work.layout.header
    heads = list(dict.fromkeys(cell for row in range(1, last + 1) for cell in work.source.row(row) if cell.text))
    titles = [*work.source.before, *(cell for cell in heads if cell.bottom < first)]
    known = [cell for cell in heads if cell not in titles and set(header_grades(cell.text, scheme, policy)) <= set(scheme.computable)]
    serial = [cell for cell in work.source.cells if cell.text and cell.left in work.layout.serial and cell.top > last]
    work.used |= {*titles, *known, *serial, *work.body.repeated}
    yield from (Code.IMPORT_TITLE.at(work.place(cell), value=cell.text) for cell in titles)
    if known:
        yield Code.IMPORT_HEADER.at(work.place(known[0]), value="、".join(one_line(cell.text) for cell in known))
    if serial:
        yield Code.IMPORT_SERIAL.at(work.place(serial[0]), value="、".join(cell.text for cell in serial))
    there = {grade for grades in work.layout.grades.values() for grade in grades}
    if missing := [grade for grade in scheme.computable if grade not in there]:
        yield Code.GRADE_COLUMN_MISSING.at(Place(work.source.file, work.source.name), grades="、".join(missing))


def _unused(work: _Work) -> Iterator[Finding]:
    """What was read as nothing, and every text that went nowhere."""
    for cell in dict.fromkeys(work.reader.nothing):
        yield Code.ASKS_NOTHING.at(work.place(cell), value=one_line(cell.text))
    for cell, grade in dict.fromkeys(work.reader.blank):
        yield Code.BLANK_REQUIREMENT.at(work.place(cell), grade=grade)
    for cell in work.source:
        if cell not in work.used:
            yield Code.IMPORT_UNUSED.at(work.place(cell), value=cell.text)
