"""What is printed reaches terminals, pipes and files that do not know every sign: in Chinese Windows, what goes into a file is GBK.

GBK has no ✗, no ³ of mg/m³ and no rare character of a name. One sign that cannot be written must not end a run.
"""

from __future__ import annotations

import codecs
import json
import sys
from io import TextIOWrapper
from unicodedata import normalize

NEAR = "xltools.near"
ALIKE = {"✗": "×", "✓": "√", "•": "·", "−": "-"}     # what Unicode does not know to be alike


def forgiving() -> None:
    """Let standard output and errors write something alike in the place of a sign that their encoding does not have."""
    codecs.register_error(NEAR, _near)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper) and not _has_all(stream.encoding):
            stream.reconfigure(errors=NEAR)


def json_text(record: object) -> str:
    """A record as JSON for standard output; where that has not every sign, they are written as numbers, so that a program reads the same."""
    return json.dumps(record, ensure_ascii=not _has_all(getattr(sys.stdout, "encoding", None)), indent=1)


def _has_all(encoding: str | None) -> bool:
    return encoding is None or codecs.lookup(encoding).name.startswith("utf")


def _near(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    return "".join(_alike(sign, error.encoding) for sign in error.object[error.start : error.end]), error.end


def _alike(sign: str, encoding: str) -> str:
    """Something alike that the encoding has, else the sign's number, by which it can be looked up."""
    for other in (ALIKE.get(sign, sign), normalize("NFKC", sign)):
        try:
            other.encode(encoding)
        except UnicodeEncodeError:
            continue
        return other
    return f"<U+{ord(sign):04X}>"
