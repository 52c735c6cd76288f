"""
Charts as SVG in the page: no script, no image file; every bar has its number beside it, so colour alone says nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

FIRST, SECOND = "#1f4e79", "#c55a11"
WIDTH, BAR, GAP, LABEL = 640, 22, 10, 190
PLOT_HEIGHT, FOOT, HEAD = 150, 24, 26


@dataclass(frozen=True, slots=True)
class Chart:
    """
    What a chart shows.

    Attributes:
        title: in both languages; what a screen reader says.
        labels: of the bars. series: each a name and one number a bar; one or two of them.
    """

    title: str
    labels: Sequence[str]
    series: Sequence[tuple[str, Sequence[int]]]

    @property
    def highest(self) -> int:
        return max((number for _, numbers in self.series for number in numbers), default=0) or 1


def bars_across(chart: Chart) -> str:
    """Horizontal bars of one series, for stages and reasons with long names."""
    _, numbers = chart.series[0]
    height = len(numbers) * (BAR + GAP) + GAP
    room = WIDTH - LABEL - 60
    marks = []
    for place, (label, number) in enumerate(zip(chart.labels, numbers, strict=True)):
        top = GAP + place * (BAR + GAP)
        long = round(room * number / chart.highest)
        marks.append(
            f'<text x="{LABEL - 8}" y="{top + 16}" text-anchor="end">{escape(label)}</text>'
            f'<rect x="{LABEL}" y="{top}" width="{long}" height="{BAR}" fill="{FIRST}"/>'
            f'<text x="{LABEL + long + 6}" y="{top + 16}">{number:,}</text>'
        )
    return _svg(chart, height, marks)


def bars_by_month(chart: Chart) -> str:
    """Vertical bars of one or two series, side by side, a group a month."""
    step = (WIDTH - 20) // max(1, len(chart.labels))
    wide = min(46, (step - 16) // len(chart.series))
    floor = HEAD + PLOT_HEIGHT
    marks = [_legend(chart), f'<line x1="10" y1="{floor}" x2="{WIDTH - 10}" y2="{floor}" stroke="#555"/>']
    for place, label in enumerate(chart.labels):
        left = 10 + place * step + (step - wide * len(chart.series)) // 2
        for which, (_, numbers) in enumerate(chart.series):
            tall = round((PLOT_HEIGHT - 20) * numbers[place] / chart.highest)
            x = left + which * wide
            marks.append(
                f'<rect x="{x}" y="{floor - tall}" width="{wide - 4}" height="{tall}" fill="{(FIRST, SECOND)[which]}"/>'
                f'<text x="{x + wide // 2 - 2}" y="{floor - tall - 5}" text-anchor="middle">{numbers[place]:,}</text>'
            )
        middle = 10 + place * step + step // 2
        marks.append(f'<text x="{middle}" y="{floor + 17}" text-anchor="middle">{escape(label)}</text>')
    return _svg(chart, floor + FOOT, marks)


def _legend(chart: Chart) -> str:
    if len(chart.series) == 1:
        return ""
    return "".join(
        f'<rect x="{10 + which * 260}" y="2" width="14" height="14" fill="{(FIRST, SECOND)[which]}"/>'
        f'<text x="{30 + which * 260}" y="14">{escape(name)}</text>'
        for which, (name, _) in enumerate(chart.series)
    )


def _svg(chart: Chart, height: int, marks: Sequence[str]) -> str:
    numbers = "; ".join(
        f"{name}: " + ", ".join(f"{label} {number}" for label, number in zip(chart.labels, values, strict=True))
        for name, values in chart.series
    )
    return (
        f'<figure><figcaption>{escape(chart.title)}</figcaption><svg role="img" viewBox="0 0 {WIDTH} {height}" '
        f'width="{WIDTH}" height="{height}" xmlns="http://www.w3.org/2000/svg">'
        f"<title>{escape(chart.title)}</title><desc>{escape(numbers)}</desc>{''.join(marks)}</svg></figure>\n"
    )
