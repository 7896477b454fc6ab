"""publish 发布 from the summary that is open, with the days of the notice as its cells hold them."""

from __future__ import annotations

from datetime import date, datetime

import pandas as pd

from xltools.rules.dates import read_date


def day_in(cell: object, year: int) -> date | None:
    """The day that a cell says, in any of the ways that a date is read in a county's workbook; None where it says none.

    year: of dates written without one.
    """
    value = read_date(cell, year).value
    if isinstance(value, pd.Timestamp | datetime):
        return value.date()
    return value if isinstance(value, date) else None
