"""Seals: what is sealed, what breaks them and is named, what does not, and signatures by key."""

import json
import re
import zipfile
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.checklist_books import CHECKED, POLICY, applicant, change, visit, write
from tests.checklists import best, table_of
from tests.county_files import CODES, county_file, enterprise, filled
from tests.seal_trials import changed_cells, random_changes, told
from tests.workbooks import packed, parts_of
from xltools.actions.check import check_files
from xltools.actions.grade import grade_files
from xltools.actions.sign import Signing, sign_files, verify_files
from xltools.books.file import open_book
from xltools.books.seal_sheet import seal_of
from xltools.books.signing_key import new_key, public_keys, read_key
from xltools.faces import cli
from xltools.model.address import column_letters
from xltools.model.code import Code
from xltools.model.finding import StopError
from xltools.model.form import FIRST_ROW, Owner, load_form
from xltools.model.result import exit_code
from xltools.model.seal import Content, SealLine, canonical
from xltools.rules.seal import changes, same, sealed

CLINKER, GRINDING = table_of("cement-clinker"), table_of("cement-grinding")
DAY = date(2022, 7, 28)
SHEET = 2       # the first process; 综合 is the first sheet
FOUND = "H7"    # 现场情况 of the first indicator


def checklist(folder: Path, *checkers: Mapping[str, Any]) -> Path:
    """A checklist of two processes, the same checkers on both sheets."""
    folder.mkdir(parents=True, exist_ok=True)
    who = checkers or ({"name": "张三", "signature": "张三", "date": CHECKED}, {"name": "李四", "signature": "李四", "date": CHECKED})
    return write(folder / "甲.xlsx", applicant(CLINKER, GRINDING), [visit(one, best(one), checkers=who) for one in (CLINKER, GRINDING)])


@pytest.fixture
def seal_book(tmp_path: Path) -> Path:
    """A sealed checklist."""
    done = sign_files([checklist(tmp_path / "核查表")], Signing(POLICY, tmp_path / "已封签", DAY))
    assert (done.findings, exit_code(done.findings)) == ((), 0)
    return done.paths[0]


def said(path: Path) -> list[tuple[Code, str]]:
    return [(one.code, one.place.cell) for one in told(path)]


def test_a_sealed_checklist_says_its_code_below_the_checkers_and_on_every_page(seal_book: Path) -> None:
    book = open_book(seal_book)
    seal = seal_of(book)
    assert seal is not None
    assert len(seal.code) == 19
    assert seal.is_whole
    notes = [str(value) for name in ("熟料", "粉磨") for row in book.values(name) for value in row if "谁核查" in str(value)]
    assert [note.rpartition("封签：")[2] for note in notes] == [seal.code, seal.code]
    with zipfile.ZipFile(seal_book) as archive:
        feet = [archive.read(f"xl/worksheets/sheet{at}.xml").decode().count(f"封签：{seal.code}&amp;R") for at in (1, 2, 3)]
    assert feet == [1, 1, 1]
    assert told(seal_book) == []


def test_the_original_stays_as_it_is_and_nothing_is_overwritten(tmp_path: Path, seal_book: Path) -> None:
    original = tmp_path / "核查表" / "甲.xlsx"
    before = original.read_bytes()
    sealed_bytes = seal_book.read_bytes()
    again = sign_files([original], Signing(POLICY, tmp_path / "已封签", DAY))
    assert [one.code for one in again.findings] == [Code.OUTPUT_EXISTS]
    assert (original.read_bytes(), seal_book.read_bytes()) == (before, sealed_bytes)


def test_the_same_content_gives_the_same_seal(tmp_path: Path, seal_book: Path) -> None:
    other = sign_files([checklist(tmp_path / "另")], Signing(POLICY, tmp_path / "另封", DAY)).paths[0]
    assert other.read_bytes() == seal_book.read_bytes()


def test_one_changed_score_breaks_the_seal_and_is_named(seal_book: Path) -> None:
    change(seal_book, SHEET, **{FOUND: 85.0})
    broken, cell = told(seal_book)
    assert (broken.code, cell.code, cell.place.sheet, cell.place.cell) == (Code.SEAL_BROKEN, Code.SEALED_CELL_CHANGED, "熟料", FOUND)
    assert cell.message == "“1—现场情况”封签时是“100”，现在是“85”"


@pytest.mark.parametrize(
    ("cell", "value"),
    [("A7", 33.0), ("A7", None), ("H6", "现场"), ("A6", "编号"), ("D7", "随便"), ("A1", "另一张表"), ("J7", "C"), ("A10", None), ("Z40", "旁注"), ("L7", "照片9")],
)
def test_whatever_is_changed_is_named(seal_book: Path, cell: str, value: str | float | None) -> None:
    if cell == "Z40":
        book = openpyxl.load_workbook(seal_book)
        book["熟料"][cell] = value
        book.save(seal_book)
    else:
        change(seal_book, SHEET, **{cell: value})
    assert ("熟料", cell) in changed_cells(told(seal_book))
    assert len(changed_cells(told(seal_book))) == 1


def test_a_rewritten_requirement_of_a_sealed_checklist_is_told_as_a_change_after_signing(seal_book: Path) -> None:
    """The same cell says something else than its table, too; one cell, one problem."""
    change(seal_book, SHEET, D7="随便")
    found = grade_files([seal_book], POLICY).findings
    assert [one.code for one in found if one.place.cell == "D7"] == [Code.SEALED_CELL_CHANGED]


def test_many_random_changes_are_all_detected_and_named(tmp_path: Path, seal_book: Path) -> None:
    missed = [(sheet, cell, what) for sheet, cell, what, found in random_changes([seal_book], tmp_path, 60, 20220728) if (sheet, cell) not in changed_cells(found)]
    assert missed == []


def test_another_program_that_forgets_every_result_leaves_the_seal_whole(seal_book: Path) -> None:
    book = openpyxl.load_workbook(seal_book)
    for sheet in book:
        sheet.column_dimensions["B"].width = 40
        sheet.row_dimensions[2].height = 50
    book["熟料"].title = "熟料线"
    book.save(seal_book)
    assert told(seal_book) == []


def test_rows_in_another_order_leave_the_seal_whole() -> None:
    lines = [SealLine("表", row, item, f"{column}{at}", f"{row}{item}") for at, row in enumerate("123", 7) for column, item in zip("AB", ("甲", "乙"), strict=True)]
    seal = sealed(Content(tuple(lines), {}, ("表",)), DAY)
    moved = [SealLine("表", one.row, one.item, f"{one.cell[0]}{20 - int(one.cell[1:])}", one.text) for one in lines]
    now = Content(tuple(reversed(moved)), {("表", one.cell): one.text for one in moved}, ("表",))
    assert changes(seal, now, "甲.xlsx") == []


def test_a_record_that_was_changed_or_deleted_is_told(seal_book: Path) -> None:
    book = openpyxl.load_workbook(seal_book)
    book["封签记录"]["E20"] = "改过"
    book.save(seal_book)
    assert said(seal_book) == [(Code.SEAL_DAMAGED, "")]
    del book["封签记录"]
    book.save(seal_book)
    assert said(seal_book) == [(Code.SEAL_DAMAGED, "")]


def test_a_seal_of_another_file_does_not_fit(tmp_path: Path, seal_book: Path) -> None:
    change(seal_book, SHEET, **{FOUND: 85.0})
    who = ({"name": "张三", "signature": "张三", "date": CHECKED},)
    other = sign_files([checklist(tmp_path / "乙", *who)], Signing(POLICY, tmp_path / "乙封", DAY)).paths[0]
    book, donor = openpyxl.load_workbook(seal_book), openpyxl.load_workbook(other)
    for row in book["封签记录"].iter_rows():
        for cell in row:
            cell.value = donor["封签记录"][cell.coordinate].value
    book.save(seal_book)
    assert Code.SEAL_DAMAGED in [code for code, _ in said(seal_book)]


@pytest.mark.parametrize(
    ("checkers", "reason"),
    [
        (({"name": "张三", "signature": "张三"}, {"name": "李四"}), "核查人李四还没有签字"),
        (({"name": "张三", "signature": "张三"}, {"name": "李四", "signature": "张三"}), "核查人李四处的签字是“张三”"),
        (({"unit": "示例环境监测站"},), "没有填写核查人"),
    ],
)
def test_nothing_is_sealed_until_every_checker_has_signed(tmp_path: Path, checkers: tuple[Mapping[str, Any], ...], reason: str) -> None:
    done = sign_files([checklist(tmp_path, *checkers)], Signing(POLICY, tmp_path / "已封签", DAY))
    assert [(one.code, one.message) for one in done.findings] == [(Code.CANNOT_SEAL, f"没有封签：{reason}")]
    assert (done.paths, exit_code(done.findings)) == ((), 1)
    assert not (tmp_path / "已封签").exists()


def test_a_checklist_whose_formulas_were_never_calculated_is_not_sealed(tmp_path: Path) -> None:
    """As a program writes it: the first look at it in a spreadsheet program would fill in the grades, and the seal would be broken by nobody."""
    path = checklist(tmp_path, {"name": "张三", "signature": "张三"})
    openpyxl.load_workbook(path).save(path)
    done = sign_files([path], Signing(POLICY, tmp_path / "已封签", DAY))
    assert [one.code for one in done.findings] == [Code.CANNOT_SEAL]
    assert "打开、保存一次" in done.findings[0].message
    assert not (tmp_path / "已封签").exists()


def test_a_changed_checklist_is_sealed_anew_and_names_the_old_seal(tmp_path: Path, seal_book: Path) -> None:
    old = seal_of(open_book(seal_book))
    change(seal_book, SHEET, **{FOUND: 85.0})
    again = sign_files([seal_book], Signing(POLICY, tmp_path / "重签", DAY)).paths[0]
    new = seal_of(open_book(again))
    assert new is not None
    assert old is not None
    assert (new.former, new.code == old.code, told(again)) == (old.code, False, [])
    assert str(open_book(again).values("熟料")).count("封签：") == 1


def test_grading_says_of_every_checklist_how_it_stands(tmp_path: Path, seal_book: Path) -> None:
    unsealed, whole = grade_files([tmp_path / "核查表"], POLICY), grade_files([seal_book], POLICY)
    assert unsealed.signed == {"甲.xlsx": "已签字，未封签（2人）"}
    assert [one.code for one in verify_files([tmp_path / "核查表"], POLICY).findings] == [Code.NOT_SEALED]
    assert whole.signed["甲.xlsx"].startswith("已封签 ")
    assert not {Code.NOT_SEALED, Code.SEAL_BROKEN} & {one.code for one in (*unsealed.findings, *whole.findings)}
    change(seal_book, SHEET, **{FOUND: 85.0})
    broken = grade_files([seal_book], POLICY)
    assert broken.signed["甲.xlsx"].endswith("已失效：1 处改动")
    assert {Code.SEAL_BROKEN, Code.SEALED_CELL_CHANGED} <= {one.code for one in broken.findings}


def test_an_unsigned_checklist_is_told_when_verified(tmp_path: Path) -> None:
    path = checklist(tmp_path, {"name": "张三", "signature": "张三"}, {"name": "李四"})
    done = verify_files([path], POLICY)
    assert done.states == {"甲.xlsx": "未全部签字：李四"}
    assert [one.code for one in done.findings] == [Code.CHECKER_NOT_SIGNED, Code.CHECKER_NOT_SIGNED]


# --- keys -------------------------------------------------------------------------------------------------------------


def test_two_checkers_sign_one_seal_by_key(tmp_path: Path, seal_book: Path) -> None:
    keys = tmp_path / "密钥"
    paths = [new_key(keys, name)[0] for name in ("张三", "李四")]
    assert paths[0].stat().st_mode & 0o077 == 0
    first = sign_files([seal_book], Signing(POLICY, tmp_path / "一", DAY, read_key(paths[0]))).paths[0]
    both = sign_files([first], Signing(POLICY, tmp_path / "二", DAY, read_key(paths[1]))).paths[0]
    seal, old = seal_of(open_book(both)), seal_of(open_book(seal_book))
    assert seal is not None
    assert old is not None
    assert ([one.name for one in seal.signatures], seal.code) == (["张三", "李四"], old.code)
    assert verify_files([both], POLICY, public_keys(keys)).findings == ()
    assert [one.code for one in verify_files([both], POLICY).findings] == [Code.SIGNER_UNKNOWN, Code.SIGNER_UNKNOWN]


def test_a_signature_taken_from_another_seal_or_with_another_name_is_wrong(tmp_path: Path, seal_book: Path) -> None:
    private, _ = new_key(tmp_path / "密钥", "张三")
    signed = sign_files([seal_book], Signing(POLICY, tmp_path / "一", DAY, read_key(private))).paths[0]
    book = openpyxl.load_workbook(signed)
    line = next(row for row in book["封签记录"].iter_rows() if row[0].value == "数字签名")
    line[1].value = "李四"
    book.save(signed)
    assert [one.code for one in verify_files([signed], POLICY, public_keys(tmp_path / "密钥")).findings] == [Code.SIGNATURE_WRONG, Code.NOT_SIGNED_BY_KEY]


def test_the_state_names_who_signed_by_key_and_a_signature_taken_out_is_missed(tmp_path: Path, seal_book: Path) -> None:
    private, _ = new_key(tmp_path / "密钥", "张三")
    signed = sign_files([seal_book], Signing(POLICY, tmp_path / "一", DAY, read_key(private))).paths[0]
    keys = public_keys(tmp_path / "密钥")
    whole = verify_files([signed], POLICY, keys)
    assert next(iter(whole.states.values())).endswith("（2人签字），数字签名：张三")
    assert whole.findings == ()
    assert verify_files([seal_book], POLICY).findings == ()      # a seal without keys, verified without keys
    book = openpyxl.load_workbook(signed)
    line = next(row for row in book["封签记录"].iter_rows() if row[0].value == "数字签名")
    book["封签记录"].delete_rows(line[0].row)
    book.save(signed)
    stripped = verify_files([signed], POLICY, keys)
    assert [(one.code, dict(one.values)["name"]) for one in stripped.findings] == [(Code.NOT_SIGNED_BY_KEY, "张三")]
    assert "数字签名" not in next(iter(stripped.states.values()))


def test_a_signature_by_a_key_that_somebody_else_made_in_the_same_name_is_an_error(tmp_path: Path, seal_book: Path) -> None:
    stranger, _ = new_key(tmp_path / "冒名", "张三")
    new_key(tmp_path / "密钥", "张三")
    signed = sign_files([seal_book], Signing(POLICY, tmp_path / "一", DAY, read_key(stranger))).paths[0]
    assert [one.code for one in verify_files([signed], POLICY, public_keys(tmp_path / "密钥")).findings] == [Code.SIGNER_OTHER_KEY]
    assert [one.code for one in verify_files([signed], POLICY, public_keys(tmp_path / "冒名")).findings] == []


def test_who_did_not_check_cannot_sign(tmp_path: Path, seal_book: Path) -> None:
    private, _ = new_key(tmp_path, "王五")
    done = sign_files([seal_book], Signing(POLICY, tmp_path / "一", DAY, read_key(private)))
    assert [one.message for one in done.findings] == ["没有封签：王五不在核查人之中"]


def test_a_key_is_never_replaced_and_opens_with_its_password_only(tmp_path: Path) -> None:
    private, _ = new_key(tmp_path, "张三", "口令")
    assert read_key(private, "口令").name == "张三"
    for wrong in ("", "别的"):
        with pytest.raises(StopError) as stop:
            read_key(private, wrong)
        assert stop.value.finding.code is Code.KEY_UNREADABLE
    with pytest.raises(StopError) as stop:
        new_key(tmp_path, "张三")
    assert stop.value.finding.code is Code.OUTPUT_EXISTS


# --- values -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "text"),
    [(None, ""), ("  ", ""), (12.50, "12.5"), (3.0, "3"), (0.1 + 0.2, "0.3"), (True, "TRUE"), (date(2022, 7, 26), "2022-07-26"), ("甲\r\n乙 \n", "甲\n乙"), (1e-7, "0.0000001")],
)
def test_a_value_is_read_as_people_read_it(value: object, text: str) -> None:
    assert canonical(value) == text


@given(st.floats(allow_nan=False, allow_infinity=False, width=32), st.floats(allow_nan=False, allow_infinity=False, width=32))
def test_two_numbers_are_the_same_only_when_they_show_the_same(one: float, other: float) -> None:
    assert same(canonical(one), canonical(other)) is (one == other or f"{one:.15g}" == f"{other:.15g}")


def test_a_day_is_the_number_that_stands_for_it() -> None:
    assert same("2022-07-26", "44768")
    assert not same("2022-07-26", "44769")
    assert not same("01", "1")


# --- the command line -------------------------------------------------------------------------------------------------


def test_the_commands_seal_and_verify(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source = checklist(tmp_path / "核查表")
    assert cli.run(["key", "new", "张三", "-o", str(tmp_path / "密钥")]) == 0
    assert cli.run(["sign", str(source), "-o", str(tmp_path / "封"), "--key", str(tmp_path / "密钥" / "张三.key")]) == 0
    capsys.readouterr()
    assert cli.run(["verify", str(tmp_path / "封"), "--keys", str(tmp_path / "密钥"), "--json"]) == 0
    assert list(json.loads(capsys.readouterr().out)["states"]) == ["甲.xlsx"]
    change(tmp_path / "封" / "甲.xlsx", SHEET, **{FOUND: 85.0})
    assert cli.run(["verify", str(tmp_path / "封")]) == 1
    out = capsys.readouterr().out
    assert "E820 【熟料】H7 “1—现场情况”封签时是“100”，现在是“85”" in out
    assert "已失效：1 处改动" in out


def test_only_checklists_are_sealed(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.save(tmp_path / "别的.xlsx")
    assert [one.message for one in sign_files([tmp_path / "别的.xlsx"], Signing(POLICY, tmp_path / "封", DAY)).findings] == ["没有封签：不是现场核查表，也不是区县填报表"]
    assert sign_files([tmp_path], Signing(POLICY, tmp_path / "封", DAY)).findings == ()


# --- a county's workbook ----------------------------------------------------------------------------------------------


def county(folder: Path, **review: Any) -> Path:
    """A county's workbook with two reviews, all signed but for what `review` says of the second."""
    rows = [enterprise(at, industry="耐火材料", process="烧成", table="耐火材料") for at in (0, 1)]
    reviews = [filled("review", credit_code=CODES[at], process="烧成", **(review if at else {})) for at in (0, 1)]
    return county_file(folder, "灵宝市", rows, review=reviews)


def place_of(form: str, field: str, at: int) -> tuple[str, str]:
    """Sheet and cell of a field of the record of this number."""
    letters = column_letters([one.name for one in load_form(form)].index(field) + 1)
    return load_form(form).sheet, f"{letters}{FIRST_ROW + at}"


def swap(path: Path, name: str) -> None:
    """Put the first two rows of a form the other way round, as sorting does."""
    form, cells = load_form(name), dict[str, Any]()
    book = open_book(path)
    grid = book.values(form.sheet)
    for field in (one for one in form if one.owner is not Owner.FORMULA):
        for at in (0, 1):
            _, cell = place_of(name, field.name, at)
            column = [one.name for one in form].index(field.name)
            value = grid[FIRST_ROW - at][column]
            cells[cell] = float((value - date(1899, 12, 30)).days) if isinstance(value, date) else value
    change(path, book.sheets.index(form.sheet) + 1, **cells)


def test_a_countys_workbook_is_sealed_and_a_changed_grade_is_named(tmp_path: Path) -> None:
    path = sign_files([county(tmp_path / "报送")], Signing(POLICY, tmp_path / "封", DAY)).paths[0]
    assert verify_files([path], POLICY).findings == ()
    sheet, cell = place_of("review", "conclusion", 1)
    change(path, open_book(path).sheets.index(sheet) + 1, **{cell: "A"})
    found = [one for one in verify_files([path], POLICY).findings if one.code is Code.SEALED_CELL_CHANGED]
    assert [(one.place.sheet, one.place.cell, one.message) for one in found] == [(sheet, cell, f"“{CODES[1]} 烧成—初审结论等级”封签时是“B”，现在是“A”")]


def test_the_code_stands_at_the_left_of_the_footer_of_every_sheet_of_a_countys_workbook(tmp_path: Path) -> None:
    path = sign_files([county(tmp_path / "报送")], Signing(POLICY, tmp_path / "封", DAY)).paths[0]
    code = next(iter(verify_files([path], POLICY).states.values())).split()[1].partition("（")[0]
    sheets = [content.decode() for name, content in parts_of(path).items() if name.startswith("xl/worksheets/sheet")]
    footers = [found[1] for text in sheets for found in re.finditer(r"<oddFooter>(.*?)</oddFooter>", text, re.DOTALL)]
    marked = [one for one in footers if code in one]
    assert len(marked) == sum(open_book(path).facts(name).visible for name in open_book(path).sheets)
    for one in marked:
        assert re.match(rf"&amp;L(?:(?!&amp;[CR]).)*封签：{code}(?:&amp;[CR]|$)", one, re.DOTALL), one


def test_a_share_shown_as_a_percentage_since_is_another_value_of_a_countys_workbook(tmp_path: Path) -> None:
    """0.8 is asked about, a cell that shows 80% is read as 80: a format alone changes what is merged."""
    rows = [enterprise(0, industry="耐火材料", process="烧成", table="耐火材料")]
    source = county_file(tmp_path / "报送", "灵宝市", rows, review=[filled("review", credit_code=CODES[0], process="烧成")], measures=[filled("measures", credit_code=CODES[0], process="烧成", cut_red=0.8)])
    path = sign_files([source], Signing(POLICY, tmp_path / "封", DAY)).paths[0]
    sheet, cell = place_of("measures", "cut_red", 0)
    parts = parts_of(path)
    formats = parts["xl/styles.xml"].decode()
    styles = re.search(r"<cellXfs count=\"(\d+)\">", formats)
    assert styles
    parts["xl/styles.xml"] = formats.replace("</cellXfs>", '<xf numFmtId="9" fontId="0" fillId="0" borderId="0" applyNumberFormat="1"/></cellXfs>', 1).replace(styles[0], f'<cellXfs count="{int(styles[1]) + 1}">').encode()
    member = f"xl/worksheets/sheet{open_book(path).sheets.index(sheet) + 1}.xml"
    parts[member] = re.sub(rf'<c r="{cell}" s="\d+"', f'<c r="{cell}" s="{styles[1]}"', parts[member].decode()).encode()
    path.write_bytes(packed(parts))
    changed = [one for one in verify_files([path], POLICY).findings if one.code is Code.SEALED_CELL_CHANGED]
    assert [(one.place.sheet, one.place.cell, dict(one.values)["before"], dict(one.values)["after"]) for one in changed] == [(sheet, cell, "0.8", "80%")]


def test_a_sorted_countys_workbook_keeps_its_seal(tmp_path: Path) -> None:
    path = sign_files([county(tmp_path / "报送")], Signing(POLICY, tmp_path / "封", DAY)).paths[0]
    for name in ("screening", "review"):
        swap(path, name)
    assert open_book(path).values(load_form("review").sheet)[FIRST_ROW - 1][0] == CODES[1]
    assert verify_files([path], POLICY).findings == ()


@pytest.mark.parametrize(("review", "names"), [({"checkers_signed": "未签字"}, "张三、李四"), ({"director_signed": "未签字"}, "张三")])
def test_a_countys_workbook_is_sealed_only_when_all_have_signed(tmp_path: Path, review: Mapping[str, str], names: str) -> None:
    done = sign_files([county(tmp_path / "报送", **review)], Signing(POLICY, tmp_path / "封", DAY))
    assert [one.message for one in done.findings] == [f"没有封签：核查人{names}还没有签字"]


def test_a_sealed_countys_workbook_is_checked_like_any_other(tmp_path: Path) -> None:
    source = county(tmp_path / "报送")
    path = sign_files([source], Signing(POLICY, tmp_path / "封", DAY)).paths[0]
    before, after = (check_files([one], POLICY) for one in (source, path))
    assert [(one.code, one.place.cell) for one in after.findings] == [(one.code, one.place.cell) for one in before.findings]
    assert after.counts["rows"] == before.counts["rows"]
