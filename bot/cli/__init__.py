"""The command line: what operators, admins and translators do, a file for each matter."""

from bot.cli.commands import commands
from bot.cli.entry import main

__all__ = ["commands", "main"]
