"""Where this program keeps its own small files: a folder of the user, never beside the user's workbooks."""

from __future__ import annotations

import os
import sys
import traceback
from datetime import datetime
from pathlib import Path

NAME = "xltools"
POLICY = "sanmenxia-2022"       # what holds where nobody names another
LOG = "错误记录.log"
MESSAGE = "message.txt"     # read by macros/XlTools.bas: what a button left to say


def own_folder() -> Path:
    """The folder, which may not be there yet: %LOCALAPPDATA%\\xltools, ~/Library/Application Support/xltools or ~/.config/xltools."""
    home = Path.home()
    if sys.platform.startswith("win"):
        base = Path(os.environ.get("LOCALAPPDATA") or home / "AppData" / "Local")
    elif sys.platform == "darwin":
        base = home / "Library" / "Application Support"
    else:
        base = Path(os.environ.get("XDG_CONFIG_HOME") or home / ".config")
    return base / NAME


def log_path() -> Path:
    """Where the traceback of a bug is kept."""
    return own_folder() / LOG


def cache_folder() -> Path:
    """Where is kept what unchanged files came to; may be deleted at any time."""
    return own_folder() / "cache"


def keep_traceback(what: str) -> Path:
    """Add the exception being handled to the log; gives the log's path. what: the command that failed."""
    path = log_path()
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a", encoding="utf-8") as log:
        log.write(f"{datetime.now().isoformat()} {what}\n{traceback.format_exc()}\n")
    return path
