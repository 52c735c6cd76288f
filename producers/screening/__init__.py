"""Screening: a narrative in Chinese → proposed labels, urgency, the passages that speak for them and against them."""

from producers.screening.findings import Evidence, Label, Objection, ObjectionKind, Screening, UrgentEvidence
from producers.screening.screener import Screener

__all__ = ["Evidence", "Label", "Objection", "ObjectionKind", "Screener", "Screening", "UrgentEvidence"]
