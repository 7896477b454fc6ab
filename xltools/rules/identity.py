"""Who is who: the rows of all lists of enterprises side by side, and where two of them contradict each other.

The credit code tells an enterprise; where it is no good one, name, county and process do; names that are only close are
for a person. Nothing is decided here.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence

from rapidfuzz.fuzz import ratio

from xltools.model.conflict import NOTHING_DECIDED, Clash, Conflict, Memory, Side, conflict_id
from xltools.model.grouped import Key, grouped
from xltools.model.outcome import Outcome, Submission
from xltools.model.policy import Policy
from xltools.model.value import number_text
from xltools.rules.city import Seen, place_in_order
from xltools.rules.codes import is_credit_code
from xltools.rules.cross import groups, newest
from xltools.rules.text import company_key, key, name_key
from xltools.rules.ties import ties

LIST = "screening"
CLOSE = 75          # how alike two bare names are, in per cent, before a person is asked
COMMON = 300        # a pair of characters in more names than this tells nothing
_ENDINGS = re.compile("(有限责任公司|股份有限公司|有限公司|公司|集团|总厂|分厂|厂)$")
NUMBERS = re.compile("[0-9一二三四五六七八九十东西南北甲乙丙丁戊己庚辛壬癸]")


def listed(outcome: Outcome, policy: Policy) -> list[Side]:
    """Every row of the accepted workbooks' lists of enterprises, in the order of the ledger."""
    ordered = sorted(outcome.accepted, key=lambda one: place_in_order(one, policy))
    return [side for one in ordered if LIST in one.tables for side in _sides(Seen(one))]


def _sides(seen: Seen) -> Iterator[Side]:
    table, submission = seen.submission.tables[LIST], seen.submission
    columns = [[number_text(value) if isinstance(value, float) else str(value or "") for value in seen.column(LIST, name)] for name in ("name", "credit_code", "process")]
    batches = [str(value or "") for value in seen.column(LIST, "batch")] if "batch" in table.cells else [submission.batch] * len(table.rows)
    letters = table.columns.get("name", "A")
    for row, name, code, process, batch in zip(table.rows, *columns, batches, strict=True):
        yield Side(submission.county, name, code, process, batch, table.file, table.sheet, letters, row, is_credit_code(code))


def conflicts(sides: Sequence[Side], policy: Policy, memory: Memory = NOTHING_DECIDED) -> list[Conflict]:
    """Every contradiction among these rows once, in the order of the rows; each side with all its rows.

    Those that were decided, and those that nothing which was decided answers.
    """
    found = [*_one_code(sides, memory), *_by_name(sides, memory), *_close(sides, policy, memory)]
    if not found:
        return []
    rank = {side.at: at for at, side in enumerate(sides)}
    unique = {one.id: one for one in reversed(found)}
    return sorted(unique.values(), key=lambda one: (rank[one.first.at], rank[one.second.at], one.id))


def sent_twice(submissions: Sequence[Submission], memory: Memory) -> list[Conflict]:
    """Workbooks of one county and batch of which none can be told to be the newest, in pairs as `conflicts` gives them."""
    found = list[Conflict]()
    for group in groups(submissions).values():
        if len(group) > 1 and newest(group) is None:
            found += _apart(Clash.SENT_TWICE, [_whole_file(one) for one in sorted(group, key=lambda one: one.file)], memory)
    return found


def _whole_file(one: Submission) -> Side:
    return Side(one.county, "", one.sha256[:12], "", one.batch, one.file)


def common(clash: Clash, first: Side, second: Side) -> str:
    """What both sides share, in comparable spelling."""
    code = next((key(side.code) for side in (first, second) if side.good), "")
    if clash is Clash.SENT_TWICE:
        return f"{first.county} {first.batch}"
    if clash in (Clash.TWO_COUNTIES, Clash.TWO_FILES):
        where = first.county if clash is Clash.TWO_FILES else ""
        return f"{where} {code or company_key(first.name)} {key(first.process)}"
    return {Clash.TWO_NAMES: code, Clash.TWO_CODES: f"{first.county} {company_key(first.name)}"}.get(clash, "")


def own(clash: Clash, side: Side) -> str:
    """What tells one side from the other, in comparable spelling."""
    if clash is Clash.TWO_COUNTIES:
        return side.county
    if clash in (Clash.SENT_TWICE, Clash.TWO_FILES):
        return f"{side.file} {side.code}" if clash is Clash.SENT_TWICE else side.file
    return {Clash.TWO_NAMES: company_key(side.name), Clash.TWO_CODES: key(side.code)}.get(clash, f"{side.county} {name_key(side.name)}")


def _conflict(clash: Clash, firsts: Sequence[Side], seconds: Sequence[Side]) -> Conflict:
    first, second = firsts[0], seconds[0]
    owns = own(clash, first), own(clash, second)
    return Conflict(conflict_id(clash, common(clash, first, second), owns), clash, tuple(firsts), tuple(seconds), owns)


def _several(sides: Iterable[Side], by: Callable[[Side], Hashable]) -> list[list[Side]]:
    """The groups of more than one: a row by itself contradicts nothing."""
    sides = [*sides]
    keys = [*map(by, sides)]
    counts = Counter(keys)
    found: dict[Hashable, list[Side]] = {}
    for side, one in zip(sides, keys, strict=True) if len(counts) < len(keys) else ():
        if counts[one] > 1:
            found.setdefault(one, []).append(side)
    return [*found.values()]


def _apart(clash: Clash, group: Sequence[Side], memory: Memory) -> Iterator[Conflict]:
    """Every two kinds in the group about which something was decided, and two of those that this leaves open."""
    kinds = grouped(group, lambda side: own(clash, side))
    if len(kinds) > 1:
        told = [*_told(clash, kinds, memory)]
        yield from told
        for one, other in ties(clash, kinds, [(pair, memory.decision(pair)) for pair in told]).questions():
            yield _conflict(clash, kinds[one], kinds[other])


def _told(clash: Clash, kinds: Mapping[str, Sequence[Side]], memory: Memory) -> Iterator[Conflict]:
    """The pairs of kinds, in their order, about which something was decided."""
    order = {kind: at for at, kind in enumerate(kinds)} if memory.rulings else {}
    for one, at in order.items():
        for other in memory.others.get((clash, one), ()):
            if order.get(other, at) > at and (pair := _conflict(clash, kinds[one], kinds[other])).id in memory.rulings:
                yield pair


def _one_code(sides: Sequence[Side], memory: Memory) -> Iterator[Conflict]:
    """One code: two names, two counties with one process, one process in two files of a county and batch."""
    for group in _several((side for side in sides if side.good), lambda side: side.code):  # a good code is written in one way only
        yield from _apart(Clash.TWO_NAMES, [side for side in group if side.name], memory)
        yield from _same_process(group, memory)


def _same_process(group: Sequence[Side], memory: Memory) -> Iterator[Conflict]:
    """Of rows of one enterprise: those of one process that two counties or two files report."""
    for rows in _several((side for side in group if side.process), lambda side: key(side.process)):
        yield from _apart(Clash.TWO_COUNTIES, rows, memory)
        for same in _several(rows, lambda side: side.county):
            yield from _two_files(same, memory)


def _two_files(rows: Sequence[Side], memory: Memory) -> Iterator[Conflict]:
    """Rows of one process and county in two files: of one batch, or of no batch at all."""
    named = grouped(rows, lambda side: side.batch)
    loose = named.pop("", [])
    for group in [*named.values()] or [[]]:
        yield from _apart(Clash.TWO_FILES, [*group, *loose], memory)


def _by_name(sides: Sequence[Side], memory: Memory) -> Iterator[Conflict]:
    """One name in a county with two codes; and rows without a good code whose name and process stand in another county or file."""
    named = [side for side in sides if side.name]
    names = {name: company_key(name) for name in {side.name for side in named}}
    for group in _several((side for side in named if side.good), lambda side: (side.county, names[side.name])):
        yield from _apart(Clash.TWO_CODES, group, memory)
    unsure = {(names[side.name], key(side.process)) for side in named if not side.good}
    if not unsure:
        return
    for who, group in grouped(named, lambda side: (names[side.name], key(side.process))).items():
        if who in unsure:
            codes = {key(side.code) for side in group if side.good}
            yield from _same_process([side for side in group if not side.good or len(codes) == 1], memory)


def _close(sides: Sequence[Side], policy: Policy, memory: Memory) -> Iterator[Conflict]:
    """Names that are nearly alike, of which at least one row has no good code: two good codes are two enterprises."""
    if all(side.good for side in sides if side.name):
        return
    found = [*_alike(sides, policy)]
    told = [(pair, decision) for pair in found if (decision := memory.decision(pair))]
    kinds = {own: side for pair in found for own, side in zip(pair.owns, (pair.first, pair.second), strict=True)}
    tied = ties(Clash.CLOSE, kinds, told, _spellings(kinds, sides))
    yield from (pair for pair, _ in told)
    asked = {tied.between(*pair.owns): pair for pair in reversed(found) if tied.leaves_open(*pair.owns)}     # of several with one answer the first
    yield from asked.values()


def _spellings(kinds: Mapping[str, Side], sides: Iterable[Side]) -> Iterator[tuple[str, str]]:
    """The first spelling of a name in a county that has not several codes there, and each other one: their rows are one enterprise without a decision."""
    groups = grouped(kinds, lambda own: (kinds[own].county, company_key(kinds[own].name)))
    several = {who: own for who, own in groups.items() if len(own) > 1}
    codes = grouped((side for side in sides if side.good and side.name) if several else (), lambda side: (side.county, company_key(side.name)))
    for who, (first, *others) in several.items():
        if len({side.code for side in codes.get(who, ())}) < 2:
            yield from ((first, other) for other in others)


def _alike(sides: Sequence[Side], policy: Policy) -> Iterator[Conflict]:
    """Every pair of them."""
    groups = grouped((side for side in sides if side.name), lambda side: (side.county, name_key(side.name)))
    strip = stripped(policy)
    bare = {at: strip(rows[0].name) for at, rows in groups.items()}
    unsure = {at for at, rows in groups.items() if not any(side.good for side in rows)}
    order = {at: number for number, at in enumerate(groups)}
    for one, other in sorted(candidates(bare, unsure), key=lambda pair: (order[pair[0]], order[pair[1]])):
        first, second = groups[one], groups[other]
        same_key = company_key(first[0].name) == company_key(second[0].name)
        if not same_key and ratio(bare[one], bare[other]) >= CLOSE and not only_numbered(bare[one], bare[other]):
            yield _conflict(Clash.CLOSE, first, second)


def stripped(policy: Policy) -> Callable[[str], str]:
    """A function from a name to what is left of it without regions, 有限公司 and the like, and signs."""
    regions = {policy.city, *(name for county in policy.counties for name in (county.name, *county.aliases))}
    regions |= {name[:-1] for name in regions if len(name) > 2}
    front = re.compile(f"^(?:{'|'.join(sorted(map(re.escape, map(name_key, regions)), key=len, reverse=True))}|河南省|河南)")

    def strip(name: str) -> str:
        text, before = name_key(name), ""
        while text != before:
            before, text = text, front.sub("", text, count=1) or text
            text = _ENDINGS.sub("", text) or text
        return text

    return strip


def candidates(bare: Mapping[Key, str], unsure: set[Key]) -> set[tuple[Key, Key]]:
    """Pairs worth comparing, of which one is unsure: the same but for one character, or with an uncommon pair of characters in common."""
    if not unsure:
        return set()
    traits: dict[str, list[Key]] = {}
    order = {at: number for number, at in enumerate(bare)}
    for at, name in bare.items():
        for trait in {name, *(name[:cut] + "·" + name[cut + 1 :] for cut in range(len(name))), *(name[:cut] + name[cut + 1 :] for cut in range(len(name)))}:
            traits.setdefault(trait, []).append(at)
        for trait in {name[cut : cut + 2] for cut in range(len(name) - 1)}:
            traits.setdefault(f"+{trait}", []).append(at)
    found = set()
    for members in traits.values():
        if len(members) <= COMMON:
            for one in (member for member in members if member in unsure):
                found |= {(one, other) if order[one] < order[other] else (other, one) for other in members if other != one}
    return found


def only_numbered(one: str, other: str) -> bool:
    """Whether two names differ in nothing but a number or a direction: a first and a second works are two works."""
    return one != other and NUMBERS.sub("", one) == NUMBERS.sub("", other)


def as_side(record: Mapping[str, object], which: str) -> Side:
    """A side from a line that names both: fields first_county, first_name, first_code, first_file and the common process, batch."""
    county, name, code, file = (str(record.get(f"{which}_{one}") or "") for one in ("county", "name", "code", "file"))
    return Side(county, name, code, str(record.get("process") or ""), str(record.get("batch") or ""), file, good=is_credit_code(code))
