"""The buttons 计算等级 and 生成核查表 on the open summary."""

from __future__ import annotations

from datetime import datetime

from xltools.actions.checklist_open import make_open
from xltools.actions.grade_open import Graded, grade_open
from xltools.actions.inbox import Inbox
from xltools.actions.merge_open import Request
from xltools.books.console import INBOX
from xltools.faces.live.folders import checklist_folder, checklists, city, policy_of, result, write_result
from xltools.faces.live.forms import form_snapshots, write_forms
from xltools.faces.live.host import MINUTE, Desk, RefusedError, Reply, steps, written_in
from xltools.faces.live.results import require_place, show
from xltools.faces.live.state import Snapshot, State, followed, keep, kept
from xltools.faces.places import cache_folder
from xltools.model.console import load_console
from xltools.model.finding import Severity
from xltools.model.grade import Status


def grade(desk: Desk, moment: datetime, policy_id: str) -> Reply:
    """Grade the checklists in the folders beside the open summary into its sheet of site checks. Raises RefusedError and StopError."""
    words, book, folder = load_console(), desk.book, desk.folder
    desk.say(words.said["reading"])
    live = city(book)
    given = [folder / text] if (text := written_in(book, INBOX)) and (folder / text).is_dir() else []
    paths = tuple(dict.fromkeys([*given, *checklists(book, folder)]))
    graded = grade_open(live, Request(Inbox(paths, cache=cache_folder()), folder, policy_of(desk, live.stamp.policy, policy_id), moment), steps(desk.say))
    if not graded.outcome.files:
        folders = "”“".join(dict.fromkeys([text, checklist_folder(book, folder).name]))
        raise RefusedError(words.said["no_checklists"].format(folders=folders, button=words.button("checklist").caption))
    return announce(desk, _graded(graded, moment), moment, write_forms(desk, graded.sheets, form_snapshots(desk, live, graded.sheets)))


def make(desk: Desk, moment: datetime, policy_id: str) -> Reply:
    """Write a checklist for every enterprise of the open ledger into the folder of checklists. Raises RefusedError and StopError."""
    words, home = load_console(), desk.folder
    desk.say(words.said["reading"])
    live = city(desk.book)
    require_place(desk.book)
    folder = checklist_folder(desk.book, home)
    if folder.exists() and not folder.is_dir():
        raise RefusedError(words.said["folder_is_file"].format(folder=folder.name))
    made = make_open(live, policy_of(desk, live.stamp.policy, policy_id), folder, steps(desk.say, "making"))
    refused = [one for one in made.findings if one.severity is not Severity.NOTE]
    line = words.said["made"].format(moment=f"{moment:{MINUTE}}", made=len(made.paths), folder=folder.name)
    line += words.said["kept"].format(kept=made.kept) if made.kept else ""
    line += words.said["refused"].format(refused=len(refused), sheet=words.check.sheet) if refused else ""
    reply = announce(desk, line, moment, [])
    if refused:
        show(desk, refused, line)
    return reply


def _graded(graded: Graded, moment: datetime) -> str:
    said = load_console().said
    count = sum(one.status is Status.UNVERIFIED for one in graded.outcome.enterprises)
    unverified = said["unverified"].format(count=count) if count else ""
    return said["graded"].format(moment=f"{moment:{MINUTE}}", sheet=graded.sheet, unverified=unverified, **graded.outcome.counts)


def announce(desk: Desk, line: str, moment: datetime, written: list[Snapshot]) -> Reply:
    """The result beside the buttons, after which the last merge can still be undone, and what was written since with it."""
    state, shown = kept(desk.path), str(result(desk.book).value or "")
    if state is not None and state.mark == shown:
        keep(desk.path, followed(state, line, written), desk.back)
    elif written:
        keep(desk.path, State(f"{moment:{MINUTE}}", line, shown, tuple(written), figures=False), desk.back)
    write_result(desk, line)
    return Reply(line)
