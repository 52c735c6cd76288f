"""
The code lists of the exchange, each an Avro enum of the same name and symbols.

A code is stable: it is never renamed, never removed and never given a second meaning. None is added to a released list
either, for the other side's version could not read it (`schemas check`): a new code comes with a new event type, and
`other` with words serves until then. The words are personal data and go into the particulars.

Sources: the circulars of 2022 and 2023, the Rules of the Supreme People's Procuratorate of 2021
(《人民检察院开展国家司法救助工作细则》), the trial rules of 2016 for the papers. Chinese names: docs/glossary.md.
"""

from enum import StrEnum


class Role(StrEnum):
    """The two parties of every clue."""

    federation = "federation"
    procuratorate = "procuratorate"

    @property
    def other(self) -> "Role":
        return Role.procuratorate if self is Role.federation else Role.federation


class Source(StrEnum):
    """Where a clue was found: S1 to S4 by a federation, S5 to S10 by a procuratorate."""

    S1 = "S1"  # letters and visits 来信来访
    S2 = "S2"  # 12338 women's hotline
    S3 = "S3"  # home visits 走访关爱
    S4 = "S4"  # legal-aid, charity and school-help projects
    S5 = "S5"  # online complaint platform 网上信访信息系统
    S6 = "S6"  # 12309 telephone
    S7 = "S7"  # 12309 web
    S8 = "S8"  # case work 办案
    S9 = "S9"  # special campaign 专项工作
    S10 = "S10"  # data model 数据模型
    other = "other"


FEDERATION_SOURCES = frozenset({Source.S1, Source.S2, Source.S3, Source.S4, Source.other})
PROCURATORATE_SOURCES = frozenset(Source) - frozenset({Source.S1, Source.S2, Source.S3, Source.S4})


class Category(StrEnum):
    """The campaign's groups "5+2" of the circulars of 2022 and 2023."""

    W1 = "W1"  # rural woman monitored against a return to poverty
    W2 = "W2"  # victim of domestic violence, sexual assault, trafficking or the like
    W3 = "W3"  # main earner killed or disabled by crime
    W4 = "W4"  # seriously ill or disabled
    W5 = "W5"  # old woman without able supporters
    W6 = "W6"  # hardship from discrimination, harassment at work or similar torts
    W7 = "W7"  # divorce suit because of domestic violence, real hardship


class LegalBasis(StrEnum):
    """Why the disclosure is lawful (PIPL arts. 13, 23, 34)."""

    consent = "consent"
    statutory_duty = "statutory_duty"
    protection_of_life_and_health = "protection_of_life_and_health"


class PersonRole(StrEnum):
    """What a person of the household is in the clue."""

    applicant = "applicant"
    minor_child = "minor_child"
    supported_elder = "supported_elder"
    other_dependant = "other_dependant"


class AgeBand(StrEnum):
    """Age on the day of the event; under 14 is the strictest class (PIPL arts. 28, 31)."""

    under_14 = "under_14"
    from_14_to_17 = "from_14_to_17"
    from_18_to_59 = "from_18_to_59"
    from_60 = "from_60"
    unknown = "unknown"


class IdNumberState(StrEnum):
    """How far an identity number can be relied on; a wrong one never loses a clue."""

    well_formed = "well_formed"
    stated_unverified = "stated_unverified"
    none = "none"
    foreign_document = "foreign_document"


class Paper(StrEnum):
    """The papers of an application (trial rules of 2016)."""

    M1 = "M1"  # application
    M2 = "M2"  # identity
    M3 = "M3"  # damage
    M4 = "M4"  # hardship
    M5 = "M5"  # compensation or aid already had
    M6 = "M6"  # kinship
    M7 = "M7"  # authorisation
    M8 = "M8"  # others


class Body(StrEnum):
    """The body that a clue is redirected to, or that provides further aid."""

    court = "court"
    police = "police"
    judicial_administration = "judicial_administration"
    other_procuratorate = "other_procuratorate"
    civil_affairs = "civil_affairs"
    federation = "federation"
    procuratorate = "procuratorate"
    education = "education"
    health = "health"
    human_resources = "human_resources"
    housing = "housing"
    charity = "charity"
    other = "other"


class Helper(StrEnum):
    """With whose help the application was made."""

    herself = "herself"
    representative = "representative"
    procuratorate = "procuratorate"
    federation = "federation"
    legal_aid = "legal_aid"
    other = "other"


class ApplicationForm(StrEnum):
    """An application is in writing, or oral with a record."""

    written = "written"
    oral_with_record = "oral_with_record"


class Stage(StrEnum):
    """What a progress report tells; `funds_arrived` starts the collection clock."""

    informed_of_right = "informed_of_right"
    papers_fetched = "papers_fetched"
    under_review = "under_review"
    opinion_given = "opinion_given"
    committee_consulted = "committee_consulted"
    funds_requested = "funds_requested"
    funds_arrived = "funds_arrived"
    told_to_collect = "told_to_collect"
    other_body_answered = "other_body_answered"
    other = "other"


class BodyAnswer(StrEnum):
    """What became of a clue at the body that it was redirected to."""

    taken_up = "taken_up"
    refused = "refused"
    no_answer = "no_answer"


class Outcome(StrEnum):
    """The feedback told to the federation when a case is closed."""

    aid_paid = "aid_paid"
    aid_refused = "aid_refused"
    handled_elsewhere = "handled_elsewhere"
    ended_early = "ended_early"


class OutcomeScale(StrEnum):
    """What a follow-up visit found."""

    improved = "improved"
    stable = "stable"
    unchanged = "unchanged"
    worse = "worse"
    not_met = "not_met"


class AidKind(StrEnum):
    """The kinds of further aid 多元帮扶."""

    A01 = "A01"  # minimum living allowance
    A02 = "A02"  # temporary relief
    A03 = "A03"  # medical fees, insurance
    A04 = "A04"  # work, public-service job, training
    A05 = "A05"  # schooling of children
    A06 = "A06"  # housing
    A07 = "A07"  # household registration
    A08 = "A08"  # psychological support
    A09 = "A09"  # legal aid, support in suing
    A10 = "A10"  # family-education guidance
    A11 = "A11"  # recognition of children in difficulty
    A12 = "A12"  # charity money or goods


class AidAnswer(StrEnum):
    """How a request for further aid ends."""

    provided = "provided"
    declined = "declined"
