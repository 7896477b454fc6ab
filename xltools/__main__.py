"""The command `xltools`, and `python -m xltools`; a program that is not installed well says so in a sentence."""

import sys

try:
    from xltools.faces.cli import main
except ImportError as error:    # an interrupted installation, or a virus scanner that took a file away
    sys.exit(f"程序没有装好，请再装一次（离线安装包再运行一次，或照“怎么装”的第2步）。The program is not installed well: {error}")

if __name__ == "__main__":
    main()
