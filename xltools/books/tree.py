"""Small XML parts as trees with local names, read through the one scanner that refuses document types."""

from __future__ import annotations

from collections.abc import Iterable
from xml.etree.ElementTree import Element, TreeBuilder

from xltools.books.xml import scan


def tree(chunks: Iterable[bytes], without: str = "") -> Element:
    """The part as a tree; elements and attributes lose their prefixes, everything inside an element named `without` is left out."""
    builder = TreeBuilder()
    skipping = 0

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal skipping
        if not skipping:
            builder.start(local(name), {local(key): value for key, value in attributes.items()})
        if skipping or local(name) == without:
            skipping += 1

    def end(name: str) -> None:
        nonlocal skipping
        skipping = max(0, skipping - 1)
        if not skipping:
            builder.end(local(name))

    def text(content: str) -> None:
        if not skipping:
            builder.data(content)

    scan(chunks, start, end, text)
    return builder.close()


def local(name: str) -> str:
    """A name without its prefix."""
    return name.rpartition(":")[2]


def below(element: Element, name: str) -> list[Element]:
    """All elements of this name, at any depth, in document order."""
    return list(element.iter(name))


def listed(element: Element, *left_out: str) -> str:
    """The attributes, sorted, as "a=1 b=2"; those named are left out."""
    return " ".join(f"{key}={value}" for key, value in sorted(element.attrib.items()) if key not in left_out)
