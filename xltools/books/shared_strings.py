"""The shared strings of an .xlsx workbook: read off the text where all are plain, else by the XML parser. Source: ECMA-376 part 1, 18.4.9."""

from __future__ import annotations

import re

from xltools.books.sheet_xml import UnusualError, is_verbatim, resolved
from xltools.books.sink import unescaped
from xltools.books.xml import MAX_MARKS, scan

HEAD = re.compile(r'(?:<\?xml version="1\.0" encoding="(?i:utf-8)"(?: standalone="yes")?\?>\s*)?<sst(?: [^<>]*)?(?<!/)>')
TEXT = re.compile(r'<si><t(?:/|(?: xml:space="preserve")?+>([^<]*+)</t)></si>')
CLOSING = "</sst>"


def shared_strings(data: bytes) -> list[str]:
    """The strings in order, rich text joined, phonetic guides left out. Raises MalformedError for a part that is broken."""
    try:
        return _strings_in_text(data)
    except UnusualError:
        return _any_strings(data)


def _strings_in_text(data: bytes) -> list[str]:
    """The same where all are plain texts, as every program writes most of them. Raises UnusualError for anything else."""
    try:
        text = data.decode("utf-8").rstrip(" \n")
    except UnicodeDecodeError as error:
        raise UnusualError from error
    head = HEAD.match(text)
    if not head or not text.endswith(CLOSING) or data.count(b"<") > MAX_MARKS:
        raise UnusualError
    body = text[head.end() : -len(CLOSING)]
    pieces = TEXT.split(body)
    if any(pieces[::2]) or not is_verbatim(data[data.find(b"<sst") :]):
        raise UnusualError
    scan([f"{head[0]}{CLOSING}".encode()], None)
    return [unescaped(resolved(piece)) if piece else "" for piece in pieces[1::2]]


def _any_strings(data: bytes) -> list[str]:
    strings: list[str] = []
    pieces: list[str] = []
    texts: list[str] = []
    phonetic = False

    def start(name: str, _: dict[str, str]) -> None:
        nonlocal phonetic
        if name == "t":
            texts.clear()
        elif name == "rPh":
            phonetic = True

    def end(name: str) -> None:
        nonlocal phonetic
        if name == "t":
            if not phonetic:
                pieces.append("".join(texts))
        elif name == "rPh":
            phonetic = False
        elif name == "si":
            strings.append(unescaped("".join(pieces)))
            pieces.clear()

    scan([data], start, end, texts.append)
    return strings
