"""On paper: the emergency list, plans, a county's package, the policy and the screening ledger, measured as the summary is."""

from datetime import date
from pathlib import Path
from zipfile import ZipFile

import pytest

from tests.county_files import POLICY
from tests.office.host import Document, Office
from tests.office.test_print import CHECKLIST, CITY, COUNTY, across_an_edge, cut, pages, smallest
from tests.test_screen import approval, emission, lists, permit
from xltools.actions.emergency import emergency
from xltools.actions.pack import Job, pack_files
from xltools.actions.plan import Planning, plan_files
from xltools.actions.policy import make_policy
from xltools.actions.reporting import default_settings
from xltools.actions.screen import screen

PRINTED = 30        # rows of a sheet; those below look alike


@pytest.fixture(scope="module")
def books(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[Path]]:
    """The workbooks of each verb, made from the worked example."""
    folder = tmp_path_factory.mktemp("其他")
    packed = pack_files([COUNTY], "7月", Job(POLICY, folder / "上报包", default_settings()))
    with ZipFile(packed.paths[0]) as archive:
        archive.extractall(folder)
        parcel = [folder / name for name in archive.namelist() if name.endswith(".xlsx") and COUNTY.name not in name and "填报表" not in name]
    plans = plan_files([CHECKLIST, COUNTY], Planning(POLICY, folder / "一企一策", date(2022, 7, 20))).paths
    given = lists(folder, [emission(0), emission(1, grade="C")], [permit(0)], [approval(0, name="灵宝宏达铸造有限公司", code=None)])
    return {
        "emergency": [emergency(CITY, folder / "应急减排清单.xlsx", POLICY).path],
        "plan": [path for path in plans if path.suffix == ".xlsx"],
        "package": parcel,
        "policy": [make_policy(folder / "政策库.xlsx", POLICY)],
        "screen": [screen(given, folder / "底册.xlsx", POLICY).path],
    }


def on_paper(document: Document, target: Path) -> Path:
    """The workbook as it is printed, of each sheet the first rows."""
    for sheet in map(document.model.Sheets.getByName, document.sheets):
        cursor = sheet.createCursor()
        cursor.gotoEndOfUsedArea(False)
        if cursor.RangeAddress.EndRow > PRINTED:
            sheet.getCellRangeByPosition(0, PRINTED, 0, cursor.RangeAddress.EndRow).Rows.IsVisible = False
    return document.save_as(target)


@pytest.mark.parametrize(("verb", "count"), [("emergency", 1), ("plan", 1), ("package", 3), ("policy", 1), ("screen", 1)])
def test_a_printed_book_cuts_nothing_and_can_be_read(office: Office, books: dict[str, list[Path]], tmp_path: Path, verb: str, count: int) -> None:
    """No row lower than its text, no band over a page's edge, no number as hashes, 8 points in Excel's fonts, which is 6.25 in those here."""
    assert len(books[verb]) == count
    for path in books[verb]:
        with office.open(path) as document:
            assert list(cut(document)) == [], path.name
            assert list(across_an_edge(document)) == [], path.name
            pdf = on_paper(document, tmp_path / f"{path.stem}.pdf")
        assert smallest(pdf) >= 6.25, path.name
        assert [at for at, page in enumerate(pages(pdf), 1) if "##" in page] == [], path.name
