"""Twice the records make twice the work, not four times: calls are counted, no clock is read.

Counted with two, four and six times the records of a county: what does not depend on them falls out of the differences.
"""

from __future__ import annotations

import cProfile
from hashlib import sha256
from pathlib import Path

import pytest

from tests.county_files import POLICY
from xltools.actions.example import faultless, write_counties
from xltools.faces import cli
from xltools.rules.codes import ALPHABET, make_credit_code
from xltools.rules.faults import Ground

TIMES = (2, 4, 6)
MOST = 1.25     # what the third part may take for each of the second; where every record looks at all others it takes 1.67
SUMMARY = "市级汇总.xlsm"
FIRST = "湖滨区"        # counted once and forgotten, so that what is kept for later, such as patterns, is there
COUNTY = "灵宝市"
# In this order and in one folder: later ones use what the merge wrote. Merging itself works by columns, which calls do not show; tests/bench measures it.
COMMANDS = {
    "merge": ["merge", "区县", "-o", SUMMARY],
    "fsck": ["fsck", SUMMARY, "区县"],
    "publish": ["publish", SUMMARY, "--start", "2022-08-01", "--end", "2022-08-10", "-o", "公示"],
    "lists": ["lists", SUMMARY, "-o", "名单.xlsx"],
    "emergency": ["emergency", SUMMARY, "-o", "应急减排清单.xlsx"],
    "pack": ["pack", "区县", "--month", "6月", "-o", "上报"],
    "remind": ["remind", SUMMARY, "-o", "提醒"],
    "check": ["check", "区县", "--return", "退回"],
}


def another(code: str, copy: int) -> str:
    """A valid code for a copy of the enterprise."""
    digest = sha256(f"{code}{copy}".encode()).digest()
    return make_credit_code(code[:9] + "".join(ALPHABET[byte % 10] for byte in digest[:8]))


def copied(ground: Ground, times: int) -> Ground:
    """The county with so many enterprises for each of its own, in every sheet."""
    own = {form: list(records) for form, records in ground.sheets.items() if form != "cover"}
    for copy in range(1, times):
        for form, records in own.items():
            for record in records:
                code = str(record.get("credit_code"))
                texts = {name: value.replace(code, another(code, copy)) for name, value in record.items() if isinstance(value, str)}
                named = {"name": texts["name"].replace("有限", f"{copy}号有限")} if "name" in texts else {}
                ground.sheets[form].append({**record, **texts, **named})
    return ground


def counted(folder: Path, county: str, times: int) -> dict[str, int]:
    """Command → the number of calls it takes with so many times the records."""
    found = {}
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        patch.setenv("XDG_CONFIG_HOME", str(folder / "own"))
        write_counties(Path("区县"), [copied(one, times) for one in faultless(POLICY) if one.county == county])
        for name, arguments in COMMANDS.items():
            with cProfile.Profile() as profile:
                assert cli.run(arguments) in (0, 1), name
            found[name] = sum(entry.callcount for entry in profile.getstats())
    return found


def test_work_grows_as_the_records_do(tmp_path_factory: pytest.TempPathFactory) -> None:
    cases = [(FIRST, 1), *((COUNTY, times) for times in TIMES)]
    _, *found = (counted(tmp_path_factory.mktemp("次"), *case) for case in cases)
    calls = {name: [one[name] for one in found] for name in COMMANDS if name != "merge"}
    assert {name: (few, more, most) for name, (few, more, most) in calls.items() if most - more >= MOST * (more - few)} == {}
