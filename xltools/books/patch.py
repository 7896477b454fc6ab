"""An .xlsx or .xlsm package with some of its parts changed, added or taken out; every other part keeps its bytes.

Source: ECMA-376 part 2, 9 (relationships) and 10.1 (content types).
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Collection, Iterable, Iterator
from itertools import chain

from xltools.books.deflated import TOGETHER, Deflated, deflated, put, stored
from xltools.books.gate import Package
from xltools.books.package import SHORT, THOROUGH, ZIP_DATE, as_everywhere
from xltools.books.patch_xml import CannotPatchError, appended, escape, inserted, outline, spliced
from xltools.books.xlsx import relations_part, target_in

OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
TYPES = "[Content_Types].xml"
TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml."
LARGE = 8 * 2**20   # bytes of a part that is compressed by the shorter search: some 5,000 rows
NO_RELATIONS = b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"/>'


class Patch:
    """The package of these bytes, open for changes. room: see `Package`.

    Raises StopError where the zip is broken, CannotPatchError where parts are written in a way we do not change.
    """

    def __init__(self, data: bytes, name: str, room: int = 1) -> None:
        self._data, self._name = data, name
        self._package = Package(data, name, room)
        self._changed: dict[str, bytes] = {}
        self._counted: set[str] = set()
        self._large: dict[str, Deflated] = {}
        self._written: set[str] = set()
        self._names = {part: part for part in self._package.parts}
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            self._names |= {one.lower(): one for item in archive.infolist() if (one := item.filename.replace("\\", "/").lstrip("/"))}
        self._removed: set[str] = set()
        main = [target for kind, target in self.relations("").values() if kind == f"{OFFICE}/officeDocument"]
        if not main or MAIN not in outline(self.read(main[0]), 0).attributes.values():
            raise CannotPatchError
        self.main = main[0]

    @property
    def parts(self) -> list[str]:
        """Names of all parts as they are now, in lower case, sorted."""
        return sorted(({*self._package.parts, *self._changed}) - self._removed)

    def __contains__(self, part: str) -> bool:
        return part.lower() not in self._removed and (part.lower() in self._changed or part in self._package)

    def read(self, part: str) -> bytes:
        """The bytes of a part as they are now; a large one is not kept. Raises CannotPatchError when it is not there."""
        if part not in self:
            raise CannotPatchError
        key = part.lower()
        if key in self._large:
            return self._large[key].content
        if key in self._changed:
            return self._changed[key]
        package = Package(self._data, self._name, self._package.room) if key in self._counted else self._package    # what is read again is not counted again
        content = package.read(part)
        if len(content) <= LARGE:
            self._changed[key] = content
        else:
            self._counted.add(key)
        return content

    @property
    def is_changed(self) -> bool:
        """Whether any part is other than it was."""
        first = Package(self._data, self._name, self._package.room)
        return bool(self._removed or self._large) or any(key not in first or first.read(key) != self._changed[key] for key in sorted(self._written & self._changed.keys()))

    def write(self, part: str, content: bytes) -> None:
        """Give a part, new or old, this content."""
        self._names.setdefault(part.lower(), part)
        key = part.lower()
        self._removed.discard(key)
        if self._large.pop(key, None) or self._changed.get(key) != content:
            self._written.add(key)
            self._changed[key] = content

    def write_pieces(self, part: str, before: bytes, pieces: Iterable[bytes]) -> None:
        """Give a part that is there these pieces as content; none is kept where they are many. before: what it holds, as it was read.

        Raises CannotPatchError when it is not there.
        """
        if part not in self:
            raise CannotPatchError
        new, first, size = _differing(before, pieces), list[bytes](), 0
        for piece in new:
            first.append(piece)
            size += len(piece)
            if size > LARGE:
                self._changed.pop(part.lower(), None)
                self._large[part.lower()] = deflated(chain(first, new), SHORT)
                return
        if first:
            self.write(part, b"".join(first))

    def remove(self, part: str) -> None:
        """Take out a part, its relationships and its content type; who refers to it must let go of it too."""
        for gone in (part, relations_part(part)):
            self._removed.add(gone.lower())
            self._changed.pop(gone.lower(), None)
            self._large.pop(gone.lower(), None)
        types = self.read(TYPES)
        found = [one for one in outline(types, 1).all("Override") if one.attributes.get("PartName", "").lstrip("/").lower() == part.lower()]
        self.write(TYPES, spliced(types, [(one.start, one.end, b"") for one in found]))

    def content(self) -> bytes:
        """The whole package; parts that were there before come first and in their order. What nobody changed is taken over as it lies there."""
        result = io.BytesIO()
        rest = Package(self._data, self._name, self._package.room)
        written: set[str] = set()
        with zipfile.ZipFile(io.BytesIO(self._data)) as old, zipfile.ZipFile(result, "w", zipfile.ZIP_DEFLATED) as new:
            for item in old.infolist():
                key = item.filename.replace("\\", "/").lstrip("/").lower()
                if item.is_dir() or key in self._removed:
                    continue
                member = _member(item.filename, item.date_time)
                if key in self._large:
                    put(new, member, self._large[key])
                elif key in self._written:
                    new.writestr(member, self._changed[key], compresslevel=SHORT if len(self._changed[key]) > LARGE else THOROUGH)
                else:
                    rest.verify(item.filename)
                    put(new, member, stored(self._data, item))
                written.add(key)
            for key in sorted(self._changed.keys() - written):
                new.writestr(_member(self._names[key], ZIP_DATE), self._changed[key])
            as_everywhere(new)
        return result.getvalue()

    def relations(self, part: str) -> dict[str, tuple[str, str]]:
        """Id → (type, part or address it leads to) of a part; "" is the package itself."""
        path = relations_part(part)
        if path not in self:
            return {}
        found = {}
        for one in outline(self.read(path), 1).all("Relationship"):
            found[one.attributes.get("Id", "")] = (one.attributes.get("Type", ""), target_in(part, one.attributes))
        return found

    def related(self, part: str, kind: str) -> str:
        """The part of this kind (last word of its type) that a part refers to, "" when there is none."""
        return next((target for found, target in self.relations(part).values() if found == f"{OFFICE}/{kind}" and target in self), "")

    def relate(self, part: str, kind: str, target: str) -> str:
        """Let a part refer to another one; gives the id."""
        return self._relate(part, kind, f'Target="/{escape(target)}"')

    def relate_outside(self, part: str, target: str) -> str:
        """Let the links of a sheet lead to a file or address outside the package; gives the id."""
        return self._relate(part, "hyperlink", f'Target="{escape(target)}" TargetMode="External"')

    def _relate(self, part: str, kind: str, target: str) -> str:
        path = relations_part(part)
        data = self.read(path) if path in self else NO_RELATIONS
        taken = self.relations(part)
        number = next(n for n in range(1, len(taken) + 2) if f"rId{n}" not in taken)
        link = f'<Relationship Id="rId{number}" Type="{OFFICE}/{kind}" {target}/>'.encode()
        self.write(path, spliced(data, [appended(data, outline(data, 0), link)]))
        return f"rId{number}"

    def unrelate(self, part: str, target: str) -> None:
        """Let a part no longer refer to another one."""
        self.unrelate_ids(part, {id for id, (_, found) in self.relations(part).items() if found.lower() == target.lower()})

    def unrelate_ids(self, part: str, ids: Collection[str]) -> None:
        """Take out relationships of a part."""
        path = relations_part(part)
        if ids:
            data = self.read(path)
            gone = [one for one in outline(data, 1).all("Relationship") if one.attributes.get("Id") in ids]
            self.write(path, spliced(data, [(one.start, one.end, b"") for one in gone]))

    def declare(self, part: str, kind: str) -> None:
        """State the content type of a part."""
        self._state("Override", "PartName", f"/{part}", kind)

    def declare_extension(self, extension: str, kind: str) -> None:
        """State the content type of all parts with this ending, unless one is stated."""
        known = {one.attributes.get("Extension", "").lower() for one in outline(self.read(TYPES), 1).all("Default")}
        if extension not in known:
            self._state("Default", "Extension", extension, kind)

    def _state(self, element: str, key: str, value: str, kind: str) -> None:
        types = self.read(TYPES)
        root = outline(types, 1)
        entry = f'<{element} {key}="{escape(value)}" ContentType="{kind}"/>'.encode()
        self.write(TYPES, spliced(types, [inserted(types, root, ("Default", "Override"), entry)]))

    def free_part(self, pattern: str) -> str:
        """A part name not yet taken, such as "xl/comments{}.xml" with a number."""
        return next(name for number in range(1, 100_000) if (name := pattern.format(number)) not in self)


def _differing(before: bytes, pieces: Iterable[bytes]) -> Iterator[bytes]:
    """The pieces, as far as they are what was there before in another cut; nothing where all of them are."""
    rest, at = iter(pieces), 0
    for piece in rest:
        if not before.startswith(piece, at):
            yield from (before[start : min(start + TOGETHER, at)] for start in range(0, at, TOGETHER))
            yield piece
            yield from rest
            return
        at += len(piece)
    if at < len(before):
        yield before[:at]


def _member(name: str, moment: tuple[int, int, int, int, int, int]) -> zipfile.ZipInfo:
    member = zipfile.ZipInfo(name, moment)
    member.compress_type = zipfile.ZIP_DEFLATED
    return member
