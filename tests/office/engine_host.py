"""A LibreOffice for the xlwings engine: started with a profile of its own, reached through the engine's own connection."""

from __future__ import annotations

import os
import signal
import subprocess
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from tests.office.host import START_SECONDS, profile, surroundings
from xltools.libreoffice.bridge import connect
from xltools.libreoffice.errors import EngineError


@contextmanager
def running_office(folder: Path, scripts: dict[str, str]) -> Iterator[Any]:
    """The component context of a headless LibreOffice that ends with the block.

    folder: an empty folder for its profile. scripts: Python scripts of its user, file name → source.
    """
    home = profile(folder / "profile")
    place = home / "user" / "Scripts" / "python"
    place.mkdir(parents=True)
    for name, source in scripts.items():
        (place / name).write_text(source, encoding="utf-8")
    accept = f"pipe,name=engine{uuid.uuid4().hex}"
    arguments = ["soffice", f"-env:UserInstallation={home.absolute().as_uri()}", "--headless", "--norestore", "--nologo", "--nodefault"]
    with (folder / "soffice.log").open("wb") as log:
        process = subprocess.Popen(
            [*arguments, f"--accept={accept};urp;"], stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=surroundings(), start_new_session=True
        )
    try:
        yield context_of(accept, process)
    finally:
        with suppress(ProcessLookupError):      # it died by itself
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def context_of(accept: str, process: subprocess.Popen[bytes]) -> Any:
    """The component context of this LibreOffice, as soon as it answers."""
    end = time.monotonic() + START_SECONDS
    while True:
        try:
            return connect(accept)
        except EngineError:
            if process.poll() is not None or time.monotonic() > end:
                raise
            time.sleep(0.3)
