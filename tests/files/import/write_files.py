"""Writes the drawn tables beside this file: one table, as a bureau might have it, as a sheet and as a Word document.

Every sentence is our own; nothing here is an official indicator. Run from the repository: python tests/files/import/write_files.py
"""

import zipfile
from datetime import datetime
from pathlib import Path
from xml.sax.saxutils import escape

import xlsxwriter

FOLDER = Path(__file__).parent
TITLE = "铸造行业绩效分级指标（文字自拟，只用于测试）"
ASIDE = "本表只用于测试，不是正式指标表。"
NOTES = "注：a 自动化造型线指造型时不需要人工搬运的生产线；b 机械化指主要动作由机器完成。"
BELOW_C = "未达到C级要求"

# (top, left, bottom, right, text): rows count from 1 for the header's first row, columns from 1; "^a" is a raised letter in Word
CELLS = [
    (1, 1, 2, 2, "差异化指标"),
    (1, 3, 1, 6, "绩效等级"),
    (1, 7, 2, 7, "核查要点"),
    (2, 3, 2, 3, "A级企业"),
    (2, 4, 2, 4, "B 级企业"),
    (2, 5, 2, 5, "C级企业"),
    (2, 6, 2, 6, "D级企业"),
    (3, 1, 4, 1, "装备水平"),
    (3, 2, 3, 2, "造型"),
    (3, 3, 3, 3, "#粘土砂工艺采用自动化^a造型线；\n#消失模工艺采用自动化^a造型线"),
    (3, 4, 3, 5, "1、粘土砂工艺采用机械化^b及以上造型；\n2、消失模工艺采用机械化^b及以上造型"),
    (3, 6, 4, 6, "未达到B、C级要求"),
    (4, 2, 4, 2, "熔炼能源"),
    (4, 3, 4, 3, "全部使用天然气或电"),
    (4, 4, 4, 4, "同A级"),
    (4, 5, 4, 5, "/"),
    (5, 1, 6, 1, "污染治理技术"),
    (5, 2, 5, 2, "除尘"),
    (5, 3, 5, 5, "采用袋式、滤筒或湿式电除尘等高效除尘工艺"),
    (5, 6, 6, 6, BELOW_C),
    (6, 2, 6, 2, "罩口风速"),
    (6, 3, 6, 3, "不低于0.5m/s"),
    (6, 4, 6, 5, "不低于0.3m/s"),
    (7, 1, 8, 1, "排放限值"),
    (7, 2, 7, 2, "熔化"),
    (7, 3, 7, 3, "PM、SO2、NOx排放浓度分别不高于10、35、100mg/m³"),
    (7, 4, 7, 4, "PM、SO2、NOx排放浓度分别不高于20、50、150mg/m³"),
    (7, 5, 7, 5, "PM、SO2、NOx排放浓度分别不高于30、100、200 mg/m3"),
    (7, 6, 8, 6, BELOW_C),
    (8, 2, 8, 2, "浇注"),
    (8, 3, 8, 3, "颗粒物≤１０mg/m³"),
    (8, 4, 8, 4, "颗粒物≤15mg/m³（以标准状态计）"),
    (8, 5, 8, 5, ""),
    (9, 1, 10, 2, "无组织排放"),
    (9, 3, 9, 3, "1、物料储存采用全封闭料库。"),
    (10, 3, 10, 3, "2、厂区道路硬化率100%。"),
    (9, 4, 10, 4, "1、物料储存采用半封闭料库；2、厂区道路硬化率不低于90%。"),
    (9, 5, 9, 5, "1、同B级"),
    (10, 5, 10, 5, "2、厂区道路硬化率达到80%以上"),
    (9, 6, 10, 6, BELOW_C),
    (11, 1, 12, 2, "环境管理水平"),
    (11, 3, 11, 3, "环保档案齐全"),
    (12, 3, 12, 3, "配备专职环保人员"),
    (11, 4, 12, 5, "有环保档案，有兼职环保人员"),
    (11, 6, 12, 6, BELOW_C),
    (13, 1, 14, 1, "运输方式"),
    (13, 2, 13, 2, "公路运输"),
    (13, 3, 13, 3, "全部使用国五及以上排放标准重型载货车辆或新能源车辆"),
    (13, 4, 13, 4, "国五及以上或新能源车辆比例不低于80%"),
    (13, 5, 13, 5, "国五及以上或新能源车辆比例达到50%以上"),
    (13, 6, 14, 6, BELOW_C),
    (14, 2, 14, 2, "非道路移动机械"),
    (14, 3, 14, 3, "国三及以上或使用新能源机械"),
    (14, 4, 14, 4, "同 A 级"),
    (14, 5, 14, 5, "国二及以上"),
    (15, 1, 15, 1, "监测监控水平"),
    (15, 2, 15, 2, "数据保存"),
    (15, 3, 15, 3, "保存一年以上"),
    (15, 4, 15, 4, "保存六个月以上"),
    (15, 5, 15, 5, "保存3个月以上"),
    (15, 6, 15, 6, BELOW_C),
    (16, 1, 16, 1, ""),
    (16, 2, 16, 2, "视频监控"),
    (16, 3, 16, 5, "主要工序安装视频监控"),
    (16, 6, 16, 6, BELOW_C),
    (16, 7, 16, 7, "调看录像"),
]
ROWS, COLUMNS = 16, 7
HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
WORD = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'


def write_sheet(path: Path) -> None:
    """The table as a sheet: title above, notes below, letters of notes glued to words, numbers typed."""
    with xlsxwriter.Workbook(path) as workbook:
        workbook.set_properties({"created": datetime(2022, 6, 24)})
        sheet = workbook.add_worksheet("附件1")
        wrap = workbook.add_format({"text_wrap": True, "border": 1, "valign": "vcenter"})
        sheet.merge_range(0, 0, 0, COLUMNS - 1, TITLE, wrap)
        for top, left, bottom, right, text in CELLS:
            shown = _typed(text)
            if (top, left) == (bottom, right):
                sheet.write_string(top, left - 1, shown, wrap)
            else:
                sheet.merge_range(top, left - 1, bottom, right - 1, shown, wrap)
        sheet.merge_range(ROWS + 1, 0, ROWS + 1, COLUMNS - 1, NOTES, wrap)
        sheet.merge_range(ROWS + 2, 0, ROWS + 2, COLUMNS - 1, ASIDE, wrap)
        sheet.set_column(0, COLUMNS - 1, 22)
        for row in range(2, ROWS + 3):
            sheet.set_row(row, 50)

def _typed(text: str) -> str:
    """As somebody typed it into a sheet: numbers written out, raised letters on the line."""
    lines = text.split("\n")
    numbered = [f"{at}、{line[1:]}" if line.startswith("#") else line for at, line in enumerate(lines, 1)]
    return "\n".join(numbered).replace("^", "")


def write_document(path: Path) -> None:
    """The table as a Word document: gridSpan, vMerge, automatic numbers, raised letters, notes as paragraphs."""
    body = [_paragraph(TITLE), "<w:tbl><w:tblPr/><w:tblGrid>" + "<w:gridCol/>" * COLUMNS + "</w:tblGrid>"]
    body += ["<w:tr>" + "".join(_cell(row, column) for column in range(1, COLUMNS + 1)) + "</w:tr>" for row in range(1, ROWS + 1)]
    body += ["</w:tbl>", _paragraph(NOTES), _paragraph(ASIDE)]
    level = '<w:lvl w:ilvl="0"><w:start w:val="1"/><w:numFmt w:val="decimal"/><w:lvlText w:val="%1、"/></w:lvl>'
    numbering = f'<w:numbering {WORD}><w:abstractNum w:abstractNumId="0">{level}</w:abstractNum><w:num w:numId="7"><w:abstractNumId w:val="0"/></w:num></w:numbering>'
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    package = "http://schemas.openxmlformats.org/package/2006"
    main = "application/vnd.openxmlformats-officedocument.wordprocessingml"
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{package}/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/word/document.xml" ContentType="{main}.document.main+xml"/><Override PartName="/word/numbering.xml" ContentType="{main}.numbering+xml"/></Types>',
        "_rels/.rels": f'<Relationships xmlns="{package}/relationships"><Relationship Id="rId1" Type="{office}/officeDocument" Target="word/document.xml"/></Relationships>',
        "word/_rels/document.xml.rels": f'<Relationships xmlns="{package}/relationships"><Relationship Id="rId1" Type="{office}/numbering" Target="numbering.xml"/></Relationships>',
        "word/document.xml": f"<w:document {WORD}><w:body>{''.join(body)}<w:sectPr/></w:body></w:document>",
        "word/numbering.xml": numbering,
    }
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        for name, text in parts.items():
            file.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), HEAD + text)


def _cell(row: int, column: int) -> str:
    """The cell that begins in this column, or the lower part of one that began above; "" inside a wider cell."""
    found = next((cell for cell in CELLS if cell[0] <= row <= cell[2] and cell[1] <= column <= cell[3]), (row, column, row, column, ""))
    top, left, bottom, right, text = found
    if left != column:
        return ""
    span = f'<w:gridSpan w:val="{right - left + 1}"/>' if right > left else ""
    merge = "" if bottom == top else '<w:vMerge w:val="restart"/>' if row == top else "<w:vMerge/>"
    content = "".join(_paragraph(line) for line in text.split("\n")) if row == top else "<w:p/>"
    return f'<w:tc><w:tcPr><w:tcW w:w="0" w:type="auto"/>{span}{merge}</w:tcPr>{content}</w:tc>'


def _paragraph(text: str) -> str:
    """A paragraph; "#" in front stands for an automatic number, "^" before a raised letter."""
    numbered = '<w:pPr><w:numPr><w:ilvl w:val="0"/><w:numId w:val="7"/></w:numPr></w:pPr>' if text.startswith("#") else ""
    first, *raised = text.removeprefix("#").split("^")
    runs = _run(first)
    for part in raised:
        runs += f'<w:r><w:rPr><w:vertAlign w:val="superscript"/></w:rPr><w:t>{part[0]}</w:t></w:r>' + _run(part[1:])
    return f"<w:p>{numbered}{runs}</w:p>"


def _run(text: str) -> str:
    return f'<w:r><w:t xml:space="preserve">{escape(text)}</w:t></w:r>' if text else ""


if __name__ == "__main__":
    write_sheet(FOLDER / "casting.xlsx")
    write_document(FOLDER / "casting.docx")
