"""The rehearsal on bundled files: copy the example counties out, merge them."""

from __future__ import annotations

import shutil
from datetime import datetime
from importlib.resources import as_file, files
from importlib.resources.abc import Traversable
from pathlib import Path

from xltools.actions.inbox import Step
from xltools.actions.merge import merge
from xltools.model.form import load_template
from xltools.model.outcome import Outcome
from xltools.model.policy import Policy

COUNTY_FOLDER, CHECKLIST_FOLDER = "区县", "核查表"
MERGED_AT = datetime(2022, 7, 25, 9, 0)  # what the example's summary says of its own making


def demo(folder: Path, policy: Policy, step: Step) -> Outcome:
    """Copy the example's county workbooks and checklists below `folder` and merge them there; files a person changed are kept.

    It is merged on the example's own day: months that its counties knew nothing of are not missing. folder: made when missing · step: called with (done, total, name) per file.
    Raises FileNotFoundError when the installation lacks the example.
    """
    folders = [folder / name for name in (COUNTY_FOLDER, CHECKLIST_FOLDER)]
    with as_file(bundled()) as source:
        for target in folders:
            target.mkdir(parents=True, exist_ok=True)
            for path in sorted((source / target.name).glob("*.xlsx")):
                if not (target / path.name).exists():
                    shutil.copyfile(path, target / path.name)
    return merge(folders, folder / load_template("city").file, policy, MERGED_AT, step)


def bundled() -> Traversable:
    """The folder of the worked example: inside an installed package, or beside it in a checkout."""
    package = files("xltools")
    installed = package / "data" / "workbooks"
    return installed if installed.is_dir() else package / ".." / "workbooks"
