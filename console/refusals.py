"""
What a person reads when an act is refused: the commands that are meant, not the events behind them.
"""

from console.words import CHINESE_STATES
from schemas.catalog import BY_NAME
from schemas.errors import ContractError, InvalidEvent, NotLegal
from schemas.view import State


def refusal(error: ContractError) -> str:
    """Say which command is refused, why, and which ones this side can give now."""
    match error:
        case NotLegal():
            can = ", ".join(map(_command, error.possible)) or "nothing 无"
            state = f"{error.state} {CHINESE_STATES[State(error.state)]}"
            return (
                f"{_command(error.event_type)} is not possible: {error.why}. "
                f"The clue is {state}, the turn is the {error.turn}'s; possible 现可: {can}"
            )
        case InvalidEvent():
            return f"{_command(error.event_type)}: {'; '.join(error.problems)}"
        case _:
            return str(error)


def _command(event_type: str) -> str:
    row = BY_NAME.get(event_type)
    return f"{row.verb} {row.chinese}" if row else event_type
