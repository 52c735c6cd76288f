"""Intake: the registers of an agency, row by row, each row taken or refused with its reason."""

from producers.intake.errors import FileRefused, IntakeError, MappingInvalid, RowsUnaccounted
from producers.intake.flags import Flag
from producers.intake.mapping import RegisterMapping, bundled_mappings, load_mapping
from producers.intake.outcomes import NoEntry, NoEntryKind, Outcome, Refused, Taken
from producers.intake.reasons import Reason
from producers.intake.register import Register, open_register, read_register
from producers.intake.report import IntakeReport
from producers.intake.take_in import take_in

__all__ = [
    "FileRefused",
    "Flag",
    "IntakeError",
    "IntakeReport",
    "MappingInvalid",
    "NoEntry",
    "NoEntryKind",
    "Outcome",
    "Reason",
    "Refused",
    "Register",
    "RegisterMapping",
    "RowsUnaccounted",
    "Taken",
    "bundled_mappings",
    "load_mapping",
    "open_register",
    "read_register",
    "take_in",
]
