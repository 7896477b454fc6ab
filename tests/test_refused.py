"""A system that refuses to write: a sentence that says so, and everything as it was."""

import errno
import subprocess
import sys
from pathlib import Path

import pytest

from xltools.books import package
from xltools.faces import cli
from xltools.model.code import Code
from xltools.model.refused import refused

COUNTY = Path(__file__).parents[1] / "workbooks" / "区县" / "义马市.xlsx"


@pytest.mark.parametrize(
    ("error", "code", "place"),
    [
        (PermissionError(errno.EACCES, "", "汇总.xlsx"), Code.NO_RIGHT_TO_WRITE, "汇总.xlsx"),
        (PermissionError(errno.EACCES, "", "收件箱/.xltools-1234-ab.tmp"), Code.NO_RIGHT_TO_WRITE, "收件箱"),
        (OSError(errno.EROFS, "", "汇总.xlsx"), Code.NO_RIGHT_TO_WRITE, "汇总.xlsx"),
        (OSError(errno.ENOSPC, "", None), Code.DISK_FULL, ""),
        (OSError(errno.EDQUOT, "", "汇总.xlsx"), Code.DISK_FULL, "汇总.xlsx"),
        (NotADirectoryError(errno.ENOTDIR, "", "表.xlsx/退回"), Code.PLACE_UNUSABLE, "表.xlsx/退回"),
        (OSError(errno.ESTALE, "", 3), Code.PLACE_UNUSABLE, ""),
        (ModuleNotFoundError("", name="xlsxwriter.worksheet"), Code.LIBRARY_MISSING, ""),
        (ImportError("DLL load failed", name="msgspec._core"), Code.LIBRARY_MISSING, ""),
    ],
)
def test_what_the_system_refuses_is_a_finding_that_names_the_place(error: Exception, code: Code, place: str) -> None:
    found = refused(error)
    assert found is not None
    assert (found.code, found.place.file) == (code, place)


def test_a_path_that_windows_does_not_find_cannot_be_used() -> None:
    error = FileNotFoundError(errno.ENOENT, "", "Z:/汇总.xlsx")
    assert refused(error) is None
    error.winerror = 3  # type: ignore[attr-defined, unused-ignore]  # only errors of Windows have one
    found = refused(error)
    assert found is not None
    assert found.code is Code.PLACE_UNUSABLE


@pytest.mark.parametrize("error", [ValueError("x"), ImportError("", name="xltools.rules.nothing"), FileNotFoundError(errno.ENOENT, "", "spec.toml"), BrokenPipeError(errno.EPIPE, "")])
def test_any_other_error_is_a_bug(error: Exception) -> None:
    assert refused(error) is None


@pytest.mark.parametrize("library", ["click", "msgspec", "xlsxwriter"])
def test_a_library_that_is_not_there_is_a_sentence_and_no_traceback(library: str) -> None:
    """An interrupted installation, or a virus scanner that took files away; also where the program needs it to start at all."""
    start = f"import sys, runpy; sys.modules[{library!r}] = None; sys.argv = ['xltools', 'check', {str(COUNTY)!r}]; runpy.run_module('xltools', run_name='__main__')"
    done = subprocess.run([sys.executable, "-c", start], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("程序没有装好")
    assert library in done.stderr
    assert "请再装一次" in done.stderr
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize("command", [["merge", "{county}", "-o", "{place}/汇总.xlsx"], ["make", "templates", "-o", "{place}/下发"], ["check", "{county}", "--return", "{place}/退回"]])
@pytest.mark.parametrize("name", ["一个文件", "长" * 200])
def test_a_place_that_cannot_be_used_is_named(command: list[str], name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "一个文件").write_bytes(b"mine")
    place = tmp_path / name
    assert cli.run([one.format(county=COUNTY, place=place) for one in command]) == 1
    assert f"{place}" in (said := capsys.readouterr().err)
    assert "这个位置不能用" in said
    assert [path.name for path in tmp_path.iterdir() if path.name != "own"] == ["一个文件"]
    assert (tmp_path / "一个文件").read_bytes() == b"mine"


def test_a_folder_nobody_may_write_to_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def denied(dir: Path, prefix: str, suffix: str) -> None:
        raise PermissionError(errno.EACCES, "Permission denied", str(dir / f"{prefix}x{suffix}"))

    monkeypatch.setattr(package, "mkstemp", denied)
    assert cli.run(["make", "policy", "-o", str(tmp_path / "政策库.xlsx")]) == 1
    assert f"{tmp_path}：没有写入的权限" in capsys.readouterr().err


def test_a_full_disk_leaves_what_was_there(tmp_path: Path) -> None:
    """Where a process may write files of no more than this many bytes, the system ends a write as on a full disk."""

    def small() -> None:
        import resource
        import signal

        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, 50_000))

    output = tmp_path / "市级汇总.xlsx"
    assert cli.run(["merge", str(COUNTY), "-o", str(output)]) == 1
    before = output.read_bytes()
    other = COUNTY.with_name("湖滨区.xlsx")
    said = subprocess.run([sys.executable, "-m", "xltools", "merge", str(other), "-o", str(output)], capture_output=True, text=True, encoding="utf-8", preexec_fn=small)
    assert said.returncode == 1
    assert said.stderr.startswith(("磁盘满了，没有写完", f"{tmp_path}"))
    assert "磁盘满了，没有写完" in said.stderr
    assert output.read_bytes() == before
    assert not list(tmp_path.rglob("*.tmp"))
