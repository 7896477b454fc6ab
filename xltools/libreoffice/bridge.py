"""The way to a LibreOffice: its Python module `uno`, a connection, and the small values UNO is asked with."""

from __future__ import annotations

import importlib
import re
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from threading import Event
from typing import Any, TypeAlias

from xltools.libreoffice.errors import EngineError, refusals

Uno: TypeAlias = Any
"""A live object of LibreOffice. UNO has no static types; every one in this package goes by this name."""

USUAL_FOLDERS = (
    Path("/usr/lib/python3/dist-packages"),  # Debian, Ubuntu: package python3-uno
    Path("/usr/lib/libreoffice/program"),
    Path("/usr/lib64/libreoffice/program"),
    Path("/opt/libreoffice/program"),
    Path("/Applications/LibreOffice.app/Contents/Resources"),
    Path("C:/Program Files/LibreOffice/program"),
)
PROGRAM_FOLDERS = (Path("/usr/lib/libreoffice/program"), Path("/usr/lib64/libreoffice/program"))
ALIVE_SECONDS = 2.0                         # how often somebody who waits looks whether LibreOffice is still there
LIBRARIES = ("libpyuno.so", "libpyuno.dylib", "pyuno.so", "pyuno.pyd")


def load_uno(folders: Iterable[Path] = USUAL_FOLDERS) -> Uno:
    """The module `uno`, found in LibreOffice's own folders when it is not importable already.

    The folder is on the import path only while `uno` loads, so that the system's other packages stay out.
    Raises EngineError when it is nowhere, or made for another minor version of Python than the running one.
    """
    loaded = sys.modules.get("uno")
    if loaded is not None:
        return loaded
    tried = list(folders)
    home = next((folder for folder in tried if (folder / "uno.py").is_file()), None)
    if home is not None:
        _require_same_python(home)
        sys.path.append(str(home))
    try:
        return importlib.import_module("uno")
    except ImportError as problem:
        places = "、".join(str(folder) for folder in tried)
        raise EngineError(
            f"没有找到 LibreOffice 的 Python 接口（{problem}）。请先安装 LibreOffice；Debian、Ubuntu 还要安装 python3-uno。找过：{places}。"
        ) from problem
    finally:
        if home is not None:
            sys.path.remove(str(home))


def host_python(folder: Path) -> tuple[int, int] | None:
    """Version (3, minor) of the Python that the LibreOffice in `folder` is made for; None when it cannot be told."""
    for bundled in sorted(folder.glob("python-core-3.*")):
        found = re.match(r"python-core-3\.(\d+)", bundled.name)
        if found:
            return 3, int(found[1])
    for place in (folder, *PROGRAM_FOLDERS):
        for library in (place / name for name in LIBRARIES):
            if library.is_file():
                linked = re.search(rb"libpython3\.(\d+)|python3(\d{1,2})\.dll", library.read_bytes())
                if linked:
                    return 3, int(linked[1] or linked[2])
    return None


def connect(accept: str) -> Uno:
    """The component context of a running LibreOffice.

    accept: what that LibreOffice was started with after `--accept=`, without the trailing protocol,
            e.g. "pipe,name=xltools" or "socket,host=127.0.0.1,port=2002".
    Raises EngineError when nobody answers there.
    """
    local = load_uno().getComponentContext()
    resolver = local.ServiceManager.createInstanceWithContext("com.sun.star.bridge.UnoUrlResolver", local)
    with refusals(f"连接不上 LibreOffice（{accept}），请确认它已启动并带有相应的 --accept 参数"):
        return resolver.resolve(f"uno:{accept};urp;StarOffice.ComponentContext")


def service(context: Uno, name: str) -> Uno:
    """A new instance of the service `name`, e.g. "com.sun.star.frame.Desktop"."""
    return context.ServiceManager.createInstanceWithContext(name, context)


def in_main_thread(context: Uno, work: Callable[[], None]) -> None:
    """Do `work` in LibreOffice's main thread and wait for it; inside LibreOffice that is where macros run already.

    For the few calls that LibreOffice does not guard: from outside they run beside its main thread, and may crash it.
    Raises what `work` raises.
    """
    if load_uno().getComponentContext() == context:
        work()
        return
    call = _Call(work)
    service(context, "com.sun.star.awt.AsyncCallback").addCallback(call, None)
    while not call.done.wait(ALIVE_SECONDS):
        _ = context.ServiceManager          # an exception when LibreOffice is gone
    if call.problem is not None:
        raise call.problem


class _Call:
    """A com.sun.star.awt.XCallback. What it asks of LibreOffice is done by the thread that calls it."""

    def __init__(self, work: Callable[[], None]) -> None:
        self.work, self.done = work, Event()
        self.problem: Exception | None = None

    def notify(self, _: object) -> None:
        try:
            self.work()
        except Exception as problem:
            self.problem = problem
        finally:
            self.done.set()

    def getTypes(self) -> tuple[Uno, ...]:      # noqa: N802 — UNO's names
        return (load_uno().getTypeByName("com.sun.star.awt.XCallback"),)

    def getImplementationId(self) -> Uno:       # noqa: N802
        return load_uno().ByteSequence(b"")


def struct(name: str, **fields: object) -> Uno:
    """A UNO structure with the given fields."""
    made = load_uno().createUnoStruct(name)
    for field, value in fields.items():
        setattr(made, field, value)
    return made


def named(**values: object) -> tuple[Uno, ...]:
    """Named values, as loading and saving take them."""
    return tuple(struct("com.sun.star.beans.PropertyValue", Name=name, Value=value) for name, value in values.items())


def enum(kind: str, value: str) -> Uno:
    """One value of a UNO enumeration."""
    return load_uno().Enum(kind, value)


def path_of(url: str) -> str:
    """The file path behind a file URL."""
    return str(load_uno().fileUrlToSystemPath(url))


def url_of(path: str) -> str:
    """The file URL of an absolute path."""
    return str(load_uno().systemPathToFileUrl(path))


def _require_same_python(folder: Path) -> None:
    """Raise EngineError when the bridge in `folder` is made for another minor version of Python."""
    theirs, ours = host_python(folder), sys.version_info[:2]
    if theirs is not None and theirs != ours:
        raise EngineError(
            f"LibreOffice 用的是 Python {theirs[0]}.{theirs[1]}，当前是 Python {ours[0]}.{ours[1]}，两者的前两位版本号必须相同。"
            f"请用 Python {theirs[0]}.{theirs[1]} 重新建立运行环境。"
        )
