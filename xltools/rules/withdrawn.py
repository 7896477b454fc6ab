"""Rows whose remark says that they do not count: they are merged as they stand, and the county is asked whether it meant that."""

from __future__ import annotations

import re
from collections.abc import Iterator

from xltools.model.code import Code
from xltools.model.finding import Finding
from xltools.model.table import Table
from xltools.model.visible import visible

REMARK, EVENT = "remark", "change_kind"
_AROUND = re.compile(r"[-—\s()（）\[\]【】“”\"'*。.，,！!、；;:：]+")
_OF = r"((此|该|本|这)一?(行|条|项|家|户|厂)?(企业|公司|单位|记录|数据|信息)?)?"
_MUST = r"(已经?|应当?|须|请|需要?|要|予以)*"
_WITHDRAWN = re.compile(
    rf"{_OF}{_MUST}(作废|删除?|删[掉去])了?|{_OF}{_MUST}(不|不再|不用|不需要?|无需)(上报|填报|申报|报送|报)了?"
    rf"|{_OF}((与|和|同)(上一?|第\d+)行)?{_MUST}重复(上报|填报|申报|报送|录入)?了?"
)
_CLOSED = re.compile(rf"{_OF}{_MUST}注销了?")     # of an event it says what happened, not that it does not count


def withdrawn(table: Table) -> Iterator[Finding]:
    """One question for each row whose remark is such a word and nothing more; a sentence that has one in it may say anything."""
    if table.form.layout != "rows" or REMARK not in table.columns:
        return
    asked = {text for text in {*table.cells[REMARK]} if isinstance(text, str) and _is_withdrawn(text, EVENT in table.form)}
    for row, text in zip(table.rows, table.cells[REMARK], strict=True):
        if text in asked:
            yield Code.WITHDRAWN.at(table.place(row, REMARK), label=table.form[REMARK].label, value=text)


def _is_withdrawn(text: str, is_event: bool) -> bool:
    bare = _AROUND.sub("", visible(text))
    return _WITHDRAWN.fullmatch(bare) is not None or (not is_event and _CLOSED.fullmatch(bare) is not None)
