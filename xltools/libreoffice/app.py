"""LibreOffice as an application, as xlwings asks for it."""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Sequence
from typing import Any

from xlwings import base_classes

from xltools.libreoffice import macros
from xltools.libreoffice.address import area_of
from xltools.libreoffice.book import Book, Books
from xltools.libreoffice.bridge import Uno, enum, named, path_of, service
from xltools.libreoffice.cells import Range
from xltools.libreoffice.errors import EngineError, UnsupportedError, refusals
from xltools.libreoffice.members import refusing
from xltools.libreoffice.sheet import Sheet

PRODUCT = "/org.openoffice.Setup/Product"
BUTTONS = {"ok": 1, "ok_cancel": 2, "yes_no": 3, "yes_no_cancel": 4}        # com.sun.star.awt.MessageBoxButtons
ANSWERS = {0: "cancel", 1: "ok", 2: "yes", 3: "no"}                        # com.sun.star.awt.MessageBoxResults
UNANSWERED = {"ok": "ok", "yes_no": "no"}                                  # closed, or nobody there to see it


@refusing
class App(base_classes.App):
    """One running LibreOffice; `api` is its desktop. Keeps what LibreOffice itself cannot be asked again."""

    def __init__(self, engine: Any, context: Uno) -> None:
        self._engine = engine
        self._context = context
        self._desktop = service(context, "com.sun.star.frame.Desktop")
        self._display_alerts = True
        self._visible = True
        self._status: str | bool = False
        self._indicator: Uno = None
        self._pid: int | None = None

    @property
    def engine(self) -> Any:
        return self._engine

    @property
    def context(self) -> Uno:
        """The component context behind the connection."""
        return self._context

    @property
    def xl(self) -> Uno:
        return self._desktop

    @xl.setter
    def xl(self, value: Uno) -> None:
        self._desktop = value

    @property
    def api(self) -> Uno:
        return self._desktop

    @property
    def books(self) -> Books:
        return Books(self)

    @property
    def pid(self) -> int:
        """A number that tells one LibreOffice from another: no process number, but made from its profile's folder."""
        if self._pid is None:                # xlwings asks whenever it compares two ranges
            self._pid = zlib.crc32(self._variable("$(user)").encode())
        return self._pid

    @property
    def version(self) -> str:
        provider = service(self._context, "com.sun.star.configuration.ConfigurationProvider")
        access = "com.sun.star.configuration.ConfigurationAccess"
        return str(provider.createInstanceWithArguments(access, named(nodepath=PRODUCT)).ooSetupVersionAboutBox)

    @property
    def path(self) -> str:
        return path_of(self._variable("$(prog)"))

    @property
    def selection(self) -> Range | None:
        """The selected cells; None when several areas or a drawing are selected."""
        book = self.books.active
        selected = book.api.getCurrentSelection()
        if selected is None or not selected.supportsService("com.sun.star.sheet.SheetCellRange"):
            return None
        return Range(Sheet(book, selected.getSpreadsheet()), area_of(selected.RangeAddress))

    def activate(self, steal_focus: bool = False) -> None:
        self.books.active.activate()

    @property
    def visible(self) -> bool:
        """Whether workbooks show, and will show when they are opened.

        Without a screen set it to False: LibreOffice 7.4 draws windows that nobody sees, buttons again and again without an end.
        """
        shown = [window.isVisible() for window in self._windows()]
        return any(shown) if shown else self._visible

    @visible.setter
    def visible(self, visible: bool) -> None:
        self._visible = bool(visible)
        for window in self._windows():
            window.setVisible(bool(visible))

    def quit(self) -> None:
        """Close all workbooks without saving and end LibreOffice, unless other documents are open in it."""
        for book in list(self.books):
            book.close()
        if not self._desktop.Components.createEnumeration().hasMoreElements():
            try:
                self._desktop.terminate()
            except Exception as gone:
                if type(gone).__name__.rpartition(".")[2] != "DisposedException":    # the connection ends with the program
                    raise

    @property
    def screen_updating(self) -> bool:
        return not any(book.api.hasControllersLocked() for book in self.books)

    @screen_updating.setter
    def screen_updating(self, value: bool) -> None:
        for book in self.books:
            while value and book.api.hasControllersLocked():
                book.api.unlockControllers()
            if not value and not book.api.hasControllersLocked():
                book.api.lockControllers()

    @property
    def display_alerts(self) -> bool:
        return self._display_alerts

    @display_alerts.setter
    def display_alerts(self, value: bool) -> None:
        """Kept but without effect: nothing that this engine does makes LibreOffice ask."""
        self._display_alerts = bool(value)

    @property
    def enable_events(self) -> bool:
        return True

    @enable_events.setter
    def enable_events(self, value: bool) -> None:
        if not value:
            raise UnsupportedError("App.enable_events", "LibreOffice 不能整体关闭事件")

    @property
    def calculation(self) -> str:
        return "automatic" if all(book.api.isAutomaticCalculationEnabled() for book in self.books) else "manual"

    @calculation.setter
    def calculation(self, value: str) -> None:
        if value not in ("automatic", "manual"):
            raise UnsupportedError("App.calculation", f"LibreOffice 只有 automatic 和 manual，没有 {value}")
        for book in self.books:
            book.api.enableAutomaticCalculation(value == "automatic")

    def calculate(self) -> None:
        """Compute every formula of every open workbook anew."""
        for book in self.books:
            book.api.calculateAll()

    @property
    def status_bar(self) -> str | bool:
        """The text that was set; False when LibreOffice shows its own."""
        return self._status

    @status_bar.setter
    def status_bar(self, value: str | bool | None) -> None:
        if self._indicator is not None:
            self._indicator.end()
            self._indicator = None
        self._status = value if isinstance(value, str) and value else False
        frame = self._frame()
        if self._status and frame is not None:
            self._indicator = frame.createStatusIndicator()
            self._indicator.start(self._status, 0)

    def run(self, macro: str, args: Sequence[Any]) -> Any:
        name, short = macros.split(macro)
        book = self.books.active if name is None else self.books(name)
        return macros.run(book.api, short, args)

    def alert(self, prompt: str, title: str | None, buttons: str | None, mode: str | None, callback: object) -> str:
        """Show a message and give back the button pressed.

        A box that is closed, or that a LibreOffice without screen cannot show, answers "cancel" where there is such a
        button, "no" to yes or no, and "ok" where there is nothing else.
        """
        buttons = buttons or "ok"
        if buttons not in BUTTONS:
            raise EngineError(f"没有这样的按钮组合：{buttons}。可用：{'、'.join(BUTTONS)}。")
        frame = self._frame()
        parent = None if frame is None else frame.getContainerWindow()
        kind = "ERRORBOX" if mode == "critical" else "INFOBOX" if buttons == "ok" else "QUERYBOX"
        with refusals("显示消息框"):
            toolkit = service(self._context, "com.sun.star.awt.Toolkit")
            box = toolkit.createMessageBox(parent, enum("com.sun.star.awt.MessageBoxType", kind), BUTTONS[buttons], title or "", prompt or "")
            pressed = ANSWERS.get(box.execute(), "cancel")
        return pressed if pressed in buttons.split("_") else UNANSWERED.get(buttons, "cancel")

    def _frame(self) -> Uno:
        """The window of the active workbook; None when there is no workbook or it has no window."""
        if not len(self.books):
            return None
        controller = self.books.active.api.getCurrentController()
        return None if controller is None else controller.Frame

    def _windows(self) -> Iterator[Uno]:
        for book in self.books:
            controller = book.api.getCurrentController()
            if controller is not None:
                yield controller.Frame.getContainerWindow()

    def _variable(self, name: str) -> str:
        return str(service(self._context, "com.sun.star.util.PathSubstitution").getSubstituteVariableValue(name))


@refusing
class Apps(base_classes.Apps):
    """The one LibreOffice that the engine is connected to."""

    def __init__(self, app: App) -> None:
        self.app = app

    def keys(self) -> list[int]:
        return [self.app.pid]

    def __iter__(self) -> Iterator[App]:
        return iter([self.app])

    def __len__(self) -> int:
        return 1

    def __getitem__(self, pid: int) -> App:
        if pid != self.app.pid:
            raise KeyError(pid)
        return self.app

    @staticmethod
    def cleanup() -> None:
        """Nothing to clean up: the engine starts no processes."""


def book_of(app: App, document: Uno) -> Book:
    """The workbook of a UNO document. Raises EngineError when the document is no workbook."""
    if document is None or not document.supportsService("com.sun.star.sheet.SpreadsheetDocument"):
        raise EngineError("这个文档不是工作簿。")
    return Book(app, document)
