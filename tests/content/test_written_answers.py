"""What people write instead of touching a button goes where the button goes, and never elsewhere."""

from __future__ import annotations

import pytest

from bot.cli.talk import MORNING
from bot.core.ids import FlowId, Locale
from bot.core.messages import Begin, ServiceCards
from bot.flow.graph import Ask
from bot.services.rehearsal import Rehearsal, Stage

WOMAN = "sans-logis-femmes"
MAN = "thermos-abri-nuit"
BOTH = f"{WOMAN} {MAN}"


@pytest.mark.parametrize(
    ("locale", "said", "shown"),
    [
        ("fr", "je suis une femme", WOMAN),
        ("fr", "femme seule", WOMAN),
        ("fr", "pour moi et mes enfants", WOMAN),
        ("fr", "moi et ma fille", WOMAN),
        ("fr", "je suis un homme", MAN),
        ("fr", "pour moi", BOTH),
        ("en", "I am a woman", WOMAN),
        ("en", "for me and my two children", WOMAN),
        ("en", "I'm a man", MAN),
        ("en", "for me", BOTH),
        ("ar", "أنا امرأة", WOMAN),
        ("ar", "لي ولأطفالي", WOMAN),
        ("ar", "أنا رجل", MAN),
        ("ar", "لي", BOTH),
    ],
)
def test_who_needs_a_bed_is_not_guessed(locale: str, said: str, shown: str, stage: Stage) -> None:
    """A woman who answers "for me" is not sent to a shelter for men alone."""
    rehearsal = Rehearsal.begin(stage, Locale(locale), MORNING)
    rehearsal.do(Begin(flow=FlowId("besoins.sleep_tonight")))
    heard = rehearsal.say(said)
    cards = [
        one
        for message in heard.said
        for block in message.blocks
        if isinstance(block, ServiceCards)
        for one in block.ids
    ]
    assert [one for one in cards if one in (WOMAN, MAN)] == shown.split()


@pytest.mark.parametrize(
    ("locale", "said", "flow"),
    [
        ("fr", "je veux parler à une personne", "_system.person"),
        ("fr", "JE VEUX PARLER A UN ETRE HUMAIN", "_system.person"),
        ("fr", "je veux un conseiller", "_system.person"),
        ("en", "i want to talk to someone", "_system.person"),
        ("en", "human please", "_system.person"),
        ("ar", "أريد أن أتكلم مع موظف", "_system.person"),
        ("uk", "я хочу поговорити з людиною", "_system.person"),
        ("tr", "biriyle konuşmak istiyorum", "_system.person"),
        ("fr", "je veux effacer mes données", "_system.privacy"),
        ("en", "i want to delete my data", "_system.privacy"),
        ("ar", "احذف بياناتي", "_system.forget"),
        ("ru", "удалите мои данные пожалуйста", "_system.privacy"),
        ("fr", "english", "_system.language"),
        ("fr", "I speak english", "_system.language"),
        ("fr", "english please", "_system.language"),
        ("fr", "عربي", "_system.language"),
        ("fr", "arabe", "_system.language"),
        ("fr", "je ne parle pas français", "_system.language"),
        ("es", "no hablo francés", "_system.language"),
        ("fr", "je n'ai pas de lit ce soir", "besoins.sleep_tonight"),
        ("fr", "je n'ai nulle part où dormir", "besoins.sleep_tonight"),
        ("en", "we have nowhere to sleep", "besoins.sleep_tonight"),
        ("fr", "mon enfant est malade", "besoins.doctor"),
        ("ar", "ابني مريض", "besoins.doctor"),
    ],
)
def test_keywords_alone_lead_there(locale: str, said: str, flow: str, stage: Stage) -> None:
    """Nothing here uses a model: it may be away, or still starting."""
    rehearsal = Rehearsal.begin(stage, Locale(locale), MORNING)
    rehearsal.say(said)
    assert rehearsal.session.position.frames[-1].flow == flow


@pytest.mark.parametrize("said", ["je suis ukrainien", "je veux apprendre le français"])
def test_a_nationality_or_a_course_is_no_change_of_language(said: str, stage: Stage) -> None:
    rehearsal = Rehearsal.begin(stage, Locale("fr"), MORNING)
    rehearsal.say(said)
    assert rehearsal.session.position.frames[-1].flow != "_system.language"


def test_several_needs_are_all_offered(stage: Stage) -> None:
    """Hunger does not hide that there is no bed and that a child is ill."""
    rehearsal = Rehearsal.begin(stage, Locale("fr"), MORNING)
    heard = rehearsal.say("j'ai faim et je n'ai pas de lit ce soir et mon enfant est malade")
    offered = {
        button.action.flow for row in heard.said[-1].buttons for button in row if isinstance(button.action, Begin)
    }
    assert offered == {"besoins.eat", "besoins.sleep_tonight", "besoins.doctor"}


#: « 3 » is "in 3 days" there, wherever it stands.
SAYS_ITS_NUMBER = {("_system.reminder", "day", 3)}
SCRIPTS = ("0123456789", "٠١٢٣٤٥٦٧٨٩", "۰۱۲۳۴۵۶۷۸۹", "०१२३४५६७८९", "০১২৩৪৫৬৭৮৯")


def test_a_number_is_the_place_of_the_choice_on_every_screen_in_every_script(stage: Stage) -> None:
    """Best-in-class 6; but where choices are quantities, a number is a quantity."""
    guide = stage.guide()
    asked = [
        (flow.id, step.id, step.act)
        for flow in guide.book.flows.values()
        for step in flow.steps.values()
        if isinstance(step.act, Ask) and step.act.choices and not step.act.counts
    ]
    elsewhere = {
        (flow, step, place)
        for flow, step, ask in asked
        for language in guide.languages
        for place in range(1, len(ask.choices) + 1)
        for digits in (SCRIPTS if language.locale == "fr" else SCRIPTS[:1])
        if guide.words.choice(digits[place], [(one.label, *one.words) for one in ask.choices], language.locale)
        != place - 1
    }
    assert len(asked) > 150
    assert elsewhere == SAYS_ITS_NUMBER
