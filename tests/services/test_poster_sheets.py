"""Posters: every code opens the bot at its topic, in its language."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

from bot.core.ids import Locale
from bot.data import Data
from bot.services.poster_sheets import WELCOME, Poster, sheets, topics_of
from bot.services.posters import poster_in
from bot.services.rehearsal import Stage

KEY = b"a key of these tests"


def made(stage: Stage, data: Data, **wanted: object) -> list[Poster]:
    return list(sheets(stage.guide(), data.catalogues, key=KEY, bot="guichet_demo_bot", **wanted))  # type: ignore[arg-type]


def test_every_code_opens_its_topic_in_its_language(stage: Stage, data: Data) -> None:
    guide = stage.guide()
    locales = [language.locale for language in guide.languages]
    posters = made(stage, data)
    assert len(posters) == len(topics_of(guide)) * len(locales)
    for poster in posters:
        topic, locale, _ = poster.name.split(".")
        address = urlsplit(poster.sheet.link)
        [payload] = parse_qs(address.query)["start"]
        assert (address.netloc, address.path, len(payload) <= 64) == ("t.me", "/guichet_demo_bot", True)
        opened = poster_in(payload, KEY, locales=locales)
        assert opened is not None
        assert (opened.topic or WELCOME, opened.locale) == (topic, locale)
        assert opened.topic is None or opened.topic in guide.book.by_topic


def test_each_office_gets_its_own_file(stage: Stage, data: Data) -> None:
    posters = made(stage, data, offices=["CPAS de Liège", "CRIPEL"], locales=[Locale("fr")], topics=[WELCOME])
    assert [(one.name, one.sheet.office) for one in posters] == [
        ("accueil.fr-01.pdf", "CPAS de Liège"),
        ("accueil.fr-02.pdf", "CRIPEL"),
    ]
    assert posters[0].sheet.title.french == "Bienvenue à Liège"
    assert posters[0].sheet.title.own == ""
