"""Whether a checklist may be sealed, and how it stands with its signatures and its seal. Source: 三环文〔2022〕69号 三(二)."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from xltools.model.checklist import ReadChecklist
from xltools.model.finding import Code, Finding, Place, first_per_cell
from xltools.model.seal import Content, Seal, canonical, load_seal_words
from xltools.rules.checklist_read import about_checkers
from xltools.rules.seal import changes

BETWEEN = "、"


def signers(read: ReadChecklist) -> dict[str, str]:
    """Every checker that the sheets name, with what stands in the place of the signature."""
    named = [(canonical(one["name"].value), one.get("signature")) for part in read.parts for one in part.checkers if "name" in one]
    return {name: canonical(signature.value) if signature else "" for name, signature in reversed(named) if name}


def reasons_against(read: ReadChecklist, signer: str = "") -> Iterator[str]:
    """Why this checklist may not be sealed; none where all its checkers have signed. signer: who signs by key, "" for nobody."""
    said = load_seal_words().reasons
    names = signers(read)
    if not read.parts or any(one.code is Code.NO_CHECKER for part in read.parts for one in about_checkers(part)):
        yield said["nobody"]
    if unsigned := [one for part in read.parts for one in _unsigned(part.checkers)]:
        yield said["unsigned"].format(names=BETWEEN.join(dict.fromkeys(unsigned)))
    for name, signature in names.items():
        if signature != name and signature in names:
            yield said["other"].format(name=name, signature=signature)
    if signer and signer not in names:
        yield said["signer"].format(name=signer)


def _unsigned(checkers: Collection[object]) -> Iterator[str]:
    for one in checkers:
        cells = one if isinstance(one, dict) else {}
        name, signature = (canonical(cells[field].value) if field in cells else "" for field in ("name", "signature"))
        if name and not signature:
            yield name


def standing(read: ReadChecklist, seal: Seal | None, content: Content, printed: Collection[str] = ()) -> tuple[str, list[Finding]]:
    """How a checklist stands, in words, and what is wrong with its seal; missing signatures are found where it is graded.

    printed: the codes that stand below its checkers.
    """
    states, place = load_seal_words().states, Place(read.file)
    names = signers(read)
    if seal is None and not printed:
        unsigned = [name for part in read.parts for name in _unsigned(part.checkers)]
        if unsigned:
            return states["open"].format(names=BETWEEN.join(dict.fromkeys(unsigned))), []
        return (states["signed"].format(count=len(names)), [Code.NOT_SEALED.at(place)]) if names else (states["nobody"], [])
    if seal is None or not seal.is_whole:
        reason = load_seal_words().reasons["missing" if seal is None else "altered"]
        return states["damaged"], [Code.SEAL_DAMAGED.at(place, reason=reason)]
    found = changes(seal, content, read.file)
    if strange := [code for code in printed if code != seal.code]:
        reason = load_seal_words().reasons["printed"].format(printed=strange[0], code=seal.code)
        return states["damaged"], [Code.SEAL_DAMAGED.at(place, reason=reason), *found]
    if found:
        broken = Code.SEAL_BROKEN.at(place, code=seal.code, count=len(found))
        return states["broken"].format(code=seal.code, count=len(found)), first_per_cell([broken, *found])
    return states["sealed"].format(code=seal.code, count=len(names)), []
