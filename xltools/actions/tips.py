"""Reports from the public 群众举报: their register, kept apart, in which only the holder of a key can read who reported.

Source: 三环文〔2022〕69号 六(二): reports are verified in time, and the reporter is kept secret.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from msgspec import Struct

from xltools.actions.run import read_ours
from xltools.books.concealed import conceal, private_key, public_key, reveal
from xltools.books.file import open_book
from xltools.books.list_book import Lists, write_new_lists
from xltools.model.code import Code
from xltools.model.finding import Finding, StopError, order
from xltools.model.form import load_template
from xltools.model.policy import Policy
from xltools.model.table import Table
from xltools.rules.telling import SEALED, SECRET, telling_cells

TEMPLATE = "tips"
Record = dict[str, Any]
Turned = Callable[[Table, int, Record], tuple[Record, list[Finding]]]


class TipsOutcome(Struct, frozen=True):
    """A copy of the register. output: the file written · count: reporters concealed or revealed in it · findings: what could not be."""

    output: Path
    count: int
    findings: tuple[Finding, ...] = ()


def make_tips(output: Path, policy: Policy) -> Path:
    """Write a blank register. Raises StopError when the file is there already."""
    return write_new_lists(output, Lists(load_template(TEMPLATE), policy))


def conceal_tips(path: Path, key_file: Path, output: Path, policy: Policy) -> TipsOutcome:
    """A new register in which the reporters can only be read with the private key of this public one; nothing of them is left in its bytes.

    Raises StopError when the file is no register, the key is none, `output` is there already, or another cell tells who reported.
    """
    key = public_key(key_file)
    register = table, _ = _read(path)
    if told := telling_cells(table.numbered()):
        cells = "、".join(table.place(row, name).cell for row, name in told)
        raise StopError(Code.TIPS_TOLD.at(table.place(*told[0]), cells=cells))

    def turned(table: Table, row: int, record: Record) -> tuple[Record, list[Finding]]:
        secret = {name: record[name] for name in SECRET if record.get(name) is not None}
        if not secret:
            return record, []
        if record.get(SEALED):      # who was concealed before stays so; what was typed since is not thrown away
            name = next(iter(secret))
            return record, [Code.TIPS_TWICE.at(table.place(row, name), label=table.form[name].label)]
        return {**record, **dict.fromkeys(SECRET), SEALED: conceal(json.dumps(secret, ensure_ascii=False, default=str), key)}, []

    return _copy(register, output, policy, turned)


def reveal_tips(path: Path, key_file: Path, password: str, output: Path, policy: Policy) -> TipsOutcome:
    """A new register with the reporters in their cells again. Raises StopError as `conceal_tips` does."""
    key = private_key(key_file, password)

    def turned(table: Table, row: int, record: Record) -> tuple[Record, list[Finding]]:
        if not record.get(SEALED):
            return record, []
        text = reveal(str(record[SEALED]), key)
        if text is None:
            return record, [Code.TIPS_DAMAGED.at(table.place(row, SEALED), label=table.form[SEALED].label)]
        return {**record, **json.loads(text), SEALED: None}, []

    return _copy(_read(path), output, policy, turned)


def _read(path: Path) -> tuple[Table, list[Finding]]:
    """The register in a file. Raises StopError when there is none."""
    template = load_template(TEMPLATE)
    raw, found = read_ours(open_book(path), template, template)
    if TEMPLATE not in raw:
        raise StopError(found[0])
    return raw[TEMPLATE], found


def _copy(register: tuple[Table, list[Finding]], output: Path, policy: Policy, turned: Turned) -> TipsOutcome:
    (table, read), rows, count = register, [], 0
    found = [*read]
    for row, record in table.numbered():
        changed, said = turned(table, row, record)
        count += changed is not record
        found += said
        rows.append(changed)
    write_new_lists(output, Lists(load_template(TEMPLATE), policy, {TEMPLATE: rows}))
    return TipsOutcome(output, count, tuple(sorted(found, key=order)))
