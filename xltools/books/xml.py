"""One pass over an XML part: element by element, without a tree, refusing what no spreadsheet program writes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from xml.parsers import expat

Start = Callable[[str, dict[str, str]], None]
End = Callable[[str], None]
Text = Callable[[str], object]


# What the parser goes through costs about a microsecond an element. A sheet of 1.5 million cells has six million of these marks.
MAX_MARKS = 6_000_000
TRUE = ("1", "true")        # how an attribute says yes
DAMAGED = "文件已损坏或没有下载完整"
TOO_LARGE = "文件过大或内容异常膨胀，超过了安全上限"


class MalformedError(Exception):
    """A part that cannot be read as what it claims to be; the text says why, in words for the user."""


def scan(chunks: Iterable[bytes], start: Start | None, end: End | None = None, text: Text | None = None) -> None:
    """Call start, end and text for everything in the part, in order; what is None is passed over.

    Element names come as written; when the root carries a namespace prefix (`x:worksheet`, as some exporters write), all
    prefixes are taken off. Raises MalformedError for broken XML, for more of it than a sheet has, and for a document type, which
    could hide entity bombs.
    """
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = _no_doctype

    def first(name: str, attributes: dict[str, str]) -> None:
        prefixed = ":" in name and not name.startswith("office:")
        parser.StartElementHandler = _unprefixed(start) if prefixed and start else start
        parser.EndElementHandler = (lambda name: end(name.rpartition(":")[2])) if prefixed and end else end
        if parser.StartElementHandler:
            parser.StartElementHandler(name, attributes)

    parser.StartElementHandler = first
    parser.CharacterDataHandler = text
    marks = 0
    try:
        for chunk in chunks:
            marks += chunk.count(b"<")
            if marks > MAX_MARKS:
                raise MalformedError(TOO_LARGE)
            parser.Parse(chunk, False)
        parser.Parse(b"", True)
    except (expat.ExpatError, ValueError, LookupError) as error:
        raise MalformedError("文件内部的内容已损坏") from error


def _no_doctype(*_: object) -> None:
    raise MalformedError("文件内部含有不允许的声明（DOCTYPE），可能是恶意文件")


def _unprefixed(start: Start) -> Start:
    return lambda name, attributes: start(name.rpartition(":")[2], attributes)


def texts_by(chunks: Iterable[bytes], element: str, key: str) -> dict[str, str]:
    """The text in every element of this name, without blanks around it, by the element's attribute `key`. Raises as `scan` does."""
    found: dict[str, str] = {}
    current, texts = "", list[str]()

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal current
        if name == element:
            current = attributes.get(key, "")
            texts.clear()

    def end(name: str) -> None:
        if name == element:
            found[current] = "".join(texts).strip()

    scan(chunks, start, end, texts.append)
    return found


def attribute(attributes: Mapping[str, str], name: str) -> str:
    """The attribute of this name under any namespace prefix, "" when it is not there."""
    for key, value in attributes.items():
        if key == name or key.endswith(":" + name):
            return value
    return ""
