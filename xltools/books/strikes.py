"""What is struck through in an .xlsx: cell styles whose font says so, and shared strings whose runs do. Source: ECMA-376 part 1, 18.8.22 and 18.4.7."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache

from msgspec import Struct, field

from xltools.books.xml import TRUE, scan

WORD = b"strike"  # without it in a part nothing there is struck through

Strings = dict[str, frozenset[bool | None]]


class Strikes(Struct, frozen=True):
    """What of a workbook is struck through; false when nothing is.

    styles: numbers of cell styles, None for style 0 that nobody names · strings: number of a rich shared string → what its runs say, None for
    one that leaves it to the cell's style.
    """

    styles: frozenset[str | None] = frozenset()
    strings: Strings = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.styles or self.strings)

    def of(self, style: str | None, string: str | None) -> bool | None:
        """Whether all of a cell's text is struck through; None where nothing of it is. string: number of its shared string."""
        whole = style in self.styles
        said = {whole if run is None else run for run in self.strings.get(string or "", (whole,))}
        return said == {True} if True in said else None


@lru_cache(maxsize=32)
def struck_styles(part: bytes) -> frozenset[str | None]:
    """The cell styles of a styles part whose font is struck through."""
    if WORD not in part:
        return frozenset()
    fonts: list[bool] = []
    styles: list[str] = []
    inside = ""

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal inside
        if name in ("fonts", "cellXfs"):
            inside = name
        elif name == "font" and inside == "fonts":
            fonts.append(False)
        elif name == "strike" and inside == "fonts" and fonts:
            fonts[-1] = is_on(attributes)
        elif name == "xf" and inside == "cellXfs":
            styles.append(attributes.get("fontId", "0"))

    def end(name: str) -> None:
        nonlocal inside
        if name == inside:
            inside = ""

    scan([part], start, end)
    struck = {str(number) for number, on in enumerate(fonts) if on}
    found = {str(style) for style, font in enumerate(styles) if font in struck}
    return frozenset(found | {None} if "0" in found else found)


def struck_strings(part: bytes, first: int) -> Strings:
    """As `Strikes.strings`, of a part in which anything is struck through; runs of blanks do not count. first: the number of the first string."""
    if WORD not in part:
        return {}
    reader = _Runs(first)
    scan([part], reader.start, reader.end, reader.texts.append)
    return reader.found


class _Runs:
    """Handles the elements of shared strings. struck: what the present run says, None where it leaves it to the cell."""

    def __init__(self, first: int) -> None:
        self.found: Strings = {}
        self.texts: list[str] = []
        self._number = first
        self._runs: set[bool | None] = set()
        self._struck: bool | None = None
        self._phonetic = False

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name in ("r", "rPr"):
            self._struck = None if name == "r" else False
        elif name == "strike":
            self._struck = is_on(attributes)
        elif name == "t":
            self.texts.clear()
        elif name == "rPh":
            self._phonetic = True

    def end(self, name: str) -> None:
        if name == "t" and not self._phonetic and "".join(self.texts).strip():
            self._runs.add(self._struck)
        elif name == "rPh":
            self._phonetic = False
        elif name == "si":
            if self._runs - {None}:
                self.found[str(self._number)] = frozenset(self._runs)
            self._runs.clear()
            self._number, self._struck = self._number + 1, None


def strikes_of(styles: Iterable[bytes], strings: Strings) -> Strikes:
    """What is struck through by these styles parts and shared strings."""
    return Strikes(frozenset(style for part in styles for style in struck_styles(part)), strings)


def is_on(attributes: Mapping[str, str]) -> bool:
    """What an element says that needs no value to say yes."""
    return attributes.get("val", "1") in TRUE
