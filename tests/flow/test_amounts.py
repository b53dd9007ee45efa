"""A sentence holds no amount and no deadline of its own, in figures or in words: those are dated facts."""

from __future__ import annotations

import pytest

from bot.core.ids import FlowId
from bot.flow.book import FlowFile, assemble, rules_of
from tests.flow.known import KNOWN, ROOT

RULES = rules_of(ROOT / "flows")[0]

BARE = [
    "Le ticket coûte 2,80 €.",
    "Il faut payer EUR 20.",
    "Cela coûte cent euros.",
    "Le patron prend 20 %.",
    "Répondez dans les 15 jours.",
    "Vous avez dix jours pour répondre.",
    "Le délai est de trente et un jours.",
    "Comptez une quinzaine de jours.",
    "On attend 12 à 18 mois.",
    "Après deux mois, demandez encore.",
    "Répondez avant le 31 mars.",
    "La loi change le 1er juin.",
    "Il faut cinq ans de séjour.",
    "On peut demander après 5 ans.",
    "Le bureau ouvre à 9 h.",
]
FINE = [
    "Le ticket coûte {fact.ticket} €.",
    "Le bail dure {fact.ticket} mois.",
    "C'est ouvert 24 h sur 24, 7 jours sur 7.",
    "En 2021, des groupes ont demandé un lieu.",
    "C'est gratuit pour les moins de 18 ans.",
    "Cela dure une semaine, ou un mois.",
    "Appelez le 112.",
    "Il y a deux portes, et trois heureux.",
    "Les cent personnes de mars sont venues.",
]


def codes(say: str) -> list[str]:
    source = f"flow: a.one\ntitle: T\nsteps:\n  - id: a\n    say: {say!r}\n".encode()
    loaded = assemble([FlowFile(shown="flows/a/one.yml", flow=FlowId("a.one"), source=source)], KNOWN, RULES)
    quiet = ("no-source", "no-review-date", "missing-phrase", "unknown-fact")
    return [one.code for one in loaded.issues if one.code not in quiet]


@pytest.mark.parametrize("sentence", BARE)
def test_a_bare_amount_or_deadline_is_refused(sentence: str) -> None:
    assert set(codes(sentence.replace("'", "’"))) == {"bare-amount"}


@pytest.mark.parametrize("sentence", FINE)
def test_other_numbers_are_not(sentence: str) -> None:
    assert codes(sentence.replace("'", "’")) == []
