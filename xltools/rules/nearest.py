"""What somebody may have meant: near choices and near enterprises, only ever proposed in a sentence."""

from __future__ import annotations

import re
from collections.abc import Iterable

from msgspec import Struct
from rapidfuzz import fuzz
from rapidfuzz.distance import OSA

from xltools.model.table import Table
from xltools.rules.rows import cell_text
from xltools.rules.text import company_key, key

# Of Chinese words of three or four characters, one wrong leaves 67 or 75; two different choices of our lists seldom share half.
LIKE = 60
MARGIN = 5      # of two words alike neither is proposed alone
MOST = 2
SPAN = re.compile(r"(\d{1,2})\D{0,2}[-~—至到、,和及/](\d{1,2})(\D{1,2})")     # “7-8月” is one of the two, not the one at its end
# Names of different firms in one county share the place's name and score up to 76; a slip in one name leaves 85 and more.
SAME_FIRM = 85
CODE_SLIPS = 2  # wrong, missing, extra or swapped characters


def near(typed: str, options: Iterable[str]) -> list[str]:
    """The one or two options most like what was typed, best first; none when nothing is like it or too much is."""
    plain, options = key(typed), list(options)
    if (span := SPAN.fullmatch(plain)) and (ends := [one for one in options if key(one) in (f"{int(span[1])}{span[3]}", f"{int(span[2])}{span[3]}")]):
        return ends
    scored = sorted(((score, option) for option in options if (score := _likeness(plain, key(option))) >= LIKE), key=lambda pair: (-pair[0], pair[1]))
    best = [option for score, option in scored if scored and score > scored[0][0] - MARGIN]
    return best if len(best) <= MOST else []


def meant(typed: str, options: Iterable[str]) -> str:
    """A question to stand behind a sentence: “；是不是“天然气”？”, "" when there is nothing to ask."""
    found = near(typed, options)
    return f"；是不是{'或'.join(f'“{one}”' for one in found)}？" if found else ""


class Listed(Struct, frozen=True):
    """An enterprise as the screening list has it: cell of its code, code, name, and the name without what firms share."""

    cell: str
    code: str
    name: str
    plain: str


def enterprises_in(screening: Table) -> list[Listed]:
    """Every enterprise of the screening list, once by code, with its first cell."""
    found: dict[str, Listed] = {}
    for row, typed, called in zip(screening.rows, screening.cells["credit_code"], screening.column("name"), strict=True):
        code, name = typed or "", called or ""
        found.setdefault(code or name, Listed(screening.place(row, "credit_code").cell, code, name, company_key(name)))
    return list(found.values())


def enterprise_meant(code: str, name: str, listed: Iterable[Listed]) -> str:
    """The one enterprise whose code or name is nearly this, as a question with its cell; "" for none or several."""
    plain = company_key(name)
    alike = [one for one in listed if _nearly_same_code(code, one.code) or (plain and one.plain and fuzz.ratio(plain, one.plain) >= SAME_FIRM)]
    return f"；是不是{alike[0].cell}的“{alike[0].name}”（{alike[0].code}）？" if len(alike) == 1 else ""


def processes_there(rows: Iterable[int], screening: Table) -> str:
    """What processes the screening list has in these rows of one enterprise, to follow a sentence."""
    found = list(dict.fromkeys(filter(None, (cell_text(screening, row, "process") for row in rows))))
    return f"；排查清单中这家企业的工序是{'、'.join(f'“{one}”' for one in found[:3])}{'等' if len(found) > 3 else ''}" if found else ""


def _nearly_same_code(code: str, listed: str) -> bool:
    return bool(listed) and OSA.distance(code, listed, score_cutoff=CODE_SLIPS) <= CODE_SLIPS


def _likeness(typed: str, option: str) -> float:
    """0 to 100; a word that is a whole part of the other counts for more."""
    if len(typed) > 1 and len(option) > 1 and (typed in option or option in typed):
        return max(80.0, fuzz.ratio(typed, option))
    return fuzz.ratio(typed, option)
