"""Reports from the public: the reporter can be read by one person only, and gets into nothing else."""

import base64
from datetime import date, datetime
from pathlib import Path

import openpyxl
import pytest

from tests.county_files import POLICY, county_file, enterprise
from tests.workbooks import parts_of
from xltools.actions.merge import merge
from xltools.actions.tips import conceal_tips, make_tips, reveal_tips
from xltools.books.concealed import conceal, new_pair, private_key, public_key, reveal
from xltools.faces import cli
from xltools.model.address import column_letters
from xltools.model.code import Code
from xltools.model.finding import StopError
from xltools.model.form import FIRST_ROW, load_form

FORM = load_form("tips")
COLUMN = {one.name: at for at, one in enumerate(FORM, 1)}
WHO, WHERE = "赵举报", "13900000001"


@pytest.fixture
def register(tmp_path: Path) -> Path:
    """A register with one reporter, one who is anonymous, and one row without either."""
    path = make_tips(tmp_path / "保管" / "群众举报.xlsx", POLICY)
    book = openpyxl.load_workbook(path)
    sheet = book[FORM.sheet]
    rows = [
        {"received": date(2022, 8, 3), "name": "三门峡甲铸造有限公司", "content": "集气罩长期不开", "reporter": WHO, "contact": WHERE, "verified": "属实"},
        {"received": date(2022, 8, 4), "name": "三门峡乙水泥有限公司", "content": "夜间冒黑烟", "reporter": "匿名"},
        {"received": date(2022, 8, 5), "name": "三门峡丙水泥有限公司", "content": "台账造假"},
    ]
    for at, row in enumerate(rows, FIRST_ROW):
        for name, value in row.items():
            sheet.cell(at, COLUMN[name], value)
    book.save(path)
    return path


@pytest.fixture
def keys(tmp_path: Path) -> tuple[Path, Path]:
    """The keeper's private and public key."""
    return new_pair(tmp_path / "密钥", "王五")


def rows_of(path: Path) -> list[dict[str, object]]:
    sheet = openpyxl.load_workbook(path)[FORM.sheet]
    found = [{name: sheet.cell(row, at).value for name, at in COLUMN.items()} for row in range(FIRST_ROW, sheet.max_row + 1)]
    return [one for one in found if any(value is not None for value in one.values())]


def bytes_of(path: Path) -> bytes:
    """The file, and every part of it unpacked."""
    return path.read_bytes() + b"".join(parts_of(path).values())


def test_nothing_of_the_reporter_is_left_and_everything_else_is(register: Path, keys: tuple[Path, Path], tmp_path: Path) -> None:
    done = conceal_tips(register, keys[1], tmp_path / "密封.xlsx", POLICY)
    assert (done.count, done.findings) == (2, ())
    assert not any(word.encode() in bytes_of(done.output) for word in (WHO, WHERE))
    rows = rows_of(done.output)
    assert [row["content"] for row in rows] == ["集气罩长期不开", "夜间冒黑烟", "台账造假"]
    assert [(row["reporter"], row["contact"]) for row in rows] == [(None, None)] * 3
    assert [row["received"] for row in rows] == [datetime(2022, 8, 3), datetime(2022, 8, 4), datetime(2022, 8, 5)]
    assert [bool(row["concealed"]) for row in rows] == [True, True, False]


@pytest.mark.parametrize(
    ("field", "text", "tells"),
    [
        ("content", "赵举报在场看到集气罩长期不开", True),
        ("verified", "已电话 139 0000-0001 核实", True),
        ("handled", "答复赵 举报", True),
        ("content", "周边群众反映，匿名", False),      # words that name nobody
        ("content", "编号 1390000", False),
    ],
)
def test_a_cell_that_tells_who_reported_stops_the_concealing(register: Path, keys: tuple[Path, Path], tmp_path: Path, field: str, text: str, tells: bool) -> None:
    book = openpyxl.load_workbook(register)
    book[FORM.sheet].cell(FIRST_ROW + 2, COLUMN[field], text)
    book.save(register)
    output = tmp_path / "密封.xlsx"
    if not tells:
        assert conceal_tips(register, keys[1], output, POLICY).count == 2
        return
    with pytest.raises(StopError) as stop:
        conceal_tips(register, keys[1], output, POLICY)
    assert (stop.value.finding.code, stop.value.finding.place.cell) == (Code.TIPS_TOLD, f"{column_letters(COLUMN[field])}{FIRST_ROW + 2}")
    assert WHO not in stop.value.finding.message
    assert not output.exists()


def test_the_keeper_reads_what_was_typed_and_nobody_else(register: Path, keys: tuple[Path, Path], tmp_path: Path) -> None:
    before = rows_of(register)
    hidden = conceal_tips(register, keys[1], tmp_path / "密封.xlsx", POLICY).output
    assert rows_of(reveal_tips(hidden, keys[0], "", tmp_path / "打开.xlsx", POLICY).output) == before
    other, _ = new_pair(tmp_path / "密钥", "赵六")
    done = reveal_tips(hidden, other, "", tmp_path / "别人.xlsx", POLICY)
    assert (done.count, [(one.code, one.place.cell) for one in done.findings]) == (0, [(Code.TIPS_DAMAGED, "G5"), (Code.TIPS_DAMAGED, "G6")])
    assert WHO.encode() not in bytes_of(done.output)


def test_concealing_twice_changes_nothing_and_a_name_typed_since_is_not_thrown_away(register: Path, keys: tuple[Path, Path], tmp_path: Path) -> None:
    once = conceal_tips(register, keys[1], tmp_path / "一.xlsx", POLICY).output
    again = conceal_tips(once, keys[1], tmp_path / "二.xlsx", POLICY)
    assert (again.count, again.findings, rows_of(again.output)) == (0, (), rows_of(once))
    book = openpyxl.load_workbook(once)
    book[FORM.sheet].cell(FIRST_ROW, COLUMN["contact"], "另一个电话")
    book.save(once)
    told = conceal_tips(once, keys[1], tmp_path / "三.xlsx", POLICY)
    assert [(one.code, one.place.cell) for one in told.findings] == [(Code.TIPS_TWICE, "F5")]
    assert rows_of(told.output)[0]["contact"] == "另一个电话"


def test_one_changed_character_is_seen(keys: tuple[Path, Path]) -> None:
    sealed = conceal(WHO, public_key(keys[1]))
    key = private_key(keys[0])
    assert reveal(sealed, key) == WHO
    head, raw = sealed[:4], bytearray(base64.urlsafe_b64decode(sealed[4:]))
    for at in range(len(raw)):
        changed = bytes(byte ^ (at == where) for where, byte in enumerate(raw))
        assert reveal(head + base64.urlsafe_b64encode(changed).decode(), key) is None
    assert conceal(WHO, public_key(keys[1])) != sealed, "the same name twice does not look the same"


def test_a_password_protects_the_key(tmp_path: Path) -> None:
    private, public = new_pair(tmp_path, "王五", "口令")
    sealed = conceal(WHO, public_key(public))
    assert reveal(sealed, private_key(private, "口令")) == WHO
    for path, password in ((private, ""), (private, "别的"), (public, "")):
        with pytest.raises(StopError) as stop:
            private_key(path, password)
        assert stop.value.finding.code is Code.KEY_UNREADABLE
    assert private.stat().st_mode & 0o077 == 0


def test_no_reporter_gets_into_a_summary(register: Path, keys: tuple[Path, Path], tmp_path: Path) -> None:
    county_file(tmp_path / "收件箱", "灵宝市", [enterprise(0)])
    (tmp_path / "收件箱" / register.name).write_bytes(register.read_bytes())
    outcome = merge([tmp_path / "收件箱"], tmp_path / "市级汇总.xlsx", POLICY, datetime(2022, 8, 25, 9))
    assert len(outcome.accepted) == 1
    assert not any(word.encode() in bytes_of(tmp_path / "市级汇总.xlsx") for word in (WHO, WHERE, "集气罩长期不开"))
    assert register.name in (*outcome.skipped, *outcome.unread, *(one.place.file for one in outcome.findings)), "left out, but not in silence"


def test_the_commands_lead_from_a_blank_register_to_the_keeper(register: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "命令"
    assert cli.run(["make", "tips", "-o", str(folder / "空白.xlsx")]) == 0
    assert cli.run(["key", "keeper", "王五", "-o", str(folder)]) == 0
    assert cli.run(["conceal", str(register), "--key", str(folder / "王五.保密.pub"), "-o", str(folder / "密封.xlsx")]) == 0
    assert "已密封 2 位举报人" in capsys.readouterr().out
    assert cli.run(["reveal", str(folder / "密封.xlsx"), "--key", str(folder / "王五.保密.key"), "-o", str(folder / "打开.xlsx")]) == 0
    assert rows_of(folder / "打开.xlsx") == rows_of(register)
    assert cli.run(["conceal", str(folder / "空白.xlsx"), "--key", str(folder / "王五.保密.key"), "-o", str(folder / "不.xlsx")]) == 1
    assert not (folder / "不.xlsx").exists()
