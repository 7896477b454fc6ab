"""The same work on many files: one after the other, or in several processes; the results are the same, and in the same order."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_context
from typing import TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")


def each(work: Callable[[Item], Result], items: Sequence[Item], processes: int, died: Callable[[Item], Result]) -> Iterator[Result]:
    """The result of the work on every item, in order.

    processes: how many at most; with one, everything is done in this one. work and its results must be picklable, and work must be
    at the top of a module: processes are started anew, as Windows does it. died: the result for an item on which a process died,
    alone with it; the other items lose nothing.
    """
    if processes <= 1 or len(items) <= 1:
        yield from map(work, items)
        return
    with _pool(min(processes, len(items))) as pool:
        futures = [pool.submit(work, item) for item in items]
        for item, future in zip(items, futures, strict=True):
            yield _result(future, work, item, died)


def _result(future: Future[Result], work: Callable[[Item], Result], item: Item, died: Callable[[Item], Result]) -> Result:
    """What came of one item. When a process dies, all others of its pool end with it: then each item gets a process of its own."""
    try:
        return future.result()
    except BrokenProcessPool:
        with _pool(1) as alone:
            try:
                return alone.submit(work, item).result()
            except BrokenProcessPool:
                return died(item)


def _pool(processes: int) -> Executor:
    return ProcessPoolExecutor(processes, mp_context=get_context("spawn"))
