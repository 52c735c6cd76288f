"""Certificates of our own authorities, and what a client may be configured with."""

import json
import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID
from pydantic import ValidationError

from clue_exchange.doors.certificates import Authority, Issued, show
from clue_exchange.doors.kafka_security import KafkaSecurity
from clue_exchange.doors.local_security import local_security
from clue_exchange.errors import SettingsInvalid
from console.cli.certificates import certificates
from schemas.codes import Role
from tests.two_sides import settings_for

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
AGENCY = "federation-110101"


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    """An authority at a set time."""
    return Authority.open(tmp_path / "clients", lambda: NOW)


def parsed(issued: Issued) -> x509.Certificate:
    return x509.load_pem_x509_certificate(issued.certificate.read_bytes())


def test_a_client_is_named_by_agency_and_unit(authority: Authority) -> None:
    """The broker's rule makes the principal of it; it cannot serve."""
    certificate = parsed(authority.issue_client(AGENCY))

    usage = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    assert certificate.subject.rfc4514_string() == f"CN={AGENCY},OU=clients,O=ClueExchange"
    assert list(usage) == [ExtendedKeyUsageOID.CLIENT_AUTH]
    assert isinstance(certificate.public_key(), ec.EllipticCurvePublicKey)


def test_a_broker_may_serve_and_call_and_says_where_it_is_met(authority: Authority) -> None:
    """This machine's names, and those that are given."""
    files = authority.issue_broker("broker-1", ["kafka-1", "10.0.0.1"])

    usage = parsed(files).extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    assert set(usage) == {ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH}
    assert show(files.certificate, NOW).hosts == ("127.0.0.1", "localhost", "kafka-1", "10.0.0.1")


def test_nobody_but_the_owner_reads_the_files(authority: Authority) -> None:
    """Keys, and everything beside them."""
    authority.issue_client(AGENCY)

    assert {stat.S_IMODE(file.stat().st_mode) for file in authority.folder.iterdir()} == {0o600}


def test_an_authority_is_made_once(authority: Authority) -> None:
    """A certificate of yesterday still counts tomorrow."""
    again = Authority.open(authority.folder, lambda: NOW + timedelta(days=1))

    own = x509.load_pem_x509_certificate(again.certificate.read_bytes())
    parsed(authority.issue_client(AGENCY)).verify_directly_issued_by(own)


def test_days_to_expiry(authority: Authority) -> None:
    """A metric, and negative when it is too late."""
    file = authority.issue_client(AGENCY, days=30).certificate

    assert show(file, NOW).days == 30
    assert show(file, NOW + timedelta(days=31)).days == -1


@pytest.mark.parametrize("name", ["", "ca", "Federation", "a,OU=clients", "a--b", "-a", "x" * 65, "妇联"])
def test_a_name_that_could_be_read_otherwise_is_not_certified(authority: Authority, name: str) -> None:
    """A comma would begin another part of the subject."""
    with pytest.raises(SettingsInvalid, match="cannot be certified"):
        authority.issue_client(name)


def test_what_is_no_certificate_is_refused_by_its_file(tmp_path: Path) -> None:
    """One clear line."""
    file = tmp_path / "x.pem"
    file.write_text("nothing")

    with pytest.raises(SettingsInvalid, match=f"{file}: holds no certificate"):
        show(file, NOW)


def test_a_local_cluster_renews_what_ends_soon(tmp_path: Path) -> None:
    """What still lasts is left as it is, and the authorities stay."""
    days = (0, 1, 80)
    made = [local_security(tmp_path, [AGENCY], lambda day=day: NOW + timedelta(days=day)) for day in days]  # type: ignore[misc]  # mypy cannot infer a lambda with a default
    agency = made[0].agencies[AGENCY]
    assert agency.certificate is not None

    assert show(agency.certificate, NOW).not_after == NOW + timedelta(days=80 + 90)
    assert len({each.agencies[AGENCY].ca.read_bytes() for each in made}) == 1
    assert made[0].broker == made[2].broker


def test_certificates_are_issued_and_shown_on_the_command_line(tmp_path: Path) -> None:
    """What `new` prints can be put into the agency's configuration; `show` says when something ends soon."""
    words = ["new", "--folder", str(tmp_path), "--client", AGENCY, "--broker", "broker-1=kafka-1", "--days", "20"]

    issued = CliRunner().invoke(certificates, words)
    shown = CliRunner().invoke(certificates, ["show", str(tmp_path)])
    soon = CliRunner().invoke(certificates, ["show", str(tmp_path), "--within", "30", "--json"])

    assert issued.exit_code == shown.exit_code == 0, issued.output + shown.output
    assert f'[security]\nca = "{tmp_path}/clients/ca.pem"\n' in issued.output
    assert soon.exit_code == 1
    assert '"hosts": ["127.0.0.1", "localhost", "kafka-1"]' in soon.output


def test_the_certificates_of_a_configuration_are_shown(authority: Authority, tmp_path: Path) -> None:
    """Those that the node goes by, the authority's too: exit 1 when one ends soon."""
    files = files_of(authority)
    security = KafkaSecurity(**{name: files[name] for name in ("ca", "certificate", "key")})
    settings = settings_for(Role.federation, tmp_path, f"sqlite:///{tmp_path}/agency.db")
    config = tmp_path / "agency.toml"
    config.write_text(settings.model_copy(update={"security": security}).to_toml(), encoding="utf-8")
    bare = tmp_path / "bare.toml"
    bare.write_text(settings.to_toml(), encoding="utf-8")

    words = ["show", "--config", str(config), "--json", "--within", "-36500"]
    shown = CliRunner().invoke(certificates, words)
    soon = CliRunner().invoke(certificates, ["show", "--config", str(config), "--within", "36500"])
    none = CliRunner().invoke(certificates, ["show", "--config", str(bare)])

    assert [Path(each["file"]) for each in json.loads(shown.stdout)] == [files["certificate"], files["ca"]]
    assert (shown.exit_code, soon.exit_code, none.exit_code) == (0, 1, 2)


def files_of(authority: Authority) -> dict[str, Any]:
    files = authority.issue_client(AGENCY)
    password = authority.folder / "password"
    password.write_text("secret\n")
    password.chmod(0o600)
    return {
        "ca": authority.certificate,
        "certificate": files.certificate,
        "key": files.key,
        "username": AGENCY,
        "password_file": password,
    }


@pytest.mark.parametrize("names", ["ca certificate key", "ca username password_file"])
def test_there_are_two_ways(authority: Authority, names: str) -> None:
    """Both over TLS; neither keeps a secret in the settings themselves."""
    files = files_of(authority)
    security = KafkaSecurity(**{name: files[name] for name in names.split()})

    assert "SSL" in security.client_settings()["security_protocol"]
    assert "secret" not in repr(security)


@pytest.mark.parametrize(
    "names",
    ["ca", "ca certificate", "ca key", "ca username", "certificate key", "ca certificate key username password_file"],
)
def test_half_a_way_or_two_at_once_are_refused(authority: Authority, names: str) -> None:
    """Nobody comes in without saying who he is, nor without knowing whom he talks to."""
    files = files_of(authority)

    with pytest.raises(ValidationError):
        KafkaSecurity(**{name: files[name] for name in names.split()})


@pytest.mark.parametrize("name", ["key", "password_file"])
def test_a_secret_that_everybody_can_read_is_refused(authority: Authority, name: str) -> None:
    """The message says what to do."""
    files = files_of(authority)
    files[name].chmod(0o644)
    names = ("certificate", "key") if name == "key" else ("username", "password_file")

    with pytest.raises(ValidationError, match="chmod 600"):
        KafkaSecurity(ca=files["ca"], **{each: files[each] for each in names})


def test_a_key_of_another_certificate_is_told(authority: Authority) -> None:
    """Before anything is sent."""
    files = files_of(authority)
    security = KafkaSecurity(**{name: files[name] for name in ("ca", "certificate", "key")})
    other = authority.issue_client("operator")

    with pytest.raises(SettingsInvalid, match="ca, certificate or key cannot be used"):
        security.model_copy(update={"key": other.key}).tls()
