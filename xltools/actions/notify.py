"""The letters that go with returned files: one page each, as a Word document and as text for a chat."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from xltools.actions.give_back import Returned
from xltools.books.notice import as_document, as_text, notice_of
from xltools.books.package import replace_file
from xltools.books.replace import beside
from xltools.model.returned import load_return


def notify(returned: Iterable[Returned]) -> list[Path]:
    """Write the two letters beside each returned file; a letter that lies there and says something else stays."""
    written = []
    for one in returned:
        if one.letter is not None:
            notice = notice_of(one.letter, one.output.name, one.reason)
            stem = one.output.stem.rpartition(load_return().suffix)[0]
            for suffix, content in ((".docx", as_document(notice)), (".txt", as_text(notice).encode("utf-8-sig"))):
                written.append(_written(one.output.with_name(f"{stem}{load_return().notice_suffix}{suffix}"), content))
    return written


def _written(path: Path, content: bytes) -> Path:
    target = beside(path) if path.exists() and path.read_bytes() != content else path
    replace_file(target, content)
    return target
