"""Unchanged files are not read again, and nobody can tell from the result; what is kept is never believed blindly."""

import json
import os
import shutil
import zlib
from collections.abc import Callable
from datetime import datetime
from hashlib import sha256
from pathlib import Path

import pytest
from msgspec.structs import replace

from tests.bench.city import write_city
from tests.deformations import wholes
from tests.slip_books import big
from xltools.actions import check as checking
from xltools.actions import recall as recalling
from xltools.actions.check import check_files
from xltools.actions.inbox import Inbox
from xltools.actions.merge import merge
from xltools.books.file import FileBook, open_book
from xltools.model.code import Code
from xltools.model.form import load_template
from xltools.model.outcome import Outcome, Submission
from xltools.model.packed import UnpackableError, packed, unpacked
from xltools.model.policy import load_policy

POLICY, COUNTY = load_policy("sanmenxia-2022"), load_template("county")
EXAMPLE = Path("workbooks/区县")
MOMENT = datetime(2022, 7, 20, 9)


@pytest.fixture
def inbox(tmp_path: Path) -> Inbox:
    write_city(tmp_path / "in", 2, 5)
    for path in sorted(EXAMPLE.glob("*.xlsx"))[:2]:
        shutil.copy(path, tmp_path / "in")
    return Inbox((tmp_path / "in",), cache=tmp_path / "cache")


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the files that are really read."""
    names: list[str] = []

    def noted(path: Path, name: str, passwords: tuple[str, ...], content: bytes | None) -> FileBook:
        names.append(name)
        return open_book(path, name, passwords, content)

    monkeypatch.setattr(checking, "open_book", noted)
    return names


def same(one: Submission, other: Submission) -> bool:
    """Whether two submissions are equal to the last type of every cell."""
    assert replace(one, tables={}, raw={}) == replace(other, tables={}, raw={})
    assert [(name, str(value)) for found in one.findings for name, value in found.values] == [(name, str(value)) for found in other.findings for name, value in found.values]
    for mine, theirs in ((one.tables, other.tables), (one.raw, other.raw)):
        assert list(mine) == list(theirs)
        for name, table in mine.items():
            assert table == theirs[name]
            for field, column in table.cells.items():
                assert [(type(value), repr(value)) for value in column] == [(type(value), repr(value)) for value in theirs[name].cells[field]]
    return True


def alike(one: Outcome, other: Outcome) -> bool:
    assert (one.record(), one.account) == (other.record(), other.account)
    return all(same(*pair) for pair in zip(one.submissions, other.submissions, strict=True))


def test_what_is_recalled_is_what_was_read(inbox: Inbox, opened: list[str]) -> None:
    plain = check_files([*inbox], POLICY)
    first = check_files(inbox, POLICY)
    assert len(opened) == 2 * len(plain.submissions)
    opened.clear()
    second = check_files(inbox, POLICY)
    assert opened == []
    assert alike(first, plain)
    assert alike(second, plain)


def test_a_merge_writes_the_same_bytes_with_and_without(inbox: Inbox, tmp_path: Path) -> None:
    outputs = [tmp_path / name / "市级汇总.xlsx" for name in ("a", "b", "c")]
    for cache, output in zip((None, inbox.cache, inbox.cache), outputs, strict=True):
        merge(replace(inbox, cache=cache), output, POLICY, MOMENT)
    assert outputs[0].read_bytes() == outputs[1].read_bytes() == outputs[2].read_bytes()


def test_only_the_changed_file_is_read(inbox: Inbox, opened: list[str], tmp_path: Path) -> None:
    check_files(inbox, POLICY)
    write_city(tmp_path / "other", 1, 7, seed=5)
    shutil.copy(tmp_path / "other" / "000.xlsx", tmp_path / "in" / "001.xlsx")
    opened.clear()
    again = check_files(inbox, POLICY)
    assert opened == ["001.xlsx"]
    assert alike(again, check_files([*inbox], POLICY))


def test_every_slip_and_deformation_comes_back_the_same(tmp_path: Path) -> None:
    big().write(tmp_path)
    for deformed in wholes():
        deformed.write(tmp_path)
    found = check_files([tmp_path], POLICY).submissions
    assert len(found) > 10
    for one in found:
        assert same(replace(unpacked(packed(one, COUNTY), COUNTY), path=one.path), one)


def test_somebody_who_has_the_file_open_is_named_though_it_is_known(inbox: Inbox, tmp_path: Path) -> None:
    check_files(inbox, POLICY)
    (tmp_path / "in" / ".~lock.000.xlsx#").write_text(",张三,办公室,2022,profile;", "utf-8")
    again = check_files(inbox, POLICY)
    assert [one.place.file for one in again.findings if one.code is Code.OPEN_ELSEWHERE and "张三" in one.message] == ["000.xlsx"]
    assert alike(again, check_files([*inbox], POLICY))


@pytest.mark.parametrize(
    "harm",
    [
        lambda data: b"",
        lambda data: data[:-9],
        lambda data: data[:200] + bytes([data[200] ^ 1]) + data[201:],
        lambda data: sha256(b"x").digest() + b"x",
        lambda data: sha256(zlib.compress(b"[]")).digest() + zlib.compress(b"[]"),
    ],
)
def test_a_damaged_entry_is_passed_over_and_made_anew(inbox: Inbox, opened: list[str], tmp_path: Path, harm: Callable[[bytes], bytes]) -> None:
    plain = check_files(inbox, POLICY)
    entry = min((tmp_path / "cache").iterdir())
    whole = entry.read_bytes()
    entry.write_bytes(harm(whole))
    opened.clear()
    assert alike(check_files(inbox, POLICY), plain)
    assert len(opened) == 1
    assert entry.read_bytes() == whole


def test_another_policy_or_program_does_not_believe_it(inbox: Inbox, opened: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    count = len(check_files(inbox, POLICY).submissions)
    opened.clear()
    check_files(inbox, replace(POLICY, year=2023))
    assert len(opened) == count
    monkeypatch.setattr(recalling, "_program", lambda: [("rules/check.py", 1, 1)])
    check_files(inbox, POLICY)
    assert len(opened) == 2 * count


def test_files_given_with_a_password_leave_nothing(inbox: Inbox, tmp_path: Path) -> None:
    check_files(replace(inbox, passwords=("秘密",)), POLICY)
    assert not (tmp_path / "cache").exists()


def test_the_folder_does_not_grow_without_end(inbox: Inbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    check_files(inbox, POLICY)
    entries = sorted((tmp_path / "cache").iterdir(), key=lambda entry: entry.stat().st_size)
    for age, entry in enumerate(entries):
        os.utime(entry, (10**9 - age, 10**9 - age))
    monkeypatch.setattr(recalling, "LIMIT", sum(entry.stat().st_size for entry in entries[:3]))
    recall = recalling.recall_of(inbox, POLICY, COUNTY)
    assert recall
    recall.tidy()
    assert sorted((tmp_path / "cache").iterdir()) == sorted(entries[:3])


def test_a_folder_that_cannot_be_written_costs_nothing(inbox: Inbox, tmp_path: Path) -> None:
    (tmp_path / "cache").write_bytes(b"a file where the folder should be")
    assert alike(check_files(inbox, POLICY), check_files([*inbox], POLICY))


def test_what_json_would_change_is_refused() -> None:
    one = check_files([min(EXAMPLE.glob("*.xlsx"))], POLICY).submissions[0]
    table = one.raw["screening"]
    for strange in (1 + 2j, b"bytes"):
        column = [strange, *table.cells["name"][1:]]
        with pytest.raises(UnpackableError):
            packed(replace(one, raw={**one.raw, "screening": table.with_cells({"name": column})}), COUNTY)


@pytest.mark.parametrize("texts", [["\ud800半个字", "", "同", "同", None], ["同"], ["1", None], [None]])
def test_texts_come_back_the_same_whether_they_repeat_or_not(texts: list[str | None]) -> None:
    one = check_files([min(EXAMPLE.glob("*.xlsx"))], POLICY).submissions[0]
    table = one.raw["screening"]
    values = [texts[at % len(texts)] for at in range(len(table.rows))]
    again = unpacked(packed(replace(one, raw={**one.raw, "screening": table.with_cells({"town": values})}), COUNTY), COUNTY)
    assert again.raw["screening"].cells["town"] == values


def test_an_entry_names_values_and_nothing_that_runs() -> None:
    one = check_files([min(EXAMPLE.glob("*.xlsx"))], POLICY).submissions[0]
    record = json.loads(zlib.decompress(packed(one, COUNTY)[32:]))
    record["saved"] = {"system": "echo"}
    body = zlib.compress(json.dumps(record).encode())
    with pytest.raises(UnpackableError):
        unpacked(sha256(body).digest() + body, COUNTY)
