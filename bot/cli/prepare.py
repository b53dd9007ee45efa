"""`guichet prepare`: compile lexicon and catalogues now, so that a start need not."""

from __future__ import annotations

import argparse

from bot.cli.premises import Premises


def prepare(_: argparse.Namespace) -> int:
    """Read everything once: what is compiled on the way is kept in `var/` and found there by the next start."""
    Premises().book()
    return 0
