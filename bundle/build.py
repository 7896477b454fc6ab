"""One archive per kind of computer: wheels for its Pythons, templates, example, manual, the installer and the checksum of every file."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import tarfile
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

from packaging.requirements import Requirement

from bundle.wheels import WINDOWS, Computer, Target, fill, missing
from xltools import __version__

TOP = Path(__file__).parent.parent
FILES = TOP / "bundle" / "files"
CONSTRAINTS = TOP / "constraints.txt"
PARTS = {"模板": TOP / "templates", "示例": TOP / "workbooks", "手册": TOP / "build" / "手册"}
PYTHONS = ("3.11", "3.12", "3.13", "3.14")
ROOT = Requirement("xltools-jixiao[excel]")
PIP = Requirement("pip")    # brought along: a Python without ensurepip (Debian's own) can then still fill its environment
EPOCH = 1_640_995_200       # 2022-01-01: archives of the same content are the same bytes
SUMS, WHEELS, README = "SHA256SUMS", "wheels", "安装说明.txt"


def build(output: Path, computer: Computer, pythons: Sequence[str], parts: Mapping[str, Path]) -> Path:
    """The archive xltools-版本-电脑 in `output`; gives its path.

    parts: name in the bundle → folder to copy. Raises RuntimeError when a library is not to be had for one of the Pythons.
    """
    output.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=output) as name:
        folder = Path(name) / f"xltools-{__version__}-{computer.name}"
        wheels = folder / WHEELS
        wheels.mkdir(parents=True)
        _own_wheel(wheels)
        for target in (Target(computer, python) for python in pythons):
            for first in (ROOT, PIP):
                fill(wheels, first, target, CONSTRAINTS)
                if lacking := list(missing(wheels, first, target)):
                    raise RuntimeError(f"{computer.name}, Python {target.python}: {lacking}")
        for title, source in parts.items():
            shutil.copytree(source, folder / title, ignore=shutil.ignore_patterns("*.txt", "*.md", ".*"))
        _installer(folder, computer, pythons)
        (folder / SUMS).write_text("".join(f"{line}\n" for line in sums(folder)), encoding="utf-8", newline="\n")
        return _archive(folder, output, computer)


def sums(folder: Path) -> Iterable[str]:
    """One line per file below the folder, as sha256sum prints it."""
    for path in sorted(path for path in folder.rglob("*") if path.is_file() and path.name != SUMS):
        yield f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.relative_to(folder).as_posix()}"


def _own_wheel(folder: Path) -> None:
    command = [sys.executable, "-m", "pip", "--disable-pip-version-check", "wheel", "-qq", "--no-deps", "--no-build-isolation", "--wheel-dir", folder, TOP]
    subprocess.run(command, check=True, env=os.environ | {"SOURCE_DATE_EPOCH": str(EPOCH)})


def _installer(folder: Path, computer: Computer, pythons: Sequence[str]) -> None:
    """The starter for this system, the installer that both start, and what to read first, with the Pythons this bundle is for."""
    starter = "安装.cmd" if computer is WINDOWS else "install.sh"
    for name in (starter, "install.py"):
        shutil.copyfile(FILES / name, folder / name)
    text = (FILES / README).read_bytes()
    (folder / README).write_bytes(text.replace(b"{pythons}", "、".join(pythons).encode()))
    if computer is not WINDOWS:
        (folder / starter).chmod(0o755)


def _archive(folder: Path, output: Path, computer: Computer) -> Path:
    """A .zip for Windows, a .tar.gz elsewhere, written beside and renamed."""
    path = output / f"{folder.name}{'.zip' if computer is WINDOWS else '.tar.gz'}"
    beside = folder.parent / path.name
    members = sorted(member for member in folder.rglob("*") if member.is_file())
    if computer is WINDOWS:
        with ZipFile(beside, "w") as archive:
            for member in members:
                info = ZipInfo(member.relative_to(folder.parent).as_posix(), (2022, 1, 1, 0, 0, 0))
                archive.writestr(info, member.read_bytes(), ZIP_STORED if member.suffix == ".whl" else ZIP_DEFLATED)
    else:
        with tarfile.open(beside, "w:gz", compresslevel=6) as archive:
            for member in members:
                archive.add(member, member.relative_to(folder.parent).as_posix(), filter=_plain)
    beside.replace(path)
    return path


def _plain(member: tarfile.TarInfo) -> tarfile.TarInfo:
    """A member without the owner and the time of this computer."""
    member.uid = member.gid = 0
    member.uname = member.gname = ""
    member.mtime = EPOCH
    return member
