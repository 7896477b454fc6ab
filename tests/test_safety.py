"""What goes out is safe: text that looks like a formula is text, nothing hidden in a county's file travels, links lead to our sources."""

import re
from datetime import date, datetime
from pathlib import Path

import openpyxl
import pytest

from tests.county_files import POLICY, county_file, enterprise
from tests.workbooks import parts_of
from xltools.actions.check import check_files
from xltools.actions.give_back import give_back, notify
from xltools.actions.merge import merge

AUTHOR, PHONE, NOTE = "某作者甲乙", "13987650001", "只给自己看的批注"
TYPED = ["=HYPERLINK(\"http://evil.example\",\"x\")", "=cmd|'/C calc'!A0", "+1+cmd", "-1+cmd", "@SUM(1)", "\t=1+cmd"]
pytestmark = pytest.mark.filterwarnings("ignore:Print area cannot be set")


@pytest.fixture(scope="module")
def sent(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A county file full of such text, with an author, a hidden sheet and a note of its own."""
    rows = [enterprise(at % 6, process=f"工序{at}", remark=text, capacity=text if at == 0 else 5.0) for at, text in enumerate(TYPED)]
    path = county_file(tmp_path_factory.mktemp("区县"), "灵宝市", rows)
    book = openpyxl.load_workbook(path)
    for at, text in enumerate(TYPED, 5):
        for cell in (book["排查清单"][f"X{at}"], *([book["排查清单"]["K5"]] if at == 5 else [])):
            cell.value, cell.data_type = text, "s"
    book.properties.creator = book.properties.lastModifiedBy = AUTHOR
    hidden = book.create_sheet("底稿")
    hidden["A1"], hidden.sheet_state = PHONE, "veryHidden"
    book["排查清单"]["B5"].comment = openpyxl.comments.Comment(NOTE, AUTHOR)
    book.save(path)
    return path


def content(path: Path) -> str:
    """Everything in a package, inflated."""
    return "\n".join(part.decode("utf-8", "replace") for part in parts_of(path).values())


def formulas(path: Path) -> list[str]:
    return re.findall(r"<f[ >][^<]*", content(path))


def test_no_formula_of_a_county_runs_in_the_summary_and_nothing_hidden_travels(sent, tmp_path):
    merge([sent.parent], summary := tmp_path / "市级汇总.xlsx", POLICY, datetime(2022, 7, 20, 9))
    whole = content(summary)
    assert not [text for text in (AUTHOR, PHONE, NOTE) if text in whole]
    assert not [text for text in formulas(summary) if "cmd" in text or "evil" in text]
    assert "evil.example" in whole  # as text
    targets = re.findall(r'Target="([^"]*)" TargetMode="External"', whole)
    assert targets
    assert all("灵宝市.xlsx" in target or target.endswith("%E7%81%B5%E5%AE%9D%E5%B8%82.xlsx") for target in targets)
    assert "externalLink" not in whole
    book = openpyxl.load_workbook(summary)
    shown = {cell.value: cell.data_type for row in book["企业台账"].iter_rows() for cell in row if isinstance(cell.value, str) and ("cmd" in cell.value or "evil" in cell.value)}
    assert len(shown) >= 4
    assert set(shown.values()) == {"s"}


def test_no_formula_of_a_county_runs_in_what_goes_back(sent, tmp_path):
    outcome = check_files([sent], POLICY)
    returned = give_back(outcome, tmp_path, POLICY, date(2022, 7, 18))
    letters = notify(returned)
    assert not [text for text in formulas(returned[0].output) if "cmd" in text or "evil" in text]
    document, text = content(letters[0]), letters[1].read_text("utf-8-sig")
    assert "instrText" not in document
    assert "fldSimple" not in document
    assert not [line for line in text.splitlines() if line[:1] in ("=", "+", "-", "@", "\t")]
    assert not [secret for secret in (AUTHOR, PHONE, NOTE) if secret in document + text]
