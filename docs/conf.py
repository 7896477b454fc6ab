"""Sphinx: the manual in docs/, its reference pages generated from the specs: sphinx-build docs build/手册, or `make manual`."""

from __future__ import annotations

from pathlib import Path

from docs.reference import write_reference

project = "xltools"
author = "xltools contributors"
language = "zh_CN"
extensions = ["myst_parser"]
myst_enable_extensions = ["colon_fence"]
exclude_patterns = ["images"]
html_theme = "furo"
html_title = "xltools 使用手册"
html_show_copyright = False
html_copy_source = False
html_show_sourcelink = False

write_reference(Path(__file__).parent / "generated")
