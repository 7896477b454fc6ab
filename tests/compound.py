"""Writes small compound files (OLE) for tests: named streams, and VBA projects in them."""

import struct
from collections.abc import Mapping

FREE, END, FAT = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD
SECTOR, MINI, CUTOFF = 512, 64, 4096


def compound(streams: Mapping[str, bytes]) -> bytes:
    """A compound file with these streams; "VBA/dir" lies in the storage VBA."""
    mini, mini_next, sectors, chains = b"", list[int](), list[bytes](), list[int]()
    starts = {}
    for name, data in streams.items():
        if len(data) >= CUTOFF:
            starts[name] = _append(data, sectors, chains)
        else:
            count = -(-len(data) // MINI)
            starts[name] = len(mini_next) if count else END
            mini_next += [*range(len(mini_next) + 1, len(mini_next) + count), END][: max(count, 0)] if count else []
            mini += data.ljust(count * MINI, b"\0")
    mini_start = _append(mini, sectors, chains) if mini else END
    minifat_start = _append(struct.pack(f"<{len(mini_next)}I", *mini_next), sectors, chains, b"\xff") if mini_next else END
    directory_start = _append(_directory(streams, starts, (mini_start, len(mini))), sectors, chains)
    chains.append(FAT)
    table = struct.pack(f"<{len(chains)}I", *chains).ljust(SECTOR, b"\xff")
    header = struct.pack("<8s16xHHHHH6xIIIIIIIIII", bytes.fromhex("D0CF11E0A1B11AE1"), 62, 3, 0xFFFE, 9, 6, 0, 1, directory_start, 0, CUTOFF, minifat_start, 1, END, 0, len(sectors))
    return header.ljust(SECTOR, b"\xff") + b"".join(sectors) + table


def _append(data: bytes, sectors: list[bytes], chains: list[int], fill: bytes = b"\0") -> int:
    first = len(sectors)
    count = -(-len(data) // SECTOR)
    padded = data.ljust(count * SECTOR, fill)
    sectors += [padded[at : at + SECTOR] for at in range(0, len(padded), SECTOR)]
    chains += [*range(first + 1, first + count), END]
    return first


def _directory(streams: Mapping[str, bytes], starts: Mapping[str, int], root: tuple[int, int]) -> bytes:
    """Root, storages, streams; siblings are linked to the right in order."""
    folders = sorted({name.rpartition("/")[0] for name in streams} - {""})
    entries = [("Root Entry", "", 5, *root), *((folder, "", 1, END, 0) for folder in folders)]
    entries += [(name.rpartition("/")[2], name.rpartition("/")[0], 2, starts[name], len(data)) for name, data in streams.items()]
    out = b""
    for number, (name, parent, kind, start, size) in enumerate(entries):
        inside = "" if kind == 5 else name
        child = next((n for n, e in enumerate(entries) if n and e[1] == inside and kind != 2), FREE)
        right = next((n for n, e in enumerate(entries) if n > number and number and e[1] == parent), FREE)
        text = f"{name}\0".encode("utf-16-le")
        out += text.ljust(64, b"\0") + struct.pack("<HBBIII36xIQ", len(text), kind, 1, FREE, right, child, start, size)
    return out


def vba_project(modules: Mapping[str, str]) -> bytes:
    """A vbaProject.bin with these modules, their names and sources in code page 936."""
    records = [_record(0x03, struct.pack("<H", 936)), struct.pack("<HIIH", 0x09, 4, 1, 2)]
    streams = {}
    for number, (name, source) in enumerate(modules.items()):
        records += [_record(0x19, name.encode("gbk")), _record(0x1A, f"M{number}".encode()), _record(0x31, struct.pack("<I", 7)), _record(0x2B, b"")]
        text = f'Attribute VB_Name = "{name}"\r\n{source}'.replace("\n", "\r\n").replace("\r\r", "\r").encode("gbk")
        streams[f"VBA/M{number}"] = b"compile" + compressed(text)
    return compound({"VBA/dir": compressed(b"".join(records)), **streams})


def _record(kind: int, body: bytes) -> bytes:
    return struct.pack("<HI", kind, len(body)) + body


def compressed(data: bytes) -> bytes:
    """A compressed container [MS-OVBA] 2.4.1: literals, and one copy token wherever the same byte repeats."""
    out = b"\x01"
    for at in range(0, len(data), 4096):
        body = _chunk(data[at : at + 4096])
        out += struct.pack("<H", 0xB000 | len(body) + 2 - 3) + body
    return out


def _chunk(data: bytes) -> bytes:
    tokens: list[tuple[int, bytes]] = []
    at = 0
    while at < len(data):
        run = len(data[at:]) - len(data[at:].lstrip(data[at - 1 : at])) if at else 0
        bits = max((at - 1).bit_length(), 4)
        length = min(run, (0xFFFF >> bits) + 3)
        if length >= 3:
            tokens.append((1, struct.pack("<H", length - 3)))
            at += length
        else:
            tokens.append((0, data[at : at + 1]))
            at += 1
    groups = [tokens[start : start + 8] for start in range(0, len(tokens), 8)]
    return b"".join(bytes([sum(flag << bit for bit, (flag, _) in enumerate(group))]) + b"".join(item for _, item in group) for group in groups)
