"""The bench's script for LibreOffice does what the scripts that it is compared with do."""

from pathlib import Path

import openpyxl

from tests.bench.__main__ import OFFICE, prepared
from tests.bench.city import write_city
from tests.bench.office import collect
from tests.bench.peers import openpyxl_loop


def test_libreoffice_collects_the_rows_that_a_script_collects(tmp_path: Path) -> None:
    write_city(tmp_path / "in", 2, 3)
    for name, way in (("office.xlsx", collect), ("loop.xlsx", openpyxl_loop)):
        way(tmp_path / "in", tmp_path / name)
    (header, *rows), expected = (list(openpyxl.load_workbook(tmp_path / name).active.values) for name in ("office.xlsx", "loop.xlsx"))
    assert "信用代码" in "".join(map(str, header))
    assert len(rows) == 6
    same = [[value for value in row if isinstance(value, str)] for row in rows]
    assert same == [[value for value in row if isinstance(value, str)] for row in expected]


def test_libreoffice_is_among_the_ways_where_it_is_installed(tmp_path: Path) -> None:
    assert OFFICE in prepared("XS", tmp_path)[2]
