"""Section 0 of the fact base as tests: words of danger bring the right numbers in one message, before any question.

Nothing here uses a model: the lexicon and exact keywords alone must do it, in each shipped language.
"""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from bot.cli.talk import MORNING
from bot.core.events import Said
from bot.core.ids import FlowId, Locale
from bot.core.messages import Choose, Rendered, ServiceCards
from bot.core.phrases import Phrase
from bot.core.session import Hold
from bot.core.understanding import Understanding
from bot.data import Data
from bot.directory.facts import Unit
from bot.flow.graph import Flow, ToFlow
from bot.flow.walks import ways
from bot.services.rehearsal import Heard, Rehearsal, Stage
from tests.content.walk import Walked


@dataclass(frozen=True, slots=True, kw_only=True)
class Trigger:
    """What a person may write, and what must be in the very first message."""

    flow: str
    numbers: tuple[str, ...]
    said: dict[str, tuple[str, ...]]
    #: Services whose cards the first message must hold.
    services: tuple[str, ...] = ()
    #: False: a pathway that is not a safety flow, but whose first words are what to do.
    vital: bool = True


TRIGGERS = {
    "danger to life": Trigger(
        flow="urgence.danger",
        numbers=("112",),
        said={
            "fr": (
                "au secours il ne respire plus",
                "ma mère a perdu connaissance",
                "il y a le feu dans l'immeuble",
                "overdose vite",
                "je saigne beaucoup",
            ),
            "en": ("my father is not breathing", "there is a fire in the building", "she is unconscious", "overdose"),
            "ar": ("أبي لا يتنفس", "في حريق بالبيت", "فقدت الوعي"),
        },
    ),
    "attack": Trigger(
        flow="urgence.danger",
        numbers=("112", "101"),
        services=("urgence-112", "police-101"),
        said={
            "fr": ("quelqu'un m'attaque avec un couteau", "un homme armé est devant la porte"),
            "en": ("a man with a knife is attacking me", "someone is trying to kill me"),
            "ar": ("رجل معه سكين يهاجمني", "يريد قتلي الآن"),
        },
    ),
    "rape": Trigger(
        flow="urgence.violence",
        numbers=("112",),
        services=("cpvs-liege",),
        said={
            "fr": ("j'ai été violée", "on m'a violée il y a trois jours", "agression sexuelle hier"),
            "en": ("I was raped", "he raped me last week", "sexual assault"),
            "ar": ("تعرضت للاغتصاب", "اغتصبني قبل أيام"),
        },
    ),
    "violence at home": Trigger(
        flow="urgence.violence",
        numbers=("112", "0800 30 030", "107"),
        services=("ecoute-violences-conjugales",),
        said={
            "fr": ("mon mari me frappe", "j'ai peur de rentrer chez moi", "mon mari a pris mon passeport"),
            "en": ("my husband beats me", "I am afraid to go home", "my husband took my passport"),
            "ar": ("زوجي يضربني", "زوجي أخذ جواز سفري"),
        },
    ),
    "suicidal words": Trigger(
        flow="urgence.suicide",
        numbers=("107", "112"),
        services=("tele-accueil-107",),
        said={
            "fr": ("je veux mourir", "j'ai envie de me suicider", "je n'ai plus envie de vivre"),
            "en": ("I want to kill myself", "I want to die"),
            "ar": ("أريد أن أموت", "بدي انتحر"),
        },
    ),
    "child in danger, missing or alone": Trigger(
        flow="urgence.child_alone",
        numbers=("112", "103", "116 000"),
        services=("ecoute-enfants-103", "child-focus-116000"),
        said={
            "fr": ("mon enfant a disparu", "j'ai 15 ans et je suis seul dans la rue", "un enfant seul à la gare"),
            "en": ("my child is missing", "I am 16 and alone", "unaccompanied minor"),
            "ar": ("ابني مفقود", "عمري 15 سنة وأنا وحدي", "طفل وحده في الشارع"),
        },
    ),
    "exploitation": Trigger(
        flow="urgence.exploitation",
        numbers=("078 05 58 00",),
        services=("stop-traite-078",),
        said={
            "fr": ("mon patron a pris mon passeport et ne me paie pas", "on me force à me prostituer", "travail forcé"),
            "en": ("my boss took my passport", "forced to work without pay"),
            "ar": ("رب العمل أخذ جواز سفري", "يجبرونني على الدعارة", "عمل قسري"),
        },
    ),
    "poison, gas, medicine": Trigger(
        flow="urgence.danger",
        numbers=("112", "070 24 52 45"),
        services=("centre-antipoisons",),
        said={
            "fr": ("mon fils a avalé de la javel", "elle a pris tous les médicaments", "odeur de gaz"),
            "en": ("my child drank bleach", "smell of gas"),
            "ar": ("ابني شرب كلور", "رائحة غاز"),
        },
    ),
    "arrest, closed centre, order to leave": Trigger(
        flow="urgence.arrest",
        numbers=("112",),
        services=("baj-liege", "point-dappui-liege"),
        said={
            "fr": (
                "mon frère a été arrêté par la police",
                "il est au centre fermé de Vottem",
                "j'ai reçu un ordre de quitter le territoire",
                "annexe 13",
            ),
            "en": ("my brother was arrested", "detention centre", "order to leave the country"),
            "ar": ("أمر بمغادرة الأراضي", "الشرطة اعتقلت أخي", "مركز مغلق"),
        },
    ),
    "negative decision in hand": Trigger(
        flow="urgence.negative_decision",
        numbers=(),
        services=("baj-liege",),
        said={"fr": ("j'ai reçu une décision négative", "ma demande est refusée", "refus du CGRA")},
    ),
    "pregnant and bleeding, newborn with fever": Trigger(
        flow="urgence.danger",
        numbers=("112",),
        said={
            "fr": ("je suis enceinte et je saigne", "mon bébé de 10 jours a de la fièvre"),
            "en": ("I am pregnant and bleeding", "newborn with fever"),
            "ar": ("أنا حامل وعندي نزيف", "رضيع عنده حرارة"),
        },
    ),
    "nowhere to sleep tonight": Trigger(
        flow="besoins.sleep_tonight",
        numbers=(),
        services=("dus-cpas-liege",),
        vital=False,
        said={"fr": ("où dormir ce soir avec mes enfants", "dormir dehors avec les enfants, il fait moins 5")},
    ),
}
SENTENCES = [
    pytest.param(trigger, locale, said, id=f"{name}-{locale}-{number}")
    for name, trigger in TRIGGERS.items()
    for locale, sentences in trigger.said.items()
    for number, said in enumerate(sentences)
]


@pytest.mark.parametrize(("trigger", "locale", "said"), SENTENCES)
def test_words_of_danger_bring_the_right_card_first(trigger: Trigger, locale: str, said: str, stage: Stage) -> None:
    rehearsal = Rehearsal.begin(stage, Locale(locale), MORNING)
    heard = rehearsal.say(said)
    assert rehearsal.session.position.frames[-1].flow == trigger.flow
    assert_first_message(heard, trigger)


@pytest.mark.parametrize("hold", list(Hold))
@pytest.mark.parametrize("name", [name for name, trigger in TRIGGERS.items() if trigger.vital and trigger.numbers])
def test_danger_comes_before_everything_else(name: str, hold: Hold, stage: Stage, data: Data) -> None:
    """In the middle of a question, while waiting, while held, and whatever a model would have said."""
    trigger = TRIGGERS[name]
    said = trigger.said["fr"][0]
    danger = data.danger(said)
    assert danger is not None
    rehearsal = Rehearsal.begin(stage, Locale("ar"), MORNING)
    rehearsal.say("", Understanding(intent="find_housing", confidence=0.99))
    if hold is not Hold.NONE:
        rehearsal.say("/conseiller")
        rehearsal.press("👤")
        assert rehearsal.session.hold is Hold.WAITING
    if hold is Hold.HELD:
        rehearsal.session = rehearsal.session.restored(
            rehearsal.session.newcomer,
            rehearsal.session.version,
            rehearsal.session.stored().replace(b'"hold":"waiting"', b'"hold":"held"'),
        )
    wrong = Understanding(intent="thanks", confidence=0.99)
    heard = rehearsal.take(Said(text=said, message_id=9, danger=danger, understanding=wrong))
    assert_first_message(heard, trigger)


def assert_first_message(heard: Heard, trigger: Trigger) -> None:
    first = heard.messages[0]
    assert [number for number in trigger.numbers if spoken(number) not in spoken(first.text)] == []
    shown = {service for block in heard.said[0].blocks if isinstance(block, ServiceCards) for service in block.ids}
    assert set(trigger.services) <= shown
    assert heard.said[0].vital is trigger.vital
    assert before_the_question(heard, first)


def before_the_question(heard: Heard, first: Rendered) -> bool:
    """The card is a message of its own, or stands above the question in the same message."""
    asks = [any(isinstance(button.action, Choose) for row in one.buttons for button in row) for one in heard.said]
    # Below the question of a safety flow the numbers stand once more.
    text = first.text.rpartition("\n\n")[0] if heard.said[0].vital else first.text
    return not any(asks) or not asks[0] or text.index("☎️") < text.rindex("\n\n")


def spoken(text: str) -> str:
    """Digits and letters only: numbers are grouped in several ways."""
    return "".join(char for char in text if char.isalnum())


def test_every_safety_flow_begins_with_its_card(stage: Stage) -> None:
    """No safety flow asks before it has said what to do."""
    for flow in stage.guide().book.flows.values():
        first = flow.steps[flow.first]
        if flow.safety:
            assert first.say, flow.id
            assert first.when is None, flow.id
            assert getattr(first.act, "choices", ()) == (), flow.id


def test_complaint_and_police_come_with_the_notice_for_people_without_papers(stage: Stage) -> None:
    """Rule 1: never that the police is without risk; where a complaint is spoken of, a lawyer or association first."""
    for name in ("urgence.danger", "urgence.violence"):
        said = " ".join(one.text for step in stage.guide().book.flows[FlowId(name)].steps.values() for one in step.say)
        assert "Personne ne peut promettre que c'est sans risque." in said
        assert "avocat" in said


def test_voluntary_return_is_never_offered_by_another_flow(stage: Stage) -> None:
    """Rule 8: only on request. Menus of rights may name it; no pathway leads there."""
    offering = [
        flow.id
        for flow in stage.guide().book.flows.values()
        if not flow.id.startswith("_system.") and "sejour.voluntary_return" in flows_led_to(flow)
    ]
    assert offering == []


def flows_led_to(flow: Flow) -> set[str]:
    return {way.flow for step in flow.steps.values() for way in ways(step) if isinstance(way, ToFlow)}


def test_no_secret_address_is_on_any_screen(everything: Walked, stage: Stage, data: Data) -> None:
    """Rule 9: a confidential service shows no address, wherever it is shown and however much of it."""
    cards = stage.cards()
    for service in data.directory.published():
        if service.confidential:
            for whole in (False, True):
                shown = cards.blocks(ServiceCards(ids=(service.id,), whole=whole), Locale("fr"), MORNING)
                text = " ".join(getattr(block, "text", "") for block in shown)
                assert "📍" not in text, service.id
                assert "rue " not in text.lower(), service.id


def test_amounts_of_money_carry_their_year(data: Data, everything: Walked) -> None:
    """Rule 11: wherever a sentence shows an amount in euros, its year stands in the same message."""
    facts = data.directory.facts
    money = [name for name in facts if facts[name].unit is Unit.EUR]
    assert money
    undated = []
    for where, message in everything.messages():
        said = " ".join(block.text for block in message.blocks if isinstance(block, Phrase))
        undated += [
            (where, name)
            for name in money
            if f"{{fact.{name}}}" in said and f"{{fact.{name}.year}}" not in said and str(facts[name].year) not in said
        ]
    assert undated == []
