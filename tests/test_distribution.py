"""What a user installs: the wheel holds specs, templates and the example, and works without Excel's library."""

import subprocess
import sys
from pathlib import Path
from zipfile import ZipFile

import pytest

ROOT = Path(__file__).parent.parent
WITHOUT_XLWINGS = """
import sys
sys.modules["xlwings"] = None           # makes `import xlwings` fail as if it were not installed
from xltools.faces.cli import main
sys.argv = ["xltools", "--help"]
sys.exit(main())
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
        assert "xltools = xltools.faces.cli:main" in archive.read(entry).decode()


def test_the_command_line_does_without_xlwings() -> None:
    ran = subprocess.run([sys.executable, "-c", WITHOUT_XLWINGS], cwd=ROOT, capture_output=True, text=True, encoding="utf-8", check=False)
    assert ran.returncode == 0, ran.stderr
    assert "merge" in ran.stdout


def test_the_module_starts_the_same_command() -> None:
    ran = subprocess.run([sys.executable, "-m", "xltools", "--help"], cwd=ROOT, capture_output=True, text=True, encoding="utf-8", check=False)
    assert ran.returncode == 0, ran.stderr
    assert "merge" in ran.stdout
