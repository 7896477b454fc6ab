"""A LibreOffice with a window, on a screen of its own that nobody sees, pressed with a real mouse.

    with Screen(folder) as screen, Windowed(folder, screen, prepare, picture) as office:
        office.show(workbook)
        office.press("合并区县表")
        office.wait(lambda: "合并了" in office.shown("操作台", RESULT))
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, Self

from tests.office.engine_host import context_of
from tests.office.host import profile, properties, surroundings
from xltools.libreoffice.bridge import load_uno, service

PATIENCE = 180.0            # seconds for what a button does on a loaded machine
PRESSED = frozenset(range(33, 46))                 # com.sun.star.accessibility.AccessibleRole: menus, their entries, buttons
PROGRAMS = {"Xvfb": "xvfb", "xdotool": "xdotool", "import": "imagemagick"}


def missing() -> list[str]:
    """What this machine lacks to press buttons, in words."""
    return [f"{program} (apt-get install {package})" for program, package in PROGRAMS.items() if shutil.which(program) is None]


class Screen:
    """A virtual screen; `display` is its name."""

    def __init__(self, folder: Path) -> None:
        reading, writing = os.pipe()
        with (folder / "xvfb.log").open("wb") as log:
            self.process = subprocess.Popen(
                ["Xvfb", "-displayfd", str(writing), "-screen", "0", "1500x950x24", "-nolisten", "tcp"],
                stdout=log, stderr=log, pass_fds=[writing], start_new_session=True,
            )  # fmt: skip
        os.close(writing)
        with os.fdopen(reading) as answer:
            self.display = f":{answer.readline().strip()}"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        end(self.process)

    @property
    def environment(self) -> dict[str, str]:
        return {**surroundings(), "DISPLAY": self.display, "SAL_USE_VCLPLUGIN": "gen"}

    def click(self, x: int, y: int) -> None:
        """Press the left mouse button at this point."""
        subprocess.run(["xdotool", "mousemove", str(x), str(y), "sleep", "0.3", "click", "1"], env=self.environment, check=True)

    def shot(self, path: Path) -> None:
        """Save a picture of the screen."""
        path.parent.mkdir(parents=True, exist_ok=True)
        subprocess.run(["import", "-window", "root", str(path)], env=self.environment, check=True)


class Windowed:
    """A LibreOffice that shows one workbook, and a second connection to look at it.

    prepare: is called with the user folder of its profile before the start · picture: where the last sight of it is kept.
    """

    def __init__(self, folder: Path, screen: Screen, prepare: Callable[[Path], None], picture: Path) -> None:
        self.screen = screen
        self.picture = picture
        self.home = profile(folder / "profile")
        prepare(self.home / "user")
        accept = f"pipe,name=window{uuid.uuid4().hex}"
        environment = {**screen.environment, "XDG_CONFIG_HOME": str(folder / "config")}
        arguments = ["soffice", f"-env:UserInstallation={self.home.absolute().as_uri()}", "--norestore", "--nologo", "--nodefault", f"--accept={accept};urp;"]
        with (folder / "soffice.log").open("wb") as log:
            self.process = subprocess.Popen(arguments, stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=environment, start_new_session=True)
        try:
            self.context = context_of(accept, self.process)
            self.desktop = service(self.context, "com.sun.star.frame.Desktop")
        except BaseException:
            end(self.process)
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        try:
            self.screen.shot(self.picture)
        finally:
            end(self.process)

    def show(self, workbook: Path) -> Any:
        """Open a workbook in the window; gives the document."""
        self.document = self.desktop.loadComponentFromURL(workbook.absolute().as_uri(), "_blank", 0, properties(MacroExecutionMode=4))
        self.window = self.document.getCurrentController().Frame.getContainerWindow()
        self.window.setFocus()
        return self.document

    def press(self, *names: str) -> None:
        """Click the button, or the menu and then its entry, with these names, once nothing moves any more."""
        for name in names:
            self.wait(self.idle)
            self.screen.click(*self.wait(lambda name=name: self._place(name)))

    def wait(self, condition: Callable[[], Any]) -> Any:
        """What the condition gives as soon as it holds. Fails when it does not within reason."""
        limit = time.monotonic() + PATIENCE
        while True:
            if found := condition():
                return found
            assert self.process.poll() is None, "LibreOffice has ended"
            assert time.monotonic() < limit, "waited in vain"
            time.sleep(0.3)

    def shown(self, sheet: str, cell: str) -> str:
        """The text in a cell, given by address or name, "" while the sheet is not there."""
        sheets = self.document.Sheets
        return str(sheets.getByName(sheet).getCellRangeByName(cell).getString()) if sheets.hasByName(sheet) else ""

    def values(self, sheet: str) -> list[list[Any]]:
        """Every value of a sheet, from A1 to the last cell in use."""
        cells = self.document.Sheets.getByName(sheet)
        cursor = cells.createCursor()
        cursor.gotoEndOfUsedArea(False)
        area = cells.getCellRangeByPosition(0, 0, cursor.RangeAddress.EndColumn, cursor.RangeAddress.EndRow)
        return [[None if value == "" else value for value in row] for row in area.getDataArray()]

    def idle(self) -> bool:
        """Whether LibreOffice has nothing left to do: it answers, and hardly wants the processor for half a second.

        What it takes of the processor does not tell: where others want it too, one that is at work gets little.
        """
        self.document.Sheets.getCount()     # waits for the end of what runs in its main thread
        before = _wanted(self.process.pid)
        time.sleep(0.5)
        return sum(now - before.get(task, 0) for task, now in _wanted(self.process.pid).items()) < 0.25

    def _place(self, name: str) -> tuple[int, int] | None:
        """The middle of the widest visible thing with this name."""
        found = [place for window in self._windows() for place in _named(window, name)]
        return max(found)[1:] if found else None

    def _windows(self) -> Iterator[Any]:
        """All windows, open menus among them."""
        toolkit = service(self.context, "com.sun.star.awt.Toolkit")
        for index in range(toolkit.getTopWindowCount()):
            yield toolkit.getTopWindow(index)


def _named(thing: Any, name: str, depth: int = 0) -> Iterator[tuple[int, int, int]]:
    """(width, x, y) of the visible buttons and menu entries with this name at or below a window."""
    try:
        context = thing.getAccessibleContext()
        if context is None:
            return
        label, role, children = context.getAccessibleName(), context.getAccessibleRole(), context.getAccessibleChildCount()
        if label.partition("(")[0] == name and role in PRESSED:
            place, size = context.getLocationOnScreen(), context.getSize()
            if size.Width > 20 and size.Height > 5:
                yield size.Width, place.X + size.Width // 2, place.Y + size.Height // 2
        parts = [context.getAccessibleChild(index) for index in range(children)] if depth < 9 and children < 400 else []
    except load_uno().getClass("com.sun.star.uno.Exception"):       # it went away while it was looked at
        return
    for part in parts:
        if part is not None:
            yield from _named(part, name, depth + 1)


def _wanted(leader: int) -> dict[str, float]:
    """Seconds for which each thread of a process group has had the processor or stood in line for it."""
    found = {}
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):     # it has ended
            group = int((process / "stat").read_text().rpartition(")")[2].split()[2])
            for task in (process / "task").iterdir() if group == leader else ():
                had, stood, _ = (task / "schedstat").read_text().split()
                found[task.name] = (int(had) + int(stood)) / 1e9
    return found


def end(process: subprocess.Popen[bytes]) -> None:
    """End a process and all it started."""
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        return
    process.wait()


def site_packages(modules: Sequence[Any]) -> list[str]:
    """The folders that these modules were imported from, each once."""
    return list(dict.fromkeys(str(Path(module.__file__).parent.parent) for module in modules))
