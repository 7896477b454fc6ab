"""What the sheets' own checks look things up in: accepted spellings, pairs of industry and table, grades by table, digits."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from xltools.model.form import Field, Form, Kind
from xltools.model.policy import Policy
from xltools.rules.choices import spellings
from xltools.rules.codes import ALPHABET, WEIGHTS
from xltools.rules.dates import EPOCH
from xltools.rules.grades_text import grade_spellings
from xltools.rules.limits import DITTO, date_limits
from xltools.rules.rows import grades_of

Entries = dict[str, tuple[str | int, ...]]

SEPARATOR = "|"
WIDE = {code: code + 0xFEE0 for code in range(0x21, 0x7F)}
NUMERALS = "0123456789０１２３４５６７８９一二三四五六七八九十〇零廿卅"
NOT_PERSONS = ("公司", "集团", "分局", "办公室", "中心", "待定", "不详", "暂无")


def lists(forms: Iterable[Form], policy: Policy) -> Entries:
    """Every helper list by name, for the placeholders {list:…} of the checks.

    ok_…: spellings a choice takes · no_…: spellings of grades it does not take · signs_…: without one a text is no grade ·
    …_parents, …_children: side by side · …_pairs: "parent|child" · table_grades: "table|grade" · worse: "worse|better" ·
    days: serial numbers of the first and the last plausible date.
    """
    found: Entries = {
        "wide": tuple("０１２３４５６７８９．－＋％"),
        "numerals": tuple(NUMERALS),
        "digits": tuple(range(10)),
        "not_persons": NOT_PERSONS,
        "ditto": DITTO,
        "places": tuple(range(1, len(WEIGHTS) + 2)),
        "weights": (*WEIGHTS, 1),
        "excluded": tuple(letter for letter in "ABCDEFGHIJKLMNOPQRSTUVWXYZ" if letter not in ALPHABET),
        "known_grades": policy.grades,
        "table_grades": tuple(_joined((table.name, grade) for table in policy.tables for grade in grades_of(table.name, policy))),
        "days": tuple((day - EPOCH).days for day in date_limits(policy)),
        "worse": tuple(_joined(_worse(policy))),
    }
    for field in (field for form in forms for field in form if field.is_choice):
        if field.depends:
            found |= _pairs(field, policy)
        else:
            found |= _grades(field, policy) if field.kind is Kind.GRADE else {f"ok_{field.list}": _choices(field, policy)}
    return found


def _choices(field: Field, policy: Policy) -> tuple[str, ...]:
    return _variants([*policy.lists[field.list], *spellings(field, policy)])


def _grades(field: Field, policy: Policy) -> Entries:
    values = policy.lists[field.list]
    known = grade_spellings(field, policy)
    return {
        f"ok_{field.list}": _variants([*values, *(spelling for spelling, grade in known.items() if grade in values)]),
        f"no_{field.list}": _variants(spelling for spelling, grade in known.items() if grade not in values) or ("",),
        f"signs_{field.list}": _variants(spelling for spelling in known if len(spelling) == 1 or not spelling.isascii()),
    }


def _pairs(field: Field, policy: Policy) -> Entries:
    """The children of one parent together; other spellings of a parent are parents too."""
    pairs = sorted(_parents(field, policy))
    return {
        f"{field.list}_parents": tuple(parent for parent, _ in pairs),
        f"{field.list}_children": tuple(child for _, child in pairs),
        f"{field.list}_pairs": tuple(_joined(pairs)),
    }


def _parents(field: Field, policy: Policy) -> Iterator[tuple[str, str]]:
    for industry in policy.industries:
        for name in (industry.name, *industry.aliases):
            yield from ((name, child) for child in policy.options(field.list, industry.name))


def _worse(policy: Policy) -> Iterator[tuple[str, str]]:
    for scheme in policy.schemes:
        yield from ((worse, better) for place, better in enumerate(scheme.grades) for worse in scheme.grades[place + 1 :])


def _joined(pairs: Iterable[tuple[str, str]]) -> Iterator[str]:
    return (SEPARATOR.join(pair) for pair in pairs)


def _variants(texts: Iterable[str]) -> tuple[str, ...]:
    """The texts, each also in full width and with the other kind of brackets, without repeats that differ in case only."""
    found: dict[str, str] = {}
    for text in texts:
        for variant in (text, text.translate(WIDE), text.replace("(", "（").replace(")", "）"), text.replace("（", "(").replace("）", ")")):
            found.setdefault(variant.casefold(), variant)
    return tuple(found.values())
