"""The emergency list: one line per enterprise and process with its measures, and the arithmetic of every cut.

Nothing here decides what no rule decides: where a number or a choice is missing, the line says so and its cut stays empty.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import ROUND_HALF_UP, Decimal
from itertools import chain, pairwise

from msgspec import Struct

from xltools.model.code import Code
from xltools.model.emergency import Computed, EmergencyWords, Worked, value_of
from xltools.model.finding import Finding, Place
from xltools.model.policy import Policy
from xltools.model.table import Record
from xltools.model.value import number_text
from xltools.rules.city import plain
from xltools.rules.emergency_rows import (
    APART,
    CODE,
    COUNTY,
    LISTED,
    NAME,
    PROCESS,
    CitySheets,
    Demands,
    Graded,
    Last,
    Who,
    decimal,
    graded,
    nearest,
    newest,
    protection,
    taken_off,
    who,
)
from xltools.rules.enterprises import ROW, told_by
from xltools.rules.gathered import gather
from xltools.rules.reduction import WHOLE, Basis, worked
from xltools.rules.text import SAID, cell_key

MASS = Decimal("0.000001")      # masses have six decimals, as the cells' ROUND(…,6)
BASES = ("base_eia", "base_permit", "base_actual")
OWN = (*BASES, "base_unit", "lines", "list_remark")     # what the city writes into the list, kept from the last one
NO_GRADE, TWICE = "还没有市级评定等级", "另一县（市、区）也报了这家企业的这道工序，须核实属地"
LEDGER = "ledger"
PART_BASE = "三项日均没有填全，减排基数不能确定"


class Ask(Struct, frozen=True):
    """What a list is made from. half: the setting for lines that are no whole number."""

    city: CitySheets
    last: Last
    demands: Demands
    half: str
    policy: Policy
    words: EmergencyWords


class Lines(Struct, frozen=True):
    """The lines of the list, of the protected apart, and what people have to do about them."""

    listed: Sequence[Record]
    protected: Sequence[Record]
    findings: Sequence[Finding]


def lines(ask: Ask) -> Lines:
    """Every process of the city's reductions and ledger once. Source: 三环文〔2022〕69号 三(三)5、四."""
    measured = [*_measures(ask, newest(ask.city.ledger, ask.policy))]
    own = nearest(ask.last.rows(APART, LISTED), (there for _, there in measured), ask.policy)
    shield = protection(ask.city, ask.policy)
    findings: list[Finding] = []
    made: tuple[list[Record], list[Record]] = ([], [])
    for measure, there in measured:
        task = shield.of(there)
        record, said = _Draft(ask, measure, there, own(there)[1]).made()
        findings += [one for one in said if task is None or one.code not in OF_CUTS]
        made[task is not None].append({**record, **{name: task.get(name) for name in TASK}} if task else record)
        if not task and there.get("protected") == ask.policy.options("yes_no")[0] and shield.who(there) not in shield.off:
            findings.append(Code.PROTECTED_DOUBT.at(ask.city.ledger.place(there[ROW], "protected"), name=there.get(NAME)))
    grades = {shield.who(one): str(one["grade"] or "") for one in made[0]}
    findings += [*taken_off(shield, grades), *_counted(ask, made[0]), *ask.city.happened.unplaced(chain(*made), ask.policy)]
    listed_lines, protected = (_flagged(sorted(some, key=lambda one: ask.policy.county_rank(one["county"])), ask.city) for some in made)
    return Lines(listed_lines, protected, _unsent_together(dict.fromkeys(findings), ask))


TASK = ("protected_kind", "task", "scope", "valid_from", "valid_to")
OF_CUTS = frozenset({Code.CUT_DIFFERS, Code.CUT_UNKNOWN, Code.CUT_TOO_SMALL, Code.CUT_OVER_BASE})
MANY = 3        # lines of one county without measures, from which on it is its sheet that is missing
WAITS = "按生产线条数折算，条数没有填或不是整数条"


def _measures(ask: Ask, ledger: Sequence[Record]) -> Iterator[tuple[Record, Record]]:
    """Each row of measures with its row of the ledger; then the rows of the ledger that have none."""
    met: set[tuple[object, Who]] = set()
    find = nearest(((LEDGER, one) for one in ledger), (), ask.policy)
    for one in newest(ask.city.reductions, ask.policy):
        there = find(one)[1]
        met.add((there.get(COUNTY), who(there)))
        called = {**{name: one.get(name) or there.get(name) for name in (COUNTY, CODE, PROCESS)}, NAME: there.get(NAME) or one.get(NAME)}
        yield one, {**there, **called}
    yield from (({}, there) for there in ledger if (there[COUNTY], who(there)) not in met)


def _flagged(made: Sequence[Record], city: CitySheets) -> list[Record]:
    """The lines with those marked that stand there more than once."""
    sites = {cell_key(code) for row, code in zip(city.ledger.rows, city.ledger.cells[CODE], strict=True) if row in city.sites}
    told = [(who(one), told_by({**one, ROW: ""}, city.apart), one[COUNTY] if who(one)[0] in sites else "") for one in made]
    seen = Counter(told)
    return [one if seen[mine] == 1 else {**one, "confirm": SAID.join(filter(None, (str(one["confirm"] or ""), TWICE)))} for mine, one in zip(told, made, strict=True)]


def _unsent_together(findings: Iterable[Finding], ask: Ask) -> list[Finding]:
    """The findings, those about lines without measures as one for each county that reported no measures at all: a sheet is missing, or was left empty."""
    ledger, sheet = ask.city.ledger, ask.city.reductions.form.sheet
    sent = {*ask.city.reductions.column("county")}
    counties = dict(zip(ledger.rows, ledger.column("county"), strict=True))

    def county(one: Finding) -> object:
        where = counties.get(one.place.row) if one.code is Code.NO_MEASURES else None
        return None if where in sent else where

    def once(some: list[Finding]) -> list[Finding]:
        return some if len(some) < MANY else [Code.NO_MEASURES_SENT.at(Place(ledger.file, ledger.sheet), county=county(some[0]), count=len(some), sheet=sheet)]

    return gather(findings, county, once)


def _counted(ask: Ask, made: Sequence[Record]) -> Iterator[Finding]:
    """What many lines lack alike, said once."""
    place = Place(sheet=ask.city.reductions.sheet, file=ask.city.reductions.file)
    for code, words in ((Code.LINES_WAIT, WAITS), (Code.GRADE_NOT_DECIDED, NO_GRADE)):
        if count := sum(words in str(one["confirm"] or "") for one in made):
            yield code.at(place, count=count)


class _Draft(Struct, frozen=True):
    """One line in the making. measure: its row of the reductions, {} where there is none · there: of the ledger · own: of the last list."""

    ask: Ask
    measure: Record
    there: Record
    own: Record

    def made(self) -> tuple[Record, list[Finding]]:
        """The line, and what a person has to do about it."""
        grade, said = graded(self.measure, self.there, self.ask.city.happened.of(self.there), self.ask.policy)
        said += self._of_grade(grade)
        doubts = [grade.note, "" if grade.decided else NO_GRADE]
        record: Record = {name: self.there.get(name) for name in ("county", NAME, CODE, PROCESS, "industry", "table")}
        record |= {"grade": grade.grade or None, **{name: self.own.get(name) for name in OWN}, **self._source(), **self._days()}
        record["base"] = self._base()
        if any(self.own.get(name) is not None for name in BASES) and self._number("base", record) is None:
            doubts.append(PART_BASE)
        basis = self._basis(record)
        for level in self.ask.words.levels:
            cells, doubt, found = self._level(level, basis, grade, record)
            record |= cells
            said += found
            doubts.append(doubt)
        doubts += self._falling(record)
        return {**record, "confirm": SAID.join(dict.fromkeys(filter(None, doubts))) or None}, said

    def _of_grade(self, grade: Graded) -> list[Finding]:
        name, process = (self.there.get(one) for one in (NAME, PROCESS))
        if not self.measure:
            return [Code.NO_MEASURES.at(self.ask.city.ledger.place(self.there[ROW], PROCESS), name=name, process=process)]
        if grade.decided and grade.grade != self.measure.get("grade"):
            place = self.ask.city.reductions.place(self.measure[ROW], "grade")
            return [Code.MEASURES_BY_OLD_GRADE.at(place, name=name, process=process, grade=grade.grade, value=self.measure.get("grade") or "空白")]
        return []

    def _source(self) -> Record:
        table, record = (self.ask.city.reductions, self.measure) if self.measure else (self.ask.city.ledger, self.there)
        return {"source_file": table.file, "source_sheet": table.sheet, "source_row": record[ROW]}

    def _typed(self, name: str) -> object:
        """A cell of the reductions as understood, or as typed where it was not."""
        value, raw = self.measure.get(name), self.ask.city.raw
        return value if value is not None or not self.measure or name not in raw.cells else plain(raw.value(self.measure[ROW], name))

    def _days(self) -> Record:
        return {f"day_{one}": self._typed(f"day_{one}") for one in self.ask.words.pollutants}

    def _base(self) -> Computed:
        """The smallest of the three daily averages, once all three are known."""
        found = [decimal(self.own.get(name)) for name in BASES]
        known = [value for value in found if value is not None]
        cells = ",".join(f"{{{name}}}" for name in BASES)
        return Computed(f'IF(COUNT({cells})=3,MIN({cells}),"")', min(known) if len(known) == len(BASES) else "")

    def _number(self, name: str, record: Record) -> Decimal | None:
        value = value_of(record.get(name))
        return value if isinstance(value, Decimal) else decimal(value)

    def _basis(self, record: Record) -> Basis:
        lines_known = decimal(self.own.get("lines"))
        words = self.ask.words.lists["line_rounding"]
        return Basis(self._number("base", record), str(self.own.get("base_unit") or ""), int(lines_known) if lines_known else None, self.ask.half, words)

    def _level(self, level: str, basis: Basis, grade: Graded, record: Record) -> tuple[Record, str, list[Finding]]:
        """The cells of one level of warning, what a person has to confirm, and the findings."""
        text = str(self._typed(f"measure_{level}") or "")
        reported, found = decimal(self.measure.get(f"cut_{level}")), worked(text, basis)
        known = [value for value in (reported, found.percent) if value is not None]
        used = min(known, default=None)
        demand = self.ask.demands.of(str(record["table"] or ""), grade.grade)
        cells: Record = {f"rule_{level}": demand.get(f"rule_{level}"), f"measure_{level}": text or None}
        cells[f"reported_{level}"] = self._typed(f"cut_{level}")
        cells[f"worked_{level}"] = Computed(found.expression, "" if found.percent is None else found.percent) if found.expression else None
        cells |= cut_cells(level, used, record, list(self.ask.words.pollutants))
        said = list(self._of_cut(level, text, (reported, found, used)))
        if (least := self._least(level, demand, basis)) is not None and used is not None and used < least:
            said.append(self._too_small(level, grade, least, used))
        doubt = SAID.join(filter(None, (f"{self.ask.words.levels[level]}{WAITS}" if found.waits and not found.note else "", found.note)))
        return cells, doubt if used is not None or not self.measure else SAID.join(filter(None, (doubt, f"{self.ask.words.levels[level]}没有减排比例"))), said

    def _falling(self, record: Record) -> Iterator[str]:
        """Where a graver warning cuts less than the one below it."""
        cuts = [(label, value_of(record[f"cut_{level}"])) for level, label in self.ask.words.levels.items()]
        for (milder, more), (graver, less) in pairwise((label, cut) for label, cut in cuts if isinstance(cut, Decimal)):
            if less < more:
                yield f"{graver}减{number_text(float(less))}%，比{milder}的{number_text(float(more))}%还少"

    def _least(self, level: str, demand: Mapping[str, object], basis: Basis) -> Decimal | None:
        """The least cut: as the measure's own text comes to with these lines, else the number written beside it."""
        own = worked(str(demand.get(f"rule_{level}") or ""), basis).percent
        written = demand.get(f"least_{level}")
        return own if own is not None else decimal(float(str(written))) if written is not None else None

    def _of_cut(self, level: str, text: str, cut: tuple[Decimal | None, Worked, Decimal | None]) -> Iterator[Finding]:
        if not self.measure:
            return
        reported, found, used = cut
        table = self.ask.city.reductions
        place, label = table.place(self.measure[ROW], f"cut_{level}"), table.form[f"cut_{level}"].label
        if used is None:
            yield Code.CUT_UNKNOWN.at(place, label=label, text=text)
        elif None not in (reported, found.percent) and reported != found.percent:
            values = {"value": reported, "computed": found.percent, "used": used}
            yield Code.CUT_DIFFERS.at(place, label=label, text=text, **{name: number_text(float(str(one))) for name, one in values.items()})
        if found.note:
            yield Code.CUT_OVER_BASE.at(table.place(self.measure[ROW], f"measure_{level}"), note=found.note)

    def _too_small(self, level: str, grade: Graded, least: Decimal, used: Decimal) -> Finding:
        place = self.ask.city.reductions.place(self.measure[ROW], f"cut_{level}")
        values = {"required": number_text(float(least)), "used": number_text(float(used)), "level": self.ask.words.levels[level]}
        return Code.CUT_TOO_SMALL.at(place, name=self.there.get(NAME), process=self.there.get(PROCESS), grade=grade.grade, **values)


def cut_cells(level: str, used: Decimal | None, record: Record, pollutants: Sequence[str]) -> Record:
    """The cut of one level, what may still be produced, and what each pollutant's emission falls by."""
    pair = f"{{reported_{level}}},{{worked_{level}}}"
    cells: Record = {f"cut_{level}": Computed(f'IF(COUNT({pair})=0,"",MIN({pair}))', "" if used is None else used)}
    base = value_of(record["base"])
    allowed = mass(base * (WHOLE - used) / WHOLE) if isinstance(base, Decimal) and used is not None else ""
    cells[f"allowed_{level}"] = Computed(f'IF(COUNT({{base}},{{cut_{level}}})=2,ROUND({{base}}*(1-{{cut_{level}}}/100),6),"")', allowed)
    for one in pollutants:
        day = decimal(record.get(f"day_{one}"))
        cut = mass(day * used / WHOLE) if day is not None and used is not None else ""
        cells[f"{level}_{one}"] = Computed(f'IF(COUNT({{day_{one}}},{{cut_{level}}})=2,ROUND({{day_{one}}}*{{cut_{level}}}/100,6),"")', cut)
    return cells


def mass(value: Decimal) -> Decimal:
    """Rounded as the cells round."""
    return value.quantize(MASS, ROUND_HALF_UP)


