"""Running a macro by the name that Excel users know: "'市级汇总.xlsm'!XlTools.Merge" or just "Merge"."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

from xltools.libreoffice.bridge import Uno
from xltools.libreoffice.errors import EngineError, refusals

FULL_NAME = re.compile(r"(?:'((?:[^']|'')+)'|([^!]+))!(.+)")


def split(macro: str) -> tuple[str | None, str]:
    """Workbook (None when not named) and macro of a full name."""
    if macro.startswith("vnd.sun.star.script:"):
        return None, macro
    found = FULL_NAME.fullmatch(macro)
    return (found[1] or found[2], found[3]) if found else (None, macro)


def run(document: Uno, macro: str, arguments: Sequence[Any]) -> Any:
    """Run a Basic macro of the workbook, or any script given as "vnd.sun.star.script:…", and give back its result.

    Raises EngineError when there is no such macro, or LibreOffice's macro security does not let the workbook run any.
    """
    place = macro if macro.startswith("vnd.sun.star.script:") else _place(document, macro)
    with refusals(f"运行宏 {macro}（如果提示不允许，请在 LibreOffice 的 工具 → 选项 → 安全性 → 宏安全性 中信任这个工作簿）"):
        script = document.getScriptProvider().getScript(place)
        return script.invoke(tuple(arguments), (), ())[0]


def _place(document: Uno, macro: str) -> str:
    """LibreOffice's address of a macro "Module.Name" or "Name"."""
    module, _, name = macro.rpartition(".")
    for library, candidate, source in _modules(document):
        if module.lower() in ("", candidate.lower()):
            found = re.search(rf"^[ \t]*(?:public[ \t]+)?(?:sub|function)[ \t]+({re.escape(name)})\b", source, re.IGNORECASE | re.MULTILINE)
            if found:
                return f"vnd.sun.star.script:{library}.{candidate}.{found[1]}?language=Basic&location=document"
    raise EngineError(f"工作簿里没有宏“{macro}”。")


def _modules(document: Uno) -> Iterator[tuple[str, str, str]]:
    """Library, module and source of all Basic code in the workbook."""
    libraries = document.BasicLibraries
    for library in libraries.ElementNames:
        libraries.loadLibrary(library)
        modules = libraries.getByName(library)
        for module in modules.ElementNames:
            yield library, module, str(modules.getByName(module))
