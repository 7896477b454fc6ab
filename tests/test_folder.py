"""A folder as a city gets it: forty files, twelve of them bad in as many ways."""

import json
import shutil
from collections import Counter
from pathlib import Path

import pytest

from tests.county_books import POLICY, book, enterprise
from tests.county_files import CODES, NAMES
from tests.test_actions_check import save
from tests.test_gate import WORD
from tests.test_unlock import locked
from tests.workbooks import BOOKS, changed, zipped
from xltools.books.file import open_book
from xltools.faces import cli

MONTHS = ("7月", "8月", "9月", "10月")


def good(folder: Path) -> list[str]:
    """Twenty-eight workbooks: seven counties, four months, in the same folder."""
    made = []
    for at, county in enumerate(POLICY.lists["counties"][:7]):
        for month in MONTHS:
            sent = book(cover={"county": county, "batch": month}, screening=[enterprise(CODES[at], NAMES[at])])
            made.append(save(folder / f"{county}-{month}.xlsx", sent).name)
    return made


def bad(folder: Path, whole: bytes) -> dict[str, str]:
    """Twelve that cannot be read, by name, each with the words its reason must have."""
    files = {
        "空文件.xlsx": (b"", "0字节"),
        "没下载完.xlsx": (whole[: len(whole) // 2], "没有下载完整"),
        "有密码.xlsx": (locked(whole), "密码"),
        "文档.xlsx": (WORD, "Word"),
        "扫描件.xlsx": (b"%PDF-1.7 x", "PDF"),
        "照片.xls": (b"\x89PNG\r\n\x1a\n", "图片"),
        "打包.zip": (zipped(**{"卢氏县.xlsx": "x"}), "压缩包，里面有 卢氏县.xlsx"),
        "炸弹.xlsx": (changed(whole, lambda name, old: b"<worksheet>" + bytes([32]) * 3 * 10**7 if "sheet3" in name else old), "安全上限"),
        "实体.xlsx": (changed(whole, lambda name, old: old.replace(b"?>", b'?><!DOCTYPE x [<!ENTITY a "a">]>', 1) if name == "xl/workbook.xml" else old), "DOCTYPE"),
        "旧表.xls": (BOOKS["values.xls"][:3000], "没有下载完整"),
        "网页.mht": (b"MIME-Version: 1.0\r\nContent-Type: multipart/related", "网页"),
        "别的表.csv": ("姓名,金额\n张三,1\n".encode("gb18030"), "没有找到任何一张填报表"),
    }
    for name, (data, _) in files.items():
        (folder / name).write_bytes(data)
    return {name: words for name, (_, words) in files.items()}


@pytest.fixture(scope="module")
def said(tmp_path_factory: pytest.TempPathFactory) -> dict[str, object]:
    """The folder, merged by the command; what it printed, and more about it."""
    folder = tmp_path_factory.mktemp("收件箱")
    names = good(folder)
    reasons = bad(folder, (folder / names[0]).read_bytes())
    output = tmp_path_factory.mktemp("汇总") / "市级汇总.xlsx"
    return {"folder": folder, "good": names, "bad": reasons, "output": output}


def test_forty_files_with_twelve_bad_ones_merge_28_and_list_12_with_reasons(said: dict, capsys: pytest.CaptureFixture[str]) -> None:
    assert (len(said["good"]), len(said["bad"])) == (28, 12)
    assert cli.run(["merge", str(said["folder"]), "-o", str(said["output"]), "--json"]) == 1
    printed = json.loads(capsys.readouterr().out)
    about = [one for one in printed["findings"] if one["file"] in said["bad"]]
    assert Counter(one["file"] for one in about) == Counter(dict.fromkeys(said["bad"], 1))
    for one in about:
        assert said["bad"][one["file"]] in one["message"], one
        assert one["severity"] == "error"
        assert one["fix"]
    assert printed["counts"]["files"] == 40
    assert printed["counts"]["rows"] == 28
    summary = open_book(said["output"])
    rows = [row for sheet in summary.sheets for row in summary.values(sheet)]
    assert all(any(name in row for row in rows) for name in (*said["good"], *said["bad"]))


def test_the_same_folder_in_words_names_every_bad_file_with_what_to_do(said: dict, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["check", *(str(said["folder"] / name) for name in said["bad"])]) == 1
    printed = capsys.readouterr().out
    for name, words in said["bad"].items():
        _, _, rest = printed.partition(f"\n{name}\n")
        assert words in rest.split("\n\n")[0]
    assert printed.count("改法：") == 12
    shutil.rmtree(said["folder"])
