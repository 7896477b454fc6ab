"""doctor 自检: whether this computer has what the buttons, the menu and the command line need; each lack with what mends it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from importlib.metadata import PackageNotFoundError, files, requires, version
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from xltools.actions.office_menu import has_menu
from xltools.actions.setup import INTERPRETER, LINUX, SCRIPT, SETTINGS, WINDOWS, Places, Program, contents
from xltools.books.replace import holder
from xltools.model.form import load_template

OURS, XLWINGS = "xltools-jixiao", "xlwings"
REQUIREMENT = re.compile(r"[\w.-]+")
PROVIDER = ("pythonscript.py", "pythonloader.py")
SECURITY = re.compile(r'"MacroSecurityLevel"[^>]*><value>(\d)</value>')
BLOCKED = {"3": "非常高"}
TEMPLATES = ("county", "city")
AGAIN = "请再装一次：离线安装包再运行一次，或照“怎么装”的第2步"
PROBE = ".xltools-写入测试"


class Examined(Struct, frozen=True):
    """One line of the page. state: 好, 注意 or 坏 · mend: the command or click that helps, "" when nothing is needed."""

    topic: str
    state: str
    text: str
    mend: str = ""

    def record(self) -> dict[str, str]:
        """The line as `--json` prints it."""
        return {"topic": self.topic, "state": self.state, "text": self.text, "mend": self.mend}


GOOD, DOUBT, BAD = "好", "注意", "坏"


class Machine(Struct, frozen=True):
    """What faces know of the computer. office: LibreOffice's program folder, with the version of its Python ·
    excel: program behind Excel.Application ·
    wps: WPS's program for sheets · ahead: the virtual environment whose Python a LibreOffice started here would take for its own · macros: Excel's macro policy · fonts: names of Chinese fonts, None when that cannot be told · folder: where the user works."""

    places: Places
    program: Program
    office: Path | None
    office_python: tuple[int, int] | None
    excel: str
    macros: str
    fonts: tuple[str, ...] | None
    folder: Path
    wps: str = ""
    ahead: Path | None = None


def examine(machine: Machine) -> list[Examined]:
    """The whole page, in order."""
    parts: Iterable[Callable[[Machine], Iterator[Examined]]] = (_python, _packages, _setup, _office, _excel, _wps, _files, _templates)
    return [line for part in parts for line in part(machine)]


def _python(machine: Machine) -> Iterator[Examined]:
    major, minor = machine.program.version
    enough = (major, minor) >= (3, 11)
    yield Examined("Python", GOOD if enough else BAD, f"{major}.{minor}　{machine.program.python}", "" if enough else "请安装 Python 3.11 或更新的版本")


def _packages(machine: Machine) -> Iterator[Examined]:
    names = [match[0] for one in requires(OURS) or () if "extra ==" not in one and (match := REQUIREMENT.match(one))]
    missing = [name for name in names if _version(name) is None or _gone(name)]
    found = "、".join(f"{name} {_version(name)}" for name in names if name not in missing)
    if missing:
        yield Examined("程序库", BAD, f"缺少 {'、'.join(missing)}，或它们的文件不全", AGAIN)
    else:
        yield Examined("程序库", GOOD, found)
    xlwings = _version(XLWINGS)
    mend = "" if xlwings else "需要按钮和菜单时，在程序文件夹里运行：pip install '.[excel]'"
    yield Examined(XLWINGS, GOOD if xlwings else DOUBT, xlwings or "没有安装，按钮和菜单不能用，命令行不受影响", mend)


def _version(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None


def _gone(name: str) -> bool:
    """Whether a file that was installed is not there: an interrupted upgrade, or a virus scanner that took it away."""
    return any(path.suffix != ".pyc" and not Path(path.locate()).exists() for path in files(name) or ())


def _setup(machine: Machine) -> Iterator[Examined]:
    wanted = contents(machine.places, machine.program)
    stale = [path for path, content in wanted.items() if not path.is_file() or path.read_bytes() != content]
    if not (machine.places.own / INTERPRETER).is_file():
        yield Examined("设置", DOUBT, "还没有设置，按钮、菜单和图标不能用，命令行不受影响", "运行：xltools setup")
    elif stale:
        yield Examined("设置", BAD, f"{len(stale)} 个文件缺少或已过时，例如 {stale[0]}", "运行：xltools setup")
    else:
        yield Examined("设置", GOOD, f"已完成，{len(wanted)} 个文件都在")


def _office(machine: Machine) -> Iterator[Examined]:
    if machine.office is None:
        yield Examined("LibreOffice", DOUBT, "没有找到", "只用 Excel 或命令行时不需要")
        return
    yield Examined("LibreOffice", GOOD, str(machine.office))
    provider = any((machine.office / name).is_file() for name in PROVIDER)
    mend = "运行：sudo apt install libreoffice-script-provider-python" if machine.places.system == LINUX else "请修复安装 LibreOffice，勾选 Python 脚本"
    yield Examined("Python 脚本支持", GOOD if provider else BAD, "已安装" if provider else "没有安装，LibreOffice 里的按钮和菜单不能用", "" if provider else mend)
    yield from _same_python(machine)
    if machine.ahead is not None:
        text = f"从这个终端启动的，按钮和菜单不能用：它会错用虚拟环境 {machine.ahead} 的 Python"
        yield Examined("LibreOffice 的启动", DOUBT, text, "请从菜单或桌面打开 LibreOffice，或先运行：deactivate")
    for user in machine.places.offices:
        ready = has_menu(user) and all((user / "Scripts" / "python" / name).is_file() for name in (SCRIPT, SETTINGS))
        yield Examined("绩效分级菜单", GOOD if ready else DOUBT, f"已装进 LibreOffice　{user}" if ready else f"还没有装进 LibreOffice　{user}", "" if ready else "关闭 LibreOffice 后运行：xltools setup")
        level = _security(user)
        if level in BLOCKED:
            yield Examined("宏安全性", BAD, f"LibreOffice 的宏安全性是“{BLOCKED[level]}”，按钮不能运行", "工具 → 选项 → 安全性 → 宏安全性，改为“高”并信任放汇总表的文件夹")


def _same_python(machine: Machine) -> Iterator[Examined]:
    theirs, ours = machine.office_python, machine.program.version
    if theirs is None:
        yield Examined("LibreOffice 的 Python", DOUBT, "看不出版本", "")
        return
    text = f"{theirs[0]}.{theirs[1]}"
    mend = "" if theirs == ours else f"请用 Python {text} 重新安装本程序，再运行：xltools setup"
    yield Examined("LibreOffice 的 Python", GOOD if theirs == ours else BAD, f"{text}，本程序是 {ours[0]}.{ours[1]}", mend)


def _security(user: Path) -> str:
    path = user / "registrymodifications.xcu"
    found = SECURITY.search(path.read_text(encoding="utf-8")) if path.is_file() else None
    return found[1] if found else ""


def _excel(machine: Machine) -> Iterator[Examined]:
    if machine.places.system != WINDOWS:
        return
    name = machine.excel.lower()
    if not name:
        yield Examined("Excel", DOUBT, "没有找到 Excel", "没有 Excel 时，可以用 LibreOffice 的菜单、图标或命令行")
    elif "excel.exe" in name:
        yield Examined("Excel", GOOD, machine.excel)
    else:
        yield Examined("Excel", BAD, f"Excel.Application 现在由别的程序代替：{machine.excel}", "在 WPS 的 配置工具 → 高级 中取消“兼容第三方系统”，或改用图标、命令行")
    if machine.macros == "4":
        yield Examined("宏", BAD, "单位的策略禁用了全部宏，按钮不能运行", "请用图标或命令行，或请管理员信任放汇总表的文件夹")


def _wps(machine: Machine) -> Iterator[Examined]:
    yield Examined("WPS", GOOD, f"{machine.wps}　按钮没有在 WPS 里试过，请用图标或命令行" if machine.wps else "没有找到，不需要")


def _files(machine: Machine) -> Iterator[Examined]:
    own = machine.places.own
    probed = next((place for place in (own, *own.parents) if place.is_dir()), own)      # before setup it is not there
    line = _writable("本程序的文件夹", probed)
    yield replace(line, text=f"可以写入　{own}") if line.state == GOOD else line
    yield _writable("当前文件夹", machine.folder)
    open_ = [f"{path.name}（{who}）" for path in sorted(machine.folder.glob("*.xls*")) if not path.name.startswith("~$") and (who := holder(path))]
    if open_:
        yield Examined("正被打开的文件", DOUBT, "、".join(open_), "合并到这些文件之前请先关闭它们，或用文件里的按钮合并")
    if machine.fonts is not None and not machine.fonts:
        yield Examined("中文字体", BAD, "没有中文字体，表里的字会显示成方框", "运行：sudo apt install fonts-noto-cjk")
    elif machine.fonts:
        yield Examined("中文字体", GOOD, "、".join(machine.fonts[:3]))


def _writable(topic: str, folder: Path) -> Examined:
    probe = folder / PROBE
    try:
        probe.write_bytes(b"")
        probe.unlink()
    except OSError:
        return Examined(topic, BAD, f"不能写入 {folder}", "请换一个有写入权限的文件夹")
    return Examined(topic, GOOD, f"可以写入　{folder}")


def _templates(machine: Machine) -> Iterator[Examined]:
    shown = "、".join(f"{one.title} 第{one.version}版" for one in map(load_template, TEMPLATES))
    yield Examined("表样", GOOD, shown)
