"""
The configuration of a node: right, or refused with the field and the rule.
"""

from pathlib import Path

import pytest

from clue_exchange.doors.local_security import local_security
from clue_exchange.errors import SettingsInvalid
from clue_exchange.settings import Settings
from schemas.codes import Role

GOOD = {
    "agency": "federation-110101",
    "counterpart": "procuratorate-110101",
    "database": "sqlite:///agency.db",
    "bootstrap": "127.0.0.1:9092",
    "keys": "keys",
    "passphrase_file": "keys/passphrase",
    "agreement": "agreement.yaml",
}


def written(folder: Path, **changes: str) -> Path:
    path = folder / "agency.toml"
    path.write_text("".join(f'{name} = "{value}"\n' for name, value in {**GOOD, **changes}.items()), encoding="utf-8")
    return path


def test_settings_come_back_from_the_file_that_they_write(tmp_path: Path) -> None:
    """What the demonstration writes, a node reads."""
    settings = Settings.load(written(tmp_path))
    path = tmp_path / "again.toml"
    path.write_text(settings.to_toml(), encoding="utf-8")

    assert Settings.load(path) == settings
    assert settings.role is Role.federation


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("agency", "federation-1101"),
        ("agency", "court-110101"),
        ("counterpart", "federation-110102"),
        ("database", "mysql://x"),
        ("bootstrap", "no port"),
        ("surprise", "yes"),
    ],
)
def test_a_wrong_setting_is_refused_by_its_name(tmp_path: Path, field: str, value: str) -> None:
    """The message names the file and, where there is one, the field; it does not repeat the value."""
    path = written(tmp_path, **{field: value})

    with pytest.raises(SettingsInvalid) as refused:
        Settings.load(path)

    assert str(path) in str(refused.value)
    assert value not in str(refused.value).replace(str(path), "")


@pytest.mark.parametrize("content", [b"agency = ", b"\xff\xfe"])
def test_a_file_that_is_not_toml_is_refused(tmp_path: Path, content: bytes) -> None:
    """One clear line, whatever the file holds."""
    path = tmp_path / "agency.toml"
    path.write_bytes(content)

    with pytest.raises(SettingsInvalid, match="not TOML"):
        Settings.load(path)


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    """One clear line."""
    with pytest.raises(SettingsInvalid, match="cannot be read"):
        Settings.load(tmp_path / "nowhere.toml")


def test_the_way_through_kafkas_doors_is_a_table_of_its_own(tmp_path: Path) -> None:
    """It comes back from the file that the settings write; what is wrong in it is named with its table."""
    made = local_security(tmp_path / "certificates", [GOOD["agency"]])
    settings = Settings.load(written(tmp_path)).model_copy(update={"security": made.agencies[GOOD["agency"]]})
    path = tmp_path / "again.toml"
    path.write_text(settings.to_toml(), encoding="utf-8")
    half = tmp_path / "half.toml"
    half.write_text(settings.to_toml().replace("key = ", "nothing = "), encoding="utf-8")

    assert "\n[security]\nca = " in settings.to_toml()
    assert Settings.load(path) == settings
    with pytest.raises(SettingsInvalid, match=r"security\.nothing: Extra inputs"):
        Settings.load(half)
