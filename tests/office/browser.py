"""A real browser for tests: what Chromium makes of a page that lies on disk, without any network."""

import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlencode

PROGRAM = "chromium"
FLAGS = ("--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--host-resolver-rules=MAP * ~NOTFOUND")


def missing() -> list[str]:
    """What this machine lacks to run the browser, in words; empty when nothing."""
    return [] if shutil.which(PROGRAM) else ["Chromium (apt-get install chromium)"]


def document(page: Path, profile: Path, state: Mapping[str, str] | None = None) -> str:
    """The page's document after its script has run. state: goes behind the # of the address."""
    return _run(profile, "--dump-dom", f"{page.absolute().as_uri()}#{urlencode(state or {})}")


def printed(page: Path, profile: Path, target: Path) -> Path:
    """The page on paper, as a PDF."""
    _run(profile, "--no-pdf-header-footer", f"--print-to-pdf={target}", page.absolute().as_uri())
    return target


def _run(profile: Path, *arguments: str) -> str:
    command = [PROGRAM, *FLAGS, f"--user-data-dir={profile}", *arguments]
    ran = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, encoding="utf-8", check=True, timeout=120)
    return ran.stdout
