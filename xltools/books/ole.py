"""Compound files (.xls, WPS .et, encrypted .xlsx, vbaProject.bin): which streams they hold, and their bytes.

Source: [MS-CFB] 2.
"""

from __future__ import annotations

import struct
import sys
from array import array
from collections.abc import Iterator

from msgspec import Struct

from xltools.books.xml import DAMAGED, MalformedError

SIGNATURE = bytes.fromhex("D0CF11E0A1B11AE1")
HEADER, ENTRY, LARGEST_REGULAR = 512, 128, 0xFFFFFFFA
STORAGE, STREAM, ROOT = 1, 2, 5


class Entry(Struct, frozen=True):
    """A directory entry. start: first sector, size: bytes, the rest: numbers of other entries."""

    name: str
    kind: int
    left: int
    right: int
    child: int
    start: int
    size: int


class Streams:
    """The named streams of a compound file; a name within a storage reads "VBA/dir".

    Raises MalformedError, here and in `read`, when the file is cut off or its chains lead nowhere.
    """

    def __init__(self, data: bytes) -> None:
        if len(data) < HEADER or not data.startswith(SIGNATURE):
            raise MalformedError(DAMAGED)
        shift, mini_shift = struct.unpack_from("<HH", data, 30)
        if shift not in (9, 12) or mini_shift != 6:
            raise MalformedError("文件已损坏")
        self._data, self._size = data, 1 << shift
        start, cutoff, mini_start = struct.unpack_from("<I4xII", data, 48)
        self._cutoff = cutoff
        self._next = self._table(self._fat_sectors())
        self._mini_next = self._table(self._chain(mini_start, self._next))
        directory = b"".join(self._sector(number) for number in self._chain(start, self._next))
        self._entries = [_entry(directory, at) for at in range(0, len(directory) - ENTRY + 1, ENTRY)]
        if not self._entries or self._entries[0].kind != ROOT:
            raise MalformedError("文件已损坏")
        self._streams = dict(self._walk(self._entries[0].child, ""))

    @property
    def names(self) -> list[str]:
        return list(self._streams)

    def read(self, name: str) -> bytes:
        """The bytes of the stream of this name. Raises KeyError when there is none."""
        entry = self._streams[name]
        if entry.size >= self._cutoff:
            parts = [self._sector(number) for number in self._chain(entry.start, self._next)]
        else:
            root = self._entries[0]
            mini = b"".join(self._sector(number) for number in self._chain(root.start, self._next))
            parts = [mini[number * 64 : number * 64 + 64] for number in self._chain(entry.start, self._mini_next)]
        data = b"".join(parts)[: entry.size]
        if len(data) < entry.size:
            raise MalformedError(DAMAGED)
        return data

    def _fat_sectors(self) -> list[int]:
        numbers = list(struct.unpack_from("<109I", self._data, 76))
        (following,) = struct.unpack_from("<I", self._data, 68)
        seen: set[int] = set()
        # Each of these sectors tells of size / 4 others: more of them than the file has use for would multiply without end.
        most = len(self._data) * 4 // self._size**2 + len(numbers)
        while following <= LARGEST_REGULAR and following not in seen:
            seen.add(following)
            *more, following = struct.unpack(f"<{self._size // 4}I", self._sector(following))
            numbers += more
            if len(numbers) > most + self._size // 4:
                raise MalformedError("文件已损坏")
        return [number for number in numbers if number <= LARGEST_REGULAR]

    def _table(self, sectors: list[int]) -> array[int]:
        numbers = array("I", b"".join(self._sector(number) for number in sectors))
        if sys.byteorder == "big":
            numbers.byteswap()
        return numbers

    def _sector(self, number: int) -> bytes:
        sector = self._data[(number + 1) * self._size : (number + 2) * self._size]
        if not sector:
            raise MalformedError(DAMAGED)
        return sector.ljust(self._size, b"\0")

    @staticmethod
    def _chain(start: int, following: array[int]) -> list[int]:
        chain: list[int] = []
        number = start
        while number <= LARGEST_REGULAR:
            if number >= len(following) or len(chain) > len(following):
                raise MalformedError(DAMAGED)
            chain.append(number)
            number = following[number]
        return chain

    def _walk(self, first: int, path: str) -> Iterator[tuple[str, Entry]]:
        waiting, seen = [(first, path)], set[int]()
        while waiting:
            number, folder = waiting.pop()
            if number >= len(self._entries) or number in seen:
                continue
            seen.add(number)
            entry = self._entries[number]
            waiting += [(entry.left, folder), (entry.right, folder)]
            if entry.kind == STORAGE:
                waiting.append((entry.child, f"{folder}{entry.name}/"))
            elif entry.kind == STREAM:
                yield folder + entry.name, entry


def _entry(directory: bytes, at: int) -> Entry:
    length, kind = struct.unpack_from("<HB", directory, at + 64)
    name = directory[at : at + max(0, min(length, 64) - 2)].decode("utf-16-le", "replace")
    left, right, child = struct.unpack_from("<III", directory, at + 68)
    start, size = struct.unpack_from("<II", directory, at + 116)
    return Entry(name, kind, left, right, child, start, size)
