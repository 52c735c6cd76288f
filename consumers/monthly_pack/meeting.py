"""
When the parties meet next, as the agreement says.
"""

from collections.abc import Iterable

from consumers.statistics.periods import Month
from schemas.agreement import Agreement
from schemas.working_days import Calendar, Due, after_working_days

MONTHS_AHEAD = 12


def next_meeting(versions: Iterable[Agreement], calendar: Calendar, month: Month) -> Due | None:
    """
    The first meeting after a month: on the agreed day, or on the next working day where it is none.

    Months are counted from the one in which the version begins that is the newest on the month's first day. None
    where no version has begun.
    """
    known = sorted(versions, key=lambda agreement: agreement.version)
    for _ in range(MONTHS_AHEAD):
        month = month.next
        begun = [agreement for agreement in known if agreement.valid_from <= month.first]
        if begun and _months_between(Month.of(begun[-1].valid_from), month) % begun[-1].meeting.every_months == 0:
            return after_working_days(calendar, month.first.replace(day=begun[-1].meeting.day), 0)
    return None


def _months_between(earlier: Month, later: Month) -> int:
    return 12 * (later.year - earlier.year) + later.month - earlier.month
