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


def cores() -> int:
    """How many processes can work side by side here."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def without_threads_of_numpy() -> None:
    """Before numpy is loaded, in a process of our own: it starts a thread for every core, for computations that are not made here.

    Processes that this one starts do the same.
    """
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")


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
