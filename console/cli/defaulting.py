"""
Commands whose first word may be left out: `candidates` lists, `candidates correct` corrects.
"""

from typing import Any

import click


class Defaulting(click.Group):
    """A group that runs its default command where no other is named."""

    def __init__(self, *arguments: Any, default: str, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._default = default

    @property
    def default_command(self) -> click.Command:
        """What runs where no command is named."""
        return self.commands[self._default]

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Put the default in front, unless a command or help is asked for."""
        if not args or (args[0] not in self.commands and args[0] not in ctx.help_option_names):
            args = [self._default, *args]
        return super().parse_args(ctx, args)
