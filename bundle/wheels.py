"""The libraries for a computer that is not this one: every wheel an installation there asks for, downloaded and proven complete."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterable, Iterator
from email.parser import HeaderParser
from pathlib import Path
from zipfile import ZipFile

from msgspec import Struct
from packaging.requirements import Requirement
from packaging.tags import Tag, compatible_tags, cpython_tags
from packaging.utils import NormalizedName, canonicalize_name, parse_wheel_filename

GLIBC = range(5, 29)    # manylinux_2_5 … 2_28: what Debian 10, UOS 20 and Kylin V10 can load


class Computer(Struct, frozen=True):
    """One kind of computer. name: as people call it · platforms: wheel tags it can load, the best first · markers: what environment markers say there."""

    name: str
    platforms: tuple[str, ...]
    markers: tuple[tuple[str, str], ...]


def _linux(machine: str) -> Computer:
    older = {5: "manylinux1", 12: "manylinux2010", 17: "manylinux2014"}
    platforms = [tag for minor in reversed(GLIBC) for tag in (f"manylinux_2_{minor}_{machine}", f"{older[minor]}_{machine}" if minor in older else "") if tag]
    markers = {"sys_platform": "linux", "platform_system": "Linux", "os_name": "posix", "platform_machine": machine}
    return Computer(f"linux-{machine}", (*platforms, f"linux_{machine}"), tuple(markers.items()))


WINDOWS = Computer(
    "windows-x64",
    ("win_amd64",),
    (("sys_platform", "win32"), ("platform_system", "Windows"), ("os_name", "nt"), ("platform_machine", "AMD64")),
)
COMPUTERS = {one.name: one for one in (WINDOWS, _linux("x86_64"), _linux("aarch64"))}


class Target(Struct, frozen=True):
    """One Python (“3.12”) on one kind of computer."""

    computer: Computer
    python: str

    def environment(self) -> dict[str, str]:
        """The values of environment markers there, without an extra."""
        python = {"python_version": self.python, "python_full_version": f"{self.python}.0", "implementation_version": f"{self.python}.0"}
        cpython = {"implementation_name": "cpython", "platform_python_implementation": "CPython"}
        return {**dict(self.computer.markers), **python, **cpython, "platform_release": "", "platform_version": "", "extra": ""}

    def tags(self) -> frozenset[Tag]:
        """Every wheel tag that Python accepts there."""
        version = tuple(int(part) for part in self.python.split("."))
        interpreter = f"cp{version[0]}{version[1]}"
        return frozenset((*cpython_tags(version, platforms=self.computer.platforms), *compatible_tags(version, interpreter, self.computer.platforms)))


class Wheel(Struct, frozen=True):
    """A wheel on disk and what it asks for."""

    path: Path
    name: NormalizedName
    requires: tuple[Requirement, ...]
    tags: frozenset[Tag]


def read_wheel(path: Path) -> Wheel:
    """The wheel's own metadata."""
    name, _, _, tags = parse_wheel_filename(path.name)
    with ZipFile(path) as archive:
        metadata = next(member for member in archive.namelist() if member.endswith(".dist-info/METADATA"))
        headers = HeaderParser().parsestr(archive.read(metadata).decode("utf-8"))
    return Wheel(path, name, tuple(Requirement(line) for line in headers.get_all("Requires-Dist", ())), tags)


def fill(folder: Path, first: Requirement, target: Target, constraints: Path) -> None:
    """Download into the folder what `first`, whose wheel lies there already, needs on the target; versions follow the constraints.

    pip reads environment markers as they are on this computer, so its own resolver would leave out what only Windows needs: here every
    round asks for what the wheels of the round before name. Raises CalledProcessError when pip finds no wheel.
    """
    for _ in range(20):
        wanted = sorted({str(requirement) for requirement in missing(folder, first, target)})
        if not wanted:
            return
        _download(folder, wanted, target, constraints)
    raise RuntimeError(f"{target.computer.name}, Python {target.python}: the libraries ask for ever more")


def missing(folder: Path, first: Requirement, target: Target) -> Iterator[Requirement]:
    """What an installation of `first` on the target would ask for and no wheel in the folder gives, markers and versions regarded."""
    fitting = [wheel for wheel in map(read_wheel, sorted(folder.glob("*.whl"))) if wheel.tags & target.tags()]
    by_name = {wheel.name: wheel for wheel in fitting}
    waiting, done = [first], set()
    while waiting:
        requirement = waiting.pop()
        if str(requirement) in done:
            continue
        done.add(str(requirement))
        wheel = by_name.get(canonicalize_name(requirement.name))
        if wheel is None or not requirement.specifier.contains(parse_wheel_filename(wheel.path.name)[1]):
            yield Requirement(f"{requirement.name}{requirement.specifier}")
        else:
            waiting += asked(wheel, requirement.extras, target)


def asked(wheel: Wheel, extras: Iterable[str], target: Target) -> Iterator[Requirement]:
    """What this wheel asks for on the target when it is installed with these extras."""
    for requirement in wheel.requires:
        values = [target.environment() | {"extra": extra} for extra in ("", *sorted(extras))]
        if requirement.marker is None or any(requirement.marker.evaluate(value) for value in values):
            yield requirement


def _download(folder: Path, wanted: list[str], target: Target, constraints: Path) -> None:
    platforms = [word for platform in target.computer.platforms for word in ("--platform", platform)]
    command = [sys.executable, "-m", "pip", "--disable-pip-version-check", "download", "-qq", "--no-deps", "--only-binary", ":all:"]
    command += ["--dest", str(folder), "--constraint", str(constraints), "--implementation", "cp", "--python-version", target.python, *platforms]
    subprocess.run([*command, *wanted], check=True)
