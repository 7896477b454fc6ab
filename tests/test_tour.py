"""The rehearsal: one summer walked through, every station leaving what it says."""

import csv
import re
from pathlib import Path

import openpyxl
import pytest

from tests.test_lang import english
from xltools.actions.tour import tour
from xltools.faces import cli
from xltools.model.form import FIRST_ROW, load_form
from xltools.model.tour import Station

SEEN: list[Station] = []       # the stations of the rehearsal, to be told again
EXAMPLE = Path(__file__).parent.parent / "workbooks"
pytestmark = pytest.mark.filterwarnings("ignore:Print area cannot be set")


@pytest.fixture(scope="module")
def walked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of one whole rehearsal; what it printed is in 说的话.txt beside it."""
    folder = tmp_path_factory.mktemp("走") / "演练"
    with pytest.MonkeyPatch.context() as patch:
        said: list[str] = []
        patch.setattr("xltools.actions.tour.tour", lambda *given: (SEEN.append(one) or one for one in tour(*given)))
        patch.setattr("click.echo", lambda text="", **_: said.append(str(text)))
        assert cli.run(["demo", "--tour", str(folder)]) == 0
    (folder.parent / "说的话.txt").write_text("\n".join(said), encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def said(walked: Path) -> str:
    return (walked.parent / "说的话.txt").read_text(encoding="utf-8")


def planted(file: str, letter: str) -> int:
    """How many faults of a severity the answer key knows in a file."""
    with (EXAMPLE / "答案.csv").open(encoding="utf-8-sig", newline="") as key:
        return sum(line["文件"] == file and line["编号"].startswith(letter) for line in csv.DictReader(key))


def numbers(pattern: str, text: str) -> tuple[int, ...]:
    found = re.search(pattern, text)
    assert found, f"{pattern} in {text}"
    return tuple(int(group) for group in found.groups())


def column(path: Path, name: str, field: str) -> list[object]:
    """The values of one field of a sheet of the summary."""
    form = load_form(name)
    book = openpyxl.load_workbook(path)
    at = next(cell.column for cell in book[form.sheet][FIRST_ROW - 1] if str(cell.value).replace("\n", "").rstrip("*") == form[field].label)
    return [row[at - 1].value for row in book[form.sheet].iter_rows(min_row=FIRST_ROW) if any(cell.value is not None for cell in row)]


def test_the_station_of_checking_tells_what_the_answer_key_knows(said: str) -> None:
    errors, warnings = numbers(r"先查渑池县：(\d+) 处错误、(\d+) 处提醒", said)
    assert (errors, warnings) == (planted("渑池县.xlsx", "E"), planted("渑池县.xlsx", "W"))


def test_what_the_counties_sent_stays_byte_for_byte(walked: Path) -> None:
    sent = {path.name: path.read_bytes() for path in (EXAMPLE / "区县").glob("*.xlsx")}
    kept = {path.name: path.read_bytes() for path in (walked / "收件箱").iterdir() if path.name in sent}
    assert kept == sent


def test_corrected_cells_lose_their_marks_and_overlooked_ones_keep_them(walked: Path, said: str, capsys: pytest.CaptureFixture[str]) -> None:
    fixed, left, before, after = numbers(r"改了退回文件里的 (\d+) 个格（漏改 (\d+) 个）.*错误 (\d+) → (\d+) 处", said)
    assert left == 2
    assert before - after == fixed
    assert cli.run(["check", "--json", str(walked / "收件箱" / "渑池县-退回.xlsx")]) == 1
    assert capsys.readouterr().out.count('"severity": "error"') == after >= left


def test_one_conflict_is_decided_and_remembered(walked: Path, said: str) -> None:
    waiting, left = numbers(r"有 (\d+) 件等人决定。.*还剩 (\d+) 件", said)
    assert left == waiting - 1
    assert column(walked / "市级汇总.xlsx", "names", "decided_by") == ["张三"]
    assert column(walked / "市级汇总.xlsx", "conflicts", "decision").count(None) == left


def test_every_decided_grade_is_in_the_summary_and_only_decided_ones_are_published(walked: Path, said: str) -> None:
    decided, listed = numbers(r"给评出等级的 (\d+) 行填了.*列入 (\d+) 家", said)
    grades = [one for one in column(walked / "市级汇总.xlsx", "ledger", "decided") if one]
    assert len(grades) == decided
    assert len([one for one in column(walked / "公示" / "公示名单.xlsx", "publication", "name") if one]) == listed > 0


def test_the_recount_at_the_end_agrees(said: str) -> None:
    assert "9 个原文件，逐行逐格一致" in said


def test_every_file_to_be_opened_is_there(walked: Path, said: str) -> None:
    named = re.findall(rf"打开看：({re.escape(str(walked))}[^，]+\.(?:xlsx|html))，", said)
    assert len(named) == 9
    assert all(Path(one).is_file() for one in named)


@pytest.mark.usefixtures("walked")
def test_the_rehearsal_is_told_in_english_with_its_examples(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    monkeypatch.setattr("xltools.actions.tour.tour", lambda *_: iter(SEEN))
    assert cli.run(["--lang", "en", "demo", "--tour", str(tmp_path)]) == 0
    lines = english(capsys.readouterr().out.replace(str(tmp_path), "FOLDER"))
    assert len(lines) > 9 * 4 + 10
    assert sum(line.startswith("    ") for line in lines) == sum(len(station.lines) for station in SEEN)


def test_a_folder_with_files_in_it_is_left_alone(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "我的.xlsx").write_bytes(b"x")
    assert cli.run(["demo", "--tour", str(tmp_path)]) == 2
    assert "请换一个文件夹" in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["我的.xlsx"]


def test_commands_of_a_working_day_name_a_persons_own_folders(walked: Path, said: str) -> None:
    usual = [line for line in said.splitlines() if "平时：xltools" in line]
    assert len(usual) == 7
    assert [line for line in usual if walked.name in line] == []
