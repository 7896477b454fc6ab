"""Damage to workbooks, from a seed: in their bytes, their zip, their XML, their records, their text."""

from __future__ import annotations

import io
import re
import struct
import warnings
import zipfile
import zlib
from collections.abc import Callable
from random import Random

Mutation = Callable[[bytes, Random], bytes]

ODD_NUMBERS = (b"0", b"-1", b"1", b"65536", b"1048576", b"1048577", b"16385", b"99999999999", b"1e400", b"NaN", b"", b"x", b"1.5", "１２".encode(), "²".encode())
ODD_TEXTS = (
    b"A1:XFD1048576", b"A1", b"XFD1048576", b"ZZZ1", b"A0", b"A1:A1048576", b"$A$1", b"#REF!", b"s", b"str", b"inlineStr", b"b", b"e", b"d", b"array", b"shared",
    b"../../etc/x", b"&#0;", b"&#x1F600;", b"&lt;", b"_x0000_", b"_xD800_", b"\xff\xfe", b"\xef\xbf\xbf", "甲".encode() * 40_000, b"http://x", b"true", b"veryHidden", b"General", b"yyyy-mm-dd",
    b"2022-13-45", b"2022-06-30T25:61:61", b"PT99999999999999H00M00S", b"9" * 400,
)  # fmt: skip
ODD_XML = (
    b"<x/>", b"</x>", b"<!-- x -->", b"<![CDATA[x]]>", b"<?x?>", b"<!DOCTYPE x [<!ENTITY a 'aaaa'>]>", b"<a>" * 3000, b"<r>" * 200 + b"</r>" * 200, b"\x00", b"]]>",
    b'<c r="A1"><v>1</v></c>', b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>', b"<is><t>x</t></is>", b'<f t="array" ref="A1:XFD1048576">1</f>', b"<v>1e308</v>", b"<rPh><t>x</t></rPh>",
    b'<mergeCell ref="A1:XFD1048576"/>', b'<col min="1" max="16384" hidden="1"/>', b'<sheet name="x" sheetId="9" r:id="rId1"/>', b'<workbookPr date1904="1"/>',
    b'<table:table-cell table:number-columns-repeated="16384"/>', b'<table:table-row table:number-rows-repeated="1048576"/>', b'<Row ss:Index="1048576"/>', b"<td colspan=1000 rowspan=65534>x",
    b"<table>" * 50, b"<script>", b'"', b",,,,", b"\r", b";" * 500, b"=cmd|'/c x'!A1",
)  # fmt: skip


def flipped(data: bytes, rng: Random) -> bytes:
    """A few bytes changed."""
    out = bytearray(data)
    for _ in range(rng.choice((1, 1, 2, 8, 64))):
        out[rng.randrange(len(out))] = rng.choice((0, 1, 0x7F, 0x80, 0xFF, rng.randrange(256)))
    return bytes(out)


def odd_integers(data: bytes, rng: Random) -> bytes:
    """Two or four bytes turned into a number at the edge of something."""
    out = bytearray(data)
    for _ in range(rng.randrange(1, 5)):
        number = rng.choice((0, 1, 0x7FFF, 0x8000, 0xFFFF, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF, 0xFFFFFFFE, len(data)))
        raw = struct.pack("<I", number & 0xFFFFFFFF)[: rng.choice((2, 4))]
        at = rng.randrange(max(1, len(out) - 4))
        out[at : at + len(raw)] = raw
    return bytes(out)


def cut(data: bytes, rng: Random) -> bytes:
    """The file stops somewhere, or a piece is missing."""
    at = rng.randrange(len(data))
    return data[:at] if rng.random() < 0.5 else data[:at] + data[at + rng.randrange(1, 2000) :]


def repeated(data: bytes, rng: Random) -> bytes:
    """A piece stands twice, or many times."""
    at, size = rng.randrange(len(data)), rng.randrange(1, 3000)
    return data[:at] + data[at : at + size] * rng.choice((1, 2, 50)) + data[at:]


def inserted(data: bytes, rng: Random) -> bytes:
    """Something odd in the middle."""
    at = rng.randrange(len(data))
    return data[:at] + rng.choice(ODD_XML + ODD_TEXTS) + data[at:]


def odd_values(data: bytes, rng: Random) -> bytes:
    """Values of attributes and texts of elements turned into odd ones."""
    places = list(re.finditer(rb'"[^"<>]{0,60}"|>[^<>]{0,60}<', data[:2_000_000]))
    for match in sorted(rng.sample(places, min(len(places), rng.choice((1, 2, 5)))), key=lambda one: -one.start()):
        value = rng.choice(ODD_NUMBERS + ODD_TEXTS) if rng.random() < 0.7 else rng.choice(places)[0][1:-1]
        data = data[: match.start() + 1] + value + data[match.end() - 1 :]
    return data


def odd_elements(data: bytes, rng: Random) -> bytes:
    """An element taken out, put in again elsewhere, or an odd one in its place."""
    tags = list(re.finditer(rb"<[^<>]{1,200}>", data[:2_000_000]))
    if len(tags) < 2:
        return inserted(data, rng)
    first, second = rng.choice(tags), rng.choice(tags)
    what = rng.randrange(4)
    if what == 0:
        return data[: first.start()] + data[first.end() :]
    new = second[0] if what == 1 else rng.choice(ODD_XML)
    return data[: first.start()] + new + data[first.start() if what < 3 else first.end() :]


def other_encoding(data: bytes, rng: Random) -> bytes:
    """The text in another encoding, or called so."""
    text = data.decode("utf-8", "replace")
    return text.encode(rng.choice(("utf-16", "utf-16-be", "gb18030", "utf-8-sig", "utf-32", "big5", "latin-1")), "replace")


BYTES: tuple[Mutation, ...] = (flipped, odd_integers, cut, repeated, inserted)
TEXT: tuple[Mutation, ...] = (*BYTES, odd_values, odd_values, odd_elements, odd_elements, other_encoding)


def member_changed(data: bytes, rng: Random) -> bytes:
    """One or two members of the zip damaged inside, the zip itself sound."""
    members = _members(data)
    for _ in range(rng.choice((1, 1, 2))):
        name = rng.choice([name for name, content in members if content])
        change = rng.choice(TEXT if name.endswith((".xml", ".rels")) else BYTES)
        members = [(one, change(content, rng) if one == name and content else content) for one, content in members]
    return _zipped(members)


def members_mixed(data: bytes, rng: Random) -> bytes:
    """Members missing, twice, renamed, exchanged, or new ones with strange names."""
    members = _members(data)
    at, other = rng.randrange(len(members)), rng.randrange(len(members))
    name, content = members[at]
    what = rng.randrange(7)
    if what == 0:
        members.pop(at)
    elif what == 1:
        members.append((rng.choice((name, name.upper(), "/" + name, name.replace("/", "\\"))), members[other][1]))
    elif what == 2:
        members[at] = (rng.choice(("../" * 9 + "x", "C:\\x", name + ".bak", "", "\u202e.xml", "x" * 60_000)), content)
    elif what == 3:
        members[at], members[other] = (name, members[other][1]), (members[other][0], content)
    elif what == 4:
        members.append(("xl/" + "d/" * 900 + "x.xml", b"<x/>"))
    elif what == 5:
        members += [(f"xl/worksheets/sheet{number}.xml", b"<worksheet/>") for number in range(50, 90)]
    else:
        members[at] = (name, content + bytes(rng.choice((10, 10**6, 3 * 10**7))))
    return _zipped(members)


def directory_changed(data: bytes, rng: Random) -> bytes:
    """The directory of the zip lies: sizes, offsets, flags, method, times."""
    out = bytearray(data)
    heads = [match.start() for match in re.finditer(b"PK\x01\x02|PK\x03\x04|PK\x05\x06", data)]
    for _ in range(rng.randrange(1, 4)):
        at = rng.choice(heads) + rng.randrange(4, 46)
        number = rng.choice((0, 1, 8, 9, 99, 0xFFFF, 0x7FFFFFFF, 0xFFFFFFFF, rng.randrange(1 << 32)))
        raw = struct.pack("<I", number)[: rng.choice((1, 2, 4))]
        out[at : at + len(raw)] = raw
    return bytes(out)


def overlapping(data: bytes, rng: Random) -> bytes:
    """Many members of the directory that share the same compressed bytes, which inflate far."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    plain = b"<row/>" * rng.choice((10**4, 10**6, 10**7))
    body, checksum = packer.compress(plain) + packer.flush(), zlib.crc32(plain)
    head = struct.pack("<4sHHHHHIIIHH", b"PK\x03\x04", 20, 0, 8, 0, 33, checksum, len(body), len(plain), 1, 0) + b"x" + body
    names = [name.encode() for name, _ in _members(data)] + [f"xl/worksheets/s{number}.xml".encode() for number in range(rng.choice((1, 300)))]
    directory = b"".join(
        struct.pack("<4sHHHHHHIIIHHHHHII", b"PK\x01\x02", 20, 20, 0, 8, 0, 33, checksum, len(body), len(plain), len(name), 0, 0, 0, 0, 0, 0) + name for name in names
    )
    return head + directory + struct.pack("<4sHHHHIIH", b"PK\x05\x06", 0, 0, len(names), len(names), len(directory), len(head), 0)


ZIP: tuple[Mutation, ...] = (*BYTES, *(member_changed,) * 8, members_mixed, members_mixed, directory_changed, overlapping)
KINDS: dict[str, tuple[Mutation, ...]] = {
    **dict.fromkeys((".xlsx", ".xlsm", ".xlsb", ".ods"), ZIP),
    ".xls": BYTES,
    ".et": BYTES,
    **dict.fromkeys((".csv", ".html", ".xml", ".txt"), TEXT),
}


def mutated(data: bytes, ending: str, rng: Random) -> bytes:
    """The workbook with one or a few kinds of damage."""
    for _ in range(rng.choice((1, 1, 1, 2, 3))):
        if not data:
            break
        change = rng.choice(KINDS[ending])
        try:
            data = change(data, rng)
        except (zipfile.BadZipFile, ValueError, IndexError, NotImplementedError, OSError, EOFError, zlib.error, RuntimeError, struct.error):
            data = flipped(data, rng)  # already too broken for the finer ways
    return data


def _members(data: bytes) -> list[tuple[str, bytes]]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return [(name, archive.read(name)) for name in archive.namelist()]


def _zipped(members: list[tuple[str, bytes]]) -> bytes:
    out = io.BytesIO()
    with warnings.catch_warnings(), zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        warnings.simplefilter("ignore")  # a name that stands twice is meant
        for name, content in members:
            info = zipfile.ZipInfo(name or "x")
            info.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(info, content)
    return out.getvalue()
