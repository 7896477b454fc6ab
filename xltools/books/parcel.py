"""A package of files as one .zip: the same files give the same bytes, with a list of their fingerprints."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

from xltools.books.list_book import Lists, write_lists
from xltools.books.package import pack, replace_file


def book_bytes(lists: Lists) -> bytes:
    """A workbook of lists as bytes."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "list.xlsx"
        write_lists(path, lists)
        return path.read_bytes()


def write_parcel(path: Path, files: Mapping[str, bytes], checksums: str) -> None:
    """Write the files into one .zip, in the order of their names. checksums: the name of the list of fingerprints."""
    ordered = dict(sorted(files.items()))
    said = "".join(f"{hashlib.sha256(content).hexdigest()}  {name}\n" for name, content in ordered.items())
    path.parent.mkdir(parents=True, exist_ok=True)
    replace_file(path, pack({**ordered, checksums: said.encode()}))
