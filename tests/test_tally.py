"""The counting identity: every row, cell and number that was read is accounted for, printed, and kept."""

from datetime import date, datetime
from pathlib import Path

import pytest
from msgspec.structs import replace

from tests.county_books import book as text_book
from tests.county_books import check as check_text
from tests.county_books import enterprise as text_enterprise
from tests.county_files import POLICY, county_file, enterprise
from xltools.actions.check import check_files
from xltools.actions.give_back import give_back
from xltools.actions.merge import merge
from xltools.books.file import open_book
from xltools.faces.cli import run
from xltools.model.code import Code
from xltools.model.form import FIRST_ROW, load_template
from xltools.model.outcome import Outcome
from xltools.rules.tally import accounts, unaccounted

NOW = datetime(2022, 7, 25, 9, 0)
LOG = load_template("city")["log"]
COUNTS = ("seen", "taken", "rejected", "blank", "outside")
CELLS = ("cells", "plain", "changed", "refused")


@pytest.fixture
def sent(tmp_path: Path) -> Path:
    """Three records among two blank rows, one of them without a key; a total; numbers as typed, converted and not understood."""
    rows = [enterprise(0, capacity=100.0), {}, enterprise(1, capacity="1,200"), {}, enterprise(2, capacity=30.5, process=None), enterprise(3, capacity="约300"), {"name": "合计", "capacity": 430.5}]
    return county_file(tmp_path / "区县", "灵宝市", rows)


def counted(outcome: Outcome, names: tuple[str, ...]) -> tuple[int, ...]:
    assert outcome.account is not None
    return tuple(getattr(outcome.account, name) for name in names)


def test_a_check_accounts_for_every_row_cell_and_number(sent: Path) -> None:
    outcome = check_files([sent], POLICY)
    assert counted(outcome, COUNTS) == (7, 3, 1, 2, 1)
    filled = sum(value is not None for value in enterprise(0).values())
    assert counted(outcome, CELLS) == (4 * filled - 1, 4 * filled - 3, 1, 1)
    assert outcome.account is not None
    assert outcome.account.sums["排查清单·产能"] == (1330.5, 1330.5)


@pytest.mark.parametrize(("sign", "blank"), [("*", 0), ("＊", 0), ("：", 0), ("\u00ad", 1), ("\u3000", 1)])
def test_a_row_with_one_sign_is_blank_only_where_nobody_sees_it(tmp_path: Path, sign: str, blank: int) -> None:
    """What a header may have beside its words is no header's business in a row: somebody typed it."""
    path = county_file(tmp_path / "区县", "灵宝市", [enterprise(0), {"remark": sign}, enterprise(1)])
    outcome = check_files([path], POLICY)
    assert counted(outcome, COUNTS) == (3, 2, 1 - blank, blank, 0)
    named = [one for one in outcome.findings if (one.place.cell or "").endswith(str(FIRST_ROW + 1))]
    assert bool(named) is not bool(blank)


def test_a_merge_accounts_for_them_in_the_citys_own_tables_and_keeps_it_in_the_log(sent: Path, tmp_path: Path) -> None:
    outcome = merge([sent], tmp_path / "市级汇总.xlsx", POLICY, NOW)
    assert counted(outcome, COUNTS) == (7, 3, 1, 2, 1)
    assert outcome.account is not None
    assert outcome.account.sums["排查清单·产能"] == (1330.5, 1330.5)
    line = open_book(tmp_path / "市级汇总.xlsx").values(LOG.sheet)[FIRST_ROW - 1]
    said = str(line[[one.name for one in LOG].index("outcome")])
    assert said.startswith("有2行没有汇总；空行2、合计和说明行1；格")
    assert said.endswith("产能合计1330.5=1330.5")


def test_the_account_is_printed_by_check_and_merge(sent: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run(["check", str(sent)])
    run(["merge", str(sent), "-o", str(tmp_path / "市级汇总.xlsx")])
    printed = capsys.readouterr().out
    assert printed.count("清点  行：读入 7 = 计入 3 + 未计入 1 + 空行 2 + 合计和说明行 1\n") == 2
    assert printed.count("个数字列，读入的合计 = 计入和列出的合计") == 2


def test_the_account_goes_back_with_the_file(sent: Path, tmp_path: Path) -> None:
    (back,) = give_back(check_files([sent], POLICY), tmp_path / "退回", POLICY, date(2022, 7, 25))
    texts = [str(cell) for row in open_book(back.output).values("退回说明") for cell in row if cell]
    assert any(text.startswith("读入 7 行 = 计入 3 + 未计入 1 + 空行 2 + 合计和说明行 1；") for text in texts)


def test_a_file_set_aside_is_read_and_not_taken() -> None:
    outcome = check_text(text_book(cover={"county": "外地"}, screening=[text_enterprise()]))
    assert counted(outcome, COUNTS) == (1, 0, 1, 0, 0)


def test_a_value_that_changed_without_a_word_does_not_balance() -> None:
    """A bug of ours, acted out: parsing made another number and a blank of what was typed, and said nothing."""
    (one,) = check_text(text_book(screening=[text_enterprise(capacity=100.0, remark="说明")])).submissions
    table = one.tables["screening"]
    changed = table.with_cells({"capacity": [1000.0], "remark": [None]})
    parts = accounts(Outcome(submissions=(replace(one, tables={**one.tables, "screening": changed}),)))
    (found,) = unaccounted(parts)
    assert found.code is Code.CELLS_NOT_BALANCED
    assert "排查清单·产能 100 对 1000" in found.message
    assert parts[one.file, "排查清单"].cells_missing == 2
