"""sign 封签 and verify 核验: seal checklists whose checkers have all signed; tell of sealed ones what was changed since.

Source: 三环文〔2022〕69号 三(二): who checks, signs, and answers for it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from xltools.actions.check import Source, is_by_chance, sources
from xltools.actions.seal_state import seal_state
from xltools.books.checklist_content import checklist_content
from xltools.books.checklist_read import is_checklist, read_checklist
from xltools.books.file import FileBook, open_book
from xltools.books.gate import Kind
from xltools.books.package import replace_file
from xltools.books.patch_xml import CannotPatchError
from xltools.books.seal import sealed_copy
from xltools.books.seal_sheet import seal_of
from xltools.books.signing_key import SigningKey, fingerprint, holds
from xltools.model.finding import Code, Finding, Place, Severity, StopError, order
from xltools.model.seal import Content, Seal, load_seal_words
from xltools.rules.checklist_read import about_checkers
from xltools.rules.seal import changes, sealed
from xltools.rules.signing import reasons_against, signers


@dataclass(frozen=True)
class SignOutcome:
    """What signing or verifying gave. states: file → how it stands, in words · paths: sealed copies written."""

    states: Mapping[str, str]
    findings: tuple[Finding, ...] = ()
    paths: tuple[Path, ...] = ()

    @property
    def exit_code(self) -> int:
        """0 when nobody has to do anything, 1 when there is an error or a warning."""
        return int(any(one.severity is not Severity.NOTE for one in self.findings))

    def record(self) -> dict[str, object]:
        """The outcome as `--json` prints it."""
        files = [path.name for path in self.paths]
        return {"states": dict(self.states), "files": files, "findings": [one.record() for one in self.findings]}


def sign_files(paths: Iterable[Path], folder: Path, day: date, key: SigningKey | None = None) -> SignOutcome:
    """Write a sealed copy of every checklist among these files and folders into `folder`; nothing that is there is overwritten.

    key: signs the seals too; a checklist that is sealed already and unchanged keeps its seal and gets one signature more.
    """
    states: dict[str, str] = {}
    found: list[Finding] = []
    written: list[Path] = []
    for source in sources(paths)[0]:
        try:
            book = open_book(source.path, source.name, source.passwords)
            if _passed_over(book, source):
                continue
            path, states[source.name] = _sign(book, folder, day, key)
        except StopError as stop:
            found += [] if is_by_chance(source) else [stop.finding]
            continue
        written.append(path)
    return SignOutcome(states, tuple(sorted(found, key=order)), tuple(written))


def _passed_over(book: FileBook, source: Source) -> bool:
    """Whether a file of a folder is no checklist. Raises StopError for one that a person chose."""
    if is_checklist(book):
        return False
    if source.chosen:
        raise StopError(_cannot(book, load_seal_words().reasons["kind"]))
    return True


def _sign(book: FileBook, folder: Path, day: date, key: SigningKey | None) -> tuple[Path, str]:
    """The sealed copy of one checklist, and how it stands now. Raises StopError with the reason why there is none."""
    read = read_checklist(book)
    if book.kind is not Kind.XLSX:
        raise StopError(_cannot(book, load_seal_words().reasons["format"]))
    if against := next(reasons_against(read, key.name if key else ""), ""):
        raise StopError(_cannot(book, against))
    target = folder / Path(book.name).name
    if target.exists():
        raise StopError(Code.OUTPUT_EXISTS.at(Place(book.name), file=target.name))
    seal = _seal(seal_of(book), checklist_content(book, read), book.name, day)
    if key:
        others = tuple(one for one in seal.signatures if one.name != key.name)
        seal = replace(seal, signatures=(*others, key.sign(seal, day.isoformat())))
    try:
        content = sealed_copy(book.path, seal, book.name)
    except CannotPatchError as error:
        raise StopError(_cannot(book, load_seal_words().reasons["layout"])) from error
    folder.mkdir(parents=True, exist_ok=True)
    replace_file(target, content)
    return target, load_seal_words().states["sealed"].format(code=seal.code, count=len(signers(read)))


def _seal(old: Seal | None, content: Content, file: str, day: date) -> Seal:
    """The seal that is there while the content is as it was sealed, else a new one that names the one it replaces."""
    if old and old.is_whole and not changes(old, content, file):
        return old
    return sealed(content, day, old.code if old else "")


def _cannot(book: FileBook, reason: str) -> Finding:
    return Code.CANNOT_SEAL.at(Place(book.name), reason=reason)


def verify_files(paths: Iterable[Path], known: Mapping[str, frozenset[str]] | None = None) -> SignOutcome:
    """How every checklist among these files and folders stands with its signatures and its seal.

    known: name → public keys that are known to be this person's.
    """
    states: dict[str, str] = {}
    found: list[Finding] = []
    for source in sources(paths)[0]:
        try:
            book = open_book(source.path, source.name, source.passwords)
            if _passed_over(book, source):
                continue
            read = read_checklist(book)
            states[source.name], said = seal_state(book, read)
            found += [*said, *(one for part in read.parts for one in about_checkers(part)), *_signatures(seal_of(book), book.name, known or {})]
        except StopError as stop:
            found += [] if is_by_chance(source) else [stop.finding]
    return SignOutcome(states, tuple(sorted(found, key=order)))


def _signatures(seal: Seal | None, file: str, known: Mapping[str, frozenset[str]]) -> list[Finding]:
    """What is wrong with the signatures by key."""
    found = []
    for one in seal.signatures if seal else ():
        if not (seal and holds(one, seal)):
            found.append(Code.SIGNATURE_WRONG.at(Place(file), name=one.name))
        elif one.public not in known.get(one.name, ()):
            found.append(Code.SIGNER_UNKNOWN.at(Place(file), name=one.name, print=fingerprint(one.public)))
    return found
