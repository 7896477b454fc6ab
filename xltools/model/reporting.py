"""Every word of the sheet that says who has sent what, and of the reminders, as declared in specs/reporting.toml."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import cache

from msgspec import Struct

from xltools.model.shipped import spec


class ReportingWords(Struct, frozen=True):
    """forms: deadline of the policy → county form whose rows answer it · total: the item of a county's first line ·
    state, reminder, remind: sentences by what they are for."""

    total: str
    forms: Mapping[str, str]
    state: Mapping[str, str]
    reminder: Mapping[str, str]
    remind: Mapping[str, str]

    def day(self, day: date) -> str:
        """A day as sentences say it."""
        return self.reminder["day"].format(month=day.month, day=day.day)

    def batch(self, batch: object) -> str:
        """A batch in brackets, "" where there is none."""
        return self.reminder["batch"].format(batch=batch) if batch else ""


@cache
def load_reporting() -> ReportingWords:
    """The words declared in specs/reporting.toml."""
    return ReportingWords(**spec("reporting.toml"))
