"""
The words that officers read of duties and their deadlines, in Chinese beside the English codes.
"""

from collections.abc import Mapping
from datetime import date

from schemas.clock import Clock
from schemas.duty import Duty

WEEKDAYS = "一二三四五六日"

CHINESE_DUTIES: Mapping[Duty, str] = {
    Duty.hand_over: "移送线索",
    Duty.take_up: "受理",
    Duty.answer_dispute: "答复异议",
    Duty.complete: "补充材料",
    Duty.decide: "作出决定",
    Duty.pay: "发放救助金",
    Duty.tell_to_collect: "通知领取",
    Duty.track_redirect: "跟踪转送",
    Duty.feedback: "办结反馈",
    Duty.acknowledge: "确认反馈",
    Duty.first_progress: "首次进展通报",
    Duty.further_progress: "每月进展通报",
    Duty.file_papers: "补交申请材料",
    Duty.answer_aid: "答复帮扶",
    Duty.confirm_erasure: "确认删除",
    Duty.follow_up: "回访",
}


def duty_in_words(clock: Clock) -> str:
    """The duty, and which one of several."""
    about = f" {clock.about[:13]}" if clock.about else ""
    return f"{clock.duty} {CHINESE_DUTIES[clock.duty]}{about}"


def due_in_words(clock: Clock) -> str:
    """The last day; marked where the yearly notice may still change it, and where the clock does not run."""
    if clock.due is None:
        return "paused 暂停" if clock.is_paused else "–"  # a dash
    words = f"{clock.due}" + (" provisional 暂定" if clock.is_provisional else "")
    return f"paused 暂停 ({words})" if clock.is_paused else words


def standing_in_words(clock: Clock, today: date) -> str:
    """Whether it runs or is overdue, paused, done, or dropped; and whether that came after its last day."""
    is_late = clock.is_late(today)
    if clock.is_running:
        return "OVERDUE 已逾期" if is_late else "running 计时中"
    if clock.is_paused:
        return "paused, was overdue 暂停(此前已逾期)" if is_late else "paused 暂停"
    if clock.is_done:
        return f"{'done late 逾期完成' if is_late else 'done 已完成'} {clock.ended_on}"
    return f"{'dropped, was overdue 终止(此前已逾期)' if is_late else 'dropped 终止'} {clock.ended_on}"
