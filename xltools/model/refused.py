"""What the system says when it refuses to write or to keep a file, or has no library where the program needs one, as a finding."""

from __future__ import annotations

import errno
import traceback
from pathlib import Path

from xltools.model.code import Code
from xltools.model.finding import Finding, Place

NO_RIGHT = frozenset({errno.EACCES, errno.EPERM, errno.EROFS})
FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
UNUSABLE = frozenset({errno.ENAMETOOLONG, errno.ENOTDIR, errno.EEXIST, errno.EINVAL, errno.EIO, errno.ENODEV, errno.ENXIO, errno.ESTALE, errno.ENOTCONN, errno.EHOSTDOWN, errno.ETIMEDOUT})
WINDOWS = frozenset({3, 53, 64, 67, 206})   # no such folder, drive or share, a share that is gone, too long a path: to Python all of them are files not found
CODES = ((NO_RIGHT, Code.NO_RIGHT_TO_WRITE), (FULL, Code.DISK_FULL), (UNUSABLE, Code.PLACE_UNUSABLE))


def refused(error: Exception) -> Finding | None:
    """The finding for a refusal that whoever runs the program can do something about; None for any other error, which is ours."""
    if isinstance(error, ImportError) and (name := _library(error)) and not name.startswith("xltools"):
        return Code.LIBRARY_MISSING.at(Place(), name=name)
    if not isinstance(error, OSError):
        return None
    if getattr(error, "winerror", None) in WINDOWS:
        return Code.PLACE_UNUSABLE.at(Place(_named(error)))
    code = next((code for numbers, code in CODES if error.errno in numbers), None)
    return code and code.at(Place(_named(error)))


def _library(error: ImportError) -> str:
    """The library that cannot be loaded; where the error names none, as of a library that misses another, the one that raised it."""
    if error.name:
        return error.name.partition(".")[0]
    last = list(traceback.walk_tb(error.__traceback__))[-1:]
    return next((str(frame.f_globals.get("__name__", "")).partition(".")[0] for frame, _ in last), "")


def _named(error: OSError) -> str:
    """The file or folder as it was written, the folder for a file with a name of our own; "" where the system names none."""
    path = Path(error.filename) if isinstance(error.filename, str) else Path()
    return str(path.parent if path.name.startswith(".") else path) if path.name else ""
