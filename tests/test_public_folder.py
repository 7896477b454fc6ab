"""No personal datum of what counties and checkers filled in reaches the publish folder: every byte of it is searched, decompressed."""

import re
import zipfile
from collections.abc import Iterator
from datetime import date
from io import BytesIO
from pathlib import Path

import openpyxl
import pytest

from tests.checklist_books import applicant, visit, write
from tests.checklists import best, table_of
from tests.county_files import CODES, LIVE, NAMES, POLICY, SHORT, filled
from tests.test_whole_year import decide
from tests.workbooks import parts_of
from xltools.books.base import Cell
from xltools.books.template import write_template
from xltools.faces import cli
from xltools.model.form import Field, Kind, Owner, load_form

REFRACTORY = table_of("refractory")
OPEN = {"county", "name", "industry", "decided"}        # the header of real public lists, as 三(三)5 is carried out


class Planted:
    """Values that occur nowhere else, one for every field that is not public, with the field they stand in."""

    def __init__(self) -> None:
        self.where: dict[str, str] = {}

    def fill(self, form: str, **fixed: Cell) -> dict[str, Cell]:
        """A record of the county's form: a unique value wherever its kind holds one."""
        record = filled(form, **fixed)
        for field in SHORT[form].owned(Owner.COUNTY):
            if field.name not in fixed and not field.public and (value := self.value(field)) is not None:
                self.where[str(value)] = f"{form}.{field.name}"
                record[field.name] = value
        return record

    def value(self, field: Field) -> Cell:
        number = len(self.where) + 1
        if field.kind is Kind.PERSON:
            return f"密人{number:03}甲"
        if field.kind is Kind.PHONE:
            return f"139{77000000 + number}"
        return f"密文{number:03}乙" if field.kind is Kind.TEXT and not field.list else None


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Planted]:
    """A county's workbook and a checklist full of planted values, merged, decided and published by the commands."""
    folder, planted = tmp_path_factory.mktemp("公示"), Planted()
    own = {"credit_code": CODES[0], "process": "烧成"}
    screening = planted.fill("screening", **own, name=NAMES[0], industry="耐火材料", table="耐火材料", permit_no=f"{CODES[0]}001P", industry_code="C3089")
    sheets = {name: [planted.fill(name, **own)] for name in ("review", "rectification", "changes", "measures")}
    sheets["changes"][0] |= {"change_kind": "企业更名", "found_date": date(2022, 7, 1), "new_grade": None, "decided_by": None, "decided_date": None}
    sheets["protected"] = [planted.fill("protected", credit_code=CODES[0])]
    cover = planted.fill("cover", county="灵宝市")
    inbox = folder / "收件箱"
    inbox.mkdir()
    write_template(inbox / "灵宝市.xlsx", SHORT, POLICY, LIVE, {"cover": [cover], "screening": [screening], **sheets})
    who = ({"name": "密人核查", "unit": "密文核查单位", "speciality": "密文专业", "signature": "密人核查", "date": date(2022, 7, 26)},)
    planted.where |= {"密人核查": "checklist.name", "密文核查单位": "checklist.unit", "密文专业": "checklist.speciality"}
    write(inbox / "甲.xlsx", applicant(REFRACTORY, code=CODES[0], name=NAMES[0]), [visit(REFRACTORY, best(REFRACTORY), checkers=who)])
    summary = folder / "市级汇总.xlsx"
    assert cli.run(["merge", str(inbox), "-o", str(summary)]) in (0, 1)
    decide(summary, 甲=("A", "07-31"))
    remark(summary, planted)
    days = ["--start", "2022-08-01", "--end", "2022-08-07"]
    assert cli.run(["publish", str(summary), *days, "-o", str(folder / "公示")]) in (0, 1)
    return folder, planted


def remark(summary: Path, planted: Planted) -> None:
    """The city's own words, also in a note and in the workbook's properties."""
    book = openpyxl.load_workbook(summary)
    form = load_form("ledger")
    sheet = book[form.sheet]
    labels = {str(cell.value or "").rstrip("*"): cell.column for cell in sheet[4]}
    for name in ("city_opinion", "city_remark"):
        planted.where[f"密文市级{name}"] = f"ledger.{name}"
        sheet.cell(5, labels[form[name].label]).value = f"密文市级{name}"
    sheet.cell(5, 3).comment = openpyxl.comments.Comment("密文批注", "密人作者")
    book.properties.creator = "密人建立"
    planted.where |= {"密文批注": "a note", "密人作者": "a note's author", "密人建立": "properties"}
    book.save(summary)


def contents(data: bytes, name: str) -> Iterator[tuple[str, bytes]]:
    """A file's own bytes, and everything packed in it however deep."""
    yield name, data
    if zipfile.is_zipfile(BytesIO(data)):
        with zipfile.ZipFile(BytesIO(data)) as package:
            for member in package.infolist():
                yield from contents(package.read(member), f"{name}!{member.filename}")
                yield f"{name}!{member.filename}", member.filename.encode() + member.comment + member.extra


def spellings(value: str) -> Iterator[bytes]:
    """How a text may stand in a file."""
    yield from (value.encode(coding) for coding in ("utf-8", "utf-16-le", "utf-16-be", "gb18030"))
    yield "".join(f"&#{ord(sign)};" for sign in value).encode()
    yield "".join(f"&#x{ord(sign):x};" for sign in value).encode()
    yield value.encode("unicode_escape")


def test_the_planted_values_did_reach_the_summary(published: tuple[Path, Planted]) -> None:
    """Else the next test could not fail: the people, phones and remarks of the inputs do stand in the city's own workbook."""
    folder, planted = published
    text = b"".join(parts_of(folder / "市级汇总.xlsx").values()).decode("utf-8", "replace")
    kept = {where for value, where in planted.where.items() if value in text}
    assert {"screening.contact", "screening.phone", "screening.remark", "screening.town", "protected.contact", "protected.phone", "rectification.responsible", "ledger.city_remark", "a note", "properties"} <= kept
    assert len(planted.where) >= 40


def test_nothing_planted_occurs_in_any_byte_of_the_publish_folder(published: tuple[Path, Planted]) -> None:
    folder, planted = published
    files = [path for path in sorted((folder / "公示").rglob("*")) if path.is_file()]
    assert [path.name for path in files] == ["公示.html", "公示名单.xlsx"]
    parts = [part for path in files for part in contents(path.read_bytes(), path.name)]
    assert any(NAMES[0].encode() in data for _, data in parts)          # what is public is there, and is found
    leaks = [(planted.where[value], name) for value in planted.where for name, data in parts for form in spellings(value) if form in data]
    assert leaks == []
    assert [name for name, data in parts if CODES[0].encode() in data or re.search(rb"139770000\d\d", data)] == []


def test_the_planted_search_finds_what_is_packed_and_spelt_otherwise(tmp_path: Path) -> None:
    inner = BytesIO()
    with zipfile.ZipFile(inner, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("a.xml", "密人001甲".encode("utf-16-le"))
    outer = BytesIO()
    with zipfile.ZipFile(outer, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("b.xlsx", inner.getvalue())
    found = [name for name, data in contents(outer.getvalue(), "x") for form in spellings("密人001甲") if form in data]
    assert found == ["x!b.xlsx!a.xml"]


def test_only_the_five_columns_are_declared_public_in_the_ledger() -> None:
    assert {field.name for field in load_form("publication")} - {"number"} == OPEN
    assert all(load_form("ledger")[name].public for name in OPEN)
