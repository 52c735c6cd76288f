"""
The numbers that a meeting looks at first.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from console.pack.charted import FEN_A_YUAN, value
from consumers.monthly_pack.content import Pack


@dataclass(frozen=True, slots=True)
class Headline:
    """A number and what it is."""

    number: str
    zh: str
    en: str


def headlines(pack: Pack) -> Iterator[Headline]:
    """A ratio comes with both its numbers."""

    def of(key: str, column: str) -> int:
        return value(pack.figures, key, ("all",), column)

    yield Headline(f"{of('K3', 'clues')} 件", "本月新建线索", "clues opened")
    yield Headline(f"{of('K1', 'persons')} 人", "本月决定救助", "persons granted aid")
    yield Headline(f"{of('K8', 'decided_fen') // FEN_A_YUAN:,} 元", "本月决定金额", "decided, yuan")
    yield Headline(f"{of('K8', 'paid_fen') // FEN_A_YUAN:,} 元", "本月发放金额", "paid, yuan")
    yield _share(
        "K1 妇联线索救助人数占比", "share from federation clues", of("K1", "from_federation"), of("K1", "persons")
    )
    yield _share("K2 线索转化率(已有结果)", "conversion", of("K2", "aided"), of("K2", "with_outcome"))
    yield _share("K5 按期反馈", "feedback on time", of("K5", "on_time"), of("K5", "due"))
    overdue = sum(case.agenda == "overdue" for case in pack.cases)
    yield Headline(f"{overdue} 项", "月末逾期事项", "overdue at the month's end")


def _share(zh: str, en: str, part: int, whole: int) -> Headline:
    told = f"{part / whole:.1%}" if whole else "–"
    return Headline(f"{told}", f"{zh}({part}/{whole})", f"{en} ({part} of {whole})")
