"""
How one principal gets through Kafka's doors: a certificate of its own, or name and password over TLS. No Kafka import.
"""

import ssl
import stat
from pathlib import Path
from typing import Annotated, Any, Self

from pydantic import BaseModel, ConfigDict, Field, FilePath, field_validator, model_validator

from clue_exchange.doors.sasl import MECHANISM
from clue_exchange.errors import SettingsInvalid


class KafkaSecurity(BaseModel):
    """
    What a client shows, and whom it believes; there is no way without TLS, and none without a proof of who it is.

    Attributes:
        ca: the authorities whose brokers are believed, PEM.
        certificate, key: who this is; both or neither.
        username, password_file: who this is where there is no certificate (SCRAM-SHA-512); both or neither.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    ca: FilePath
    certificate: FilePath | None = None
    key: FilePath | None = None
    username: Annotated[str, Field(pattern=r"^[a-z0-9]([a-z0-9-]*[a-z0-9])?$")] | None = None
    password_file: FilePath | None = None

    @field_validator("key", "password_file")
    @classmethod
    def _is_secret(cls, file: Path | None) -> Path | None:
        if file is not None and file.stat().st_mode & stat.S_IRWXO:
            raise ValueError("everybody on this machine may use the file: chmod 600")
        return file

    @model_validator(mode="after")
    def _is_one_way(self) -> Self:
        ways = [(self.certificate, self.key), (self.username, self.password_file)]
        if sorted(sum(part is not None for part in way) for way in ways) != [0, 2]:
            raise ValueError("needs certificate and key, or username and password_file")
        return self

    def client_settings(self) -> dict[str, Any]:
        """
        Give the client library's settings.

        Raises:
            SettingsInvalid: the password file holds no password.
        """
        if self.certificate is not None:
            own = {"ssl_certfile": str(self.certificate), "ssl_keyfile": str(self.key)}
            return {"security_protocol": "SSL", "ssl_cafile": str(self.ca), **own}
        return {
            "security_protocol": "SASL_SSL",
            "ssl_cafile": str(self.ca),
            "sasl_mechanism": MECHANISM,
            "sasl_plain_username": self.username,
            "sasl_plain_password": read_password(self.password_file),
        }

    def tls(self) -> ssl.SSLContext:
        """
        Give the same for the standard library: versions from 1.2, chain and host name checked.

        Raises:
            SettingsInvalid: the files are not what their names say.
        """
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        try:
            context.load_verify_locations(self.ca)
            if self.certificate is not None:
                context.load_cert_chain(self.certificate, self.key)
        except OSError as error:  # ssl's errors are OSErrors
            raise SettingsInvalid(f"ca, certificate or key cannot be used: {error.strerror or error}") from error
        return context


def read_password(file: Path | None) -> str:
    """The first line of a password file; an error names the file, never its content."""
    try:
        lines = file.read_text(encoding="utf-8").splitlines() if file else []
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsInvalid(f"{file}: the password cannot be read") from error
    if not lines or not lines[0]:
        raise SettingsInvalid(f"{file}: holds no password in its first line")
    return lines[0]
