"""Warnings that a county has answered: each becomes a remark with the county's words, as long as it is about the same."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from msgspec.structs import replace

from xltools.model.code import Code
from xltools.model.finding import Finding, Place
from xltools.model.form import Owner
from xltools.model.grouped import grouped
from xltools.model.returned import Explanation
from xltools.model.table import Table
from xltools.model.value import shown
from xltools.model.visible import visible
from xltools.rules.text import key

LONGEST = 200  # characters of an answer that a sentence quotes
CHANGED, NO_EXCUSE = "内容已经改变", "错误要改正，不能用说明代替"


def called(raw: Mapping[str, Table]) -> dict[tuple[str, int], str]:
    """Sheet and row → what tells this record from others, however it is written: its key; all that was typed in it where the key is not whole or not its own."""
    found: dict[tuple[str, int], str] = {}
    for table in raw.values():
        keys = _written(table, table.form.key)
        times, rows = Counter(keys), table.rows
        unsure = any(times[one] > 1 or not all(one) for one in keys)
        whole = _written(table, [field.name for field in table.form.owned(Owner.COUNTY)]) if unsure else keys
        for row, own, all_ in zip(rows, keys, whole, strict=True):
            found[table.sheet, row] = " ".join(own if times[own] == 1 and all(own) else all_).strip()
    return found


def _written(table: Table, names: Iterable[str]) -> list[tuple[str, ...]]:
    """These fields of every record, each as `key`, "" where nothing stands."""
    columns = [table.cells[name] for name in names if name in table.cells]
    return [tuple("" if value is None else key(shown(value)) for value in values) for values in zip(*columns, strict=True)] or [()] * len(table.rows)


def answered(findings: Iterable[Finding], answers: Sequence[Explanation], abouts: Mapping[Finding, str]) -> tuple[list[Finding], list[Explanation]]:
    """The findings with answered warnings as remarks, and the answers that hold, each with the cell it is about now.

    abouts: what an answer to each warning would have to be about. An answer about something else has lapsed; where its record still has
    such a warning, or its cell any, that is said, and the warning stands. One beside an error that is still there never counts, which is said.
    """
    written, all_ = [one for one in dict.fromkeys(answers) if visible(one.text)], list(findings)
    given = _given(written, [one for one in all_ if one in abouts], abouts)
    found = [_remark(one, given[one]) if one in given else one for one in all_]
    warned = [one for one in all_ if one in abouts and one not in given]
    left = [one for one in written if one not in given.values()]
    lapsed = [(one, where, CHANGED) for one in left if one.about and (where := _still(one, warned, abouts))]
    refused = [(one, found.place, NO_EXCUSE) for one in left if not one.about for found in all_ if _is_about(one, found)]
    found += [Code.ANSWER_LAPSED.at(where, answer=shown(one.text, LONGEST), reason=reason) for one, where, reason in (*lapsed, *refused)]
    return found, [replace(answer, cell=finding.place.cell) for finding, answer in given.items()]


def _given(answers: Sequence[Explanation], warnings: Sequence[Finding], abouts: Mapping[Finding, str]) -> dict[Finding, Explanation]:
    """The answer to each warning: of the same cell, else of the same record wherever it has gone; never one that may be another's."""
    found: dict[Finding, Explanation] = {}
    waiting: dict[tuple[str, str], list[Finding]] = {}
    left = grouped(answers, lambda one: (one.sheet, one.about))
    for warning in warnings:
        here = left.get((warning.place.sheet, abouts[warning]), [])
        if answer := next((one for one in reversed(here) if one.cell == warning.place.cell), None):  # the lower table has the column for it
            found[warning] = answer
            here.remove(answer)
        else:
            waiting.setdefault((warning.place.sheet, abouts[warning]), []).append(warning)
    for about, moved in waiting.items():
        if len(moved) == len(left.get(about, [])) == 1:
            found[moved[0]] = left[about][0]
    return found


def _is_about(answer: Explanation, finding: Finding) -> bool:
    """Whether an answer beside an error stands beside this one."""
    return (answer.sheet, answer.cell, answer.code) == (finding.place.sheet, finding.place.cell, finding.code.number)


def _remark(finding: Finding, answer: Explanation) -> Finding:
    return Code.ANSWERED.at(finding.place, number=finding.code.number, message=finding.message, answer=shown(answer.text, LONGEST))


def _still(answer: Explanation, warned: Sequence[Finding], abouts: Mapping[Finding, str]) -> Place | None:
    """Where to say that an answer has lapsed: at the same warning of its record, else at any in its cell."""
    here = [one for one in warned if one.place.sheet == answer.sheet]
    same = [one for one in here if answer.record and one.code.number == answer.code and abouts[one].rpartition(":")[2] == answer.record]
    return next((one.place for one in (*same, *(one for one in here if one.place.cell == answer.cell))), None)
