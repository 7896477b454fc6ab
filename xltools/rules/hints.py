"""What the hint column of a filled sheet shows, worked out from findings instead of by a spreadsheet program."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from xltools.model.code import Code
from xltools.model.live import END, LiveCheck
from xltools.rules.formula import BROKEN
from xltools.rules.formula_cells import USED
from xltools.rules.records import Record

MISSING = frozenset({Code.REQUIRED, Code.ROW_WITHOUT_KEY})
Said = tuple[str, Code]   # field and code of a finding


def hint(checks: Iterable[LiveCheck], said: Collection[Said], record: Record) -> str:
    """The words of those checks that are among the findings of one row, as the sheet's own formula puts them.

    said: (field, code) of the row's findings. A sheet cannot tell a total or a remark below the records from a record with
    nearly everything missing, nor a date in words it does not know from one that it does.
    """
    codes = {code for _, code in said}
    if Code.ERROR_CELL in codes:
        return BROKEN + END
    shown = list(checks)
    words: Mapping[Said, str] = {(check.field, check.code): check.shown for check in shown}
    if Code.OUTSIDE_ROWS in codes:
        said = [(check.field, check.code) for check in shown if check.code in MISSING and check.given == USED and check.field not in record]
    seen = {(field, code) for field, code in said if not (code is Code.NOT_A_DATE and isinstance(record.get(field), str))}
    return "".join(text for place, text in words.items() if place in seen)
