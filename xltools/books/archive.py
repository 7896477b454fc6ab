"""What lies in a .zip that is no workbook: names only, nothing of it is inflated. Source: APPNOTE.TXT 4.4.4 and 6.3 (names, UTF-8 flag)."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import PurePosixPath
from zipfile import ZipInfo

from xltools.books.decode import GUESSES

WANTED = frozenset({".xlsx", ".xlsm", ".xlsb", ".xls", ".ods", ".et", ".csv", ".tsv", ".zip", ".rar", ".7z"})
ASIDE = ("__MACOSX/", "._", "~$")  # what systems and programs put beside the files
LISTED, LONGEST = 5, 60            # names that the sentence lists · characters of one
UTF_8, LOCKED = 0x800, 1           # flags of a member


def contents(members: Iterable[ZipInfo]) -> str:
    """Why an archive is not read, with the workbooks and archives in it by name; completes the sentence “文件打不开：”."""
    kept = [(name, one) for one in members if not (name := _name(one)).startswith(ASIDE)]
    found = [(PurePosixPath(name).name, one) for name, one in kept]
    wanted = sorted((name, one.flag_bits & LOCKED) for name, one in found if PurePosixPath(name).suffix.lower() in WANTED and not name.startswith(ASIDE))
    if not wanted:
        return "这是压缩包，里面没有表格文件"
    names = "、".join(name[:LONGEST] for name, _ in wanted[:LISTED]) + (f" 等 {len(wanted)} 个" if len(wanted) > LISTED else "")
    if any(locked for _, locked in wanted):
        return f"这是有密码的压缩包，里面的 {names} 都没有读取"
    return f"这是压缩包，里面的 {names} 都没有读取"


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
