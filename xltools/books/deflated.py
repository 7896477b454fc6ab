"""Parts of a package as they lie in it, deflated: taken over without being inflated, or deflated piece by piece, so that a large one is never there as a whole.

Source: APPNOTE.TXT of PKWARE, 4.3.7 (local file header).
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterable
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

from msgspec import Struct

FIXED, LENGTHS = 30, struct.Struct("<26xHH")    # of a local header: bytes that each has; then how long the name and what else is said of it are
RAW = -15   # zlib: without a header of its own
PLAIN = 0o600 << 16     # what zipfile says of a member's rights where nobody else does
TOGETHER = 2**20    # bytes that are deflated at a time


class Deflated(Struct, frozen=True):
    """What a part holds, as a package stores it. kind: how, as the zip says · size and crc: of what it holds."""

    data: bytes | memoryview
    size: int
    crc: int
    kind: int = ZIP_DEFLATED

    @property
    def content(self) -> bytes:
        """What it holds."""
        return bytes(self.data) if self.kind == ZIP_STORED else zlib.decompress(self.data, RAW, self.size)


def deflated(pieces: Iterable[bytes], level: int) -> Deflated:
    """A part of these pieces, none of them kept."""
    press, found, crc, size, waiting = zlib.compressobj(level, zlib.DEFLATED, RAW), list[bytes](), 0, 0, bytearray()
    for piece in pieces:
        waiting += piece
        if len(waiting) >= TOGETHER:
            crc, size = zlib.crc32(waiting, crc), size + len(waiting)
            found.append(press.compress(waiting))
            waiting.clear()
    crc, size = zlib.crc32(waiting, crc), size + len(waiting)
    return Deflated(b"".join([*found, press.compress(waiting), press.flush()]), size, crc)


def stored(package: bytes, item: ZipInfo) -> Deflated:
    """A part as it lies in the package of these bytes."""
    start = item.header_offset + FIXED + sum(LENGTHS.unpack_from(package, item.header_offset))
    return Deflated(memoryview(package)[start : start + item.compress_size], item.file_size, item.CRC, item.compress_type)


def put(archive: ZipFile, member: ZipInfo, part: Deflated) -> None:
    """Add a part under a name and date to a package that is being written."""
    if archive.fp is None:
        raise ValueError("the archive is closed")
    member.compress_type, member.CRC, member.file_size, member.compress_size = part.kind, part.crc, part.size, len(part.data)
    member.external_attr, member.header_offset = PLAIN, archive.start_dir
    archive.fp.seek(archive.start_dir)
    archive.fp.write(member.FileHeader())
    archive.fp.write(part.data)
    archive.start_dir = archive.fp.tell()
    archive.filelist.append(member)
    archive.NameToInfo[member.filename] = member
