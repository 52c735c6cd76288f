"""
An agency's command line, for tests of it: acts by proven officers, whose passphrases stand in files.
"""

import json
from pathlib import Path
from typing import Any

from click.testing import CliRunner, Result

from console.cli import main
from console.wiring import Agency
from tests.canaries import HER_NAME, HER_WORDS
from tests.people import PASSPHRASES, SUPERVISOR, settle
from tests.two_sides import TwoSides

TRANSFER = (
    *("transfer", "--source", "S2", "--categories", "W2", "--urgent"),
    *("--legal-basis", "consent", "--found-on", "2026-02-25", "--persons"),
    '[{"number": 1, "role": "applicant", "age_band": "from_18_to_59", "id_number": "none"}]',
)


class Desk:
    """One agency's command line."""

    def __init__(self, config: Path) -> None:
        self.config = config

    @classmethod
    def of(cls, agency: Agency, folder: Path) -> "Desk":
        """That of an agency on its own database, with the accounts of three officers."""
        config = folder / f"{agency.settings.agency}.toml"
        config.write_text(agency.settings.to_toml(), encoding="utf-8")
        settle(agency.people)
        return cls(config)

    def by(self, login: str, flag: str = "as") -> tuple[str, ...]:
        """The words by which this officer acts; the passphrase stands in a file of his own."""
        file = self.config.parent / f"{login}.passphrase"
        if not file.exists():
            file.touch(0o600)
            file.write_text(PASSPHRASES[login], encoding="utf-8")
        of = "passphrase-file" if flag == "as" else f"{flag}-passphrase-file"
        return f"--{flag}", login, f"--{of}", str(file)

    def run(self, *words: str, expected: int = 0, stdin: str | None = None, columns: int = 80) -> Result:
        runner = CliRunner(env={"COLUMNS": str(columns)})
        result = runner.invoke(main, [*words, "--config", str(self.config)], input=stdin)
        assert result.exit_code == expected, result.output
        return result

    def json(self, *words: str, stdin: str | None = None) -> Any:
        return json.loads(self.run(*words, "--json", stdin=stdin).stdout)

    def look(self, *words: str, expected: int = 0, columns: int = 80) -> Result:
        """What a supervisor is shown."""
        return self.run(*words, *self.by(SUPERVISOR), expected=expected, columns=columns)

    def seen(self, *words: str) -> Any:
        """The same for a machine."""
        return self.json(*words, *self.by(SUPERVISOR))

    def transfer(self, *proof: str) -> str:
        """Transfer a new clue about one woman; its id."""
        told = json.dumps({"federation:1": {"name": HER_NAME, "narrative": f"{HER_WORDS}。"}})
        return str(self.json(*TRANSFER, *proof, "--particulars", "-", stdin=told)["clue"])


def both_desks(sides: TwoSides, folder: Path) -> tuple[Desk, Desk]:
    """The command lines of the federation and of the procuratorate."""
    sides.write_files(folder)
    return Desk.of(sides.federation, folder), Desk.of(sides.procuratorate, folder)
