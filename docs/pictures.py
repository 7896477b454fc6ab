"""Draw the pictures of the README from the example, as LibreOffice shows it: python -m docs.pictures, from the top folder."""

from __future__ import annotations

import hashlib
import json
import subprocess
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from tests.office.host import Document, Office, bridge, properties
from xltools.model.form import FIRST_ROW, load_form

IMAGES, SOURCES = Path("docs/images"), "sources.json"
COUNTY, CITY = Path("workbooks/区县/渑池县.xlsx"), Path("workbooks/市级汇总.xlsx")
SHOWN = ("serial", "name", "credit_code", "industry", "table", "capacity", "capacity_unit", "current", "applied", "target_date", "hint")
ROWS, FAULTY = 12, 6  # records in the picture, and how many of them have something wrong
WIDTH = 1400


def main() -> None:
    """Write template.png and summary.png, and what they were drawn from."""
    IMAGES.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory() as name:
        folder = Path(name)
        with Office(folder) as office:
            with office.open(COUNTY) as book:
                book.recalculate()
                template = selected(book, narrowed(book), folder / "template.pdf")
            summary = office.convert(CITY, "pdf", folder)
        draw(template, (1,), IMAGES / "template.png")
        draw(summary, (1, 2), IMAGES / "summary.png")
    (IMAGES / SOURCES).write_text(json.dumps(sources(Path()), ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def sources(top: Path) -> dict[str, dict[str, str]]:
    """Picture → the workbook it shows → the SHA-256 of that workbook now; a test holds it against what was drawn."""
    shown = {"template.png": COUNTY, "summary.png": CITY}
    return {name: {path.as_posix(): hashlib.sha256((top / path).read_bytes()).hexdigest()} for name, path in shown.items()}


def narrowed(book: Document) -> Any:
    """The screening list with some columns and records put out of sight; its cells."""
    form = load_form("screening")
    sheet = book.model.Sheets.getByName(form.sheet)
    sheet.unprotect("")
    for column, one in enumerate(form):
        sheet.Columns.getByIndex(column).IsVisible = one.name in SHOWN
    rows = range(FIRST_ROW - 1, FIRST_ROW + 60)
    hints, names = len(form.fields) - 1, [one.name for one in form].index("name")
    used = [row for row in rows if sheet.getCellByPosition(names, row).String]
    faulty = [row for row in used if sheet.getCellByPosition(hints, row).String][:FAULTY]
    kept = {*faulty, *[row for row in used if not sheet.getCellByPosition(hints, row).String][: ROWS - len(faulty)]}
    for row in rows:
        sheet.Rows.getByIndex(row).IsVisible = row in kept
    style = book.model.StyleFamilies.getByName("PageStyles").getByName(sheet.PageStyle)
    style.ScaleToPagesX, style.ScaleToPagesY, style.FooterIsOn = 1, 1, False
    return sheet.getCellRangeByPosition(0, 0, hints, max(kept))


def selected(book: Document, cells: Any, path: Path) -> Path:
    """These cells as a PDF."""
    chosen = bridge().Any("[]com.sun.star.beans.PropertyValue", properties(Selection=cells))
    book.model.storeToURL(path.absolute().as_uri(), properties(FilterName="calc_pdf_Export", FilterData=chosen))
    return path


def draw(pdf: Path, pages: Sequence[int], image: Path) -> None:
    """Pages of a PDF, one below the other, without their white edges."""
    first, last = str(min(pages)), str(max(pages))
    subprocess.run(["pdftoppm", "-r", "200", "-f", first, "-l", last, "-png", pdf, pdf.with_suffix("")], check=True)
    drawn = sorted(pdf.parent.glob(f"{pdf.stem}-*.png"))
    trimmed = ["-gravity", "South", "-chop", "0x150", "-trim", "+repage", "-bordercolor", "white", "-border", "0x20"]
    subprocess.run(["convert", *drawn, *trimmed, "-append", "-resize", f"{WIDTH}x", "+dither", "-colors", "128", "-strip", image], check=True)


if __name__ == "__main__":
    main()
