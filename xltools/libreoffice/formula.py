"""Formulas in two dialects: as Excel and xlwings write them, and as LibreOffice's API does.

    Excel         =SUM('县 1'!$A$1:B2,{1,2;3,4})
    LibreOffice   =SUM($'县 1'.$A$1:B2;{1;2|3;4})
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from xltools.libreoffice.address import column_letters, column_number, quoted
from xltools.libreoffice.errors import EngineError

QUOTED = r"'(?:[^']|'')+'"
WORD = r"[^\W\d]\w*"
AFTER_SHEET = r"(?=\$?[A-Za-z]{1,3}\$?\d|\$?[A-Za-z]{1,3}:|\$?\d+:|\#REF!)"
SHARED = r"""
  | (?P<function>[^\W\d][\w.]*(?=\())
  | (?P<cell>\$?[A-Za-z]{1,3}\$?[1-9]\d*(?![\w.(]))
  | (?P<columns>\$?[A-Za-z]{1,3}:\$?[A-Za-z]{1,3}(?![\w.(]))
  | (?P<rows>\$?[1-9]\d*:\$?[1-9]\d*(?![\w.]))
  | (?P<word>\w[\w.]*)
  | (?P<space>\s+)
  | (?P<mark>.)
"""
START = r"""(?P<text>"(?:[^"]|"")*") | (?P<error>\#(?:REF!|N/A|VALUE!|DIV/0!|NUM!|NAME\?|NULL!))"""
HOST = re.compile(
    rf"""{START} | (?P<file>{QUOTED}\#)
  | (?P<sheet>\$(?:{QUOTED}|{WORD})\. | (?:{QUOTED}|{WORD})\.{AFTER_SHEET}) {SHARED}""",
    re.VERBOSE | re.DOTALL,
)
EXCEL = re.compile(rf"""{START} | (?P<sheet>(?:{QUOTED}|{WORD}(?:[.:]\w+)*)!) {SHARED}""", re.VERBOSE | re.DOTALL)

MARKS, ARRAY_MARKS = {";": ",", "~": ",", "!": " "}, {";": ",", "|": ";"}       # LibreOffice's → Excel's
REFERENCES = {"cell", "columns", "rows", "close"}
ADD_IN = re.compile(r"COM\.SUN\.STAR\.SHEET\.ADDIN\.\w+\.(?:GET)?", re.IGNORECASE)
NEWER = re.compile(r"_xl(?:fn|ws)\.(?:_xlws\.)?", re.IGNORECASE)
PART = re.compile(r"(\$?)([A-Za-z]*)(\$?)(\d*)")


class Token(NamedTuple):
    """One piece of a formula and what it is."""

    kind: str
    text: str


def tokens(pattern: re.Pattern[str], formula: str) -> list[Token]:
    """The pieces of a formula; put together again they are the formula."""
    found = [Token(match.lastgroup or "mark", match[0]) for match in pattern.finditer(formula)]
    return [Token({"(": "open", ")": "close"}.get(token.text, token.kind), token.text) for token in found]


def from_host(formula: str) -> str:
    """LibreOffice's formula as Excel writes it; anything that is not a formula is given back unchanged."""
    if not formula.startswith(("=", "{=")):
        return formula
    body = formula[1:-1] if formula.startswith("{=") and formula.endswith("}") else formula
    out: list[str] = []
    pieces = tokens(HOST, body)
    marks = MARKS
    for kind, text in pieces:
        if kind == "mark":
            marks = {"{": ARRAY_MARKS, "}": MARKS}.get(text, marks)
            out.append(marks.get(text, text))
        elif kind == "sheet":
            _put_sheet(out, _sheet_name(text.lstrip("$")[:-1]))
        else:
            out.append(ADD_IN.sub("", text) if kind == "function" else text)
    return "".join(out)


def to_host(formula: str) -> str:
    """Excel's formula as LibreOffice's API takes it; anything that is not a formula is given back unchanged.

    Raises EngineError for references into other workbooks.
    """
    if not formula.startswith("="):
        return formula
    out: list[str] = []
    closing: list[str] = []                                  # what a comma means, innermost parenthesis last
    pieces = tokens(EXCEL, formula)
    through = ""                                             # last sheet of a reference through several sheets
    for index, (kind, text) in enumerate(pieces):
        if kind == "sheet":
            first, _, through = _sheet_name(text[:-1]).partition(":")
            _refuse_other_book(first, formula)
            out.append(f"${_host_sheet(first)}.")
        elif kind == "cell" and through:
            out.append(f"{text}:${_host_sheet(through)}." + ("" if _is_range(pieces, index) else text))
            through = ""
        elif text == ":" and out[-1].endswith("."):
            continue
        else:
            _follow(closing, pieces, index)
            out.append(_host_piece(pieces, index, closing[-1] if closing else "~"))
    return "".join(out)


def shifted(formula: str, rows: int, columns: int) -> str:
    """A LibreOffice formula as it reads when copied `rows` down and `columns` to the right."""
    if not formula.startswith("="):
        return formula
    return "".join(
        _shift(text, rows, columns) if kind in ("cell", "columns", "rows") else text for kind, text in tokens(HOST, formula)
    )


def _put_sheet(out: list[str], name: str) -> None:
    """Append a sheet's prefix; at the end of "sheet1.A1:sheet2.B2" Excel names both sheets in front."""
    if len(out) >= 3 and out[-1] == ":" and out[-3].endswith("!"):
        first = _sheet_name(out[-3][:-1])
        out[-3] = out[-3] if first == name else quoted(f"{first}:{name}") + "!"
    else:
        out.append(quoted(name) + "!")


def _sheet_name(text: str) -> str:
    return text[1:-1].replace("''", "'") if text.startswith("'") else text


def _host_sheet(name: str) -> str:
    return name if re.fullmatch(WORD, name) else "'" + name.replace("'", "''") + "'"


def _refuse_other_book(sheet: str, formula: str) -> None:
    if "[" in sheet:
        raise EngineError(f"公式 {formula} 引用了另一个工作簿；这个引擎不写这样的公式。")


def _is_range(pieces: Sequence[Token], index: int) -> bool:
    """Whether the cell at `index` begins a range such as A1:B2."""
    return len(pieces) > index + 2 and pieces[index + 1].text == ":" and pieces[index + 2].kind == "cell"


def _follow(closing: list[str], pieces: Sequence[Token], index: int) -> None:
    """Note what a comma means from here on: next argument, next column of an array, or union of references."""
    kind, text = pieces[index]
    if kind == "open":
        closing.append(";" if index and pieces[index - 1].kind == "function" else "~")
    elif text == "{":
        closing.append("array")
    elif closing and (kind == "close" or text == "}"):
        closing.pop()


def _host_piece(pieces: Sequence[Token], index: int, comma: str) -> str:
    kind, text = pieces[index]
    if kind == "function":
        return NEWER.sub("", text)
    if kind == "space" and 0 < index < len(pieces) - 1:
        joins = pieces[index - 1].kind in REFERENCES and pieces[index + 1].kind in {"cell", "columns", "rows", "sheet"}
        return "!" if joins else text
    if kind == "mark" and comma == "array":
        return {",": ";", ";": "|"}.get(text, text)
    if text == "[":
        raise EngineError(f"公式 {''.join(piece.text for piece in pieces)} 引用了另一个工作簿或表格的列；这个引擎不写这样的公式。")
    return comma if text == "," else text


def _shift(reference: str, rows: int, columns: int) -> str:
    return ":".join(_shift_one(part, rows, columns) for part in reference.split(":"))


def _shift_one(part: str, rows: int, columns: int) -> str:
    found = PART.fullmatch(part)
    if found is None:
        return part
    column_mark, letters, row_mark, digits = found.groups()
    if not letters:
        column_mark, row_mark = "", column_mark
    column = column_number(letters) + (0 if column_mark or not letters else columns)
    row = int(digits or 0) + (0 if row_mark or not digits else rows)
    if (letters and column < 1) or (digits and row < 1):
        return "#REF!"
    return f"{column_mark}{column_letters(column)}{row_mark}{row or ''}"
