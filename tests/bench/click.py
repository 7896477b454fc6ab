"""A press of the button 合并区县表, without the program that the workbook is open in: `python -m tests.bench.click FOLDER`.

A process of its own, as Excel starts one. The blank summary as a file stands in for the open one; what is to be written is made and
not written, because that is the host's work, and xlwings is left out (a tenth of a second).
"""

from __future__ import annotations

import sys
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from xltools.faces.places import cache_folder
from xltools.faces.process import leave, seldom_looking
from xltools.model.policy import load_policy
from xltools.model.shipped import shipped

if TYPE_CHECKING:
    from xltools.actions.merge_open import Work


def press(folder: Path) -> Work:
    """What would be written into the open summary."""
    from xltools.actions.inbox import Inbox  # in the function, as the face does
    from xltools.actions.merge_open import Request, merge_open
    from xltools.books.closed import ClosedBook
    from xltools.books.figures_alone import write_figures

    live = ClosedBook(Path(str(shipped("templates", "市级汇总.xlsm"))))
    policy = load_policy(live.stamp.policy)
    work = merge_open(live, Request(Inbox((folder,), cache=cache_folder()), folder.parent, policy, datetime.now()))
    with TemporaryDirectory() as temporary:
        write_figures(Path(temporary) / "figures.xlsx", work.template, policy, work.summary)
    return work


if __name__ == "__main__":
    with seldom_looking():
        press(Path(sys.argv[1]))
    leave(0)
