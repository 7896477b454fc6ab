"""Changing a few bytes of an XML part: where its elements begin and end, and the part with some stretches replaced.

What is not replaced keeps its bytes: order of attributes, blanks, prefixes, things we do not know.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from html import unescape
from xml.parsers import expat

from msgspec import Struct, field

# Source: ECMA-376 part 1, 18.3.1.99 (worksheet), 18.2.27 (workbook), 18.8.39 (styleSheet).
WORKSHEET = ["sheetPr", "dimension", "sheetViews", "sheetFormatPr", "cols", "sheetData", "sheetCalcPr", "sheetProtection", "protectedRanges", "scenarios", "autoFilter", "sortState", "dataConsolidate", "customSheetViews", "mergeCells", "phoneticPr", "conditionalFormatting", "dataValidations", "hyperlinks", "printOptions", "pageMargins", "pageSetup", "headerFooter", "rowBreaks", "colBreaks", "customProperties", "cellWatches", "ignoredErrors", "smartTags", "drawing", "legacyDrawing", "legacyDrawingHF", "drawingHF", "picture", "oleObjects", "controls", "webPublishItems", "tableParts", "extLst"]
WORKBOOK = ["fileVersion", "fileSharing", "workbookPr", "workbookProtection", "bookViews", "sheets", "functionGroups", "externalReferences", "definedNames", "calcPr", "oleSize", "customWorkbookViews", "pivotCaches", "webPublishing", "fileRecoveryPr", "webPublishObjects", "extLst"]
STYLES = ["numFmts", "fonts", "fills", "borders", "cellStyleXfs", "cellXfs", "cellStyles", "dxfs", "tableStyles", "colors", "extLst"]

TAG = re.compile(rb"""<[^\s/>]+(?:\s+[^\s=]+\s*=\s*(?:"[^"]*"|'[^']*'))*\s*/?>""")
ENCODING = re.compile(rb"""^(?:\xef\xbb\xbf)?<\?xml[^>]*\sencoding\s*=\s*["']([^"']*)""")
# What XML 1.0 cannot hold, and what a spreadsheet would take for an escape of its own.
FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
ESCAPE = re.compile("_(?=x[0-9A-Fa-f]{4}_)")

ROWS, ROWS_END = b"<sheetData>", b"</sheetData>"
LINKS, LINKS_END = b"<hyperlinks>", b"</hyperlinks>"
# A link as nearly all programs write it, and nothing but such links.
VALUE = rb'="[^"<&\t\r\n]*+(?:&(?:amp|lt|gt|quot|apos);[^"<&\t\r\n]*+)*+"'
LINK = re.compile(rb"<hyperlink((?: [\w:]+%b)*+)/>" % VALUE)
PLAIN_LINKS = re.compile(rb"(?:<hyperlink(?: [\w:]+%b)*+/>)*+" % VALUE)
SETTING = re.compile(r'([\w:]+)="([^"]*)"')


Edit = tuple[int, int, bytes]


class CannotPatchError(Exception):
    """The package is written in a way that we could not change without risk to the rest of it."""


class Element(Struct):
    """One element and where it stands: start of its tag, its content from inner to close, end behind its closing tag."""

    name: str
    attributes: dict[str, str]
    start: int
    inner: int
    close: int = 0
    end: int = 0
    children: list[Element] = field(default_factory=list)

    @property
    def is_empty(self) -> bool:
        """Whether it is written as one tag, `<name/>`."""
        return self.inner == self.end

    @property
    def relation(self) -> str:
        """The id of the relation that it names, whatever prefix the program gives it; "" when it names none."""
        return next((value for key, value in self.attributes.items() if key.rpartition(":")[2] == "id"), "")

    def first(self, name: str) -> Element | None:
        """The first child of this name, None when there is none."""
        return next((child for child in self.children if child.name == name), None)

    def all(self, name: str) -> list[Element]:
        """The children of this name, in order."""
        return [child for child in self.children if child.name == name]


class _Outliner:
    """Notes where the elements of a part stand, down to some depth, while the parser goes through it."""

    def __init__(self, data: bytes, depth: int) -> None:
        self._data, self._depth, self._level = data, depth, 0
        self._open = [Element("", {}, 0, 0)]  # holds the root, then the elements inside one another
        self._parser = expat.ParserCreate()
        self._parser.StartElementHandler, self._parser.EndElementHandler, self._parser.StartDoctypeDeclHandler = self._start, self._end, _refuse

    def root(self) -> Element:
        try:
            self._parser.Parse(self._data, True)
        except (expat.ExpatError, ValueError) as error:
            raise CannotPatchError from error
        return self._open[0].children[0]

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        if self._level <= self._depth:
            at = self._parser.CurrentByteIndex
            tag = TAG.match(self._data, at)
            if tag is None:
                raise CannotPatchError
            element = Element(name, attributes, at, tag.end())
            self._open[-1].children.append(element)
            self._open.append(element)
        self._level += 1

    def _end(self, name: str) -> None:
        self._level -= 1
        if self._level <= self._depth:
            element = self._open.pop()
            empty = self._data[element.inner - 2 : element.inner] == b"/>"
            element.close = element.inner if empty else self._parser.CurrentByteIndex
            element.end = element.inner if empty else self._data.index(b">", element.close) + 1


def outline(data: bytes, depth: int) -> Element:
    """The root element with everything down to `depth` levels below it.

    Raises CannotPatchError for broken XML, a document type, an encoding other than UTF-8, a root with a prefix.
    """
    declared = ENCODING.match(data)
    if declared and declared[1].lower() not in (b"utf-8", b"us-ascii"):
        raise CannotPatchError
    root = _Outliner(data, depth).root()
    if ":" in root.name:
        raise CannotPatchError
    return root


def _refuse(*_: object) -> None:
    raise CannotPatchError


def around_rows(data: bytes, depth: int) -> Element:
    """As `outline`, of a worksheet whose rows are known already: they are passed over, as if there were none; so are links, see `links_in`."""
    start, close = data.find(ROWS), data.find(ROWS_END)
    if not 0 <= start < close:
        return outline(data, depth)
    inner = start + len(ROWS)
    first, last = data.find(LINKS, close) + len(LINKS), data.find(LINKS_END, close)
    if not (len(LINKS) <= first <= last and PLAIN_LINKS.fullmatch(data, first, last)):
        first = last = len(data)
    root = outline(data[:inner] + data[close:first] + data[last:], depth)
    _push(root, inner, close - inner)
    _push(root, first, last - first)
    return root


def links_in(section: bytes) -> Iterable[Element]:
    """The links of a worksheet, from the text of the element around them; where they stand is counted from its beginning."""
    start, close = len(LINKS), len(section) - len(LINKS_END)
    if not (section.startswith(LINKS) and section.endswith(LINKS_END) and PLAIN_LINKS.fullmatch(section, start, close)):
        return outline(section, 1).children
    found = LINK.finditer(section, start, close)
    return (Element("hyperlink", _settings(one[1].decode()), one.start(), one.end(), one.end(), one.end()) for one in found)


def _settings(text: str) -> dict[str, str]:
    return {name: unescape(value) if "&" in value else value for name, value in SETTING.findall(text)}


def _push(element: Element, at: int, by: int) -> None:
    """Let what stands behind `at` stand further behind."""
    element.start += by if element.start > at else 0
    element.inner += by if element.inner > at else 0
    element.close += by if element.close >= at else 0
    element.end += by if element.end > at else 0
    for child in element.children:
        _push(child, at, by)


def text_of(data: bytes) -> str:
    """All text inside one element given as bytes."""
    found: list[str] = []
    parser = expat.ParserCreate()
    parser.CharacterDataHandler = found.append
    parser.Parse(data, True)
    return "".join(found)


def spliced(data: bytes, edits: Iterable[Edit]) -> bytes:
    """The bytes with each stretch (start, end) replaced; insertions at one place keep their order. Raises ValueError where two overlap."""
    pieces: list[bytes] = []
    at = 0
    for start, end, content in sorted(edits, key=lambda edit: edit[:2]):
        if start < at:
            raise ValueError("two edits overlap")
        pieces += [data[at:start], content]
        at = end
    return b"".join([*pieces, data[at:]])


def appended(data: bytes, element: Element, content: bytes) -> Edit:
    """The edit that puts content behind all children of an element."""
    if not element.is_empty:
        return element.close, element.close, content
    return element.start, element.end, opening(data, element) + content + f"</{element.name}>".encode()


def opening(data: bytes, element: Element, changes: Mapping[str, str | None] | None = None) -> bytes:
    """The element's opening tag, never self-closing, with attributes set, or taken off where the value is None."""
    tag = data[element.start : element.inner].removesuffix(b">").removesuffix(b"/").rstrip()
    for name, value in (changes or {}).items():
        pattern = re.compile(rb"\s" + re.escape(name.encode()) + rb"""\s*=\s*("[^"]*"|'[^']*')""")
        new = b"" if value is None else f' {name}="{escape(value)}"'.encode()
        found = pattern.search(tag)
        tag = tag[: found.start()] + new + tag[found.end() :] if found else tag + new
    return tag + b">"


def changed_tag(data: bytes, element: Element, changes: Mapping[str, str | None]) -> Edit:
    """The edit that changes attributes of an element and nothing else."""
    tag = opening(data, element, changes)
    return element.start, element.inner, tag.removesuffix(b">") + b"/>" if element.is_empty else tag


def inserted(data: bytes, root: Element, order: Sequence[str], content: bytes) -> Edit:
    """The edit that puts a new child (its tag begins `content`) where the order of elements wants it."""
    name = re.match(rb"<([\w:]+)", content)
    rank = order.index(name[1].decode()) if name else 0
    if root.is_empty:
        return appended(data, root, content)
    before = [child.end for child in root.children if child.name in order and order.index(child.name) <= rank]
    at = max(before, default=root.inner)
    return at, at, content


def escape(text: str) -> str:
    """Text for element content or an attribute."""
    clean = FORBIDDEN.sub("", text)
    return clean.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;")


def cell_text(text: str) -> str:
    """Text for a cell or note, where `_x0041_` would be read as a character."""
    return escape(ESCAPE.sub("_x005F_", text))
