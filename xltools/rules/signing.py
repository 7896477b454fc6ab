"""Whether a form may be sealed, and how it stands with its signatures and its seal. Source: 三环文〔2022〕69号 三(二)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping

from msgspec import Struct

from xltools.model.checklist import Entered, ReadChecklist
from xltools.model.code import Code
from xltools.model.finding import Finding, Place, first_per_cell
from xltools.model.outcome import Submission
from xltools.model.seal import Content, Seal, canonical, load_seal_words
from xltools.rules.checklist_read import about_checkers
from xltools.rules.seal import changes
from xltools.rules.text import LIST

COVER, REVIEW, SIGNED = "cover", "review", "已签字"


class Signers(Struct, frozen=True):
    """Who signs a form. names: everybody named · unsigned: those who have not signed · against: why it may not be sealed."""

    file: str
    names: tuple[str, ...]
    unsigned: tuple[str, ...]
    against: tuple[str, ...]


def checklist_signers(read: ReadChecklist) -> Signers:
    """Who signs a checklist."""
    said = load_seal_words().reasons
    named = _named(read)
    unsigned = tuple(dict.fromkeys(one for part in read.parts for one in _unsigned(part.checkers)))
    against = []
    if not read.parts or any(one.code is Code.NO_CHECKER for part in read.parts for one in about_checkers(part)):
        against.append(said["nobody"])
    if unsigned:
        against.append(said["unsigned"].format(names=LIST.join(unsigned)))
    against += [said["other"].format(name=name, signature=other) for name, other in named.items() if other != name and other in named]
    return Signers(read.file, tuple(named), unsigned, tuple(against))


def _named(read: ReadChecklist) -> dict[str, str]:
    """Every checker that the sheets name, with what stands in the place of the signature."""
    found = [(canonical(one["name"].value), one.get("signature")) for part in read.parts for one in part.checkers if "name" in one]
    return {name: canonical(signature.value) if signature else "" for name, signature in reversed(found) if name}


def _unsigned(checkers: Iterable[Mapping[str, Entered]]) -> Iterator[str]:
    for cells in checkers:
        name, signature = (canonical(cells[field].value) if field in cells else "" for field in ("name", "signature"))
        if name and not signature:
            yield name


def county_signers(submission: Submission) -> Signers:
    """Who signs a county's workbook: the checkers of every review, and the branch director. Source: 三环文〔2022〕69号 三(三)2."""
    said = load_seal_words().reasons
    cover = submission.tables[COVER].card() if COVER in submission.tables else {}
    director = str(cover.get("director") or "")
    names, unsigned = dict.fromkeys([director] if director else []), dict[str, None]()
    reviews = submission.tables.get(REVIEW)
    for record in reviews.records() if reviews is not None else ():
        checkers = [str(record[name]) for name in ("checker1", "checker2") if isinstance(record[name], str)]
        names |= dict.fromkeys(checkers)
        unsigned |= dict.fromkeys(checkers if record["checkers_signed"] != SIGNED else ())
        unsigned |= dict.fromkeys([director] if record["director_signed"] != SIGNED else ())
    if not cover.get("sign_date"):
        unsigned |= dict.fromkeys([director])
    waiting = tuple(name or load_seal_words().words["director"] for name in unsigned)
    against = ([] if names else [said["nobody"]]) + ([said["unsigned"].format(names=LIST.join(waiting))] if waiting else [])
    return Signers(submission.file, tuple(names), waiting, tuple(against))


def standing(who: Signers, seal: Seal | None, content: Content, printed: Collection[str] = ()) -> tuple[str, list[Finding]]:
    """How a form stands, in words, and what is wrong with its seal; missing signatures are found where it is checked or graded.

    printed: the codes that stand below its checkers.
    """
    said, place = load_seal_words(), Place(who.file)
    states = said.states
    if seal is None and not printed:
        if who.unsigned:
            return states["open"].format(names=LIST.join(who.unsigned)), []
        return (states["signed"].format(count=len(who.names)), [Code.NOT_SEALED.at(place)]) if who.names else (states["nobody"], [])
    if seal is None or not seal.is_whole:
        return states["damaged"], [Code.SEAL_DAMAGED.at(place, reason=said.reasons["missing" if seal is None else "altered"])]
    found = changes(seal, content, who.file)
    if strange := [code for code in printed if code != seal.code]:
        reason = said.reasons["printed"].format(printed=strange[0], code=seal.code)
        return states["damaged"], [Code.SEAL_DAMAGED.at(place, reason=reason), *found]
    if found:
        broken = Code.SEAL_BROKEN.at(place, code=seal.code, count=len(found))
        return states["broken"].format(code=seal.code, count=len(found)), first_per_cell([broken, *found])
    return states["sealed"].format(code=seal.code, count=len(who.names)), []
