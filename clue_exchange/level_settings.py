"""
The configuration of a city or province that reads its counties' figures: a TOML file.
"""

import tomllib
from pathlib import Path
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from clue_exchange.doors.kafka_security import KafkaSecurity
from clue_exchange.errors import SettingsInvalid


class LevelSettings(BaseModel):
    """
    A reader of figures; it has no database and no key, and writes nothing.

    Attributes:
        name: its own in Kafka, as in its certificate; access rules go by it.
        counties: the agencies' files of public keys (`keys new` makes them), each compared by telephone.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    name: Annotated[str, Field(pattern=r"^[a-z0-9-]{1,60}$")]
    bootstrap: Annotated[str, Field(pattern=r"^[^\s,:]+:[0-9]+(,[^\s,:]+:[0-9]+)*$")]
    counties: Annotated[tuple[Path, ...], Field(min_length=1, max_length=10_000)]
    security: KafkaSecurity | None = None

    @classmethod
    def load(cls, path: Path) -> Self:
        """
        Read a configuration file; paths in it go from its folder.

        Raises:
            SettingsInvalid: names the file, the fields and the rules that they break.
        """
        try:
            read = cls.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
        except OSError as error:
            raise SettingsInvalid(f"{path}: cannot be read: {error.strerror}") from None
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise SettingsInvalid(f"{path}: is not TOML in UTF-8: {error}") from None
        except ValidationError as error:
            problems = "; ".join(f"{'.'.join(map(str, p['loc'])) or 'file'}: {p['msg']}" for p in error.errors())
            raise SettingsInvalid(f"{path}: {problems}") from None
        return read.model_copy(update={"counties": tuple(path.parent / county for county in read.counties)})
