"""
The file by which an agency tells the other its public keys: what the agreement will say of it, and nothing else.
"""

from pathlib import Path

import yaml

from clue_exchange.errors import AgreementInvalid
from schemas.agreement import Party
from schemas.errors import InvalidEvent

FILE_NAME = "public-keys.yaml"


def write_public_keys(path: Path, party: Party) -> None:
    """Write the file anew."""
    path.write_text(yaml.safe_dump(party.model_dump(mode="json"), sort_keys=False), encoding="utf-8")


def read_public_keys(path: Path) -> Party:
    """
    Read such a file.

    Raises:
        AgreementInvalid: names the file and the fields.
    """
    try:
        return Party.read(yaml.safe_load(path.read_text(encoding="utf-8")))
    except OSError as error:
        raise AgreementInvalid(f"{path}: {error.strerror}") from None
    except InvalidEvent as error:
        raise AgreementInvalid(f"{path}: {'; '.join(error.problems)}") from None
    except (yaml.YAMLError, TypeError, ValueError):
        raise AgreementInvalid(f"{path}: is not a file of public keys (YAML)") from None
