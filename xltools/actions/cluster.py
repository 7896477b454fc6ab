"""The same work on the machines of a Dask cluster that somebody else started: every item travels with all it needs, and only results come back.

A worker that is lost costs nothing: Dask gives its items to the others. An item on which workers die again and again is the item's own fault.
What comes back is unpickled here: who runs the cluster sees the files and is trusted like the user.
"""

from __future__ import annotations

import gc
import logging
import pickle
import warnings
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import CancelledError
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from xltools.actions.workers import Item, Result, packed
from xltools.model.code import Code
from xltools.model.finding import Place, StopError

if TYPE_CHECKING:
    from distributed import Client, Future

# What the results depend on.
SAME = ("xltools-jixiao", "python")
SECONDS = 5  # for a scheduler to answer, and for a first worker to be there
LOST = 15  # seconds without a result until each of two looks for workers; when none is there at either, the rest is not waited for
GOODBYE = 10  # seconds to take leave of a scheduler; one that is too busy is left without, because all results are here by then
# Items on their way at one time: enough for some dozens of workers. The scheduler keeps them in memory, hence the bound in bytes.
MOST, MOST_BYTES = 256, 256 * 2**20

Parcel = tuple[Any, int, "Future[bytes]"]  # an item, its size when packed, and what will come of it


class Cluster(Struct, frozen=True):
    """A cluster that answered, with workers that have this program. address: as the user gave it · seconds: as LOST."""

    client: Client
    address: str
    seconds: float = LOST
    is_elsewhere = True

    def suited(self, size: int) -> Cluster:
        return self

    def each(self, work: Callable[[Item], Result], items: Iterable[Item], died: Callable[[Item], Result]) -> Iterator[Result]:
        """As `Team.each`. Raises StopError when the whole cluster is gone."""
        from distributed import KilledWorker

        sent: deque[Parcel] = deque()
        waiting, one_work = iter(items), packed(work)
        while True:
            self._send(one_work, waiting, sent)
            if not sent:
                return
            item, _, future = sent.popleft()
            try:
                yield pickle.loads(self._arrived(future))
            except KilledWorker:
                yield died(item)

    def _send(self, work: Callable[[Item], Result], waiting: Iterator[Item], sent: deque[Parcel]) -> None:
        """Send more items, as many as may be on their way. Raises StopError when the client has given its scheduler up."""
        from distributed.client import ClosedClientError

        while len(sent) < MOST and sum(size for _, size, _ in sent) < MOST_BYTES:
            for item in waiting:
                parcel = pickle.dumps((work, item))
                try:
                    sent.append((item, len(parcel), self.client.submit(unpack_and_do, parcel, pure=False)))
                except ClosedClientError as error:
                    raise self._gone() from error
                break
            else:
                return

    def _arrived(self, future: Future[bytes]) -> bytes:
        """The packed result of one item. Raises StopError when there is nobody left who could work on it.

        One look does not tell: a worker that died is started anew, and what it came to may be on its way.
        """
        is_lost = False
        while True:
            try:
                return bytes(future.result(timeout=self.seconds))
            except TimeoutError:
                was_lost, is_lost = is_lost, future.status == "error" or not self._is_alive()
                if was_lost and is_lost:
                    raise self._gone() from None
            except (CancelledError, OSError) as error:
                raise self._gone() from error

    def _is_alive(self) -> bool:
        try:
            return bool(self.client.nthreads())
        except (AttributeError, OSError, RuntimeError):  # the first: of a client that has given its scheduler up
            return False

    def _gone(self) -> StopError:
        return unusable(self.address, "断开了，或者工作进程都没有了", "请与管理集群的人联系，再运行一次；已经读过的文件不会重读。也可以不用 --dask")


def unpack_and_do(parcel: bytes) -> bytes:
    """On a worker: the packed result of the work on the item that travelled with it."""
    work, item = pickle.loads(parcel)
    return pickle.dumps(work(item))


@contextmanager
def joined(address: str, seconds: float = SECONDS) -> Iterator[Cluster]:
    """The cluster whose scheduler is at the address (tcp://…, or tls://… with the certificates of Dask's own configuration).

    Raises StopError when Dask is not installed here, nobody answers within the seconds, no worker is there, or another version of
    this program is.
    """
    client = _client(address, seconds)
    try:
        cluster = Cluster(client, address)
        _with_workers(cluster, seconds)
        yield cluster
    finally:
        with suppress(TimeoutError):
            client.close(timeout=GOODBYE)


def _client(address: str, seconds: float) -> Client:
    try:
        import dask
        from distributed import Client
    except ImportError as error:
        raise unusable(address, "这台电脑没有安装 Dask", "请在程序文件夹里运行 pip install '.[dask]'，再试一次；不用 --dask 也能做，结果一样") from error
    # what Dask has to say goes through our own sentences
    logging.getLogger("distributed").setLevel(logging.CRITICAL)
    dask.config.set({"distributed.admin.large-graph-warning-threshold": MOST_BYTES * 2})
    try:
        with warnings.catch_warnings(action="ignore"):
            return Client(address, timeout=seconds, set_as_default=False)
    except TypeError:
        refused = unusable(address, "没有配置 TLS 证书", "请按 Dask 的 distributed.comm.tls 配置证书，再试一次")
    except (OSError, ValueError, RuntimeError):
        refused = unusable(address, f"{seconds:g} 秒内没有回答", "请核对地址（例如 tcp://主机:8786）、调度器是否在运行、防火墙是否放行")
    # A client that did not come about ends its loop when it is collected; if that happens while the next one begins, both wait for ever.
    gc.collect()
    raise refused


def _with_workers(cluster: Cluster, seconds: float) -> None:
    """Raise StopError unless a worker is there, and all have the program that is here."""
    try:
        cluster.client.wait_for_workers(1, timeout=seconds)
    except TimeoutError as error:
        raise unusable(cluster.address, "没有工作进程", "请与管理集群的人联系，启动工作进程（dask worker）") from error
    told: Any = cluster.client.get_versions(packages=SAME[:1])
    same_program(told, cluster.address)


def same_program(told: Mapping[str, Any], address: str) -> None:
    """Raise StopError unless the scheduler (which unpacks every task too) and all workers have the versions that are here.

    told: what Dask says of the versions of client, scheduler and workers.
    """
    here = told["client"]["packages"]
    for who, there in (("调度器", told["scheduler"]), *((f"工作进程 {worker}", one) for worker, one in sorted(told["workers"].items()))):
        for name in SAME:
            found = there["packages"].get(name)
            if found != here[name]:
                reason = f"{who}的 {name} {f'是 {found}' if found else '没有安装'}，这里是 {here[name]}"
                raise unusable(address, reason, "请在集群的每台机器上安装与这里相同的版本，再重新启动调度器和工作进程")


def unusable(address: str, reason: str, fix: str) -> StopError:
    """The stop for a cluster that cannot do the work."""
    return StopError(Code.CLUSTER_UNUSABLE.at(Place(address), reason=reason, fix=fix))
