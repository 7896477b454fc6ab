"""一企一策 of one enterprise as a Word document to print: every gap with what the goal asks, and room for measures, names and days."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from xltools.books.document import LANDSCAPE, TITLE, Grid, Paragraph, as_docx
from xltools.model.local import localised
from xltools.model.plan import GoalPlan, load_plan_words
from xltools.model.policy import Policy

WIDTHS = {"no": 700, "indicator": 2500, "found": 1700, "required": 3900, "measure": 3000, "responsible": 1300, "due": 1300}


def plan_document(plans: Sequence[GoalPlan], policy: Policy) -> bytes:
    """The plan of one enterprise, all its processes; the same plans give the same bytes."""
    return as_docx(_blocks(plans, policy), LANDSCAPE)


def _blocks(plans: Sequence[GoalPlan], policy: Policy) -> Iterator[Paragraph | Grid]:
    said, about = load_plan_words(), {name: value or "" for name, value in plans[0].about.items()}
    yield Paragraph(said.words["title"].format(**about), TITLE, "center", bold=True)
    yield Paragraph(said.words["code"].format(**about))
    yield Paragraph(localised(said.words["basis"], policy))
    for plan in plans:
        yield from _part(plan)
    yield Paragraph(said.words["signed"], before=400)


def _part(plan: GoalPlan) -> Iterator[Paragraph | Grid]:
    said, about = load_plan_words(), plan.about
    by = said.words["by"].format(day=about["goal_date"]) if about["goal_date"] else ""
    yield Paragraph(said.words["part"].format(**{**about, "by": by}, count=len(plan.lines)), bold=True, before=200)
    if plan.open:
        yield Paragraph(said.words["open"].format(count=plan.open))
    yield from (Paragraph(said.words["limits"].format(flags=flag)) for flag in plan.flags)
    rows = tuple(tuple(str(at) if name == "no" else _text(line.get(name)) for name in WIDTHS) for at, line in enumerate(plan.lines, 1))
    yield Grid(tuple(WIDTHS.values()), (tuple(said.columns[name] for name in WIDTHS), *rows))


def _text(value: object) -> str:
    return "" if value is None else str(value)
