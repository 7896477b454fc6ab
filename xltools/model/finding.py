"""Findings: one problem at one place, and the one catalogue of everything we report."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import Enum
from functools import lru_cache
from string import Formatter


class Severity(Enum):
    """How much a finding weighs; the value is what `--json` prints."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"

    def __init__(self, value: str) -> None:
        self.label = {"error": "错误", "warning": "提醒", "note": "说明"}[value]  # shown beside the colour
        self.rank = {"error": 0, "warning": 1, "note": 2}[value]  # for sorting, 0 for the gravest


SEVERITIES = {"E": Severity.ERROR, "W": Severity.WARNING, "N": Severity.NOTE}


class Code(Enum):
    """Every problem we report: number, what is wrong, how to fix it.

    The letter is the severity (E error, W warning, N note), the first digit the stage:
    1 workbook, sheet and header · 2 one cell · 3 one row · 4 between sheets · 5 grading ·
    6 between workbooks · 7 our own output · 8 emergency list, screening, signing, deadlines, packages. A number is never used twice.
    """

    # 1 workbook, sheet, header
    UNREADABLE = ("E101", "文件打不开：{reason}", "压缩包请解开，用里面的表格；其余请先自己打开核对：能打开的另存为 .xlsx 再报，打不开的请重新发送原件")
    NOT_OUR_FORM = ("E102", "没有找到任何一张填报表（应有：{sheets}）", "请在下发的区县填报表模板中填写后报送")
    SHEET_MISSING = ("E103", "缺少“{sheet}”工作表", "请从模板中补上这张表；没有内容也保留空表")
    HEADER_MISSING = ("E104", "“{sheet}”里找不到表头行（应含：{labels}）", "请恢复模板的表头，不要删除或改写表头文字")
    COLUMN_MISSING = ("E105", "缺少“{label}”这一列", "请按模板补上这一列，表头写“{label}”")
    NO_STAMP = ("N106", "文件没有模板标识，已按工作表名和表头识别", "下次请直接在下发的模板中填写")
    COLUMN_RENAMED = ("N107", "表头“{found}”已按“{label}”读取", "如不是同一项，请改回模板表头")
    COLUMN_MOVED = ("N108", "“{label}”在模板中是第{expected}列，本文件在第{actual}列，已按表头读取", "不需要处理；下次请不要调整列的顺序")
    COLUMN_UNKNOWN = ("W109", "“{found}”不是模板中的列，这一列（{count}格）没有汇总", "需要上报的内容请写入“备注”列")
    OLD_TEMPLATE = ("W110", "模板版本是{found}，现行版本是{expected}", "请下载现行模板，把内容复制过去再报")
    COUNTY_UNKNOWN = ("E111", "封面“{label}”是“{value}”，不是本市的县（市、区）", "请从下拉框选择：{choices}")
    PASSWORD = ("E112", "文件有打开密码", "请去掉密码后重新发送；市里知道密码的，可以在命令里用 --password 给出")
    COLUMN_TWICE = ("E113", "“{label}”有两列（{first}列和{second}列），无法判断以哪一列为准", "请删除或改名其中一列")
    SHEET_RENAMED = ("N114", "工作表“{found}”已按“{sheet}”读取", "如不是同一张表，请改回模板的工作表名")
    OTHER_POLICY = ("W115", "模板对应的政策是“{found}”，本次按“{expected}”校验", "请确认是否拿错了年度的模板")
    OUTSIDE_ROWS = ("W116", "数据行之外还有内容“{value}”，没有汇总", "合计行、说明文字请删除或移到“备注”列")
    SHEET_UNUSED = ("W117", "工作表“{found}”也像“{sheet}”，其中 {count} 行没有汇总", "请把内容合并到“{sheet}”里，删除多余的工作表")
    ITEM_MISSING = ("E118", "缺少“{label}”这一项", "请按模板补上：左边一格写“{label}”，右边一格填内容")
    NO_INDICATOR_TABLE = ("E119", "没有找到表头写有等级（{grades}）的指标表", "请检查等级体系有没有选错；表头应有“A级企业”这样的列")
    SEVERAL_TABLES = ("E120", "文件里有几张指标表：{names}", "请写明导入其中哪一张")
    GRADE_COLUMN_MISSING = ("W121", "原表的表头没有 {grades} 这些等级的列", "原表确实不分这些等级的，不需要处理；否则请检查表头的写法")
    IMPORT_TITLE = ("N122", "“{value}”是表名或表前的文字，没有写进指标", "不需要处理；其中有要求的，请人工补录")
    IMPORT_HEADER = ("N123", "表头“{value}”已识别", "不需要处理")
    IMPORT_SERIAL = ("N124", "原表的序号“{value}”没有写进指标，已重新编号", "不需要处理")
    OPEN_ELSEWHERE = ("N130", "{holder}正打开着这个文件：读到的是上次保存的内容，之后的修改不在里面", "如有没保存的修改，请保存并关闭后重新校验")
    PASSWORD_WRONG = ("E131", "文件有打开密码，给出的 {count} 个密码都打不开", "请核对密码，或请报送人去掉密码后重新报送")
    MACROS = ("W132", "文件里带有宏（{what}），没有运行，也不会带进汇总", "下发的模板没有宏：请确认来源，另存为 .xlsx 后再报")
    EXTERNAL_LINKS = ("W133", "文件里有引用其他文件或数据源的链接（{what}），没有更新，也不会带进汇总", "请把引用的单元格改成数值，断开链接后再报")
    EMBEDDED = ("W134", "文件里嵌有其他文件或控件（{what}），没有打开，也不会带进汇总", "请删除嵌入的对象；需要附的材料请单独报送")
    LIVE_FORMULA = ("W135", "公式“{formula}”会调用外部程序，没有执行，只保留上次的结果“{value}”", "请删除公式，直接填写内容；不是自己写的请查杀病毒")
    ONE_SHEET = ("W136", "文件里只有一张表，没有封面，按表头认作“{sheet}”", "完整报送请发整个 .xlsx 文件（退回时写的情况说明也只在那里）；只补报这一张的，请确认认得对不对")
    COUNTY_BY_NAME = ("W137", "按文件名认作“{county}”报送，批次和上报日期不知道", "请确认；不对的请改文件名，或用带封面的模板报送")
    NAMED_OTHERWISE = ("W138", "封面填的是“{cover}”，文件名写的是“{named}”，按封面读取", "请核对是哪个县（市、区）、哪一批次的：拿别处或上个月的文件改的，请改封面；只是文件名写错的，请改文件名")
    YEAR_OTHER = ("W139", "“{label}”填的是 {year}，本次按 {expected} 年度的政策“{policy}”校验", "填错的请改正；确是 {year} 年度的，不要和 {expected} 年度的放在一起，请用那一年的政策校验")
    MERGED_SPREAD = ("N150", "“{label}”合并了第{first}至{last}行，每行都按“{value}”读取", "不需要处理；各行不一样的，请取消合并后逐行填写")
    MERGED_DOUBT = ("E151", "“{label}”和 {anchor} 合并成了一格，分不清这一格是多少", "请取消合并，每格单独填写")
    UNDER_MERGE = ("W152", "合并单元格 {anchor} 下面还藏着“{value}”（表面看到的是“{top}”），已照藏着的读取", "请取消合并，核对后只保留一个")
    HIDDEN_ROWS = ("W153", "第{rows}被隐藏或筛选掉了，仍按上报的内容读取", "要上报的请取消隐藏和筛选；不上报的请把整行删除")
    HIDDEN_PART = ("N154", "{what}被隐藏，其中的内容照常读取", "不需要处理；其中有不应上报的内容，请删除")
    ANSWERED = ("N155", "{number}：{message}；县（市、区）说明：“{answer}”", "县（市、区）已说明，不需要再改；市级认为不妥的，请与其联系")
    ANSWER_LAPSED = ("N156", "退回时写的情况说明“{answer}”不算数：{reason}", "错误请改正；仍有提醒的，请在新的退回说明里重新填写情况说明")
    UPGRADED = ("N157", "已从模板 {found} 换成 {version}，带入 {count} 格内容", "请打开新文件核对；颜色、批注、图片没有带入，需要的请对照原文件")
    ONLY_FRONT = ("E159", "文件里只有退回时加的“{sheet}”，填报的各表都没有收到，情况说明也就对不上", "请打开退回的文件，存成 .xlsx 后整个发回；.csv 只存得下打开着的那一张表")
    NOTHING_THERE = ("E160", "没有找到一个表格文件（{places}）", "请核对文件夹；区县文件应是 .xlsx、.xls、.et、.ods 或 .csv，压缩包请先解开")
    PASSED_OVER = ("N161", "{what}有 {count} 格内容，没有读取，也没有汇总，文件里原样留着", "只供县（市、区）自己用的，不需要处理；需要上报的，请写到填报表相应的列或“备注”")
    NO_TABLES = ("N162", "{files} 不是电子表格，没有读取", "附件、扫描件不需要处理；其中有填报内容的，请县（市、区）改用下发的模板报送")
    NO_PLACE = ("W158", "{what}在现行模板里没有位置，其中 {count} 格没有带入", "内容已逐格列在“{list}”，需要上报的请填到新文件的备注或相应的列")

    # 2 one cell
    REQUIRED = ("E202", "“{label}”未填写", "请填写{hint}")
    NOT_A_NUMBER = ("E203", "“{label}”填了“{value}”，应为数字", "请只填数字，不写单位和别的文字，例如 {example}")
    NOT_A_CHOICE = ("E204", "“{label}”填了“{value}”，不在可选范围内", "请从下拉框选择：{choices}")
    OUT_OF_RANGE = ("E205", "“{label}”填了 {value}，应{limits}", "请核对数值和单位后改正")
    NOT_A_DATE = ("E206", "“{label}”填了“{value}”，不是能识别的日期", "请填成 2022-06-30 这样的日期")
    CREDIT_CODE_FORM = ("E207", "“{label}”填了“{value}”，应为18位数字和大写字母（不含 I、O、S、V、Z）", "请对照营业执照逐位核对{near}")
    CREDIT_CODE_CHECK = ("E208", "“{label}”填了“{value}”，最后一位校验码应为“{expected}”", "说明其中至少有一位抄错，请对照营业执照逐位核对")
    PERMIT_FORM = ("E209", "“{label}”填了“{value}”，应为22位：18位信用代码 + 3位场所序号 + 1位特别标识码", "请对照排污许可证核对；没有的填“无”")
    PERMIT_OLD = ("W210", "“{label}”填了“{value}”，是旧的地方编号", "已保留；如已换发国家许可证，请改填22位编号")
    INDUSTRY_CODE_FORM = ("E211", "“{label}”填了“{value}”，应为 GB/T 4754 的门类字母加2至4位数字", "例如 {example}")
    PHONE_FORM = ("E212", "“{label}”填了“{value}”，应为11位手机号或带区号的座机号", "例如 {example}")
    TOO_LONG = ("E213", "“{label}”有 {length} 个字，最多 {limit} 个字", "请精简，详细内容另附材料")
    NOT_A_WHOLE_NUMBER = ("E214", "“{label}”填了 {value}，应为整数", "请填整数")
    ERROR_CELL = ("E215", "“{label}”是错误值 {value}", "请改正公式，或直接填写内容")
    FORMULA_LOST = ("W216", "“{label}”本应由公式得出，现在是手工内容“{value}”{more}", "请从相邻行复制公式覆盖；汇总时以系统计算为准")
    FORMULA_STALE = ("E217", "“{label}”的公式还没有计算出结果", "请用 Excel、WPS 或 LibreOffice 打开，保存后再报")
    DATE_RANGE = ("E218", "“{label}”填了 {value}，应在 {low} 至 {high} 之间", "请核对年份")
    CELLS_NOT_BALANCED = ("E260", "格数或合计不平：读入 {cells} 格，照原样 {plain} 格，说明过的 {told} 格；不平的合计：{sums}", "这是程序错误，请保留文件并反馈")
    CODE_DAMAGED = ("E219", "“{label}”是数字 {value}，超过15位的数字在表格中已失真", "请把单元格设为文本，对照证照重新填写")
    CONVERTED = ("N220", "“{label}”由“{value}”按“{after}”读取（{how}）", "不需要处理；如理解有误请改正")
    GRADE_READ = ("N221", "“{label}”填了“{value}”，按等级“{after}”读取，原文保留", "不需要处理；如理解有误请从下拉框选择")
    NO_TABLE_YET = ("W222", "“{industry}”还没有导入指标表，“{label}”填了“{value}”，无法核对", "请与市局确认所用指标表")
    WRONG_DEPENDENT = ("E223", "“{label}”填了“{value}”，不属于“{parent}”", "请从下拉框选择：{choices}")
    PERCENT_DOUBT = ("W225", "“{label}”填了 {value}，分不清是 {value}% 还是 {other}%", "请填 0 至 100 的数，不带百分号；确为 {value}% 的请在备注说明")
    PERSON_FORM = ("E224", "“{label}”填了“{value}”，应为人员姓名", "请填写一个人的姓名，不要写单位或电话")
    DITTO = ("E226", "“{label}”填了“{value}”，汇总后各行重新排列，看不出指哪一行", "请写出完整的内容")
    IMPORT_CONFIRM = ("W231", "{item}待确认：{reason}", "请在政策库的“{sheet}”对照原表核对，改好后把确认状态改成“已确认”")
    ASKS_NOTHING = ("N232", "原表写“{value}”，按没有要求读取", "不需要处理；如理解有误请补录")
    BLANK_REQUIREMENT = ("W233", "原表中 {grade} 的要求空白，按没有要求处理", "请对照原件，漏了的请补录")
    CATEGORY_CARRIED = ("N234", "原表类别空白，沿用上面的“{value}”", "不需要处理；如理解有误请改正")
    IMPORT_UNUSED = ("W235", "原表的“{value}”没有写进指标库", "请人工判断是否补录")

    # 3 one row, and rows of one sheet
    DUPLICATE_ROW = ("E301", "“{name}”的“{process}”与第{row}行重复", "同一企业同一工序只填一行，请删除多余的一行")
    NOT_WORSE = ("W302", "“{label}”是“{value}”，低于“{other_label}”的“{other}”", "请确认是否填反；确需如此请在备注说明")
    GRADE_NOT_IN_SCHEME = ("E303", "“{label}”是“{value}”，但“{table}”只分 {choices}", "请改为该指标表的等级，或改选指标表")
    PERMIT_OTHER_CODE = ("W305", "“{label}”前18位与信用代码“{other}”不一致", "请核对是否填成了别家的许可证或代码")
    CODE_TWO_NAMES = ("E306", "信用代码“{code}”在第{row}行对应“{other}”，本行是“{name}”", "同一代码只能是一家企业，请核对代码和名称")
    NAME_TWO_CODES = ("W307", "“{name}”在第{row}行的信用代码是“{other}”，本行是“{code}”", "请核对；确为两家同名企业的请在备注说明")
    DATE_ORDER = ("E308", "“{label}”是 {value}，早于“{other_label}”的 {other}", "请核对两个日期")
    SAME_PERSON = ("E310", "“{label}”与“{other_label}”都是“{value}”", "核查须由两人进行，请填写不同的人")
    MATERIAL_MISSING = ("W311", "“{label}”为“无”，但初审意见是“{opinion}”", "请补齐材料，或把初审意见改为“退回整改”")
    ROW_WITHOUT_KEY = ("E312", "本行有内容，但“{label}”为空，无法汇总", "请补填，或删除整行内容")
    NOT_SIGNED = ("E314", "“{label}”为“未签字”，但初审意见是“{opinion}”", "谁核查谁签字：签字后再上报")
    DUPLICATE_VALUE = ("E315", "“{label}”填了“{value}”，与第{row}行重复", "请改成不重复的内容，或删除多余的一行")
    OVERDUE = ("W313", "“{label}”是 {value}，至上报日期 {today} 仍未完成", "请填写完成日期，或说明原因")
    MEMBER_UNKNOWN = ("E321", "“{label}”写了“{value}”，“{where}”里没有", "请改成“{where}”里已有的，或先在那里补上")
    GRADES_NOT_OF_SCHEME = ("E322", "“{label}”写的是“{value}”，应是等级体系“{scheme}”中的等级，从好到差，最后是 {lowest}", "请改成 {choices} 中的几个，用“|”隔开")
    INDICATOR_WRONG = ("E323", "“{label}”：{problem}", "请改正这一格，或改正同一编号的其他行")
    CONFIRM_FIRST = ("E324", "指标表“{table}”的状态是“{status}”，但还有 {count} 行待确认", "请先逐行核对，把确认状态改成“已确认”，再改状态")
    WAITING_ROWS = ("W325", "指标表“{table}”还有 {count} 行待确认，得出的等级只供参考", "请对照原表逐行核对")
    POLICY_LACKS = ("E326", "“{where}”里缺少“{value}”", "请补上这一行；系统要用到它")
    TABLE_EXISTS = ("E327", "政策库里已经有编号或名称是“{value}”的指标表", "请给新表另取编号和名称，旧表可以写上失效日期")
    RECOUNT_INPUT = ("E340", "没有找到汇总时用的这个文件（内容指纹 {digest}…），可能被改动、移走或删除", "请把汇总时用的原文件放回再复核，或重新汇总")
    RECOUNT_CELL = ("E341", "“{label}”是{value}，来源{source}是{other}，问题清单没有说明", "请查明谁改了汇总；应以来源为准的，请重新汇总")
    RECOUNT_ROW_LOST = ("E342", "第{row}行有内容（“{value}”），市级汇总里没有，也没有列为未汇总", "请查明哪里删了这一行；应当汇总的，请重新汇总")
    RECOUNT_ROW_UNKNOWN = ("E343", "这一行写的来源{source}里没有内容", "请核对来源；手工添加的行请清空来源三列")
    RECOUNT_ROW_TWICE = ("E344", "这一行与第{row}行写的是同一来源：{source}", "请删除多出的一行，或重新汇总")
    RECOUNT_LOG = ("E345", "{file}【{sheet}】运行日志记的是{told}，重新数是{counted}", "请查明汇总后改动了什么；应以来源为准的，请重新汇总")
    RECOUNT_UNREAD = ("E347", "汇总时用的这个文件找到了，但复核用的另一套程序打不开它（有密码，或者不是 .xlsx、.xls、.ods 这样的格式），没有复核", "请去掉密码、另存为 .xlsx，重新汇总后再复核")
    RECOUNT_NO_LOG = ("E346", "这个文件里没有运行日志，不能复核", "请选择由本工具汇总出的市级汇总文件")

    # 4 between sheets
    REVIEW_NOT_SCREENED = ("E401", "“{name}”（{process}）不在“排查清单”中", "请先在“排查清单”填报，或核对信用代码和工序{near}")
    RECTIFICATION_UNKNOWN = ("E402", "信用代码“{code}”不在“排查清单”中", "请先在“排查清单”填报，或核对信用代码{near}")
    APPLIED_DIFFERS = ("W403", "“{label}”是“{value}”，“排查清单”{place}是“{other}”", "两处应一致，请核对后改正")
    ELSEWHERE_UNKNOWN = ("W404", "信用代码“{code}”不在“排查清单”中", "如确属本县区重点行业企业，请补填“排查清单”；填错的请核对信用代码{near}")
    NAME_DIFFERS = ("W406", "“{name}”与“排查清单”{place}的“{other}”不一致", "请改成营业执照上的全称，两处一致")
    RETURN_NOT_TRACKED = ("W407", "初审意见是“{opinion}”，但“整改台账”没有这家企业的问题", "请在“整改台账”登记需要整改的问题")
    PROTECTED_NOT_LISTED = ("W408", "“{label}”选了“{value}”，但“保障类清单”没有这家企业", "请补填“保障类清单”，或改正这里的选择")

    # 5 grading
    NO_ANSWER = ("N501", "“{item}”还没有填写，按待核实处理", "核查后请填写{hint}")
    ANSWER_UNKNOWN = ("E502", "“{item}”填了“{value}”，无法判断，按待核实处理", "请填{hint}")
    NOT_APPLICABLE_NO_REASON = ("E503", "“{item}”写了不适用，没有写原因，按待核实处理", "请写明不适用的原因；其实适用的请填写现场情况")
    ANSWER_AND_REASON = ("E504", "“{item}”填了“{value}”，又写了不适用的原因“{reason}”，按待核实处理", "请只保留其中一个")
    GRADE_DISAGREES = ("E505", "“{item}”在表中显示“{shown}”，按指标表应为“{computed}”", "等级单元格可能被覆盖，或公式被改动；请在下发的核查表中重新打开核对，以系统结果为准")
    TABLE_NOT_OFFICIAL = ("W506", "指标表“{table}”是{status}表，得出的等级只供参考", "请换用正式指标表后再评定")
    NEEDS_DECISION = ("W507", "{reason}", "请由市级研究确认，并写明由谁决定")
    TABLE_NOT_IN_FORCE = ("W508", "指标表“{table}”（{edition}版）在 {date} 不适用", "请改用核查当日有效的指标表")
    INDICATOR_UNKNOWN = ("E509", "编号“{no}”不是指标表“{table}”中的指标，没有参与评级", "请在下发的核查表中填写，不要增加行或改写编号")
    INDICATOR_TWICE = ("E510", "“{item}”有 {count} 行，无法判断以哪一行为准，按待核实处理", "请只保留一行")
    SANCTION_NEEDS_GRADE = ("E521", "“{kind}”须由决定单位确定处理后的等级，系统不自动扣减，目前仍为 {grade}", "请填写处理后的等级、决定单位和决定日期")
    SECOND_REVIEW_PENDING = ("W522", "“{kind}”须先经专家二次审核，等级 {grade} 暂不改变", "完成二次审核后，请填写审核结果和处理后的等级")
    CHANGE_NOT_REPORTED = ("W523", "“{kind}”：更换设备设施应当及时报备，等级 {grade} 不自动改变", "请督促企业补办报备，并核对指标是否仍然达到")
    NOT_LOWEST = ("E524", "“{kind}”按规定应为最低等级 {lowest}，填的是“{value}”，已按 {lowest} 记录", "请改正处理后的等级")
    OLD_GRADE_DIFFERS = ("W525", "处理前的等级填了“{value}”，按记录应为“{expected}”", "请核对该工序最近一次评定的等级")
    NOT_DOWNGRADED = ("W526", "“{kind}”要求降级处理，但处理后的“{new}”没有低于处理前的“{old}”", "请核对处理后的等级")
    PROTECTED_OFF = ("W527", "“{kind}”：应立即移出保障类清单，执行本企业等级 {grade} 的措施", "请更新保障类清单")
    DECIDER_MISSING = ("W528", "“{kind}”已按规定记为 {grade}，但没有写由谁、在哪天决定", "请补填决定单位和决定日期")
    NOT_GRADED_YET = ("E529", "“{process}”没有评定过的等级，这件事没有处理", "请核对信用代码和工序的写法")
    EVENT_UNKNOWN = ("E530", "“{kind}”没有规定怎样处理，等级 {grade} 没有改变", "请从下拉框选择事项类型，或由市局补充规定")
    TABLE_UNKNOWN = ("E531", "指标表“{table}”（{edition}版）不在政策“{policy}”中，这张表没有评级", "请确认是否拿错了年度的核查表，或用 --policy 指定这张表所属的政策")
    CHECKER_NOT_SIGNED = ("W532", "核查人“{name}”还没有签字", "谁核查谁签字：所有核查人签字后，核查表才有效")
    NO_CHECKER = ("W533", "没有填写核查人", "请填写每一位核查人的姓名、单位、专业，并签字")
    NO_CHECKLIST = ("W534", "“{name}”（{process}）没有生成核查表：{reason}", "请改正后重新生成")
    CHECKED_TWICE = ("E535", "“{name}”（{process}）有不止一份核查表，另一份在 {other}；两份都已评级，以较差的为准", "请只保留一份，再重新评级")
    FORMULA_CHANGED = ("W536", "“{item}”的公式被改动，表中显示“{shown}”，按指标表应为“{computed}”", "请在下发的核查表中重新填写；以系统结果为准")
    OTHER_ENTERPRISE = ("W537", "这份核查表是为 {expected} 生成的，表头写的是“{value}”", "请核对是否把一家企业的核查表改给了另一家；请重新生成")
    EVENT_BEFORE_CHECK = ("W538", "“{kind}”发生在核查日期 {date} 之前，没有改变核查得出的等级 {grade}", "请确认核查时已经考虑了这件事")
    SHEET_NOT_GRADED = ("W539", "工作表“{sheet}”不是工序核查表，没有参与评级", "如果它是被改动过的工序核查表，请恢复表头；如果是另外附上的内容，不需要处理")
    PART_MISSING = ("E540", "这份核查表应有指标表“{table}”的工作表，现在没有或认不出来", "请恢复这张工作表，缺列的先补上列；恢复不了的，重新生成一份核查表，把填过的抄过去")
    CHECK_DATE_MISSING = ("W545", "没有填写核查日期，不能判断指标表“{table}”当时是否有效", "请填写核查的日期")
    SAME_REQUIREMENT = ("W546", "“{item}”选了 {value}，而 {other} 与 {value} 的要求一样", "达到要求的请选 {other}；没有达到的请选更低的等级，并写明存在问题")
    LOOSER = ("W547", "“{label}”：{grade} 的要求“{value}”反而比 {other} 的“{other_value}”宽", "请对照原表核对这两个阈值和比较符；较好等级的要求应当更严")
    ANSWER_AS_TEXT = ("E548", "“{item}”填的“{value}”是文字，不是数字，按待核实处理", "请把这一格的格式改为“常规”，再输入 {number}")
    ROW_GONE = ("W549", "“{item}”那一行（序号 {no}）不在表里，按待核实处理", "请把这一行补回来，序号写 {no}；补不回来的，重新生成一份核查表，把填过的抄过去")
    CHECKED_NOT_LISTED = ("W550", "“{name}”不在{county}的“排查清单”里（看的是这次给出的文件）", "请核对信用代码；在别的批次里的，把那份文件也一起给出；没有报过的，请县（市、区）补报")
    NOT_COMPARED = ("N541", "{reason}，两套政策无法比较", "需要比较的，请在新政策中补上对应的指标表")

    # 6 between workbooks
    TWO_COUNTIES = ("E601", "“{name}”（{process}）同时出现在 {other}", "请两地核实属地后由一地填报；本次两行都保留并标记")
    SENT_TWICE = ("E602", "“{county}”{batch}报了不止一份，已采用 {kept}，本文件未汇总", "采用得对的，移走本文件；应以本文件为准的，移走另一份；再重新汇总")
    SENT_TWICE_TIE = ("E603", "“{county}”{batch}报了不止一份，按上报日期分不出先后，无法判断以哪份为准：{other}", "请只保留一份后重新汇总；本次这几份都未汇总")
    SENT_AGAIN = ("N606", "没有汇总，已由 {kept} 代替：{why}", "不需要处理；这一份可以移走")
    COUNTY_NOT_SENT = ("W604", "“{county}”还没有报送", "请联系该县（市、区）")
    CITY_ROW_GONE = ("W605", "“{name}”（{process}）上次汇总有市级意见，这次没有报送", "市级填写的内容已移到“待认领”，请处理")
    CODE_TWO_NAMES_ACROSS = ("W610", "信用代码“{code}”在{where}对应“{other}”，这里是“{name}”", "请在“冲突处理”选择以哪一方的名称为准；确为两家企业的选“两方都保留”，并请区县核对代码")
    NAME_TWO_CODES_ACROSS = ("W611", "“{name}”在{where}的信用代码是“{other_code}”，这里是“{code}”", "请在“冲突处理”选择以哪一方的代码为准；确为两家同名企业的选“两方都保留”")
    ROW_IN_TWO_FILES = ("W612", "“{name}”（{process}）在{where}也报了同一批次", "请在“冲突处理”选择以哪一份文件的这一行为准；目前两行都保留并标记")
    NAMES_CLOSE = ("W613", "“{name}”与{where}的“{other}”名称相近，可能是同一家企业", "请在“冲突处理”选择；确为两家企业的选“两方都保留”")
    DECIDED = ("N614", "“{name}”的{clash}已按 {day} 的决定“{decision}”处理", "不需要处理；要改决定的，请在“名称对照”改正后重新汇总")
    ROW_LEFT_OUT = ("N615", "“{name}”（{process}）这一行没有汇总：{reason}", "不需要处理；要改决定的，请在“名称对照”改正后重新汇总")
    DECISION_UNKNOWN = ("W616", "处理决定填了“{value}”，无法判断，仍按没有决定处理", "请从下拉框选择：{choices}")
    SOURCE_ABSENT = ("N617", "{county}{batch}的“{file}”不在本次收件箱，【{sheet}】的 {count} 行沿用上次", "不需要处理；不再需要的行可以整行删除，补报后会自动更新")
    LOG_CHANGED = ("W618", "运行日志第 {number} 条在写入之后被改动过", "请与备份的汇总表核对；日志只由汇总追加，不要修改")
    LOG_GAP = ("W619", "运行日志第 {first} 条到第 {last} 条不见了", "请从备份的汇总表恢复这几条；日志只由汇总追加，不要删除")
    LOG_CUT = ("W620", "运行日志末尾少了：上次汇总后应有 {count} 条，现在到第 {number} 条", "请从备份的汇总表恢复；日志只由汇总追加，不要删除")

    # 7 our own output
    NOT_TRACED = ("E740", "“{reference}”不能溯源：{reason}", "请写成“企业台账!H12”这样：工作表名、叹号、有数据的单元格")
    NO_SUCH_SHEET = ("E741", "{file} 里没有“{sheet}”", "请用现在的程序再汇总一次，这张表就有了")
    NO_STATE = ("E742", "{file} 没有 {when} 及以前的汇总可以比较", "备份在“{folder}”里；请换一个较晚的月份，写成 2022-07 或 2022-07-15")
    NAMES_TAKEN = ("N743", "带入了 {file} 中的 {count} 条决定", "见“{sheet}”；不适用于本年的，请删除那一行或改处理决定")
    OUTPUT_OPEN = ("E701", "{file} 正被{holder}打开，不能写入", "结果已另存为 {other}；请关闭后重新汇总")
    OUTPUT_NOT_OURS = ("E702", "{file} 里有不是本工具生成的内容（{what}），未覆盖", "结果已另存为 {other}")
    NOT_BALANCED = ("E703", "行数不平：读入 {seen} 行，汇总 {merged} 行，列出 {named} 行", "这是程序错误，请保留文件并反馈")
    OUTPUT_EXISTS = ("E704", "{file} 已经存在，没有覆盖", "请换一个文件名，或先移走原来的文件")
    ROWS_BESIDE = ("W722", "{count} 行超过了一张工作表的 {limit} 行，全部写在 {file}，表里只有说明", "不需要改；看明细请用{how}打开 {file}")
    ROWS_ELSEWHERE = ("E723", "{count} 行在 {file} 里，不在工作簿里，不能从这里读取", "{how}")
    ROWS_TOO_MANY = ("E724", "会有 {count} 行，超过了一张工作表的 {limit} 行，不能写进已有的汇总", "请关闭这个文件，用命令行汇总：放不下的行写在旁边的文件里")
    CLUSTER_UNUSABLE = ("E721", "--dask 给出的集群不能用：{reason}", "{fix}")
    HEADER_MOVED = ("E708", "表头（{labels}）不在第{row}行", "请删除表头上面多出的行，再合并")
    LINE_IN_THE_WAY = ("E709", "数据中间有一行不是记录：“{value}”，合并会盖掉它", "请把它移到表格下方或别的工作表，再合并")
    NOTICE_PERIOD = ("E760", "公示结束日期 {end} 早于开始日期 {start}", "请核对公示的起止日期")
    NOTHING_PUBLISHED = ("E761", "没有一家企业可以列入公示，没有生成文件", "请先在市级汇总填写市级评定等级和决定日期")
    NOT_PUBLISHED = ("W762", "“{name}”不能列入公示：{reason}", "请在市级汇总补全或更正后重新发布；确实不公示的，不需要处理")
    PUBLISHED_UNOFFICIAL = ("W763", "公示名单中有 {count} 家企业所用的指标表不是正式表（{tables}），名单和网页已写明等级只供参考", "请换用正式指标表评定后再公示")
    PUBLISHED_PENDING = ("W764", "“{name}”{state}，等级 {grade} 暂不改变，已列入公示", "请确认是否等处理结果出来后再公示")
    CHECKLIST_KEPT = ("N710", "{file} 已经存在，没有改动", "需要重新生成的，请先移走原来的文件")
    OUTPUT_BUSY = ("E711", "{file} 正在由另一次合并写入：{holder}，{since} 开始", "请等那一次结束后再合并；等了很久也不结束的，请联系这位同事")
    NO_BACKUP = ("E712", "{file} 没有备份，不能撤销", "请检查“{folder}”文件夹是否在同一个文件夹里")
    UNDO_OPEN = ("E713", "{file} 正被{holder}打开，不能撤销", "请关闭后再撤销；没有改动任何文件")
    NOT_IN_PLACE = ("E714", "{file} 不能在原处更新：{reason}；原文件没有改动", "结果已另存为 {other}；请按上面说的改好原文件，再汇总一次")
    UNCHANGED = ("N715", "{file} 已经是最新，没有改写", "不需要处理")
    FILTER_KEPT = ("N716", "表中设有筛选；新增的 {count} 行不论是否符合都显示着", "需要按筛选条件隐藏的，请在筛选下拉框里点“重新应用”")
    CHANGED_MEANWHILE = ("E717", "合并期间 {file} 被别人保存过，没有覆盖", "结果已另存为 {other}；请再汇总一次")
    FORMULAS_FOLLOWED = ("N718", "{count} 个公式指向的行换了位置（{cells}），已改为指向原来的那一行", "不需要处理；汇总后各行的先后可能变化，建议用信用代码查找")
    FORMULAS_LOST = ("W719", "{count} 个公式指向的行已经没有了，或不再连在一起（{cells}），公式没有改动，现在算出的可能是别的企业", "请逐个核对，改为用信用代码查找")
    PIVOT_GROWN = ("N720", "{count} 个数据透视表的数据区域已随行数调整", "请在数据透视表上点“刷新”，数字才会更新")

    # 8 lists of the procedure: emergency list, screening
    NO_MEASURES = ("W800", "“{name}”（{process}）没有填报减排措施，清单里这一行的排放量和措施是空的", "请县（市、区）补填减排措施；不列入清单的，由市级说明")
    MEASURES_BY_OLD_GRADE = ("W801", "“{name}”（{process}）的等级应为 {grade}，减排措施按 {value} 填报", "请按现在的等级修订措施和减排比例")
    CUT_DIFFERS = ("W802", "“{label}”填了 {value}%，措施“{text}”折算为 {computed}%，已采用较小的 {used}%", "请核对措施和比例，改成一致")
    CUT_UNKNOWN = ("E803", "“{label}”没有填写，措施“{text}”也折算不出比例，这一级的减排量没有计算", "请填写减排比例，或把措施写到条数、比例或日产量")
    LINES_WAIT = ("W804", "{count} 行的措施按生产线条数折算，条数没有填，或者不是整数条", "请在清单的绿色列填写生产线条数；不是整数条的，先在“核算设置”选定怎样取整")
    CUT_TOO_SMALL = ("W805", "“{name}”（{process}）是 {grade} 级，{level}应减 {required}%，采用的是 {used}%", "请对照“措施要求”修订；这条要求不适用的，改“措施要求”并写明出处")
    CUT_OVER_BASE = ("W806", "{note}", "请核对措施的起点和三项日均")
    SUM_BELOW = ("W807", "{level}{pollutant}减排占比 {share}%，{result}（要求不低于 {required}%）", "请增加减排措施，或补全未定的行和全市日排放量")
    GRADE_NOT_DECIDED = ("W808", "{count} 行还没有市级评定等级，按填报的现行等级列入", "请先评定，再修订清单；不参加评定的，不需要处理")
    PROTECTED_DOUBT = ("W809", "“{name}”在企业台账选了保障类，但没有列入保障类清单，按非保障类计算", "请核对；确属保障类的补报保障类清单")
    HEADERS_UNREAD = ("W810", "“{headers}”等 {count} 列没有用到", "其中有要用的，请在底册的“表头对应”选择按哪一项读取，再用 --last 带入生成一次")
    PAIRS_WAIT = ("W811", "{count} 对企业可能是同一家，没有替人合并", "请在“待核对”选择，再用 --last 带入生成一次")
    LISTS_DISAGREE = ("W812", "{count} 家企业在几张清单里说法不一", "请按底册的“说法不一”列逐家核对，改正有错的清单")
    COUNTY_UNCLEAR = ("W813", "{count} 家企业不知道在哪个县（市、区），或有两种说法，没有写进区县填报表", "请核实属地")
    TARGET_NOT_GIVEN = ("W814", "{count} 家重点行业企业的预期等级和时限没有规定怎样定", "请企业和县（市、区）按自身条件确定，填在区县填报表")
    REMARK_WITHOUT_LINE = ("W815", "“{name}”上次的市级备注“{remark}”，这次底册里没有这一行", "请核对信用代码和县（市、区），把备注写到相应的行")
    NAMES_NOT_FOUND = ("E816", "没有一张表认出写着“{label}”的列", "请把那一列的表头改成“{label}”，和别的表头在同一行，再生成一次")

    # 8 signing, seals, deadlines, packages, plans of enterprises
    SEALED_CELL_CHANGED = ("E820", "“{label}”封签时是“{before}”，现在是“{after}”", "请恢复封签时的内容；确需修改的，改好后由核查人重新签字，再重新封签")
    SEAL_BROKEN = ("E821", "封签 {code} 已失效：封签后有 {count} 处改动", "请核验封签，查看改了哪些格；恢复原样，或由核查人重新签字后重新封签")
    SEAL_DAMAGED = ("E822", "封签记录不能用来核对：{reason}", "请使用封签时生成的原件；没有原件的，由核查人核对后重新签字、重新封签")
    NOT_SEALED = ("N823", "核查人已全部签字，还没有封签", "不需要处理；要防止签字后被改动的，请封签")
    CANNOT_SEAL = ("E824", "没有封签：{reason}", "请改正后再封签；谁核查、谁签字、谁负责")
    SIGNATURE_WRONG = ("E825", "“{name}”的数字签名与内容不符", "签名后内容或签名被改动过，请由本人重新签名")
    SIGNER_UNKNOWN = ("W826", "“{name}”的数字签名有效，但没有给出这个公钥（指纹 {print}），不能确认是不是本人", "请向本人核对公钥指纹，把公钥文件放进 --keys 的文件夹再核验")
    KEY_UNREADABLE = ("E827", "不是能用的密钥文件，或密码不对", "请核对文件和密码；没有密钥的，请先生成")
    CHECKER_BLACKLISTED = ("E828", "核查人“{name}”在黑名单上（{basis}），不得参加绩效分级工作", "请换人重新核查；登记有误的，请改正核查人员登记")
    CHECKER_OWN_EMPLOYER = ("W829", "核查人“{name}”登记的原工作单位就是被核查的“{enterprise}”", "请换一个人核查，或由市级确认不需要回避")
    CHECKER_BOTH_SIDES = ("W830", "“{name}”在 {other} 是这家企业的县级核查人，又是市级现场核查人", "县、市两级须分别核查，请换人；确为同名两个人的，请由市级确认")
    CHECKER_NAMESAKE = ("W831", "核查人“{name}”（{unit}）与黑名单上的人同名，登记的单位是“{other}”", "请核对是不是同一个人")

    REPORTED_LATE = ("W832", "“{name}”应于 {due} 前完成（{inclusive}），{reported} 报送，迟 {days} 天", "请说明原因；没有赶上当月的，由市级确认是否转入下一批（{source}）")
    REPORTED_EARLY = ("W833", "{batch}批次 {reported} 就已报送，当月还没有开始", "请核对批次和上报日期（{source}）")
    CHECKED_LATE = ("W834", "“{name}”（{process}）{checked} 核查，{batch}批次的核查结果应于 {due} 前汇总", "请说明原因；由市级确认是否转入下一批（{source}）")
    CHECKED_EARLY = ("W835", "“{name}”（{process}）的核查日期 {checked} 早于县级初审签字日期 {signed}", "先初审、后现场核查：请核对两个日期")
    ADJUSTMENT_CLOSED = ("W836", "动态调整已于 {due} 截止，{reported} 报送的 {count} 行申报本年度不能再调整", "确需调整的，由市级研究确认（{source}）")
    NOT_AT_HAND = ("N838", "给出的文件里没有回答“{name}”（{due}）的", "不需要处理；要核对这一项的，请把当时报送的文件一起给出")
    COUNTY_OVERDUE = ("W837", "“{county}”没有报送“{name}”（{month}），已过 {due}", "请联系该县（市、区）；没有申报企业的，请其书面说明（{source}）")

    HELD_BACK = ("W840", "“{name}”（{process}）没有列入上报清单：{reasons}", "请补齐后重新打包；确实不上报的，不需要处理")
    OPEN_ISSUES = ("W841", "“{name}”还有 {count} 项整改没有完成，已列入上报清单并随包附上", "请核对整改情况；没有整改到位的，由市级确认是否上报")
    NOTHING_TO_REPORT = ("W842", "“{county}”{month}没有可以上报的工序，没有生成上报包", "请核对上面逐家列出的原因")
    MAPPING_UNKNOWN = ("E843", "平台列“{header}”取自“{source}”，填报表里没有这一列", "请写成“工作表.表头”，例如 排查清单.企业名称")
    MAPPING_DEFAULT = ("W844", "省平台的列名和顺序用的是默认设置，没有经人确认", "请对照省平台的导入模板填写上报设置，再打包")
    NOT_CHECKED = ("W845", "“{name}”（{process}）申报 {applied}，{reason}，{month}批次不能关闭", "请补做现场核查，并由全部核查人签字")
    SIGNED_LATE = ("W846", "“{name}”：{reason}", "请说明原因；是否计入当月批次由市级确认")
    PAPER_ONLY = ("N847", "“{name}”参评绩效先进性，只报纸质材料，没有列入平台清单", "不需要处理；纸质材料清单在上报包里")
    NOTHING_THIS_MONTH = ("W848", "给出的文件里没有{month}批次的区县填报表", "请核对批次和文件夹")
    PLAN_OPEN = ("W850", "“{name}”（{process}）还有 {count} 项待核实或需人工确认，提升方案不完整", "请补齐核查表的现场情况，再用 --last 带入上次的跟踪表生成一次")
    PLAN_MET = ("N851", "“{name}”（{process}）现场核查为 {grade}，没有更好的等级可以列出差距", "不需要处理")
    PLAN_OVERDUE = ("W852", "“{name}”（{process}）的“{indicator}”计划 {due} 完成，到 {today} 还没有完成", "请督促企业，或改计划完成日期并写明原因")
    TIPS_DAMAGED = ("E856", "“{label}”被改动过，打不开", "请从没有改动的文件里恢复这一格")
    TIPS_TWICE = ("W857", "“{label}”又填了内容，这一行的举报人已经密封，新填的没有密封", "请先打开密封的举报人，改好后再密封")
    WEIGHT_UNUSABLE = ("E854", "“{factor}”的抽样权重不是不小于 0 的数", "请改成数字；不想考虑这种情形的，填 0")
    NOTHING_TO_PLAN = ("W853", "没有找到现场核查表，没有生成提升方案", "请先生成并填写现场核查表")

    def __init__(self, number: str, message: str, fix: str) -> None:
        self.number = number
        self.message = message
        self.fix = fix
        self.severity = SEVERITIES[number[0]]
        self.stage = int(number[1])  # earlier ones win when one cell has several problems

    @property
    def parameters(self) -> frozenset[str]:
        """Names of the values the message and the fix need."""
        return frozenset(name for text in (self.message, self.fix) for _, name, _, _ in Formatter().parse(text) if name)

    def at(self, place: Place, /, **values: object) -> Finding:
        """The finding for one place; every parameter of the message must be given."""
        return Finding(self, place, self.message.format(**values), self.fix.format(**values), tuple(values.items()))


@dataclass(frozen=True, order=True, slots=True)
class Place:
    """Where: file name, sheet name, cell ("F12"), each "" when the problem is about the whole."""

    file: str = ""
    sheet: str = ""
    cell: str = ""

    def __str__(self) -> str:
        return f"{self.file}{self.spot}"

    @property
    def spot(self) -> str:
        """Sheet and cell, as people write them: 【排查清单】F12."""
        return (f"【{self.sheet}】" if self.sheet else "") + self.cell


@dataclass(frozen=True, slots=True)
class Finding:
    """One problem at one place, with the sentence a person reads and what to do about it; values: what its sentences were filled with."""

    code: Code
    place: Place
    message: str
    fix: str
    values: tuple[tuple[str, object], ...] = field(default=(), compare=False, repr=False)

    @property
    def severity(self) -> Severity:
        return self.code.severity

    def record(self) -> dict[str, str]:
        """The finding as `--json` prints it."""
        return {
            "file": self.place.file,
            "sheet": self.place.sheet,
            "cell": self.place.cell,
            "code": self.code.number,
            "severity": self.severity.value,
            "message": self.message,
            "fix": self.fix,
        }


class StopError(Exception):
    """The request cannot be carried out for one workbook; carries the finding to report."""

    def __init__(self, finding: Finding) -> None:
        super().__init__(f"{finding.place}：{finding.message}")
        self.finding = finding


def first_per_cell(findings: Iterable[Finding]) -> list[Finding]:
    """One error or warning per cell: the earliest stage wins, then the gravest; notes and whole-file findings all stay."""
    kept: list[Finding] = []
    taken: set[Place] = set()
    ordered = sorted(findings, key=lambda f: (f.code.stage, f.severity.rank))
    for finding in ordered:
        if finding.place.cell and finding.severity is not Severity.NOTE:
            if finding.place in taken:
                continue
            taken.add(finding.place)
        kept.append(finding)
    return sorted(kept, key=order)


def order(finding: Finding) -> tuple[str, str, int, int, str, str]:
    """Sort key: file, sheet, row, column, code, sentence; the same whatever order files were read in."""
    place = finding.place
    return (place.file, place.sheet, *_row_and_column(place.cell), finding.code.number, finding.message)


@lru_cache(maxsize=2**16)
def _row_and_column(cell: str) -> tuple[int, int]:
    letters = "".join(c for c in cell if c.isalpha())
    digits = "".join(c for c in cell if c.isdigit())
    column = 0
    for letter in letters:
        column = column * 26 + ord(letter.upper()) - 64
    return int(digits or 0), column
