"""
The words that officers read, in Chinese beside the English codes: states, and what each code of an event means.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import NamedTuple

from console.criteria_words import CRITERIA_WORDS
from schemas import codes, reasons
from schemas.view import State

NONE = "none 无"
"""What an empty list says."""

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


class Meaning(NamedTuple):
    """What a code means; the English is empty where the code itself is the English word."""

    zh: str
    en: str = ""

    def __str__(self) -> str:
        return f"{self.zh} {self.en}".rstrip()


OTHER = Meaning("其他", "in words, in the particulars")

MEANINGS: Mapping[type[StrEnum], Mapping[str, Meaning]] = {
    codes.Source: {
        "S1": Meaning("来信来访", "letters and visits"),
        "S2": Meaning("12338热线", "12338 women's hotline"),
        "S3": Meaning("走访关爱", "home visits"),
        "S4": Meaning("法律援助、公益、助学项目", "legal-aid, charity and school-help projects"),
        "S5": Meaning("网上信访信息系统", "online complaint platform"),
        "S6": Meaning("12309电话", "12309 telephone"),
        "S7": Meaning("12309网站", "12309 web"),
        "S8": Meaning("办案", "case work"),
        "S9": Meaning("专项工作", "special campaign"),
        "S10": Meaning("数据模型", "data model"),
        "other": OTHER,
    },
    codes.Category: {
        "W1": Meaning("农村低收入监测户妇女", "rural woman monitored against a return to poverty"),
        "W2": Meaning("家暴性侵拐卖等受害人", "victim of domestic violence, sexual assault, trafficking or the like"),
        "W3": Meaning("家庭主要劳动力受害致死致残", "main earner killed or disabled by crime"),
        "W4": Meaning("重病、残疾", "seriously ill or disabled"),
        "W5": Meaning("赡养人无力赡养的老年妇女", "old woman without able supporters"),
        "W6": Meaning("受歧视、性骚扰等侵害致困", "hardship from discrimination, harassment at work or similar torts"),
        "W7": Meaning("因家暴离婚诉讼、确有困难", "divorce suit because of domestic violence, real hardship"),
    },
    codes.LegalBasis: {
        "consent": Meaning("本人同意"),
        "statutory_duty": Meaning("履行法定职责"),
        "protection_of_life_and_health": Meaning("保护生命健康"),
    },
    codes.PersonRole: {
        "applicant": Meaning("申请人"),
        "minor_child": Meaning("未成年子女"),
        "supported_elder": Meaning("被赡养老人"),
        "other_dependant": Meaning("其他被扶养人"),
    },
    codes.AgeBand: {
        "under_14": Meaning("不满14周岁"),
        "from_14_to_17": Meaning("14至17周岁"),
        "from_18_to_59": Meaning("18至59周岁"),
        "from_60": Meaning("60周岁以上"),
        "unknown": Meaning("不详"),
    },
    codes.IdNumberState: {
        "well_formed": Meaning("证件号格式有效"),
        "stated_unverified": Meaning("自述、未核实"),
        "none": Meaning("无证件号"),
        "foreign_document": Meaning("境外证件"),
    },
    codes.Paper: {
        "M1": Meaning("申请书", "application"),
        "M2": Meaning("身份证明", "identity"),
        "M3": Meaning("损害证明", "damage"),
        "M4": Meaning("困难证明", "hardship"),
        "M5": Meaning("已获赔偿或救助情况", "compensation or aid already had"),
        "M6": Meaning("亲属关系证明", "kinship"),
        "M7": Meaning("委托手续", "authorisation"),
        "M8": Meaning("其他材料", "others"),
    },
    codes.Body: {
        "court": Meaning("法院"),
        "police": Meaning("公安机关"),
        "judicial_administration": Meaning("司法行政机关"),
        "other_procuratorate": Meaning("其他检察院"),
        "civil_affairs": Meaning("民政部门"),
        "federation": Meaning("妇联"),
        "procuratorate": Meaning("检察院"),
        "education": Meaning("教育部门"),
        "health": Meaning("卫生健康部门"),
        "human_resources": Meaning("人社部门"),
        "housing": Meaning("住建部门"),
        "charity": Meaning("慈善组织"),
        "other": OTHER,
    },
    codes.Helper: {
        "herself": Meaning("本人"),
        "representative": Meaning("代理人"),
        "procuratorate": Meaning("检察院"),
        "federation": Meaning("妇联"),
        "legal_aid": Meaning("法律援助"),
        "other": OTHER,
    },
    codes.ApplicationForm: {"written": Meaning("书面"), "oral_with_record": Meaning("口头并记录")},
    codes.Stage: {
        "informed_of_right": Meaning("已告知权利"),
        "papers_fetched": Meaning("已调取材料"),
        "under_review": Meaning("审查中"),
        "opinion_given": Meaning("已提出意见"),
        "committee_consulted": Meaning("已征求委员会意见"),
        "funds_requested": Meaning("已申请拨款"),
        "funds_arrived": Meaning("救助金已到账"),
        "told_to_collect": Meaning("已通知领取"),
        "other_body_answered": Meaning("其他机关已答复"),
        "other": OTHER,
    },
    codes.BodyAnswer: {
        "taken_up": Meaning("已受理"),
        "refused": Meaning("不予受理"),
        "no_answer": Meaning("未答复"),
    },
    codes.Outcome: {
        "aid_paid": Meaning("已发放救助金"),
        "aid_refused": Meaning("不予救助"),
        "handled_elsewhere": Meaning("其他机关办理"),
        "ended_early": Meaning("提前终止"),
    },
    codes.OutcomeScale: {
        "improved": Meaning("好转"),
        "stable": Meaning("稳定"),
        "unchanged": Meaning("无变化"),
        "worse": Meaning("恶化"),
        "not_met": Meaning("未见到本人"),
    },
    codes.AidKind: {
        "A01": Meaning("最低生活保障", "minimum living allowance"),
        "A02": Meaning("临时救助", "temporary relief"),
        "A03": Meaning("医疗费用、医保", "medical fees, insurance"),
        "A04": Meaning("就业、公益岗位、培训", "work, public-service job, training"),
        "A05": Meaning("子女就学", "schooling of children"),
        "A06": Meaning("住房", "housing"),
        "A07": Meaning("户籍", "household registration"),
        "A08": Meaning("心理支持", "psychological support"),
        "A09": Meaning("法律援助、支持起诉", "legal aid, support in suing"),
        "A10": Meaning("家庭教育指导", "family-education guidance"),
        "A11": Meaning("困境儿童认定", "recognition of children in difficulty"),
        "A12": Meaning("慈善款物", "charity money or goods"),
    },
    codes.AidAnswer: {"provided": Meaning("已提供"), "declined": Meaning("未提供")},
    reasons.ReturnReason: {
        "R1": Meaning("材料不全", "papers missing"),
        "R2": Meaning("身份尚无法核实", "identity not yet verifiable"),
        "R3": Meaning("联系方式缺失或不安全", "contact data missing or unsafe"),
        "other": OTHER,
    },
    reasons.DeclineReason: {
        "D1": Meaning("同一人同一案已获救助或另有线索", "same person, same case: aided already, or another clue open"),
        "D2": Meaning("不属急迫困难", "not in urgent hardship"),
        "D3": Meaning("已获赔偿或可诉讼获偿", "compensated, or compensation can be had by litigation"),
        "D4": Meaning("本人有重大过错", "own grave fault"),
        "D5": Meaning("虚假陈述", "false statement"),
        "D6": Meaning("不配合", "no cooperation"),
        "D7": Meaning("放弃请求", "gave up the claim"),
        "D8": Meaning("不愿接受救助", "does not want aid"),
        "D9": Meaning("无法联系", "cannot be reached"),
        "D10": Meaning("退回后身份仍无法核实", "identity not verifiable after a return"),
        "other": OTHER,
    },
    reasons.ResponsibleParty: {
        "sender": Meaning("移送方"),
        "receiver": Meaning("接收方"),
        "person": Meaning("当事人"),
        "rule": Meaning("规定所限"),
    },
    reasons.NextStep: {
        "supplement": Meaning("补充材料"),
        "link_clues": Meaning("关联线索"),
        "further_aid": Meaning("多元帮扶"),
        "legal_aid": Meaning("法律援助"),
        "explain": Meaning("释法说理"),
        "resubmit": Meaning("重新移送"),
        "none": Meaning("无"),
    },
    reasons.RedirectReason: {
        "T1": Meaning("不在检察环节", "not in the procuratorial stage"),
        "T2": Meaning("他院办理", "another procuratorate handles the case"),
        "T3": Meaning("困难非因案件", "hardship not from a case"),
        "other": OTHER,
    },
    reasons.WithdrawReason: {
        "V1": Meaning("撤回同意或意愿", "consent or wish withdrawn"),
        "V2": Meaning("录入错误", "entered in error"),
        "V3": Meaning("与本方另一线索重复", "duplicate of another own clue"),
        "other": OTHER,
    },
    reasons.DisputeGround: {
        "new_facts": Meaning("有新事实"),
        "reason_does_not_apply": Meaning("理由不成立"),
        "wrong_body": Meaning("转送机关有误"),
        "other": OTHER,
    },
    reasons.Ending: {
        "she_withdrew": Meaning("本人撤回"),
        "died": Meaning("死亡"),
        "cannot_be_reached": Meaning("无法联系"),
    },
    reasons.AidDeclineReason: {
        "not_eligible": Meaning("不符合条件"),
        "no_means": Meaning("无相应资源"),
        "provided_already": Meaning("已提供过"),
        "she_declined": Meaning("本人谢绝"),
        "other": OTHER,
    },
    reasons.ErasureGround: {
        "purpose_ended": Meaning("目的已实现"),
        "consent_withdrawn": Meaning("撤回同意"),
        "court_order": Meaning("法院裁判"),
        "retention_ended": Meaning("保存期届满"),
    },
    **{codes: {code: Meaning(*w) for code, w in words.items()} for codes, words in CRITERIA_WORDS.items()},
}


def in_words(code: StrEnum) -> str:
    """The code and what it means: `S2 12338热线 12338 women's hotline`."""
    return f"{code} {MEANINGS[type(code)][code.value]}"
