"""The city workbook in a real LibreOffice and under Microsoft's validator: no error cell, and every stored figure is the right one."""

from datetime import date, datetime
from pathlib import Path

import pytest

from tests.county_files import CODES, POLICY, county_file, enterprise, filled
from tests.office.host import Office
from tests.office.validator import VERSIONS, validate
from xltools.actions.merge import merge
from xltools.books.file import open_book
from xltools.books.refs import column_of
from xltools.model.dashboard import load_dashboard
from xltools.model.form import FIRST_ROW, load_template

CITY = load_template("city")
BOARD, DASHBOARD = CITY["board"].sheet, load_dashboard().sheet
NOW = datetime(2022, 7, 25, 9, 0)


@pytest.fixture(scope="module")
def summary(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A summary of three counties: several schemes, industries that are not known, a row without key, a late report."""
    folder = tmp_path_factory.mktemp("merge")
    inbox = folder / "区县"
    cement = {"industry": "水泥", "process": "熟料", "table": "水泥熟料"}
    grinding = {"industry": "水泥", "process": "粉磨", "table": "水泥独立粉磨站", "applied": "引领性", "self": "引领性", "target": "引领性"}
    rows = [enterprise(0), enterprise(0, **cement), enterprise(0, **grinding), enterprise(1, current="未评级"), enterprise(2, industry="铸钢厂")]
    county_file(inbox, "灵宝市", rows, review=[filled("review", credit_code=CODES[0]), filled("review", credit_code=CODES[1], conclusion="D")])
    odd = [enterprise(3, applied="A+", remark="-1+2"), enterprise(4, capacity="=A1"), enterprise(5, process=None)]
    county_file(inbox, "湖滨区", odd, cover={"report_date": date(2022, 7, 22)})
    county_file(inbox, "陕州区", [], rectification=[filled("rectification", credit_code=CODES[0])])
    (inbox / "卢氏县.xlsx").write_bytes(b"not a workbook")
    output = merge([inbox], folder / "市级汇总.xlsx", POLICY, NOW).output
    assert output is not None
    return output


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A summary of a county that filled in nothing."""
    folder = tmp_path_factory.mktemp("empty")
    county_file(folder / "区县", "灵宝市", [])
    output = merge([folder / "区县"], folder / "市级汇总.xlsx", POLICY, NOW).output
    assert output is not None
    return output


@pytest.fixture(scope="module")
def unknown(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A summary in which no industry is known."""
    folder = tmp_path_factory.mktemp("unknown")
    county_file(folder / "区县", "灵宝市", [enterprise(0, industry="铸钢厂"), enterprise(1, industry="纺织")])
    output = merge([folder / "区县"], folder / "市级汇总.xlsx", POLICY, NOW).output
    assert output is not None
    return output


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("book", ["summary", "empty", "unknown"])
def test_the_validator_has_nothing_to_say(request: pytest.FixtureRequest, book: str, version: str) -> None:
    assert validate(request.getfixturevalue(book), version) == []


@pytest.mark.parametrize("book", ["summary", "empty", "unknown"])
def test_recalculation_changes_no_figure_and_shows_no_error(request: pytest.FixtureRequest, office: Office, book: str) -> None:
    path: Path = request.getfixturevalue(book)
    stored = {sheet: open_book(path).values(sheet) for sheet in (BOARD, DASHBOARD)}
    with office.open(path) as document:
        document.recalculate()
        assert document.errors() == []
        compared = 0
        for sheet, rows in stored.items():
            for row, found in zip(rows, document.values(sheet), strict=False):
                for before, after in zip(row, found, strict=False):
                    if isinstance(before, float):
                        assert after == pytest.approx(before), (sheet, row)
                        compared += 1
                    elif isinstance(before, str):
                        assert after == before
    assert compared > 200


def test_a_grade_the_city_types_is_counted_at_once(office: Office, summary: Path) -> None:
    ledger = CITY["ledger"]
    with office.open(summary) as document:
        before = decided(document.values(DASHBOARD))
        document.type(ledger.sheet, f"{column_of(ledger, 'decided')}{FIRST_ROW}", "B")
        document.recalculate()
        after = decided(document.values(DASHBOARD))
    assert before["湖滨区"][:8] == [0, 0, 0, 0, 0, 0, 0, 2]
    assert after["湖滨区"][:8] == [0, 1, 0, 0, 0, 0, 0, 1]


def decided(rows: list[list[object]]) -> dict[str, list[object]]:
    """The lines of the table of decided grades: county → its numbers."""
    title = next(tally.title for tally in load_dashboard().tallies if tally.id == "county_decided")
    start = next(at for at, row in enumerate(rows) if row[0] == title)
    return {str(row[0]): row[1:] for row in rows[start + 2 : start + 10]}


def test_every_row_of_the_ledger_opens_its_source(office: Office, summary: Path) -> None:
    ledger = CITY["ledger"]
    with office.open(summary) as document:
        sheet = document.model.Sheets.getByName(ledger.sheet)
        last = len(ledger.fields) - 1
        links = [sheet.getCellByPosition(last, row - 1).Hyperlink for row in range(FIRST_ROW, FIRST_ROW + 6)]
    assert links[0].endswith("#'排查清单'!A5")
    assert all(link.startswith("file://") for link in links)
    assert {Path(link.partition("#")[0]).name for link in links} == {"湖滨区.xlsx", "灵宝市.xlsx"}


def test_the_citys_words_survive_a_summary_saved_by_libreoffice(office: Office, summary: Path, tmp_path: Path) -> None:
    output = tmp_path / "市级汇总.xlsx"
    ledger = CITY["ledger"]
    with office.open(summary) as document:
        document.type(ledger.sheet, f"{column_of(ledger, 'city_opinion')}{FIRST_ROW}", "请补充在线数据")
        document.save_as(output)
    merged = merge([summary.parent / "区县"], output, POLICY, NOW)
    assert merged.output == output
    at = [field.name for field in ledger].index("city_opinion")
    assert [row[at] for row in open_book(output).values(ledger.sheet)[FIRST_ROW - 1 :]] == ["请补充在线数据", *[None] * 6]
