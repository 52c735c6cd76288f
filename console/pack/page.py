"""
The monthly pack as one HTML page: self-contained, without scripts, to be read on a screen and printed on A4.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from html import escape
from importlib.resources import files

from console.figure_words import COLUMNS, line_in_words, value_in_words
from console.pack.charted import chart_of_clues, chart_of_funnel, chart_of_money, chart_of_times
from console.pack.charts import bars_across, bars_by_month
from console.pack.headlines import headlines
from console.pack.words import (
    AGENDA,
    PARTIES,
    codes_in_words,
    lesson_in_words,
    meeting_in_words,
    month_in_words,
    state_in_words,
)
from console.words import Meaning
from consumers.monthly_pack.cases import Case
from consumers.monthly_pack.content import Pack
from consumers.statistics.lines import Figure, Line

Cells = Sequence[str]
NONE = '<p>无 <span lang="en">none</span></p>\n'


def page(pack: Pack) -> bytes:
    """The page. Everything in it is escaped; it loads nothing."""
    title = f"{month_in_words(pack.month)}司法救助线索联席会商材料"
    body = "".join((_head(pack, title), _charts(pack), _agenda(pack), _lessons(pack), _figures(pack), _foot(pack)))
    style = files("console.pack").joinpath("page.css").read_text(encoding="utf-8")
    return (
        '<!DOCTYPE html>\n<html lang="zh-CN">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n"
        f"<title>{escape(title)}</title>\n<style>\n{style}</style>\n</head>\n"
        f"<body>\n<main>\n{body}</main>\n</body>\n</html>\n"
    ).encode()


def _head(pack: Pack, title: str) -> str:
    tiles = "".join(
        f'<li><span class="number">{escape(each.number)}</span><span class="what">{escape(each.zh)}</span>'
        f'<span class="en" lang="en">{escape(each.en)}</span></li>'
        for each in headlines(pack)
    )
    return (
        f"<header><h1>{escape(title)}</h1>\n"
        f'<p lang="en">Papers of the joint monthly meeting, {pack.month}; as of {pack.month.last}</p>\n'
        f"<p>{escape(pack.federation)} 妇联 · {escape(pack.procuratorate)} 检察院 · 截至 {pack.month.last} · "
        f"据 {pack.events} 个生效事件</p>\n<p>{_both(meeting_in_words(pack.meeting))}</p></header>\n"
        '<section><h2>本月概况 <span lang="en">The month at a glance</span></h2>\n'
        f'<ul class="tiles">{tiles}</ul></section>\n'
    )


def _charts(pack: Pack) -> str:
    return (
        '<section><h2>图表 <span lang="en">Charts</span></h2>\n'
        f"{bars_by_month(chart_of_clues(pack))}{bars_by_month(chart_of_money(pack))}"
        f"{bars_across(chart_of_funnel(pack))}{bars_across(chart_of_times(pack))}</section>\n"
    )


def _agenda(pack: Pack) -> str:
    parts = ['<section><h2>会商事项 <span lang="en">Agenda</span></h2>\n']
    for agenda, (name, what) in AGENDA.items():
        found = [case for case in pack.cases if case.agenda == agenda]
        parts.append(f"<h3>{_both(name)}({len(found)})</h3>\n<p>{_both(what)}</p>\n")
        if agenda == "overdue" and found:
            parts.append(_by_duty(found))
        heads = (*_CASE_HEADS, *_SINCE.get(agenda, _SINCE_LAST))
        parts.append(_table(heads, map(_case, found), f"{name}", "cases") if found else NONE)
    return "".join((*parts, "</section>\n"))


def _by_duty(found: Sequence[Case]) -> str:
    """How many are overdue by duty and party, the most first: what a meeting begins with."""
    count = Counter((case.codes, case.party) for case in found)
    rows = [
        (codes_in_words(codes), f"{PARTIES[party]} {party}", str(number))
        for (codes, party), number in sorted(count.items(), key=lambda each: (-each[1], each[0]))
    ]
    return _table(("事项 duty", "责任方 party", "项数 number"), rows, "逾期事项汇总 Overdue, by duty", "words")


_CASE_HEADS = (
    "线索 clue",
    "事项、原因 duty or reason",
    "状态 state",
    "待办方 to act",
)
_SINCE_LAST = ("自 since", "工作日 working days")
_SINCE: Mapping[str, Cells] = {
    "overdue": ("期限 last day", "已逾期工作日 working days late"),
    "handed_over_late": ("期限 last day", "逾期工作日 working days late"),
}
"""What the last two columns tell: the agenda counts from the last event, or from the last day of the deadline."""


def _case(case: Case) -> Cells:
    urgent = "急 urgent · " if case.urgent else ""
    return (
        urgent + case.clue[:8],
        codes_in_words(case.codes),
        state_in_words(case),
        f"{PARTIES[case.party]} {case.party}",
        case.since,
        str(case.working_days),
    )


def _both(words: Meaning) -> str:
    return f'{escape(words.zh)} <span lang="en">{escape(words.en)}</span>'


def _lessons(pack: Pack) -> str:
    items = "".join(
        f'<li>{escape(zh)}<br><span lang="en">{escape(en)}</span></li>\n'
        for zh, en in map(lesson_in_words, pack.lessons)
    )
    told = f"<ul>{items}</ul>" if items else NONE
    return (
        f'<section><h2>经验与问题 <span lang="en">Lessons</span></h2>\n{told}\n'
        '<div class="minutes"><p>会商记录 <span lang="en">Minutes</span></p></div></section>\n'
    )


def _figures(pack: Pack) -> str:
    parts = ['<section><h2>统计数据 <span lang="en">Figures</span></h2>\n']
    for figure in pack.figures:
        formula = figure.formula
        heads = ("", *(str(COLUMNS[column]) for column in _columns(figure)))
        lines = [line for line in figure.lines if line.of == ("all",) or line.is_worth_showing]
        parts.append(
            f"<h3>{formula.key} {_both(Meaning(formula.zh, formula.en))}</h3>\n"
            f'<p class="formula">{_both(Meaning(formula.formula_zh, formula.formula_en))}</p>\n'
        )
        rows = [_line(figure, line) for line in lines]
        parts.append(_table(heads, rows, f"{formula.key} {formula.zh}") if rows else NONE)
    return "".join((*parts, "</section>\n"))


def _columns(figure: Figure) -> Cells:
    return (*figure.formula.columns, *(("share",) if figure.formula.ratio else ()))


def _line(figure: Figure, line: Line) -> Cells:
    share = figure.share(line)
    shares = ["–" if share is None else f"{share:.1%}"] if figure.formula.ratio else []
    numbers = [value_in_words(column, line.values[column]) for column in figure.formula.columns]
    return (line_in_words(line.of), *numbers, *shares)


def _table(heads: Cells, rows: Iterable[Cells], caption: str, kind: str = "numbers") -> str:
    head = "".join(f'<th scope="col">{escape(each)}</th>' for each in heads)
    body = "".join(
        f'<tr><th scope="row">{escape(first)}</th>{"".join(f"<td>{escape(cell)}</td>" for cell in rest)}</tr>\n'
        for first, *rest in rows
    )
    return (
        f'<table class="{kind}">'
        f"<caption>{escape(caption)}</caption><thead><tr>{head}</tr></thead>\n<tbody>{body}</tbody></table>\n"
    )


def _foot(pack: Pack) -> str:
    return (
        '<footer><h2>签署 <span lang="en">Signatures</span></h2>\n'
        "<p>双方对本材料内容的电子签名见同名签名文件;用 <code>clue-exchange monthly-pack check</code> 核验。 "
        '<span lang="en">Both agencies sign the content; the signatures are in the file beside this page.</span></p>\n'
        f"<p>内容摘要 SHA-256 of the content: <code>{pack.hash}</code><br>"
        f"事件摘要 SHA-256 of the events: <code>{pack.ledger}</code></p>\n"
        '<div class="sign"><p>妇联 federation(签章)</p><p>检察院 procuratorate(签章)</p></div></footer>\n'
    )
