"""Make the offline bundles: python -m bundle, from the top folder, or `make bundle`."""

from __future__ import annotations

import argparse
from pathlib import Path

from bundle.build import PARTS, PYTHONS, build
from bundle.wheels import COMPUTERS

OUTPUT = Path("build/离线安装包")


def main() -> None:
    """Parse the command line; say what was written and how large it is."""
    parser = argparse.ArgumentParser(description="离线安装包：程序库、表样、示例、手册和安装程序")
    parser.add_argument("--computer", choices=list(COMPUTERS), action="append", help="哪种电脑；可以写几次，默认全部")
    parser.add_argument("--python", action="append", metavar="3.12", help=f"哪些 Python；可以写几次，默认 {' '.join(PYTHONS)}")
    parser.add_argument("-o", "--output", type=Path, default=OUTPUT, help=f"放到哪个文件夹，默认 {OUTPUT}")
    given = parser.parse_args()
    for name in given.computer or COMPUTERS:
        path = build(given.output, COMPUTERS[name], given.python or PYTHONS, PARTS)
        print(f"已生成 {path}（{path.stat().st_size / 1e6:.0f} MB）", flush=True)


if __name__ == "__main__":
    main()
