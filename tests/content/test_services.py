"""The directory and the flows fit together: what is shown exists, and what exists can be found."""

from __future__ import annotations

import pytest

from bot.cli.talk import MORNING
from bot.conversation.commands import SEARCH
from bot.core.ids import Locale, ServiceId
from bot.core.messages import LABEL_LIMIT, Open, ServiceCards
from bot.core.phrases import Phrase, Verbatim
from bot.data import Data
from bot.flow.graph import ShowServices
from bot.i18n.bidi import RLM, first_strong, without_marks
from bot.i18n.languages import Direction
from bot.i18n.render import plain, render_label
from bot.services.rehearsal import Rehearsal, Stage
from bot.services.transcript import Input, step, told
from tests.content.test_every_screen import LOCALES
from tests.content.walk import Walked


def test_every_service_that_a_flow_names_is_published(everything: Walked, data: Data) -> None:
    assert sorted(name for name in everything.services() if not data.directory.knows(name)) == []


def test_every_service_is_reachable_from_a_flow_or_by_search(everything: Walked, data: Data, stage: Stage) -> None:
    named = {service.id for service in data.directory.services(everything.services())}
    search = stage.guide().book.flows[SEARCH]
    [shown] = [step.act for step in search.steps.values() if isinstance(step.act, ShowServices)]
    cards = data.cards()
    lost = [
        service.id
        for service in data.directory.published()
        if service.id not in named
        and service not in cards.chosen(ServiceCards(words=service.name, limit=shown.limit), MORNING)
    ]
    assert lost == []


@pytest.mark.parametrize(
    ("said", "name"),
    [
        ("medecin du mond", "Médecins du Monde"),
        ("espace fraternel", "Espace fraternel"),
        ("طعام", "Thermos"),
        ("zzzz", "Je n'ai pas trouvé d'adresse"),
    ],
)
def test_whoever_searches_finds_or_is_offered_a_person(said: str, name: str, stage: Stage) -> None:
    rehearsal = Rehearsal.begin(stage, Locale("fr"), MORNING)
    step(rehearsal, Input(text="/chercher"))
    heard = step(rehearsal, Input(text=said))
    assert name in "\n".join(told(heard, stage))
    assert any("Parler avec une personne" in label for label, _ in rehearsal.shown)


def test_empty_words_find_nothing_rather_than_everything(data: Data) -> None:
    assert data.cards().chosen(ServiceCards(words="  "), MORNING) == ()


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


def test_a_number_a_link_or_an_address_stands_on_the_readers_side(data: Data) -> None:
    cards, icons = data.cards(), ("☎️", "✉️", "🌐", "📍")
    shown = [
        line
        for service in data.directory.published()
        for block in cards.blocks(ServiceCards(ids=(ServiceId(service.id),)), Locale("ar"), MORNING)
        for line in getattr(block, "text", "").split("\n")
        if line.lstrip(RLM).startswith(icons)
    ]
    assert {line.lstrip(RLM).split(" ")[0] for line in shown} == set(icons)
    assert [line for line in shown if first_strong(line) is Direction.LEFT_TO_RIGHT] == []


@pytest.mark.parametrize("locale", LOCALES)
def test_button_for_more_fits_a_phone_and_keeps_its_words(locale: str, data: Data, stage: Stage) -> None:
    more = stage.guide().book.phrase("nav_details")
    words = without_marks(plain(more.having(name=Verbatim(text="")), Locale(locale), data.catalogues)).strip()
    shown = ServiceCards(ids=tuple(ServiceId(service.id) for service in data.directory.published()))
    labels = [
        without_marks(render_label(button.label, Locale(locale), data.catalogues).text)
        for (button,) in data.cards().details(shown, more, MORNING)
    ]
    assert len(labels) == len(data.directory.published())
    assert [label for label in labels if len(label) > LABEL_LIMIT or words not in label or label.endswith(": …")] == []


def test_two_services_of_one_house_have_two_buttons(data: Data, stage: Stage) -> None:
    shown = ServiceCards(ids=(ServiceId("croix-rouge-liege-colis"), ServiceId("croix-rouge-liege-accueil")))
    more = stage.guide().book.phrase("nav_details")
    labels = [
        render_label(button.label, Locale("fr"), data.catalogues).text
        for (button,) in data.cards().details(shown, more, MORNING)
    ]
    assert labels == ["Plus d'infos : colis alimentaires", "Plus d'infos : accueil de jour"]


def test_a_whole_card_leads_to_a_map_and_a_secret_place_to_none(data: Data) -> None:
    cards, label = data.cards(), Phrase(key="", text="carte")
    for service in data.directory.published():
        rows = cards.maps(ServiceCards(ids=(service.id,), whole=True), label, MORNING)
        is_open = service.place.is_known and not service.confidential
        assert len(rows) == int(is_open), service.id
        for (button,) in rows:
            assert isinstance(button.action, Open) and button.action.url.startswith("https://www.openstreetmap.org/")
