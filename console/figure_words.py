"""
The words of the figures, in Chinese beside English: columns, stages, kinds of lines.
"""

from collections.abc import Mapping

from console.duty_words import CHINESE_DUTIES
from console.words import MEANINGS, Meaning
from schemas import codes, reasons

COLUMNS: Mapping[str, Meaning] = {
    "from_federation": Meaning("妇联线索人数", "from federation clues"),
    "persons": Meaning("救助人数", "persons"),
    "clues": Meaning("线索数", "clues"),
    "all": Meaning("全部", "all"),
    "open": Meaning("未结", "open"),
    "with_outcome": Meaning("已有结果", "with outcome"),
    "aided": Meaning("获救助", "aided"),
    "n": Meaning("件数", "n"),
    "median": Meaning("中位数", "median"),
    "p90": Meaning("第90百分位", "p90"),
    "max": Meaning("最长", "longest"),
    "count": Meaning("次数", "count"),
    "disputed": Meaning("有异议", "disputed"),
    "overturned": Meaning("被推翻", "overturned"),
    "requested": Meaning("请求", "requested"),
    "provided": Meaning("已提供", "provided"),
    "declined": Meaning("未提供", "declined"),
    "decided_fen": Meaning("决定金额(元)", "decided (yuan)"),
    "paid_fen": Meaning("发放金额(元)", "paid (yuan)"),
    "per_person_fen": Meaning("人均决定金额(元)", "decided a person (yuan)"),
    "planned": Meaning("计划", "planned"),
    "held_as_planned": Meaning("按计划完成", "held as planned"),
    "visits": Meaning("实际回访", "visits"),
    "new_needs": Meaning("新需求", "new needs"),
    "opened": Meaning("建立", "opened"),
    "accepted": Meaning("受理", "accepted"),
    "applied": Meaning("申请", "applied"),
    "granted": Meaning("决定救助", "granted"),
    "paid": Meaning("发放", "paid"),
    "closed": Meaning("反馈", "closed"),
    "acknowledged": Meaning("确认反馈", "acknowledged"),
    "dated": Meaning("注明发现日期", "with a day of finding"),
    "due": Meaning("应反馈", "due"),
    "on_time": Meaning("按期", "on time"),
    "late": Meaning("逾期", "late"),
    "ended": Meaning("完成", "done"),
    "overdue": Meaning("期末逾期未完成", "overdue"),
    "share": Meaning("比例", "share"),
}

STAGES: Mapping[str, Meaning] = {
    "acceptance": Meaning("受理", "acceptance"),
    "application": Meaning("申请", "application"),
    "decision": Meaning("决定", "decision"),
    "payment": Meaning("全部发放", "payment"),
    "feedback": Meaning("反馈", "feedback"),
    "gross": Meaning("总用时", "gross"),
    "net": Meaning("净用时", "net"),
}

DUTIES: Mapping[str, Meaning] = {duty: Meaning(zh, duty.replace("_", " ")) for duty, zh in CHINESE_DUTIES.items()}

ROLES = {"federation": Meaning("妇联", "federation"), "procuratorate": Meaning("检察院", "procuratorate")}

KINDS: Mapping[str, tuple[Meaning, Mapping[str, Meaning]]] = {
    "all": (Meaning("合计", "all"), {}),
    "origin": (Meaning("发现方", "found by"), ROLES),
    "source": (Meaning("来源", "source"), {**MEANINGS[codes.Source], **ROLES}),
    "model": (Meaning("数据模型", "data model"), {}),
    "category": (Meaning("类别", "category"), MEANINGS[codes.Category]),
    "returned": (Meaning("退回", "returned"), MEANINGS[reasons.ReturnReason]),
    "declined": (Meaning("不予救助", "declined"), MEANINGS[reasons.DeclineReason]),
    "redirected": (Meaning("转送", "redirected"), MEANINGS[reasons.RedirectReason]),
    "refused": (Meaning("决定不予", "refused"), MEANINGS[reasons.DeclineReason]),
    "withdrawn": (Meaning("撤回", "withdrawn"), MEANINGS[reasons.WithdrawReason]),
    "aid": (Meaning("帮扶", "aid"), MEANINGS[codes.AidKind]),
    "duty": (Meaning("事项", "duty"), {**DUTIES, **ROLES}),
    "scale": (Meaning("回访结果", "found"), MEANINGS[codes.OutcomeScale]),
}


def line_in_words(of: tuple[str, ...]) -> str:
    """What a line is of, Chinese first: 来源 S2 12338热线 12338 women's hotline."""
    if of[0] in STAGES:
        return " · ".join(str(STAGES[part]) for part in of)
    kind, meanings = KINDS[of[0]]
    if of[0] == "source":
        of = (of[0], of[2]) if of[2] != "other" else of
    told = [_code(part, meanings) for part in of[1:] if part]
    return f"{kind.zh} {' · '.join(told)}" if told else str(kind)


def _code(part: str, meanings: Mapping[str, Meaning]) -> str:
    meaning = meanings.get(part) or MEANINGS[reasons.ResponsibleParty].get(part)
    if meaning is None:
        return part
    return str(meaning) if part == meaning.en or part in ROLES or part in DUTIES else f"{part} {meaning}"


def value_in_words(column: str, value: int | None) -> str:
    """A number as an officer reads it; money in yuan."""
    if value is None:
        return "–"
    return f"{value / 100:,.2f}" if column.endswith("_fen") else f"{value:,}"


def share_in_words(part: int | None, whole: int | None) -> str:
    """A share with its numbers; nothing where one of them is withheld."""
    return "…" if part is None or not whole else f"{part / whole:.1%} ({part}/{whole})"
