"""The macros: what was built is what is written here, and every button, menu entry and macro leads to a function."""

import ast
import importlib.util
import re
from pathlib import Path
from types import ModuleType
from xml.etree import ElementTree
from zipfile import ZipFile

import pytest

from xltools.books.vba import modules
from xltools.faces.excel import BUTTONS
from xltools.model.console import load_console
from xltools.model.shipped import shipped

MACROS = Path(__file__).parent.parent / "macros"
SOURCE = (MACROS / "XlTools.bas").read_text(encoding="ascii")       # the VBA editor reads no other characters safely
NAME = "{http://openoffice.org/2001/registry}name"


@pytest.fixture(scope="module")
def build() -> ModuleType:
    """macros/build.py as a module."""
    spec = importlib.util.spec_from_file_location("build", MACROS / "build.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_built_project_holds_the_module_as_written() -> None:
    built = {module.name: module.source for module in modules(shipped("macros", "vbaProject.bin").read_bytes())}
    assert built["XlTools"] == SOURCE.partition("\n")[2].strip("\n")
    assert {name for name, source in built.items() if source} == {"XlTools"}


def test_every_button_has_its_macro_and_every_macro_its_function() -> None:
    launched = dict(re.findall(r"^Public Sub (\w+)\(\)\s+Launch \"(\w+)\"\s+End Sub$", SOURCE, re.MULTILINE))
    assert launched == {button.macro: button.verb for button in load_console().buttons}
    assert set(launched.values()) == set(BUTTONS)


def test_the_user_script_offers_every_function_that_a_macro_or_the_menu_asks_for() -> None:
    script = ast.parse((MACROS / "xltools_menu.py").read_text(encoding="utf-8"))
    offered = {node.name for node in script.body if isinstance(node, ast.FunctionDef) and not node.name.startswith("_")}
    assert offered == set(BUTTONS)
    assert set(re.findall(r"xltools_menu\.py\$(\w+)", (MACROS / "extension" / "Addons.xcu").read_text(encoding="utf-8"))) == offered


def test_the_first_line_of_a_button_is_shown_before_python_starts_and_taken_away_after_it() -> None:
    words = load_console().said["start"]
    points = " ".join(f"{ord(character):04X}" for character in words)
    body = SOURCE.partition("Private Sub RunPython")[2].partition("End Sub")[0]
    kept, shown, started, back = (body.index(line) for line in ("shown = Application.StatusBar", f'Application.StatusBar = Chinese("{points}")', "shell.Run(", "Application.StatusBar = shown"))
    assert kept < shown < started < back
    assert f'STARTING = "{words}"' in (MACROS / "xltools_menu.py").read_text(encoding="utf-8")


def test_menu_and_buttons_use_the_same_words() -> None:
    menu = ElementTree.parse(MACROS / "extension" / "Addons.xcu").iter("node")
    entries: dict[str, str] = {}
    for node in menu:
        texts = {prop.get(NAME): [value.text or "" for value in prop] for prop in node.findall("prop")}
        if "URL" in texts:
            entries[re.findall(r"\$(\w+)", texts["URL"][0])[0]] = texts["Title"][0].partition("(")[0]
    assert entries == {button.verb: button.caption for button in load_console().buttons}


def test_the_extension_is_packed_from_its_folder_byte_for_byte(build: ModuleType, tmp_path: Path) -> None:
    build.extension(MACROS / "extension", tmp_path / "again.oxt")
    assert (tmp_path / "again.oxt").read_bytes() == (MACROS / "xltools.oxt").read_bytes()
    with ZipFile(MACROS / "xltools.oxt") as packed:
        assert packed.namelist() == ["Addons.xcu", "META-INF/manifest.xml", "description.xml"]


def test_libreoffice_never_meets_a_word_its_basic_does_not_know() -> None:
    assert [line for line in SOURCE.splitlines() if line.lstrip().startswith(("#", "Option", "Declare"))] == []


def test_no_button_covers_the_words_beside_the_buttons() -> None:
    """The labels of the folders stand in the fourth column; a button that reached into it hid their first character."""
    with ZipFile(Path(__file__).parent.parent / "templates" / "市级汇总.xlsm") as package:
        text = package.read("xl/drawings/vmlDrawing1.vml").decode()
    anchors = [[int(number) for number in one.split(",")] for one in re.findall(r"<x:Anchor>([^<]+)", text)]
    assert len(anchors) == len(BUTTONS)
    assert max(right for _, _, _, _, right, _, _, _ in anchors) < 3
