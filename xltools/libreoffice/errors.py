"""What the engine raises, and the translation of LibreOffice's own exceptions into it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager


class EngineError(Exception):
    """The engine cannot carry out a request; the text is one Chinese sentence for the person at the screen."""


class UnsupportedError(EngineError):
    """A member of xlwings that this engine does not offer, with the reason."""

    def __init__(self, member: str, reason: str) -> None:
        super().__init__(f"LibreOffice 引擎不支持 {member}：{reason}")
        self.member = member
        self.reason = reason


class ProtectedError(EngineError):
    """A write into locked cells of a protected sheet, or a change of a protected structure."""


@contextmanager
def refusals(action: str) -> Iterator[None]:
    """Inside the block an exception of LibreOffice becomes an EngineError that starts with `action`.

    UNO's exception classes exist only after the bridge is loaded, so they are recognised by their name.
    """
    try:
        yield
    except EngineError:
        raise
    except Exception as problem:
        if not any(kind.__name__.startswith("com.sun.star.") for kind in type(problem).__mro__):
            raise
        raise EngineError(f"{action}：LibreOffice 拒绝了这一操作{_detail(problem)}。") from problem


def _detail(problem: Exception) -> str:
    """What LibreOffice says about it, in brackets; a bare place in its source code helps nobody and is left out."""
    said = str(getattr(problem, "Message", "")).partition(" at ./")[0].strip()
    return f"（{said}）" if said and not said.startswith("at ./") else ""
