"""What follows from the example's screening list: reviews, rectification, protected enterprises, changes, measures."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from random import Random

from xltools.model.policy import County, Policy
from xltools.rules.records import Record, pick
from xltools.rules.rows import grades_of
from xltools.rules.stock import Shortfall, Stock, Task, line_of

Sheets = dict[str, list[Record]]
UNGRADED = ("未评级", "长期停产")


def add_casework(rng: Random, sheets: Sheets, county: County, stock: Stock, policy: Policy) -> None:
    """Adds the five sheets that follow from cover and screening; marks the protected rows in screening."""
    cover, screening = sheets["cover"][0], sheets["screening"]
    applicants = [code for code in _codes(screening) if rng.random() < 0.45]
    sheets["review"], sheets["rectification"] = [], []
    for row in screening:
        if row["credit_code"] in applicants and row["current"] != "长期停产":
            found = rng.choice(stock.shortfalls)
            review = _review(rng, row, found, cover, stock, policy)
            sheets["review"].append(review)
            if review["opinion"] != "同意上报":
                number = f"{stock.initials[county.name]}-{len(sheets['rectification']) + 1:02d}"
                sheets["rectification"].append({"issue_no": number, **_rectification(rng, review, found, stock)})
    sheets["protected"] = _protected(rng, screening, stock, policy)
    sheets["changes"] = _changes(rng, screening, stock, policy)
    graded = [row for row in screening if row["current"] not in UNGRADED]
    sheets["measures"] = [_measures(rng, row, stock) for row in graded if rng.random() < 0.5]


def _codes(rows: Sequence[Record]) -> list[object]:
    return list(dict.fromkeys(row["credit_code"] for row in rows))


def _review(rng: Random, row: Record, found: Shortfall, cover: Record, stock: Stock, policy: Policy) -> Record:
    opinion = pick(rng, {"同意上报": 74, "退回整改": 22, "不同意": 4})
    good = opinion == "同意上报"
    materials = {f"m_{name}": "有" for name in ("basic", "permits", "monitoring", "energy", "measures", "online", "archive", "records", "vehicles", "gate")}
    for name in ("m_online", "m_gate"):
        if rng.random() < 0.25:
            materials[name] = "不涉及"
    if not good:
        materials[found.material] = "无"
    signed = cover["sign_date"]
    visited = date(policy.year, stock.month, rng.randrange(4, 15))
    first, second = rng.sample(stock.people, 2)
    return {
        "credit_code": row["credit_code"],
        "process": row["process"],
        "applied": row["applied"],
        **materials,
        "visit_date": visited,
        "conclusion": row["applied"] if good else _below(row, policy),
        "shortfall": None if good else found.problem,
        "opinion": opinion,
        "checker1": first,
        "checker2": second,
        "checkers_signed": "已签字",
        "director_signed": "已签字" if good else "未签字",
        "sign_date": signed if good else None,
    }


def _below(row: Record, policy: Policy) -> str:
    """The grade next below the one applied for."""
    grades = grades_of(str(row["table"]), policy)
    return grades[min(grades.index(str(row["applied"])) + 1, len(grades) - 1)]


def _rectification(rng: Random, review: Record, found: Shortfall, stock: Stock) -> Record:
    visited = review["visit_date"]
    if not isinstance(visited, date):
        raise TypeError("a review has a date")
    responsible, verifier = rng.sample(stock.people, 2)
    done = rng.random() < 0.3
    partly = not done and rng.random() < 0.3
    return {
        "credit_code": review["credit_code"],
        "process": review["process"],
        "origin": "县级初审",
        "indicator": found.indicator,
        "problem": found.problem,
        "demand": found.demand,
        "responsible": responsible,
        "due": visited + timedelta(days=rng.choice((30, 45, 60))),
        "done": visited + timedelta(days=rng.randrange(1, 4)) if done else None,
        "evidence": found.evidence if done else None,
        "verifier": verifier if done or partly else None,
        "result": "已整改到位" if done else "部分整改" if partly else None,
    }


def _protected(rng: Random, screening: Sequence[Record], stock: Stock, policy: Policy) -> list[Record]:
    """Up to three enterprises with a task; their rows in screening become protected."""
    tasks = {task.table: task for task in stock.tasks}
    able = [row for row in screening if row["table"] in tasks]
    records = []
    for chosen in rng.sample(able, min(len(able), 1 + rng.randrange(3))):
        for row in screening:
            if row["credit_code"] == chosen["credit_code"]:
                row["protected"] = "是"
        records.append(_protection(chosen, tasks[str(chosen["table"])], policy))
    return records


def _protection(row: Record, task: Task, policy: Policy) -> Record:
    return {
        "credit_code": row["credit_code"],
        "protected_kind": task.kind,
        "task": task.task,
        "scope": task.scope,
        "valid_from": date(policy.year, 10, 1),
        "valid_to": date(policy.year + 1, 3, 31),
        "project": task.project,
        "green": "是" if task.project == "是" else None,
        "contact": row["contact"],
        "phone": row["phone"],
    }


def _changes(rng: Random, screening: Sequence[Record], stock: Stock, policy: Policy) -> list[Record]:
    """One to three changes; a decided one explains the present grade."""
    graded = [row for row in screening if row["current"] in ("B", "C")]
    rows = rng.sample(graded, min(len(graded), 1 + rng.randrange(3)))
    return [_change(rng, row, stock, policy) for row in rows]


def _change(rng: Random, row: Record, stock: Stock, policy: Policy) -> Record:
    change = rng.choice(stock.changes)
    found = date(policy.year, rng.randrange(2, 6), rng.randrange(1, 28))
    record: Record = {
        "credit_code": row["credit_code"],
        "process": row["process"],
        "change_kind": change.kind,
        "found_date": found,
        "detail": change.detail,
        "document_no": change.document or None,
        "old_grade": row["current"],
        "second_review": change.second,
    }
    if change.steps:
        grades = grades_of(str(row["table"]), policy)
        record["old_grade"] = grades[grades.index(str(row["current"])) - change.steps]
        record |= {"new_grade": row["current"], "decided_by": "市绩效分级评定领导小组", "decided_date": found + timedelta(days=21)}
    return record


def _measures(rng: Random, row: Record, stock: Stock) -> Record:
    line = line_of(stock, str(row["table"]), row["product"])
    load = 0.4 + rng.randrange(61) / 100
    record: Record = {"credit_code": row["credit_code"], "process": row["process"], "grade": row["current"]}
    for name, most in zip(("pm", "so2", "nox", "voc"), line.daily, strict=True):
        record[f"day_{name}"] = round(most * load, 1)
    for colour, (measure, cut) in zip(("yellow", "orange", "red"), stock.measures[str(row["current"])], strict=True):
        record[f"measure_{colour}"], record[f"cut_{colour}"] = measure, cut
    return record
