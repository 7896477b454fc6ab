"""A folder of county workbooks of any size, the same on every run."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from random import Random

import xlsxwriter

from xltools.model.form import FIRST_ROW, HEADER_ROW, Form, Owner, Template, load_template
from xltools.model.policy import Policy, load_policy
from xltools.rules.codes import ALPHABET, make_credit_code

CREATED = datetime(2022, 7, 1, tzinfo=UTC)
Cell = str | float | date | None


def write_city(folder: Path, files: int, rows: int, seed: int = 2022) -> None:
    """`files` workbooks of the county template, one per county and batch, each with `rows` enterprises in the screening list."""
    policy, template, rng = load_policy("sanmenxia-2022"), load_template("county"), Random(seed)
    folder.mkdir(parents=True, exist_ok=True)
    counties, months = policy.lists["counties"], policy.lists["months"]
    for at in range(files):
        cover = {"county": counties[at % len(counties)], "batch": months[6 + at // len(counties) % 5]}
        write_county(folder / f"{at:03}.xlsx", template, cover, enterprises(rows, at, policy, rng))


def write_year(folder: Path, files: int, rows: int, seed: int = 2022) -> None:
    """As `write_city`, so many workbooks for every month of a year; their names begin with the month."""
    policy, template, rng = load_policy("sanmenxia-2022"), load_template("county"), Random(seed)
    folder.mkdir(parents=True, exist_ok=True)
    for month in range(1, 13):
        for at, county in enumerate(policy.lists["counties"][:files]):
            write_county(folder / f"{month:02}-{at:03}.xlsx", template, {"county": county, "batch": f"{month}月"}, enterprises(rows, at, policy, rng))


def enterprises(rows: int, at: int, policy: Policy, rng: Random) -> list[dict[str, Cell]]:
    """So many enterprises of one file."""
    codes = [make_credit_code(f"91411200Y{''.join(rng.choices(ALPHABET[:10], k=6))}{at % 100:02}") for _ in range(rows)]
    return [enterprise(code, policy, rng) for code in codes]


def enterprise(code: str, policy: Policy, rng: Random) -> dict[str, Cell]:
    """What tells one invented enterprise from another; one in fifty has a capacity that is no number."""
    table = rng.choice(policy.tables)
    return {
        "credit_code": code,
        "permit_no": f"{code}001P",
        "name": f"三门峡{code[9:17]}有限公司",
        "industry": table.industry,
        "table": table.name,
        "capacity": "约300" if rng.randrange(50) == 0 else float(rng.randrange(1, 5000)),
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
