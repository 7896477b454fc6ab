"""User script of LibreOffice: the buttons of the city workbook and the menu 绩效分级 call a function of this file.

`xltools setup` copies it into the user's profile and writes xltools_menu.json beside it: which Python our packages are
made for, and where they lie. This file itself needs nothing but LibreOffice.
"""

import json
import sys
import traceback
from pathlib import Path

import uno

TITLE = "绩效分级"
STARTING = "正在启动…"
OK = 1          # com.sun.star.awt.MessageBoxButtons.BUTTONS_OK


def merge(*arguments):
    """合并区县表"""
    _run("merge", arguments)


def check(*arguments):
    """校验本表"""
    _run("check", arguments)


def grade(*arguments):
    """计算等级"""
    _run("grade", arguments)


def checklist(*arguments):
    """生成核查表"""
    _run("checklist", arguments)


def undo(*arguments):
    """撤销上次合并"""
    _run("undo", arguments)


def publish(*arguments):
    """发布"""
    _run("publish", arguments)


def _run(verb, arguments):
    """One button on the document that the caller handed over, or on the one in front when a menu called."""
    document = next((one for one in arguments if hasattr(one, "Sheets")), None) or XSCRIPTCONTEXT.getDocument()  # noqa: F821
    shown = _starting(document)
    try:
        _load()
        from xltools.faces import excel
        from xltools.faces.process import without_frames

        with without_frames():
            from xltools.libreoffice.engine import caller, register

        with caller(register(uno.getComponentContext()), document):
            reply = excel.BUTTONS[verb]()
        problem = reply.text if reply.failed else ""
    except NotReadyError as refusal:
        problem = str(refusal)
    except Exception:
        problem = f"程序没有启动成功。请运行：xltools doctor\n\n{traceback.format_exc(limit=-1)}"
    finally:
        if shown is not None:
            shown.end()
    if problem:
        _tell(document, problem)


def _starting(document):
    """What says in the status bar that the button was heard: our packages take a second to load. None without a window."""
    controller = document.getCurrentController()
    if controller is None:
        return None
    indicator = controller.Frame.createStatusIndicator()
    indicator.start(STARTING, 0)
    return indicator


class NotReadyError(Exception):
    """Our packages cannot be used here; the text says why and what to do."""


def _load():
    """Make our packages importable, LibreOffice's own first."""
    path = Path(uno.fileUrlToSystemPath(__file__)).with_suffix(".json")     # LibreOffice sets a URL
    if not path.is_file():
        raise NotReadyError("本机还没有设置绩效分级工具。请先运行：xltools setup")
    settings = json.loads(path.read_text(encoding="utf-8"))
    theirs, ours = list(sys.version_info[:2]), settings["python"]
    if theirs != ours:
        raise NotReadyError(
            "LibreOffice 自带的是 Python {}.{}，绩效分级工具装在 Python {}.{} 里，两者的前两位版本号必须相同。"
            "请用 Python {}.{} 重新安装绩效分级工具，再运行：xltools setup".format(*theirs, *ours, *theirs)
        )
    sys.path += [folder for folder in settings["paths"] if folder not in sys.path]


def _tell(document, text):
    """A message box in front of the document; a document without a window has nobody to tell."""
    controller = document.getCurrentController()
    if controller is None:
        return
    context = uno.getComponentContext()
    toolkit = context.ServiceManager.createInstanceWithContext("com.sun.star.awt.Toolkit", context)
    window = controller.Frame.getContainerWindow()
    box = toolkit.createMessageBox(window, uno.Enum("com.sun.star.awt.MessageBoxType", "WARNINGBOX"), OK, TITLE, text)
    box.execute()


g_exportedScripts = (merge, check, grade, checklist, undo, publish)    # noqa: N816 (LibreOffice looks for this name)
