"""Bars as an SVG picture, without a library for it."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape

ROW, LEFT, WIDTH = 22, 260, 460


def bars(groups: Mapping[str, Mapping[str, float]], unit: str) -> str:
    """One group of bars under the other, each as long as its number is large; all bars of one group share a scale."""
    parts: list[str] = []
    top = 10
    for name, values in groups.items():
        parts.append(f'<text x="10" y="{top + 15}" font-weight="bold">{escape(name)}</text>')
        longest = max(values.values(), default=1)
        for way, value in values.items():
            top += ROW
            parts.append(f'<text x="{LEFT - 8}" y="{top + 15}" text-anchor="end">{escape(way)}</text>')
            parts.append(f'<rect x="{LEFT}" y="{top + 3}" width="{max(1, WIDTH * value / longest):.0f}" height="{ROW - 6}" fill="#0F4C5C"/>')
            parts.append(f'<text x="{LEFT + WIDTH * value / longest + 6:.0f}" y="{top + 15}">{value:.1f} {escape(unit)}</text>')
        top += 2 * ROW
    size = f'width="{LEFT + WIDTH + 150}" height="{top}"'
    return f'<svg xmlns="http://www.w3.org/2000/svg" {size} font-family="sans-serif" font-size="12">{"".join(parts)}</svg>\n'
