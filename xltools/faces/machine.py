"""This computer and this user, as setup and doctor need to know them. Only faces look at the environment.

Linux was tried; for Windows and macOS the usual places of those systems are taken, which nobody has tried.
"""

from __future__ import annotations

import os
import re
import shutil
import site
import sys
import sysconfig
from collections.abc import Iterator
from pathlib import Path

from xltools.actions.setup import LINUX, MAC, WINDOWS, Places, Program
from xltools.faces.places import LOG, MESSAGE, own_folder

PACKAGE = Path(__file__).parent.parent
SYSTEM_PACKAGES = re.compile(r"(?mi)^include-system-site-packages\s*=\s*true")
OFFICE_PROFILE = Path("4") / "user"     # the number has been the same since LibreOffice 4


def system() -> str:
    """One of the systems that setup knows."""
    return WINDOWS if sys.platform.startswith("win") else MAC if sys.platform == "darwin" else LINUX


def program() -> Program:
    """This program as it was started."""
    folders = [str(PACKAGE.parent), sysconfig.get_path("purelib"), sysconfig.get_path("platlib"), *(entry for entry in sys.path if "site-packages" in entry)]
    if site.ENABLE_USER_SITE:
        folders.append(site.getusersitepackages())
    paths = tuple(dict.fromkeys(folder for folder in folders if Path(folder).is_dir()))
    return Program(Path(sys.executable), (sys.version_info[0], sys.version_info[1]), paths)


def places() -> Places:
    """Where things go for this user."""
    return Places(system(), own_folder(), tuple(profiles()), tuple(icon_folders()), (LOG, MESSAGE))


def profiles() -> Iterator[Path]:
    """The "user" folder of the LibreOffice profile: the usual one, made when missing; none where there is no LibreOffice."""
    base = {
        LINUX: Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config") / "libreoffice",
        WINDOWS: Path(os.environ.get("APPDATA") or Path.home() / "AppData" / "Roaming") / "LibreOffice",
        MAC: Path.home() / "Library" / "Application Support" / "LibreOffice",
    }[system()]
    if (base / OFFICE_PROFILE).is_dir() or office_program() is not None:
        yield base / OFFICE_PROFILE


def icon_folders() -> Iterator[Path]:
    """Where what one drops things on is looked for: menu and desktop, on Windows the folder 发送到."""
    home = Path.home()
    if system() == WINDOWS:
        yield Path(os.environ.get("APPDATA") or home / "AppData" / "Roaming") / "Microsoft" / "Windows" / "SendTo"
    elif system() == LINUX:
        yield Path(os.environ.get("XDG_DATA_HOME") or home / ".local" / "share") / "applications"
    yield from (folder for folder in (home / "Desktop", home / "桌面") if folder.is_dir())


def office_program() -> Path | None:
    """The folder of LibreOffice's program files, None when it is not found."""
    found = shutil.which("soffice")
    folders = [Path(found).resolve().parent] if found else []
    folders += [
        Path("/usr/lib/libreoffice/program"),
        Path("/opt/libreoffice/program"),
        Path("C:/Program Files/LibreOffice/program"),
        Path("/Applications/LibreOffice.app/Contents/MacOS"),
    ]
    return next((folder for folder in folders if (folder / "soffice").exists() or (folder / "soffice.exe").exists()), None)


def environment_ahead() -> Path | None:
    """The virtual environment that comes first on PATH, None when none does.

    A LibreOffice that uses the system's Python, as on Linux, looks on PATH for where that Python lives; in a virtual environment
    without the system's packages it does not find its own module `uno`, and no script of a user starts.
    """
    found = shutil.which("python3") if system() == LINUX else None
    note = Path(found).parent.parent / "pyvenv.cfg" if found else None
    if note is None or not note.is_file() or SYSTEM_PACKAGES.search(note.read_text(encoding="utf-8", errors="replace")):
        return None
    return note.parent


def excel_owner() -> str:
    """The program behind Excel.Application on Windows ("…EXCEL.EXE", "…et.exe" for WPS), "" when there is none. Not tried."""
    return _registry("HKEY_CLASSES_ROOT", r"CLSID\{00024500-0000-0000-C000-000000000046}\LocalServer32", "")


def wps_program() -> str:
    """The program file of WPS for sheets, "" when it is not found. On Windows not tried."""
    entry = r"Software\Microsoft\Windows\CurrentVersion\App Paths\et.exe"
    found = (_registry(root, entry, "") for root in ("HKEY_CURRENT_USER", "HKEY_LOCAL_MACHINE"))
    return next((path for path in found if path), "") or shutil.which("et") or ""


def macro_policy() -> str:
    """How Excel treats macros by policy (VBAWarnings 1 to 4), "" when no policy says so. Windows only, not tried."""
    return _registry("HKEY_CURRENT_USER", r"Software\Policies\Microsoft\Office\16.0\Excel\Security", "VBAWarnings")


def _registry(root: str, path: str, name: str) -> str:
    """One value of the registry of Windows, "" where there is none."""
    if sys.platform == "win32":
        import winreg

        try:
            with winreg.OpenKey(getattr(winreg, root), path) as key:
                return str(winreg.QueryValueEx(key, name)[0])
        except OSError:
            return ""
    return ""
