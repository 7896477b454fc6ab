"""The public page in a browser, and the public list before the format's own judge."""

import html
import re
import subprocess
from pathlib import Path

import pytest

from tests.county_files import NAMES
from tests.office import browser
from tests.office.validator import VERSIONS, validate
from tests.public_list import MACHINING, NOTICE, REFRACTORY, decided, summary
from xltools.actions.publish import publish_book
from xltools.model.publication import Published

ROW = re.compile(r'<tr role="row"( hidden="")?>(<td.*?)</tr>')
CELL = re.compile(r"<td[^>]*>(.*?)</td>")
BOOK = summary(
    decided(0, "B", county="灵宝市"),
    decided(1, "A", county="湖滨区"),
    decided(2, "引领性", county="灵宝市", **MACHINING),
    decided(3, "C", county="湖滨区"),
    decided(4, "B-", county="卢氏县", name='卢氏"甲&乙"<厂>', **REFRACTORY),  # a table that has this grade
    decided(5, "D", county="灵宝市"),
)


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Published:
    return publish_book(BOOK, NOTICE, tmp_path_factory.mktemp("公示"))


@pytest.fixture(scope="module")
def profile(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("chromium")


def visible(text: str) -> list[str]:
    """The numbers of the lines that are shown, in the order in which they are shown."""
    return ["".join(CELL.findall(cells)[:1]) for hidden, cells in ROW.findall(text) if not hidden]


@pytest.mark.parametrize(
    ("state", "numbers", "said"),
    [
        ({}, "123456", "显示 6 家，共 6 家"),
        ({"county": "灵宝市"}, "345", "显示 3 家，共 6 家"),
        ({"industry": "机械加工"}, "4", "显示 1 家，共 6 家"),
        ({"decided": "B-"}, "6", "显示 1 家，共 6 家"),
        ({"q": "示例丁"}, "2", "显示 1 家，共 6 家"),
        ({"q": "卢氏＂甲＆乙"}, "6", "显示 1 家，共 6 家"),
        ({"county": "灵宝市", "industry": "铸造", "q": "有限"}, "35", "显示 2 家，共 6 家"),
        ({"county": "湖滨区", "decided": "D"}, "", "没有符合条件的企业"),
        ({"sort": "decided"}, "136254", "显示 6 家，共 6 家"),
        ({"sort": "-number"}, "654321", "显示 6 家，共 6 家"),
        ({"sort": "-decided", "county": "灵宝市"}, "453", "显示 3 家，共 6 家"),
        ({"county": "没有的县", "sort": "没有的列"}, "123456", "显示 6 家，共 6 家"),
    ],
)
def test_the_page_searches_filters_and_sorts(published: Published, profile: Path, state: dict[str, str], numbers: str, said: str) -> None:
    text = browser.document(published.paths[1], profile, state)
    assert "".join(visible(text)) == numbers
    assert f">{said}</p>" in text


def test_the_header_says_to_a_screen_reader_how_the_list_is_sorted(published: Published, profile: Path) -> None:
    text = browser.document(published.paths[1], profile, {"sort": "-decided"})
    heads = dict(re.findall(r'data-field="(\w+)"[^>]*aria-sort="(\w+)"', text))
    assert heads == {"number": "none", "county": "none", "name": "none", "industry": "none", "decided": "descending"}
    assert text.count('<button type="button" title="按') == len(heads)
    assert '<form id="controls" role="search" aria-label="查找和筛选">' in text


CONTRAST = """<script>addEventListener("load", () => {
  const rgb = text => text.match(/[\\d.]+/g).map(Number)
  const light = text => rgb(text).slice(0, 3).map(c => c / 255).map(c => c <= .04045 ? c / 12.92 : ((c + .055) / 1.055) ** 2.4)
    .reduce((sum, c, at) => sum + c * [.2126, .7152, .0722][at], 0)
  const paper = one => { for (; one; one = one.parentElement) { const c = getComputedStyle(one).backgroundColor; if (rgb(c)[3] !== 0) return c } return "rgb(255, 255, 255)" }
  let count = 0, worst = 99
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
  for (let text; text = texts.nextNode();) {
    const one = text.parentElement
    if (!text.data.trim() || ["SCRIPT", "STYLE"].includes(one.tagName)) continue
    const both = [light(getComputedStyle(one).color), light(paper(one))].sort((a, b) => b - a)
    count++
    worst = Math.min(worst, (both[0] + .05) / (both[1] + .05))
  }
  document.documentElement.dataset.contrast = `${count} ${worst.toFixed(2)}`
})</script>"""      # nothing later: the document is taken as soon as it has loaded


@pytest.mark.parametrize("style", ["", "<style>td { color: #999 !important }</style>"], ids=["page", "too faint"])
def test_every_text_of_the_page_stands_out_from_its_background(published: Published, profile: Path, tmp_path: Path, style: str) -> None:
    """Source: WCAG 2.1, contrast of 4.5 : 1."""
    page = tmp_path / "page.html"
    text = re.sub(r'<meta http-equiv="Content-Security-Policy"[^>]*>', "", published.paths[1].read_text("utf-8"))
    page.write_text(text.replace("</body>", f"{style}{CONTRAST}</body>"), encoding="utf-8")
    count, worst = re.findall(r'data-contrast="(\d+) ([\d.]+)"', browser.document(page, profile))[0]
    assert int(count) > 50
    assert (float(worst) >= 4.5) is (style == "")


PHONE = """<iframe srcdoc="@page@" style="width: 375px; height: 600px; border: 0"></iframe><script>addEventListener("load", () => {
  const shown = document.querySelector("iframe").contentDocument.querySelector(".scroll")
  document.documentElement.dataset.phone = `${shown.clientWidth} ${shown.scrollWidth}`
})</script>"""


def test_the_numbers_of_each_county_are_seen_whole_on_a_phone(published: Published, profile: Path, tmp_path: Path) -> None:
    """375 pixels, the narrowest telephone in wide use; with the longest name among the counties."""
    page = tmp_path / "phone.html"
    text = re.sub(r'<meta http-equiv="Content-Security-Policy"[^>]*>', "", published.paths[1].read_text("utf-8")).replace("卢氏县", "城乡一体化示范区")
    page.write_text(f"<!doctype html>{PHONE.replace('@page@', html.escape(text))}", encoding="utf-8")
    room, needed = map(int, re.findall(r'data-phone="(\d+) (\d+)"', browser.document(page, profile))[0])
    assert 300 < room >= needed


def test_without_script_everything_is_read_and_nothing_offered_that_would_not_work(published: Published, profile: Path, tmp_path: Path) -> None:
    foreign = tmp_path / "公示.html"        # the browser runs no script but the page's own, letter by letter
    foreign.write_text(published.paths[1].read_text("utf-8").replace('"use strict";', '"use strict"; '), "utf-8")
    text = browser.document(foreign, profile, {"county": "灵宝市"})
    assert "".join(visible(text)) == "123456"
    assert 'aria-label="查找和筛选" hidden' in text
    assert '<button type="button"' not in text
    assert "共 6 家企业" in text


def test_totals_add_up(published: Published) -> None:
    text = published.paths[1].read_text("utf-8")
    heads = re.findall(r'<th scope="col">(.*?)</th>', text)
    rows = {name: [int(number) for number in re.findall(r"<td>(\d+)</td>", cells)] for name, cells in re.findall(r'<tr><th scope="row">(.*?)</th>(.*?)</tr>', text)}
    assert heads == ["区县", "A", "B", "B-", "C", "D", "引领性", "合计"]
    assert rows["灵宝市"] == [0, 1, 0, 0, 1, 1, 3]
    assert rows["合计"] == [1, 1, 1, 1, 1, 1, 6]


def test_on_paper_are_all_rows_and_no_controls(published: Published, profile: Path, tmp_path: Path) -> None:
    path = browser.printed(published.paths[1], profile, tmp_path / "公示.pdf")
    text = subprocess.run(["pdftotext", "-layout", str(path), "-"], capture_output=True, text=True, check=True).stdout
    assert all(name in text for name in NAMES[:4])
    assert "公示期：2022-08-01 至 2022-08-07" in text
    assert "查找企业名称" not in text
    assert html.unescape("卢氏&quot;甲&amp;乙&quot;&lt;厂&gt;") in text


@pytest.mark.parametrize("version", VERSIONS)
def test_the_list_keeps_the_file_format(published: Published, version: str) -> None:
    assert validate(published.paths[0], version) == []
