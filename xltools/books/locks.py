"""One writer at a time for one workbook: a lock that the system lets go of by itself when its holder ends, however it ends.

The lock is on a small hidden file beside the workbook, which also says who holds it. A file left over without a lock on it,
because its holder was killed, is taken over.
"""

from __future__ import annotations

import os
import platform
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path

from xltools.model.code import Code
from xltools.model.finding import Place, StopError

LOCK = ".{name}.xltools-lock"
PAUSE, PATIENCE = 0.1, 10.0  # seconds between two tries, and until we give up
FAR = 1 << 30  # the byte that is locked: beyond the text, which others must be able to read on Windows, too

if sys.platform == "win32":
    import msvcrt

    def _try(descriptor: int) -> None:
        os.lseek(descriptor, FAR, os.SEEK_SET)
        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)

    def _user() -> str:
        return os.getlogin()

else:
    import fcntl
    import pwd

    def _try(descriptor: int) -> None:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)

    def _user() -> str:
        return pwd.getpwuid(os.getuid()).pw_name


@contextmanager
def held(path: Path, moment: datetime, patience: float = PATIENCE) -> Iterator[None]:
    """Nobody else of us writes the workbook at `path` within this block. moment: of this run, told to those who wait.

    Raises StopError, naming who writes it and since when, when it is not free after `patience` seconds.
    """
    lock = lock_of(path)
    descriptor = _taken(lock, path, patience)
    try:
        os.ftruncate(descriptor, 0)
        os.lseek(descriptor, 0, os.SEEK_SET)
        os.write(descriptor, f"{_name()}\n{moment:%Y-%m-%d %H:%M:%S}\n".encode())
        yield
    finally:
        if sys.platform != "win32":
            lock.unlink(missing_ok=True)
        os.close(descriptor)
        if sys.platform == "win32":  # there, a file that is open cannot be removed, and one that another run has opened stays
            with suppress(OSError):
                lock.unlink()


def lock_of(path: Path) -> Path:
    """The file that the lock of this workbook is on."""
    return path.with_name(LOCK.format(name=path.name))


def _taken(lock: Path, path: Path, patience: float) -> int:
    """The descriptor of the lock file once the lock on it is ours."""
    for _ in range(max(1, round(patience / PAUSE))):
        descriptor = os.open(lock, os.O_RDWR | os.O_CREAT, 0o644)
        try:
            _try(descriptor)
        except OSError:
            os.close(descriptor)
            time.sleep(PAUSE)
            continue
        if _is_at(descriptor, lock):
            return descriptor
        os.close(descriptor)  # the one before us has just removed this file
    who, since = _holder(lock)
    raise StopError(Code.OUTPUT_BUSY.at(Place(path.name), file=path.name, holder=who, since=since))


def _is_at(descriptor: int, lock: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(descriptor), lock.stat())
    except OSError:
        return False


def _holder(lock: Path) -> tuple[str, str]:
    """Who holds the lock, and since when, as far as its file says so."""
    try:
        lines = lock.read_text(encoding="utf-8", errors="replace").split("\n")
    except OSError:
        lines = []
    who, since = [*lines, "", ""][:2]
    return who or "另一个程序", since or "刚才"


def _name() -> str:
    """The user and the computer, as the system knows them."""
    try:
        user = _user()
    except (OSError, KeyError):
        user = ""
    return f"{user}（{platform.node()}）" if user else platform.node()
