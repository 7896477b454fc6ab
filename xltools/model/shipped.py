"""Files that come with the program: the specs inside the package; macros, templates and the example beside it in the repository, inside once installed."""

from __future__ import annotations

import tomllib
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any


def shipped(folder: str, name: str) -> Traversable:
    """The file `name` of a folder such as "macros". Raises FileNotFoundError when the installation lacks it."""
    package = files("xltools")
    for place in (package / "data" / folder / name, package / ".." / folder / name):
        if place.is_file():
            return place
    raise FileNotFoundError(f"{folder}/{name}")


def spec_text(*path: str) -> str:
    """The text of a file of specs/, by its folders and name. Raises FileNotFoundError when it is not there."""
    return files("xltools").joinpath("specs", *path).read_text("utf-8")


def spec(*path: str) -> dict[str, Any]:
    """The content of a TOML file of specs/, read anew, as `frozen`. Raises FileNotFoundError when it is not there."""
    content: dict[str, Any] = frozen(tomllib.loads(spec_text(*path)))
    return content


def frozen(value: Any) -> Any:
    """The same with every list in it a tuple, as the fields of our records want it."""
    if isinstance(value, list):
        return tuple(frozen(item) for item in value)
    if isinstance(value, dict):
        return {name: frozen(item) for name, item in value.items()}
    return value
