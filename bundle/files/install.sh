#!/bin/sh
# 离线安装 xltools：sh install.sh
cd "$(dirname "$0")" || exit 1
for minor in 14 13 12 11; do # the newest that this bundle has libraries for
    set -- wheels/pandas-*-cp3$minor-*
    if [ -e "$1" ] && "python3.$minor" -c 'import venv' >/dev/null 2>&1; then
        exec "python3.$minor" install.py
    fi
done
for python in python3 python; do
    if command -v "$python" >/dev/null 2>&1; then
        exec "$python" install.py # says which Python is wanted
    fi
done
echo "这台电脑上没有 Python。请先用系统的软件管理器安装 Python 3.11 或更新的版本，再运行一次。" >&2
exit 1
