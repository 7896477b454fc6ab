"""Undoing a merge, and undoing the undo: nothing is ever lost on the way."""

import shutil
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

from tests.county_files import POLICY, county_file, enterprise
from xltools.actions.merge import merge
from xltools.actions.undo import undo
from xltools.books.package import _temporary_prefix
from xltools.books.replace import back_up, backups
from xltools.faces.cli import commands
from xltools.faces.terminal import stop_sentence
from xltools.model.code import Code
from xltools.model.finding import Finding, Place, StopError
from xltools.model.language import CHINESE

NOW = datetime(2022, 7, 25, 9, 0)
NEXT = NOW + timedelta(days=1)


@pytest.fixture(scope="module")
def twice(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A summary merged twice, with another county the second time."""
    folder = tmp_path_factory.mktemp("两次")
    county_file(folder / "收件箱", "灵宝市", [enterprise(0)])
    merge([folder / "收件箱"], folder / "市级汇总.xlsx", POLICY, NOW)
    county_file(folder / "收件箱", "湖滨区", [enterprise(1)])
    merge([folder / "收件箱"], folder / "市级汇总.xlsx", POLICY, NOW + timedelta(hours=1))
    return folder


@pytest.fixture
def summary(twice: Path, tmp_path: Path) -> Path:
    """A copy of it for one test."""
    shutil.copytree(twice, tmp_path, dirs_exist_ok=True)
    return tmp_path / "市级汇总.xlsx"


def test_undo_goes_back_and_undo_again_goes_forth(summary: Path) -> None:
    after, (before,) = summary.read_bytes(), [one.read_bytes() for one in backups(summary)]
    assert before != after
    for content in (before, after, before, after):
        done = undo(summary, NEXT)
        assert summary.read_bytes() == content
        assert done.kept == backups(summary)[-1]


def test_a_summary_that_was_deleted_comes_back(summary: Path) -> None:
    (before,) = [one.read_bytes() for one in backups(summary)]
    summary.unlink()
    assert undo(summary, NEXT).kept is None
    assert summary.read_bytes() == before


def test_without_a_backup_nothing_is_done(summary: Path) -> None:
    for one in backups(summary):
        one.unlink()
    content = summary.read_bytes()
    with pytest.raises(StopError) as stop:
        undo(summary, NEXT)
    assert stop.value.finding.code is Code.NO_BACKUP
    assert stop_sentence(stop.value, CHINESE).startswith("市级汇总.xlsx 没有备份，不能撤销。请核对文件名；")
    assert summary.read_bytes() == content


@pytest.mark.parametrize(("message", "line"), [("“甲.xls”不是表", "“甲.xls”不是表。"), ("甲.xls 太大", "甲.xls 太大。"), ("甲.xlsx 已经有了", "甲.xls：甲.xlsx 已经有了。"), ("打不开", "甲.xls：打不开。")])
def test_a_stop_names_its_file_once(message: str, line: str) -> None:
    stop = StopError(Finding(Code.NO_BACKUP, Place("甲.xls"), message, "请核对"))
    assert stop_sentence(stop, CHINESE) == f"{line}请核对"


def test_an_open_summary_and_a_broken_backup_are_left_alone(summary: Path) -> None:
    content = summary.read_bytes()
    lock = summary.with_name(f".~lock.{summary.name}#")
    lock.write_text(",张三,pc,25.07.2022 09:00,file:///home;", encoding="utf-8")
    with pytest.raises(StopError) as stop:
        undo(summary, NEXT)
    assert (stop.value.finding.code, "张三" in stop.value.finding.message) == (Code.UNDO_OPEN, True)
    lock.unlink()
    backups(summary)[-1].write_bytes(b"half")
    with pytest.raises(StopError) as stop:
        undo(summary, NEXT)
    assert stop.value.finding.code is Code.UNREADABLE
    assert summary.read_bytes() == content
    assert len(backups(summary)) == 1


def test_windows_refusing_to_replace_leaves_everything_as_it_was(summary: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rename = Path.replace

    def refuse(source: Path, target: Path) -> Path:
        if target == summary:
            raise PermissionError(target)
        return rename(source, target)

    content = summary.read_bytes()
    monkeypatch.setattr(Path, "replace", refuse)
    with pytest.raises(StopError) as stop:
        undo(summary, NEXT)
    assert stop.value.finding.code is Code.UNDO_OPEN
    assert summary.read_bytes() == content
    assert len(backups(summary)) == 1


def test_backups_are_in_the_order_they_were_made_even_when_the_clock_is_set_back(tmp_path: Path) -> None:
    path = tmp_path / "市级汇总.xlsx"
    for at in range(12):
        path.write_text(str(at), encoding="utf-8")
        back_up(path, NOW if at < 11 else NOW - timedelta(days=1))
    (tmp_path / "市级汇总-备份" / "自己存的.xlsx").touch()
    assert [one.read_text(encoding="utf-8") for one in backups(path)] == [str(at) for at in range(12)]


def test_the_command_says_what_it_did_and_how_to_go_back(summary: Path) -> None:
    result = CliRunner().invoke(commands, ["undo", str(summary)], standalone_mode=False)
    assert result.return_value == 0
    assert "2022-07-25 10-00-00" in result.output
    assert "再运行一次 xltools undo" in result.output


def test_temporary_files_of_a_killed_run_are_cleaned_and_no_others(summary: Path, tmp_path: Path) -> None:
    ours = [tmp_path / f"{_temporary_prefix(summary)}x1.tmp", tmp_path / "市级汇总-备份" / ".xltools-0-x.tmp"]
    others = [tmp_path / ".xltools-00000000-y.tmp", tmp_path / "张三.tmp", tmp_path / "市级汇总-备份" / "~$2022.xlsx"]
    for one in (*ours, *others):
        one.touch()
    merge([tmp_path / "收件箱"], summary, POLICY, NEXT)
    assert [one.exists() for one in ours] == [False, False]
    assert all(one.exists() for one in others)
