"""
What is marked on a row that is taken all the same: a person sees it, and no clue is lost for it.
"""

from enum import StrEnum


class Flag(StrEnum):
    """Stable codes; a flag says something about the row's form, never what stands in it."""

    received_on_missing = "received_on_missing"
    source_missing = "source_missing"
    source_unrecognised = "source_unrecognised"
    name_missing = "name_missing"
    name_incomplete = "name_incomplete"
    phone_malformed = "phone_malformed"
    phone_with_note = "phone_with_note"
    address_refers_to_nothing = "address_refers_to_nothing"
    digits_lost = "digits_lost"
    id_number_length_wrong = "id_number_length_wrong"
    id_number_characters_wrong = "id_number_characters_wrong"
    id_number_region_unknown = "id_number_region_unknown"
    id_number_region_abolished = "id_number_region_abolished"
    id_number_birth_date_wrong = "id_number_birth_date_wrong"
    id_number_check_wrong = "id_number_check_wrong"
    id_number_15_digits = "id_number_15_digits"
    formula_text = "formula_text"
    formula_cell = "formula_cell"
    hidden_row = "hidden_row"


NORMALISED = "normalised:"


def normalised(field: str) -> str:
    """The flag that says that a field was brought into normal form (full-width digits, blanks inside)."""
    return NORMALISED + field
