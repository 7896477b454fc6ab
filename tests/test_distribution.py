"""What a user installs: the wheel holds specs, templates and the example, and works without Excel's library."""

import os
import subprocess
import sys
from pathlib import Path
from zipfile import ZipFile

import pytest

ROOT = Path(__file__).parent.parent
WITHOUT_XLWINGS = """
import sys
sys.modules["xlwings"] = None           # makes `import xlwings` fail as if it were not installed
from xltools.faces import cli
sys.exit(cli.run(sys.argv[1:]))
"""
# xlwings itself loads xlwings.pro when it starts; what counts is who else asks for it.
OWN_IMPORTS = """
import importlib, pkgutil, sys
class Fence:
    def find_spec(self, name, path=None, target=None):
        frame = sys._getframe(1)
        while "importlib" in frame.f_code.co_filename:
            frame = frame.f_back
        asked.append((name, frame.f_code.co_filename))
asked = []
sys.meta_path.insert(0, Fence())
import xltools
for module in pkgutil.walk_packages(xltools.__path__, "xltools."):
    if module.name != "xltools.__main__":
        importlib.import_module(module.name)
ours = [name for name, file in asked if file.startswith(xltools.__path__[0])]
assert any(name.startswith("xlwings") for name in ours)
sys.exit(", ".join(name for name in ours if name.startswith("xlwings.pro")))
"""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from the repository as it lies here."""
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run([sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)], cwd=ROOT, check=True, capture_output=True)
    (built,) = folder.glob("*.whl")
    return built


def shipped(wheel: Path) -> dict[str, bytes]:
    """Path below site-packages → content, without the wheel's own papers."""
    with ZipFile(wheel) as archive:
        return {name: archive.read(name) for name in archive.namelist() if ".dist-info/" not in name}


@pytest.mark.parametrize(
    ("folder", "target"),
    [("xltools", "xltools"), ("templates", "xltools/data/templates"), ("workbooks", "xltools/data/workbooks")],
)
def test_the_wheel_holds_every_file_users_need(wheel: Path, folder: str, target: str) -> None:
    left_out = ("__pycache__", ".~lock.", "~$")
    wanted = {path for path in (ROOT / folder).rglob("*") if path.is_file() and not any(mark in str(path) for mark in left_out)}
    assert wanted
    files = shipped(wheel)
    for path in wanted:
        assert files.get(f"{target}/{path.relative_to(ROOT / folder).as_posix()}") == path.read_bytes(), path


def test_the_wheel_holds_what_the_macros_are_made_into(wheel: Path) -> None:
    files = shipped(wheel)
    names = {name.removeprefix("xltools/data/macros/") for name in files if name.startswith("xltools/data/macros/")}
    assert names == {"vbaProject.bin", "xltools.oxt", "xltools_menu.py"}
    assert all(files[f"xltools/data/macros/{name}"] == (ROOT / "macros" / name).read_bytes() for name in names)


def test_the_wheel_holds_nothing_outside_the_package(wheel: Path) -> None:
    names = list(shipped(wheel))
    assert [name for name in names if not name.startswith("xltools/")] == []
    assert [name for name in names if "__pycache__" in name or ".~lock." in name or "~$" in name] == []


def test_the_command_is_called_xltools(wheel: Path) -> None:
    with ZipFile(wheel) as archive:
        (entry,) = [name for name in archive.namelist() if name.endswith("entry_points.txt")]
        assert "xltools = xltools.__main__:main" in archive.read(entry).decode()


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["--help"], 0, "merge"),
        (["make", "templates", "-o", "{folder}/下发"], 0, "已生成"),
        (["make", "policy", "-o", "{folder}/政策库.xlsx"], 0, ""),
        (["make", "checklist", "--from", "{county}", "-o", "{folder}/核查表"], None, "已生成"),
        (["check", "{county}", "--return", "{folder}/退回"], 1, "错误"),
        (["merge", "{county}", "-o", "{folder}/市级汇总.xlsm"], 1, "已汇总到"),
        (["grade", "{checklists}"], None, "份核查表"),
        (["show", "{county}"], 0, ""),
        (["doctor"], None, "LibreOffice"),
    ],
)
def test_the_command_line_does_without_xlwings(tmp_path: Path, arguments: list[str], code: int | None, said: str) -> None:
    places = {"folder": str(tmp_path), "county": str(ROOT / "workbooks" / "区县" / "灵宝市.xlsx"), "checklists": str(ROOT / "workbooks" / "核查表")}
    home = {**os.environ, "HOME": str(tmp_path), "XDG_CONFIG_HOME": str(tmp_path)}
    command = [sys.executable, "-c", WITHOUT_XLWINGS, *(one.format(**places) for one in arguments)]
    ran = subprocess.run(command, cwd=tmp_path, env=home, capture_output=True, text=True, encoding="utf-8", check=False)
    assert ran.returncode == code if code is not None else ran.returncode in (0, 1), ran.stderr
    assert "程序出错" not in ran.stderr
    assert said in ran.stdout


def test_nothing_of_ours_brings_in_the_part_of_xlwings_that_is_not_free() -> None:
    ran = subprocess.run([sys.executable, "-W", "ignore", "-c", OWN_IMPORTS], cwd=ROOT, capture_output=True, text=True, encoding="utf-8", check=False)
    assert ran.stderr.strip() == ""


def test_the_module_starts_the_same_command() -> None:
    ran = subprocess.run([sys.executable, "-m", "xltools", "--help"], cwd=ROOT, capture_output=True, text=True, encoding="utf-8", check=False)
    assert ran.returncode == 0, ran.stderr
    assert "merge" in ran.stdout
