"""
The configuration of one agency's node: a TOML file, checked as a whole before anything starts.
"""

import json
import tomllib
from pathlib import Path
from typing import Annotated, Any, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from clue_exchange.doors.kafka_security import KafkaSecurity
from clue_exchange.errors import SettingsInvalid
from schemas.codes import Role
from schemas.envelope import AgencyName, role_of

DATABASE = r"^(sqlite:///|postgresql\+psycopg://).+"


class Settings(BaseModel):
    """
    One agency's node.

    Attributes:
        agency: whose node it is, as `<role>-<region>`.
        counterpart: the other party, of the other role.
        database: an SQLAlchemy URL, for SQLite or PostgreSQL.
        bootstrap: Kafka's address, `host:port`, several separated by commas.
        vault: the database of the data keys, which backups leave out; an SQLAlchemy URL. Beside an SQLite database by
            default; in the same PostgreSQL database, as the table `key_material`.
        keys: the folder of the agency's private keys.
        passphrase_file: what opens them; a file that only its owner can read.
        agreement: the file of the agreement that both parties signed.
        topics_checked_every_seconds: how often a running node looks whether its own topics are what they should be.
        security: how this agency gets through Kafka's doors, as a table; without it the broker must be an open one.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    agency: AgencyName
    counterpart: AgencyName
    database: Annotated[str, Field(pattern=DATABASE)]
    bootstrap: Annotated[str, Field(pattern=r"^[^\s,:]+:[0-9]+(,[^\s,:]+:[0-9]+)*$")]
    vault: Annotated[str, Field(pattern=DATABASE)] | None = None
    keys: Path
    passphrase_file: Path
    agreement: Path
    topics_checked_every_seconds: Annotated[int, Field(ge=1, le=86_400)] = 3_600
    security: KafkaSecurity | None = None

    @model_validator(mode="after")
    def _parties_differ(self) -> Self:
        if role_of(self.agency) is role_of(self.counterpart):
            raise ValueError("agency and counterpart have the same role")
        return self

    def __repr__(self) -> str:
        return f"Settings({self.agency})"  # a database's address may hold a password

    __str__ = __repr__

    @property
    def role(self) -> Role:
        return role_of(self.agency)

    @property
    def vault_url(self) -> str:
        if self.vault is None and self.database.startswith("sqlite"):
            return f"{self.database.removesuffix('.db')}-vault.db"
        return self.vault or self.database

    @classmethod
    def load(cls, path: Path) -> Self:
        """
        Read a configuration file.

        Raises:
            SettingsInvalid: names the file, the fields and the rules that they break.
        """
        try:
            return cls.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
        except OSError as error:
            raise SettingsInvalid(f"{path}: cannot be read: {error.strerror}") from None
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise SettingsInvalid(f"{path}: is not TOML in UTF-8: {error}") from None
        except ValidationError as error:
            problems = "; ".join(f"{'.'.join(map(str, p['loc'])) or 'file'}: {p['msg']}" for p in error.errors())
            raise SettingsInvalid(f"{path}: {problems}") from None

    def to_toml(self) -> str:
        """The same as a file: plain values first, then tables."""
        values = self.model_dump(mode="json", exclude_none=True)
        tables = {name: value for name, value in values.items() if isinstance(value, dict)}
        parts = [_lines({name: value for name, value in values.items() if name not in tables})]
        return "\n".join(parts + [f"[{name}]\n{_lines(table)}" for name, table in tables.items()])


def _lines(values: dict[str, Any]) -> str:
    return "".join(f"{name} = {json.dumps(value, ensure_ascii=False)}\n" for name, value in values.items())
