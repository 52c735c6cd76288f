"""
The agreement: what both signed and nothing else; every problem is named.
"""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
import yaml

from clue_exchange.agreement_check import problems_at, problems_on
from clue_exchange.agreement_file import read_agreement, write_agreement
from clue_exchange.agreements import SignedAgreement
from clue_exchange.errors import AgreementInvalid
from clue_exchange.keys.ceremony import party_for
from clue_exchange.keys.keystore import PrivateKeys
from clue_exchange.keys.public_key_file import read_public_keys, write_public_keys
from schemas.agreement import Agreement
from schemas.codes import Role
from tests.two_sides import BEGINS, FEDERATION, NAMES, PROCURATORATE, a_ceremony

CEREMONY = a_ceremony()
SIGNED = CEREMONY.signed
KEYS = CEREMONY.keys


def changed(**fields: object) -> SignedAgreement:
    """The same signatures under another text."""
    return replace(SIGNED, agreement=Agreement.read({**SIGNED.agreement.model_dump(), **fields}))


def test_an_agreement_comes_back_from_its_file(tmp_path: Path) -> None:
    """Text, hash and signatures."""
    path = tmp_path / "agreement.yaml"
    write_agreement(path, SIGNED)

    again = read_agreement(path)

    assert again == SIGNED
    assert again.agreement.hash == SIGNED.agreement.hash
    assert again.problems() == ()
    again.require_valid()


def test_a_text_that_was_changed_by_one_character_is_not_what_both_signed(tmp_path: Path) -> None:
    """Each character of the file in turn: unreadable, unsigned, or the same agreement in another spelling."""
    path = tmp_path / "agreement.yaml"
    write_agreement(path, SIGNED)
    text = path.read_text(encoding="utf-8")
    accepted = []
    for place, character in enumerate(text):
        path.write_text(text[:place] + ("1" if character != "1" else "2") + text[place + 1 :], encoding="utf-8")
        try:
            read = read_agreement(path)
        except AgreementInvalid:
            continue
        if not read.problems() and read != SIGNED:
            accepted.append((place, character))

    assert accepted == []


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("version", 2),
        ("valid_from", date(2026, 1, 2)),
        ("valid_until", date(2036, 1, 1)),
        ("keep_years", 11),
        ("federation", party_for(FEDERATION, PrivateKeys.generate())),
        ("procuratorate", party_for("procuratorate-110102", KEYS[Role.procuratorate])),
    ],
)
def test_no_field_can_be_changed_after_signing(field: str, value: object) -> None:
    """The signatures are over the whole text."""
    assert len(changed(**{field: value}).problems()) >= 2
    with pytest.raises(AgreementInvalid):
        changed(**{field: value}).require_valid()


def test_a_missing_signature_is_named_with_whose_it_is() -> None:
    """So is one of somebody who is no party."""
    alone = replace(SIGNED, signatures={FEDERATION: SIGNED.signatures[FEDERATION]})
    crowd = replace(SIGNED, signatures={**SIGNED.signatures, "court-110101": b"x" * 64})

    assert replace(SIGNED, signatures={}).problems() == (
        f"{FEDERATION} has not signed",
        f"{PROCURATORATE} has not signed",
    )
    assert alone.problems() == (f"{PROCURATORATE} has not signed",)
    assert crowd.problems() == ("court-110101 is no party of it",)


def test_signatures_cannot_be_exchanged_between_the_parties() -> None:
    """Each signs for itself."""
    ours, theirs = SIGNED.signatures[FEDERATION], SIGNED.signatures[PROCURATORATE]

    assert len(replace(SIGNED, signatures={FEDERATION: theirs, PROCURATORATE: ours}).problems()) == 2


def test_only_the_key_that_the_agreement_names_can_sign() -> None:
    """Another key here means that the agreement was made from other files."""
    party = SIGNED.agreement.party(Role.federation)

    with pytest.raises(AgreementInvalid, match="another signing key"):
        SIGNED.signed_by(party, PrivateKeys.generate().signing[0])


@pytest.mark.parametrize(
    ("on", "is_in_force"),
    [(date(2025, 12, 31), False), (BEGINS, True), (date(2027, 1, 1), True), (date(2027, 1, 2), False)],
)
def test_it_is_in_force_from_its_first_to_its_last_day(on: date, is_in_force: bool) -> None:
    """Both days count."""
    assert (problems_on(SIGNED, on) == ()) == is_in_force
    assert is_in_force or "not in force" in problems_on(SIGNED, on)[0]


def test_other_parties_and_other_keys_are_named() -> None:
    """What a node compares with its own settings and key file."""
    agreed, ours = SIGNED.agreement, KEYS[Role.federation]

    assert problems_at(agreed, FEDERATION, PROCURATORATE, ours) == ()
    assert problems_at(agreed, FEDERATION, PROCURATORATE, ours.with_new_signing_key()) == ()
    assert "not between" in problems_at(agreed, FEDERATION, "procuratorate-110102", ours)[0]
    assert [
        each.split(" of ")[0] for each in problems_at(agreed, FEDERATION, PROCURATORATE, PrivateKeys.generate())
    ] == [
        "it names a signing key",
        "it names a receiving key",
    ]


@pytest.mark.parametrize(
    "content",
    [
        "",
        "- a list",
        "version: [",
        "text",
        "version: 1",
        "signatures: {federation-110101: '*'}",
        "signatures: [1]",
        "signatures: {federation-110101: 7}",
        "!!python/object/apply:os.system ['true']",
        "a: &a [*a]",
    ],
)
def test_what_is_no_agreement_is_refused_by_the_name_of_the_file(tmp_path: Path, content: str) -> None:
    """One clear line, whatever the file holds; nothing in it is ever run."""
    path = tmp_path / "agreement.yaml"
    path.write_text(content, encoding="utf-8")

    with pytest.raises(AgreementInvalid, match=r"agreement\.yaml"):
        read_agreement(path)
    with pytest.raises(AgreementInvalid, match=r"agreement\.yaml"):
        read_public_keys(path)


def test_a_file_that_is_not_text_or_not_there_is_refused(tmp_path: Path) -> None:
    """One clear line."""
    path = tmp_path / "agreement.yaml"
    for read in (read_agreement, read_public_keys):
        with pytest.raises(AgreementInvalid, match="No such file"):
            read(tmp_path / "nowhere.yaml")
    path.write_bytes(b"\xff\xfe\x00")
    for read in (read_agreement, read_public_keys):
        with pytest.raises(AgreementInvalid):
            read(path)


def test_a_party_must_be_what_its_place_says_and_days_in_their_order() -> None:
    """A federation is no procuratorate."""
    content = SIGNED.agreement.model_dump()
    exchanged = {**content, "federation": content["procuratorate"], "procuratorate": content["federation"]}

    for wrong in (exchanged, {**content, "valid_until": date(2020, 1, 1)}, {**content, "keep_years": 2}):
        with pytest.raises(Exception, match="Agreement"):
            Agreement.read(wrong)


def test_public_keys_come_back_from_their_file_and_nothing_private_is_in_it(tmp_path: Path) -> None:
    """What one agency gives to the other."""
    party = party_for(NAMES[Role.federation], KEYS[Role.federation])
    path = tmp_path / "public-keys.yaml"
    write_public_keys(path, party)

    assert read_public_keys(path) == party
    assert set(yaml.safe_load(path.read_text(encoding="utf-8"))) == {"agency", "signing_key", "receiving_key"}
