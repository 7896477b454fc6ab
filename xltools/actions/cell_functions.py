"""grade 评级 of what stands in cells, for the functions that an analyst may use in formulas."""

from __future__ import annotations

from collections.abc import Sequence

from xltools.model.policy import load_policy
from xltools.rules.cell_grades import credit_code_ok, worst_of_items, worst_of_parts

Rows = Sequence[Sequence[object]]


def item_grade(rows: Rows, policy: str) -> str:
    """The grade of one indicator table from its items' grades. policy: its id, as for the next two. Raises SpecError for an unknown one."""
    return worst_of_items(rows, load_policy(policy)).outcome


def item_reason(rows: Rows, policy: str) -> str:
    """Why `item_grade` gives what it gives."""
    return worst_of_items(rows, load_policy(policy)).why


def part_grade(rows: Rows, policy: str) -> str:
    """The grade of an enterprise from its parts' grades."""
    return worst_of_parts(rows, load_policy(policy)).outcome


def code_ok(cell: object) -> bool:
    """Whether a cell holds a right credit code."""
    return credit_code_ok(cell)
