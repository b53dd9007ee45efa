"""Text is parsed, trimmed and counted as Telegram does."""

from __future__ import annotations

from typing import Any

import pytest

from bot.sandbox.refusal import Refusal
from bot.sandbox.text import parse_html, settle, units


def entity(kind: str, offset: int, length: int, **more: Any) -> dict[str, Any]:
    return {"type": kind, "offset": offset, "length": length, **more}


@pytest.mark.parametrize(
    ("html", "text", "entities"),
    [
        ("a &lt; b &amp;&#x41;", "a < b &A", []),
        ("<b>gras <i>et</i></b>", "gras et", [entity("bold", 0, 7), entity("italic", 5, 2)]),
        ("🙂<u>x</u>", "🙂x", [entity("underline", 2, 1)]),
        (
            '<a href="https://x.be/?a=1&amp;b=2">ici</a>',
            "ici",
            [entity("text_link", 0, 3, url="https://x.be/?a=1&b=2")],
        ),
        ('<span class="tg-spoiler">chut</span>', "chut", [entity("spoiler", 0, 4)]),
        ("<blockquote expandable>q</blockquote>", "q", [entity("expandable_blockquote", 0, 1)]),
        ('<pre><code class="language-py">x=1</code></pre>', "x=1", [entity("pre", 0, 3, language="py")]),
        ("  <b> x </b> ", "x", [entity("bold", 0, 1)]),
        ("https://liege.be/a?b=1, merci", "https://liege.be/a?b=1, merci", [entity("url", 0, 22)]),
        (
            "/menu ou ecrire@exemple.be #logement @guichet_demo_bot",
            "/menu ou ecrire@exemple.be #logement @guichet_demo_bot",
            [
                entity("bot_command", 0, 5),
                entity("email", 9, 17),
                entity("hashtag", 27, 9),
                entity("mention", 37, 17),
            ],
        ),
    ],
)
def test_html_becomes_text_and_entities(html: str, text: str, entities: list[dict[str, Any]]) -> None:
    assert settle(html, None, "HTML", limit=4096) == (text, entities)


@pytest.mark.parametrize(
    ("html", "description"),
    [
        ("<b>x", "Bad Request: can't parse entities: Can't find end tag corresponding to start tag \"b\""),
        ("é<foo>", 'Bad Request: can\'t parse entities: Unsupported start tag "foo" at byte offset 2'),
        ("x</b>", "Bad Request: can't parse entities: Unexpected end tag at byte offset 1"),
        ("1 < 2", "Bad Request: can't parse entities: Unclosed start tag at byte offset 2"),
        (
            "<b>x</i>",
            'Bad Request: can\'t parse entities: Unmatched end tag, expected "</b>", found "</i>" at byte offset 4',
        ),
    ],
)
def test_html_that_does_not_parse_is_refused_in_telegrams_words(html: str, description: str) -> None:
    with pytest.raises(Refusal) as caught:
        parse_html(html)
    assert caught.value.text == description


def test_the_limit_is_counted_in_utf_16_units_after_parsing() -> None:
    assert units("🙂" * 2048) == 4096
    assert settle("🙂" * 2048, None, None, limit=4096)[0] == "🙂" * 2048
    assert settle("<b>" + "x" * 4096 + "</b>", None, "HTML", limit=4096)[1] == [entity("bold", 0, 4096)]
    for text in ("🙂" * 2048 + "x", "x" * 4097):
        with pytest.raises(Refusal, match="message is too long"):
            settle(text, None, None, limit=4096)


@pytest.mark.parametrize("text", ["", "   ", "\n\n", "<b></b>"])
def test_an_empty_text_is_refused(text: str) -> None:
    with pytest.raises(Refusal, match="message text is empty"):
        settle(text, None, "HTML", limit=4096)


def test_given_entities_move_with_the_trimmed_text() -> None:
    assert settle("  مرحبا ", [entity("bold", 2, 6)], None, limit=4096) == ("مرحبا", [entity("bold", 0, 5)])


def test_latin_commands_only_are_commands() -> None:
    assert settle("/ترجمة et a/b", None, None, limit=4096)[1] == []
