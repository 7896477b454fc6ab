"""The sheet of figures as a workbook of its own, to be brought into an open one: values in the file, formulas apart.

A host that copies a sheet from workbook to workbook turns its formulas into links to the other file, so they come after the copy.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

from xltools.books.file import open_book
from xltools.books.package import replace_file, workbook_at
from xltools.books.summary import Summary, add_figures
from xltools.model.dashboard import load_dashboard
from xltools.model.form import Template
from xltools.model.policy import Policy

FORMULA = re.compile(r"<f>[^<]*</f>")


def write_figures(path: Path, template: Template, policy: Policy, summary: Summary) -> Mapping[str, str]:
    """Write the sheet of figures alone to `path`, without formulas; gives cell → text of its formula, with "=" in front."""
    with workbook_at(path) as (workbook, styles):
        add_figures(workbook, summary, template, policy, styles)
    texts = open_book(path).source.read(load_dashboard().sheet).formulas
    replace_file(path, _values_only(path.read_bytes()))
    return {cell: f"={text}" for cell, text in texts.items()}


def _values_only(content: bytes) -> bytes:
    result = BytesIO()
    with ZipFile(BytesIO(content)) as source, ZipFile(result, "w") as target:
        for member in source.infolist():
            data = source.read(member)
            if member.filename.startswith("xl/worksheets/sheet"):
                data = FORMULA.sub("", data.decode("utf-8")).encode("utf-8")
            target.writestr(member, data)
    return result.getvalue()
