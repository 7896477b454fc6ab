"""The engine itself: `register` makes `xw.Book` and everything below it work on a LibreOffice.

    engine = register(connect("pipe,name=xltools"))          # from outside, LibreOffice started with --accept=…
    engine = register(XSCRIPTCONTEXT.getComponentContext())  # inside LibreOffice

    with caller(engine, document):
        merge()                                              # uses xw.Book.caller()
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import xlwings as xw

from xltools.libreoffice import members
from xltools.libreoffice.app import App, Apps, book_of
from xltools.libreoffice.book import Book, Books
from xltools.libreoffice.bridge import Uno, load_uno
from xltools.libreoffice.cells import Range
from xltools.libreoffice.look import Font
from xltools.libreoffice.names import Name, Names
from xltools.libreoffice.notes import Note
from xltools.libreoffice.sheet import FreezePanes, PageSetup, Sheet, Sheets
from xltools.libreoffice.values import clean, prepare

NAME = "libreoffice"
KINDS = [Apps, App, Books, Book, Sheets, Sheet, Range, Font, Note, Names, Name, FreezePanes, PageSetup]


class Engine:
    """What xlwings calls an engine, on one running LibreOffice."""

    name = NAME
    type = "desktop"

    def __init__(self, context: Uno) -> None:
        load_uno()
        self._app = App(self, context)

    @property
    def apps(self) -> Apps:
        return Apps(self._app)

    @property
    def app(self) -> App:
        """The LibreOffice at the other end."""
        return self._app

    @staticmethod
    def prepare_xl_data_element(x: Any, options: object) -> Any:
        """A value as it is written."""
        return prepare(x)

    @staticmethod
    def clean_value_data(data: Any, datetime_builder: Any, empty_as: Any, number_builder: Any, err_to_str: object) -> list[list[Any]]:
        """A block as it is handed to the reader, following the reader's options."""
        return [[clean(value, datetime_builder, empty_as, number_builder, err_to_str) for value in row] for row in data]


def register(context: Uno) -> xw.main.Engine:
    """Make the LibreOffice behind a component context xlwings' active engine; a former one of ours is replaced."""
    engine = xw.main.Engine(impl=Engine(context))
    xw.engines.engines[:] = [known for known in xw.engines.engines if known.name != NAME]
    xw.engines.add(engine)
    engine.activate()
    return engine


@contextmanager
def caller(engine: xw.main.Engine, document: Uno) -> Iterator[xw.Book]:
    """While the block runs `xw.Book.caller()` is the workbook of this UNO document."""
    book = xw.Book(impl=book_of(engine.impl.app, document))
    former = vars(xw.Book).get("_mock_caller")
    book.set_mock_caller()
    try:
        yield book
    finally:
        if former is None:
            delattr(xw.Book, "_mock_caller")
        else:
            former.set_mock_caller()


def member_table() -> str:
    """What the engine offers of xlwings, as the README prints it."""
    return members.table(list(KINDS))
