"""The fences of ARCHITECTURE.md, read off the syntax trees: who may import whom, and what no module may do.

`breaches` judges one module from its path and text. The first tests prove on small bad modules that it can say no.
"""

import ast
import builtins
import pkgutil
import re
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

import pytest

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "xltools"
LONGEST_MODULE = 400

# A layer may import those listed, and itself. rules and books are siblings: only actions see both.
LAYERS = {
    "specs": set(),
    "model": {"specs"},
    "rules": {"model", "specs"},
    "books": {"model", "specs"},
    "actions": {"rules", "books", "model", "specs"},
    "libreoffice": set(),
    "faces": {"libreoffice", "actions", "books", "model", "specs"},
}
# Third-party package → folders or modules that may import it.
FENCES = {
    "xlsxwriter": ("books/",),
    "openpyxl": ("books/",),
    "python_calamine": ("books/",),
    "cryptography": ("books/concealed.py", "books/key_files.py", "books/signing_key.py"),
    "msoffcrypto": ("books/child.py",),
    "pandera": ("rules/schema.py",),
    "dask": ("actions/cluster.py",),
    "distributed": ("actions/cluster.py",),
    "rapidfuzz": ("rules/", "books/labels.py"),
    "msgspec": ("model/", "rules/", "books/", "actions/", "faces/"),        # records, see ARCHITECTURE.md
    "dataclasses": (),
    "click": ("faces/cli", "faces/options.py", "faces/speech.py", "faces/terminal.py"),
    "xlwings": ("faces/excel.py", "faces/functions.py", "libreoffice/"),     # functions: an analyst's optional ones
    "uno": ("libreoffice/",),
    "unohelper": ("libreoffice/",),
    "com": ("libreoffice/",),
    "fastparquet": ("books/detail.py",),
    "pandas": ("model/table.py", "rules/schema.py", "books/detail.py"),
}
# Import inside a function, or by a string: module that does it → what it may import so → why.
LATE = {
    "actions/cluster.py": {
        "dask": "an optional extra, loaded only where --dask asks for it",
        "distributed": "as dask",
    },
    "actions/workers.py": {
        "concurrent.futures.ProcessPoolExecutor": "a button works alone, and these load for a fiftieth of a second",
        "concurrent.futures.process": "as concurrent.futures.ProcessPoolExecutor",
        "multiprocessing": "as concurrent.futures.ProcessPoolExecutor",
    },
    "books/child.py": {
        "python_calamine": "each job of the child process loads only what it needs, after the limits are set",
        "msoffcrypto": "as python_calamine",
        "msgspec": "as python_calamine",
        "xltools.books.biff": "as xltools.books.page",
        "xltools.books.xml": "as xltools.books.page",
        "xltools.books.page": "as python_calamine; and xltools is found only after its place is known",
    },
    "books/detail.py": {
        "fastparquet": "an optional extra, only for a summary beyond what a sheet holds",
        "pandas": "as in model/table.py; only for such a summary",
    },
    "books/signing_key.py": {"cryptography": "it takes its time to load, and only a key needs it"},
    "books/concealed.py": {"cryptography": "as books/signing_key.py"},
    "books/key_files.py": {"cryptography": "as books/signing_key.py"},
    "faces/cli.py": {
        "xltools.actions": "help and the first status line must not wait for what a command loads (half a second)",
        "xltools.books.show": "the same: only one command of seven needs the readers of workbooks",
    },
    "faces/cli_city.py": {"xltools.actions": "as in faces/cli.py"},
    "faces/cli_calendar.py": {"xltools.actions": "as in faces/cli.py"},
    "faces/cli_files.py": {"xltools.actions": "as in faces/cli.py"},
    "faces/cli_lists.py": {"xltools.actions": "as in faces/cli.py", "xltools.model.publication": "as in faces/cli.py"},
    "faces/cli_grade.py": {"xltools.actions": "as in faces/cli.py"},
    "faces/excel.py": {
        "xltools.faces.live": "the first status line must not wait for what a merge loads",
        "xlwings": "without pandas, which it takes where it finds it; and it loads faster while Python seldom looks for rubbish",
    },
    "faces/cli_policy.py": {"xltools.actions": "as in faces/cli.py"},
    "faces/cli_pack.py": {"xltools.actions": "as in faces/cli.py"},
    "faces/cli_tips.py": {"xltools.actions": "as in faces/cli.py"},
    "faces/cli_demo.py": {"xltools.actions": "as in faces/cli.py"},
    "faces/cli_seal.py": {
        "xltools.actions": "as in faces/cli.py",
        "xltools.books.signing_key": "as in faces/cli.py: cryptography takes its time to load",
        "xltools.books.concealed": "as xltools.books.signing_key",
    },
    "faces/cli_setup.py": {
        "xltools.actions": "as in faces/cli.py",
        "xltools.faces.machine": "it takes the names of places from actions",
        "xltools.model.form": "as in faces/cli.py",
    },
    "faces/machine.py": {"winreg": "only Windows has it"},
    "faces/options.py": {
        "xltools.actions": "as in faces/cli.py; only for a policy that is a workbook",
        "xltools.model.form": "help does not need the classes of forms and policies, which take a third of its time",
        "xltools.model.policy": "as xltools.model.form",
    },
    "faces/speech.py": {"xltools.model.catalogues": "only a run in another language than Chinese reads catalogues"},
    "model/table.py": {"pandas": "it takes as long to load as all of a run; only analysts and the schema want its frames"},
    "libreoffice/bridge.py": {
        "importlib.import_module": "uno lies outside the environment, and only where LibreOffice is installed",
    },
}
# What only faces may use, by the name it resolves to through the module's imports → the rule it breaks elsewhere.
FACES_ONLY = {
    "print": "print",
    "input": "print",
    "sys.stdout": "print",
    "sys.stderr": "print",
    "datetime.datetime.now": "clock",
    "datetime.datetime.today": "clock",
    "datetime.datetime.utcnow": "clock",
    "datetime.date.today": "clock",
    "pandas.Timestamp.now": "clock",
    "pandas.Timestamp.today": "clock",
    "time.time": "clock",
    "time.time_ns": "clock",
    "time.localtime": "clock",
    "time.gmtime": "clock",
    "time.strftime": "clock",
    "os.environ": "environment",
    "os.getenv": "environment",
    "pathlib.Path.home": "environment",
    "os.path.expanduser": "environment",
    "os.getcwd": "working folder",
    "pathlib.Path.cwd": "working folder",
    "os.path.abspath": "working folder",
}
# Layer that inherits from more than BASES → from whose classes → why.
INHERITS = {
    "model": {"float": "a number that its cell shows as a percentage, and a plain number to all who do not ask"},
    "faces": {"click": "click offers Chinese help and our own argument types no other way"},
    "books": {"html.parser.HTMLParser": "Python's parser of web pages is used by inheriting"},
    "actions": {
        "xltools.books.base.Book": "a port with more methods is still that port; Protocols are joined by inheriting",
        "pickle.Unpickler": "what a pickled name stands for is told to Python by inheriting",
    },
    "libreoffice": {
        "xlwings.base_classes": "an engine of xlwings is made by inheriting",
        "Grid": "a Range of that engine, in two modules",
        "str": "a cell's text with a mark (an error, a formula), which xlwings passes on as text",
    },
}
BASES = {"Exception", "Enum", "IntEnum", "StrEnum", "Flag", "Protocol", "NamedTuple", "TypedDict", "Generic", "Struct"}


def breaches(path: PurePosixPath, text: str) -> list[str]:
    """What the module at `path` (below xltools/) breaks, one "line: rule: what" each."""
    tree = ast.parse(text)
    found = [f"{line}: {rule}" for line, rule in (*broken_imports(path, tree), *broken_calls(path, tree), *broken_classes(path, tree))]
    if (lines := len(text.splitlines())) > LONGEST_MODULE:
        found.append(f"{lines}: length: a module has at most {LONGEST_MODULE} lines")
    return found


def broken_imports(path: PurePosixPath, tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Imports that point up or sideways, leave their fence, or hide in a function."""
    for node, name in imports(tree):
        yield from ((node.lineno, rule) for rule in broken_import(path, name))
    for node, name in late_imports(tree):
        if not any(inside(name, allowed) for allowed in LATE.get(str(path), ())):
            yield node.lineno, f"late: {name} is imported inside a function or by a string; LATE gives no reason for it"


def late_imports(tree: ast.Module) -> Iterator[tuple[ast.stmt | ast.expr, str]]:
    """Imports inside functions, by what they import; imports by a string, by the function that does it."""
    scopes = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    late = {id(node) for scope in scopes for node in ast.walk(scope)}
    yield from ((node, name) for node, name in imports(tree) if id(node) in late)
    yield from ((node, name) for node, name in uses(tree) if name in {"importlib.import_module", "__import__"})


def broken_import(path: PurePosixPath, name: str) -> Iterator[str]:
    """The rules that importing `name` (dotted, the imported object included) breaks in the module at `path`."""
    package, *rest = name.split(".")
    if name.startswith("."):
        yield "relative: imports are absolute"
    elif package == "xltools":
        layer, target = path.parts[0], rest[0] if rest else ""
        if target not in LAYERS:
            yield f"root: nobody imports the package root ({name})"
        elif path != PurePosixPath("__main__.py") and target != layer and target not in LAYERS.get(layer, ()):
            yield f"layer: {layer} may not import {target}"
    elif package in FENCES:
        if not str(path).startswith(FENCES[package]):
            yield f"fence: {package} may be imported in {' and '.join(FENCES[package])} only"
        if inside(name, "xlwings.pro"):
            yield "licence: xlwings.pro is not free software"
    elif package not in sys.stdlib_module_names:
        yield f"fence: {package} has no place in FENCES"


def broken_calls(path: PurePosixPath, tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Printing, clock, environment and working folder outside faces; globals changed."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Global):
            yield node.lineno, f"global: {', '.join(node.names)} is changed from inside a function"
    for expression, name in uses(tree):
        if name in FACES_ONLY and path.parts[0] != "faces":
            yield expression.lineno, f"{FACES_ONLY[name]}: {name} belongs into faces"


def broken_classes(path: PurePosixPath, tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Inheritance, except from the few bases that are there to be inherited from."""
    meanings = {bound: meaning for _, _, bound, meaning in bindings(tree)}
    allowed = INHERITS.get(path.parts[0], {})
    for node in ast.walk(tree):
        for base in node.bases if isinstance(node, ast.ClassDef) else ():
            plain = base.value if isinstance(base, ast.Subscript) else base
            meant = dotted(plain, meanings)
            name = ast.unparse(plain) if meant.startswith("?") else meant
            last = name.rpartition(".")[2]
            if last not in BASES and not last.endswith("Error") and not any(inside(name, owner) or last == owner for owner in allowed):
                yield node.lineno, f"inherit: {node.name} inherits from {name}"


def imports(tree: ast.Module) -> Iterator[tuple[ast.stmt, str]]:
    """Every import and the dotted name it brings in, module and object ("xltools.model.form.Form")."""
    for node, imported, _, _ in bindings(tree):
        yield node, imported


def bindings(tree: ast.Module) -> Iterator[tuple[ast.stmt, str, str, str]]:
    """Every import: the statement, the dotted name imported, the name bound by it, and what that name then means."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                top = alias.name.partition(".")[0]
                yield node, alias.name, alias.asname or top, alias.name if alias.asname else top
        elif isinstance(node, ast.ImportFrom):
            start = "." * node.level + (node.module or "")
            for alias in node.names:
                imported = f"{start}.{alias.name}"
                yield node, imported, alias.asname or alias.name, imported


def uses(tree: ast.Module) -> Iterator[tuple[ast.expr, str]]:
    """Every name and attribute the module mentions, as it resolves through the imports."""
    meanings = {bound: meaning for _, _, bound, meaning in bindings(tree)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Name | ast.Attribute):
            yield node, dotted(node, meanings)


def dotted(node: ast.expr, meanings: dict[str, str]) -> str:
    """`dt.now` as "datetime.datetime.now" when the module says `from datetime import datetime as dt`.

    Names that are neither imported nor built in are "?": a parameter may be called time.
    """
    if isinstance(node, ast.Attribute):
        return f"{dotted(node.value, meanings)}.{node.attr}"
    if isinstance(node, ast.Name):
        return meanings.get(node.id, node.id if hasattr(builtins, node.id) else "?")
    return "?"


def inside(name: str, package: str) -> bool:
    """Whether `name` is `package` or lies in it."""
    return name == package or name.startswith(f"{package}.")


def labels(forms: Path) -> set[str]:
    """Every sheet name and header the form specs declare, from three characters on: shorter ones are everyday words."""
    declared = [tomllib.loads(path.read_text(encoding="utf-8")) for path in sorted(forms.glob("*.toml"))]
    names = {form["sheet"] for form in declared} | {field["label"] for form in declared for field in form.get("field", ()) if "label" in field}
    return {name for name in names if len(name) > 2}


def spelt_out(text: str, names: set[str]) -> list[str]:
    """The strings in a module that repeat one of `names`."""
    return [node.value for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value in names]


def mapped(row: str) -> dict[str, list[Path]]:
    """What the first column of a row of the code map names in backticks → what lies there.

    A bare name lies beside the one before it or, as `macros/`, at the root; one without an ending is a module.
    """
    found: dict[str, list[Path]] = {}
    beside = PACKAGE
    for name in re.findall(r"`([^`]+)`", row.split("|")[1]):
        pattern = re.sub(r"<\w+>", "*", name) if "." in name or name.endswith("/") else f"{name}.py"
        found[name] = [path for folder in (beside, PACKAGE, ROOT) for path in folder.glob(pattern.rstrip("/"))]
        beside = found[name][0].parent if found[name] else beside
    return found


def modules() -> list[PurePosixPath]:
    """All modules of the package, relative to it."""
    return [PurePosixPath(path.relative_to(PACKAGE).as_posix()) for path in sorted(PACKAGE.rglob("*.py"))]


def read(path: PurePosixPath) -> str:
    """The text of a module of the package."""
    return (PACKAGE / path).read_text(encoding="utf-8")


# --- the checks can say no ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "text", "rule"),
    [
        ("model/form.py", "from xltools.rules.check import check", "layer"),
        ("rules/check.py", "from xltools.books.file import FileBook", "layer"),
        ("rules/check.py", "import xltools.books.file", "layer"),
        ("books/file.py", "from xltools.rules import parse", "layer"),
        ("books/file.py", "from xltools.actions.merge import merge", "layer"),
        ("actions/merge.py", "from xltools.faces import cli", "layer"),
        ("faces/cli.py", "from xltools.rules.check import check", "layer"),
        ("libreoffice/engine.py", "from xltools.faces.cli import main", "layer"),
        ("model/form.py", "if TYPE_CHECKING:\n    from xltools.rules.check import check", "layer"),
        ("surprise/x.py", "from xltools.model.form import Form", "layer"),
        ("faces/cli.py", "import xltools", "root"),
        ("faces/cli.py", "from xltools import __version__", "root"),
        ("faces/cli.py", "from xltools import *", "root"),
        ("model/form.py", "from .table import Table", "relative"),
        ("model/form.py", "from . import table", "relative"),
        ("actions/make.py", "import xlsxwriter", "fence"),
        ("actions/make.py", "from openpyxl import load_workbook", "fence"),
        ("rules/parse.py", "import python_calamine as calamine", "fence"),
        ("books/file.py", "import pandera.pandas as pa", "fence"),
        ("books/read.py", "import pandas as pd", "fence"),
        ("rules/rows.py", "import numpy as np", "fence"),
        ("actions/check.py", "import click", "fence"),
        ("faces/excel.py", "import click", "fence"),
        ("books/live.py", "import xlwings as xw", "fence"),
        ("books/live.py", "import uno", "fence"),
        ("rules/check.py", "import requests", "fence"),
        ("faces/excel.py", "from xlwings.pro import reports", "licence"),
        ("libreoffice/engine.py", "import xlwings.pro.reports", "licence"),
        ("libreoffice/engine.py", "from xlwings import pro", "licence"),
        ("rules/check.py", "def check():\n    import re", "late"),
        ("faces/cli.py", "def main():\n    from xltools.model.form import Form", "late"),
        ("rules/check.py", "import importlib\nmodule = importlib.import_module('re')", "late"),
        ("rules/check.py", "module = __import__('re')", "late"),
        ("rules/check.py", "print('x')", "print"),
        ("rules/check.py", "import sys\nsys.stdout.write('x')", "print"),
        ("rules/check.py", "from sys import stderr as err\nerr.write('x')", "print"),
        ("actions/merge.py", "from datetime import datetime\nx = datetime.now()", "clock"),
        ("actions/merge.py", "import datetime as dt\nx = dt.datetime.now(tz=dt.UTC)", "clock"),
        ("actions/merge.py", "from datetime import date as day\nx = day.today()", "clock"),
        ("actions/merge.py", "import pandas as pd\nx = pd.Timestamp.now()", "clock"),
        ("actions/merge.py", "import time\nclock = time.time", "clock"),
        ("books/file.py", "import os\nx = os.environ['HOME']", "environment"),
        ("books/file.py", "from os import getenv\nx = getenv('HOME')", "environment"),
        ("books/file.py", "from os import environ\nx = environ.get('HOME')", "environment"),
        ("books/file.py", "import os.path\nx = os.environ", "environment"),
        ("books/file.py", "import pathlib\nx = pathlib.Path.home()", "environment"),
        ("books/file.py", "from pathlib import Path\nx = Path.cwd()", "working folder"),
        ("books/file.py", "import os\nx = os.getcwd()", "working folder"),
        ("model/form.py", "def f():\n    global x\n    x = 1", "global"),
        ("model/form.py", "class Sheet(Form):\n    pass", "inherit"),
        ("books/file.py", "import abc\nclass Book(abc.ABC):\n    pass", "inherit"),
        ("faces/cli.py", "class Command(Base):\n    pass", "inherit"),
        ("libreoffice/book.py", "class Book(dict):\n    pass", "inherit"),
        ("model/form.py", "x = 1\n" * 401, "length"),
    ],
)
def test_a_bad_module_is_found(path: str, text: str, rule: str) -> None:
    assert rule in {found.split(": ")[1] for found in breaches(PurePosixPath(path), text)}


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("model/form.py", "from msgspec import Struct\nfrom xltools.model.finding import Code\nfrom xltools.specs import forms"),
        ("rules/schema.py", "import pandas as pd\nimport pandera.pandas as pa\nfrom xltools.rules.parse import parse"),
        ("books/file.py", "from xlsxwriter import Workbook\nfrom python_calamine import load_workbook"),
        ("actions/merge.py", "from datetime import date\nfrom xltools.books.file import FileBook\nfrom xltools.rules import parse\nx = date(2022, 7, 1)"),
        ("faces/cli.py", "import click\nimport os\nfrom datetime import datetime\nprint(datetime.now(), os.environ['HOME'])"),
        ("faces/cli.py", "def main():\n    from xltools.actions.merge import merge\n    merge()"),
        ("libreoffice/engine.py", "from xlwings import base_classes\nclass Book(base_classes.Book):\n    pass"),
        ("faces/cli.py", "import click\nclass Name(click.ParamType[str]):\n    pass"),
        ("__main__.py", "from xltools.faces.cli import main"),
        ("model/finding.py", "import enum\nclass Code(enum.Enum):\n    A = 1\nclass StopError(Exception):\n    pass\nclass LockedError(StopError):\n    pass"),
        ("model/form.py", "x = 1\n" * 400),
        ("rules/deadlines.py", "def due(now, time):\n    return now.today, time.time, self.print"),
    ],
)
def test_a_good_module_passes(path: str, text: str) -> None:
    assert breaches(PurePosixPath(path), text) == []


def test_a_spelt_out_header_is_found() -> None:
    text = '"""排查清单"""\nSHEETS = {"x": "封面"}\nprint(f"{x}排查清单", "请填写企业名称")'
    assert spelt_out(text, {"封面", "企业名称"}) == ["封面"]


def test_a_row_of_the_map_that_names_what_is_gone_is_found() -> None:
    row = "| `books/sheet.py` `body` `patch*.py` `gone.py` `gone` `gone*.py` `gone/` `rules/body.py` `macros/` | `gone.py` |"
    assert [name for name, found in mapped(row).items() if not found] == ["gone.py", "gone", "gone*.py", "gone/", "rules/body.py"]


# --- the package ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", modules(), ids=str)
def test_every_module_keeps_the_fences(path: PurePosixPath) -> None:
    assert breaches(path, read(path)) == []


def test_the_package_has_no_other_folders_than_the_layers() -> None:
    assert {path.parts[0] for path in modules() if len(path.parts) > 1} <= LAYERS.keys()
    assert {path.name for path in modules() if len(path.parts) == 1} == {"__init__.py", "__main__.py"}


def test_sheet_names_and_headers_come_from_specs_alone() -> None:
    names = labels(PACKAGE / "specs" / "forms")
    assert "统一社会信用代码" in names
    assert [(str(path), found) for path in modules() for found in spelt_out(read(path), names)] == []


def test_every_reason_for_a_late_import_is_still_needed() -> None:
    late = {(str(path), name) for path in modules() for _, name in late_imports(ast.parse(read(path)))}
    used = {(path, allowed) for path, name in late for allowed in LATE.get(path, ()) if inside(name, allowed)}
    assert used == {(path, allowed) for path, reasons in LATE.items() for allowed in reasons}


def test_every_declared_dependency_has_its_fence() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    declared = project["dependencies"] + project["optional-dependencies"]["excel"]
    packages = {item.split(">")[0].split("[")[0].lower().replace("-", "_").removesuffix("_tool") for item in declared}
    assert packages <= FENCES.keys()


def test_the_map_names_only_what_exists() -> None:
    rows = [line for line in (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8").splitlines() if line.startswith("| `")]
    assert len(rows) > 50
    assert [name for row in rows for name, found in mapped(row).items() if not found] == []


def test_architecture_names_functions_and_files_that_exist() -> None:
    text = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
    for name in re.findall(r"`((?:model|rules|books|actions|faces)\.[\w.]+)`", text):
        pkgutil.resolve_name(f"xltools.{name}")
    named = re.findall(r"`(\w+/[\w/]+\.\w+)`", text)
    assert [name for name in named if not any((folder / name).exists() for folder in (PACKAGE, PACKAGE / "faces", ROOT))] == []


RECOUNT = ("actions/fsck.py", "books/recount_read.py", "rules/recount.py")
DECLARED = ("xltools.model.code", "xltools.model.finding", "xltools.model.form", "xltools.books.recount_read", "xltools.model.detail", "xltools.rules.recount", "xltools.books.unlock")     # a password is taken off without reading a cell


@pytest.mark.parametrize("module", RECOUNT)
def test_the_recount_shares_no_code_with_the_merge(module: str) -> None:
    tree = ast.parse((PACKAGE / module).read_text("utf-8"))
    ours = [name for _, name in imports(tree) if name.startswith("xltools.")]
    assert [name for name in ours if not name.startswith(DECLARED)] == []
