@echo off
chcp 65001 >nul
cd /d "%~dp0"
set PYTHONUTF8=1
for %%v in (14 13 12 11) do if exist "wheels\pandas-*-cp3%%v-*" (
    py -3.%%v -c "" >nul 2>nul
    if not errorlevel 1 (
        py -3.%%v install.py
        goto done
    )
)
python -c "" >nul 2>nul
if not errorlevel 1 (
    python install.py
    goto done
)
echo 这台电脑上没有 Python。请先安装 Python 3.11 或更新的 64 位版本（安装时勾选“Add python.exe to PATH”），再运行一次。
:done
pause
