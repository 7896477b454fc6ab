"""Workbooks as files: the same bytes for the same content, never half written, stamped with where they come from."""

from __future__ import annotations

import hashlib
import os
import re
import stat
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from datetime import datetime
from functools import lru_cache
from io import BytesIO
from pathlib import Path
from tempfile import mkstemp
from typing import IO
from zipfile import ZIP_DEFLATED, ZipFile
from zlib import crc32

from msgspec.structs import asdict
from xlsxwriter import Workbook
from xlsxwriter.worksheet import Worksheet

from xltools.books.base import Stamp
from xltools.books.body import Body, with_bodies
from xltools.books.refs import quoted
from xltools.books.sheet import NOT_CALCULATED
from xltools.books.stamp import PREFIX
from xltools.books.style import FONT, Styles
from xltools.model.guide import load_guide

CREATED = datetime(2022, 6, 24)     # the day the notice was issued; any constant would do
UNIX = 3    # what a package says of the system it was made on
PREFIX_OF_OURS, TEMPORARY = ".xltools-", ".tmp"
ZIP_DATE = (1980, 1, 1, 0, 0, 0)
LONGEST_PROPERTY = 255
# zlib's levels. Of 32,000 rows the shorter search takes 0.3 of the time and gives 1.2 of the bytes; small workbooks it would only change.
THOROUGH, SHORT, MANY = 6, 2, 5_000
# What XlsxWriter leaves unsaid of a formula cell: that its stored value is an empty text, or that there is none.
EMPTY = re.compile(r"(<c [^>]*?)(?: t=\"str\")?(><f>[^<]*</f>)<v></v>")
NEVER = re.compile(r"(<c [^>]*?) t=\"str\"(><f>[^<]*</f>)<v>" + NOT_CALCULATED + "</v>")


@contextmanager
def workbook_at(path: Path) -> Iterator[tuple[Workbook, Styles]]:
    """A new workbook that appears at `path` when the block ends without an exception, and not before."""
    draft = BytesIO()
    workbook, styles = _started(draft)
    yield workbook, styles
    workbook.close()
    with _replacing(path) as file:
        settle(draft, styles.bodies, file)


@contextmanager
def workbook_in(buffer: BytesIO) -> Iterator[tuple[Workbook, Styles]]:
    """A new workbook that is in `buffer` when the block ends, the same bytes for the same content."""
    draft = BytesIO()
    workbook, styles = _started(draft)
    yield workbook, styles
    workbook.close()
    settle(draft, styles.bodies, buffer)


def _started(draft: BytesIO) -> tuple[Workbook, Styles]:
    """An empty workbook that is written into `draft`, all but its rows of records."""
    workbook = Workbook(draft, {"in_memory": True, "strings_to_urls": False, "default_format_properties": {"font_name": FONT, "font_size": 10}})
    workbook.worksheet_class = _worksheet  # type: ignore[assignment]  # it is only called
    workbook.set_properties({"created": CREATED, "author": "", "company": ""})
    workbook.set_size(24000, 14000)
    return workbook, Styles(workbook)


def _worksheet() -> Worksheet:
    """An empty sheet that looks a formula through once: XlsxWriter searches each, every time, for a hundred names of functions."""
    sheet = Worksheet()
    sheet._prepare_formula = _prepared  # type: ignore[method-assign]  # there is no other way in
    return sheet


_prepared = lru_cache(maxsize=2**12)(Worksheet()._prepare_formula)


def replace_file(path: Path, content: bytes) -> None:
    """Write beside `path`, then rename: readers see the old file or the new one, nothing between, even when the power fails."""
    with _replacing(path) as file:
        file.write(content)


@contextmanager
def _replacing(path: Path) -> Iterator[IO[bytes]]:
    """A file beside `path` to write to, which takes its place when the block ends without an exception."""
    target = path.resolve() if path.is_symlink() else path
    descriptor, name = mkstemp(dir=target.parent, prefix=_temporary_prefix(target), suffix=TEMPORARY)
    temporary = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        temporary.chmod(stat.S_IMODE(target.stat().st_mode) if target.exists() else 0o644)
        temporary.replace(target)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    _settle(target.parent)


def temporary_files(path: Path) -> list[Path]:
    """The temporary files that a killed run left of `replace_file` for this path."""
    prefix = _temporary_prefix(path)
    return [one for one in path.parent.iterdir() if one.name.startswith(prefix) and is_temporary(one)]


def is_temporary(path: Path) -> bool:
    """Whether a file has the name of a temporary one of ours."""
    return path.name.startswith(PREFIX_OF_OURS) and path.name.endswith(TEMPORARY)


def _temporary_prefix(path: Path) -> str:
    """How the names of our temporary files for this path begin; short, as the name of a path may be as long as names can be."""
    return f"{PREFIX_OF_OURS}{crc32(path.name.encode()):08x}-"


def _settle(folder: Path) -> None:
    """Let the folder's own entries reach the disk; Windows does so by itself and has no way to ask for it."""
    with suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def settle(draft: BytesIO, bodies: Mapping[int, Body], result: IO[bytes]) -> None:
    """Write the package into `result` with its rows put in, every member's date fixed and the stored values of formulas spelt out."""
    with ZipFile(draft) as source:
        parts = {name: source.read(name) for name in source.namelist()}
    for name, data in parts.items():
        if name.startswith("xl/worksheets/sheet"):
            text = EMPTY.sub(r'\1 t="str"\2<v></v>', data.decode("utf-8"))
            parts[name] = NEVER.sub(r"\1\2", text).encode("utf-8")
    _pack(with_bodies(parts, bodies), result, SHORT if sum(body.length for body in bodies.values()) > MANY else THOROUGH)


def pack(parts: Mapping[str, bytes]) -> bytes:
    """A package of these parts, in their order: the same parts give the same bytes."""
    result = BytesIO()
    _pack(((name, (data,)) for name, data in parts.items()), result)
    return result.getvalue()


def write_parcel(path: Path, files: Mapping[str, bytes], checksums: str) -> None:
    """Write the files into one .zip, in the order of their names, with a list of their fingerprints. checksums: the name of this list."""
    ordered = dict(sorted(files.items()))
    said = "".join(f"{hashlib.sha256(content).hexdigest()}  {name}\n" for name, content in ordered.items())
    path.parent.mkdir(parents=True, exist_ok=True)
    replace_file(path, pack({**ordered, checksums: said.encode()}))


def _pack(parts: Iterable[tuple[str, Iterable[bytes]]], result: IO[bytes], level: int = THOROUGH) -> None:
    with ZipFile(result, "w", ZIP_DEFLATED, compresslevel=level) as target, ThreadPoolExecutor(1) as beside:
        for name, chunks in parts:
            with target.open(name, "w") as part:    # by its name: the date is then the first that a package can have
                _write(part, chunks, beside)
        as_everywhere(target)


def as_everywhere(archive: ZipFile) -> None:
    """Let the list of members be the same whatever computer wrote it: Python notes there which system that was."""
    for member in archive.infolist():
        member.create_system = UNIX


def _write(part: IO[bytes], chunks: Iterable[bytes], beside: Executor) -> None:
    """Write the chunks in their order, each made while the one before is compressed: zlib leaves the interpreter to others."""
    if isinstance(chunks, tuple):       # they are made already
        part.writelines(chunks)
        return
    last: Future[int] | None = None
    try:
        for chunk in chunks:
            if last:
                last.result()
            last = beside.submit(part.write, chunk)
    finally:
        if last:
            last.result()


def add_stamp(workbook: Workbook, stamp: Stamp, styles: Styles) -> None:
    """Say what this workbook is in four ways, of which some survive any program: a hidden sheet, names, properties.

    The fourth, the footer, is written with each sheet.
    """
    guide = load_guide()
    sheet = workbook.add_worksheet(guide.stamp)
    said = {name: value for name, value in asdict(stamp).items() if value}
    for row, (name, value) in enumerate(said.items()):
        sheet.write_string(row, 0, guide.words[f"stamp_{name}"], styles.get("label"))
        sheet.write_string(row, 1, value, styles.get("cell", "text"))
        workbook.define_name(PREFIX + name, f"={quoted(guide.stamp)}!$B${row + 1}")
        workbook.set_custom_property(PREFIX + name, value[:LONGEST_PROPERTY], "text")
    sheet.write_string(len(said), 0, guide.words["stamp_note"], styles.get("faint"))
    sheet.set_column(0, 1, 24)
    sheet.protect()
    sheet.hide()
