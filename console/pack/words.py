"""
The words of the monthly pack, Chinese first.
"""

from collections.abc import Mapping

from console.duty_words import WEEKDAYS
from console.figure_words import DUTIES, STAGES
from console.words import CHINESE_STATES, MEANINGS, Meaning
from consumers.monthly_pack.cases import Case
from consumers.monthly_pack.lessons import Lesson
from consumers.statistics.periods import Month
from schemas import codes, reasons
from schemas.view import State
from schemas.working_days import Due

PARTIES = {"federation": "妇联", "procuratorate": "检察院"}

AGENDA: Mapping[str, tuple[Meaning, Meaning]] = {
    "overdue": (
        Meaning("逾期事项", "Overdue"),
        Meaning("截至月末已超过协议期限、尚未完成的事项", "Duties past their last day and not done"),
    ),
    "handed_over_late": (
        Meaning("逾期移送", "Handed over late"),
        Meaning(
            "本月移送、共享的线索中,自发现之日起超过协议期限的;工作日为超出的日数",
            "Clues of the month that came later than the agreement's days after they were found; working days too late",
        ),
    ),
    "disputed": (
        Meaning("有异议的线索", "Disputed"),
        Meaning("妇联提出异议、检察院尚未答复", "The federation contradicted; not answered yet"),
    ),
    "returned": (
        Meaning("退回待补充", "Returned"),
        Meaning("检察院退回、妇联尚未补充", "Given back; not completed yet"),
    ),
    "redirected": (
        Meaning("转送其他机关", "Redirected"),
        Meaning("已转送、尚未办结反馈", "Sent to another body; not closed yet"),
    ),
    "stuck": (
        Meaning("停滞线索", "Stuck"),
        Meaning(
            "15个工作日以上没有任何进展,且未列入上述各项;所列为正在计时的事项",
            "Nothing has happened for 15 working days or more, and not listed above; with the duties that run",
        ),
    ),
}

_CODES: tuple[type, ...] = (
    reasons.ReturnReason,
    reasons.DeclineReason,
    reasons.RedirectReason,
    codes.AidKind,
    codes.Source,
    codes.Category,
)


def code_in_words(code: str) -> str:
    """A reason, a duty or a stage, with what it means."""
    if code in STAGES:
        return str(STAGES[code])
    if code in DUTIES:
        return str(DUTIES[code])
    meaning = next((MEANINGS[each][code] for each in _CODES if code in MEANINGS[each]), None)
    return code if meaning is None else f"{code} {meaning}"


def codes_in_words(given: tuple[str, ...]) -> str:
    return "、".join(map(code_in_words, given)) or "–"


def state_in_words(case: Case) -> str:
    return f"{CHINESE_STATES[State(case.state)]} {case.state}"


def month_in_words(month: Month) -> str:
    return f"{month.year}年{month.month}月"


def lesson_in_words(lesson: Lesson) -> tuple[str, str]:
    """The lesson as a sentence, in both languages."""
    what, n, of = codes_in_words(lesson.codes), lesson.count, lesson.of
    sentences: Mapping[str, tuple[str, str]] = {
        "most_returned": (
            f"退回最多的原因:{what}({of} 次退回原因中 {n} 次)。移送前可对照核对。",
            f"Most often returned for {what}: {n} of {of} reasons. Worth a look before a clue is handed over.",
        ),
        "most_declined": (
            f"不予救助最多的原因:{what}({of} 次中 {n} 次)。",
            f"Most often declined for {what}: {n} of {of}.",
        ),
        "overturned": (
            f"经异议被推翻 {n} 次(异议 {of} 次),涉及原因:{what}。",
            f"Overturned after a dispute: {n} of {of} disputed, on {what}.",
        ),
        "slowest_stage": (
            f"用时增加最多的环节:{what},中位数增加 {n} 个工作日({of} 件)。",
            f"The stage that adds most time: {what}, {n} working days at the median ({of} clues).",
        ),
        "late_handing_over": (
            f"注明发现日期的 {of} 件线索中,{n} 件逾期移送。",
            f"Handed over late: {n} of {of} clues that tell the day of finding.",
        ),
        "late_feedback": (
            f"应反馈 {of} 件,其中 {n} 件逾期。",
            f"Feedback was late {n} times of {of} that were due.",
        ),
        "aid_unanswered": (
            f"未答复最多的帮扶种类:{what}({of} 项请求中 {n} 项未答复)。",
            f"Further aid most often unanswered: {what}, {n} of {of} requests.",
        ),
    }
    return sentences[lesson.teaching]


def meeting_in_words(meeting: Due | None) -> Meaning:
    """When the parties meet next, by the agreement."""
    if meeting is None:
        return Meaning("下次会商:协议未生效", "Next meeting: no agreement has begun")
    zh, en = ("(暂定)", " (provisional)") if meeting.is_provisional else ("", "")
    day = meeting.on
    return Meaning(
        f"下次会商:{day.year}年{day.month}月{day.day}日 星期{WEEKDAYS[day.weekday()]}{zh}", f"Next meeting: {day}{en}"
    )
