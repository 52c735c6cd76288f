"""
The agreement in plain words, Chinese and English: what a person puts a name under.
"""

from collections.abc import Iterator, Mapping

from clue_exchange.keys.key_list import fingerprint
from console.duty_words import CHINESE_DUTIES
from console.words import MEANINGS
from schemas.agreement import Agreement
from schemas.codes import AidKind, Category, Role
from schemas.duty import Duty, Term


def words_of_codes() -> Mapping[str, str]:
    """What stands beside a code or a duty in the agreement's file."""
    codes = {code: str(meaning) for codes in (Category, AidKind) for code, meaning in MEANINGS[codes].items()}
    return codes | {duty.value: words for duty, words in CHINESE_DUTIES.items()}


def agreement_in_words(agreed: Agreement) -> Iterator[str]:
    """Every part of the text, then the keys to compare and the hash of the text."""
    parties = [agreed.party(role) for role in Role]
    begins, ends, years = agreed.valid_from, agreed.valid_until, agreed.keep_years
    names = [party.agency for party in parties]
    yield f"合作协议第 {agreed.version} 版:{names[0]}(妇联)与 {names[1]}(检察院),地区 {agreed.region}"
    yield f"  {begins} 至 {ends} 期间可移送、共享新线索;在办线索不受期限影响。材料保存 {years} 年。"
    yield f"Cooperation agreement, version {agreed.version}, between {names[0]} and {names[1]} ({agreed.level})"
    yield f"  Clues may be opened from {begins} to {ends}; running cases go on. Records are kept for {years} years."
    yield f"人员类别 categories: {', '.join(agreed.categories)}"
    for role in Role:
        contact = agreed.liaison.of(role)
        yield f"{role} 可提供 may tell: {', '.join(sorted(agreed.sharing.by(role)))}"
        yield f"{role} 联络 liaison: {contact.office} {contact.telephone}"
    yield "期限 deadlines: " + "; ".join(_term(duty, term) for duty, term in agreed.deadlines.by_duty())
    aid = (f"{kind} {terms.answered_by} ({terms.provider})" for kind, terms in agreed.aid.items())
    yield "帮扶答复方 further aid is answered for by: " + "; ".join(aid)
    yield f"会商 meeting: every {agreed.meeting.every_months} month(s), day {agreed.meeting.day}"
    limits = agreed.limits
    yield f"告警 alarms: gap {limits.gap_alarm_minutes} min, waiting {limits.waiting_alarm_minutes} min"
    yield "以下公钥请电话核对 Compare these keys by telephone:"
    for party in parties:
        yield f"  {party.agency}  签名 signing  {fingerprint(party.signing_key_bytes)}"
        yield f"  {party.agency}  接收 receiving  {fingerprint(party.receiving_key_bytes)}"
    yield f"文本摘要 hash of the text: {agreed.hash.hex()}"


def _term(duty: Duty, term: Term) -> str:
    length = f"{term.working_days} 个工作日" if term.working_days is not None else f"{term.months} 个月"
    return f"{CHINESE_DUTIES[duty]} {duty} {length}"
