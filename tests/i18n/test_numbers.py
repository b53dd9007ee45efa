import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.i18n.numbers import latin_digits, number_in

#: Zero of Latin, Arabic-Indic, Persian, Devanagari, Bengali, Khmer and full-width digits.
ZEROS = (0x30, 0x660, 0x6F0, 0x966, 0x9E6, 0x17E0, 0xFF10)


@given(st.integers(min_value=0, max_value=999_999_999), st.sampled_from(ZEROS))
def test_digits_of_every_script_are_the_same_number(number: int, zero: int) -> None:
    written = "".join(chr(zero + int(digit)) for digit in str(number))
    assert number_in(f" {written} ", {}) == number


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("25 ans", 25),
        ("j'ai 3 enfants", 3),
        ("١٢", 12),
        ("۲۵ سال", 25),
        ("3️⃣", 3),
        ("③", 3),
        ("1 200", 1200),
        ("1.200 euros", 1200),
        ("12,345,678", 12345678),
        ("፲፪", 12),
        ("፪፻፲፭", 215),
        ("፲፱፻፹፯", 1987),
        ("፼", 10000),
        ("deux", 2),
        ("2 ou 3", None),
        ("2-3", None),
        ("1,5", None),
        ("½", None),
        ("1/2", None),
        ("-3", None),
        ("0485 12 34 56", None),
        ("1234567890", None),
        ("beaucoup", None),
        ("", None),
    ],
)
def test_number_of_a_text(text: str, number: int | None) -> None:
    assert number_in(text, {"deux": 2}) == number


@given(st.text(max_size=80))
def test_any_text_is_read_without_failing(text: str) -> None:
    found = number_in(text, {})
    assert found is None or 0 <= found < 10**9
    assert latin_digits(latin_digits(text)) == latin_digits(text)
