"""Workbooks open in LibreOffice, as xlwings asks for them."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from typing import Any

from xlwings import base_classes

from xltools.libreoffice.address import Area
from xltools.libreoffice.bridge import Uno, named, path_of, url_of
from xltools.libreoffice.cells import Range
from xltools.libreoffice.errors import EngineError, UnsupportedError, refusals
from xltools.libreoffice.members import refusing
from xltools.libreoffice.names import Names
from xltools.libreoffice.sheet import Sheet, Sheets

FILTERS = {
    ".xlsx": "Calc MS Excel 2007 XML",
    ".xlsm": "Calc MS Excel 2007 VBA XML",
    ".xls": "MS Excel 97",
    ".ods": "calc8",
}
SPREADSHEET = "com.sun.star.sheet.SpreadsheetDocument"
TEXT_FILTERS = ("Text", "writer_")                           # what LibreOffice falls back to for a file it does not know
NO_UPDATE, FULL_UPDATE = 0, 3                                # com.sun.star.document.UpdateDocMode
SECURITY_SETTINGS_WITHOUT_QUESTIONS = 5                      # com.sun.star.document.MacroExecMode.USE_CONFIG_REJECT_CONFIRMATION


@refusing
class Book(base_classes.Book):
    """One workbook; `api` is the UNO document."""

    def __init__(self, app: Any, xl: Uno) -> None:
        self._app = app
        self._xl = xl

    @property
    def api(self) -> Uno:
        return self._xl

    @property
    def app(self) -> Any:
        return self._app

    @property
    def controller(self) -> Uno:
        """The view of the workbook. Raises EngineError when it has none."""
        found = self._xl.getCurrentController()
        if found is None:
            raise EngineError(f"工作簿“{self.name}”没有窗口，不能切换工作表、选择单元格或冻结窗格。")
        return found

    @property
    def name(self) -> str:
        return Path(path_of(self._xl.URL)).name if self._xl.URL.startswith("file:") else str(self._xl.Title)

    @property
    def fullname(self) -> str:
        """The path; a workbook that was never saved has only its title."""
        return path_of(self._xl.URL) if self._xl.URL.startswith("file:") else str(self._xl.Title)

    @property
    def names(self) -> Names:
        return Names(self, None)

    @cached_property
    def sheets(self) -> Sheets:
        return Sheets(self)

    def range_at(self, sheet_index: int, area: Area) -> Range:
        """A range on the sheet with this number, counted from 0."""
        return Range(Sheet(self, self._xl.Sheets.getByIndex(sheet_index)), area)

    def activate(self) -> None:
        frame = self.controller.Frame
        frame.activate()
        frame.getContainerWindow().toFront()

    def close(self) -> None:
        """Close without saving and without asking."""
        with refusals(f"关闭工作簿“{self.name}”"):
            self._xl.setModified(False)
            self._xl.close(True)

    def save(self, path: str | None = None, password: str | None = None) -> None:
        """Save in place, or under another path whose suffix decides the format; an existing file is replaced."""
        if password:
            raise UnsupportedError("Book.save(password=…)", "LibreOffice 引擎不加密文件")
        with refusals(f"保存工作簿“{self.name}”"):
            if path is not None:
                target = Path(path)
                self._xl.storeAsURL(url_of(str(target.absolute())), named(FilterName=_filter(target), Overwrite=True))
            elif self._xl.hasLocation() and not self._xl.isReadonly():
                self._xl.store()
            else:
                raise EngineError(f"工作簿“{self.name}”还没有保存过，或者是只读打开的；请给出要保存的路径。")

    def to_pdf(self, path: str, quality: str = "standard") -> None:
        """Write the visible sheets as PDF; both of xlwings' qualities give the same."""
        with refusals(f"输出 PDF {path}"):
            self._xl.storeToURL(url_of(str(Path(path).absolute())), named(FilterName="calc_pdf_Export", Overwrite=True))


@refusing
class Books(base_classes.Books):
    """The open workbooks, by name, path or number from 1."""

    def __init__(self, app: Any) -> None:
        self.app = app

    @property
    def api(self) -> Uno:
        return self.app.api.Components

    @property
    def active(self) -> Book:
        """The workbook in front, otherwise the first one. Raises EngineError when none is open."""
        front = self.app.api.getCurrentComponent()
        if front is not None and front.supportsService(SPREADSHEET):
            return Book(self.app, front)
        for book in self:
            return book
        raise EngineError("LibreOffice 里没有打开的工作簿。")

    def __call__(self, name_or_index: int | str) -> Book:
        books = list(self)
        if isinstance(name_or_index, int):
            return books[name_or_index - 1]
        wanted = name_or_index.lower()
        for book in books:
            if wanted in (book.name.lower(), book.fullname.lower()):
                return book
        raise KeyError(name_or_index)

    def __contains__(self, name: str) -> bool:
        return any(name.lower() in (book.name.lower(), book.fullname.lower()) for book in self)

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def __iter__(self) -> Iterator[Book]:
        components = self.api.createEnumeration()
        while components.hasMoreElements():
            component = components.nextElement()
            if component.supportsService(SPREADSHEET):
                yield Book(self.app, component)

    def add(self) -> Book:
        return Book(self.app, self.app.api.loadComponentFromURL("private:factory/scalc", "_blank", 0, named(Hidden=not self.app.visible)))

    def open(
        self, fullname: str, update_links: bool | None = None, read_only: bool | None = None, format: object = None,
        password: str | None = None, *others: object, **named_others: object,
    ) -> Book:  # fmt: skip
        """Open a file; its macros may run as far as LibreOffice's macro security allows without asking.

        Raises EngineError when there is no such file, or it is no workbook.
        """
        asked = [value for value in (format, *others, *named_others.values()) if value is not None]
        if asked:
            raise UnsupportedError("Books.open", "只支持 fullname、update_links、read_only、password 这几个参数")
        path = Path(fullname).absolute()
        if not path.is_file():
            raise EngineError(f"没有这个文件：{path}")
        options: dict[str, object] = {
            "UpdateDocMode": FULL_UPDATE if update_links else NO_UPDATE,
            "ReadOnly": bool(read_only),
            "MacroExecutionMode": SECURITY_SETTINGS_WITHOUT_QUESTIONS,
            "Hidden": not self.app.visible or (len(self) > 0 and not self.app.screen_updating),     # no window for what is opened in passing
        }
        if password:
            options["Password"] = password
        with refusals(f"打开 {path.name}"):
            document = self.app.api.loadComponentFromURL(url_of(str(path)), "_blank", 0, named(**options))
        return Book(self.app, _workbook(document, path))


def _filter(path: Path) -> str:
    if path.suffix.lower() not in FILTERS:
        raise EngineError(f"不会保存成 {path.suffix or '没有扩展名的'} 文件，可用：{'、'.join(FILTERS)}。")
    return FILTERS[path.suffix.lower()]


def _workbook(document: Uno, path: Path) -> Uno:
    """The document, if it is a workbook; LibreOffice opens almost anything as text when it does not know the format."""
    if document is None:
        raise EngineError(f"LibreOffice 打不开 {path.name}：文件已损坏、有密码，或者不是工作簿。")
    used = next((str(item.Value) for item in document.getArgs() if item.Name == "FilterName"), "")
    fell_back = path.suffix.lower() in FILTERS and used.startswith(TEXT_FILTERS)
    if fell_back or not document.supportsService(SPREADSHEET):
        document.close(True)
        raise EngineError(f"{path.name} 不是工作簿，LibreOffice 只能把它当成别的文件打开。")
    return document
