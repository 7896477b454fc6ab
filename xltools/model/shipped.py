"""Files that lie beside the package in the repository and inside it once installed: macros, templates, the example."""

from __future__ import annotations

from importlib.resources import files
from importlib.resources.abc import Traversable


def shipped(folder: str, name: str) -> Traversable:
    """The file `name` of a folder such as "macros". Raises FileNotFoundError when the installation lacks it."""
    package = files("xltools")
    for place in (package / "data" / folder / name, package / ".." / folder / name):
        if place.is_file():
            return place
    raise FileNotFoundError(f"{folder}/{name}")
