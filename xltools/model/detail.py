"""The sentence on a sheet of ours whose rows are too many for it: how many there are, and which file beside the workbook has them."""

from __future__ import annotations

import re
from collections.abc import Iterable

from msgspec import Struct

SAID = "这张表有 {count} 行，一张工作表放不下，全部在旁边的文件 {file} 里"
PATTERN = re.compile(SAID.format(count=r"(\d+)", file="(.+)"))


class Detail(Struct, frozen=True):
    """The rows of a sheet that lie in a file of this name."""

    count: int
    file: str

    def __str__(self) -> str:
        return SAID.format(count=self.count, file=self.file)


def detail_among(cells: Iterable[object]) -> Detail | None:
    """What the row of cells in which a sheet has its note says of the sheet's rows."""
    return next(filter(None, map(detail_said, cells)), None)


def detail_said(note: object) -> Detail | None:
    """What the note of a sheet says of its rows; None where they are on the sheet."""
    found = PATTERN.fullmatch(str(note or "").strip())
    return Detail(int(found[1]), found[2]) if found else None
