"""Choices by what was meant: the list's values, their aliases and other spellings."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from rapidfuzz import fuzz, process

from xltools.model.form import Field
from xltools.model.policy import Policy
from xltools.model.value import shown
from xltools.model.visible import visible
from xltools.rules.nearest import meant
from xltools.rules.reading import BLANK, Reading, converted
from xltools.rules.text import how_changed, key

_MONTH = "月"  # in the name of every month
_LISTED = 12  # longer lists are not printed whole in a sentence


def spellings(field: Field, policy: Policy) -> Mapping[str, str]:
    """Every accepted spelling of the field's choices, normalised by `text.key` → the choice.

    A spelling that could mean two choices stands for neither.
    """
    values = policy.lists[field.list]
    found = {key(value): value for value in values}
    others: dict[str, set[str]] = {}
    for spelling, value in _others(field, policy):
        others.setdefault(key(spelling), set()).add(value)
    found.update({spelling: min(meant) for spelling, meant in others.items() if len(meant) == 1 and spelling not in found})
    return found


def read_choice(cell: object, accepted: Mapping[str, str]) -> Reading:
    """The choice in a cell; text that is no choice stays as typed, for the check to report. accepted: see `spellings`."""
    text = visible("" if cell is None else shown(cell, limit=1000))
    if not text:
        return BLANK
    value = accepted.get(key(text))
    if value is None or value == text:
        return Reading(value or text)
    return converted(value, how_changed(text, value) if key(text) == key(value) else "按同义写法")


def choices_text(options: tuple[str, ...], typed: str) -> str:
    """The choices as a sentence names them: all of a short list, of a long one those most like what was typed; and which may be meant."""
    asked = meant(typed, options)
    if len(options) <= _LISTED:
        return f"{'、'.join(options)}{asked}"
    alike = process.extract(key(typed), {o: key(o) for o in options}, scorer=fuzz.ratio, limit=3)
    return f"{'、'.join(str(name) for _, _, name in alike)} 等 {len(options)} 项{asked}"


def _others(field: Field, policy: Policy) -> Iterator[tuple[str, str]]:
    """(other spelling, choice) of the field's list."""
    if field.list == "counties":
        yield from ((other, county.name) for county in policy.counties for other in (county.code, *county.aliases) if other)
    if field.list == "industries":
        yield from ((alias, industry.name) for industry in policy.industries for alias in industry.aliases)
    for value, words in policy.synonyms.get(field.list, {}).items():
        yield from ((word, value) for word in words)
    if field.list == "months":
        yield from _dated(policy)
    if field.none_word:
        yield from ((word, field.none_word) for word in policy.synonyms.get("none", {}).get(field.none_word, ()))


def _dated(policy: Policy) -> Iterator[tuple[str, str]]:
    """(month with the policy's year, month): “2022年7月”, and the day that a spreadsheet makes of it when somebody types it into a plain cell."""
    for number, month in enumerate(policy.lists["months"], 1):
        words = policy.synonyms.get("months", {}).get(month, ())
        yield from ((f"{policy.year}年{word}", month) for word in (month, *words) if _MONTH in word)
        yield f"{policy.year}-{number:02}-01", month
