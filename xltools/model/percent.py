"""Numbers that a cell shows as percentages. Readers that know a cell's format tell; others give the plain number."""

from __future__ import annotations

SIGNIFICANT = ".15G"  # what a cell holds: 0.07 is 7%, not 7.000000000000001%


class Percent(float):
    """A number that its cell shows as a percentage: Percent(0.8) for a cell that shows 80%."""

    @property
    def number(self) -> float:
        """What stands before the sign: 80.0."""
        return float(f"{100 * self:{SIGNIFICANT}}")
