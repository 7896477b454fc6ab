"""Bytes as text when nothing says which encoding: what Excel, WPS and Chinese systems write."""

from __future__ import annotations

import codecs
import re

# A mark at the beginning settles it. "Unicode text" of Excel is UTF-16 with one.
MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
# Without a mark: UTF-8 is hardly ever right by accident, GB18030 is what Chinese Windows calls ANSI.
GUESSES = ("utf-8", "gb18030")
HEAD = 4096
# Share of zero bytes on one side of each pair from which text without a mark is UTF-16.
ZEROS = 0.2
# What no text has; a Ctrl-Z closes files of old systems.
CONTROL = re.compile("[\x00-\x08\x0e-\x19\x1b-\x1f]")
CLOSING = "\x1a\x00"


class NotTextError(Exception):
    """The bytes are no text. line: the first one that cannot be read where the rest is text, else 0."""

    def __init__(self, line: int = 0) -> None:
        super().__init__(line)
        self.line = line


def decoded(data: bytes) -> str:
    """The text of a file, without its mark. Raises NotTextError for anything that is not text from beginning to end."""
    for mark, encoding in MARKS:
        if data.startswith(mark):
            return _text(data[len(mark) :], (encoding,))
    if b"\0" in data[:HEAD]:
        return _text(data, (_wide(data[:HEAD]),))
    return _text(data, GUESSES)


def _wide(head: bytes) -> str:
    """Which of the two UTF-16 this is, by the side the zeros are on. Raises NotTextError for neither."""
    even, odd = (head[side::2].count(0) / max(1, len(head) // 2) for side in (0, 1))
    if max(even, odd) < ZEROS or min(even, odd) > ZEROS / 4:
        raise NotTextError
    return "utf-16-be" if even > odd else "utf-16-le"


def _text(data: bytes, encodings: tuple[str, ...]) -> str:
    far = 0
    for encoding in encodings:
        try:
            text = data.decode(encoding).rstrip(CLOSING)
        except UnicodeDecodeError as error:
            far = max(far, error.start)
            continue
        if CONTROL.search(text):
            raise NotTextError
        return text
    if CONTROL.search(data[:far].decode("latin-1")) or far < min(HEAD, len(data) // 2):
        raise NotTextError
    raise NotTextError(data.count(b"\n", 0, far) + 1)
