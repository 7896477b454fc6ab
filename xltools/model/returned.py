"""What goes back to a county with its file: the words around it, and the letter itself."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from functools import cache

from msgspec import Struct, field

from xltools.model.finding import Finding, Severity
from xltools.model.shipped import spec

MOST_IMPORTANT = 10


class LetterWords(Struct, frozen=True):
    """What a letter says about what goes back with it: the marked copy, or only a list."""

    opening: str
    returned: str
    table: str
    steps: tuple[str, ...]


class ReturnWords(Struct, frozen=True):
    """Every fixed word of a return, as specs/returned.toml declares them."""

    sheet: str
    suffix: str
    list_suffix: str
    author: str
    record: str
    title: str
    intro: str
    list_intro: str
    file: str
    county: str
    unknown: str
    date: str
    deadline: str
    deadline_ahead: str
    deadline_today: str
    deadline_late: str
    deadline_past: str
    deadline_unknown: str
    counts_title: str
    counts: str
    account: str
    accounted: str
    whole: str
    total: str
    top_title: str
    all_title: str
    list_title: str
    steps_title: str
    all_legend: str
    truncated: str
    together: str
    must_change: str
    notice_suffix: str
    notice_title: str
    notice_unknown: str
    steps: tuple[str, ...]
    list_steps: tuple[str, ...]
    letters: Mapping[str, LetterWords]
    columns: Mapping[str, str]
    reasons: Mapping[str, str]


class Explanation(Struct, frozen=True):
    """What a county wrote beside a warning (情况说明): about which sheet, cell ("" for the whole sheet or file) and code.

    about: code, fingerprint of the warning and of the value it was about, fingerprint of the record ("" without one), parted by ":"; when one changes, the answer
    no longer holds.
    """

    sheet: str
    cell: str
    code: str
    about: str
    text: str

    @property
    def record(self) -> str:
        """The fingerprint of the record, "" without one."""
        return self.about.rpartition(":")[2]


class Letter(Struct, frozen=True):
    """What a county is told about one file.

    file: its name · date, deadline, account (what was read and what became of it): as written · findings: in the order of the sheets · answers: those that hold ·
    records: sheet and row → what the record is called.
    """

    file: str
    county: str
    date: str
    deadline: str
    findings: tuple[Finding, ...]
    answers: tuple[Explanation, ...] = ()
    account: str = ""
    records: Mapping[tuple[str, int], str] = field(default_factory=dict)

    @property
    def important(self) -> list[Finding]:
        """The ten that matter most: gravest first, then the earliest stage, on which others may depend."""
        return sorted(self.findings, key=lambda one: (one.severity.rank, one.code.stage))[:MOST_IMPORTANT]

    @property
    def by_sheet(self) -> dict[str, Counter[Severity]]:
        """Sheet → findings by severity, in the order of the sheets' first findings; "" for the file as a whole."""
        found: dict[str, Counter[Severity]] = {}
        for one in self.findings:
            found.setdefault(one.place.sheet, Counter())[one.severity] += 1
        return found


@cache
def load_return() -> ReturnWords:
    """The words declared in specs/returned.toml."""
    data = spec("returned.toml")
    letters = {kind: LetterWords(**words) for kind, words in data["letters"].items()}
    return ReturnWords(**(data | {"letters": letters}))
