"""Build what lies in this folder as text into what Excel and LibreOffice take: vbaProject.bin and xltools.oxt.

    python -m venv build-venv && build-venv/bin/pip install pyOpenVBA==6.5.0
    build-venv/bin/python macros/build.py

pyOpenVBA is needed here only; the results are committed. The same sources give the same bytes.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

HERE = Path(__file__).parent
MODULE = "XlTools"
ZIP_DATE = (1980, 1, 1, 0, 0, 0)
UNIX = 3    # what a package says of the system it was made on


def vba_project(source: str) -> bytes:
    """A VBA project with one module of our own; source: the .bas file, with any line ends."""
    from pyopenvba import ExcelFile  # late: the extension can be built without it

    text = "\r\n".join(source.splitlines()) + "\r\n"
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "empty.xlsm"
        book = ExcelFile.create_new(path)
        project = book.vba_project()
        project.delete_module("Module1")
        project.add_module(MODULE, text)
        book.save(path)
        with ZipFile(path) as package:
            return package.read("xl/vbaProject.bin")


def extension(folder: Path, path: Path) -> None:
    """Pack the LibreOffice extension's source folder into the .oxt at `path`."""
    with ZipFile(path, "w", ZIP_DEFLATED, compresslevel=9) as package:
        for file in sorted((file for file in folder.rglob("*") if file.is_file()), key=Path.as_posix):
            member = ZipInfo(file.relative_to(folder).as_posix(), ZIP_DATE)
            member.compress_type, member.create_system = ZIP_DEFLATED, UNIX
            package.writestr(member, file.read_bytes().replace(b"\r\n", b"\n"))


def main() -> None:
    """Build into this folder, or only the extension where pyOpenVBA is not at hand."""
    parser = argparse.ArgumentParser(description="Build vbaProject.bin and xltools.oxt")
    parser.add_argument("--extension-only", action="store_true", help="leave vbaProject.bin as it is")
    if not parser.parse_args().extension_only:
        (HERE / "vbaProject.bin").write_bytes(vba_project((HERE / f"{MODULE}.bas").read_text(encoding="ascii")))
    extension(HERE / "extension", HERE / "xltools.oxt")


if __name__ == "__main__":
    main()
