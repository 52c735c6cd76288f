"""
Certificate authorities of our own, for a local cluster, the demonstration, the tests. EC P-256, PEM files of mode 0600.

Agencies that have a PKI use theirs: nothing else here asks where a certificate came from. See docs/decisions/0009.
"""

import ipaddress
import os
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Self

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from clue_exchange.clock import Clock
from clue_exchange.errors import SettingsInvalid

ORGANISATION = "ClueExchange"
CLIENTS, BROKERS = "clients", "brokers"
NAME = re.compile(r"[a-z0-9](-?[a-z0-9])*")  # what the broker's rule maps to a principal
NAME_CAP = 64  # X.509's limit on a common name
AUTHORITY_DAYS = 5 * 365
LEAF_DAYS = 90
SOON_DAYS = 14
"""What ends within so many days is to be renewed now."""
CLOCKS_DIFFER = timedelta(minutes=5)
LOCAL_HOSTS = ("127.0.0.1", "localhost")
KEY_USES = (
    "digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement",
    "key_cert_sign", "crl_sign", "encipher_only", "decipher_only",
)  # fmt: skip

_USAGES = {
    CLIENTS: [ExtendedKeyUsageOID.CLIENT_AUTH],
    BROKERS: [ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH],  # brokers call each other too
}


@dataclass(frozen=True, slots=True)
class Issued:
    """
    The files of one certificate.

    Attributes:
        certificate: the certificate and the authority's, PEM.
        key: its private key, PKCS#8, PEM.
        keystore: both in one file, as Kafka's brokers read them.
    """

    certificate: Path
    key: Path
    keystore: Path


@dataclass(frozen=True, slots=True)
class Shown:
    """
    What a certificate says.

    Attributes:
        subject, issuer: distinguished names, the most particular part first.
        hosts: where a broker with it may be met.
        not_after: the last moment at which it is accepted.
        days: whole days to that moment; negative when it is past.
    """

    subject: str
    issuer: str
    hosts: tuple[str, ...]
    not_after: datetime
    days: int


class Authority:
    """
    Issues certificates into its own folder.

    A name issued again gets a new key and a new certificate in the same files; each file is replaced as a whole.
    """

    def __init__(
        self, folder: Path, key: ec.EllipticCurvePrivateKey, certificate: x509.Certificate, clock: Clock
    ) -> None:
        self.folder = folder
        self.certificate = folder / "ca.pem"
        self._key = key
        self._own = certificate
        self._clock = clock

    @classmethod
    def open(cls, folder: Path, clock: Clock) -> Self:
        """Read the authority of this folder, or make it there the first time."""
        key_file, certificate_file = folder / "ca-key.pem", folder / "ca.pem"
        if not key_file.exists():
            key = ec.generate_private_key(ec.SECP256R1())
            folder.mkdir(parents=True, exist_ok=True)
            _write(certificate_file, _pem(_authority_certificate(folder.name, key, clock())))
            _write(key_file, _pem(key))
        key_of_file = serialization.load_pem_private_key(key_file.read_bytes(), None)
        if not isinstance(key_of_file, ec.EllipticCurvePrivateKey):
            raise SettingsInvalid(f"{key_file}: is no key of an authority made here")
        return cls(folder, key_of_file, x509.load_pem_x509_certificate(certificate_file.read_bytes()), clock)

    def issue_client(self, name: str, days: int = LEAF_DAYS) -> Issued:
        """Certify an agency or a role; the name becomes its principal."""
        return self._issue(name, CLIENTS, (), days)

    def issue_broker(self, name: str, hosts: Iterable[str] = (), days: int = LEAF_DAYS) -> Issued:
        """Certify a broker that is met at this machine's loopback names and at these."""
        return self._issue(name, BROKERS, dict.fromkeys((*LOCAL_HOSTS, *hosts)), days)

    def issued(self, name: str) -> Issued:
        """Where the files of this name are, or would be."""
        return Issued(*(self.folder / f"{name}{end}.pem" for end in ("", "-key", "-keystore")))

    def _issue(self, name: str, unit: str, hosts: Iterable[str], days: int) -> Issued:
        if not NAME.fullmatch(name) or len(name) > NAME_CAP or name == "ca":
            raise SettingsInvalid(f"{name!r} cannot be certified: small letters, digits and single hyphens, up to 64")
        now = self._clock()
        key = ec.generate_private_key(ec.SECP256R1())
        builder = _named(_subject(name, unit), self._own.subject, key.public_key(), now, days)
        leaf = builder.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        leaf = leaf.add_extension(_key_usage("digital_signature"), critical=True)
        leaf = leaf.add_extension(x509.ExtendedKeyUsage(_USAGES[unit]), critical=False)
        leaf = leaf.add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(self._key.public_key()), critical=False
        )
        if names := [_general_name(host) for host in hosts]:
            leaf = leaf.add_extension(x509.SubjectAlternativeName(names), critical=False)
        chain = _pem(leaf.sign(self._key, hashes.SHA256())) + _pem(self._own)
        files = self.issued(name)
        _write(files.certificate, chain)
        _write(files.key, _pem(key))
        _write(files.keystore, _pem(key) + chain)
        return files


def show(file: Path, now: datetime) -> Shown:
    """
    Read the first certificate of a PEM file.

    Raises:
        SettingsInvalid: there is none that can be read.
    """
    try:
        found = x509.load_pem_x509_certificates(file.read_bytes())[0]
    except (OSError, ValueError) as error:
        raise SettingsInvalid(f"{file}: holds no certificate that can be read") from error
    until = found.not_valid_after_utc
    try:
        names = found.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
        hosts = tuple(str(name.value) for name in names)
    except x509.ExtensionNotFound:
        hosts = ()
    return Shown(found.subject.rfc4514_string(), found.issuer.rfc4514_string(), hosts, until, (until - now).days)


def _authority_certificate(name: str, key: ec.EllipticCurvePrivateKey, now: datetime) -> x509.Certificate:
    subject = _subject(name, "authority")
    own = _named(subject, subject, key.public_key(), now, AUTHORITY_DAYS)
    own = own.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
    own = own.add_extension(_key_usage("key_cert_sign", "crl_sign"), critical=True)
    return own.sign(key, hashes.SHA256())


def _named(
    subject: x509.Name, issuer: x509.Name, public: ec.EllipticCurvePublicKey, now: datetime, days: int
) -> x509.CertificateBuilder:
    builder = x509.CertificateBuilder(issuer_name=issuer, subject_name=subject, public_key=public)
    builder = builder.serial_number(x509.random_serial_number())
    builder = builder.not_valid_before(now - CLOCKS_DIFFER).not_valid_after(now + timedelta(days=days))
    return builder.add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)


def _subject(name: str, unit: str) -> x509.Name:
    parts = ((NameOID.ORGANIZATION_NAME, ORGANISATION), (NameOID.ORGANIZATIONAL_UNIT_NAME, unit))
    return x509.Name([x509.NameAttribute(oid, value) for oid, value in (*parts, (NameOID.COMMON_NAME, name))])


def _key_usage(*uses: str) -> x509.KeyUsage:
    return x509.KeyUsage(**{use: use in uses for use in KEY_USES})


def _general_name(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(host))
    except ValueError:
        return x509.DNSName(host)


def _pem(thing: x509.Certificate | ec.EllipticCurvePrivateKey) -> bytes:
    if isinstance(thing, x509.Certificate):
        return thing.public_bytes(serialization.Encoding.PEM)
    return thing.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def _write(file: Path, content: bytes) -> None:
    """Replace the file as a whole; nobody but its owner can ever read it, not even for a moment."""
    new = file.with_name(f".{file.name}.new")
    new.unlink(missing_ok=True)
    with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
        out.write(content)
    new.replace(file)
