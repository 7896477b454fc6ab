"""The buttons 计算等级 and 生成核查表 on the open summary."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

from xltools.actions.checklist_open import make_open
from xltools.actions.grade_open import Graded, grade_open
from xltools.actions.merge_open import Request
from xltools.books.console import INBOX
from xltools.faces.live.cells import entry
from xltools.faces.live.folders import checklist_folder, checklists, city, result
from xltools.faces.live.forms import form_snapshots, restoring, write_forms
from xltools.faces.live.host import Desk, RefusedError, Reply, Say, folder_of, steps, written_in
from xltools.faces.live.results import show
from xltools.faces.live.state import Snapshot, State, followed, keep, kept
from xltools.model.console import load_console
from xltools.model.finding import Severity
from xltools.model.policy import load_policy

MINUTE = "%Y-%m-%d %H:%M"


def grade(book: Any, moment: datetime, say: Say, policy_id: str) -> Reply:
    """Grade the checklists in the folders beside the open summary into its sheet of site checks. Raises RefusedError and StopError."""
    words, folder = load_console(), folder_of(book)
    say(words.said["reading"])
    live = city(book)
    given = [folder / text] if (text := written_in(book, INBOX)) and (folder / text).is_dir() else []
    paths = tuple(dict.fromkeys([*given, *checklists(book, folder)]))
    graded = grade_open(live, Request(paths, folder, load_policy(live.stamp.policy or policy_id), moment), steps(say))
    if not graded.outcome.files:
        folders = "”“".join(dict.fromkeys([text, checklist_folder(book, folder).name]))
        raise RefusedError(words.said["no_checklists"].format(folders=folders, button=words.button("checklist").caption))
    before = form_snapshots(live, graded.sheets)
    with restoring(book) as done:
        write_forms(Desk(book, folder, say), graded.sheets, before, done)
        return told(book, _graded(graded, moment), moment, done)


def make(book: Any, moment: datetime, say: Say, policy_id: str) -> Reply:
    """Write a checklist for every enterprise of the open ledger into the folder of checklists. Raises RefusedError and StopError."""
    words, home = load_console(), folder_of(book)
    say(words.said["reading"])
    live = city(book)
    folder = checklist_folder(book, home)
    if folder.exists() and not folder.is_dir():
        raise RefusedError(words.said["folder_is_file"].format(folder=folder.name))
    made = make_open(live, load_policy(live.stamp.policy or policy_id), folder, steps(say, "making"))
    kept_ones = sum(one.severity is Severity.NOTE for one in made.findings)
    refused = [one for one in made.findings if one.severity is not Severity.NOTE]
    line = words.said["made"].format(moment=f"{moment:{MINUTE}}", made=len(made.paths), folder=folder.name)
    line += words.said["kept"].format(kept=kept_ones) if kept_ones else ""
    line += words.said["refused"].format(refused=len(refused), sheet=words.check.sheet) if refused else ""
    reply = told(book, line, moment, [])
    if refused:
        show(book, refused, line)
    return reply


def _graded(graded: Graded, moment: datetime) -> str:
    return load_console().said["graded"].format(moment=f"{moment:{MINUTE}}", sheet=graded.sheet, **graded.outcome.counts)


def told(book: Any, line: str, moment: datetime, written: list[Snapshot]) -> Reply:
    """The result beside the buttons, after which the last merge can still be undone, and what was written since with it."""
    path, cell = Path(book.fullname), result(book)
    state, shown = kept(path), str(cell.value or "")
    if state is not None and state.mark == shown:
        keep(path, followed(state, line, written))
    elif written:
        keep(path, State(f"{moment:{MINUTE}}", line, shown, tuple(written), figures=False))
    cell.value = entry(line)
    return Reply(line)
