"""
Every event type in one table: its model, its journal, its verb, its schema versions.

To add an event type: one .avsc in avro/, one model in clue_events.py or case_events.py, one row here, one row in the
table of lifecycle.py. tests/house/test_catalog.py fails until all four are there and agree.
"""

from dataclasses import dataclass
from enum import StrEnum

from schemas import case_events as case
from schemas import clue_events as clue
from schemas.event import Event


class Family(StrEnum):
    """What an agency keeps a journal of; the value is the second half of the topic's name."""

    CLUES = "clues"
    CASE_PROGRESS = "case-progress"
    RECEIPTS = "receipts"
    KEYS = "keys"
    DEAD_LETTER = "dead-letter"
    FIGURES = "figures"


class Carries(StrEnum):
    """Whether an event tells particulars of persons."""

    required = "required"
    optional = "optional"
    nothing = "nothing"


@dataclass(frozen=True, slots=True)
class EventType:
    """
    One event type of the contract.

    Attributes:
        model: the facts, as of the newest version; its class name is the name of the type and of its schema.
        family: the journal that carries it.
        verb: what a person says who issues it: the command's name.
        chinese: the same for a Chinese reader.
        particulars: whether persons' particulars come with it.
        versions: the released schema versions, oldest first; avro/<name>.v<version>.avsc.
    """

    model: type[Event]
    family: Family
    verb: str
    chinese: str
    particulars: Carries = Carries.optional
    versions: tuple[int, ...] = (1,)

    @property
    def name(self) -> str:
        return self.model.__name__


_C, _P = Family.CLUES, Family.CASE_PROGRESS
_NO = Carries.nothing

CATALOG: tuple[EventType, ...] = (
    EventType(clue.ClueTransferred, _C, "transfer", "移送线索", Carries.required, versions=(1, 2)),
    EventType(clue.ClueShared, _C, "share", "共享线索", Carries.required, versions=(1, 2)),
    EventType(clue.ClueReturned, _C, "return", "退回补充"),
    EventType(clue.ClueSupplemented, _C, "supplement", "补充材料"),
    EventType(clue.ClueAccepted, _C, "accept", "受理线索", _NO),
    EventType(clue.ClueDeclined, _C, "decline", "不予救助"),
    EventType(clue.ClueRedirected, _C, "redirect", "转送其他机关"),
    EventType(clue.ClueDisputed, _C, "dispute", "提出异议"),
    EventType(clue.ClueWithdrawn, _C, "withdraw", "撤回线索"),
    EventType(clue.ConsentWithdrawn, _C, "withdraw-consent", "撤回同意", _NO),
    EventType(clue.ErasureRequested, _C, "request-erasure", "请求删除", _NO),
    EventType(clue.ErasureConfirmed, _C, "confirm-erasure", "确认删除", _NO),
    EventType(case.ApplicationFiled, _P, "file-application", "提出申请"),
    EventType(case.AidDecided, _P, "decide", "作出决定"),
    EventType(case.FundsPaid, _P, "pay", "发放救助金", _NO),
    EventType(case.ProgressReported, _P, "report-progress", "通报进展"),
    EventType(case.CaseClosed, _P, "close", "办结反馈"),
    EventType(case.FeedbackAcknowledged, _P, "acknowledge", "确认反馈"),
    EventType(case.FollowUpPlanned, _P, "plan-follow-up", "计划回访", _NO),
    EventType(case.FollowUpRecorded, _P, "record-follow-up", "记录回访"),
    EventType(case.AidRequested, _P, "request-aid", "请求帮扶"),
    EventType(case.AidAnswered, _P, "answer-aid", "答复帮扶"),
)

EVENT_FAMILIES = (Family.CLUES, Family.CASE_PROGRESS)
"""The journals that carry events."""

BY_NAME = {row.name: row for row in CATALOG}
BY_VERB = {row.verb: row for row in CATALOG}


def type_of(event: Event) -> EventType:
    """The catalog's row of an event."""
    return BY_NAME[type(event).__name__]
