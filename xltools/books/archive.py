"""What lies in a .zip that is no workbook: names only, nothing of it is inflated. Source: APPNOTE.TXT 4.4.4 and 6.3 (names, UTF-8 flag)."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import PurePosixPath
from zipfile import ZipInfo

from xltools.books.decode import GUESSES

WORKBOOKS = frozenset({".xlsx", ".xlsm", ".xlsb", ".xls", ".ods", ".et", ".csv", ".tsv"})   # what a county sends its form as
ARCHIVES = frozenset({".zip", ".rar", ".7z"})
ASIDE = ("__MACOSX/", "._", "~$")  # what systems and programs put beside the files
LISTED, LONGEST = 5, 60            # names that the sentence lists · characters of one
UTF_8, LOCKED = 0x800, 1           # flags of a member


def contents(members: Iterable[ZipInfo]) -> str:
    """Why an archive is not read, with the workbooks and archives in it by name; completes the sentence “没有读取，也没有汇总：”."""
    found = _wanted(members)
    if not found:
        return "这是压缩包，里面没有表格文件"
    names = "、".join(path.name[:LONGEST] for path, _ in found[:LISTED]) + (f" 等 {len(found)} 个" if len(found) > LISTED else "")
    if any(one.flag_bits & LOCKED for _, one in found):
        return f"这是有密码的压缩包，里面有 {names}"
    return f"这是压缩包，里面有 {names}"


def inside(members: Iterable[ZipInfo]) -> tuple[str, ...]:
    """The paths of all workbooks and archives in it, which may tell whose they are."""
    return tuple(str(path) for path, _ in _wanted(members))


def _wanted(members: Iterable[ZipInfo]) -> list[tuple[PurePosixPath, ZipInfo]]:
    """By name."""
    paths = [(PurePosixPath(name), one) for one in members if not (name := _name(one)).startswith(ASIDE)]
    return sorted(((path, one) for path, one in paths if path.suffix.lower() in WORKBOOKS | ARCHIVES and not path.name.startswith(ASIDE)), key=lambda pair: (pair[0].name, pair[0]))


def _name(member: ZipInfo) -> str:
    """The path of a member as a person would read it, without characters that cannot be seen."""
    raw = member.orig_filename
    if not member.flag_bits & UTF_8:
        raw = _decoded(raw.encode("cp437"))  # Python has read the bytes so
    return "".join(one for one in raw.partition("\0")[0].replace("\\", "/") if one.isprintable())


def _decoded(name: bytes) -> str:
    for encoding in GUESSES:  # macOS writes UTF-8 and says nothing of it, Windows in China its own encoding
        try:
            return name.decode(encoding)
        except UnicodeDecodeError:
            continue
    return name.decode("gb18030", "replace")
