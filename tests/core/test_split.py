"""Long texts in parts (B13)."""

from __future__ import annotations

import unicodedata

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core.split import LIMIT_UNITS, split, units

FAMILY = "👨‍👩‍👧"


def texts(text: str, limit: int) -> list[str]:
    return [part for part, _ in split(text, (), limit)]


def test_short_text_stays_whole_with_its_bold_and_white_space() -> None:
    assert split(" Bonjour \n", ((0, 3),)) == [(" Bonjour \n", ((0, 3),))]


def test_cut_comes_between_paragraphs_first() -> None:
    assert texts("Un mot. Deux.\n\nTrois mots. Quatre.", 30) == ["Un mot. Deux.", "Trois mots. Quatre."]


def test_then_between_sentences() -> None:
    assert texts("Un mot ici. Deux mots. Trois mots", 25) == ["Un mot ici. Deux mots.", "Trois mots"]
    assert texts("ما اسمك اليوم؟ أين تسكن الآن", 20) == ["ما اسمك اليوم؟", "أين تسكن الآن"]
    assert texts("你今天好吗。我们去吃饭吧。再见", 10) == ["你今天好吗。", "我们去吃饭吧。再见"]


def test_then_between_words() -> None:
    assert texts("un deux trois quatre cinq", 14) == ["un deux trois", "quatre cinq"]


def test_then_between_graphemes() -> None:
    assert texts("a" * 5000, LIMIT_UNITS) == ["a" * 4096, "a" * 904]
    assert texts(FAMILY * 3, 12) == [FAMILY, FAMILY, FAMILY]
    assert texts("🇧🇪🇫🇷🇩🇪", 10) == ["🇧🇪🇫🇷", "🇩🇪"]
    assert texts("e\u0301" * 5, 5) == ["e\u0301" * 2, "e\u0301" * 2, "e\u0301"]
    assert texts("👍🏽👍🏽", 6) == ["👍🏽", "👍🏽"]


def test_4096_emoji_are_two_parts() -> None:
    assert [units(part) for part in texts("😀" * 4096, LIMIT_UNITS)] == [4096, 4096]


def test_endless_grapheme_is_cut_all_the_same() -> None:
    parts = texts("e" + "\u0301" * 50, 20)
    assert [len(part) for part in parts] == [20, 20, 11]


def test_bold_is_shared_out_across_the_cut() -> None:
    text = "😀 un deux trois quatre"
    offset = 3  # in UTF-16 units: the emoji is two
    parts = split(text, ((offset, units("un deux trois")),), 14)
    assert parts == [("😀 un deux", ((3, 7),)), ("trois quatre", ((0, 5),))]


PIECES = st.sampled_from([" ", "\n", "\n\n", ". ", "؟ ", "。", "😀", FAMILY, "🇧🇪", "e\u0301", "mot", "كلمة"])
WRITING = st.lists(PIECES | st.characters(codec="utf-8"), max_size=200).map("".join)


@settings(max_examples=300)
@given(
    WRITING,
    st.integers(40, 120),
    st.tuples(st.integers(0, 300), st.integers(1, 300)),
)
def test_parts_fit_lose_nothing_and_keep_their_bold(text: str, limit: int, span: tuple[int, int]) -> None:
    total = units(text)
    offset = min(span[0], max(0, total - 1))
    bold = ((offset, max(1, min(span[1], total - offset))),) if total else ()
    parts = split(text, bold, limit)
    assert all(units(part) <= limit for part, _ in parts)
    if len(parts) > 1:
        # `strip` and the cut drop what Python calls white space, nothing else.
        assert "".join("".join(part.split()) for part, _ in parts) == "".join(text.split())
        assert all(part.strip() == part and part for part, _ in parts)
    for part, spans in parts:
        for begin, length in spans:
            assert begin >= 0 and length > 0 and begin + length <= units(part)
    whole = _letters(text, bold)
    assert sum(_letters(part, spans) for part, spans in parts) == whole


def _letters(text: str, bold: tuple[tuple[int, int], ...]) -> int:
    """How many characters that are not white space are bold."""
    encoded = text.encode("utf-16-le", "surrogatepass")
    count = 0
    for begin, length in bold:
        piece = encoded[begin * 2 : (begin + length) * 2].decode("utf-16-le", "replace")
        count += sum(not char.isspace() and unicodedata.category(char) != "Cn" and char != "\ufffd" for char in piece)
    return count
