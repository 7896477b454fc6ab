"""On paper: every sheet on the pages it should take, no text cut off, no number replaced by hashes."""

import re
import subprocess
from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from msgspec.structs import replace

from tests.bench.city import POLICY, write_city
from tests.checklist_books import applicant, at_best, write
from tests.checklists import table_of
from tests.office.host import Document, Office
from xltools.actions.merge import merge
from xltools.model.address import address
from xltools.model.checklist import Visit
from xltools.model.form import GROUP_ROW, load_form
from xltools.model.indicator import IndicatorTable
from xltools.model.policy import load_policy

TOP = Path(__file__).parents[2]
COUNTY, CITY = TOP / "workbooks" / "区县" / "渑池县.xlsx", TOP / "workbooks" / "市级汇总.xlsx"
CHECKLIST = next((TOP / "workbooks" / "核查表").glob("渑池县-渑池衡屿*.xlsx"))
BLANK = TOP / "templates" / "区县填报表.xlsx"
TALLER = 50         # hundredths of a millimetre that a row may lack before a line of text is cut
WIDEST = 60         # columns of the widest sheet
LONG_NAME = "三门峡示例新材料科技股份有限公司第二分公司"
EDGE = 36           # points from the paper's edge to where headers and footers end
PAPER_EDGE = 27     # points at the sides
PRINTED = 100       # rows of a sheet
COLUMNS = 16        # of a checklist, at the most
NARROWER = 0.84     # columns in Excel's fonts against those here
ROWS = 150          # rows of a sheet that are looked at; the ready rows below are empty


@pytest.fixture(scope="module")
def papers(office: Office, tmp_path_factory: pytest.TempPathFactory) -> dict[Path, Path]:
    """Each workbook as it is printed; rows further down, which look like those above, are left out."""
    folder = tmp_path_factory.mktemp("打印")
    return {path: _paper(office, path, folder) for path in (COUNTY, CITY, CHECKLIST)}


def _paper(office: Office, path: Path, folder: Path) -> Path:
    with office.open(path) as document:
        for sheet in map(document.model.Sheets.getByName, document.sheets):
            sheet.unprotect("")
            cursor = sheet.createCursor()
            cursor.gotoEndOfUsedArea(False)
            if cursor.RangeAddress.EndRow > PRINTED:
                sheet.getCellRangeByPosition(0, PRINTED, 0, cursor.RangeAddress.EndRow).Rows.IsVisible = False
        return document.save_as(folder / f"{path.stem}.pdf")


@pytest.fixture(scope="module")
def printed(papers: dict[Path, Path]) -> dict[Path, list[str]]:
    """The text of every page of each workbook as it is printed."""
    return {path: pages(pdf) for path, pdf in papers.items()}


def pages(pdf: Path) -> list[str]:
    """The text of each page, the words as they stand in lines."""
    text = subprocess.run(["pdftotext", "-layout", pdf, "-"], capture_output=True, text=True, check=True).stdout
    return [re.sub(r"[ \u3000]+", " ", page) for page in text.split("\f")[:-1]]


def on_pages(found: list[str], title: str) -> int:
    """How many pages have this title at their head."""
    return sum(title in "\n".join(page.strip().splitlines()[:3]) for page in found)


@pytest.mark.parametrize(
    ("path", "title", "count"),
    [
        (COUNTY, "重点行业绩效分级区县填报表 · 填表说明", 1),
        (COUNTY, "先填封面，再填各表", 1),
        (CITY, "市级汇总操作台", 1),
        (CHECKLIST, "重点行业绩效分级现场核查结果", 1),
    ],
    ids=["guide", "cover", "board", "overall"],
)
def test_what_belongs_on_one_page_is_on_one_page(printed: dict[Path, list[str]], path: Path, title: str, count: int) -> None:
    assert on_pages(printed[path], title) == count


def test_the_board_of_forty_files_has_its_header_on_both_pages(office: Office, tmp_path: Path) -> None:
    """Eight counties in five months, as many lines as a city has on a busy day."""
    write_city(tmp_path / "收件箱", 40, 1)
    merge([tmp_path / "收件箱"], tmp_path / "汇总.xlsx", load_policy(POLICY), datetime(2022, 11, 20, 9))
    with office.open(tmp_path / "汇总.xlsx") as document:
        for name in {*document.sheets} - {"操作台", "统计看板"}:
            document.model.Sheets.removeByName(name)
        found = pages(document.save_as(tmp_path / "操作台.pdf"))
    board = found[: next(at for at, page in enumerate(found) if "重点行业绩效分级统计看板" in page)]
    assert [re.sub(r"\s", "", page).count("县（市、区）帮扶组文件批次") for page in board] == [1, 1]


def test_a_checklist_of_twenty_two_indicators_is_four_sheets_of_paper_signed_on_the_last(printed: dict[Path, list[str]]) -> None:
    found = printed[CHECKLIST]
    assert len(found) == 5
    assert all("涂装" in page for page in found[1:])
    assert signed_pages(found) == [5]


def signed_pages(found: list[str]) -> list[int]:
    """The pages with anything of what is signed: the grade, the opinion, the lines of the checkers and what is said below them."""
    return [at for at, page in enumerate(found, 1) if at > 1 and re.search("本表等级|核查意见|姓名|谁核查、谁签字", page)]


def test_no_number_is_replaced_by_hashes(printed: dict[Path, list[str]]) -> None:
    assert [(path.name, at) for path, found in printed.items() for at, page in enumerate(found, 1) if "##" in page] == []


def test_every_page_says_which_it_is_of_how_many(printed: dict[Path, list[str]]) -> None:
    for path, found in printed.items():
        numbers = Counter(re.findall(r"第 ?(\d+) ?页，共 ?(\d+) ?页", "\n".join(found)))
        assert len(numbers) >= len(found) - 1, path.name


def cut(document: Document) -> Iterator[tuple[str, int]]:
    """Sheet and number of every visible row that is lower than its wrapped text."""
    for sheet in map(document.model.Sheets.getByName, document.sheets):
        if sheet.IsVisible:
            sheet.unprotect("")
            yield from ((sheet.Name, number) for number in _cut_rows(sheet))


def _cut_rows(sheet: Any) -> Iterator[int]:
    cursor = sheet.createCursor()
    cursor.gotoEndOfUsedArea(False)
    last = min(cursor.RangeAddress.EndRow, ROWS)
    rows = [row for row in map(sheet.Rows.getByIndex, range(last + 1)) if row.IsVisible]
    before = [row.Height for row in rows]
    sheet.getCellRangeByPosition(0, 0, 0, last).Rows.OptimalHeight = True
    for row, height in zip(rows, before, strict=True):
        if row.Height > height + TALLER:
            yield row.RangeAddress.StartRow + 1


@pytest.mark.parametrize("path", [COUNTY, CITY, CHECKLIST, BLANK], ids=lambda path: path.stem[:8])
def test_no_row_cuts_its_text(office: Office, path: Path) -> None:
    with office.open(path) as document:
        assert list(cut(document)) == []


def test_a_row_that_is_too_low_would_be_seen(office: Office) -> None:
    with office.open(CITY) as document:
        sheet = document.model.Sheets.getByName("问题清单")
        sheet.unprotect("")
        sheet.Rows.getByIndex(6).Height = 200
        assert list(cut(document)) == [("问题清单", 7)]


def edges_of(sheet: Any) -> list[int]:
    """The columns with content, from 0, that begin a page; sheets whose cells are open to the last column have breaks all the way."""
    cursor = sheet.createCursor()
    cursor.gotoEndOfUsedArea(False)
    return [one.Position for one in sheet.getColumnPageBreaks() if 0 < one.Position <= min(cursor.RangeAddress.EndColumn, WIDEST)]


def across_an_edge(document: Document) -> Iterator[tuple[str, str]]:
    """Sheet and cell of every band above a header that a page's right edge goes through: it is printed beyond it."""
    for sheet in map(document.model.Sheets.getByName, document.sheets):
        for edge in edges_of(sheet):
            cursor = sheet.createCursorByRange(sheet.getCellByPosition(edge, GROUP_ROW - 1))
            cursor.collapseToMergedArea()
            if cursor.RangeAddress.StartColumn < edge:
                yield sheet.Name, address(GROUP_ROW, edge + 1)


@pytest.mark.parametrize("path", [COUNTY, CITY], ids=["county", "city"])
def test_no_band_runs_over_the_edge_of_a_page(office: Office, path: Path) -> None:
    with office.open(path) as document:
        assert sum(bool(edges_of(document.model.Sheets.getByName(name))) for name in document.sheets) > 3, "sheets wider than a page"
        assert list(across_an_edge(document)) == []


def test_a_band_over_an_edge_would_be_seen(office: Office) -> None:
    with office.open(CITY) as document:
        sheet = document.model.Sheets.getByName(load_form("moves").sheet)
        sheet.unprotect("")
        sheet.getCellRangeByPosition(1, GROUP_ROW - 1, len(load_form("moves").fields) - 1, GROUP_ROW - 1).merge(True)
        assert {name for name, _ in across_an_edge(document)} == {load_form("moves").sheet}


@pytest.fixture(scope="module")
def visited(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Checklists on paper: one column of requirements, four, five, cells over several; nothing filled in and everything at length."""
    folder, tables = tmp_path_factory.mktemp("核查表"), [table_of(one) for one in ("steel-sinter", "cement-grinding", "casting-gas-electric", "refractory")]
    blank = [write(folder / f"{table.id}.xlsx", applicant(table, name=LONG_NAME)) for table in tables]
    return blank + [write(folder / f"{table.id}-核查.xlsx", applicant(table, name=LONG_NAME), [at_length(table)]) for table in tables]


def at_length(table: IndicatorTable) -> Visit:
    """A visit that met trouble at every indicator and says so at length."""
    answers = tuple(replace(one, evidence="照片12-15") for one in at_best(table).answers)
    problems = {one.no: ("除尘器滤袋破损，现场可见烟尘外逸", "更换滤袋，7月31日前附检测报告报县（市、区）") for one in table.indicators}
    return replace(at_best(table), answers=answers, problems=problems, opinion="现场与申报材料一致，存在的问题已当场告知企业。" * 4)


@pytest.fixture(scope="module")
def on_paper(office: Office, visited: list[Path], tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("打印的核查表")
    return {path.stem: office.convert(path, "pdf", folder) for path in visited}


def test_what_is_signed_stands_on_the_last_page_of_every_checklist_whole(on_paper: dict[str, Path]) -> None:
    for name, pdf in on_paper.items():
        found = pages(pdf)
        assert signed_pages(found) == [len(found)], name
        assert all(word in found[-1] for word in ("本表等级", "核查意见", "姓名", "谁核查、谁签字")), name


def test_the_header_stands_on_every_page_of_a_checklist_and_no_date_or_number_is_hashed(on_paper: dict[str, Path]) -> None:
    for name, pdf in on_paper.items():
        found = pages(pdf)
        assert len(found) > 2, name
        assert all("序号" in page and "达到等级" in page for page in found[1:]), name
        assert not any("##" in page for page in found), name


def test_no_checklist_is_printed_in_less_than_eight_points(on_paper: dict[str, Path]) -> None:
    """LibreOffice stands in for Excel with wider fonts here, so that the same sheet comes smaller; in Excel's own it is 9.8."""
    assert {name: size for name, pdf in on_paper.items() if (size := smallest(pdf)) < 8} == {}


@pytest.mark.parametrize("path", [COUNTY, CITY, CHECKLIST], ids=["county", "city", "checklist"])
def test_no_sheet_is_printed_smaller_than_can_be_read(papers: dict[Path, Path], path: Path) -> None:
    """8 points in Excel's fonts; columns are a quarter wider in those here, so that more is printed smaller."""
    assert smallest(papers[path]) >= 6.25


class Word(NamedTuple):
    """A word on paper: its edges in points, from the left and from the top."""

    text: str
    left: float
    top: float
    right: float
    bottom: float


def words_of(pdf: Path) -> list[tuple[float, float, list[Word]]]:
    """Width, height and words of every page."""
    text = subprocess.run(["pdftotext", "-bbox", pdf, "-"], capture_output=True, text=True, check=True).stdout
    found = []
    for page in text.split("<page ")[1:]:
        width, height = map(float, re.findall(r'(?:width|height)="([\d.]+)"', page)[:2])
        places = re.findall(r'xMin="([-\d.]+)" yMin="([-\d.]+)" xMax="([-\d.]+)" yMax="([-\d.]+)">([^<]*)<', page)
        found.append((width, height, [Word(word, *map(float, place)) for *place, word in places]))
    return found


def smallest(pdf: Path) -> float:
    """The smallest size, in points, of Chinese words on the pages without their header and footer: a character is as wide as it is large."""
    chinese = re.compile(r"[\u4e00-\u9fff]{3,}")
    body = [word for _, height, words in words_of(pdf) for word in words if word.top > EDGE and word.bottom < height - EDGE]
    return min((word.right - word.left) / len(word.text) for word in body if chinese.fullmatch(word.text))


@pytest.mark.parametrize("name", ["reporting", "enterprises", "history", "conflicts", "moves"])
def test_the_note_below_a_title_is_printed_whole_on_the_first_page(papers: dict[Path, Path], name: str) -> None:
    form = load_form(name)
    width, _, words = next(page for page in words_of(papers[CITY]) if page[2] and page[2][0].text == form.title)
    header = next(word.top for word in words if word.text in {group for group, _ in form.groups})
    note = [word for word in words if words[0].bottom < word.bottom < header]
    assert "".join(word.text for word in note) == re.sub(r"\s", "", form.note)
    assert [word for word in note if word.right > width - PAPER_EDGE] == []


def test_the_list_of_problems_is_one_page_wide(printed: dict[Path, list[str]]) -> None:
    heads = ("位置", "企业", "怎么改", "编号", "处理情况")
    found = [page for page in printed[CITY] if page.strip().startswith(load_form("problems").title)]
    assert len(found) > 1
    assert [page for page in found if not all(head in page for head in heads)] == []


def test_no_row_of_a_checklist_cuts_its_text_in_the_narrower_columns_of_excel(office: Office, visited: list[Path]) -> None:
    for path in visited:
        with office.open(path) as document:
            for sheet in map(document.model.Sheets.getByName, document.sheets):
                sheet.unprotect("")
                for column in map(sheet.Columns.getByIndex, range(COLUMNS)):
                    column.Width = round(column.Width * NARROWER)
            assert list(cut(document)) == [], path.name
