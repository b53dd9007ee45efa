"""The posters of this guichet: one for each office, language and topic, with a signed code."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

from bot.conversation.guide import Guide
from bot.core.ids import Locale
from bot.core.papers import Pair, PosterSheet
from bot.core.phrases import Phrase
from bot.i18n.catalogues import Catalogues
from bot.i18n.languages import SOURCE
from bot.i18n.render import render_phrase
from bot.services.posters import payload_of

#: Telegram opens a chat with a bot from here (https://core.telegram.org/bots/features#deep-linking).
LINK: Final = "https://t.me/{bot}?start={payload}"
#: The poster without a topic, which opens the welcome.
WELCOME: Final = "accueil"


@dataclass(frozen=True, slots=True, kw_only=True)
class Poster:
    """One poster, and the name of its file."""

    name: str
    sheet: PosterSheet


def topics_of(guide: Guide) -> dict[str, Phrase]:
    """Topic → what its poster is about; the welcome first."""
    flows = {topic: guide.book.flows[flow].title for topic, flow in sorted(guide.book.by_topic.items())}
    return {WELCOME: guide.book.phrase("poster_welcome"), **flows}


def sheets(
    guide: Guide,
    catalogues: Catalogues,
    *,
    key: bytes,
    bot: str,
    offices: Sequence[str] = (),
    locales: Collection[Locale] = (),
    topics: Collection[str] = (),
) -> Iterator[Poster]:
    """Every poster that is asked for; without offices, locales or topics: all that there are."""
    wanted = [one.locale for one in guide.languages if not locales or one.locale in locales]
    for topic, title in topics_of(guide).items():
        if topics and topic not in topics:
            continue
        for locale in wanted:
            payload = payload_of(key, topic="" if topic == WELCOME else topic, locale=locale)
            sheet = PosterSheet(
                language=catalogues.languages[locale].name,
                title=_pair(title, locale, catalogues),
                invitation=_pair(guide.book.phrase("poster_invitation"), locale, catalogues),
                link=LINK.format(bot=bot, payload=payload),
            )
            for number, office in enumerate(offices or ("",), 1):
                place = f"-{number:02d}" if offices else ""
                yield Poster(name=f"{topic}.{locale}{place}.pdf", sheet=replace(sheet, office=office))


def _pair(phrase: Phrase, locale: Locale, catalogues: Catalogues) -> Pair:
    french = render_phrase(phrase, SOURCE, catalogues).text
    if locale == SOURCE:
        return Pair(french=french)
    own = render_phrase(phrase, locale, catalogues)
    return Pair(french=french, own="" if SOURCE in own.locales else own.text)
