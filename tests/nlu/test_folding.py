"""One word, many keyboards: all spellings of a pair fold to the same key."""

import pytest

from bot.nlu.folding import MAX_CHARS, fold


@pytest.mark.parametrize(
    ("typed", "plain"),
    [
        pytest.param("RÉFUGIÉ", "refugie", id="case and accents"),
        pytest.param("ｈｅｌｐ", "help", id="full width"),
        pytest.param("ﬁnd", "find", id="ligature"),
        pytest.param("cœur", "coeur", id="oe"),
        pytest.param("j’ai j`ai jʼai", "j'ai j'ai j'ai", id="apostrophes"),
        pytest.param("aiiiiidez", "aidez", id="stretched letters"),
        pytest.param("1112 000", "1112 000", id="digits are never joined"),
        pytest.param("İSTANBUL ISPARTA ısırdı", "istanbul isparta isirdi", id="Turkish i"),
        pytest.param("öldürecek şiddet çocuğum", "oldurecek siddet cocugum", id="Turkish letters"),
        pytest.param("ё й Ї", "е и і", id="Cyrillic marks"),
        pytest.param("أين إلى آخر ٱسم", "اين الي اخر اسم", id="Arabic alif"),
        pytest.param("مساعدة", "مساعده", id="ta marbuta"),
        pytest.param("کمک می‌خواهم", "كمك ميخواهم", id="Persian kaf, ya and zero-width joiner"),
        pytest.param("کمک می خواهم", "كمك ميخواهم", id="Persian verb prefix typed apart"),
        pytest.param("نمي خواهم", "نميخواهم", id="Persian negation typed apart"),
        pytest.param("مې وهي", "مي وهي", id="Pashto word that only looks like the Persian prefix"),
        pytest.param("ہے ھے", "هي هي", id="Urdu letters"),
        pytest.param("مُسَاعَـــدَة", "مساعده", id="short vowels and tatweel"),
        pytest.param("ﻣﺴﺎﻋﺪة", "مساعده", id="presentation forms"),
        pytest.param("١١٢ ۱۱۲ ११२ ১১২", "112 112 112 112", id="digits of four scripts"),
        pytest.param("ዓለም ሐኪም ሠላም ፀሐይ", "አለም ሀኪም ሰላም ጸሀይ", id="Ethiopic letter series"),
        pytest.param("ሰላም፡ዓለም።", "ሰላም አለም.", id="Ethiopic word space and full stop"),
        pytest.param("কষ্ট", "কষ্ট", id="Bengali vowels stay"),
        pytest.param("h\u200be\u2060l\u00adp", "help", id="zero width"),
        pytest.param("\u202eabc\u202c", "abc", id="direction controls"),
        pytest.param("a\x00b\ud83d", "a b ", id="NUL and half a surrogate pair"),
        pytest.param("🆘", " sos ", id="sos sign"),
    ],
)
def test_spellings_share_one_key(typed: str, plain: str) -> None:
    assert fold(typed) == plain


def test_folding_twice_changes_nothing() -> None:
    text = "Je n’ai plus de médicaments ; ساعدوني ارجوكم ۱۱۲ ዓለም በጣም Мой дом ёж ISPARTA"
    assert fold(fold(text)) == fold(text)


def test_a_flood_of_marks_keeps_the_letters() -> None:
    assert fold("a" + "\u0301" * 1000 + "b").replace(" ", "") == "ab"


def test_a_text_is_read_up_to_the_limit() -> None:
    assert fold("ab" * MAX_CHARS) == "ab" * (MAX_CHARS // 2)
    assert len(fold("\ufdfa" * MAX_CHARS)) <= 2 * MAX_CHARS
