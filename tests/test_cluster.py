"""--dask: a real scheduler and workers on this machine give the bytes that one process gives, whatever dies on the way."""

import datetime as dt
import json
import os
import pickle
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from signal import SIGKILL
from threading import Event, Thread
from time import monotonic, sleep
from types import SimpleNamespace

import dask
import distributed.versions
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.bench.city import write_city
from tests.test_checklist import grinding
from xltools.actions.cluster import SECONDS, Cluster, joined, same_program
from xltools.actions.grade import grade_files
from xltools.actions.inbox import Inbox
from xltools.actions.merge import merge
from xltools.faces.cli import run
from xltools.model.catalogues import read_language
from xltools.model.code import Code
from xltools.model.finding import StopError
from xltools.model.policy import load_policy

POLICY = load_policy("sanmenxia-2022")
MOMENT = dt.datetime(2022, 7, 20, 9)
HERE = "tcp://127.0.0.1"
GONE = "断开了，或者工作进程都没有了"
PATIENCE = 120.0  # seconds for Dask's programs to start, to find each other and to miss each other on a busy machine; only what hangs takes longer


@contextmanager
def started(*command: str, **environment: str) -> Iterator[subprocess.Popen[bytes]]:
    """A program of Dask, ended by its own id."""
    args = [sys.executable, "-m", f"distributed.cli.dask_{command[0]}", *command[1:], "--no-dashboard"]
    process = subprocess.Popen(args, env=os.environ | environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def written(note: Path) -> dict[str, str]:
    """What a scheduler that has started wrote there; Dask makes the file first and fills it after, so it is there before it can be read."""
    until = monotonic() + PATIENCE
    while monotonic() < until:
        with suppress(FileNotFoundError, json.JSONDecodeError):
            return json.loads(note.read_text())
        sleep(0.05)
    raise AssertionError(f"no scheduler wrote {note}")


@contextmanager
def cluster_of(workers: int, folder: Path, protocol: str = "tcp", **environment: str) -> Iterator[tuple[str, dict[str, subprocess.Popen[bytes]]]]:
    """The address of a new cluster, and its workers by name, each of one thread."""
    with ExitStack() as stack:
        note = folder / "scheduler.json"
        stack.enter_context(started("scheduler", "--host", "127.0.0.1", "--port", "0", "--protocol", protocol, "--scheduler-file", str(note), **environment))
        address = written(note)["address"]
        run_by = {}
        for name in (f"worker-{number}" for number in range(workers)):
            options = ("--no-nanny", "--nthreads", "1", "--name", name, "--local-directory", str(folder))
            run_by[name] = stack.enter_context(started("worker", address, *options, **environment))
        yield address, run_by


def wait_for(cluster: Cluster, workers: int) -> None:
    """Until so many workers are there, none of them lost meanwhile."""
    until = monotonic() + PATIENCE
    while len(cluster.client.nthreads()) != workers and monotonic() < until:
        sleep(0.05)
    assert len(cluster.client.nthreads()) == workers


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("city")
    write_city(folder, 6, 10)
    (folder / "坏.xlsx").write_bytes(b"PK no workbook")
    return folder


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, dict[str, subprocess.Popen[bytes]]]]:
    """A cluster whose two workers are both at their places."""
    with cluster_of(2, tmp_path_factory.mktemp("dask")) as found:
        with joined(found[0], PATIENCE) as cluster:
            wait_for(cluster, 2)
        yield found


def summary(paths: Inbox | list[Path], folder: Path) -> bytes:
    return (merge(paths, folder / "市级汇总.xlsx", POLICY, MOMENT).output or folder).read_bytes()


def reason(stop: pytest.ExceptionInfo[StopError]) -> str:
    assert stop.value.finding.code is Code.CLUSTER_UNUSABLE
    return str(dict(stop.value.finding.values)["reason"])


def test_a_merge_that_loses_a_worker_in_the_middle_gives_the_same_bytes(city: Path, two: tuple[str, dict[str, subprocess.Popen[bytes]]], tmp_path: Path) -> None:
    address, workers = two
    with joined(address, PATIENCE) as cluster:
        names = {about["name"]: worker for worker, about in cluster.client.scheduler_info()["workers"].items()}

        merged = Event()

        def kill_one_at_work() -> None:
            while not merged.is_set():
                if cluster.client.processing()[names["worker-0"]]:
                    return workers["worker-0"].kill()
                sleep(0.01)

        killer = Thread(target=kill_one_at_work)
        killer.start()
        try:
            shared = summary(Inbox((city,), team=cluster, cache=tmp_path / "cache"), tmp_path / "dask")
        finally:
            merged.set()
            killer.join()
        assert workers["worker-0"].wait(PATIENCE) == -SIGKILL, "the worker never had anything to do"
        wait_for(cluster, 1)
    assert shared == summary([city], tmp_path / "plain")
    assert len(list((tmp_path / "cache").iterdir())) == 6, "what a cluster read is remembered on this computer"


def test_grading_gives_what_one_process_gives(two: tuple[str, dict[str, subprocess.Popen[bytes]]], tmp_path: Path) -> None:
    grinding(tmp_path, no_6="半封闭")
    write_city(tmp_path, 1, 5)
    plain = grade_files([tmp_path], POLICY)
    with joined(two[0]) as cluster:
        shared = grade_files(Inbox((tmp_path,), team=cluster), POLICY)
    assert (shared.record(), shared.checks, shared.signed) == (plain.record(), plain.checks, plain.signed)
    assert len(shared.enterprises) == 1


def test_the_commands_say_what_they_say_without_a_cluster(tmp_path: Path, two: tuple[str, dict[str, subprocess.Popen[bytes]]], capsys: pytest.CaptureFixture[str]) -> None:
    write_city(tmp_path, 1, 5)
    for command in (["check", str(tmp_path), "--json"], ["grade", str(tmp_path), "--json"]):
        said = [(run([*command, *more]), capsys.readouterr()) for more in ([], ["--dask", two[0]])]
        assert said[0] == said[1]


def test_workers_with_another_version_do_no_work(two: tuple[str, dict[str, subprocess.Popen[bytes]]], monkeypatch: pytest.MonkeyPatch) -> None:
    known = distributed.versions._version_cached
    monkeypatch.setattr(distributed.versions, "_version_cached", lambda name: "0.0.1" if name == "xltools-jixiao" else known(name))
    with pytest.raises(StopError) as stop, joined(two[0]):
        pass
    assert reason(stop) == f"调度器的 xltools-jixiao 是 {known('xltools-jixiao')}，这里是 0.0.1"


def test_a_worker_with_another_version_than_its_scheduler_is_named() -> None:
    here = {"xltools-jixiao": "1.0", "python": "3.11"}
    told = {"client": {"packages": here}, "scheduler": {"packages": here}, "workers": {"tcp://乙": {"packages": here}, "tcp://甲": {"packages": here | {"xltools-jixiao": None}}}}
    with pytest.raises(StopError) as stop:
        same_program(told, "tcp://丙")
    assert reason(stop) == "工作进程 tcp://甲的 xltools-jixiao 没有安装，这里是 1.0"
    assert "worker" in read_language("en").translated(stop.value.finding).message


def square_unless_two(number: int) -> int:
    if number == 2:
        os._exit(9)
    return number * number


def certificate(folder: Path) -> dict[str, str]:
    """The environment in which Dask finds a certificate, made here, that vouches for itself."""
    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    day = dt.datetime(2020, 1, 1)
    made = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key()).serial_number(1)
    made = made.not_valid_before(day).not_valid_after(day.replace(year=2100)).add_extension(x509.BasicConstraints(True, None), True)
    (folder / "key.pem").write_bytes(key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()))
    (folder / "cert.pem").write_bytes(made.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM))
    pair = {f"{who}__{what.upper()}": f"{folder / what}.pem" for who in ("SCHEDULER", "WORKER", "CLIENT") for what in ("key", "cert")}
    return {f"DASK_DISTRIBUTED__COMM__TLS__{name}": path for name, path in {"CA_FILE": str(folder / "cert.pem"), **pair}.items()}


def configured(environment: dict[str, str]) -> dask.config.set:
    """This process configured as one that starts in such an environment."""
    return dask.config.set({name.removeprefix("DASK_").lower().replace("__", ".").replace("_", "-"): path for name, path in environment.items()})


def test_a_cluster_behind_tls_that_goes_away_piece_by_piece_is_told_apart_from_a_bad_item(tmp_path: Path) -> None:
    keys = certificate(tmp_path)
    with cluster_of(1, tmp_path, "tls", **keys) as (address, _):
        assert address.startswith("tls://")
        with pytest.raises(StopError) as stop, joined(address):
            pass
        assert reason(stop) == "没有配置 TLS 证书"
        with configured(keys), joined(address, PATIENCE) as cluster:
            assert list(cluster.each(square_unless_two, [1, 3], lambda number: -number)) == [1, 9]
            cluster.client.run_on_scheduler(lambda dask_scheduler: setattr(dask_scheduler, "allowed_failures", 0))
            patient = Cluster(cluster.client, address, 1)
            assert list(patient.each(square_unless_two, [2], lambda number: -number)) == [-2]
            with pytest.raises(StopError) as stop:
                list(patient.each(square_unless_two, [3], lambda number: -number))
        assert reason(stop) == GONE
        with configured(keys), pytest.raises(StopError) as stop, joined(address, 3):
            pass
        assert reason(stop) == "没有工作进程"


def test_a_scheduler_that_dies_is_named(tmp_path: Path) -> None:
    with started("scheduler", "--host", "127.0.0.1", "--port", "0", "--scheduler-file", str(tmp_path / "note")) as scheduler:
        client = distributed.Client(written(tmp_path / "note")["address"], timeout=SECONDS, set_as_default=False)
        cluster = Cluster(client, HERE, 1)
        results = cluster.each(square_unless_two, iter([1, 3]), lambda number: -number)
        scheduler.kill()
        with pytest.raises(StopError) as stop:
            next(results)
        assert reason(stop) == GONE
        client.close()
    with pytest.raises(StopError) as stop:
        next(cluster.each(square_unless_two, [1], lambda number: -number))
    assert reason(stop) == GONE


class Answers(SimpleNamespace):
    """What is to come of an item. given: what each question for it gets, one after the other · workers: how many there are at every look."""

    def result(self, timeout: float) -> bytes:
        answer = self.given.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return pickle.dumps(answer)

    def submit(self, *_: object, **__: object) -> "Answers":
        return self

    def nthreads(self) -> dict[str, int]:
        return dict.fromkeys(f"tcp://{number}" for number in range(self.workers.pop(0)))


LATE, DIED = TimeoutError(), distributed.KilledWorker("key", None, 3)


@pytest.mark.parametrize(
    ("given", "workers", "found"),
    [
        ([LATE, 9], [0], 9),
        ([LATE, DIED], [0], -3),
        ([LATE, LATE, LATE, 9], [0, 1, 0], 9),
        ([LATE, LATE, LATE, 9], [1, 1, 1], 9),
        ([LATE, LATE, 9], [0, 0], None),
        ([LATE, LATE, LATE, 9], [1, 0, 0], None),
    ],
)
def test_what_comes_just_after_the_last_worker_went_is_taken(given: list[object], workers: list[int], found: int | None) -> None:
    answers = Answers(given=list(given), workers=list(workers), status="pending")
    results = Cluster(answers, HERE, 1).each(abs, [3], lambda number: -number)
    if found is None:
        with pytest.raises(StopError) as stop:
            next(results)
        assert reason(stop) == GONE
    else:
        assert list(results) == [found]


def test_work_that_itself_ran_out_of_time_is_not_waited_for_without_end() -> None:
    answers = Answers(given=[LATE, LATE, 9], workers=[1, 1], status="error")
    with pytest.raises(StopError):
        next(Cluster(answers, HERE, 1).each(abs, [3], lambda number: -number))


def test_a_slow_leave_taking_spoils_nothing(two: tuple[str, dict[str, subprocess.Popen[bytes]]], monkeypatch: pytest.MonkeyPatch) -> None:
    leave = distributed.Client.close

    def slowly(client: distributed.Client, timeout: float) -> None:
        leave(client)
        raise TimeoutError

    monkeypatch.setattr(distributed.Client, "close", slowly)
    with joined(two[0]) as cluster:
        found = list(cluster.each(square_unless_two, [3], lambda number: -number))
    assert found == [9]


@pytest.mark.parametrize("address", [f"{HERE}:9", "tcp://", "ftp://127.0.0.1:1"])
def test_an_address_where_nobody_answers_is_told_soon(address: str) -> None:
    start = monotonic()
    with pytest.raises(StopError) as stop, joined(address, 1):
        pass
    assert reason(stop) == "1 秒内没有回答"
    assert monotonic() - start < 25, "left to itself, Dask tries for half a minute"


def test_without_dask_the_sentence_says_how_to_install_it(city: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    assert run(["check", str(city), "--dask", f"{HERE}:8786"]) == 1
    said = capsys.readouterr().err
    assert said.startswith(f"{HERE}:8786：--dask 给出的集群不能用：这台电脑没有安装 Dask。请在程序文件夹里运行 pip install '.[dask]'")
    assert said.count("\n") == 1
    assert run(["--lang", "en", "check", str(city), "--dask", HERE]) == 1
    assert not any("\u4e00" <= letter <= "\u9fff" for letter in capsys.readouterr().err)


def test_dask_is_not_loaded_unless_it_is_asked_for(tmp_path: Path) -> None:
    (tmp_path / "坏.xlsx").write_bytes(b"PK no workbook")
    code = f"import sys; from xltools.faces.cli import run; run(['check', {str(tmp_path)!r}, '--json']); sys.exit(any(name in sys.modules for name in ('dask', 'distributed')))"
    assert subprocess.run([sys.executable, "-c", code], stdout=subprocess.DEVNULL, check=False).returncode == 0
