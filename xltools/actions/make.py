"""make 生成: the blank templates, from the specs."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

from msgspec.structs import replace

from xltools.actions.run import TEMPLATE, Before, Run
from xltools.books.console import SUFFIX
from xltools.books.package import CREATED
from xltools.books.read import COUNTY
from xltools.books.replace import put_in_place
from xltools.books.summary import write_summary
from xltools.books.template import write_template
from xltools.model.console import load_console
from xltools.model.form import load_template
from xltools.model.outcome import Outcome
from xltools.model.policy import Policy
from xltools.rules.formula import live

OF_A_DAY = ("reporting", "moves")   # sheets that say what holds on the day of a merge: nothing before the first


def make_templates(folder: Path, policy: Policy) -> list[Path]:
    """Write every blank template into `folder`, which is made when missing; gives the files. Raises StopError, with nothing written, where one is there that is no longer blank."""
    with TemporaryDirectory() as made:
        template = load_template(COUNTY)
        write_template(Path(made, template.file), template, policy, live(template, policy))
        _write_city(Path(made), policy)
        return put_in_place(Path(made), folder)


def _write_city(folder: Path, policy: Policy) -> None:
    """Write the city's workbook before its first merge, whose moment is shown nowhere: every sheet, no record, the buttons that fill it."""
    template = load_template(TEMPLATE)
    _, summary = Run(policy, template, Before({}), {}, CREATED).summary(Outcome(), folder)
    tables = {name: table.without_records() if name in OF_A_DAY else table for name, table in summary.tables.items()}
    marks = {name: seen for name, seen in summary.marks.items() if name not in OF_A_DAY}
    words = load_console()
    summary = replace(summary, tables=tables, marks=marks, moment=words.never, result=words.never)
    write_summary((folder / template.file).with_suffix(SUFFIX), template, policy, summary)
