"""The specs as one city reads them: its own clauses, name, counties and year where the specs say those they were written by."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache, cached_property

from msgspec import Struct
from msgspec.structs import replace

from xltools.model.form import Field, Form, Kind, Template
from xltools.model.policy import Policy
from xltools.model.shipped import spec

BETWEEN = "、"
ENDING = "市"
YEAR = re.compile(r"\b20\d\d(?=-\d\d)")


class Written(Struct, frozen=True, dict=True):
    """What specs/clauses.toml declares. clauses: as the specs cite them → what each is about · dates: as they are said → the deadline's id."""

    document: str
    city: str
    year: int
    unknown: str
    dates: Mapping[str, str]
    clauses: Mapping[str, str]

    @cached_property
    def cited(self) -> re.Pattern[str]:
        """The document with the clauses behind it."""
        one = "|".join(re.escape(clause) for clause in sorted(self.clauses, key=len, reverse=True))
        return re.compile(rf"{re.escape(self.document)}(?: ((?:{one})(?:{BETWEEN}(?:{one}))*))?")


@cache
def load_written() -> Written:
    """What the specs are written by."""
    return Written(**spec("clauses.toml"))


def localised(text: str, policy: Policy) -> str:
    """The text with this policy's document, clauses, city and dates. Clauses that the policy does not know are named as such, never made up."""
    written = load_written()
    if written.document in text:
        text = written.cited.sub(lambda found: _cited(found[1], policy), text)
    for said, deadline in written.dates.items():
        text = text.replace(said, _before(deadline, policy))
    return text.replace(written.city, policy.city.removesuffix(ENDING))


def example_in(field: Field, policy: Policy, parent: str | None = None) -> str:
    """The example of a field as this city would fill it: one of its own choices, a date of its year. parent: what the field that this one depends on holds."""
    moved = policy.year - load_written().year
    if field.kind is Kind.INTEGER and field.example == str(load_written().year):
        return str(policy.year)
    if field.is_choice and field.example and field.list in policy.lists:
        options = policy.options(field.list, parent)
        return field.example if field.example in options or not options else options[0]
    return YEAR.sub(lambda year: str(int(year[0]) + moved), localised(field.example, policy))


def form_in(form: Form, policy: Policy) -> Form:
    """The form as this city is shown it."""
    examples: dict[str, str] = {}
    for one in form:
        examples[one.name] = example_in(one, policy, examples.get(one.depends))
    fields = tuple(replace(one, example=examples[one.name], source=localised(one.source, policy), help=localised(one.help, policy)) for one in form)
    return replace(form, fields=fields, source=localised(form.source, policy), note=localised(form.note, policy))


def template_in(template: Template, policy: Policy) -> Template:
    """The template as this city is handed it; no other for the policy that the specs are written by."""
    return replace(template, source=localised(template.source, policy), forms=tuple(form_in(form, policy) for form in template))


def _before(id: str, policy: Policy) -> str:
    """“9月5日前”, of a monthly deadline “20日前”; where the policy has no such deadline, that there is one to be told."""
    found = next((one for one in policy.deadlines if one.id == id), None)
    if found is None:
        return "规定日期前"
    month = f"{found.month}月" if found.month else ""
    day = f"{found.day}日" if found.day else "底" if month else "月底"
    return f"{month}{day}前"


def _cited(clauses: str | None, policy: Policy) -> str:
    """The policy's document, with its own words for these clauses."""
    if clauses is None:
        return policy.source
    own = list(dict.fromkeys(policy.clauses[one] for one in clauses.split(BETWEEN) if policy.clauses.get(one)))
    return f"{policy.source} {BETWEEN.join(own)}" if own else load_written().unknown.format(source=policy.source)
