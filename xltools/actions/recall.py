"""What a file came to when it was last checked, kept so that an unchanged file is not read again.

A help and never a source: an entry that is missing, damaged or of another program, policy or file is passed over, the folder may be
deleted at any time, and files opened with a password leave nothing in it.
"""

from __future__ import annotations

import hashlib
import os
import sys
from collections.abc import Iterable
from contextlib import suppress
from importlib.resources import files
from pathlib import Path

from msgspec import Struct

from xltools.actions.inbox import cache_of
from xltools.model.form import Template
from xltools.model.outcome import Submission
from xltools.model.packed import UnpackableError, packed, unpacked
from xltools.model.policy import Policy

LIMIT = 256 * 2**20  # bytes of all entries together; the least recently used go first
ENTRY = ".seen"


class Recall(Struct, frozen=True):
    """Where entries are kept, and what all of this run depend on: this program, the policy, the template."""

    folder: Path
    basis: str
    template: Template

    def path(self, sha256: str, name: str, chosen: bool) -> Path:
        """The entry of a file with these bytes: findings name the file, so its name counts too."""
        return self.folder / f"{hashlib.sha256(repr((self.basis, sha256, name, chosen)).encode()).hexdigest()}{ENTRY}"

    def get(self, file: Path, name: str, chosen: bool) -> Submission | None:
        """What the file came to, if it is known."""
        try:
            with file.open("rb") as stream:
                entry = self.path(hashlib.file_digest(stream, "sha256").hexdigest(), name, chosen)
            found = unpacked(entry.read_bytes(), self.template)
            entry.touch()
        except (OSError, UnpackableError):
            return None
        return found

    def put(self, one: Submission, chosen: bool) -> None:
        """Keep what a file came to; where that is not possible, the next run reads it again."""
        with suppress(OSError, UnpackableError):
            content = packed(one, self.template)
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            entry = self.path(one.sha256, one.file, chosen)
            half = entry.with_name(f"{entry.name}.{os.getpid()}")
            half.write_bytes(content)  # not forced onto the disk: a torn entry fails its checksum
            half.replace(entry)

    def tidy(self) -> None:
        """Remove the least recently used entries beyond the limit."""
        with suppress(OSError):
            entries = sorted(((entry.stat(), entry) for entry in self.folder.glob(f"*{ENTRY}*")), key=lambda one: one[0].st_mtime_ns, reverse=True)
            total = 0
            for about, entry in entries:
                total += about.st_size
                if total > LIMIT:
                    entry.unlink()


def recall_of(paths: Iterable[Path], policy: Policy, template: Template) -> Recall | None:
    """What is known of files under these paths; None where no folder for it came with them."""
    folder = cache_of(paths)
    if folder is None:
        return None
    basis = repr((_program(), sys.version, policy, template))
    return Recall(folder, hashlib.sha256(basis.encode()).hexdigest(), template)


def _program() -> list[tuple[str, int, int]]:
    """Every file of this program with its size and date: whatever changes in it, nothing kept before counts."""
    root = Path(str(files("xltools")))
    found = [(path, path.stat()) for path in root.rglob("*") if path.suffix in (".py", ".toml", ".csv")]
    return sorted((str(path), about.st_size, about.st_mtime_ns) for path, about in found)
