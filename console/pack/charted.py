"""
What the charts of a pack show, taken from its figures.
"""

from collections.abc import Sequence

from console.figure_words import COLUMNS, STAGES
from console.pack.charts import Chart
from consumers.monthly_pack.content import Pack
from consumers.statistics.lines import Figure

FEN_A_YUAN = 100


def value(figures: Sequence[Figure], key: str, of: tuple[str, ...], column: str) -> int:
    """A number of a line; 0 where the figure has no such line."""
    lines = next(figure.lines for figure in figures if figure.formula.key == key)
    return next((line.values[column] or 0 for line in lines if line.of == of), 0)


def chart_of_clues(pack: Pack) -> Chart:
    """How many clues each side found, month by month."""
    found = [
        (name, [value(figures, "K3", ("origin", origin), "clues") for _, figures in pack.series])
        for origin, name in (
            ("federation", "妇联发现 by the federation"),
            ("procuratorate", "检察院发现 by the procuratorate"),
        )
    ]
    return Chart("各月新建线索(件) Clues opened, by month", [str(month) for month, _ in pack.series], found)


def chart_of_money(pack: Pack) -> Chart:
    """What was decided and paid, month by month, in thousands of yuan, rounded down."""
    found = [
        (name, [value(figures, "K8", ("all",), column) // (1000 * FEN_A_YUAN) for _, figures in pack.series])
        for column, name in (("decided_fen", "决定 decided"), ("paid_fen", "发放 paid"))
    ]
    return Chart("各月救助金额(千元) Aid by month, in 1,000 yuan", [str(month) for month, _ in pack.series], found)


def chart_of_funnel(pack: Pack) -> Chart:
    """How far the clues of the months that are shown have come."""
    columns = next(figure.formula.columns for figure in pack.figures if figure.formula.key == "F1")
    totals = [sum(value(figures, "F1", ("all",), column) for _, figures in pack.series) for column in columns]
    return Chart(
        f"近{len(pack.series)}个月线索曾到达的环节(件) Stages reached by the clues of these months",
        [str(COLUMNS[column]) for column in columns],
        [("件 clues", totals)],
    )


def chart_of_times(pack: Pack) -> Chart:
    """The median net working days to each stage, this month."""
    stages = ("acceptance", "application", "decision", "payment", "feedback")
    days = [value(pack.figures, "K4", (stage, "net"), "median") for stage in stages]
    return Chart(
        "本月到达各环节的净用时中位数(工作日) Median net working days to each stage, this month",
        [str(STAGES[stage]) for stage in stages],
        [("工作日 working days", days)],
    )
