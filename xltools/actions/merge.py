"""merge 汇总: county workbooks into the city's, which keeps what the city wrote in it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from xltools.actions.check import judge_files, sources
from xltools.actions.city import with_findings
from xltools.actions.detail import is_whole
from xltools.actions.grade import chosen_checklists, with_grades
from xltools.actions.in_place import Existing, existing, renew
from xltools.actions.inbox import Step, among, unseen
from xltools.actions.run import DRAWN, TEMPLATE, Before, Run, as_typed, log_said, other_policy
from xltools.actions.since import decisions_in, state_at
from xltools.books.file import open_summary
from xltools.books.inplace import Renewed
from xltools.books.locks import held
from xltools.books.package import replace_file
from xltools.books.patch_xml import CannotPatchError
from xltools.books.read import read_tables
from xltools.books.replace import UNNAMED, back_up, beside, clean_up, holder, take_back
from xltools.model.code import Code
from xltools.model.finding import Finding, Place, StopError
from xltools.model.form import Template, load_template
from xltools.model.outcome import Outcome
from xltools.model.policy import Policy
from xltools.rules.cross import not_sent

# What a summary still says when the rows of a sheet are not in it: all else would be taken for gone.
OF_ITS_OWN = ("names", "conflicts", "unclaimed", "history", "log")
SOME = 5  # cells that a sentence names


class Earlier(Struct, frozen=True):
    """What a merge is given from earlier. since: a month or day to compare with instead of the last merge, "" for none ·
    names: a workbook with decisions about who is who."""

    since: str = ""
    names: Path | None = None


def merge(paths: Iterable[Path], output: Path, policy: Policy, moment: datetime, step: Step = unseen) -> Outcome:
    """As `merge_with`, with nothing from earlier but the summary itself."""
    return merge_with(paths, output, (policy, moment), Earlier(), step)


def merge_with(paths: Iterable[Path], output: Path, rules: tuple[Policy, datetime], earlier: Earlier, step: Step) -> Outcome:
    """Merge county workbooks and filled checklists (files, or folders with all below them) into the summary at `output`.

    An existing summary is brought up to date in its own place: the rows of our sheets change, with what the city wrote in
    and beside them, everything else in the file stays; the old one is copied to a folder of backups first. One that is open
    elsewhere, or in which something is in the way, is left alone: the result then stands beside it, and a finding says why.
    Of two merges into one summary the second waits for the first; raises StopError when that takes long.
    rules: the policy, and the moment of the run, printed in the summary and naming the backup · step: called with (done, total, name)
    per file. Raises StopError when what is given from earlier is not there.
    """
    policy, moment = rules
    template = load_template(TEMPLATE)
    given = among(paths, [path for path in paths if path.resolve() != output.resolve()])
    checklists = chosen_checklists(given)
    outcome = judge_files(among(given, [path for path in given if path not in checklists]), policy, step)
    decisions = decisions_in(earlier.names) if earlier.names else ()
    taken = [Code.NAMES_TAKEN.at(Place(output.name), file=earlier.names.name, count=len(decisions), sheet=template["names"].sheet)] if earlier.names else []
    outcome = with_findings(with_grades(outcome, given, policy), [*not_sent(outcome, policy), *taken])
    places = {one.name: one.path for one in sources(given)[0]}
    inbox = next((path for path in given if path.is_dir()), None)
    output.parent.mkdir(parents=True, exist_ok=True)
    with held(output, moment):
        clean_up(output)
        against = state_at(output, earlier.since) if earlier.since else {}
        run = Run(policy, template, Before({}), places, moment, inbox, decisions, against)
        return _update(output, run, outcome) if output.exists() else run.write(outcome, output)


def _update(output: Path, run: Run, outcome: Outcome) -> Outcome:
    """Bring the summary that is there up to date; where that cannot be, the result goes beside it, and a finding says why."""
    try:
        there = existing(output, run.template)
        outcome = with_findings(outcome, other_policy(there.book, run.policy, Code.MERGED_OTHER_POLICY))
        target = beside(output) if holder(output) else output
        outcome, done = renew(there, run, outcome, target.parent)
    except (StopError, CannotPatchError) as refused:
        return _beside(output, run, outcome, refused)
    if not done.is_changed:
        return with_findings(replace(outcome, output=output), [Code.UNCHANGED.at(Place(output.name), file=output.name)])
    found = [Code.FILTER_KEPT.at(Place(output.name, sheet), count=count) for sheet, count in done.added.items()]
    found += _led_along(output, done)
    return _put(output, there, with_findings(outcome, found), done, run.moment)


def _led_along(output: Path, done: Renewed) -> Iterator[Finding]:
    """What the merge did with formulas and pivot tables of the user's own."""
    for code, cells in ((Code.FORMULAS_FOLLOWED, done.elsewhere.followed), (Code.FORMULAS_LOST, done.elsewhere.lost)):
        for sheet, some in cells.items():
            shown = "、".join(some[:SOME]) + (" 等" if len(some) > SOME else "")
            yield code.at(Place(output.name, sheet, some[0]), count=len(some), cells=shown)
    if done.elsewhere.pivots:
        yield Code.PIVOT_GROWN.at(Place(output.name), count=done.elsewhere.pivots)


def _put(output: Path, there: Existing, outcome: Outcome, done: Renewed, moment: datetime) -> Outcome:
    """Write the summary in the place of the old one, of which a copy is kept; beside it when somebody has it open, or saved it just now."""
    target, found = beside(output), list[Finding]()
    if who := holder(output):
        found = [_open_elsewhere(output, who, target)]
    elif output.read_bytes() != there.book.data:
        found = [Code.CHANGED_MEANWHILE.at(Place(output.name), file=output.name, other=target.name)]
    else:
        kept = back_up(output, moment)
        try:
            replace_file(output, done.content)
        except PermissionError:  # Windows does not let a file be replaced that a program has open
            take_back(kept)
            found = [_open_elsewhere(output, UNNAMED, target)]
        else:
            return replace(outcome, output=output)
    replace_file(target, done.content)
    return with_findings(replace(outcome, output=target), found)


def _beside(output: Path, run: Run, outcome: Outcome, refused: StopError | CannotPatchError) -> Outcome:
    """Write a new summary beside the old one, with what the city wrote there as far as it can be read."""
    before, target = previous(output, run.template), beside(output)
    if isinstance(refused, StopError) and refused.finding.code is Code.ROWS_ELSEWHERE:
        found = refused.finding
    elif before.strange:
        found = Code.OUTPUT_NOT_OURS.at(Place(output.name), file=output.name, what=before.strange, other=target.name)
    else:
        found = Code.NOT_IN_PLACE.at(Place(output.name), file=output.name, reason=_reason(refused), other=target.name)
    return replace(run, before=before).write(with_findings(outcome, [found]), target)


def _reason(refused: StopError | CannotPatchError) -> str:
    if isinstance(refused, StopError):
        place = refused.finding.place
        return f"【{place.sheet}】{place.cell} {refused.finding.message}" if place.sheet else refused.finding.message
    return str(refused) or "它的内部写法少见，改动没有把握"


def previous(output: Path, template: Template) -> Before:
    """The tables of the existing summary, for what the city wrote there; or why it is none."""
    if not output.exists():
        return Before({})
    forms = tuple(as_typed(form) for form in template if form.name not in DRAWN)
    try:
        book = open_summary(output)
        if book.stamp.template != template.id:
            return Before({}, "它不是市级汇总表")
        tables = read_tables(book, replace(template, forms=forms))[0]
        return Before(tables if is_whole(book, tables) else {name: tables[name] for name in OF_ITS_OWN if name in tables}, log=log_said(book, template))
    except StopError as stop:
        return Before({}, stop.finding.message)


def _open_elsewhere(output: Path, who: str, target: Path) -> Finding:
    return Code.OUTPUT_OPEN.at(Place(output.name), file=output.name, holder=who, other=target.name)
