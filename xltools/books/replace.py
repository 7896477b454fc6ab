"""Putting a new workbook in the place of an old one: who has it open, a copy of the old, another name beside it."""

from __future__ import annotations

import re
from contextlib import suppress
from datetime import datetime
from pathlib import Path

from xltools.books.package import is_temporary, replace_file, temporary_files
from xltools.model.code import Code
from xltools.model.finding import Place, StopError

BACKUP_FOLDER = "{stem}-备份"
BESIDE = "{stem}（新{number}）{suffix}"
FROM_BESIDE = re.compile(r"(?<=.)（新\d*）$")
NAME = "%Y-%m-%d %H-%M-%S"
COPY = re.compile(r"(\d{4}-\d\d-\d\d \d\d-\d\d-\d\d)(（新(\d*)）)?")
UNNAMED = "其他人或其他程序"


def refuse_existing(*paths: Path) -> None:
    """Raises StopError when one of these files is there already: somebody may have worked in it."""
    for path in paths:
        if path.exists():
            raise StopError(Code.OUTPUT_EXISTS.at(Place(path.name), file=path.name))


def put_in_place(made: Path, folder: Path) -> list[Path]:
    """Copy every file below `made` to the same place below `folder`; gives the copies, in order of their names.

    Raises StopError, with nothing copied, when one is there that says something else: somebody may have worked in it.
    """
    found = {folder / path.relative_to(made): path.read_bytes() for path in sorted(made.rglob("*")) if path.is_file()}
    refuse_existing(*(path for path, content in found.items() if path.exists() and path.read_bytes() != content))
    for path, content in found.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        replace_file(path, content)
    return [*found]


def holder(path: Path) -> str:
    """Who has the workbook open, "" when nobody has.

    Excel and WPS leave “~$name”, LibreOffice “.~lock.name#” beside a file that is open; both name the user.
    """
    for lock, name_in in ((path.with_name(f"~${path.name}"), _excel_user), (path.with_name(f".~lock.{path.name}#"), _office_user)):
        if lock.exists():
            return name_in(lock) or UNNAMED
    return ""


def _excel_user(lock: Path) -> str:
    """The user in Excel's lock file: a length and 54 bytes in the system's own code page, then a length and the name in UTF-16.

    Some programs fill in only the first; Chinese Windows writes it in GB18030.
    """
    content = _content(lock)
    length = int.from_bytes(content[55:57], "little")
    name = content[57 : 57 + 2 * length].decode("utf-16-le", errors="ignore").strip("\0 ")
    return name or content[1 : 1 + min(54, *content[:1], 54)].decode("gb18030", errors="ignore").strip("\0 ")


def _office_user(lock: Path) -> str:
    """The user in LibreOffice's lock file: “name,login,host,date,profile;”."""
    fields = _content(lock).decode("utf-8", errors="replace").split(",")
    return next((one.strip() for one in fields[:2] if one.strip()), "")


def _content(lock: Path) -> bytes:
    """The bytes of a lock file; none where the program that holds it does not let others read it."""
    try:
        return lock.read_bytes()
    except OSError:
        return b""


def beside(path: Path) -> Path:
    """A path in the same folder that no file has yet; beside “甲（新）” that is “甲（新2）”."""
    number, stem = 1, FROM_BESIDE.sub("", path.stem)
    while True:
        found = path.with_name(BESIDE.format(stem=stem, number="" if number == 1 else number, suffix=path.suffix))
        if not found.exists():
            return found
        number += 1


def back_up(path: Path, moment: datetime) -> Path:
    """A copy of the workbook in the folder of backups, named by the moment and in order behind all earlier ones, which stay."""
    folder = path.with_name(BACKUP_FOLDER.format(stem=path.stem))
    folder.mkdir(exist_ok=True)
    name = f"{moment:{NAME}}"
    if earlier := backups(path):
        name = max(name, _place(earlier[-1])[0])  # a clock that was set back
    copy = folder / f"{name}{path.suffix}"
    if copy.exists():
        copy = beside(copy)
    replace_file(copy, path.read_bytes())
    return copy


def take_back(copy: Path) -> None:
    """Remove a copy of `back_up` that nobody needs, and the folder where it was the only one."""
    copy.unlink()
    with suppress(OSError):
        copy.parent.rmdir()


def backups(path: Path) -> list[Path]:
    """The copies of this workbook in the folder of backups, the last one last."""
    folder = path.with_name(BACKUP_FOLDER.format(stem=path.stem))
    found = folder.glob(f"*{path.suffix}") if folder.is_dir() else ()
    return sorted((one for one in found if _place(one)[0]), key=_place)


def clean_up(path: Path) -> None:
    """Remove the temporary files that a killed run left for this workbook and its backups; whoever calls this holds its lock."""
    names = [path, *(one for one in (path.with_name(BACKUP_FOLDER.format(stem=path.stem)),) if one.is_dir())]
    for one in names:
        for left in temporary_files(one) if one == path else (file for file in one.iterdir() if is_temporary(file)):
            left.unlink(missing_ok=True)


def _place(copy: Path) -> tuple[str, int]:
    """When a backup was made, and the how manieth of that second it is; "" for a file that is no backup."""
    found = COPY.fullmatch(copy.stem)
    return (found[1], int(found[3] or 1) if found[2] else 0) if found else ("", 0)
