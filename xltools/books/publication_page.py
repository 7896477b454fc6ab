"""公示.html: one file that is read without network and without script, and searched, sorted and filtered with it."""

from __future__ import annotations

from base64 import b64encode
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from hashlib import sha256
from html import escape
from pathlib import Path

from xltools.books.package import replace_file
from xltools.model.form import Form
from xltools.model.publication import Publication, load_page, load_publication_words

CHOICES = (("county", "counties"), ("industry", "industries"), ("decided", "grades"))      # field → property with its values in order


def write_public_page(path: Path, form: Form, publication: Publication, records: Sequence[Mapping[str, object]], said: Mapping[str, str]) -> None:
    """Write the public page. records: with their numbers · said: the notice's sentences."""
    replace_file(path, page(form, publication, records, said).encode("utf-8"))


def page(form: Form, publication: Publication, records: Sequence[Mapping[str, object]], said: Mapping[str, str]) -> str:
    """The text of the page. Whatever comes from a cell is escaped; only the page's own style and script may run."""
    frame, style, script = load_page()
    words = {key: escape(text) for key, text in {**load_publication_words().words, **said}.items()}
    order = {name: getattr(publication, values) for name, values in CHOICES}
    pieces = {
        **words,
        "style": style,
        "script": script,
        "style_hash": _hash(style),
        "script_hash": _hash(script),
        "warning": f'<p class="warning">{words["not_official"]}</p>' if said["not_official"] else "",
        "head": "".join(_head(one.name, one.label, words) for one in form),
        "rows": "\n".join(_row(record, form, order) for record in records),
        "selects": "\n".join(_select(name, form[name].label, order[name], words) for name, _ in CHOICES),
        "totals_head": "".join(f'<th scope="col">{escape(one)}</th>' for one in (form["county"].label, *publication.grades, words["all"])),
        "totals_rows": "\n".join(_totals(publication, words["all"])),
    }
    parts = frame.split("@")        # text between marks, mark, text …: what a cell brings along is never read as a mark
    return "".join(pieces[part] if at % 2 else part for at, part in enumerate(parts))


def _hash(text: str) -> str:
    return b64encode(sha256(text.encode("utf-8")).digest()).decode("ascii")


def _head(name: str, label: str, words: Mapping[str, str]) -> str:
    title = words["sort"].format(label=escape(label))
    return f'<th scope="col" role="columnheader" data-field="{name}" data-sort="{title}">{escape(label)}</th>'


def _row(record: Mapping[str, object], form: Form, order: Mapping[str, Sequence[str]]) -> str:
    cells = []
    for one in form:
        text = str(record[one.name])
        known = order.get(one.name, ())
        rank = f' data-rank="{known.index(text)}"' if text in known else ""
        cells.append(f'<td role="cell" data-label="{escape(one.label)}"{rank}>{escape(text)}</td>')
    return f'<tr role="row">{"".join(cells)}</tr>'


def _select(name: str, label: str, values: Sequence[str], words: Mapping[str, str]) -> str:
    options = "".join(f"<option>{escape(value)}</option>" for value in values)
    return f'<label>{escape(label)}<select name="{name}"><option value="">{words["any"]}</option>{options}</select></label>'


def _totals(publication: Publication, every: str) -> Iterator[str]:
    """A row for each county with its enterprises by grade, and one for all of them."""
    counts = Counter((line["county"], line["decided"]) for line in publication.lines)
    for county in (*publication.counties, every):
        numbers = [sum(n for (c, g), n in counts.items() if g == grade and county in (c, every)) for grade in publication.grades]
        cells = "".join(f"<td>{number}</td>" for number in (*numbers, sum(numbers)))
        yield f'<tr><th scope="row">{escape(county)}</th>{cells}</tr>'
