"""The VBA modules of a workbook as text. Source: [MS-OVBA] 2.3.4.2 (dir stream) and 2.4.1 (compression)."""

from __future__ import annotations

import struct
from collections.abc import Iterator

from msgspec import Struct

from xltools.books.ole import Streams
from xltools.books.xml import MalformedError

CODE_PAGE, VERSION, MODULE, STREAM_NAME, OFFSET = 0x03, 0x09, 0x19, 0x1A, 0x31
CHUNK = 4096
# A module of 64 KB is the most that VBA takes; a chunk expands at most 4096-fold.
MAX_SOURCE = 2**22


class Module(Struct, frozen=True):
    """A VBA module and its source, without the attribute lines that the editor hides."""

    name: str
    source: str


def modules(project: bytes) -> list[Module]:
    """The modules of a vbaProject.bin in the order of the project. Raises MalformedError."""
    streams = Streams(project)
    folder = next((name.removesuffix("dir") for name in streams.names if name.endswith("VBA/dir")), None)
    if folder is None:
        raise MalformedError("宏工程已损坏")
    encoding, found = "cp1252", []
    name, stream = "", ""
    for kind, body in _records(decompress(streams.read(f"{folder}dir"))):
        if kind == CODE_PAGE:
            encoding = f"cp{struct.unpack('<H', body[:2])[0]}"
        elif kind == MODULE:
            name = _text(body, encoding)
        elif kind == STREAM_NAME:
            stream = _text(body, encoding)
        elif kind == OFFSET:
            (offset,) = struct.unpack("<I", body[:4])
            if f"{folder}{stream}" not in streams.names:
                raise MalformedError("宏工程已损坏")
            source = _text(decompress(streams.read(f"{folder}{stream}")[offset:]), encoding)
            found.append(Module(name, _visible(source)))
    return found


def _text(data: bytes, encoding: str) -> str:
    try:
        return data.decode(encoding, "replace")
    except LookupError:
        return data.decode("latin-1")


def _visible(source: str) -> str:
    lines = source.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return "\n".join(line for line in lines if not line.startswith("Attribute VB_")).strip("\n")


def _records(data: bytes) -> Iterator[tuple[int, bytes]]:
    at = 0
    while at + 6 <= len(data):
        kind, length = struct.unpack_from("<HI", data, at)
        length = 6 if kind == VERSION else length  # this record states its length without the minor version
        yield kind, data[at + 6 : at + 6 + length]
        at += 6 + length


def decompress(data: bytes) -> bytes:
    """The content of a compressed container. Raises MalformedError when it is none."""
    if not data.startswith(b"\x01"):
        raise MalformedError("宏工程已损坏")
    out = bytearray()
    at = 1
    while at + 2 <= len(data) and len(out) <= MAX_SOURCE:
        (header,) = struct.unpack_from("<H", data, at)
        end = min(at + (header & 0x0FFF) + 3, len(data))
        if header & 0x8000:
            _chunk(data[at + 2 : end], out)
        else:
            out += data[at + 2 : at + 2 + CHUNK]
        at = end
    return bytes(out)


def _chunk(data: bytes, out: bytearray) -> None:
    start, at = len(out), 0
    while at < len(data):
        flags, at = data[at], at + 1
        for bit in range(8):
            if at >= len(data):
                return
            if not flags >> bit & 1:
                out.append(data[at])
                at += 1
                continue
            if at + 2 > len(data):
                raise MalformedError("宏工程已损坏")
            (token,) = struct.unpack_from("<H", data, at)
            at += 2
            _copy(token, out, start)


def _copy(token: int, out: bytearray, start: int) -> None:
    """Append what a copy token refers back to; how many of its bits are length depends on the position in the chunk."""
    bits = max((len(out) - start - 1).bit_length(), 4)
    length = (token & (0xFFFF >> bits)) + 3
    distance = (token >> (16 - bits)) + 1
    if distance > len(out) - start or len(out) - start + length > CHUNK:
        raise MalformedError("宏工程已损坏")
    for _ in range(length):
        out.append(out[-distance])
