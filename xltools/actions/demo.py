"""The rehearsal on bundled files: copy the example counties out, merge them."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import datetime
from importlib.resources import as_file, files
from importlib.resources.abc import Traversable
from pathlib import Path

from xltools.actions.merge import merge
from xltools.model.form import load_template
from xltools.model.outcome import Outcome
from xltools.model.policy import Policy

COUNTY_FOLDER = "区县"


def demo(folder: Path, policy: Policy, now: datetime, step: Callable[[int, int, str], None]) -> Outcome:
    """Copy the example's county workbooks below `folder` and merge them there; files a person changed are kept.

    folder: made when missing · now: stamped into the summary · step: called with (done, total, name) per file.
    Raises FileNotFoundError when the installation lacks the example.
    """
    inbox = folder / COUNTY_FOLDER
    inbox.mkdir(parents=True, exist_ok=True)
    with as_file(_bundled()) as source:
        for path in sorted(source.glob("*.xlsx")):
            if not (inbox / path.name).exists():
                shutil.copyfile(path, inbox / path.name)
    return merge([inbox], folder / load_template("city").file, policy, now, step)


def _bundled() -> Traversable:
    """The folder of example county workbooks: inside an installed package, or beside it in a checkout."""
    package = files("xltools")
    installed = package / "data" / "workbooks" / COUNTY_FOLDER
    return installed if installed.is_dir() else package / ".." / "workbooks" / COUNTY_FOLDER
