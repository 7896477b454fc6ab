"""Install xltools from this folder, without a network: python install.py

Runs with nothing but Python's own library, on any Python 3, so that an old one is told what is missing instead of failing.
Everything goes into one folder of the user; running it again brings it up to date.
"""

import hashlib
import os
import struct
import subprocess
import sys
import venv

HERE = os.path.dirname(os.path.abspath(__file__))
WHEELS = os.path.join(HERE, "wheels")
OLDEST = (3, 11)
WINDOWS = os.name == "nt"


def main():
    """Look at Python and at every file, then install; gives the exit code."""
    problem = wrong_python() or wrong_files()
    if problem:
        say(problem)
        return 1
    say("【1/3】准备程序文件夹 " + environment())
    venv.create(environment(), with_pip=False)
    say("【2/3】安装程序库（不联网，约一分钟）")
    if install():
        say("没有装好，原因见上面几行。您的文件没有改动。")
        return 1
    say("【3/3】设置按钮和图标")
    subprocess.call([python(), "-m", "xltools", "setup"])
    say(closing(link()))
    return 0


def say(text):
    """Show it at once: the programs started here write to the same place."""
    print(text, flush=True)


def wrong_python():
    """Why this Python will not do, in one sentence; "" when it will."""
    here = "%d.%d" % sys.version_info[:2]
    if sys.version_info[:2] < OLDEST:
        return "这台电脑的 Python 是 %s，需要 %d.%d 或更新的版本。请先安装（python.org 的 Windows 64 位安装包，或系统的软件管理器），再运行一次。" % (here, *OLDEST)
    if struct.calcsize("P") != 8:
        return "这台电脑的 Python 是 32 位的，需要 64 位的。请安装 64 位的 Python，再运行一次。"
    tag = "cp%d%d" % sys.version_info[:2]
    carried = sorted({name.split("-")[2][2:] for name in wheels() if name.startswith("pandas-")}, key=int)
    if tag[2:] not in carried:
        names = "、".join("3." + number[1:] for number in carried)
        return "这台电脑的 Python 是 %s，这份安装包带的是 Python %s 的程序库。请安装其中一个版本的 Python，或换一份安装包。" % (here, names)
    return ""


def wrong_files():
    """Which files are missing or not as they were packed, in one sentence; "" when all are whole."""
    bad = []
    with open(os.path.join(HERE, "SHA256SUMS"), encoding="utf-8") as listed:
        for line in listed:
            expected, name = line.rstrip("\n").split("  ", 1)
            path = os.path.join(HERE, *name.split("/"))
            if not os.path.isfile(path):
                bad.append(name + "（缺少）")
            elif digest(path) != expected:
                bad.append(name + "（内容不对）")
    if bad:
        return "安装包不完整，没有安装：" + "、".join(bad[:5]) + (" 等 %d 个文件" % len(bad) if len(bad) > 5 else "") + "。请重新复制整个安装包，完整解压后再运行。"
    return ""


def digest(path):
    """The file's SHA-256."""
    with open(path, "rb") as file:
        return hashlib.sha256(file.read()).hexdigest()


def wheels():
    """Names of the wheels that came along."""
    return sorted(name for name in os.listdir(WHEELS) if name.endswith(".whl"))


def environment():
    """The folder everything goes into; XLTOOLS_HOME chooses another."""
    base = os.environ.get("LOCALAPPDATA") if WINDOWS else os.environ.get("XDG_DATA_HOME")
    usual = os.path.join(base or os.path.join(os.path.expanduser("~"), "AppData" if WINDOWS else ".local", "Local" if WINDOWS else "share"), "xltools-program")
    return os.environ.get("XLTOOLS_HOME") or usual


def python():
    """The environment's own Python."""
    return os.path.join(environment(), *(("Scripts", "python.exe") if WINDOWS else ("bin", "python")))


def install():
    """Run the pip that came along inside its wheel; gives its exit code."""
    pip = next(name for name in wheels() if name.startswith("pip-"))
    command = [python(), os.path.join(WHEELS, pip, "pip"), "install", "--no-index", "--find-links", WHEELS, "--upgrade", "--quiet", "--disable-pip-version-check"]
    own = next(name for name in wheels() if name.startswith("xltools_jixiao-"))
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("PIP_", "PYTHON"))}
    again = subprocess.call([*command, "xltools-jixiao[excel]"], env=clean)
    return again or subprocess.call([*command, "--force-reinstall", "--no-deps", os.path.join(WHEELS, own)], env=clean)


def link():
    """Put the command xltools where this user's commands lie; gives its path."""
    if WINDOWS:
        path = os.path.join(os.environ.get("LOCALAPPDATA", ""), "Microsoft", "WindowsApps", "xltools.cmd")     # on every user's PATH since Windows 10
        content = '@echo off\r\n"%s" -m xltools %%*\r\n' % python()
    else:
        path = os.path.join(os.path.expanduser("~"), ".local", "bin", "xltools")
        gone = "程序的 Python 不在了（系统的 Python 换过版本，或者程序文件夹删过），请把离线安装包再运行一次。"
        content = '#!/bin/sh\n[ -x "%s" ] || { echo "%s" >&2; exit 70; }\nexec "%s" -m xltools "$@"\n' % (python(), gone, python())
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", encoding="utf-8", newline="") as file:
        file.write(content)
    os.chmod(path, 0o755)
    return path


def closing(path):
    """What to do next."""
    return "\n".join((
        "装好了。",
        "  试一试：在新打开的命令窗口里运行 xltools demo（找不到命令时运行 %s demo）" % path,
        "  检查本机：xltools doctor",
        "  空白表样在“模板”，示例在“示例”，手册请打开 手册/index.html",
        "  不想用了：先运行 xltools uninstall，再删除 %s 和 %s" % (environment(), path),
    ))


if __name__ == "__main__":
    sys.exit(main())
