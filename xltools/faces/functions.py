"""Functions for the city analyst's own formulas in Excel on Windows, through the xlwings add-in: =xt_grade(B5:C13).

Optional: nothing that we hand out depends on them, and without the add-in Excel shows #NAME?. In the add-in's settings the
UDF module is `xltools.faces.functions`. Only the functions themselves are tested; no Excel was at hand.
"""

from __future__ import annotations

from collections.abc import Sequence

import xlwings as xw

from xltools.actions import cell_functions
from xltools.faces.places import POLICY

Rows = Sequence[Sequence[object]]


@xw.func
@xw.arg("cells", ndim=2)
def xt_grade(cells: Rows, policy: str = POLICY) -> str:
    """一张指标表的等级：各指标项的等级取最差。区域的最后一列是等级，前一列可以是指标项名称；空着的是待核实，不适用的不计。"""
    return cell_functions.item_grade(cells, policy)


@xw.func
@xw.arg("cells", ndim=2)
def xt_why(cells: Rows, policy: str = POLICY) -> str:
    """xt_grade 的理由：以哪一项为准，或者哪一项还没有等级。"""
    return cell_functions.item_reason(cells, policy)


@xw.func
@xw.arg("cells", ndim=2)
def xt_worst(cells: Rows, policy: str = POLICY) -> str:
    """一家企业的等级：各行业、各工序的等级取最差；空格不计。等级体系不同、没有规则规定先后的，标“需人工确认”。"""
    return cell_functions.part_grade(cells, policy)


@xw.func
def xt_code_ok(text: object) -> bool:
    """统一社会信用代码是否正确（18 位，校验码相符）。"""
    return cell_functions.code_ok(text)
