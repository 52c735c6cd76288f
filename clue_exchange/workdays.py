"""
Dates as they are in China: one zone, UTC+8, all year.
"""

from datetime import date, datetime, timedelta, timezone

CHINA = timezone(timedelta(hours=8), "CST")


def china_time(moment: datetime) -> str:
    """The moment as a person in China writes it, to the minute: 2026-09-25 00:30."""
    return f"{moment.astimezone(CHINA):%Y-%m-%d %H:%M}"


def china_date(moment: datetime) -> date:
    """The day that it is in China at this moment."""
    return moment.astimezone(CHINA).date()
