"""A writing that is killed at any step leaves the old workbook or the new one, and the next one cleans up."""

import multiprocessing
import os
import random
import sys
import time
from collections import Counter
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from tests.county_files import POLICY, county_file, enterprise
from xltools.actions.merge import merge
from xltools.books.file import open_book
from xltools.books.locks import held
from xltools.books.package import replace_file, temporary_files
from xltools.books.replace import back_up, backups, clean_up

NOW = datetime(2022, 7, 25, 9, 0)
STEPS = ("open", "fsync", "chmod", "rename", "replace", "mkdir", "unlink", "close", "fdopen")
LAST = 200
KILLS = int(os.environ.get("KILLS", "6"))
FORK = multiprocessing.get_context("fork")

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="fork")


def put(path: Path, content: bytes) -> None:
    """What a merge does with the file system once the new bytes are known."""
    with held(path, NOW):
        clean_up(path)
        back_up(path, NOW)
        replace_file(path, content)


def killed_at(step: int, work: Callable[[], None]) -> bool:
    """Do the work in a child that dies just before this step; whether it died."""
    child = os.fork()
    if child:
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 9
    count = 0

    def counted(call: Callable[..., Any]) -> Callable[..., Any]:
        def stepped(*args: Any, **options: Any) -> Any:
            nonlocal count
            count += 1
            if count == step:
                os._exit(9)
            return call(*args, **options)

        return stepped

    try:
        for name in STEPS:
            setattr(os, name, counted(getattr(os, name)))
        work()
    finally:
        os._exit(0)


def test_a_writing_killed_at_any_step_leaves_the_old_or_the_new(tmp_path: Path) -> None:
    path = county_file(tmp_path, "灵宝市", [enterprise(0)])
    old = path.read_bytes()
    new = county_file(tmp_path / "新", "灵宝市", [enterprise(0), enterprise(1)]).read_bytes()
    seen = set()
    for step in range(1, LAST):
        replace_file(path, old)
        died = killed_at(step, lambda: put(path, new))
        seen.add(path.read_bytes())
        assert seen <= {old, new}, step
        assert open_book(path).sheets
        assert all(copy.read_bytes() in (old, new) for copy in backups(path)), step
        put(path, new)
        assert (path.read_bytes(), temporary_files(path)) == (new, []), step
        assert not any(one.name.endswith(".tmp") for one in path.parent.rglob("*")), step
        if not died:
            break
    assert step > 8
    assert seen == {old, new}
    assert step < LAST - 1


def merged(folder: Path, output: Path) -> None:
    merge([folder], output, POLICY, NOW)


def test_a_whole_merge_killed_at_random_leaves_the_old_or_the_new(tmp_path: Path) -> None:
    inbox, path = tmp_path / "收件箱", tmp_path / "市级汇总.xlsx"
    county_file(inbox, "灵宝市", [enterprise(0), enterprise(1)])
    merged(inbox, path)
    old = path.read_bytes()
    county_file(inbox, "湖滨区", [enterprise(2)])
    begun = time.monotonic()
    merged(inbox, path)
    took, new = time.monotonic() - begun, path.read_bytes()
    assert new != old
    chance = random.Random(KILLS)
    ends = Counter[bytes]()
    for _ in range(KILLS):
        replace_file(path, old)
        # Most of them late, when files are written.
        child = FORK.Process(target=merged, args=(inbox, path))
        child.start()
        child.join(took * chance.choice([chance.uniform(0, 1), chance.uniform(0.8, 1.2)]))
        child.kill()
        child.join()
        ends[path.read_bytes()] += 1
        assert ends.keys() <= {old, new}
        assert open_book(path).sheets
        assert all(copy.read_bytes() in (old, new) for copy in backups(path))
    merged(inbox, path)
    assert path.read_bytes() == new
    assert {one.name for one in tmp_path.iterdir()} <= {"市级汇总-备份", path.name, inbox.name}
    assert not [one for one in tmp_path.rglob("*") if one.name.endswith(".tmp")]
