"""A folder of county workbooks of any size, the same on every run."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from pathlib import Path
from random import Random
from shutil import copytree

import xlsxwriter

from xltools.model.form import FIRST_ROW, HEADER_ROW, Form, Owner, Template, load_template
from xltools.model.policy import IndicatorTable, Policy, load_policy, policy_in
from xltools.rules.codes import ALPHABET, make_credit_code

POLICIES, POLICY = Path(__file__).parents[2] / "xltools" / "specs" / "policies", "sanmenxia-2022"
CREATED = datetime(2022, 7, 1, tzinfo=UTC)
Cell = str | float | date | None


def write_city(folder: Path, files: int, rows: int, seed: int = 2022, policy: Policy | None = None) -> None:
    """`files` workbooks of the county template, one per county and batch, each with `rows` enterprises in the screening list.

    A second file of one county and batch would not be merged. Raises ValueError when the policy has too few counties for that.
    """
    policy, template, rng = policy or load_policy(POLICY), load_template("county"), Random(seed)
    folder.mkdir(parents=True, exist_ok=True)
    counties, months = policy.lists["counties"], policy.lists["months"][6:11]
    if files > len(counties) * len(months):
        raise ValueError(f"{files} files of {len(counties)} counties in {len(months)} months: {write_wide_policy.__name__} makes more counties")
    for at in range(files):
        cover = {"county": counties[at % len(counties)], "batch": months[at // len(counties)]}
        write_county(folder / f"{at:03}.xlsx", template, cover, enterprises(rows, at, policy, rng))


def write_wide_policy(folder: Path, counties: int) -> Policy:
    """The policy of the city as text, with so many invented counties in the place of its own."""
    copytree(POLICIES / POLICY, folder)
    entry = '[[county]]\nname = "示例县{at:03}"\ncode = ""\ngroup = "申报帮扶组1"\naliases = []\n\n'
    path = folder / "policy.toml"
    text, count = re.subn(r"(\[\[county]]\n(?:\w+ = .*\n)+\n)+", "".join(entry.format(at=at) for at in range(counties)), path.read_text("utf-8"))
    if count != 1:
        raise ValueError(f"{path}: the counties are not one block")
    path.write_text(text, "utf-8")
    return policy_in(folder)


def write_year(folder: Path, files: int, rows: int, seed: int = 2022) -> None:
    """As `write_city`, so many workbooks for every month of a year; their names begin with the month."""
    policy, template, rng = load_policy(POLICY), load_template("county"), Random(seed)
    folder.mkdir(parents=True, exist_ok=True)
    for month in range(1, 13):
        for at, county in enumerate(policy.lists["counties"][:files]):
            write_county(folder / f"{month:02}-{at:03}.xlsx", template, {"county": county, "batch": f"{month}月"}, enterprises(rows, at, policy, rng))


def enterprises(rows: int, at: int, policy: Policy, rng: Random) -> list[dict[str, Cell]]:
    """So many enterprises of one file."""
    codes = [make_credit_code(f"91411200Y{''.join(rng.choices(ALPHABET[:10], k=6))}{at % 100:02}") for _ in range(rows)]
    tables = [table for table in policy.tables if table.name in policy.lists["tables"]]
    return [enterprise(code, rng.choice(tables), policy, rng) for code in codes]


def enterprise(code: str, table: IndicatorTable, policy: Policy, rng: Random) -> dict[str, Cell]:
    """What tells one invented enterprise from another; one in fifty has a capacity that is no number, and nothing else is wrong."""
    grades = policy.scheme(table.scheme).grades
    meant = "B" if "B" in grades else grades[0]
    return {
        "credit_code": code,
        "permit_no": f"{code}001P",
        "name": f"三门峡{code[9:17]}有限公司",
        "industry": table.industry,
        "table": table.name,
        "capacity": "约300" if rng.randrange(50) == 0 else float(rng.randrange(1, 5000)),
        "current": grades[-1],
        **dict.fromkeys(("self", "applied", "target"), meant),
    }


def write_county(path: Path, template: Template, cover: dict[str, str], records: list[dict[str, Cell]]) -> None:
    """One workbook with every sheet of the template; what a record does not name holds the example of the spec."""
    with xlsxwriter.Workbook(path, {"constant_memory": True, "strings_to_formulas": False}) as workbook:
        workbook.set_properties({"created": CREATED})
        for form in template:
            sheet = workbook.add_worksheet(form.sheet)
            if form.layout == "card":
                for row, field in enumerate(form, FIRST_ROW):
                    sheet.write_row(row, 0, [field.label, cover.get(field.name, field.example)])
                continue
            sheet.write_row(HEADER_ROW - 1, 0, [field.header for field in form])
            for row, record in enumerate(records if form.name == "screening" else [], FIRST_ROW - 1):
                sheet.write_row(row, 0, line(form, record))


def line(form: Form, record: dict[str, Cell]) -> list[Cell]:
    """The cells of one record in the form's order."""
    return [record.get(field.name, None if field.owner is Owner.FORMULA else field.example) for field in form]
