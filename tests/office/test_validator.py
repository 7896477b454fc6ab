"""The validator finds nothing in a sound workbook and every planted fault in a broken one."""

from pathlib import Path

import pytest
import xlsxwriter

from tests.office.validator import VERSIONS, validate
from tests.workbooks import packed, parts_of


@pytest.fixture
def sound(tmp_path: Path) -> Path:
    """A workbook with a drop-down, a conditional format, a formula and a chart."""
    path = tmp_path / "县 1.xlsx"
    with xlsxwriter.Workbook(path) as workbook:
        sheet = workbook.add_worksheet("排查清单")
        sheet.write_row("A1", ["等级", 3])
        sheet.write_formula("C1", "=B1*2", None, 6)
        sheet.data_validation("A2:A9", {"validate": "list", "source": ["A", "B", "C", "D"]})
        sheet.conditional_format("B1:B9", {"type": "formula", "criteria": "=B1<0", "format": workbook.add_format({"bg_color": "red"})})
        chart = workbook.add_chart({"type": "column"})
        chart.add_series({"values": "=排查清单!$B$1:$C$1"})
        sheet.insert_chart("E2", chart)
    return path


def spoilt(path: Path, part: str, old: bytes, new: bytes) -> Path:
    """A copy of the workbook in which one part has `new` instead of `old`."""
    target = path.with_name("spoilt.xlsx")
    parts = parts_of(path)
    assert old in parts[part]
    target.write_bytes(packed(parts | {part: parts[part].replace(old, new, 1)}))
    return target


@pytest.mark.parametrize("version", VERSIONS)
def test_a_sound_workbook_has_no_fault(sound: Path, version: str) -> None:
    assert validate(sound, version) == []


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (b"<sheetData>", b"<sheetData><bogus/>", "bogus"),
        (b'type="list"', b'type="pick"', "pick"),
        (b'<drawing r:id="rId1"/>', b'<drawing r:id="rId9"/>', "rId9"),
    ],
    ids=["unknown element", "unknown kind of drop-down", "reference to nothing"],
)
def test_a_planted_fault_is_found(sound: Path, old: bytes, new: bytes, said: str, version: str) -> None:
    faults = validate(spoilt(sound, "xl/worksheets/sheet1.xml", old, new), version)
    assert len(faults) == 1
    assert said in faults[0]
    assert "/xl/worksheets/sheet1.xml" in faults[0]


def test_a_file_that_is_no_workbook_is_a_fault(tmp_path: Path) -> None:
    path = tmp_path / "text.xlsx"
    path.write_text("not a workbook", encoding="utf-8")
    assert len(validate(path, "Office2013")) == 1


def test_an_unknown_version_is_not_taken_for_another(sound: Path) -> None:
    with pytest.raises(RuntimeError, match="did not run"):
        validate(sound, "Office1995")
