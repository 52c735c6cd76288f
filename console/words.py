"""
The words that officers read, in Chinese beside the English codes.
"""

from schemas.view import State

CHINESE_STATES: dict[State, str] = {
    State.unopened: "未建立",
    State.transferred: "已移送",
    State.returned: "已退回",
    State.accepted: "已受理",
    State.declined: "不予救助",
    State.redirected: "已转送",
    State.disputed: "有异议",
    State.applied: "已申请",
    State.granted: "已决定",
    State.paid: "已发放",
    State.refused: "决定不予",
    State.closed: "已反馈",
    State.finished: "已办结",
    State.withdrawn: "已撤回",
}
