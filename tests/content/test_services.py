"""The directory and the flows fit together: what is shown exists, and what exists can be found."""

from __future__ import annotations

from bot.bootstrap import Data
from bot.core.ids import Locale
from bot.core.messages import Open, ServiceCards
from bot.core.phrases import Phrase
from bot.directory.search import Query
from bot.services.rehearsal import Stage
from bot.talk import MORNING
from tests.content.walk import Walked

#: A search shows at most this many.
FIRST = 10


def test_every_service_that_a_flow_names_is_published(everything: Walked, data: Data) -> None:
    assert sorted(name for name in everything.services() if not data.directory.knows(name)) == []


def test_every_service_is_reachable_from_a_flow_or_by_search(everything: Walked, data: Data) -> None:
    named = {service.id for service in data.directory.services(everything.services())}
    lost = [
        service.id
        for service in data.directory.published()
        if service.id not in named
        and service.id not in {found.id for found in data.living.find(Query(text=service.name, limit=FIRST), MORNING)}
    ]
    assert lost == []


def test_every_card_can_be_shown_in_every_shipped_language(data: Data, stage: Stage) -> None:
    cards = stage.cards()
    for locale in ("fr", "en", "ar"):
        for service in data.directory.published():
            for whole in (False, True):
                shown = cards.blocks(ServiceCards(ids=(service.id,), whole=whole), Locale(locale), MORNING)
                text = "\n".join(getattr(block, "text", "") for block in shown)
                assert service.name in text, (service.id, locale)
                assert "{" not in text, (service.id, locale)
                assert len(text) <= (1_500 if whole else 400), (service.id, locale, len(text))


def test_a_whole_card_leads_to_a_map_and_a_secret_place_to_none(data: Data) -> None:
    cards, label = data.cards(), Phrase(key="", text="carte")
    for service in data.directory.published():
        rows = cards.maps(ServiceCards(ids=(service.id,), whole=True), label, MORNING)
        is_open = service.place.is_known and not service.confidential
        assert len(rows) == int(is_open), service.id
        for (button,) in rows:
            assert isinstance(button.action, Open) and button.action.url.startswith("https://www.openstreetmap.org/")
