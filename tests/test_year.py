"""Whatever counties send and people do, after a merge every word of the city's stands beside its enterprise, process and batch."""

import os
import shutil
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st

from tests.year import NOTE, OWN, REMARK, Sent, Year

FIRST = (Sent(0), Sent(1), Sent(0, process=1))
SECOND = (Sent(2), Sent(3))
# A merge takes a second: CI lives few years, YEARS=500 many; each failing one is one to be read as it is, not to be made smaller for hours.
EXAMPLES = int(os.environ.get("YEARS", "5"))
PHASES = (Phase.explicit, Phase.generate)
Step = tuple[object, ...]

number = st.integers(0, 7)
rows = st.lists(st.builds(Sent, st.integers(0, 1), st.integers(0, 2), st.integers(0, 1), st.integers(0, 1)), max_size=4)
others = st.lists(st.builds(Sent, st.integers(2, 3), st.integers(0, 2), st.integers(0, 1), st.integers(0, 1)), max_size=4)
batch = st.sampled_from(["7月", "7月", "8月"])
steps = st.one_of(
    st.tuples(st.just("send"), st.just(0), batch, rows),
    st.tuples(st.just("send"), st.just(1), batch, others),
    st.tuples(st.just("away"), st.integers(0, 1)),
    st.tuples(st.just("write"), st.sampled_from([REMARK, REMARK, OWN, NOTE]), number),
    st.tuples(st.just("write"), st.sampled_from([REMARK, OWN, NOTE]), number),
    st.tuples(st.just("insert_column"), st.sampled_from(["批次", "市级意见", "来源行", ""])),
    st.tuples(st.just("sort"), number),
    st.tuples(st.just("insert_row"), number),
    st.tuples(st.just("delete_row"), number),
    st.tuples(st.just("forget"), number),
    st.tuples(st.just("decide"), number),
    st.just(("merge",)),
)


@pytest.fixture(scope="module")
def start(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder for county workbooks that were written before, and a summary of both counties."""
    folder = tmp_path_factory.mktemp("year")
    first = Year(folder / "start", folder)
    first.send(0, "7月", FIRST)
    first.send(1, "7月", SECOND)
    first.merge()
    return folder


def live(start: Path, done: list[Step]) -> None:
    """A year of these steps, with a merge at its end."""
    with TemporaryDirectory() as folder:
        year = Year(Path(folder) / "年", start)
        year.send(0, "7月", FIRST)
        year.send(1, "7月", SECOND)
        year.take()
        shutil.copyfile(start / "start" / year.path.name, year.path)
        for name, *arguments in [*done, ("merge",)]:
            getattr(year, str(name))(*arguments)


@settings(max_examples=EXAMPLES, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture], phases=PHASES)
@given(done=st.lists(steps, min_size=2, max_size=14))
# Own column, remark and note through a sort and a row that goes; a corrected code, then another name; a county that is away for a while.
@example(done=[("insert_column", "市级意见"), ("write", OWN, 0), ("write", REMARK, 1), ("write", NOTE, 2), ("sort", 1), ("send", 0, "7月", [Sent(1)])])
@example(done=[("write", REMARK, 3), ("send", 0, "7月", [Sent(0, 1), Sent(1)]), ("merge",), ("send", 0, "7月", [Sent(0, 1, 1), Sent(1)])])
@example(done=[("write", REMARK, 2), ("away", 0), ("merge",), ("send", 0, "7月", [Sent(1)]), ("merge",), ("send", 0, "7月", FIRST)])
# What once failed. Next month's file has the same name: its problems were listed once more by every merge.
@example(done=[("send", 0, "8月", [Sent(0, 2)]), ("merge",)])
# A note whose row went and came back was gone.
@example(done=[("write", NOTE, 2), ("send", 0, "7月", [Sent(1)]), ("merge",), ("send", 0, "7月", FIRST)])
# Two rows of one name of which one stays: the other one's note was gone.
@example(done=[("send", 1, "7月", [Sent(2, 2), Sent(2, 0)]), ("merge",), ("write", NOTE, 0), ("write", NOTE, 1), ("send", 1, "7月", [Sent(2)])])
# Words left over from columns of several kinds changed places once more in the next merge.
@example(done=[("write", NOTE, 1), ("write", REMARK, 1), ("write", NOTE, 0), ("write", REMARK, 0), ("send", 0, "7月", [Sent(1)]), ("send", 1, "7月", [])])
def test_every_word_stays_with_its_enterprise(start: Path, done: list[Step]) -> None:
    live(start, done)
