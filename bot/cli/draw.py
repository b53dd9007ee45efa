"""`guichet draw`: a flow at a glance, for whoever edits it."""

from __future__ import annotations

import argparse

from bot.cli.premises import Premises, needed_flow
from bot.flow.draw import mermaid, tree


def draw(options: argparse.Namespace) -> int:
    """A flow at a glance, for whoever edits it."""
    flow = needed_flow(Premises().book(), options.flow)
    print(mermaid(flow) if options.mermaid else tree(flow), end="")
    return 0
