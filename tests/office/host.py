"""A real LibreOffice for tests: opens workbooks, recalculates them, reads them back, converts them.

    with Office(folder) as office, office.open(path) as book:
        book.recalculate()
        assert book.errors() == []

Every Office runs in a profile of its own, so that it neither meets nor disturbs another LibreOffice.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Sequence
from pathlib import Path
from tempfile import mkdtemp
from types import ModuleType
from typing import Any, NamedTuple, Self

BRIDGE = Path("/usr/lib/python3/dist-packages")     # where Debian's python3-uno puts uno.py
START_SECONDS = 120.0                               # a first start on a loaded machine
FILTERS = {
    "xlsx": "Calc MS Excel 2007 XML",
    "xlsm": "Calc MS Excel 2007 VBA XML",
    "xls": "MS Excel 97",
    "ods": "calc8",
    "pdf": "calc_pdf_Export",
}
FORMULA_ERRORS = 4                                  # com.sun.star.sheet.FormulaResult.ERROR
SETTINGS = (
    ("/org.openoffice.Office.Common/Security/Scripting", "MacroSecurityLevel", "0"),
    ("/org.openoffice.Office.Common/Misc", "FirstRun", "false"),
    ("/org.openoffice.Office.Common/Misc", "ShowTipOfTheDay", "false"),
    ("/org.openoffice.Setup/Office", "ooSetupInstCompleted", "true"),
    ("/org.openoffice.Setup/L10N", "ooSetupSystemLocale", "zh-CN"),
)


class ErrorCell(NamedTuple):
    """A formula whose result is an error, such as #N/A."""

    sheet: str
    cell: str
    formula: str
    shown: str


def missing() -> list[str]:
    """What this machine lacks to run an Office, in words; empty when nothing."""
    lacks = []
    if shutil.which("soffice") is None:
        lacks.append("LibreOffice (apt-get install libreoffice-calc)")
    if not (BRIDGE / "uno.py").exists():
        lacks.append("LibreOffice's Python bridge (apt-get install python3-uno)")
    else:
        try:
            bridge()
        except ImportError as problem:
            lacks.append(f"a .venv of the same Python version as LibreOffice's bridge ({problem})")
    return lacks


def bridge() -> ModuleType:
    """The module uno, found without making the system's other packages importable."""
    sys.path.append(str(BRIDGE))
    try:
        import uno
    finally:
        sys.path.remove(str(BRIDGE))
    return uno


def surroundings() -> dict[str, str]:
    """The environment to start LibreOffice in: this one's, without the programs of a virtual environment.

    LibreOffice's Python looks on PATH for where it lives; in a virtual environment it does not find its bridge, and every script of a user fails.
    """
    folders = os.environ["PATH"].split(os.pathsep)
    return os.environ | {"PATH": os.pathsep.join(folder for folder in folders if not (Path(folder).parent / "pyvenv.cfg").is_file())}


def profile(folder: Path) -> Path:
    """A fresh LibreOffice profile in `folder`: macros may run, nothing pops up, Chinese number formats."""
    items = "".join(
        f'<item oor:path="{path}"><prop oor:name="{name}" oor:op="fuse"><value>{value}</value></prop></item>\n'
        for path, name, value in SETTINGS
    )
    target = folder / "user" / "registrymodifications.xcu"
    target.parent.mkdir(parents=True)
    target.write_text(
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<oor:items xmlns:oor="http://openoffice.org/2001/registry" xmlns:xs="http://www.w3.org/2001/XMLSchema"'
        f' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">\n{items}</oor:items>\n',
        encoding="utf-8",
    )
    return folder


class Document:
    """A workbook open in LibreOffice. `model` is the UNO document, for what is not offered here."""

    def __init__(self, model: Any, path: Path) -> None:
        self.model = model
        self.path = path

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def sheets(self) -> list[str]:
        """Names of all sheets, hidden ones too, in order."""
        return list(self.model.Sheets.ElementNames)

    def recalculate(self) -> None:
        """Compute every formula anew, whatever results the file brought along."""
        self.model.calculateAll()

    def values(self, sheet: str, area: str | None = None) -> list[list[float | str | None]]:
        """Rows of `area` ("A2:C9"), by default from A1 to the last used cell.

        Empty cells and formulas giving "" are None, numbers and dates float, errors text as shown ("#N/A").
        """
        cells = self._cells(sheet, area)
        return [
            [cells.getCellByPosition(c, r).String if value is None else value if value != "" else None for c, value in enumerate(row)]
            for r, row in enumerate(cells.getDataArray())
        ]

    def value(self, sheet: str, cell: str) -> float | str | None:
        """One cell, as in `values`."""
        return self.values(sheet, cell)[0][0]

    def shown(self, sheet: str, cell: str) -> str:
        """The text a person sees in the cell, formatted."""
        return str(self._cells(sheet, cell).getCellByPosition(0, 0).String)

    def formulas(self, sheet: str, area: str | None = None) -> list[list[str]]:
        """Rows of `area` as LibreOffice writes formulas, "=SUM(A1;B1)"; text for values, "" for empty cells."""
        return [list(row) for row in self._cells(sheet, area).getFormulaArray()]

    def errors(self) -> list[ErrorCell]:
        """Every formula of every sheet, hidden or not, that gives an error."""
        found = []
        for name in self.sheets:
            ranges = self.model.Sheets.getByName(name).queryFormulaCells(FORMULA_ERRORS)
            cells = ranges.Cells.createEnumeration()
            while cells.hasMoreElements():
                cell = cells.nextElement()
                place = cell.AbsoluteName.rpartition(".")[2].replace("$", "")
                found.append(ErrorCell(name, place, cell.Formula, cell.String))
        return found

    def write(self, sheet: str, cell: str, rows: Sequence[Sequence[float | str | None]]) -> None:
        """Enter a block of values whose top left corner is `cell`; text stays text, None empties.

        Raises PermissionError where the sheet's protection locks one of the cells.
        """
        corner = self._cells(sheet, cell).RangeAddress
        block = self.model.Sheets.getByName(sheet).getCellRangeByPosition(
            corner.StartColumn, corner.StartRow, corner.StartColumn + len(rows[0]) - 1, corner.StartRow + len(rows) - 1
        )
        try:
            block.setDataArray(tuple(tuple("" if value is None else value for value in row) for row in rows))
        except bridge().getClass("com.sun.star.uno.RuntimeException") as refusal:
            raise PermissionError(f"{sheet}!{cell}: LibreOffice refuses to write here") from refusal

    def type(self, sheet: str, cell: str, text: str) -> None:
        """Enter text as the keyboard would: "2022-7-1" becomes a date, "=A1" a formula.

        Raises PermissionError when the sheet's protection locks the cell; UNO would ignore the text without a word.
        """
        target = self._cells(sheet, cell).getCellByPosition(0, 0)
        if self.model.Sheets.getByName(sheet).isProtected() and target.CellProtection.IsLocked:
            raise PermissionError(f"{sheet}!{cell} is locked")
        target.FormulaLocal = text

    def save_as(self, path: Path) -> Path:
        """Write the workbook to `path`, in the format of its suffix (one of FILTERS)."""
        self.model.storeToURL(path.absolute().as_uri(), properties(FilterName=FILTERS[path.suffix.lstrip(".")]))
        return path

    def close(self) -> None:
        """Close without saving."""
        self.model.close(True)

    def _cells(self, sheet: str, area: str | None) -> Any:
        """The cells of `area`, or all from A1 to the last used one."""
        found = self.model.Sheets.getByName(sheet)
        if area is not None:
            return found.getCellRangeByName(area)
        cursor = found.createCursor()
        cursor.gotoEndOfUsedArea(False)
        return found.getCellRangeByPosition(0, 0, cursor.RangeAddress.EndColumn, cursor.RangeAddress.EndRow)


class Office:
    """A headless LibreOffice process with a fresh profile below `folder`; stop it with `close` or `with`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.profile = profile(folder / "profile")
        pipe = f"xltools{uuid.uuid4().hex}"
        self.log = folder / "soffice.log"
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                [
                    "soffice",
                    f"-env:UserInstallation={self.profile.absolute().as_uri()}",
                    "--headless", "--norestore", "--nologo", "--nodefault", "--nolockcheck",
                    f"--accept=pipe,name={pipe};urp;StarOffice.ComponentContext",
                ],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=surroundings(), start_new_session=True,
            )  # fmt: skip
        try:
            self.desktop = self._connect(f"uno:pipe,name={pipe};urp;StarOffice.ComponentContext")
        except BaseException:
            self._kill()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def open(self, path: Path) -> Document:
        """The workbook at `path`, hidden, its macros allowed. Raises OSError when LibreOffice cannot load it.

        A copy of it: while one LibreOffice has a file, another cannot open it, and readers of its folder meet a lock.
        """
        if path.stat().st_size == 0:
            raise OSError(f"{path.name} is empty, LibreOffice would show a blank sheet")
        copy = Path(mkdtemp(prefix="open-", dir=self.folder)) / path.name
        shutil.copyfile(path, copy)
        url = copy.resolve(strict=True).as_uri()
        model = self.desktop.loadComponentFromURL(url, "_blank", 0, properties(Hidden=True, MacroExecutionMode=4))
        if model is None:
            raise OSError(f"LibreOffice cannot open {path.name}")
        if not model.supportsService("com.sun.star.sheet.SpreadsheetDocument"):     # where Writer is installed too, it opens anything as text
            model.close(True)
            raise OSError(f"LibreOffice opens {path.name} as something else than a workbook")
        return Document(model, path)

    def convert(self, path: Path, kind: str, folder: Path) -> Path:
        """`path` as another kind of file (a key of FILTERS), same stem, in `folder`."""
        with self.open(path) as document:
            return document.save_as(folder / f"{path.stem}.{kind}")

    def close(self) -> None:
        """End the process; by force when it does not want to."""
        with contextlib.suppress(Exception):        # the bridge breaks while LibreOffice goes away
            self.desktop.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(timeout=20)
        self._kill()

    def _connect(self, url: str) -> Any:
        """LibreOffice's desktop, as soon as it answers."""
        uno = bridge()
        local = uno.getComponentContext()
        resolver = local.ServiceManager.createInstanceWithContext("com.sun.star.bridge.UnoUrlResolver", local)
        end = time.monotonic() + START_SECONDS
        while True:
            try:
                context = resolver.resolve(url)
            except uno.getClass("com.sun.star.connection.NoConnectException"):
                if self.process.poll() is not None or time.monotonic() > end:
                    raise OSError(f"LibreOffice did not start: {self.log.read_text(errors='replace')}") from None
                time.sleep(0.2)
            else:
                return context.ServiceManager.createInstanceWithContext("com.sun.star.frame.Desktop", context)

    def _kill(self) -> None:
        """Leave nothing of the process group behind."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


def properties(**values: object) -> tuple[Any, ...]:
    """Named values the way UNO takes them."""
    made = []
    for name, value in values.items():
        item = bridge().createUnoStruct("com.sun.star.beans.PropertyValue")
        item.Name, item.Value = name, value
        made.append(item)
    return tuple(made)
