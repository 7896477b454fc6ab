"""Put the ratios of a run of the bench into the README: python -m tests.bench S | python -m docs.speed, from the top folder."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Iterator
from itertools import takewhile
from pathlib import Path

README = Path("README.md")
TABLE = re.compile(r"(?<=<!-- speed -->\n).*?(?=<!-- /speed -->)", re.DOTALL)
# A way as the bench calls it → what a person reads.
WAYS = {
    "calamine": "只把每个格读一遍，什么也不做（calamine）",
    "pandas+openpyxl": "pandas 拼接排查清单一张表，不校验（openpyxl 读写）",
    "pandas+calamine+XlsxWriter": "同上，用最快的读法（calamine、XlsxWriter）",
    "polars+calamine+Rust writer": "不经 Python，只抄一张表，数字也成了文字（polars、calamine、Rust 写出）",
    "openpyxl loop": "不用 pandas，逐行抄到一张表（openpyxl）",
    "LibreOffice": "LibreOffice 不开窗口，用脚本逐个打开、拼接排查清单一张表",
    "xltools merge": "`xltools merge`：各表校验、汇总、统计、问题清单、运行日志",
    "xltools merge, one core": "同上，只用一个处理器核",
    "xltools button": "按钮“合并区县表”，只算程序自己的部分（不算往打开的工作簿里写）",
    "xltools button, files unchanged": "同上，文件都没有变，用记住的读取结果",
    "xltools merge, 1 file changed": "`xltools merge` 到已有的汇总，其中一个文件变过",
}


def main() -> None:
    """Copy what the bench prints to the terminal, and its first size into the README."""
    printed = sys.stdin.read()
    print(printed, end="")
    README.write_text(told(README.read_text(encoding="utf-8"), printed), encoding="utf-8")


def told(readme: str, printed: str) -> str:
    """The README with the table of this run of the bench. Raises ValueError when there is no table, or no place for it."""
    lines = list(_lines(printed.splitlines()))
    if not lines or not TABLE.search(readme):
        raise ValueError("no table of the bench, or no place for it in the README")
    return TABLE.sub("\n".join(lines) + "\n", readme, count=1)


def _lines(printed: Iterable[str]) -> Iterator[str]:
    """Only the ratios: seconds and MiB are those of one computer."""
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in printed if line.startswith("| ")]
    size = re.fullmatch(r"\w+: (\d+) × (\d+)", rows[0][0]) if rows else None
    if size is None:
        return
    yield f"| {size[1]} 个文件，各 {size[2]} 家企业 | 用时 | 处理器时间 | 内存 |"
    yield "|---|---|---|---|"
    for way, wall, cpu, memory, *_ in takewhile(lambda row: row[1] != "wall", rows[1:]):
        if way in WAYS:
            yield f"| {WAYS[way]} | {wall} | {cpu} | {memory} |"


if __name__ == "__main__":
    main()
