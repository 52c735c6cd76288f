"""
Every figure in one table: its key, its unit, its formula in words, and the function that counts it.

docs/statistics.md is this table for readers; tests/house/test_statistics_document.py compares the two.
"""

from consumers.statistics import aid_figures, clue_figures, duty_figures, person_figures, reason_figures, time_figures
from consumers.statistics.courses import Courses, until
from consumers.statistics.lines import Counted, Figure, Formula, Terms, Unit
from consumers.statistics.periods import Period

FORMULAS: tuple[Formula, ...] = (
    Formula(
        key="K1",
        unit=Unit.person,
        columns=("from_federation", "persons"),
        ratio=("from_federation", "persons"),
        count=person_figures.federation_share,
        zh="移送线索实际救助人数占救助人数比例",
        en="share of aided persons from federation clues",
        formula_zh="期内首次决定救助的人员中,线索由妇联发现的人数 ÷ 全部人数",
        formula_en="persons first granted aid in the period, in clues that the federation opened ÷ all such persons",
    ),
    Formula(
        key="K2",
        unit=Unit.clue,
        columns=("clues", "open", "with_outcome", "aided"),
        ratio=("aided", "with_outcome"),
        count=clue_figures.conversion,
        zh="线索转化率",
        en="conversion",
        formula_zh="期内建立的线索中,至少一人获决定救助的件数 ÷ 已有结果的件数;未有结果的单列",
        formula_en="clues opened in the period: with a person granted aid ÷ with an outcome; open ones apart",
    ),
    Formula(
        key="K3",
        unit=Unit.clue,
        columns=("clues", "all"),
        ratio=("clues", "all"),
        count=clue_figures.by_source_and_category,
        zh="线索来源与类别",
        en="clues by source and category",
        formula_zh="期内建立的线索中,各来源、各类别的件数 ÷ 全部件数;一件可属多类,类别合计可超过全部",
        formula_en="clues opened in the period: of each source or category ÷ all; a clue may be of several categories",
    ),
    Formula(
        key="K4",
        unit=Unit.working_day,
        columns=("n", "median", "p90", "max"),
        count=time_figures.times,
        zh="办理用时",
        en="time to each stage",
        formula_zh=(
            "期内首次到达该环节的线索,自建立之日起的工作日数:中位数、第90百分位(最近秩)、最大值;"
            "净用时扣除妇联持有待办的日数"
        ),
        formula_en=(
            "working days from the opening, for clues that first reach the stage in the period: median, 90th "
            "percentile (nearest rank), longest; net leaves out the days on which the federation held the turn"
        ),
    ),
    Formula(
        key="K5",
        unit=Unit.act,
        columns=("due", "on_time", "late"),
        ratio=("on_time", "due"),
        count=duty_figures.feedback_on_time,
        zh="按期反馈",
        en="feedback on time",
        formula_zh="反馈期限届满日在期内的线索中,按期办结反馈的件数 ÷ 应反馈件数;至期末未反馈的计为逾期",
        formula_en=(
            "feedback whose last day lies in the period: told by that day ÷ all of it; what is not told by the end of "
            "the period counts as late; a duty that the clue took off by another course does not count"
        ),
    ),
    Formula(
        key="K6",
        unit=Unit.act,
        columns=("count", "disputed", "overturned"),
        count=reason_figures.by_reason,
        zh="退回、不予救助、转送、撤回的原因",
        en="returned, declined, redirected, refused, withdrawn, by reason",
        formula_zh="期内各项决定按原因代码和责任方计数;经异议后重新受理的为推翻,另列",
        formula_en=(
            "acts of the period by reason code and responsible party; overturned: disputed, and the clue was taken up "
            "after that; an act with several reasons counts once for each"
        ),
    ),
    Formula(
        key="K7",
        unit=Unit.act,
        columns=("requested", "provided", "declined", "open"),
        ratio=("provided", "requested"),
        count=aid_figures.aid_by_kind,
        zh="多元帮扶",
        en="further aid by kind",
        formula_zh="期内提出的帮扶请求按种类计数,及至期末已提供、未提供、未答复的数目",
        formula_en="requests of the period by kind, and how many are provided, declined and open at the end of it",
    ),
    Formula(
        key="K8",
        unit=Unit.fen,
        columns=("persons", "decided_fen", "paid_fen", "per_person_fen"),
        count=person_figures.amounts,
        zh="救助金额",
        en="money",
        formula_zh="期内决定、发放的金额(分),期内获决定金额的人数(每人计一次)及人均决定金额;一件线索属多类的,在各类中均计入",
        formula_en=(
            "fen decided and fen paid in the period, the persons on whom it was decided, each once, and fen decided ÷ "
            "these persons, rounded down; money of a clue of several categories counts in each of them"
        ),
        version=2,
    ),
    Formula(
        key="K9",
        unit=Unit.act,
        columns=("planned", "held_as_planned", "visits", "new_needs"),
        ratio=("held_as_planned", "planned"),
        count=aid_figures.visits,
        zh="回访",
        en="follow-up visits",
        formula_zh="计划在期内进行的回访中,至期末已按该计划见到本人的次数 ÷ 计划次数;期内回访的结果及新需求",
        formula_en=(
            "visits planned for the period that a visit by its end names, at which she was met ÷ visits planned; what "
            "the visits of the period found, and new needs"
        ),
    ),
    Formula(
        key="F1",
        unit=Unit.clue,
        columns=("opened", *clue_figures.FUNNEL),
        count=clue_figures.funnel,
        zh="办理漏斗",
        en="funnel",
        formula_zh="期内建立的线索中,曾到达各环节的件数,按来源和类别",
        formula_en="clues opened in the period that ever reached each stage, by source and category",
    ),
    Formula(
        key="F2",
        unit=Unit.act,
        columns=("ended", "on_time", "overdue"),
        count=duty_figures.duties,
        zh="各项期限",
        en="duties and their deadlines",
        formula_zh="期内完成的各项事项及其中按期的件数;期末仍在计时且已超过期限的件数,按事项和责任方",
        formula_en=(
            "duties done in the period, and how many of them by their last day; those that run past their last "
            "day at the end of it; by duty and party"
        ),
    ),
    Formula(
        key="F3",
        unit=Unit.clue,
        columns=("clues", "dated", "on_time", "late"),
        ratio=("on_time", "dated"),
        count=clue_figures.handing_over,
        zh="按期移送",
        en="handed over in time",
        formula_zh="期内建立的线索中,自发现之日起在协议期限内移送或共享的件数 ÷ 注明发现日期的件数",
        formula_en=(
            "clues opened in the period: handed over within the agreement's days from the day of finding ÷ those that "
            "tell this day"
        ),
    ),
)

BY_KEY = {formula.key: formula for formula in FORMULAS}


def figures(courses: Courses, period: Period, terms: Terms) -> tuple[Figure, ...]:
    """Every figure of the period, in the order of the table. A pure function of the courses."""
    counted = Counted(until(courses, period.as_of), period, terms)
    return tuple(Figure(formula, period, tuple(formula.count(counted))) for formula in FORMULAS)
