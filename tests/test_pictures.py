"""The README's pictures show what the workbooks look like today."""

import json
from pathlib import Path

from docs.pictures import IMAGES, SOURCES, sources

TOP = Path(__file__).parent.parent


def test_the_pictures_were_drawn_from_the_workbooks_of_today() -> None:
    drawn = json.loads((TOP / IMAGES / SOURCES).read_text(encoding="utf-8"))
    assert drawn == sources(TOP), "the workbooks have changed: make pictures"


def test_the_readme_shows_every_picture() -> None:
    text = (TOP / "README.md").read_text(encoding="utf-8")
    assert all(f"({IMAGES.as_posix()}/{name})" in text and (TOP / IMAGES / name).is_file() for name in sources(TOP))
