"""The letter with a returned file: the same content and numbers as its 退回说明, as a Word document and as text."""

from datetime import date
from pathlib import Path

import pytest
from msgspec.structs import replace

from tests.county_files import POLICY, county_file, enterprise
from tests.workbooks import zipped
from xltools.actions.check import check_files
from xltools.actions.give_back import give_back, notify
from xltools.books.docx import tables_in
from xltools.books.notice import as_document, as_text, notice_of
from xltools.faces import cli
from xltools.model.code import Code
from xltools.model.finding import Place, Severity
from xltools.model.returned import Letter, load_return

TODAY = date(2022, 7, 18)
WORDS = load_return()


@pytest.fixture(scope="module")
def sent(tmp_path_factory):
    return county_file(tmp_path_factory.mktemp("收件箱"), "灵宝市", [enterprise(0, capacity="很多"), enterprise(1, applied=None)])


def letter(count: int, text: str = "x") -> Letter:
    findings = tuple(Code.NOT_A_NUMBER.at(Place("灵宝市.xlsx", "排查清单", f"K{row}"), label="产能", value=text, example="20000", more="") for row in range(5, 5 + count))
    return Letter("灵宝市.xlsx", "灵宝市", "2022-07-18", "7月20日前", findings)


def cells(document: bytes) -> list[str]:
    return [cell.text for table in tables_in(document, "通知.docx") for cell in table.cells]


def test_document_and_text_say_the_same_as_the_sheet_in_front(sent, tmp_path):
    outcome = check_files([sent], POLICY)
    (one,) = give_back(outcome, tmp_path, POLICY, TODAY)
    paths = notify([one])
    assert [path.name for path in paths] == ["灵宝市-退回通知.docx", "灵宝市-退回通知.txt"]
    text = paths[1].read_text("utf-8-sig")
    found = [finding.severity for finding in outcome.findings]
    counts = WORDS.counts.format(**{severity.value: found.count(severity) for severity in Severity})
    assert counts in text
    assert one.output.name in text
    assert "还有2天" in text
    for finding in one.letter.important:
        assert finding.message in text
        assert any(finding.message in cell and finding.fix in cell for cell in cells(paths[0].read_bytes()))
    whole = paths[0].read_bytes()
    plain = "".join("".join(cell.text for cell in table.cells) + "".join(item.text for item in (*table.before, *table.after)) for table in tables_in(whole, "x.docx"))
    assert counts in plain
    assert one.output.name in plain


def test_an_archive_is_for_the_city_to_unpack_and_what_cannot_be_read_goes_to_the_county_it_is_named_after(tmp_path):
    inbox = tmp_path / "收件箱"
    inbox.mkdir()
    (inbox / "七月.zip").write_bytes(zipped(**{"7月/灵宝市.xlsx": "x", "7月/卢氏县.xlsx": "x"}))
    (inbox / "渑池县7月.xlsx").write_bytes(b"PK damaged")
    outcome = check_files([inbox], POLICY)
    assert {one.place.file for one in outcome.findings} == {"七月.zip", "渑池县7月.xlsx"}
    returned = give_back(outcome, tmp_path / "退回", POLICY, TODAY)
    assert [one.file for one in returned] == ["渑池县7月.xlsx"]
    _, text = notify(returned)
    assert text.read_text("utf-8-sig").splitlines()[1] == "渑池县："


def test_the_same_letter_gives_the_same_bytes_and_an_edited_one_stays(sent, tmp_path):
    returned = give_back(check_files([sent], POLICY), tmp_path, POLICY, TODAY)
    first = notify(returned)
    before = [path.read_bytes() for path in first]
    assert notify(returned) == first
    assert [path.read_bytes() for path in first] == before
    first[1].write_text("市局改过的话", "utf-8")
    assert notify(returned)[1].name == "灵宝市-退回通知（新）.txt"
    assert first[1].read_text("utf-8") == "市局改过的话"


def test_two_files_named_after_one_return_have_letters_of_their_own(tmp_path):
    for name in ("灵宝市-退回.csv", "灵宝市-退回2.csv"):
        (tmp_path / name).write_text("统一社会信用代码,企业名称\n,\n")
    returned = give_back(check_files([tmp_path], POLICY), tmp_path / "退回", POLICY, TODAY)
    assert [path.name for path in notify(returned)] == ["灵宝市-退回通知.docx", "灵宝市-退回通知.txt", "灵宝市-退回2-退回通知.docx", "灵宝市-退回2-退回通知.txt"]


@pytest.mark.parametrize("name", ["湖滨区.csv", "空文件.xlsx"])
def test_the_letter_with_a_list_sends_the_clerk_to_the_own_file_not_to_the_list(name, tmp_path):
    """A list is nothing to correct in: who fills it in and sends it back has sent nothing."""
    (tmp_path / name).write_text("统一社会信用代码,企业名称\n,\n" if name.endswith("csv") else "")
    (one,) = give_back(check_files([tmp_path], POLICY), tmp_path / "退回", POLICY, TODAY)
    text = notify([one])[1].read_text("utf-8-sig")
    assert one.reason
    assert one.reason in text
    assert f"问题清单：{one.output.name}" in text
    assert "在原来的文件里改" in text
    assert "标好问题的文件" not in text
    assert "在退回的文件里改" not in text


@pytest.mark.parametrize("text", ["=cmd|' /C calc'!A0", "+1", "-1", "@SUM(A1)", "\t=1", "\x01\ufffe</w:t>&"])
def test_what_a_clerk_typed_is_only_text_in_both(text):
    notice = notice_of(letter(1, text), "灵宝市-退回.xlsx")
    assert all(line[:1] not in "=+-@\t" for line in as_text(notice).splitlines() if line)
    document = as_document(notice)
    assert len(cells(document)) == 8
    assert b"instrText" not in document
    assert b"fldSimple" not in document


def test_at_most_ten_rows_of_bounded_length_keep_it_on_one_page():
    notice = notice_of(letter(40, "很长的话" * 60), "灵宝市-退回.xlsx")
    assert len(notice.rows) == 10
    assert max(len(cell) for row in notice.rows for cell in row) <= 110
    assert notice.table == "最要紧的10条（全部40条见退回文件）"


def test_all_problems_are_not_called_the_gravest():
    assert notice_of(letter(10), "灵宝市-退回.xlsx").table == "全部问题（10条）"


def test_a_file_of_no_known_county_has_a_letter_too():
    assert as_text(notice_of(replace(letter(1), county=""), "x.xlsx")).splitlines()[1] == f"{WORDS.notice_unknown}："


def test_the_command_writes_the_letters_beside_the_returned_files(sent, tmp_path, capsys):
    assert cli.run(["check", str(sent), "--return", str(tmp_path / "退回")]) == 1
    names = sorted(path.name for path in Path(tmp_path / "退回").iterdir())
    assert names == ["灵宝市-退回.xlsx", "灵宝市-退回通知.docx", "灵宝市-退回通知.txt"]
    assert "退回通知：每份退回一页，共 1 页，在 " in capsys.readouterr().out
