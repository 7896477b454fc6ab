"""What an .xlsx holds besides cells, as lines of text: names, drop-downs, conditional formats, print settings, macros."""

from __future__ import annotations

import json
from collections.abc import Iterator
from xml.etree.ElementTree import Element

from xltools.books.tree import below, listed, tree
from xltools.books.vba import modules
from xltools.books.xlsx import XlsxSource, related, relationships

# Settings of a sheet that are one element with attributes → the word for it. Salts and hashes of passwords only say that there is one.
SETTINGS = (
    ("sheetProtection", "保护"),
    ("pane", "冻结窗格"),
    ("autoFilter", "自动筛选"),
    ("printOptions", "打印选项"),
    ("pageSetup", "页面设置"),
    ("pageMargins", "页边距"),
    ("pageSetUpPr", "页面缩放"),
)
SECRETS = ("password", "hashValue", "saltValue", "spinCount", "algorithmName")
# These parts are shown by their content; relationships and content types only repeat which parts there are.
SHOWN = ("workbook", "worksheet", "sharedStrings", "comments", "core-properties", "extended-properties", "custom-properties")


def in_quotes(text: str) -> str:
    """A text in quotes on one line."""
    return json.dumps(text, ensure_ascii=False)


def describe_workbook(source: XlsxSource) -> Iterator[str]:
    """Custom properties, defined names with the sheet they are local to, workbook protection."""
    for name, value in sorted(source.properties.items()):
        yield f"自定义属性 {name} = {in_quotes(value)}"
    book = tree(source.package.chunks(source.main))
    sheets = [sheet.get("name", "") for sheet in below(book, "sheet")]
    names = []
    for defined in below(book, "definedName"):
        at = int(defined.get("localSheetId", "-1"))
        where = f"{sheets[at]}!" if 0 <= at < len(sheets) else ""
        hidden = "（隐藏）" if defined.get("hidden") == "1" else ""
        names.append(f"名称 {where}{defined.get('name', '')}{hidden} = {''.join(defined.itertext())}")
    yield from sorted(names)
    for protection in below(book, "workbookProtection"):
        yield f"工作簿保护 {listed(protection, *SECRETS)}"


def describe_sheet(source: XlsxSource, name: str) -> Iterator[str]:
    """Everything of one sheet but its cells, in a fixed order."""
    part = source.entry(name).part
    sheet = tree(source.package.chunks(part), without="sheetData")
    for merged in sorted(below(sheet, "mergeCell"), key=lambda cell: cell.get("ref", "")):
        yield f"合并 {merged.get('ref', '')}"
    yield from sorted(_drop_down(item) for item in below(sheet, "dataValidation"))
    styles = [tree(source.package.chunks(path)) for path in related(source.package, source.main, "styles")]
    looks = [_look(dxf) for style in styles for dxf in below(style, "dxf")]
    for area in below(sheet, "conditionalFormatting"):
        yield from (_conditional(rule, area, looks) for rule in below(area, "cfRule"))
    yield from _links(source, part, sheet)
    yield from _notes(source, part)
    for element, word in SETTINGS:
        yield from (f"{word} {listed(found, *SECRETS)}{_is_secret(found)}" for found in below(sheet, element))
    for column in below(sheet, "col"):
        yield f"列宽 {column.get('min')}-{column.get('max')} {listed(column, 'min', 'max', 'style', 'bestFit')}"
    yield from _headers(sheet)


def _drop_down(item: Element) -> str:
    formulas = [" ".join(found.itertext()).strip() for kind in ("formula1", "formula2") for found in below(item, kind)]
    settings = listed(item, "sqref", "uid", "prompt", "promptTitle", "error", "errorTitle")
    texts = [f"{key}={in_quotes(item.get(key, ''))}" for key in ("promptTitle", "prompt", "errorTitle", "error") if item.get(key)]
    return " ".join(["数据有效性", _area(item), *(f"={formula}" for formula in formulas), settings, *texts])


def _area(item: Element) -> str:
    """The cells a rule is for: an attribute, or in later extensions an element."""
    return item.get("sqref") or " ".join("".join(found.itertext()).strip() for found in below(item, "sqref"))


def _conditional(rule: Element, area: Element, looks: list[str]) -> str:
    formulas = [f"={''.join(found.itertext())}" for kind in ("formula", "f") for found in below(rule, kind)]
    number = rule.get("dxfId", "")
    look = looks[int(number)] if number.isdecimal() and int(number) < len(looks) else ""
    return " ".join(part for part in ("条件格式", _area(area), listed(rule, "dxfId", "id"), *formulas, look) if part)


def _look(dxf: Element) -> str:
    """The look of a conditional format: fill and font colour, as written."""
    colours = [f"{word}{colour.get('rgb') or listed(colour)}" for tag, word in (("bgColor", "填充"), ("color", "字色")) for colour in below(dxf, tag)]
    return "→ " + " ".join(colours) if colours else ""


def _links(source: XlsxSource, part: str, sheet: Element) -> Iterator[str]:
    targets = {id: target for id, (_, target) in relationships(source.package, part).items()}
    for link in below(sheet, "hyperlink"):
        target = "#".join(text for text in (targets.get(link.get("id", ""), ""), link.get("location", "")) if text)
        yield f"链接 {link.get('ref', '')} → {target}"


def _notes(source: XlsxSource, part: str) -> Iterator[str]:
    for path in related(source.package, part, "comments"):
        for note in below(tree(source.package.chunks(path)), "comment"):
            yield f"批注 {note.get('ref', '')} {in_quotes(''.join(note.itertext()).strip())}"


def _is_secret(element: Element) -> str:
    return " （有密码）" if any(element.get(secret) for secret in SECRETS) else ""


def _headers(sheet: Element) -> Iterator[str]:
    for found in below(sheet, "headerFooter"):
        yield from (f"页眉页脚 {line.tag} {in_quotes(line.text or '')}" for line in found)


def describe_macros(source: XlsxSource) -> Iterator[str]:
    """The VBA modules, line by line."""
    for part in related(source.package, source.main, "vbaProject"):
        for module in modules(source.package.read(part)):
            yield f"宏 {module.name}"
            yield from (f"宏 {module.name} | {line}" for line in module.source.split("\n") if module.source)


def describe_parts(source: XlsxSource) -> Iterator[str]:
    """Every other part, by size and checksum: styles, pictures, charts, drawings."""
    kinds: dict[str, str] = {}
    waiting = [""]
    while waiting:
        part = waiting.pop()
        for kind, target in relationships(source.package, part).values():
            if target.lower() not in kinds and target in source.package:
                kinds[target.lower()] = kind
                waiting.append(target)
    for part in source.package.parts:
        if part.endswith(".rels") or part == "[content_types].xml" or kinds.get(part, "") in (*SHOWN, "officeDocument"):
            continue
        size, checksum = source.package.size_and_crc(part)
        yield f"部件 {part} {size} 字节 {checksum:08x}"
