"""Links from the lines of a problem list to the cells they are about."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from urllib.parse import quote

from xltools.books.refs import quoted

Links = dict[tuple[int, str], str]


def problem_links(records: Sequence[Mapping[str, object]], sources: Mapping[str, str], own: str) -> Links:
    """(record, field) → link. sources: name of a file → its path as seen from the workbook's folder · own: the workbook's own name."""
    found: Links = {}
    for at, one in enumerate(records):
        file, sheet, cell = (str(one.get(name) or "") for name in ("file", "sheet", "cell"))
        name = "cell" if cell else "sheet" if sheet else "file"
        spot = f"{quoted(sheet)}!{cell or 'A1'}" if sheet else ""
        if file == own and spot:
            found[at, name] = f"internal:{spot}"
        elif path := sources.get(file):
            plain = quote(path, safe="/") if any(sign in path for sign in "#%") else path
            found[at, name] = f"external:{plain}" + (f"#{spot}" if spot else "")
    return found
