"""A summary that a person worked on and saved in a real LibreOffice: the next merge touches nothing but what is ours."""

import re
import struct
import zlib
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.county_files import NAMES, POLICY, county_file, enterprise
from tests.office.host import Document, Office, bridge
from tests.workbooks import parts_of
from xltools.actions.merge import merge
from xltools.books.file import open_book
from xltools.books.refs import column_of
from xltools.model.code import Code
from xltools.model.dashboard import load_dashboard
from xltools.model.form import FIRST_ROW, load_template

CITY = load_template("city")
LEDGER = CITY["ledger"]
OURS = {*(form.sheet for form in CITY), load_dashboard().sheet}
NOW = datetime(2022, 7, 25, 9, 0)
MINE, PIVOT = "我的分析", "我的透视"
TYPE = re.compile(rb'<(?:\w+:)?sheet [^>]*?name="([^"]*)"[^>]*?r:id="([^"]*)"')
RELATION = re.compile(rb'<Relationship [^>]*?>')
WIDTH, HEIGHT = 8000, 6000      # of pictures and charts, in hundredths of a millimetre


@pytest.mark.parametrize("suffix", ["xlsx", "xlsm"])
def test_sheet_picture_pivot_table_and_chart_keep_their_bytes_through_a_merge(office: Office, tmp_path: Path, suffix: str) -> None:
    inbox, path = tmp_path / "收件箱", tmp_path / f"市级汇总.{suffix}"
    county_file(inbox, "灵宝市", [enterprise(0), enterprise(1)])
    merge([inbox], path, POLICY, NOW)
    with office.open(path) as document:
        worked_on(document, picture(tmp_path / "图.png"))
        document.save_as(path)
    before = parts_of(path)
    county_file(inbox, "湖滨区", [enterprise(2)])
    outcome = merge([inbox], path, POLICY, NOW + timedelta(hours=1))
    after = parts_of(path)
    assert outcome.output == path
    ours = ours_in(before)
    may_change = {"xl/workbook.xml", "xl/styles.xml", "[Content_Types].xml", *ours}
    (cache,) = [name for name in before if name.startswith("xl/pivotCache/pivotCacheDefinition")]
    changed = {name for name in before if after.get(name) != before[name]}
    assert changed - may_change == {cache}
    assert after[cache] == before[cache].replace(b':S6"', b':S7"')
    assert {one.code for one in outcome.findings} >= {Code.PIVOT_GROWN}
    assert all(name in ours or name.startswith("xl/worksheets/_rels/") for name in after.keys() - before.keys())
    kinds = ("xl/media/", "xl/charts/", "xl/drawings/drawing", "xl/pivotTables/", "xl/pivotCache/pivotCacheRecords", "docProps/")
    assert [kind for kind in kinds if not any(name.startswith(kind) and name not in changed for name in before)] == []
    name, opinion = ([one.name for one in LEDGER].index(one) for one in ("name", "city_opinion"))
    rows = {row[name]: row[opinion] for row in open_book(path).values(LEDGER.sheet)[FIRST_ROW - 1 :]}
    assert rows == {NAMES[2]: None, NAMES[0]: "请补充在线数据", NAMES[1]: None}


def worked_on(document: Document, image: Path) -> None:
    """What a person adds: a remark, a sheet with figures, a picture, a chart, a pivot table over the ledger."""
    document.type(LEDGER.sheet, f"{column_of(LEDGER, 'city_opinion')}{FIRST_ROW}", "请补充在线数据")
    sheets = document.model.Sheets
    for name in (MINE, PIVOT):
        sheets.insertNewByName(name, sheets.Count)
    mine = sheets.getByName(MINE)
    document.write(MINE, "A1", [["企业", "数"], ["甲", 3], ["乙", 5]])
    mine.Charts.addNewByName("我的图", rectangle(5000), (mine.getCellRangeByName("A1:B3").RangeAddress,), True, True)
    shape = document.model.createInstance("com.sun.star.drawing.GraphicObjectShape")
    shape.GraphicURL = image.as_uri()
    mine.DrawPage.add(shape)
    shape.setSize(made("com.sun.star.awt.Size", Width=WIDTH, Height=HEIGHT))
    shape.setPosition(made("com.sun.star.awt.Point", X=16000, Y=1000))
    tables = sheets.getByName(PIVOT).DataPilotTables
    plan = tables.createDataPilotDescriptor()
    plan.setSourceRange(sheets.getByName(LEDGER.sheet).getCellRangeByName("A4:S6").RangeAddress)
    field = plan.DataPilotFields.getByIndex(0)
    field.Orientation = bridge().Enum("com.sun.star.sheet.DataPilotFieldOrientation", "ROW")
    tables.insertNewByName("我的透视表", sheets.getByName(PIVOT).getCellByPosition(0, 0).CellAddress, plan)


def rectangle(left: int) -> Any:
    return made("com.sun.star.awt.Rectangle", X=left, Y=1000, Width=WIDTH, Height=HEIGHT)


def made(kind: str, **values: int) -> Any:
    """A UNO struct with these members."""
    found: Any = bridge().getClass(kind)()
    for name, value in values.items():
        setattr(found, name, value)
    return found


def picture(path: Path) -> Path:
    """A red square of 8 by 8 pixels. Source: PNG specification, 11.2."""
    rows = b"".join(b"\0" + b"\xff\0\0" * 8 for _ in range(8))
    chunks = ((b"IHDR", struct.pack(">2I5B", 8, 8, 8, 2, 0, 0, 0)), (b"IDAT", zlib.compress(rows)), (b"IEND", b""))
    body = b"".join(struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)) for kind, data in chunks)
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + body)
    return path


def ours_in(package: dict[str, bytes]) -> set[str]:
    """The parts of our own sheets, with the drawings and charts of the figures that are drawn anew."""
    targets = {one[b"Id"]: one[b"Target"].decode() for one in relations(package["xl/_rels/workbook.xml.rels"])}
    sheets = {f"xl/{targets[number]}" for name, number in TYPE.findall(package["xl/workbook.xml"]) if name.decode() in OURS}
    found = set(sheets)
    while sheets:
        links = {name: f"{Path(name).parent}/_rels/{Path(name).name}.rels" for name in sheets}
        sheets = {f"xl/{one[b'Target'].decode().removeprefix('../')}" for name, link in links.items() for one in relations(package.get(link, b"")) if b"TargetMode" not in one} - found
        found |= sheets | set(links.values())
    return found


def relations(data: bytes) -> list[dict[bytes, bytes]]:
    return [dict(re.findall(rb'(\w+)="([^"]*)"', one)) for one in RELATION.findall(data)]
