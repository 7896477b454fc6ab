"""What the engine offers of xlwings and what it does not: the reasons, and a guard that gives them instead of silence."""

from __future__ import annotations

import inspect
from collections.abc import Iterable, Iterator
from typing import Any, NoReturn, TypeVar

from xltools.libreoffice.errors import UnsupportedError

Kind = TypeVar("Kind", bound=type)

LITE = "只在 xlwings Lite（浏览器里的 Excel）中存在"
OTHER = "这个引擎没有做这一项；可通过 .api 直接使用 UNO 对象"
REASONS = {
    "一个连接只对应一个已经运行的 LibreOffice；请先启动 LibreOffice 再连接": "Apps.add",
    "LibreOffice 不经连接告诉自己的进程号": "App.kill",
    "LibreOffice 没有 Excel 那样的启动文件夹": "App.startup_path",
    "LibreOffice 不经接口提供剪贴板状态": "App.cut_copy_mode",
    "只用于 xlwings 的远程工作簿": "Book.json",
    "LibreOffice 7.4 没有串接批注（threaded comments），批注请用 note": "Sheet.comments Range.comment Range.add_comment",
    "LibreOffice 7.4 没有 Excel 那样的表格对象": "Sheet.tables Range.table",
    "不经剪贴板粘贴；请用 copy 或 copy_from": "Range.paste",
    "请用 Book.to_pdf 输出整个工作簿": "Range.to_pdf",
    LITE: "Range.get_async_pipeline_overrides",
}
# Members whose implementation in xlwings serves every engine.
SHARED = {"Range.expand", "Range.max_cells_per_read", "Range.max_cells_per_write"}


class Refused:
    """In place of a member: reading, setting or calling it says that it is not offered, and why."""

    def __init__(self, member: str, reason: str) -> None:
        self.member = member
        self.reason = reason

    def __get__(self, instance: object, owner: type) -> Any:
        if instance is None:
            return self
        self._refuse()

    def __set__(self, instance: object, value: object) -> None:
        self._refuse()

    def _refuse(self) -> NoReturn:
        raise UnsupportedError(self.member, self.reason)


def refusing(kind: Kind) -> Kind:
    """Class decorator: every member that the class inherits from xlwings and does not implement refuses with a reason."""
    ours = {name for base in kind.__mro__ if not base.__module__.startswith("xlwings.") and base is not object for name in vars(base)}
    for name, asynchronous in list(inherited(kind)):
        member = f"{kind.__name__}.{name}"
        if name not in ours and member not in SHARED:
            setattr(kind, name, Refused(member, LITE if asynchronous else reason(member)))
    return kind


def inherited(kind: type) -> Iterator[tuple[str, bool]]:
    """Names of the members that xlwings asks of an engine's class, and whether each is asynchronous."""
    for base in kind.__mro__[1:]:
        if base.__module__ == "xlwings.base_classes":
            for name, member in vars(base).items():
                wanted = not name.startswith("_") or name in ("__call__", "__len__", "__iter__", "__getitem__", "__contains__")
                if wanted and (isinstance(member, property | staticmethod) or inspect.isfunction(member)):
                    yield name, inspect.iscoroutinefunction(member)


def reason(member: str) -> str:
    """Why "Range.sort" is not offered."""
    return next((text for text, members in REASONS.items() if member in members.split()), OTHER)


def table(kinds: list[type]) -> str:
    """The members of the given classes as Markdown: what is offered, what is not, and why."""
    lines = ["| 类 | 支持 | 不支持 |", "|---|---|---|"]
    reasons: dict[str, list[str]] = {}
    for kind in kinds:
        names = sorted({name for name, asynchronous in inherited(kind) if not asynchronous and not name.startswith("__")})
        refused = [name for name in names if isinstance(vars(kind).get(name), Refused)]
        lines.append(f"| {kind.__name__} | {_marked(name for name in names if name not in refused)} | {_marked(refused)} |")
        for name in refused:
            reasons.setdefault(reason(f"{kind.__name__}.{name}"), []).append(f"{kind.__name__}.{name}")
    lines += ["", "| 不支持的原因 | 成员 |", "|---|---|"]
    return "\n".join(lines + [f"| {text} | {_marked(members)} |" for text, members in sorted(reasons.items())])


def _marked(names: Iterable[str]) -> str:
    return " ".join(f"`{name}`" for name in names) or "—"
