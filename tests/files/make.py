"""Writes the workbooks of this folder: values as LibreOffice saves them as xlsx, xlsm, xls, ods, html and csv, struck as xlsx, xls and ods.

    python tests/files/make.py [FOLDER]

LibreOffice writes neither xlsb nor XML Spreadsheet 2003; SheetJS (npm package xlsx 0.18.5) made those two from values.xlsx, it writes
no formulas into the xlsb and hides no rows:

    const X = require("xlsx"), book = X.readFile("values.xlsx", {cellNF: true, cellFormula: true, cellStyles: true});
    X.writeFile(book, "values.xlsb", {bookType: "xlsb", bookSST: true, cellStyles: true});
    X.writeFile(book, "values.xml", {bookType: "xlml", cellStyles: true});

locked.xls is values.xlsx, saved by LibreOffice as .xls with the password that stands in tests/test_unlock.py.

The content as a test sees it stands in tests/test_file.py and tests/test_strikes.py. The files are committed; this is run again only to change them.
"""

import shutil
import subprocess
import sys
import tempfile
from datetime import date, datetime, time
from pathlib import Path

import xlsxwriter

# Without it LibreOffice trusts the stored values, and writes 0 into the .xls for a formula whose stored value is a text.
RECALCULATE = """<?xml version="1.0"?><oor:items xmlns:oor="http://openoffice.org/2001/registry"><item oor:path="/org.openoffice.Office.Calc/Formula/Load">
<prop oor:name="OOXMLRecalcMode" oor:op="fuse"><value>0</value></prop></item></oor:items>"""
FILTERS = {"xlsx": "Calc MS Excel 2007 XML", "xlsm": "Calc MS Excel 2007 VBA XML", "xls": "MS Excel 97", "ods": "calc8", "html": "HTML (StarCalc)", "csv": "Text - txt - csv (StarCalc):44,34,76,1"}


def write(path: Path) -> None:
    """The content that LibreOffice saves."""
    book = xlsxwriter.Workbook(path)
    sheet = book.add_worksheet("各种值")
    formats = {code: book.add_format({"num_format": code}) for code in ("yyyy-mm-dd", "yyyy-mm-dd hh:mm", "hh:mm", 'yyyy"年"m"月"d"日"', "0%")}
    for column, text in enumerate(("甲公司", "  前后空格 ", "第一行\n第二行", None, "=不是公式", "0012")):
        if text is not None:
            sheet.write_string(0, column, text)
    sheet.write_rich_string(0, 3, "铸", book.add_format({"bold": True}), "造")
    sheet.write_row(1, 0, [12.5, -3, 1e15, True, False])
    sheet.write_datetime(2, 0, date(2022, 6, 30), formats["yyyy-mm-dd"])
    sheet.write_datetime(2, 1, datetime(2022, 6, 30, 8, 30), formats["yyyy-mm-dd hh:mm"])
    sheet.write_datetime(2, 2, time(8, 30), formats["hh:mm"])
    sheet.write_datetime(2, 3, date(2022, 6, 30), formats['yyyy"年"m"月"d"日"'])
    sheet.write_number(2, 4, 0.8, formats["0%"])
    for column, (formula, value) in enumerate((("=A2*2", 25), ('=IF(1=1,"","x")', ""), ("=1/0", "#DIV/0!"), ("=NA()", "#N/A"), ('=A1&"等"', "甲公司等"))):
        sheet.write_formula(3, column, formula, None, value)
    sheet.merge_range(4, 0, 4, 2, "合并", book.add_format({"align": "center"}))
    sheet.write_string(5, 0, "隐藏行")
    sheet.set_row(5, None, None, {"hidden": True})
    sheet.write_string(0, 6, "隐藏列")
    sheet.set_column(6, 6, 9, None, {"hidden": True})
    sheet.write_string(7, 0, "末行")
    hidden = book.add_worksheet("隐藏表")
    hidden.write_string(1, 1, "看不见")
    hidden.hide()
    stamp = book.add_worksheet("模板标识")
    for row, (label, value) in enumerate((("模板", "county"), ("版本", "2022.1"), ("政策", "sanmenxia-2022"))):
        stamp.write_row(row, 0, [label, value])
        book.set_custom_property(f"xltools_{('template', 'version', 'policy')[row]}", value)
    stamp.hide()
    book.close()


def write_struck(path: Path) -> None:
    """Rows struck through, wholly and in part."""
    book = xlsxwriter.Workbook(path)
    sheet = book.add_worksheet("划掉的")
    struck, day, plain = book.add_format({"font_strikeout": True}), book.add_format({"font_strikeout": True, "num_format": "yyyy-mm-dd"}), book.add_format({"bold": True})
    sheet.write_row(0, 0, ["照常", 1, "甲"])
    sheet.write_row(1, 0, ["划掉", 2, True], struck)
    sheet.write_datetime(1, 3, date(2022, 6, 30), day)
    sheet.write_formula(1, 4, "=B2*2", struck, 4)
    sheet.write_blank(1, 5, None, struck)
    sheet.write_rich_string(2, 0, struck, "旧", plain, "新")
    sheet.write_rich_string(2, 1, struck, "都", struck, "划掉")
    sheet.write_row(2, 2, ["乙", 3])
    book.close()


def main(folder: Path) -> None:
    """Write all files into the folder."""
    with tempfile.TemporaryDirectory() as work:
        settings = Path(work, "profile", "user", "registrymodifications.xcu")
        settings.parent.mkdir(parents=True)
        settings.write_text(RECALCULATE, "utf-8")
        for fill, title, endings in ((write, "values", FILTERS), (write_struck, "struck", ("xlsx", "xls", "ods"))):
            source = Path(work, "source", f"{title}.xlsx")
            source.parent.mkdir(exist_ok=True)
            fill(source)
            for ending in endings:
                command = ["soffice", f"-env:UserInstallation=file://{work}/profile", "--headless", "--convert-to", f"{ending}:{FILTERS[ending]}", "--outdir", work, str(source)]
                subprocess.run(command, check=True, capture_output=True)
                shutil.copyfile(Path(work, f"{title}.{ending}"), folder / f"{title}.{ending}")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent)
