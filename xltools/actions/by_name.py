"""Results on their way from another process: what both sides have, such as the tables of a policy, is named in them, not sent along."""

from __future__ import annotations

import os
import pickle
from collections.abc import Callable
from functools import cached_property
from io import BytesIO
from typing import Any

from msgspec import Struct, field


class ByName(Struct, frozen=True, dict=True):
    """Work, for a team, whose results come back as `received` takes them. shared: what results refer to, every one also on the other side.

    In the process that asks, results are what the work gives: nothing is sent there. What is received refers to the shared things
    themselves, so that a thousand results do not bring a thousand tables.
    """

    work: Callable[[Any], Any]
    shared: tuple[object, ...]
    asked_in: int = field(default_factory=os.getpid)

    def __call__(self, item: Any) -> Any:
        result = self.work(item)
        return result if os.getpid() == self.asked_in else self._sent(result)

    def received(self, result: Any) -> Any:
        """The result of the work, on the side that asked."""
        return _Unpickler(result, self.shared).load() if isinstance(result, bytes) else result

    def _sent(self, result: object) -> bytes:
        packed = BytesIO()
        pickler = pickle.Pickler(packed, pickle.HIGHEST_PROTOCOL)
        pickler.dispatch_table = dict.fromkeys({type(one) for one in self.shared}, self._reduced)
        pickler.dump(result)
        return packed.getvalue()

    def _reduced(self, one: object) -> Any:
        """How one thing is sent."""
        at = self._places.get(id(one))
        return one.__reduce_ex__(pickle.HIGHEST_PROTOCOL) if at is None else (shared_thing, (at,))

    @cached_property
    def _places(self) -> dict[int, int]:
        return {id(one): at for at, one in enumerate(self.shared)}


def shared_thing(at: int) -> object:
    """Stands in a result for the shared thing of this number; whoever receives it puts the thing there."""
    raise LookupError(at)


class _Unpickler(pickle.Unpickler):
    def __init__(self, content: bytes, shared: tuple[object, ...]) -> None:
        super().__init__(BytesIO(content))
        self._shared = shared

    def find_class(self, module: str, name: str) -> Any:
        """As pickle has it, but for the stand-in."""
        return self._shared.__getitem__ if name == shared_thing.__name__ else super().find_class(module, name)
