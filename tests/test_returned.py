"""What goes back to the counties: the marked copy, the sheet in front, and that a copy which comes back is cleaned first."""

import base64
import io
import json
import re
import shutil
from datetime import date
from pathlib import Path

import openpyxl
import pytest
import xlsxwriter
from msgspec.structs import replace

from tests.county_files import POLICY, county_file, enterprise, filled
from tests.workbooks import parts_of, strict
from xltools.actions.check import check_files, sources
from xltools.actions.give_back import Returned, deadline_line, give_back
from xltools.books.file import open_book
from xltools.books.returned import FILLS, is_untouched
from xltools.books.returned_letter import front_lines, list_lines, starts_anew, titles_at
from xltools.books.returned_sheet import line_height
from xltools.faces import cli
from xltools.model.code import Code
from xltools.model.console import load_console
from xltools.model.finding import Place, Severity
from xltools.model.outcome import Outcome, Submission
from xltools.model.returned import Letter, load_return

FILES = Path(__file__).parent / "files"
MACROS = Path(__file__).parent.parent / "macros" / "vbaProject.bin"
PICTURE = base64.b64decode("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==")
WORDS = load_return()
MARK = load_console().check.mark
TODAY = date(2022, 7, 18)
pytestmark = pytest.mark.filterwarnings("ignore:Print area cannot be set")     # the template's print areas are formulas


@pytest.fixture(scope="module")
def sent(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A county file with a wrong number, an empty cell that must be filled and a column of its own."""
    return county_file(tmp_path_factory.mktemp("收件箱"), "灵宝市", [enterprise(0, capacity="很多"), enterprise(1, applied=None)])


@pytest.fixture
def outcome(sent: Path) -> Outcome:
    return check_files([sent], POLICY)


def give(outcome: Outcome, folder: Path) -> list[Returned]:
    return give_back(outcome, folder, POLICY, TODAY)


def only(results: list[Returned]) -> Path:
    (one,) = results
    assert one.reason == ""
    return one.output


def loaded(path: Path) -> openpyxl.Workbook:
    return openpyxl.load_workbook(path)


def marks(path: Path) -> dict[tuple[str, str], str]:
    """(sheet, cell) → note, of the notes with a mark of ours."""
    return {(sheet.title, cell.coordinate): cell.comment.text for sheet in loaded(path) for row in sheet.iter_rows() for cell in row if cell.comment and MARK in cell.comment.text}


def cells_of(outcome: Outcome) -> set[tuple[str, str]]:
    return {(one.place.sheet, one.place.cell) for one in outcome.findings if one.place.cell}


def test_every_problem_is_filled_and_said_in_words_in_its_own_cell(outcome, tmp_path):
    path = only(give(outcome, tmp_path))
    assert path.name == "灵宝市-退回.xlsx"
    noted = marks(path)
    assert noted.keys() == cells_of(outcome)
    book = loaded(path)
    for one in outcome.findings:
        if one.place.cell:
            assert f"{one.severity.label} {one.code.number}：{one.message}\n改法：{one.fix}" in noted[one.place.sheet, one.place.cell]
            assert "#" + book[one.place.sheet][one.place.cell].fill.fgColor.rgb[2:] in FILLS[one.severity]


def test_parts_without_a_mark_keep_their_bytes_and_marked_sheets_all_but_styles(sent, outcome, tmp_path):
    old, new = parts_of(sent), parts_of(only(give(outcome, tmp_path)))
    for name in ("xl/sharedStrings.xml", "xl/theme/theme1.xml", "docProps/app.xml", "docProps/core.xml", "docProps/custom.xml", "xl/worksheets/sheet9.xml", "xl/worksheets/sheet10.xml"):
        assert new[name] == old[name], name
    before, after = (data["xl/worksheets/sheet3.xml"].partition(b"</sheetData>")[2] for data in (old, new))
    assert b"<dataValidations" in before
    assert after.replace(after[after.index(b"<legacyDrawing") : after.index(b"</worksheet>")], b"") == before


def test_values_formulas_and_everything_a_reader_sees_stay_equal(sent, outcome, tmp_path):
    old, new = open_book(sent), open_book(only(give(outcome, tmp_path)))
    assert new.sheets == [WORDS.sheet, *old.sheets]
    assert new.stamp == old.stamp
    for sheet in old.sheets:
        assert new.values(sheet) == old.values(sheet)
        assert new.facts(sheet) == old.facts(sheet)


def test_the_sheet_in_front_counts_and_links_every_problem(outcome, tmp_path):
    sheet = loaded(only(give(outcome, tmp_path)))[WORDS.sheet]
    rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
    text = "\n".join(str(value) for row in rows for value in row if value is not None)
    assert all(word in text for word in ("灵宝市.xlsx", "2022-07-18", "2022年7月20日", "还有2天", "三环文〔2022〕69号"))
    found = [one.severity for one in outcome.findings]
    assert WORDS.counts.format(error=found.count(Severity.ERROR), warning=found.count(Severity.WARNING), note=found.count(Severity.NOTE)) in text
    start = next(at for at, row in enumerate(rows) if str(row[0]).startswith("全部问题")) + 2
    listed = [(row[2], row[3] or "", row[6]) for row in rows[start:]]
    assert listed == [(one.place.sheet or WORDS.whole, one.place.cell, one.code.number) for one in outcome.findings]
    links = {cell.hyperlink.location for row in sheet.iter_rows() for cell in row if cell.hyperlink}
    assert {f"'{one.place.sheet}'!{one.place.cell}" for one in outcome.findings if one.place.cell} <= links


def titled(path: Path) -> list[str]:
    """What stands in the row that is printed again on every page."""
    (sheet,) = [one for one in loaded(path) if one.title == WORDS.sheet]
    first, _, last = sheet.print_title_rows.replace("$", "").partition(":")
    assert first == last
    return [str(cell.value) for cell in sheet[int(first)][:8]]


def test_the_headers_of_the_whole_list_are_printed_on_every_page_of_it(sent, outcome, tmp_path):
    columns = ("no", "severity", "sheet", "cell", "message", "fix", "code")
    headers = [WORDS.columns[name] for name in columns]
    first = only(give(outcome, tmp_path / "一"))
    assert titled(first) == [*headers, WORDS.columns["answer"]]
    names = {name: sheet.print_title_rows for name, sheet in zip(loaded(sent).sheetnames, loaded(sent), strict=True)}
    for path in (first, only(give(check_files([first], POLICY), tmp_path / "二"))):
        assert {sheet.title: sheet.print_title_rows for sheet in loaded(path) if sheet.title != WORDS.sheet} == names
    plain = decorated(tmp_path / "甲.xlsx")                                            # a workbook without a single name
    assert titled(only(give(Outcome((MARKED,), (Submission("甲.xlsx", plain),)), tmp_path / "三")))[:7] == headers
    unread = Code.UNREADABLE.at(Place("乙.xlsx"), reason="已损坏")
    (one,) = give(Outcome((unread,), ()), tmp_path / "四")
    assert titled(one.output)[:7] == headers


@pytest.mark.parametrize("page", [690, 740, 800, 860])
@pytest.mark.parametrize("make", [front_lines, list_lines])
def test_the_headers_of_the_whole_list_never_stand_at_the_foot_of_a_page_without_a_finding(make, page):
    broken = 0
    for count in range(1, 120):
        findings = tuple(Code.CREDIT_CODE_FORM.at(Place("甲.xlsx", f"表{at % 60}", f"A{at + 5}"), label="信用代码", value="9" * 40, near="，" * (at % 50)) for at in range(count))
        lines = list(make(Letter("甲.xlsx", "灵宝市", "", "", findings)))
        heights = [line_height(line) for line in lines]
        end, title = starts_anew(lines, heights), titles_at(lines) - 1
        broken += bool(end)
        assert end in (0, title - 1)
        above = 0.0 if end else sum(heights[: title - 1]) % page
        assert above + sum(heights[title - 1 : title + 2]) <= page
    assert 0 < broken < 119


def test_the_sheet_in_front_has_page_numbers_and_bands_over_its_whole_width(outcome, tmp_path):
    sheet = loaded(only(give(outcome, tmp_path)))[WORDS.sheet]
    assert sheet.oddFooter.center.text == "第 &P 页，共 &N 页"
    title, intro = ([sheet.cell(row, column).fill.fgColor.rgb for column in (1, 8)] for row in (1, 2))
    assert title[0] == title[1] != "00000000"
    assert intro[0] == intro[1] != "00000000"


def test_problems_come_in_the_order_in_which_the_sheets_are_filled_in(tmp_path):
    sheets = {"measures": [filled("measures", day_pm="很多")], "review": [filled("review", visit_date="上月")]}
    sent = county_file(tmp_path / "收件箱", "灵宝市", [enterprise(0, capacity="很多")], {"phone": "无"}, **sheets)
    (one,) = give(check_files([sent], POLICY), tmp_path / "退回")
    ours = ("封面", "排查清单", "初审意见", "减排措施")
    assert tuple(name for name in one.letter.by_sheet if name) == ours
    assert tuple(dict.fromkeys(found.place.sheet for found in one.letter.important if found.code.stage == 2 and found.severity is Severity.ERROR)) == ours


def test_the_ten_most_important_are_the_gravest_and_earliest():
    late = [Code.CODE_TWO_NAMES.at(Place("甲.xlsx", "表", f"A{row}"), code="1", row=1, other="甲", name="乙") for row in range(1, 10)]
    early = Code.NOT_A_DATE.at(Place("甲.xlsx", "表", "A20"), label="日期", value="x", example="2022-06-30")
    caution = Code.PERMIT_OLD.at(Place("甲.xlsx", "表", "A1"), label="编号", value="x")
    letter = Letter("甲.xlsx", "", "", "", (caution, *late, early))
    assert letter.important == [early, *late]
    assert len(letter.important) == 10


def test_a_return_that_comes_back_as_it_was_gives_the_same_return_again(outcome, tmp_path):
    first = only(give(outcome, tmp_path / "一"))
    again = check_files([first], POLICY)
    assert [(one.code, one.place.sheet, one.place.cell) for one in again.findings] == [(one.code, one.place.sheet, one.place.cell) for one in outcome.findings]
    second = only(give(again, tmp_path / "二"))
    assert second.name == first.name
    old, new = parts_of(first), parts_of(second)
    front = [name for name in old if old[name] != new[name]]
    assert old.keys() == new.keys()
    assert len(front) == 1
    assert "灵宝市-退回.xlsx".encode() in new[front[0]]        # the file's name is all that differs


def test_a_corrected_cell_loses_its_mark_and_gets_its_fill_back(sent, outcome, tmp_path):
    first = only(give(outcome, tmp_path))
    book = loaded(first)
    place = next(one.place for one in outcome.findings if one.code is Code.NOT_A_NUMBER)
    book[place.sheet][place.cell] = 1200
    book.save(worked := tmp_path / "灵宝市-退回 改.xlsx")
    again = check_files([worked], POLICY)
    second = only(give(again, tmp_path / "二"))
    assert cells_of(outcome) - cells_of(again) >= {(place.sheet, place.cell)}
    assert marks(second).keys() == cells_of(again)
    assert all(text.count(MARK) == 1 for text in marks(second).values())
    assert loaded(second)[place.sheet][place.cell].fill.fill_type == loaded(sent)[place.sheet][place.cell].fill.fill_type is None
    assert loaded(second)[place.sheet][place.cell].number_format == loaded(sent)[place.sheet][place.cell].number_format
    assert loaded(second).sheetnames == loaded(first).sheetnames


def test_a_mark_whose_note_the_clerk_deleted_is_taken_away_all_the_same(sent, outcome, tmp_path):
    book = loaded(only(give(outcome, tmp_path)))
    place = next(one.place for one in outcome.findings if one.code is Code.NOT_A_NUMBER)
    cell = book[place.sheet][place.cell]
    cell.comment, cell.value = None, 1200
    book.save(worked := tmp_path / "改.xlsx")
    second = only(give(check_files([worked], POLICY), tmp_path / "二"))
    assert loaded(second)[place.sheet][place.cell].fill.fill_type == loaded(sent)[place.sheet][place.cell].fill.fill_type is None


def test_the_clerks_own_notes_stay_before_and_after_our_text(sent, outcome, tmp_path):
    place = next(one.place for one in outcome.findings if one.code is Code.NOT_A_NUMBER)
    book = loaded(sent)
    book[place.sheet][place.cell].comment = openpyxl.comments.Comment("张三：待核", "张三")
    book[place.sheet]["A1"].comment = openpyxl.comments.Comment("李四填", "李四")
    book.save(mine := tmp_path / "灵宝市.xlsx")
    first = loaded(only(give(check_files([mine], POLICY), tmp_path / "一")))
    note = first[place.sheet][place.cell].comment
    assert note.text.startswith(f"张三：待核\n{MARK}")
    assert first[place.sheet]["A1"].comment.text.startswith(f"李四填\n{MARK}")
    note.text += "\n张三：已问企业"                              # an answer below our text
    first[place.sheet][place.cell] = 1200
    first.save(worked := tmp_path / "改.xlsx")
    last = loaded(only(give(check_files([worked], POLICY), tmp_path / "二")))
    assert last[place.sheet][place.cell].comment.text.startswith(f"张三：待核\n张三：已问企业\n{MARK}")
    assert last[place.sheet]["A1"].comment.text.startswith(f"李四填\n{MARK}")
    assert last[place.sheet]["A1"].comment.text.count(MARK) == 1


def test_cells_that_a_sentence_names_are_marked_and_lose_their_marks_when_the_clerk_takes_the_note_away(sent, tmp_path):
    yellow = openpyxl.styles.PatternFill("solid", fgColor="FFFFEE00")
    book = loaded(sent)
    cells = [book["排查清单"][cell] for cell in ("E5", "E6", "F7", "G8")]
    for cell in cells:
        cell.comment, cell.fill = openpyxl.comments.Comment("新划入的镇", "李四"), yellow
    book.save(mine := tmp_path / "灵宝市.xlsx")
    outcome = check_files([mine], POLICY)
    note = next(one for one in outcome.findings if one.code is Code.WRITTEN_ASIDE)
    first = only(give(outcome, tmp_path / "一"))
    noted = marks(first)
    for cell in cells:
        assert f"说明 N168：{note.message}\n改法：{note.fix}" in noted["排查清单", cell.coordinate]
    worked = loaded(first)
    for cell in cells:
        worked["排查清单"][cell.coordinate].comment = None
    worked.save(back := tmp_path / "改.xlsx")
    second = loaded(only(give(check_files([back], POLICY), tmp_path / "二")))["排查清单"]
    assert {second[cell.coordinate].fill.fgColor.rgb for cell in cells} == {"FFFFEE00"}


def test_a_finding_that_names_cells_beside_its_own_is_noted_in_these_with_where_it_is_told(sent, outcome, tmp_path):
    (submission,) = outcome.submissions
    one = Code.DATE_ORDER.at(Place(submission.file, "排查清单", "Q5"), label="", value="", other_label="", other="", more="", swap="", also="排查清单!Q5:Q6\n封面!B4")
    noted = marks(only(give(replace(outcome, findings=(one,)), tmp_path)))
    assert {where: "（和 Q5 同一条）" in text for where, text in noted.items()} == {("排查清单", "Q5"): False, ("排查清单", "Q6"): True, ("封面", "B4"): True}


def test_light_text_gets_a_dark_fill(sent, tmp_path):
    book = loaded(sent)
    sheet = book["排查清单"]
    head = next(cell for cell in sheet[4] if cell.value and "产能" in str(cell.value))
    head.value = "生产能力上限"
    book.save(renamed := tmp_path / "灵宝市.xlsx")
    outcome = check_files([renamed], POLICY)
    found = next(one for one in outcome.findings if one.place.cell == head.coordinate and one.place.sheet == "排查清单")
    fill = loaded(only(give(outcome, tmp_path / "退回")))["排查清单"][head.coordinate].fill
    assert "#" + fill.fgColor.rgb[2:] == FILLS[found.severity][1]


def test_a_workbook_with_macros_keeps_them_its_buttons_and_its_pictures(tmp_path):
    macros = tmp_path / "甲.xlsm"
    with xlsxwriter.Workbook(str(macros)) as book:
        book.add_vba_project(str(MACROS))
        sheet = book.add_worksheet("表")
        sheet.insert_button("D2", {"macro": "XlMerge", "caption": "合并"})
        sheet.insert_image("F2", "1.png", {"image_data": io.BytesIO(PICTURE)})
    finding = Code.OUTSIDE_ROWS.at(Place("甲.xlsm", "表", "B2"), value="x")
    path = only(give(Outcome((finding,), (Submission("甲.xlsm", macros),)), tmp_path / "退回"))
    assert path.name == "甲-退回.xlsm"
    assert marks(path).keys() == {("表", "B2")}
    old, new = parts_of(macros), parts_of(path)
    assert [name for name in old if name.startswith(("xl/vba", "xl/media", "xl/drawings/drawing", "xl/theme")) and old[name] != new[name]] == []
    assert {"xl/vbaProject.bin", "xl/media/image1.png"} <= old.keys()
    (button,) = re.findall(b"<v:shape .*?</v:shape>", old["xl/drawings/vmlDrawing1.vml"], re.DOTALL)
    assert button in new["xl/drawings/vmlDrawing1.vml"]


def decorated(path: Path) -> Path:
    """A workbook with everything that people put on a sheet besides cells, and a note of the clerk's own."""
    with xlsxwriter.Workbook(str(path)) as book:
        for name in ("表", "另表"):
            sheet = book.add_worksheet(name)
            sheet.write_row(0, 0, [1, 2, 3])
            sheet.insert_image("D2", "章.png", {"image_data": io.BytesIO(PICTURE), "description": "公章", "url": "internal:表!A1"})
            sheet.embed_image("D4", "内.png", {"image_data": io.BytesIO(PICTURE)})
            chart = book.add_chart({"type": "column"})
            chart.add_series({"values": f"={name}!$A$1:$C$1"})
            sheet.insert_chart("F2", chart)
            sheet.insert_textbox("A10", "李四填写", {"width": 200, "height": 50})
            sheet.insert_button("A20", {"caption": "按钮"})
            sheet.insert_checkbox("A25", True)
            sheet.set_header("&L&G", {"image_left": "页眉.png", "image_data_left": io.BytesIO(PICTURE)})
            sheet.set_background(io.BytesIO(PICTURE))
            sheet.write_comment("B5", "张三：待核")
    return path


def changed_parts(path: Path, output: Path) -> set[str]:
    """The parts of a workbook that are not byte for byte in its return."""
    old, new = parts_of(path), parts_of(output)
    return {name for name in old if old[name] != new.get(name)}


MARKED = Code.OUTSIDE_ROWS.at(Place("甲.xlsx", "表", "B2"), value="x")
ABOUT_ALL = {"[Content_Types].xml", "xl/workbook.xml", "xl/_rels/workbook.xml.rels", "xl/styles.xml"}


def test_pictures_charts_shapes_and_controls_keep_every_byte(tmp_path):
    path = decorated(tmp_path / "甲.xlsx")
    output = only(give(Outcome((MARKED,), (Submission("甲.xlsx", path),)), tmp_path / "退回"))
    assert changed_parts(path, output) == {*ABOUT_ALL, "xl/worksheets/sheet1.xml", "xl/comments1.xml", "xl/drawings/vmlDrawing1.vml"}
    old, new = parts_of(path), parts_of(output)
    assert len([name for name in old if name.startswith(("xl/media/", "xl/charts/chart", "xl/drawings/drawing", "xl/featureP", "xl/richData/"))]) >= 10
    shapes = re.findall(b"<v:shape .*?</v:shape>", old["xl/drawings/vmlDrawing1.vml"], re.DOTALL)
    assert len(shapes) == 2                                                            # the button, and the box of the note
    assert [one for one in shapes if one not in new["xl/drawings/vmlDrawing1.vml"]] == []
    drawn = re.compile(b"<(?:drawing|legacyDrawing|legacyDrawingHF|picture) [^>]*>")
    assert drawn.findall(new["xl/worksheets/sheet1.xml"]) == drawn.findall(old["xl/worksheets/sheet1.xml"])


@pytest.mark.parametrize(("name", "reason"), [("values.xls", "format"), ("values.ods", "format"), ("strict.xlsx", "inside"), ("broken.xlsx", "unread")])
def test_what_cannot_be_marked_gets_a_list_that_says_why(tmp_path, name, reason):
    path = tmp_path / name
    contents = {"strict.xlsx": strict((FILES / "values.xlsx").read_bytes()), "broken.xlsx": b"PK"}
    path.write_bytes(contents[name] if name in contents else (FILES / name).read_bytes())
    finding = Code.NOT_OUR_FORM.at(Place(name), sheets="=1+1")
    submissions = () if reason == "unread" else (Submission(name, path),)
    (one,) = give(Outcome((finding,), submissions), tmp_path / "退回")
    assert (one.reason, one.output.name) == (WORDS.reasons[reason], f"{path.stem}-退回清单.xlsx")
    book = open_book(one.output)
    assert any(finding.message in row for row in book.values(WORDS.sheet))
    assert book.facts(WORDS.sheet).formulas == frozenset()
    assert check_files([tmp_path / "退回"], POLICY).submissions == ()
    assert check_files([tmp_path / "退回"], POLICY).findings == ()


def test_notes_alone_send_nothing_back(tmp_path):
    note = Code.NO_STAMP.at(Place("甲.xlsx"))
    assert give(Outcome((note,), (Submission("甲.xlsx", tmp_path / "甲.xlsx"),)), tmp_path / "退回") == []
    assert not (tmp_path / "退回").exists()


def test_a_return_is_replaced_as_long_as_nobody_has_worked_in_it(sent, outcome, tmp_path):
    first = only(give(outcome, tmp_path))
    assert is_untouched(first)
    assert only(give_back(outcome, tmp_path, POLICY, date(2022, 7, 21))) == first
    book = loaded(first)
    book.save(first)
    assert not is_untouched(first)
    kept = first.read_bytes()
    assert only(give(outcome, tmp_path)).name == "灵宝市-退回（新）.xlsx"
    assert first.read_bytes() == kept


def test_in_a_folder_a_return_counts_only_when_it_came_back(outcome, tmp_path):
    path = only(give(outcome, tmp_path))
    assert [one.name for one in sources([tmp_path])[0]] == []
    loaded(path).save(path)
    assert [one.name for one in sources([tmp_path])[0]] == [path.name]
    assert not [one for one in check_files([tmp_path], POLICY).findings if one.place.sheet == WORDS.sheet]


def test_two_files_of_one_name_get_two_returns(sent, tmp_path):
    for folder in ("甲", "乙"):
        (tmp_path / folder).mkdir()
        shutil.copy(sent, tmp_path / folder / "灵宝市.xlsx")
    book = loaded(tmp_path / "乙" / "灵宝市.xlsx")
    book["封面"]["C7"] = "8月"
    book.save(tmp_path / "乙" / "灵宝市.xlsx")
    results = give(check_files([tmp_path], POLICY), tmp_path / "退回")
    assert sorted(one.output.name for one in results) == ["乙_灵宝市-退回.xlsx", "甲_灵宝市-退回.xlsx"]


@pytest.mark.parametrize(
    ("batch", "today", "words"),
    [
        ("7月", date(2022, 7, 19), "2022年7月20日前（三环文〔2022〕69号 三(一)、三(三)2），还有1天"),
        ("7月", date(2022, 7, 20), "今天是最后一天"),
        ("7月", date(2022, 7, 21), "已超过1天"),
        ("7月", date(2026, 11, 24), "这一批次早已截止"),
        ("6月", date(2022, 6, 1), "2022年6月30日前"),
        ("", date(2022, 6, 1), WORDS.deadline_unknown),
    ],
)
def test_the_deadline_is_that_of_the_batch(batch, today, words):
    assert words in deadline_line(Submission("甲.xlsx", batch=batch, year=2022), POLICY, today)


def test_text_that_looks_like_a_formula_stays_text(tmp_path):
    path = tmp_path / "甲.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        book.add_worksheet("表").write_string("B2", "x")
    finding = Code.OUTSIDE_ROWS.at(Place("甲.xlsx", "表", "B2"), value="=HYPERLINK(\"http://x\")\x07&<")
    made = open_book(only(give(Outcome((finding,), (Submission("甲.xlsx", path),)), tmp_path / "退回")))
    assert made.facts(WORDS.sheet).formulas == frozenset()
    assert any("=HYPERLINK(\"http://x\")&<" in str(value) for row in made.values(WORDS.sheet) for value in row)


def test_a_sheet_of_the_clerk_with_the_same_name_stays(sent, tmp_path):
    book = loaded(sent)
    book.create_sheet(WORDS.sheet)["A1"] = "张三的说明"
    book.save(mine := tmp_path / "灵宝市.xlsx")
    first = only(give(check_files([mine], POLICY), tmp_path / "一"))
    second = only(give(check_files([first], POLICY), tmp_path / "二"))
    for path in (first, second):
        made = loaded(path)
        assert [name for name in made.sheetnames if name.startswith(WORDS.sheet)] == [f"{WORDS.sheet} (2)", WORDS.sheet]
        assert made[WORDS.sheet]["A1"].value == "张三的说明"


def test_a_covered_cell_is_marked_where_it_can_be_seen(tmp_path):
    path = tmp_path / "甲.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        book.add_worksheet("表").merge_range("B2:C3", "x")
    finding = Code.OUTSIDE_ROWS.at(Place("甲.xlsx", "表", "C3"), value="x")
    assert marks(only(give(Outcome((finding,), (Submission("甲.xlsx", path),)), tmp_path / "退回"))).keys() == {("表", "B2")}


def test_the_command_line_returns_and_says_where(sent, tmp_path, capsys):
    assert cli.run(["check", str(sent), "--return", str(tmp_path / "退回")]) == 1
    assert f"已退回 灵宝市.xlsx：{tmp_path / '退回' / '灵宝市-退回.xlsx'}" in capsys.readouterr().out
    cli.run(["check", str(sent), "--return", str(tmp_path / "退回"), "--json"])
    assert json.loads(capsys.readouterr().out)["returned"] == [{"file": "灵宝市.xlsx", "output": str(tmp_path / "退回" / "灵宝市-退回.xlsx"), "reason": ""}]
