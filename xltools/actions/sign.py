"""sign 封签 and verify 核验: seal forms whose checkers have all signed; tell of sealed ones what was changed since.

Source: 三环文〔2022〕69号 三(二): who checks, signs, and answers for it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from xltools.actions.check import Source, is_by_chance, sources
from xltools.actions.people import is_register, read_people
from xltools.actions.seal_state import Paper, paper, state_of
from xltools.books.file import FileBook, open_book
from xltools.books.gate import Kind
from xltools.books.package import replace_file
from xltools.books.patch_xml import CannotPatchError
from xltools.books.seal import sealed_copy
from xltools.books.seal_sheet import seal_of
from xltools.books.signing_key import SigningKey, fingerprint, holds
from xltools.model.code import Code
from xltools.model.finding import Finding, Place, StopError, order
from xltools.model.policy import Policy
from xltools.model.seal import Content, Seal, load_seal_words
from xltools.rules.impartial import Person, conflicts
from xltools.rules.seal import changes, sealed


class SignOutcome(Struct, frozen=True):
    """What signing or verifying gave. states: file → how it stands, in words · paths: sealed copies written."""

    states: Mapping[str, str]
    findings: tuple[Finding, ...] = ()
    paths: tuple[Path, ...] = ()

    def record(self) -> dict[str, object]:
        """The outcome as `--json` prints it."""
        files = [path.name for path in self.paths]
        return {"states": dict(self.states), "files": files, "findings": [one.record() for one in self.findings]}


class Signing(Struct, frozen=True):
    """How to seal. folder: where the copies go · key: signs the seals too, None for seals without signatures by key ·
    people: a register of who may not check."""

    policy: Policy
    folder: Path
    day: date
    key: SigningKey | None = None
    people: Path | None = None


def sign_files(paths: Iterable[Path], job: Signing) -> SignOutcome:
    """Write a sealed copy of every checklist and county workbook among these files and folders; nothing that is there is overwritten.

    A form that is sealed already and unchanged keeps its seal, and gets one signature more where there is a key. What somebody on the
    blacklist signed is not sealed; registers among the files are used too. Source: 三环文〔2022〕69号 六(三).
    """
    states: dict[str, str] = {}
    forms, people, found = _forms(paths, job)
    written: list[Path] = []
    for book, form in forms:
        said = conflicts(form.checkers, people)
        found += said
        if any(one.code is Code.CHECKER_BLACKLISTED for one in said):
            continue
        try:
            path, states[book.name] = _sign(book, form, job)
        except StopError as stop:
            found.append(stop.finding)
        else:
            written.append(path)
    return SignOutcome(states, tuple(sorted(found, key=order)), tuple(written))


def _forms(paths: Iterable[Path], job: Signing) -> tuple[list[tuple[FileBook, Paper]], list[Person], list[Finding]]:
    """Every form to be sealed, the persons of every register among the files, and what could not be read."""
    forms: list[tuple[FileBook, Paper]] = []
    people, found = read_people(open_book(job.people), job.policy) if job.people else ([], [])
    for source in sources(paths)[0]:
        try:
            book = open_book(source.path, source.name, source.passwords)
            if is_register(book):
                more, said = read_people(book, job.policy)
                people, found = [*people, *more], [*found, *said]
            elif form := _form(book, source, job.policy):
                forms.append((book, form))
        except StopError as stop:
            found += [] if is_by_chance(source) else [stop.finding]
    return forms, people, found


def _form(book: FileBook, source: Source, policy: Policy) -> Paper | None:
    """The form in a file, None for another kind of file in a folder. Raises StopError for one that a person chose."""
    found = paper(book, policy)
    if found is None and source.chosen:
        raise StopError(_cannot(book, load_seal_words().reasons["kind"]))
    return found


def _sign(book: FileBook, form: Paper, job: Signing) -> tuple[Path, str]:
    """The sealed copy of one form, and how it stands now. Raises StopError with the reason why there is none."""
    said, key = load_seal_words(), job.key
    if book.kind is not Kind.XLSX:
        raise StopError(_cannot(book, said.reasons["format"]))
    strange = [said.reasons["signer"].format(name=key.name)] if key and key.name not in form.who.names else []
    stale = [said.reasons["stale"].format(count=len(form.content.stale))] if form.content.stale else []
    if against := [*form.who.against, *strange, *stale]:
        raise StopError(_cannot(book, against[0]))
    target = job.folder / Path(book.name).name
    if target.exists():
        raise StopError(Code.OUTPUT_EXISTS.at(Place(book.name), file=target.name))
    seal = _seal(seal_of(book), form.content, book.name, job.day)
    if key:
        others = tuple(one for one in seal.signatures if one.name != key.name)
        seal = replace(seal, signatures=(*others, key.sign(seal, job.day.isoformat())))
    try:
        content = sealed_copy(book.path, seal, book.name)
    except CannotPatchError as error:
        raise StopError(_cannot(book, said.reasons["layout"])) from error
    job.folder.mkdir(parents=True, exist_ok=True)
    replace_file(target, content)
    return target, said.states["sealed"].format(code=seal.code, count=len(form.who.names))


def _seal(old: Seal | None, content: Content, file: str, day: date) -> Seal:
    """The seal that is there while the content is as it was sealed, else a new one that names the one it replaces."""
    if old and old.is_whole and not changes(old, content, file):
        return old
    return sealed(content, day, old.code if old else "")


def _cannot(book: FileBook, reason: str) -> Finding:
    return Code.CANNOT_SEAL.at(Place(book.name), reason=reason)


def verify_files(paths: Iterable[Path], policy: Policy, known: Mapping[str, frozenset[str]] | None = None) -> SignOutcome:
    """How every checklist and county workbook among these files and folders stands with its signatures and its seal.

    known: name → public keys that are known to be this person's.
    """
    states: dict[str, str] = {}
    found: list[Finding] = []
    for source in sources(paths)[0]:
        try:
            book = open_book(source.path, source.name, source.passwords)
            if (form := _form(book, source, policy)) is None:
                continue
            state, said = state_of(book, form)
            seal = seal_of(book)
            states[source.name] = state if said else state + _by_key(seal)
            found += [*said, *form.about, *_signatures(seal, book.name, known or {}), *_unsigned(seal, form, known or {})]
        except StopError as stop:
            found += [] if is_by_chance(source) else [stop.finding]
    found += [] if states or found else [Code.NO_CHECKLISTS.at(Place())]
    return SignOutcome(states, tuple(sorted(found, key=order)))


def _signatures(seal: Seal | None, file: str, known: Mapping[str, frozenset[str]]) -> list[Finding]:
    """What is wrong with the signatures by key."""
    found = []
    for one in seal.signatures if seal else ():
        if not (seal and holds(one, seal)):
            found.append(Code.SIGNATURE_WRONG.at(Place(file), name=one.name))
        elif one.name in known and one.public not in known[one.name]:
            registered = "、".join(sorted(fingerprint(public) for public in known[one.name]))
            found.append(Code.SIGNER_OTHER_KEY.at(Place(file), name=one.name, print=fingerprint(one.public), known=registered))
        elif one.name not in known:
            found.append(Code.SIGNER_UNKNOWN.at(Place(file), name=one.name, print=fingerprint(one.public)))
    return found


def _unsigned(seal: Seal | None, form: Paper, known: Mapping[str, frozenset[str]]) -> list[Finding]:
    """Those who should have signed by key, as their keys are given, and have not: a signature leaves no trace when it is taken out."""
    signed = {one.name for one in seal.signatures} if seal else set()
    missing = [name for name in form.who.names if seal and name in known and name not in signed]
    return [Code.NOT_SIGNED_BY_KEY.at(Place(form.who.file), name=name) for name in missing]


def _by_key(seal: Seal | None) -> str:
    """Who signed a seal by key, as it is put behind the state of a form; "" where nobody did."""
    names = dict.fromkeys(one.name for one in seal.signatures if holds(one, seal)) if seal else {}
    return load_seal_words().words["by_key"].format(names="、".join(names)) if names else ""
