"""
What a person reads when an act is refused.
"""

from console.refusals import refusal
from schemas.errors import InvalidEvent, NotLegal


def test_a_refusal_names_commands_and_not_events() -> None:
    """Who reads it can type what it says is possible."""
    error = NotLegal(None, "CaseClosed", "accepted", "procuratorate", "nothing is decided yet", ("ClueReturned",))

    assert refusal(error) == (
        "close 办结反馈 is not possible: nothing is decided yet. The clue is accepted 已受理, "
        "the turn is the procuratorate's; possible 现可: return 退回补充"
    )


def test_where_nothing_is_possible_it_says_so() -> None:
    """An empty list would look like a fault."""
    assert refusal(NotLegal(None, "CaseClosed", "withdrawn", "nobody", "it has ended", ())).endswith(": nothing 无")


def test_fields_that_contradict_each_other_are_told_under_the_command() -> None:
    """Also where the type is no event of a clue, as an agreement."""
    assert refusal(InvalidEvent("ClueReturned", ("reason: is missing",))).startswith("return 退回")
    assert refusal(InvalidEvent("Agreement", ("parties: is left out",))) == "Agreement: parties: is left out"
