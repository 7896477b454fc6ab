"""The menu in a LibreOffice profile: an entry in the file of settings that differ from the defaults.

The same menu can be installed as an extension (macros/xltools.oxt). Setup writes it here, because the program that installs extensions
refuses the administrator's account, and that of Debian 12's LibreOffice 7.4.7 fails on every extension with settings.
"""

from __future__ import annotations

import re
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

from xltools.books.package import replace_file
from xltools.model.shipped import shipped

FILE = "registrymodifications.xcu"
EXTENSION, ADDONS = "xltools.oxt", "Addons.xcu"
MENU = "xltools.menu"
PATH = "/org.openoffice.Office.Addons/AddonUI/OfficeMenuBar"
NODE = re.compile(rf'<node oor:name="{re.escape(MENU)}".*(?=\s*</node>\s*</node>\s*</oor:component-data>)', re.DOTALL)
ITEM = re.compile(rf'<item oor:path="{re.escape(PATH)}"><node oor:name="{re.escape(MENU)}".*?</item>\n?', re.DOTALL)
END = "</oor:items>"
EMPTY = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    '<oor:items xmlns:oor="http://openoffice.org/2001/registry" xmlns:xs="http://www.w3.org/2001/XMLSchema"'
    f' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">\n{END}\n'
)


def in_use(user: Path) -> bool:
    """Whether a LibreOffice runs in this profile: it would write its settings over ours when it ends."""
    return (user.parent / ".lock").exists() or (user / ".lock").exists()


def add_menu(user: Path) -> None:
    """Put the menu into the profile whose "user" folder this is; in place of an older one."""
    path = user / FILE
    text = ITEM.sub("", path.read_text(encoding="utf-8")) if path.is_file() else EMPTY
    head, end, tail = text.rpartition(END)
    path.parent.mkdir(parents=True, exist_ok=True)
    replace_file(path, f"{head}{_item()}{end}{tail}".encode())


def remove_menu(user: Path) -> None:
    """Take the menu out of the profile; everything else there stays."""
    path = user / FILE
    if has_menu(user):
        replace_file(path, ITEM.sub("", path.read_text(encoding="utf-8")).encode())


def has_menu(user: Path) -> bool:
    """Whether the profile has the menu."""
    path = user / FILE
    return path.is_file() and ITEM.search(path.read_text(encoding="utf-8")) is not None


def _item() -> str:
    """The extension's menu as one entry of the settings; types are known there and left out."""
    with ZipFile(BytesIO(shipped("macros", EXTENSION).read_bytes())) as extension:
        addons = extension.read(ADDONS).decode("utf-8")
    found = NODE.search(addons)
    if found is None:
        raise ValueError(f"{ADDONS}: no node {MENU}")
    node = re.sub(r">\s+<", "><", re.sub(r' oor:type="[^"]*"', "", found[0]))
    return f'<item oor:path="{PATH}">{node}</item>\n'
