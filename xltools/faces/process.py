"""The process that a face runs in: how many work side by side, how seldom Python looks for rubbish, how it ends."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NoReturn

# How seldom Python looks for objects that hold each other: nearly none of ours do, and each look goes through every row read so far.
SELDOM = (50_000, 10, 10)
FRAMES = ("numpy", "pandas")


def cores() -> int:
    """How many processes can work side by side here."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@contextmanager
def without_frames() -> Iterator[None]:
    """While the block runs numpy and pandas cannot be loaded, so that who takes them where they are there (xlwings) does not make a click wait for them.

    Where they are loaded already they stay; afterwards they can be loaded again.
    """
    absent = [name for name in FRAMES if name not in sys.modules]
    sys.modules.update(dict.fromkeys(absent))  # type: ignore[arg-type]  # documented: None stands for what cannot be found
    try:
        yield
    finally:
        for name in absent:
            del sys.modules[name]


@contextmanager
def seldom_looking() -> Iterator[None]:
    """While the block runs Python seldom looks for objects that hold each other; afterwards as often as before.

    LibreOffice goes on living after a button, and other people's programs live in it.
    """
    before = gc.get_threshold()
    gc.set_threshold(*SELDOM)
    try:
        yield
    finally:
        gc.set_threshold(*before)


def leave(code: int) -> NoReturn:
    """End this process with an exit code, without the last look for rubbish, which would go through all that was read once more."""
    gc.freeze()
    sys.exit(code)
