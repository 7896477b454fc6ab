"""--lang en: the catalogues are complete, true to their placeholders and free of Chinese; what a run prints is English; Chinese stays as it was."""

import ast
import json
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from string import Formatter

import click
import openpyxl
import pytest

from docs.reference import write_reference
from xltools.actions import trace, trace_board
from xltools.actions.run import read_summary
from xltools.faces import cli
from xltools.faces.speech import paragraphs, translated
from xltools.model.address import column_letters
from xltools.model.catalogues import TEXTS, catalogue, read_language
from xltools.model.code import Code
from xltools.model.dashboard import load_dashboard
from xltools.model.finding import Finding, Place
from xltools.model.form import load_template
from xltools.model.language import AS_TYPED, CHINESE, CHINESE_TEXT
from xltools.model.policy import load_policy
from xltools.rules.policy_contents import fixed_lists
from xltools.rules.regrade import BETTER, SAME, UNCLEAR, WORSE

TOP = Path(__file__).parent.parent
SPECS = TOP / "xltools" / "specs"
COUNTIES = TOP / "workbooks" / "区县"
ENGLISH = read_language("en")
CATALOGUES = {name: dict(catalogue("en", name)) for name in (*TEXTS, "phrases", "commands", "metavars", "findings")}
TEMPLATES = [entry["id"] for entry in tomllib.loads((SPECS / "templates.toml").read_text("utf-8"))["template"]]
POLICIES = [path.name for path in sorted((SPECS / "policies").iterdir()) if path.is_dir()]
# Lists of proper names: a county, an industry or an indicator table is called what it is called.
PROPER = {"counties", "industries", "tables", "groups", "scheme_ids", "screen_fields"}
# A Chinese word in any of our sentences → the one English word for it (the table in CONTRIBUTING.md).
TERMS = {
    "指标表": "indicator table", "等级体系": "scheme", "现场核查(?!表|人)": "site check", "核查表": "checklist", "整改": "rectif", "封签": "seal",
    "排查清单": "screening list", "保障类清单": "protected list", "初审": "county review", "信用代码": "code", "公示": "publi", "黑名单": "blacklist",
    "分局局长": "director", "帮扶组": "support group", "待核实": "unverified", "冲突处理": "conflicts", "名称对照": "names", "待认领": "unclaimed",
    "县（市、区）": "count", "工序": "process", "减排措施": "reduction", "市局": "city bureau", "政策库": "policy workbook", "撤销": "und",
}
INNERMOST = re.compile(r"“[^“”]*”|【[^】]*】")


def placeholders(sentence: str) -> set[str]:
    """The names in braces."""
    return {name for _, name, _, _ in Formatter().parse(sentence) if name}


def unquoted(text: str) -> str:
    """The text without what stands in quotes and without sheet names."""
    while INNERMOST.search(text):
        text = INNERMOST.sub("", text)
    return text


def words_of_the_forms() -> Iterator[str]:
    """Every text of every form of every template that a person reads, and every word of its lists."""
    for template in map(load_template, TEMPLATES):
        yield template.title
        for form in template:
            yield from (form.sheet, form.title, form.note, *form.signatures)
            for field in form:
                yield from (field.label, field.unit, field.group, field.help, field.none_word, *(field.required_if.values if field.required_if else ()))


def words_of_the_lists() -> Iterator[str]:
    """Every word of the drop-down lists, those of proper names left out."""
    for policy in map(load_policy, POLICIES):
        for name, words in {**policy.lists, **fixed_lists()}.items():
            yield from words if name not in PROPER else ()
    for path in SPECS.glob("*.toml"):
        for name, words in tomllib.loads(path.read_text("utf-8")).get("lists", {}).items():
            yield from words if name not in PROPER else ()


def words_of_the_calendar() -> Iterator[str]:
    """Every deadline of every policy and who must meet it."""
    for deadline in (one for policy in map(load_policy, POLICIES) for one in policy.deadlines):
        yield from (deadline.name, deadline.who)


def every_command(command: click.Command) -> Iterator[click.Command]:
    """The command and those below it, without what only icons call."""
    yield command
    for one in command.commands.values() if isinstance(command, click.Group) else ():
        if not one.hidden:
            yield from every_command(one)


def in_chinese(texts: Iterator[str] | list[str]) -> set[str]:
    """Those of the texts that hold Chinese."""
    return {text for text in texts if CHINESE_TEXT.search(text)}


def said_in(folder: Path, name: str = "say") -> set[str]:
    """Every Chinese string constant of these modules that is not part of a docstring, a help or a name for what is typed."""
    return {text for path in sorted(folder.glob(name)) for text in strings(ast.parse(path.read_text("utf-8")))}


def strings(tree: ast.Module) -> Iterator[str]:
    """String constants that are said: arguments of say, text and word, and module constants in capitals."""
    for node in ast.walk(tree):
        called = node.func.attr if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) else ""
        called = node.func.id if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) else called
        if isinstance(node, ast.Call) and called in {"say", "said", "text", "word"} and node.args:
            yield from (one.value for one in ast.walk(node.args[0]) if isinstance(one, ast.Constant) and isinstance(one.value, str))
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
            yield node.value.value


@pytest.mark.parametrize("code", Code, ids=lambda code: code.number)
def test_every_finding_has_an_english_sentence_with_the_same_placeholders(code: Code) -> None:
    message, fix = CATALOGUES["findings"][code.number]
    assert placeholders(message) == placeholders(code.message)
    assert placeholders(fix) == placeholders(code.fix)
    assert not message.endswith(".")
    assert not fix.endswith(".")


@pytest.mark.parametrize("code", Code, ids=lambda code: code.number)
def test_a_finding_about_chinese_values_is_english_outside_quotes(code: Code) -> None:
    chinese = code.at(Place("甲.xlsx", "排查清单", "B5"), **dict.fromkeys(code.parameters, "甲"))
    english = ENGLISH.translated(chinese)
    assert not CHINESE_TEXT.search(unquoted(english.message + english.fix)), english.message
    assert (english.code, english.place) == (chinese.code, chinese.place)
    assert CHINESE.translated(chinese) == chinese


def test_no_finding_of_the_catalogue_is_unknown() -> None:
    assert set(CATALOGUES["findings"]) == {code.number for code in Code}


def test_every_word_of_every_form_and_list_has_an_entry_and_none_is_stale() -> None:
    wanted = in_chinese([*words_of_the_forms(), *words_of_the_lists()])
    assert wanted - set(CATALOGUES["labels"]) == set()
    assert set(CATALOGUES["labels"]) - wanted == set()


def test_every_deadline_has_an_entry() -> None:
    assert [text for text in words_of_the_calendar() if text not in ENGLISH.texts] == []


def test_every_command_and_option_has_english_help_and_no_entry_is_stale() -> None:
    every = list(every_command(cli.commands))
    options = [param for command in every for param in command.params]
    texts = in_chinese([part for command in every for part in paragraphs(command.help or "")])
    texts |= in_chinese([part for param in options if isinstance(param, click.Option) for part in paragraphs(param.help or "")])
    assert all(command.help for command in every)
    assert texts ^ set(CATALOGUES["commands"]) == set()
    assert in_chinese([param.metavar or "" for param in options]) ^ set(CATALOGUES["metavars"]) == set()


def test_every_sentence_of_the_command_line_has_an_entry_and_none_is_stale() -> None:
    said = in_chinese(sorted(said_in(TOP / "xltools" / "faces", "cli*.py") | said_in(TOP / "xltools" / "faces", "terminal.py") | said_in(TOP / "xltools" / "faces", "options.py")))
    directions = {BETTER, WORSE, SAME, UNCLEAR}        # printed by grade --compare
    known = set().union(*(CATALOGUES[name] for name in TEXTS))
    assert said - known == set()
    assert in_chinese(list(CATALOGUES["terminal"])) - said == directions


def test_the_command_line_prints_no_sentence_that_has_no_entry() -> None:
    for path in sorted((TOP / "xltools" / "faces").glob("cli*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "click.echo":
                said = [one.value for one in ast.walk(node) if isinstance(one, ast.Constant) and isinstance(one.value, str)]
                spoken = {one.value for call in ast.walk(node) if isinstance(call, ast.Call) and ast.unparse(call.func).endswith(("say", "text", "word"))
                          for one in ast.walk(call) if isinstance(one, ast.Constant)}
                assert not [text for text in said if re.search(r"[\u3400-\u9fff]{2}", text) and text not in spoken], path.name


@pytest.mark.parametrize("name", ["terminal", "reference", "phrases", "reasons", "labels"])
def test_an_entry_has_the_placeholders_of_its_chinese_and_no_chinese_of_its_own(name: str) -> None:
    for chinese, english in CATALOGUES[name].items():
        assert placeholders(english) == placeholders(chinese), chinese
        assert not CHINESE_TEXT.search(english), english
        assert english.strip(), chinese


def test_help_and_findings_hold_no_chinese() -> None:
    texts = [*CATALOGUES["commands"].values(), *CATALOGUES["metavars"].values(), *(text for pair in CATALOGUES["findings"].values() for text in pair)]
    assert in_chinese(texts) == set()


def test_a_choice_with_a_comma_in_its_brackets_is_one_choice() -> None:
    listed = "铸件（天然气、电炉熔化）、水泥熟料、烧结（一、二）"
    finding = Code.NOT_A_CHOICE.at(Place(), label="指标表", value="铸件", choices=listed)
    assert ENGLISH.translated(finding).fix.endswith("“铸件（天然气、电炉熔化）”, “水泥熟料”, “烧结（一、二）”")


def test_every_reason_and_phrase_is_still_said_somewhere() -> None:
    paths = [*(TOP / "xltools").rglob("*.py"), *SPECS.rglob("*.toml")]
    source = "\n".join(path.read_text("utf-8") for path in paths if "lang" not in path.parts)
    assert [chinese for chinese in CATALOGUES["reasons"] if chinese not in source] == []
    assert [chinese for chinese in CATALOGUES["phrases"] if not all(run in source for run in re.findall(r"[\u3400-\u9fff]+", chinese))] == []


def test_no_text_is_said_twice_in_different_words() -> None:
    seen: dict[str, str] = {}
    for name in TEXTS:
        for chinese, english in CATALOGUES[name].items():
            assert seen.setdefault(chinese, english) == english, chinese


@pytest.mark.parametrize(("term", "word"), TERMS.items())
def test_one_chinese_term_has_one_english_word(term: str, word: str) -> None:
    pairs = [(code.message + code.fix, "".join(CATALOGUES["findings"][code.number])) for code in Code]
    pairs += [pair for name in (*TEXTS, "commands", "phrases") for pair in CATALOGUES[name].items()]
    concerned = [(chinese, english) for chinese, english in pairs if re.search(term, chinese)]
    assert concerned
    assert [pair for pair in concerned if word not in pair[1].lower()] == []


def test_a_check_in_english_prints_english_and_leaves_alone_what_was_typed(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["--lang", "en", "check", str(COUNTIES)]) == 1
    lines = capsys.readouterr().out.splitlines()
    files = {path.name for path in COUNTIES.glob("*.xlsx")}
    assert [line for line in lines if CHINESE_TEXT.search(unquoted(line)) and line not in files] == []
    text = "\n".join(lines)
    assert "“Evidence” is not filled in\n      Fix: Fill it in, for example “密闭改造照片3张”" in text
    assert "“天然气” (natural gas), “电” (electricity)" in text
    assert re.search(r"^8 files, \d+ rows: Error \d+ · Warning \d+ · Note \d+$", text, re.M)


@pytest.mark.parametrize(
    ("choices", "printed"),
    [
        ("同意上报、不同意", "“同意上报” (agreed to report), “不同意” (not agreed)"),
        ("A、B-、引领性", "A, B-, “引领性” (leading)"),
        ("铸造、陶瓷 等 54 项；是不是“铸造”？", "“铸造”, “陶瓷” and others, 54 in all; is “铸造” meant?"),
    ],
    ids=["words", "grades", "long"],
)
def test_choices_are_given_as_they_must_be_chosen_with_their_meaning(choices: str, printed: str) -> None:
    chinese = Code.NOT_A_CHOICE.at(Place(), label="初审意见", value="同意吧", choices=choices)
    assert ENGLISH.translated(chinese).fix == f"Choose from the drop-down list: {printed}"
    assert ENGLISH.translated(chinese).message == "“County review” is “同意吧”, which is not one of the choices"


def test_a_sentence_within_a_sentence_is_told_too() -> None:
    inner = Code.NOT_WORSE.at(Place(), label="拟申报等级", value="C", other_label="现有等级", other="B")
    outer = Code.ANSWERED.at(Place(), number=inner.code.number, message=inner.message, answer="设备停用")
    assert ENGLISH.translated(outer).message == "W302: “Grade to apply for” is “C”, worse than “B” of “Present grade”; the county explains: “设备停用”"


def test_json_keeps_its_keys_and_places_and_says_its_sentences_in_english(capsys: pytest.CaptureFixture[str]) -> None:
    file = str(COUNTIES / "灵宝市.xlsx")
    assert cli.run(["check", file, "--json"]) == cli.run(["--lang", "en", "check", file, "--json"]) == 1
    decoder, printed = json.JSONDecoder(), capsys.readouterr().out
    chinese, end = decoder.raw_decode(printed)
    english, _ = decoder.raw_decode(printed[end:].lstrip())
    assert list(english) == list(chinese)
    assert len(english["findings"]) == len(chinese["findings"]) > 0
    for one, other in zip(english["findings"], chinese["findings"], strict=True):
        assert {key: value for key, value in one.items() if key not in ("message", "fix")} == {key: value for key, value in other.items() if key not in ("message", "fix")}
        assert not CHINESE_TEXT.search(unquoted(one["message"] + one["fix"]))
        assert CHINESE_TEXT.search(other["message"])


def test_what_is_returned_to_a_county_stays_chinese(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = str(COUNTIES / "灵宝市.xlsx")
    for language, folder in (("zh", "a"), ("en", "b")):
        cli.run(["--lang", language, "check", file, "--return", str(tmp_path / folder)])
    capsys.readouterr()
    written = sorted(path.name for path in (tmp_path / "a").iterdir())
    assert written == sorted(path.name for path in (tmp_path / "b").iterdir())
    assert all((tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes() for name in written if not name.endswith(".docx"))


def test_chinese_is_the_default_and_reads_no_catalogue() -> None:
    script = "import sys\nfrom xltools.faces import cli\ncli.run(['check', '--help'])\nprint([name for name in sys.modules if name.endswith(('catalogues', 'tomllib'))])"
    printed = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout
    assert printed.splitlines()[0] == "用法：xltools check [选项] 文件或文件夹…"
    assert printed.splitlines()[-1] == "[]"


def test_the_default_is_what_lang_zh_says(capsys: pytest.CaptureFixture[str]) -> None:
    file = str(COUNTIES / "卢氏县.xlsx")
    cli.run(["check", file])
    default = capsys.readouterr().out
    cli.run(["--lang", "zh", "check", file])
    assert capsys.readouterr().out == default


@pytest.mark.parametrize(
    ("arguments", "printed"),
    [
        (["--lang", "en", "merge"], "Missing: argument FILE-OR-FOLDER…. Usage: xltools merge --help"),
        (["--lang", "en", "check", "nowhere.xlsx"], "argument FILE-OR-FOLDER… is wrong: there is no file or folder nowhere.xlsx. Usage: xltools check --help"),
        (["--lang", "en", "chek"], "There is no command chek. Usage: xltools --help"),
        (["--lang", "en", "check", str(COUNTIES), "--policy", "2099"], "option --policy is wrong: there is neither a policy “2099” nor such a policy workbook. Usage: xltools check --help"),
        (["--lang", "fr", "check"], "选项 --lang 不对：应为 zh、en 之一。用法见：xltools --help"),
    ],
    ids=["missing", "file", "command", "policy", "language"],
)
def test_a_wrong_command_is_told_in_the_language_of_the_run(arguments: list[str], printed: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(arguments) == cli.USAGE
    assert capsys.readouterr().err.strip() == printed


def test_a_stop_is_told_in_english(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    summary = tmp_path / "市级汇总.xlsx"
    summary.write_bytes((TOP / "workbooks" / "市级汇总.xlsx").read_bytes())
    assert cli.run(["--lang", "en", "undo", str(summary)]) == 1
    assert capsys.readouterr().err.strip() == "“市级汇总.xlsx” has no backup and cannot be undone. Check the file name; after a first merge there is nothing to undo; after several, see whether the folder “市级汇总-备份” is beside it"


def test_help_is_english_for_every_command() -> None:
    for command in every_command(cli.commands):
        twin = translated(command, ENGLISH)
        assert not CHINESE_TEXT.search(click.Command.get_help(twin, click.Context(twin))), command.name
        assert command.help != twin.help


def test_the_reference_in_english_has_every_finding_field_and_command(tmp_path: Path) -> None:
    write_reference(tmp_path)
    problems, fields, commands = ((tmp_path / "en" / f"{name}.md").read_text("utf-8") for name in ("problems", "fields", "commands"))
    assert all(f"### {code.number} {ENGLISH.text(code.severity.label)}\n" in problems for code in Code)
    assert "| 企业名称 | Enterprise name | county | name of a unit |" in fields.replace("County | name", "county | name")
    assert not CHINESE_TEXT.search(unquoted(commands))
    for name in ("county", "city", "checklist", "policy"):
        for form in load_template(name):
            assert f"### {form.sheet} ({ENGLISH.text(form.sheet)})" in fields
            assert all(f"| {ENGLISH.text(field.label)}" in fields.replace("\\", "") for field in form), form.name


FILES = {path.name for path in COUNTIES.glob("*.xlsx")}       # a file's name heads its findings


def english(printed: str) -> list[str]:
    """The lines printed, of which none may hold Chinese that is not in quotes and no name of a sheet."""
    lines = [line for line in printed.splitlines() if line.strip() and line not in FILES]
    assert [line for line in lines if CHINESE_TEXT.search(unquoted(line))] == []
    assert lines
    return lines


def test_where_every_kind_of_cell_comes_from_is_told_in_english(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """The first record of every sheet in every column, every cell of the first sheet, and a figure of each table of figures."""
    summary = TOP / "workbooks" / "市级汇总.xlsx"
    book, tables = read = read_summary(summary)
    for module in (trace, trace_board):
        monkeypatch.setattr(module, "read_summary", lambda path: read)
    monkeypatch.setattr(trace, "open_book", cache(trace.open_book))
    cells = {f"{table.sheet}!{letters}{table.frame.index[0]}" for table in tables.values() for letters in table.columns.values() if len(table.frame)}
    board = load_template("city")["board"].sheet
    cells |= {f"{board}!{column_letters(column)}{row}" for row, line in enumerate(book.values(board), 1) for column, value in enumerate(line, 1) if value is not None}
    figures = {(one.title, one.form, bool(one.rows)): f"{load_dashboard().sheet}!{cell}" for cell, one in trace.figures(summary, load_policy("sanmenxia-2022")).items()}
    codes = [cli.run(["--lang", "en", "trace", str(summary), cell]) for cell in sorted({*cells, *figures.values()})]
    said = capsys.readouterr()
    assert codes.count(0) > 200
    assert len(english(said.out)) > len(codes)
    assert len(english(said.err.replace(f"{summary.name}【", "【"))) == codes.count(1) == len(codes) - codes.count(0)


def test_the_log_is_told_in_english_whole_and_cut(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    summary = TOP / "workbooks" / "市级汇总.xlsx"
    assert cli.run(["--lang", "en", "trace", str(summary), "--log"]) == 0
    assert "linked without a gap or a change" in english(capsys.readouterr().out)[-1]
    book = openpyxl.load_workbook(summary)
    book[load_template("city")["log"].sheet].delete_rows(10)
    book.save(tmp_path / "市级汇总.xlsx")
    assert cli.run(["--lang", "en", "trace", str(tmp_path / "市级汇总.xlsx"), "--log"]) == 1
    assert "is not whole" in english(capsys.readouterr().out)[-1]


def test_the_calendar_is_told_in_english_on_every_day_of_interest(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    register = tmp_path / "节假日.xlsx"
    assert cli.run(["make", "holidays", "-o", str(register)]) == 0
    capsys.readouterr()
    for arguments in (["--date", "2022-01-03"], ["--date", "2022-06-30"], ["--date", "2022-10-31", "--holidays", str(register)], ["--date", "2023-01-01"], [str(COUNTIES), "--date", "2022-08-01"]):
        assert cli.run(["--lang", "en", "calendar", *arguments]) in (0, 1)
        english(capsys.readouterr().out)


@pytest.mark.parametrize("code", [Code.REPORTED_LATE, Code.COUNTY_OVERDUE, Code.NOT_AT_HAND])
def test_a_finding_names_its_deadline_in_both_languages(code: Code) -> None:
    for one in load_policy("sanmenxia-2022").deadlines:
        said = ENGLISH.translated(code.at(Place(), **dict.fromkeys(code.parameters, "-") | {"name": one.name})).message
        assert f" “{one.name}” ({ENGLISH.text(one.name)}) " in f" {said}"


# What rules put together stays Chinese, in quotes, where it is nothing but names of files, counties, sheets, indicators or clauses:
# by the number of the finding and its value, as the commands below find them in the example.
STAYS = {
    ("E601", "other"), ("W610", "where"), ("W611", "where"), ("W612", "where"), ("W613", "where"),      # county, file, sheet, cell
    ("N501", "item"),                                                                                    # category and name of an indicator
    ("W832", "source"),                                                                                  # clause of the notice
}


def test_what_rules_put_together_is_english_but_for_what_is_listed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    seen: list[Finding] = []
    monkeypatch.setattr(type(ENGLISH), "translated", lambda self, finding: seen.append(finding) or finding)
    checklists, summary = str(TOP / "workbooks" / "核查表"), tmp_path / "市级汇总.xlsx"
    summary.write_bytes((TOP / "workbooks" / "市级汇总.xlsx").read_bytes())
    for arguments in (
        ["merge", str(COUNTIES), "-o", str(tmp_path / "新汇总.xlsx")],
        ["grade", checklists, str(COUNTIES)],
        ["publish", str(summary), "--start", "2022-08-01", "--end", "2022-08-07", "-o", str(tmp_path / "公示")],
        ["pack", str(COUNTIES), "--month", "7月", "-o", str(tmp_path / "上报包")],
        ["emergency", str(summary), "-o", str(tmp_path / "清单.xlsx")],
    ):
        assert cli.run(["--lang", "en", *arguments, "--json"]) in (0, 1), capsys.readouterr().err
    names = {name for policy in map(load_policy, POLICIES) for key in ("counties", "industries", "tables") for name in (policy.title, *policy.lists[key])}
    left = {
        (finding.code.number, name): value
        for finding in seen
        for name, value in finding.values
        if name in finding.code.parameters - AS_TYPED and isinstance(value, str) and value not in names and CHINESE_TEXT.search(unquoted(ENGLISH.word(value)))
    }
    assert len(seen) > 100
    assert {key: value for key, value in left.items() if key not in STAYS} == {}
