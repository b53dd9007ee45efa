"""What the guichet knows in these tests: small, and the same everywhere."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from bot.flow.known import Known

ROOT = Path(__file__).parents[2]
TODAY = date(2026, 3, 14)
KNOWN = Known(
    intents={"sleep", "eat", "see_doctor"},
    services={"shelter-on-the-hill", "soup-kitchen"},
    facts={"bus_fare", "appeal_days"},
    queues={"accueil", "logement"},
    needs={"sleep", "food"},
    system={"hello": ("name",), "waiting": ("count",)},
    secrets=("rue du Refuge",),
    today=TODAY,
)
