"""
What officers read of dead letters: why each could not be taken in, in Chinese and in English.
"""

from collections.abc import Mapping

from console.words import Meaning
from consumers.dead_letters import Reason, Resolution

REASONS: Mapping[Reason, Meaning] = {
    Reason.NO_VALUE: Meaning("无内容", "no value where the journal has none"),
    Reason.TOO_LARGE: Meaning("超过大小上限", "larger than 256 KiB"),
    Reason.NOT_FRAMED: Meaning("不是本系统的记录", "not a record of this exchange"),
    Reason.UNKNOWN_FINGERPRINT: Meaning("版本未知", "a schema that this version does not have"),
    Reason.NOT_CANONICAL: Meaning("编码不唯一", "not the one spelling of its value"),
    Reason.MALFORMED: Meaning("格式错误", "not a value of its schema"),
    Reason.BAD_SIGNATURE: Meaning("签名不成立", "not signed by the topic's owner, damaged, or copied from elsewhere"),
    Reason.KEY_MISMATCH: Meaning("记录键不符", "the record key is not what the signed bytes say"),
    Reason.HEADER_MISMATCH: Meaning("头信息不符", "a header contradicts the signed bytes"),
    Reason.SENDER_MISMATCH: Meaning("发送方不符", "another sender than the topic's owner"),
    Reason.WRONG_JOURNAL: Meaning("日志不符", "an event type of the other journal"),
    Reason.SUITE_REFUSED: Meaning("加密方式不接受", "protected in a way that is not taken here"),
    Reason.AGREEMENT_MISMATCH: Meaning("协议文本不符", "another text of this version of the agreement is adopted here"),
    Reason.EVENT_ID_REUSED: Meaning("事件号重复", "other bytes under an event id that is taken"),
    Reason.NUMBER_REUSED: Meaning("编号重复", "other bytes under a journal number that is taken"),
    Reason.PART_UNREADABLE: Meaning("密文无法打开", "facts or particulars are not sealed for this place"),
    Reason.INVALID_EVENT: Meaning("内容自相矛盾", "the fields break the model or contradict each other"),
    Reason.KEY_NOT_FOR_US: Meaning("密钥不是给本方的", "no key in it opens here"),
    Reason.KEY_REUSED: Meaning("密钥重复", "another key under an id, or for a person, that is taken"),
    Reason.TOMBSTONE: Meaning("密钥被删但无删除请求", "a key was deleted without an erasure that is known here"),
}

RESOLUTIONS: Mapping[Resolution, Meaning] = {
    Resolution.REPLAYED: Meaning("已重放", "taken in by a replay"),
    Resolution.HELD: Meaning("已另行收到", "the same signed bytes are here"),
    Resolution.DISMISSED: Meaning("已处理", "a person has looked"),
}

BECAME: Mapping[str, Meaning] = {
    "applied": Meaning("已生效", "takes effect"),
    "void": Meaning("无效", "is void: kept and shown, never applied"),
    "waiting": Meaning("等待", "waits for what it builds on, or for a key"),
    "key": Meaning("密钥已收", "its key is taken in"),
    "held": Meaning("已有", "is here already: no effect"),
    "passed_over": Meaning("不是给本方的", "is for another agency: no effect"),
}
