"""The offline bundle: complete for every computer, and installed on this one with the network off."""

import importlib.util
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType, SimpleNamespace
from zipfile import ZipFile

import pytest
from packaging.requirements import Requirement

from bundle.build import CONSTRAINTS, FILES, PARTS, PYTHONS, ROOT, SUMS, _own_wheel, build
from bundle.wheels import COMPUTERS, WINDOWS, Target, fill, missing, read_wheel

HERE = f"{sys.version_info[0]}.{sys.version_info[1]}"
LINUX = COMPUTERS["linux-x86_64"]


def made_wheel(folder: Path, file: str, *requires: str) -> None:
    """A wheel of nothing but its metadata."""
    name, version, *_ = file.split("-")
    lines = ["Metadata-Version: 2.1", f"Name: {name}", f"Version: {version}", *(f"Requires-Dist: {one}" for one in requires)]
    with ZipFile(folder / file, "w") as archive:
        archive.writestr(f"{name}-{version}.dist-info/METADATA", "\n".join(lines) + "\n\n")


def test_what_only_windows_asks_for_is_missed_on_windows_only(tmp_path: Path) -> None:
    made_wheel(tmp_path, "first-1.0-py3-none-any.whl", "second>=2", 'colour; sys_platform == "win32"', 'typing; python_version < "3.12"', 'more; extra == "excel"')
    made_wheel(tmp_path, "second-2.1-cp312-cp312-win_amd64.whl")
    made_wheel(tmp_path, "second-2.1-cp312-cp312-manylinux_2_17_x86_64.whl")

    def lacking(computer: str, python: str, first: str = "first") -> set[str]:
        return {str(one) for one in missing(tmp_path, Requirement(first), Target(COMPUTERS[computer], python))}

    assert lacking("windows-x64", "3.12") == {"colour"}
    assert lacking("linux-x86_64", "3.12") == set()
    assert lacking("linux-x86_64", "3.12", "first[excel]") == {"more"}
    assert lacking("linux-aarch64", "3.12") == {"second>=2"}
    assert lacking("linux-x86_64", "3.11") == {"second>=2", "typing"}


def test_a_wheel_of_another_version_than_asked_is_missed(tmp_path: Path) -> None:
    made_wheel(tmp_path, "first-1.0-py3-none-any.whl", "second>=3")
    made_wheel(tmp_path, "second-2.1-py3-none-any.whl")
    assert [str(one) for one in missing(tmp_path, Requirement("first"), Target(LINUX, "3.12"))] == ["second>=3"]


@pytest.mark.network
@pytest.mark.parametrize("computer", [name for name in COMPUTERS if name != LINUX.name])
def test_every_library_is_to_be_had_for_the_other_computers(computer: str, tmp_path: Path) -> None:
    target = Target(COMPUTERS[computer], "3.12")
    _own_wheel(tmp_path)
    assert list(missing(tmp_path, ROOT, target)), "nothing was missing before the download"
    fill(tmp_path, ROOT, target, CONSTRAINTS)
    assert not list(missing(tmp_path, ROOT, target))
    names = {read_wheel(path).name for path in tmp_path.glob("*.whl")}
    assert ("pywin32" in names) == (COMPUTERS[computer] is WINDOWS)


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The Linux bundle for the running Python, unpacked as a person would."""
    folder = tmp_path_factory.mktemp("安装 包")
    parts = {title: source for title, source in PARTS.items() if title != "手册"}
    subprocess.run(["tar", "-xzf", build(folder, LINUX, [HERE], parts)], cwd=folder, check=True)
    return next(path for path in folder.iterdir() if path.is_dir())


def offline() -> list[str]:
    """Words before a command that take the network away; none where the system does not allow that."""
    words = ["unshare", "--map-root-user", "--net"]
    return words if subprocess.run([*words, "true"], check=False, capture_output=True).returncode == 0 else []


def clean(home: Path) -> dict[str, str]:
    """The environment of a user who has just logged in; every address on the network leads nowhere."""
    nowhere = dict.fromkeys(("http_proxy", "https_proxy", "PIP_INDEX_URL"), "http://127.0.0.1:9")
    path = f"{home}/.local/bin:{Path(sys.executable).parent}:/usr/bin:/bin"
    return {"HOME": str(home), "PATH": path, "LANG": "C.UTF-8", **nowhere}


@pytest.mark.network        # to build it
def test_installed_without_a_network_it_merges_the_example(bundle: Path, tmp_path: Path) -> None:
    def run(*command: str | Path) -> str:
        done = subprocess.run([*offline(), *command], env=clean(tmp_path), cwd=tmp_path, capture_output=True, text=True, check=False)
        assert done.returncode in (0, 1), done.stdout + done.stderr
        return done.stdout

    assert "装好了。" in run("sh", bundle / "install.sh")
    assert "合并了 8 个区县文件" in run("xltools", "demo")
    assert (tmp_path / "xltools-演示" / "市级汇总.xlsx").is_file()
    where = run(tmp_path / ".local/share/xltools-program/bin/python", "-c", "import xltools; print(xltools.__file__)")
    assert where.startswith(str(tmp_path))


def test_the_starter_passes_over_a_python_the_bundle_has_no_libraries_for(tmp_path: Path) -> None:
    """A bundle may be made for one Python; a newer one that is there too would be refused by the installer."""
    other = next(python for python in PYTHONS[::-1] if python != HERE)
    (tmp_path / "wheels").mkdir()
    (tmp_path / "wheels" / f"pandas-3.0-cp{HERE.replace('.', '')}-x.whl").touch()
    shutil.copyfile(FILES / "install.sh", tmp_path / "install.sh")
    (tmp_path / "install.py").write_text("import sys; print('%d.%d' % sys.version_info[:2])", encoding="utf-8")
    for python, command in ((HERE, f'exec "{sys.executable}" "$@"'), (other, "echo wrong")):
        (tmp_path / f"python{python}").write_text(f"#!/bin/sh\n{command}\n", encoding="utf-8")
        (tmp_path / f"python{python}").chmod(0o755)
    done = subprocess.run(["sh", tmp_path / "install.sh"], env={"PATH": f"{tmp_path}:/usr/bin:/bin"}, capture_output=True, text=True, check=False)
    assert done.stdout == f"{HERE}\n"


@pytest.mark.network
def test_every_file_is_in_the_list_of_sums(bundle: Path) -> None:
    listed = [line.split("  ", 1)[1] for line in (bundle / SUMS).read_text(encoding="utf-8").splitlines()]
    assert set(listed) == {path.relative_to(bundle).as_posix() for path in bundle.rglob("*") if path.is_file()} - {SUMS}
    assert {"install.sh", "install.py", "安装说明.txt", "模板/区县填报表.xlsx"} <= set(listed)
    assert f"Python {HERE}（安装包不含" in (bundle / "安装说明.txt").read_text(encoding="utf-8")
    assert subprocess.run(["sha256sum", "--quiet", "--check", SUMS], cwd=bundle, check=False).returncode == 0


@pytest.fixture
def damaged(bundle: Path) -> Iterator[Path]:
    """One template with a changed byte, one gone; whole again afterwards."""
    changed, gone = bundle / "模板" / "市级汇总.xlsm", bundle / "模板" / "区县填报表.xlsx"
    kept = {path: path.read_bytes() for path in (changed, gone)}
    changed.write_bytes(kept[changed][:-1] + b"?")
    gone.unlink()
    yield bundle
    for path, content in kept.items():
        path.write_bytes(content)


@pytest.mark.network
def test_a_damaged_bundle_names_the_files_and_installs_nothing(damaged: Path, tmp_path: Path) -> None:
    done = subprocess.run(["sh", damaged / "install.sh"], env=clean(tmp_path), capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "模板/区县填报表.xlsx（缺少）" in done.stdout
    assert "模板/市级汇总.xlsm（内容不对）" in done.stdout
    assert not list(tmp_path.iterdir())


def installer() -> ModuleType:
    """install.py as a module."""
    spec = importlib.util.spec_from_file_location("install", FILES / "install.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_command_says_what_to_do_when_its_python_is_gone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As after an upgrade of the system, whose old Python the environment pointed to."""
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XLTOOLS_HOME", str(tmp_path / "程序"))
    done = subprocess.run([installer().link(), "--version"], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (70, "")
    assert "请把离线安装包再运行一次" in done.stderr


@pytest.mark.parametrize(
    ("version", "said"),
    [((3, 8, 10), "这台电脑的 Python 是 3.8，需要 3.11 或更新的版本"), ((3, 99, 0), "这台电脑的 Python 是 3.99，这份安装包带的是 Python 3.11、3.14 的程序库"), ((3, 14, 0), "")],
)
def test_a_python_that_will_not_do_is_told_what_is_needed(version: tuple[int, int, int], said: str, monkeypatch: pytest.MonkeyPatch) -> None:
    module = installer()
    monkeypatch.setattr(module, "wheels", lambda: ["pandas-3.1-cp311-cp311-x.whl", "pandas-3.1-cp314-cp314-x.whl"])
    monkeypatch.setattr(module, "sys", SimpleNamespace(version_info=version))
    assert module.wrong_python().startswith(said)
    assert bool(module.wrong_python()) == bool(said)


def test_the_windows_starter_is_what_its_shell_reads() -> None:
    content = (FILES / "安装.cmd").read_bytes()
    assert content.startswith(b"@echo off\r\nchcp 65001"), "Windows reads .cmd with CRLF, and Chinese after chcp"
    assert b"\n" not in content.replace(b"\r\n", b"")
