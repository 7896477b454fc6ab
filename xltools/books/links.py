"""The links of one sheet: ours given anew, the user's own with their records.

Source: ECMA-376 part 1, 18.3.1.47 (hyperlink).
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping

from xltools.books.link import Link, path_of, target_of
from xltools.books.patch import OFFICE, Patch
from xltools.books.patch_xml import WORKSHEET, Element, around_rows, changed_tag, escape, inserted, links_in, spliced
from xltools.books.reshape import Change
from xltools.model.address import address, corners

Where = tuple[int, int]


def relink(sheet: tuple[Patch, str], data: bytes, change: Change, ours: Mapping[Where, Link], columns: Collection[int]) -> bytes:
    """The text of a sheet in which the links in these columns of its table are `ours`, and those elsewhere go with their records.

    sheet: its package and part, where only the relationships change. Where nothing is different, text and relationships keep their bytes.
    """
    patch, part = sheet
    section = around_rows(data, 1).first("hyperlinks")
    text = data[section.start : section.end] if section else b""
    targets = {id: path_of(target) for id, (kind, target) in patch.relations(part).items() if kind == f"{OFFICE}/hyperlink"}
    there, is_none = dict[Where, Link](), change.is_none
    others: list[bytes] = []
    for one in links_in(text) if text else []:
        box = corners(one.attributes.get("ref", ""))
        if not (box and box[:2] == box[2:] and box[1] in columns and change.head < box[0] <= change.last):
            others += _moved(text, one, change)
        elif is_none:
            there[box[:2]] = Link(targets.get(one.relation, ""), one.attributes.get("location", ""))
    if is_none and there.keys() == ours.keys() and all(link == ours[where] or link.meaning == ours[where].meaning for where, link in there.items()):
        return data
    ids = _related(patch, part, {link.target for link in ours.values() if link.target}, others)
    content = b"".join([*others, *(_written(where, link, ids) for where, link in sorted(ours.items()))])
    new = b"<hyperlinks>%b</hyperlinks>" % content if content else b""
    if section:
        return spliced(data, [(section.start, section.end, new)])
    return spliced(data, [inserted(data, around_rows(data, 1), WORKSHEET, new)]) if new else data


def _moved(data: bytes, link: Element, change: Change) -> Iterator[bytes]:
    """A link of the user's own at its record's place; none when the record is gone."""
    stated = link.attributes.get("ref", "")
    now = change.text(stated)
    if not now:
        return
    start, end, tag = changed_tag(data, link, {"ref": now.split()[0]})
    yield data[link.start : link.end] if now == stated else tag + data[end : link.end] if start == link.start else b""


def _written(where: Where, link: Link, ids: Mapping[str, str]) -> bytes:
    target = f' xmlns:r="{OFFICE}" r:id="{ids[link.target]}"' if link.target else ""
    place = f' location="{escape(link.place)}"' if link.place else ""
    return f'<hyperlink ref="{address(*where)}"{target}{place}/>'.encode()


def _related(patch: Patch, part: str, wanted: Collection[str], others: Iterable[bytes]) -> dict[str, str]:
    """Target → id of a relationship of the sheet to it; those that no link uses any more are taken out."""
    known = {id: path_of(target) for id, (kind, target) in patch.relations(part).items() if kind == f"{OFFICE}/hyperlink"}
    used = {found for other in others for found in re.findall(r"""\w+:id=["']([^"']+)""", other.decode())}
    ids: dict[str, str] = {}
    for id, target in known.items():
        if target in wanted:
            ids.setdefault(target, id)
    gone = known.keys() - used - set(ids.values())
    patch.unrelate_ids(part, gone)
    for target in sorted(wanted - ids.keys()):
        ids[target] = patch.relate_outside(part, target_of(target))
    return ids
