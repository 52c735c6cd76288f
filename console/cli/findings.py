"""
What screening found in a narrative, for the reviewer: passages marked in the text, then each with its label.
"""

from collections.abc import Sequence

from rich.console import Console
from rich.text import Text

from producers.candidate import URGENT, Facts, Span

_STYLES = {URGENT: "bold reverse red"}
_STYLE = "bold reverse"


def show_findings(narrative: str, facts: Facts, console: Console) -> None:
    """Show labels, urgency and the narrative with its passages marked, and once more in words for pipes."""
    told = ", ".join(facts.labels) or "no label 无标签"
    console.print(f"{told}{' · urgent 紧急' if facts.urgent else ''}", highlight=False)
    console.print(marked(narrative, facts.evidence))
    for span in facts.evidence:
        console.print(Text(f"  {span.label}: {narrative[span.start : span.end]}"))


def marked(narrative: str, spans: Sequence[Span]) -> Text:
    """The narrative with the passages marked; urgent ones in red."""
    text = Text(narrative)
    for span in spans:
        text.stylize(_STYLES.get(span.label, _STYLE), span.start, span.end)
    return text
