"""Microsoft's Open XML SDK validator: says what of a workbook breaks the file format."""

import json
import shutil
import subprocess
from pathlib import Path

FOLDER = Path(__file__).parent.parent / "validator"
PROGRAM = FOLDER / "node_modules" / "@xarsh" / "ooxml-validator" / "dist" / "src" / "cli.js"
VERSIONS = ("Office2013", "Microsoft365")       # the oldest Excel we promise, and the newest


def missing() -> list[str]:
    """What this machine lacks to run the validator, in words; empty when nothing."""
    lacks = []
    if shutil.which("node") is None:
        lacks.append("Node.js (apt-get install nodejs npm)")
    if not PROGRAM.exists():
        lacks.append("the Open XML validator (npm install --prefix tests/validator)")
    return lacks


def validate(path: Path, version: str) -> list[str]:
    """The faults of the workbook at `path` for an Excel of `version` (one of VERSIONS), one line each.

    An unreadable file is one fault. Raises RuntimeError when the validator itself did not run.
    """
    ran = subprocess.run(
        ["node", str(PROGRAM), str(path.absolute()), "--officeVersion", version],
        stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False, timeout=300,
    )  # fmt: skip
    if ran.returncode not in (0, 1):
        raise RuntimeError(f"the Open XML validator did not run: {ran.stderr}")
    answer = json.loads(ran.stdout)
    if answer["ok"] != (ran.returncode == 0):
        raise RuntimeError(f"the Open XML validator contradicts itself: {ran.stdout}")
    return [line(error) for error in answer.get("errors", [])]


def line(error: dict[str, object]) -> str:
    """One fault: which part of the file, where in it, what is wrong."""
    return " | ".join(str(error[key]) for key in ("path", "xPath", "id", "errorType", "description") if error.get(key))
