from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import pytest

from bot.core.ids import FlowId, Locale, ServiceId, StepId, Token
from bot.core.messages import (
    LABEL_LIMIT,
    Action,
    Author,
    Button,
    Choose,
    Command,
    Go,
    Items,
    Message,
    Open,
    Rendered,
    RenderedButton,
    ServiceCards,
)
from bot.core.phrases import Phrase, Verbatim
from bot.i18n.bidi import FSI, LRI, LRM, PDI, RLM
from bot.i18n.catalogues import Catalogues
from bot.i18n.render import Shown, joined, plain, render, render_label, render_phrase, utf16
from bot.i18n.text import Text
from tests.i18n.conftest import write_po

FRENCH, ARABIC, ENGLISH, RUSSIAN = Locale("fr"), Locale("ar"), Locale("en"), Locale("ru")
HELLO = Phrase(key="system/hello", text="Bonjour.")
CALL = Phrase(key="besoins.eat/who.say", text="Appelez le **{phone}**.", values={"phone": Verbatim(text="0800 30 030")})


def spans(text: Text | Rendered) -> list[str]:
    """The bold parts, cut out as Telegram does."""
    units = text.text.encode("utf-16-le")
    return [units[2 * at : 2 * (at + length)].decode("utf-16-le") for at, length in text.bold]


def no_cards(cards: ServiceCards, locale: Locale) -> tuple[Text, ...]:
    return ()


def token_of(action: Action) -> Token:
    return Token(f"t:{type(action).__name__}")


def test_bold_is_a_span_in_utf16_units(catalogues: Catalogues) -> None:
    phrase = Phrase(key="x", text="🆘🆘 **Appelez {who}** et **{what}**.", values={"who": "😀", "what": "112"})
    text = render_phrase(phrase, FRENCH, catalogues)
    assert text.text == "🆘🆘 Appelez 😀 et 112."
    assert text.bold == ((5, 10), (19, 3))
    assert spans(text) == ["Appelez 😀", "112"]


def test_bold_holds_its_isolates_in_a_right_to_left_line(catalogues: Catalogues) -> None:
    text = render_phrase(CALL, ARABIC, catalogues)
    assert text.text == f"اتصل بالرقم {LRI}0800 30 030{PDI} الآن."
    assert spans(text) == [f"{LRI}0800 30 030{PDI}"]


def test_asterisks_of_a_person_stay_asterisks(catalogues: Catalogues) -> None:
    phrase = Phrase(key="x", text="Vous : {said}", values={"said": "**salut** {name} \ue000"})
    assert render_phrase(phrase, FRENCH, catalogues) == Text(
        text="Vous : **salut** {name} ", locales=frozenset({FRENCH})
    )


def test_odd_bold_sign_opens_nothing(catalogues: Catalogues) -> None:
    assert render_phrase(Phrase(key="x", text="a ** b"), FRENCH, catalogues).bold == ()


def test_missing_value_shows_a_gap_and_never_fails(catalogues: Catalogues) -> None:
    assert plain(Phrase(key="x", text="Bonjour {name}"), FRENCH, catalogues) == "Bonjour …"


def test_values_are_formatted_for_the_language_of_the_sentence(catalogues: Catalogues) -> None:
    phrase = Phrase(
        key="x",
        text="{day} · {hour} · {at} · {wait} · {count} · {fact.amount-2026}",
        values={
            "day": date(2026, 4, 3),
            "hour": time(14, 5),
            "at": datetime(2026, 4, 3, 12, 5, tzinfo=UTC),
            "wait": timedelta(minutes=12),
            "count": 3,
            "fact.amount-2026": "1 314,20 €",
        },
    )
    french = "vendredi 3 avril 2026 · 14:05 · vendredi 3 avril 2026, 14:05 · 12 minutes · 3 · 1 314,20 €"
    assert plain(phrase, FRENCH, catalogues) == french
    # An untranslated sentence stays French as a whole, its dates too.
    assert plain(phrase, ARABIC, catalogues) == french


def test_phrase_in_a_phrase_is_rendered_first(catalogues: Catalogues) -> None:
    outer = Phrase(key="x", text="On vous dit : {inner}", values={"inner": CALL})
    text = render_phrase(outer, ENGLISH, catalogues)
    assert (text.text, spans(text)) == ("On vous dit : Call 0800 30 030.", ["0800 30 030"])
    assert (text.locales, text.unreviewed) == ({FRENCH, ENGLISH}, True)


def test_phrase_of_another_direction_is_isolated(catalogues: Catalogues) -> None:
    outer = Phrase(key="x", text="On vous dit : {inner}", values={"inner": HELLO})
    assert plain(outer, ARABIC, catalogues) == f"On vous dit : {FSI}مرحبا.{PDI}"


@pytest.mark.parametrize("name", ["العربية", "Français"])
def test_value_alone_has_its_own_direction(catalogues: Catalogues, name: str) -> None:
    own = Phrase(key="", text="{name}", values={"name": Verbatim(text=name)})
    assert [plain(own, locale, catalogues) for locale in (FRENCH, ARABIC)] == [name, name]


def test_message_is_paragraphs_and_buttons(catalogues: Catalogues) -> None:
    choose = Choose(flow=FlowId("besoins.eat"), step=StepId("who"), choice="me")
    message = Message(
        blocks=(HELLO, CALL, ServiceCards(ids=(ServiceId("soup"),)), Items(items=(HELLO, CALL), mark="☐")),
        buttons=(
            (Button(label=HELLO, action=choose, icon="👩"),),
            (
                Button(label=HELLO, action=Go(command=Command.BACK)),
                Button(label=HELLO, action=Open(url="https://x.be")),
            ),
        ),
    )

    def expand(cards: ServiceCards, locale: Locale) -> tuple[Text | Phrase, ...]:
        return Text(text=f"{cards.ids[0]} in {locale}", bold=((0, 4),)), HELLO

    shown = render(message, ENGLISH, catalogues, expand=expand, token_for=token_of)
    assert shown == Shown(
        rendered=Rendered(
            text="Hello.\n\nCall 0800 30 030.\n\nsoup in en\n\nHello.\n\n☐ Hello.\n☐ Call 0800 30 030.",
            buttons=(
                (RenderedButton(text="👩 Hello.", token=Token("t:Choose")),),
                (
                    RenderedButton(text="Hello.", token=Token("t:Go")),
                    RenderedButton(text="Hello.", url="https://x.be"),
                ),
            ),
            bold=((13, 11), (27, 4), (63, 11)),
        ),
        locales=frozenset({ENGLISH}),
        unreviewed=True,
    )
    assert spans(shown.rendered) == ["0800 30 030", "soup", "0800 30 030"]


@pytest.mark.parametrize(
    ("last", "rows"),
    [("Une personne", [["⬅️ Retour", "🏠 Menu"], ["👤 Une personne"]]), ("Qof", [["⬅️ Retour", "🏠 Menu", "👤 Qof"]])],
)
def test_three_in_a_row_are_two_rows_where_a_phone_would_cut_a_word(
    catalogues: Catalogues, last: str, rows: list[list[str]]
) -> None:
    said = (("⬅️", "Retour", Command.BACK), ("🏠", "Menu", Command.MENU), ("👤", last, Command.PERSON))
    buttons = tuple(
        Button(label=Phrase(key="", text=text), icon=icon, action=Go(command=command)) for icon, text, command in said
    )
    shown = render(
        Message(blocks=(HELLO,), buttons=(buttons,)), FRENCH, catalogues, expand=no_cards, token_for=token_of
    )
    assert [[button.text for button in row] for row in shown.rendered.buttons] == rows


def test_empty_cards_leave_no_empty_paragraph(catalogues: Catalogues) -> None:
    message = Message(blocks=(HELLO, ServiceCards(need="eat"), HELLO))
    shown = render(message, FRENCH, catalogues, expand=no_cards, token_for=token_of)
    assert shown.rendered.text == "Bonjour.\n\nBonjour."


@pytest.mark.parametrize(
    ("author", "locale", "text"),
    [
        (Author.BOT, ARABIC, "مرحبا."),
        (Author.ADVISER, FRENCH, "👤 Bonjour."),
        (Author.ADVISER, ARABIC, f"{RLM}👤 مرحبا."),
    ],
)
def test_maker_is_shown_when_it_is_not_the_guichet(
    catalogues: Catalogues, author: Author, locale: Locale, text: str
) -> None:
    message = Message(blocks=(HELLO,), author=author)
    assert render(message, locale, catalogues, expand=no_cards, token_for=token_of).rendered.text == text


def test_words_of_an_adviser_keep_their_direction_for_any_reader(catalogues: Catalogues) -> None:
    said = Phrase(key="", text="{text}", values={"text": Verbatim(text="Venez à 14:30.\nMerci.")})
    message = Message(blocks=(said,), author=Author.ADVISER)
    shown = render(message, ARABIC, catalogues, expand=no_cards, token_for=token_of)
    assert (shown.rendered.text, shown.unreviewed) == ("👤 Venez à 14:30.\nMerci.", False)


def test_number_that_a_newcomer_writes_in_arabic_can_be_dialled_by_who_reads_french(catalogues: Catalogues) -> None:
    wrote = Phrase(key="system/adviser_person_wrote", text="💬 {text}", values={"text": "رقمي 0470 12 34 56"})
    own = Phrase(key="", text="{text}", values={"text": Verbatim(text="Sara رقمي 0470 12 34 56")})
    number = f"{LRI}0470 12 34 56{PDI}"
    assert plain(wrote, FRENCH, catalogues) == f"{LRM}💬 {FSI}رقمي {number}{PDI}"
    assert plain(own, FRENCH, catalogues) == f"Sara رقمي {number}"


def test_reviewed_sentences_need_no_note(catalogues: Catalogues) -> None:
    shown = render(Message(blocks=(HELLO,)), RUSSIAN, catalogues, expand=no_cards, token_for=token_of)
    assert (shown.unreviewed, shown.locales) == (False, {ENGLISH})


@pytest.mark.parametrize(
    ("name", "label"),
    [
        ("Thermos", "Plus : Thermos"),
        ("Bureau d'aide juridique, avocat", "Plus : Bureau d'aide juridique, avocat"),
        ("Bureau d'aide juridique (BAJ) — avocat pro deo", "Plus : Bureau d'aide juridique (BAJ)…"),
        ("Donaudampfschifffahrtsgesellschaftskapitän", "Plus : Donaudampfschifffahrtsgesellscha…"),
    ],
)
def test_value_of_a_label_gives_way_when_phones_would_cut_it(catalogues: Catalogues, name: str, label: str) -> None:
    more = Phrase(key="x", text="Plus : {name}", values={"name": Verbatim(text=name)})
    assert render_label(more, FRENCH, catalogues).text == label
    assert len(label) <= LABEL_LIMIT


def test_draft_of_a_button_counts_too(catalogues: Catalogues) -> None:
    message = Message(blocks=(HELLO,), buttons=((Button(label=CALL, action=Go(command=Command.MENU)),),))
    assert render(message, ENGLISH, catalogues, expand=no_cards, token_for=token_of).unreviewed


def test_golden_card_in_arabic_with_french_words_numbers_and_phones(locales: Path) -> None:
    write_po(
        locales,
        "ar",
        """
msgid ""
msgstr ""
"Content-Type: text/plain; charset=utf-8\\n"

msgctxt "x"
msgid "CPAS ({street}), {phone}, ouvert {from}–{to}. **annexe 26** : gardez-la."
msgstr "CPAS ({street})، {phone}، مفتوح {from}–{to}. **annexe 26**: احتفظ بها."
""",
    )
    phrase = Phrase(
        key="x",
        text="CPAS ({street}), {phone}, ouvert {from}–{to}. **annexe 26** : gardez-la.",
        values={
            "street": "Place Saint-Jacques 13, 4000 Liège",
            "phone": Verbatim(text="+32 4 220 58 11"),
            "from": time(8, 30),
            "to": time(12, 0),
        },
    )
    text = render_phrase(phrase, ARABIC, Catalogues.load(locales))
    assert text.text == (
        f"{RLM}CPAS ({FSI}Place Saint-Jacques 13, 4000 Liège{PDI})، {LRI}+32 4 220 58 11{PDI}، "
        f"مفتوح {LRI}08:30{PDI}–{LRI}12:00{PDI}. {LRI}annexe 26{PDI}: احتفظ بها."
    )
    assert spans(text) == [f"{LRI}annexe 26{PDI}"]


def test_texts_join_with_their_spans() -> None:
    parts = [Text(text="😀a", bold=((2, 1),)), Text(text="b", bold=((0, 1),))]
    assert joined(parts, "\n\n") == Text(text="😀a\n\nb", bold=((2, 1), (5, 1)))
    assert (utf16("😀"), utf16("é"), utf16("\ud800")) == (2, 1, 1)
