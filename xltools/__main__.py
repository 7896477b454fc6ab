"""Lets `python -m xltools` do what the command `xltools` does."""

from xltools.faces.cli import main

if __name__ == "__main__":
    main()
