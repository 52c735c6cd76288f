"""
The configuration of one agency's node: a TOML file, checked as a whole before anything starts.
"""

import tomllib
from pathlib import Path
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from clue_exchange.errors import SettingsInvalid
from schemas.codes import Role
from schemas.envelope import AgencyName, role_of


class Settings(BaseModel):
    """
    One agency's node.

    Attributes:
        agency: whose node it is, as `<role>-<region>`.
        counterpart: the other party, of the other role.
        database: an SQLAlchemy URL, for SQLite or PostgreSQL.
        bootstrap: Kafka's address, `host:port`, several separated by commas.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    agency: AgencyName
    counterpart: AgencyName
    database: Annotated[str, Field(pattern=r"^(sqlite:///|postgresql\+psycopg://).+")]
    bootstrap: Annotated[str, Field(pattern=r"^[^\s,:]+:[0-9]+(,[^\s,:]+:[0-9]+)*$")]

    @model_validator(mode="after")
    def _parties_differ(self) -> Self:
        if role_of(self.agency) is role_of(self.counterpart):
            raise ValueError("agency and counterpart have the same role")
        return self

    @property
    def role(self) -> Role:
        return role_of(self.agency)

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
        """The same as a file; every value is a plain string."""
        return "".join(f'{name} = "{value}"\n' for name, value in self.model_dump().items())
