"""Proposals as rows of the form `indicators`, each with the cell it comes from and, where needed, what a person must confirm."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from msgspec import Struct

from xltools.model.code import Code
from xltools.model.finding import Finding, Place
from xltools.model.form import Form, load_form
from xltools.model.indicator import AnswerKind
from xltools.model.source_table import SourceCell, SourceTable
from xltools.rules.import_drafts import Draft, marks_in
from xltools.rules.import_layout import Entry
from xltools.rules.import_rows import Asked, Proposal
from xltools.rules.import_text import Notes, is_failing, without_marks
from xltools.rules.text import one_line

FORM = "indicators"
WAITING = "待确认"
Row = dict[str, str]


class Named(Struct, frozen=True):
    """A proposal with its place in the table. number: of the new indicator · category, item: as they will be written ·
    beside: (text, cell) for what stands beside the grades."""

    number: str
    entry: Entry
    proposal: Proposal
    category: str
    item: str
    beside: tuple[tuple[str, SourceCell], ...] = ()


class Output(Struct, frozen=True):
    """Writes the rows of one import. source_text: what every row gives as its source."""

    table: SourceTable
    notes: Notes
    source_text: str

    @property
    def form(self) -> Form:
        return load_form(FORM)

    def place(self, cell: SourceCell) -> Place:
        return Place(self.table.file, self.table.name, cell.address)

    def rows(self, named: Named) -> tuple[list[Row], list[Finding]]:
        """The rows of one indicator: one for each grade, one for each note or remark; and a finding for each that waits."""
        head = self._head(named)
        rows: list[Row] = []
        said: dict[tuple[SourceCell, str, str], list[str]] = {}
        for asked in named.proposal.asked:
            text, rest = self._cut(asked.piece.text)
            doubts = [*self._doubts(named, asked), *(["文字太长，只录了前面一部分，请对照原表补齐"] if rest else [])]
            rows.append({**head, "grade": asked.grade, "text": text, **_condition(asked, named.proposal), **self._origin(asked.piece.cell, doubts)})
            said.setdefault((asked.piece.cell, "；".join(doubts), rest), []).append(asked.grade)
        found = [finding for (cell, reason, rest), grades in said.items() for finding in self._said(cell, f"{named.item}（{'、'.join(grades)}）", reason, rest)]
        for text, cell in self._beside(named):
            short, rest = self._cut(text)
            origin = self._origin(cell, []) if cell else dict.fromkeys(("confirm", "doubt", "origin"), "")
            rows.append({**head, "grade": "", "text": short, "operator": "", "threshold": "", **origin})
            if rest:
                found.append(Code.IMPORT_UNUSED.at(self.place(cell or named.entry.labels[0]), value=rest))
        return rows, found

    def marks(self, entry: Entry, draft: Draft) -> tuple[str, ...]:
        """The notes that an entry's names or texts point to."""
        labels = [key for cell in entry.labels for key in without_marks(cell.text, self.notes)[1]]
        return tuple(dict.fromkeys((*labels, *marks_in(draft.pieces.values()))))

    def names(self, entry: Entry) -> tuple[str, str]:
        """Category and item as the table names them, in one line, without signs for notes."""
        texts = [one_line(without_marks(cell.text, self.notes)[0]).replace(" ", "") for cell in entry.labels]
        return (texts[0], "—".join(texts[1:])) if texts else ("", "")

    def _head(self, named: Named) -> Row:
        """What is the same on every row of an indicator."""
        proposal = named.proposal
        return {
            "no": named.number,
            "category": fitted(named.category or named.item, self.form["category"].max_length),
            "item": fitted(named.item or named.category, self.form["item"].max_length),
            "unit": proposal.unit,
            "kind": proposal.kind.value,
            "options": "|".join(proposal.options),
            "alternative": "",
            "source": self.source_text,
        }

    def _doubts(self, named: Named, asked: Asked) -> list[str]:
        """Everything to confirm about one row; a row that only says what falls below has no more than its own doubts."""
        if is_failing(asked.piece.text):
            return list(asked.piece.doubts)
        doubts = [*asked.doubts, *asked.piece.doubts, *named.proposal.doubts]
        if not named.category:
            doubts.append("原表没有写类别")
        if len(named.category) > self.form["category"].max_length or len(named.item) > self.form["item"].max_length:
            doubts.append(f"名称太长，只录了前面一部分；原文：{named.category}—{named.item}")
        return list(dict.fromkeys(doubts))

    def _said(self, cell: SourceCell, label: str, reason: str, rest: str) -> Iterator[Finding]:
        """What is said about one cell: why its rows wait, what of it did not fit."""
        if reason:
            yield Code.IMPORT_CONFIRM.at(self.place(cell), item=label, reason=reason, sheet=self.form.sheet)
        if rest:
            yield Code.IMPORT_UNUSED.at(self.place(cell), value=rest)

    def _beside(self, named: Named) -> list[tuple[str, SourceCell | None]]:
        """The notes an indicator points to and the remarks beside it: how to read or check it, no requirement of a grade."""
        keys = self.marks(named.entry, named.proposal.draft)
        return [*((f"注{key}：{self.notes.by_key[key]}", None) for key in keys), *named.beside]

    def _cut(self, text: str) -> tuple[str, str]:
        """(what fits into a cell, the rest)."""
        limit = self.form["text"].max_length
        return (text, "") if len(text) <= limit else (fitted(text, limit), text[limit - 1 :])

    def _origin(self, cell: SourceCell, doubts: Sequence[str]) -> Row:
        """Whether a row waits for a person, why, and the cell it comes from."""
        reason = fitted("；".join(doubts), self.form["doubt"].max_length)
        return {"confirm": WAITING if doubts else "", "doubt": reason, "origin": fitted(str(self.place(cell)), self.form["origin"].max_length)}


def _condition(asked: Asked, proposal: Proposal) -> Row:
    """Operator and threshold of a row; neither where there is nothing to compare."""
    if asked.threshold is None or proposal.kind is AnswerKind.TEXT:
        return {"operator": "", "threshold": ""}
    return {"operator": asked.threshold.operator.value, "threshold": "|".join(asked.threshold.values)}


def fitted(text: str, limit: int) -> str:
    """The text, or as much of it as fits."""
    return text if len(text) <= limit else text[: limit - 1] + "…"
