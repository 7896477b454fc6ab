"""The same work on many files: one after the other, or by several processes; the results are the same, and in the same order."""

from __future__ import annotations

import gc
import pickle
import zlib
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from msgspec import Struct

if TYPE_CHECKING:
    from concurrent.futures import Executor, Future

Item = TypeVar("Item")
Result = TypeVar("Result")
# A process takes most of a second to start; in that time this many bytes of workbooks are read.
WORTH_A_PROCESS = 500_000


class Team(Protocol):
    """Who does the work: this process, several on this computer, or a cluster (`cluster.Cluster`).

    work and its results must be picklable, and work must be at the top of a module, or a partial of what is: processes are started
    anew, as Windows does it. died: the result for an item on which processes died; the other items lose nothing.
    """

    @property
    def is_elsewhere(self) -> bool:
        """Whether it works where the user's files and folders cannot be reached, so that an item must bring all it needs."""

    def each(self, work: Callable[[Item], Result], items: Iterable[Item], died: Callable[[Item], Result]) -> Iterator[Result]:
        """The result of the work on every item, in order."""

    def suited(self, size: int) -> Team:
        """The part of it that so many bytes of files are worth."""


class Packed(Struct, frozen=True):
    """Work as bytes, packed once for all items: it brings a whole policy along. A process that gets it often unpacks it once."""

    content: bytes

    def __call__(self, item: Any) -> Any:
        return _unpacked(self.content)(item)


def packed(work: Callable[[Item], Result]) -> Callable[[Item], Result]:
    """The same work, for sending it often."""
    return Packed(zlib.compress(pickle.dumps(work)))


@lru_cache(maxsize=2)
def _unpacked(content: bytes) -> Callable[[Any], Any]:
    work: Callable[[Any], Any] = pickle.loads(zlib.decompress(content))
    return work


class Processes(Struct, frozen=True):
    """So many processes of this computer; one is this process itself."""

    count: int = 1
    is_elsewhere = False

    def suited(self, size: int) -> Processes:
        return Processes(min(self.count, size // WORTH_A_PROCESS))

    def each(self, work: Callable[[Item], Result], items: Iterable[Item], died: Callable[[Item], Result]) -> Iterator[Result]:
        waiting = list(items)
        if self.count <= 1 or len(waiting) <= 1:
            yield from map(work, waiting)
            return
        work = packed(work)
        with _pool(min(self.count, len(waiting))) as pool:
            futures = [pool.submit(work, item) for item in waiting]
            for item, future in zip(waiting, futures, strict=True):
                yield _result(future, work, item, died)


def _result(future: Future[Result], work: Callable[[Item], Result], item: Item, died: Callable[[Item], Result]) -> Result:
    """What came of one item. When a process dies, all others of its pool end with it: then each item gets a process of its own."""
    from concurrent.futures.process import BrokenProcessPool

    try:
        return future.result()
    except BrokenProcessPool:
        with _pool(1) as alone:
            try:
                return alone.submit(work, item).result()
            except BrokenProcessPool:
                return died(item)


def _pool(processes: int) -> Executor:
    from concurrent.futures import ProcessPoolExecutor
    from multiprocessing import get_context

    return ProcessPoolExecutor(processes, get_context("spawn"), gc.set_threshold, gc.get_threshold())
