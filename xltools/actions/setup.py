"""setup 设置: what has to lie where on this computer so that buttons, menu and icons reach this program; and its removal.

Everything belongs to one user and needs no administrator. What was written is recorded, and just that is removed again.
Tried on Linux; what is written for Windows and macOS follows the documentation of those systems and was not tried there.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path

from msgspec import Struct

from xltools.actions.office_menu import EMPTY, EXTENSION, FILE, add_menu, in_use, remove_menu
from xltools.books.package import replace_file
from xltools.model.shipped import shipped

RECORD, INTERPRETER = "installed.json", "python.txt"
SCRIPT, SETTINGS = "xltools_menu.py", "xltools_menu.json"
LINUX, WINDOWS, MAC = "linux", "win32", "darwin"


class Program(Struct, frozen=True):
    """This program. python: the interpreter · version: its first two numbers · paths: where its packages lie."""

    python: Path
    version: tuple[int, int]
    paths: tuple[str, ...]


class Places(Struct, frozen=True):
    """Folders of one user. own: ours · offices: "user" folders of LibreOffice profiles · icons: where entries go that things are dropped on ·
    left: names of files that the program itself leaves in its own folder."""

    system: str
    own: Path
    offices: tuple[Path, ...]
    icons: tuple[Path, ...]
    left: tuple[str, ...] = ()


def install(places: Places, program: Program) -> list[Path]:
    """Write everything, the menu into every profile that no LibreOffice uses just now; gives the files. Running it again brings them up to date."""
    wanted = contents(places, program)
    made = _missing_folders([*wanted, *(office / FILE for office in places.offices)])
    for path, content in wanted.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        replace_file(path, content)
        if path.suffix in (".desktop", ".command"):
            path.chmod(0o755)
    for office in places.offices:
        if not in_use(office):
            add_menu(office)
    former = _record(places)
    _remove([path for path in former.files if path not in wanted])
    folders = [str(path) for path in dict.fromkeys([*former.folders, *made]) if path.is_dir()]
    record = json.dumps({"files": [str(path) for path in wanted], "folders": folders}, ensure_ascii=False, indent=1)
    replace_file(places.own / RECORD, record.encode("utf-8"))
    return list(wanted)


def uninstall(places: Places) -> list[Path]:
    """Remove what `install` wrote and what the program left beside it, folders that are empty then included; gives the files that were there."""
    record = _record(places)
    for office in places.offices:
        if not in_use(office):
            remove_menu(office)
            if (office / FILE).is_file() and (office / FILE).read_text(encoding="utf-8") == EMPTY:
                (office / FILE).unlink()        # it was not there before the menu came
    removed = _remove([*record.files, places.own / RECORD, *(places.own / name for name in places.left)])
    for folder in sorted({places.own, *record.folders}, key=lambda path: -len(path.parts)):
        with suppress(OSError):     # somebody else keeps something there
            folder.rmdir()
    return removed


class _Record(Struct, frozen=True):
    """What `install` wrote: files, and folders that were not there before."""

    files: tuple[Path, ...] = ()
    folders: tuple[Path, ...] = ()


def _record(places: Places) -> _Record:
    """What the last `install` wrote."""
    path = places.own / RECORD
    if not path.is_file():
        return _Record()
    data = json.loads(path.read_text(encoding="utf-8"))
    files, folders = (data, []) if isinstance(data, list) else (data["files"], data["folders"])     # a list: before 0.2
    return _Record(tuple(map(Path, files)), tuple(map(Path, folders)))


def _missing_folders(paths: Iterable[Path]) -> list[Path]:
    """The folders that these files need and that are not there."""
    return list(dict.fromkeys(folder for path in paths for folder in path.parents if not folder.exists()))


def contents(places: Places, program: Program) -> dict[Path, bytes]:
    """Every file with what belongs into it."""
    found = {places.own / INTERPRETER: f"{program.python}\n".encode(), places.own / EXTENSION: shipped("macros", EXTENSION).read_bytes()}
    settings = json.dumps({"python": list(program.version), "paths": list(program.paths)}, ensure_ascii=False, indent=1).encode("utf-8")
    for office in places.offices:
        folder = office / "Scripts" / "python"
        found |= {folder / SCRIPT: shipped("macros", SCRIPT).read_bytes(), folder / SETTINGS: settings}
    for folder in places.icons:
        found |= {folder / name: text for name, text in _icons(places.system, program).items()}
    return found


def _icons(system: str, program: Program) -> Mapping[str, bytes]:
    """What a folder or files can be dropped on: one entry to merge, one to check."""
    if system == WINDOWS:
        return {f"{title}.cmd": _batch(program, verb) for verb, title in _ENTRIES.items()}
    if system == MAC:
        return {f"{title}.command": f'#!/bin/sh\nexec "{program.python}" -m xltools drop {verb} "$@"\n'.encode() for verb, title in _ENTRIES.items()}
    return {f"xltools-{verb}.desktop": _desktop(program, verb, title) for verb, title in _ENTRIES.items()}


_ENTRIES = {"merge": "绩效分级-合并文件夹", "check": "绩效分级-校验文件"}


def _batch(program: Program, verb: str) -> bytes:
    """A batch file; chcp 65001 lets it show Chinese, and the names that Windows hands over are quoted by %*."""
    return f'@echo off\r\nchcp 65001 >nul\r\n"{program.python}" -m xltools drop {verb} %*\r\npause\r\n'.encode()


def _desktop(program: Program, verb: str, title: str) -> bytes:
    """A desktop entry after the freedesktop.org specification."""
    python = str(program.python).replace("\\", "\\\\").replace('"', '\\"').replace("`", "\\`").replace("$", "\\$").replace("%", "%%")
    types = "inode/directory;" if verb == "merge" else "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet;application/vnd.ms-excel;"
    lines = [
        "[Desktop Entry]",
        "Type=Application",
        f"Name={title}",
        f'Exec="{python}" -m xltools drop {verb} --wait %F',
        "Terminal=true",
        f"MimeType={types}",
        "Icon=x-office-spreadsheet",
    ]
    return ("\n".join(lines) + "\n").encode("utf-8")


def _remove(paths: list[Path]) -> list[Path]:
    found = [path for path in paths if path.is_file()]
    for path in found:
        path.unlink()
    return found
