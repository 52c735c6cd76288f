"""
The scenario: both registers are taken in, the federation transfers, the procuratorate shares, both take their courses.

Some acts cross: while the federation's node is down, both sides act, and neither sees the other's act before the node
is up again.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from rich.progress import Progress

from clue_exchange.clock import system_clock
from console.demo.county import County
from console.demo.officers import Officers, ScriptedClue, courses
from console.demo.stories import ACCEPT, CROSSING, STORIES, WITHDRAW
from console.wiring import Agency
from producers.intake import IntakeReport, bundled_mappings, take_in
from producers.opening import Reviewed, opening_facts
from producers.screening import Screener
from schemas.codes import Role

REGISTER_OF = {Role.federation: "complaints-2022-federation.csv", Role.procuratorate: "hotline-12309.xlsx"}
EACH_CROSSING = 3
"""How many clues take each crossing course."""


@dataclass(frozen=True, slots=True)
class Played:
    """
    What was played.

    Attributes:
        reports: what became of the rows of both registers.
        void: how many events the script makes void.
        outage: from when to when the federation's node was down.
    """

    reports: Sequence[IntakeReport]
    void: int
    outage: tuple[datetime, datetime]


def play(county: County, registers: Path, progress: Progress) -> Played:
    """
    Play the whole scenario; returns when both sides have all events, and know that the other has them.

    Raises:
        NotArrived: an event did not reach the other side.
    """
    reports = [_take_in(county.agencies[role], registers / REGISTER_OF[role], progress) for role in Role]
    officers = Officers(county.agencies)
    transferred = _hand_over(officers, Role.federation, "transferring 移送线索", progress)
    shared = _hand_over(officers, Role.procuratorate, "sharing 共享线索", progress)
    crossing, ordinary = transferred[: EACH_CROSSING * len(CROSSING)], transferred[EACH_CROSSING * len(CROSSING) :]
    void, outage = _cross(county, officers, crossing, progress)
    _take_courses(officers, ordinary, shared, progress)
    for clue in [*transferred, *shared]:
        for role in Role:
            officers.wait_until_seen(role, clue.clue_id, clue.issued)
    for role in Role:
        officers.wait_until_acknowledged(role)
    return Played(reports, void, outage)


def _take_in(agency: Agency, register: Path, progress: Progress) -> IntakeReport:
    task = progress.add_task(f"intake 登记导入 {agency.settings.role}", total=None)

    def advance(read: int, expected: int) -> None:
        progress.update(task, completed=read, total=max(read, expected))

    screener, kept = Screener.load(), agency.candidates()
    report = take_in(register, bundled_mappings(), kept, agency.store, screener, agency.clock, advance)
    read = report.rows_read  # what was expected counts lines, and a row may have several
    progress.update(task, completed=read, total=read)
    return report


def _hand_over(officers: Officers, role: Role, what: str, progress: Progress) -> list[ScriptedClue]:
    """A reviewer hands over every candidate in which screening found a category of the campaign."""
    agency = officers.agencies[role]
    found = [each for each in agency.candidates().list() if each.facts.categories]
    clues = []
    for candidate in progress.track(found, description=what):
        facts = opening_facts(candidate.facts, role, Reviewed(f"{role}-reviewer-1", "statutory_duty"))
        signed = agency.desk().hand_over(candidate.candidate_id, facts)
        clues.append(ScriptedClue(signed.envelope.clue_id))
        officers.wait_until_seen(role.other, clues[-1].clue_id, 1)
    return clues


def _cross(
    county: County, officers: Officers, clues: Sequence[ScriptedClue], progress: Progress
) -> tuple[int, tuple[datetime, datetime]]:
    """
    Both sides act while the federation's node is down, so that neither sees the other's act; then it starts again.

    Answers how many of these acts the other side's turn makes void, and how long the node was down.
    """
    pairs = list(zip(clues, (CROSSING * len(clues))[: len(clues)], strict=True))
    task = progress.add_task("acts that cross 交叉行为", total=len(pairs))
    for clue, crossing in pairs:
        for step in crossing.before:
            officers.act(clue, step)
    node, down = county.nodes[Role.federation], system_clock()
    node.stop()
    for clue, crossing in pairs:
        both_know = clue.issued
        for steps in (crossing.federation, crossing.procuratorate):
            for already, step in enumerate(steps):
                officers.act_unseen(clue, step, both_know + already)
        progress.advance(task)
    node.start()
    return sum(crossing.void for _, crossing in pairs), (down, system_clock())


def _take_courses(
    officers: Officers, transferred: Sequence[ScriptedClue], shared: Sequence[ScriptedClue], progress: Progress
) -> None:
    """Each clue takes the course of a kind of case; a shared one is accepted already."""
    for clue, story in zip(transferred, courses(len(transferred), STORIES), strict=True):
        clue.steps = story.steps
    accepted = [story for story in STORIES if story.steps[:1] == (ACCEPT,)]
    for clue, story in zip(shared, courses(len(shared), accepted), strict=True):
        clue.steps = [step for step in story.steps[1:] if step is not WITHDRAW]
    everybody = [*transferred, *shared]
    acts = progress.add_task("officers act 双方办理", total=sum(len(clue.steps) for clue in everybody))
    officers.play(everybody, lambda: progress.advance(acts))
