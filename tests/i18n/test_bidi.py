"""Golden lines: where marks and isolates stand. `⟦` and `⟧` show LRI and PDI, `⟨` FSI, `←` RLM and `→` LRM."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.i18n.bidi import (
    FSI,
    LRI,
    LRM,
    PDI,
    RLM,
    after_icon,
    first_strong,
    isolated,
    settled,
    verbatim,
    without_controls,
)
from bot.i18n.languages import Direction

LTR, RTL = Direction.LEFT_TO_RIGHT, Direction.RIGHT_TO_LEFT
SIGNS = str.maketrans({LRI: "⟦", PDI: "⟧", FSI: "⟨", RLM: "←", LRM: "→"})


@pytest.mark.parametrize(
    ("line", "golden"),
    [
        ("اتصل بـ 0800 30 030 الآن", "اتصل بـ ⟦0800 30 030⟧ الآن"),
        ("اطلب annexe 26 أو 9bis من CPAS.", "اطلب ⟦annexe 26⟧ أو ⟦9bis⟧ من CPAS."),
        ("CPAS مفتوح 9:00 - 16:00", "←CPAS مفتوح ⟦9:00 - 16:00⟧"),
        ("من 3/4/2026 إلى 12", "من ⟦3/4/2026⟧ إلى 12"),
        ("100PAP في Rue Léopold 36, 4000 Liège.", "←⟦100PAP⟧ في ⟦Rue Léopold 36, 4000 Liège⟧."),
        ("السعر 950 € في الشهر", "السعر ⟦950 €⟧ في الشهر"),
        ("+32 4 221 13 13", "←⟦+32 4 221 13 13⟧"),
        ("شماره ۱۲ و 48", "شماره ۱۲ و 48"),
        ("🏠 مرحبا", "🏠 مرحبا"),
        ("سطر\n\nFORem هنا", "سطر\n\n←FORem هنا"),
        (f"اتصل {LRI}0800 30 030{PDI} أو 04 221 13 13", "اتصل ⟦0800 30 030⟧ أو ⟦04 221 13 13⟧"),
        ("للمحو الآن: /imsah", "للمحو الآن: ⟦/imsah⟧"),
        ("/lugha لتغيير اللغة", "←⟦/lugha⟧ لتغيير اللغة"),
        ("نعم/oui", "نعم/oui"),
        ("رقمي ٠٤٧٠ ١٢ ٣٤ ٥٦", "رقمي ⟦٠٤٧٠ ١٢ ٣٤ ٥٦⟧"),
    ],
)
def test_right_to_left_line_keeps_its_runs_whole(line: str, golden: str) -> None:
    assert settled(line, RTL).translate(SIGNS) == golden


@pytest.mark.parametrize(
    ("line", "golden"),
    [
        ("Appelez le 0800 30 030.", "Appelez le 0800 30 030."),
        ("محمد vous répond.", "→محمد vous répond."),
        ("Bonjour محمد.", "Bonjour محمد."),
        ("Fatou رقمي 0470 12 34 56", "Fatou رقمي ⟦0470 12 34 56⟧"),
        (f"Vu : {FSI}رقمي{PDI} 9:30 - 11:00", "Vu : ⟨رقمي⟧ 9:30 - 11:00"),
    ],
)
def test_left_to_right_line_begins_left(line: str, golden: str) -> None:
    assert settled(line, LTR).translate(SIGNS) == golden


def test_value_is_isolated_where_it_matters() -> None:
    assert [isolated("Ali", LTR), isolated("علي", LTR), isolated("Ali", RTL)] == [
        "Ali",
        f"{FSI}علي{PDI}",
        f"{FSI}Ali{PDI}",
    ]
    assert [verbatim("112", LTR), verbatim("112", RTL), verbatim("علي", RTL)] == [
        "112",
        f"{LRI}112{PDI}",
        f"{FSI}علي{PDI}",
    ]


@pytest.mark.parametrize("reader", [LTR, RTL])
@pytest.mark.parametrize(
    ("written", "golden"),
    [
        ("رقمي 0470 12 34 56 بين الساعة 9:30 - 11:00", "⟨رقمي ⟦0470 12 34 56⟧ بين الساعة ⟦9:30 - 11:00⟧⟧"),
        ("رقمي +32 470 99 99 99", "⟨رقمي ⟦+32 470 99 99 99⟧⟧"),
        ("شماره من +32470999999", "⟨شماره من ⟦+32470999999⟧⟧"),
        ("فون:\n04 221 13 13 ہے", "⟨فون:⟧\n⟨⟦04 221 13 13⟧ ہے⟧"),
        ("Fatou رقمي 0470 12 34 56", "⟨Fatou رقمي ⟦0470 12 34 56⟧⟧"),
        ("Fatou Diallo: رقمي 0470 12 34 56", "⟦⟦Fatou Diallo⟧: رقمي ⟦0470 12 34 56⟧⟧"),
    ],
)
def test_numbers_a_person_wrote_keep_their_order_for_every_reader(reader: Direction, written: str, golden: str) -> None:
    assert isolated(written, reader).translate(SIGNS) == golden
    assert verbatim(written, reader) == isolated(written, reader)


def test_each_line_of_a_value_has_its_own_isolate() -> None:
    assert isolated("un\n\ndeux", RTL) == f"{FSI}un{PDI}\n\n{FSI}deux{PDI}"


def test_override_in_a_name_reorders_nothing() -> None:
    assert isolated("Ali\u202egnp.exe", RTL) == f"{FSI}Alignp.exe{PDI}"


@given(st.text(max_size=60), st.sampled_from([LTR, RTL]))
def test_settling_adds_marks_and_changes_nothing_else(text: str, direction: Direction) -> None:
    clean = without_controls(text).replace(LRM, "").replace(RLM, "")
    done = settled(clean, direction)
    assert without_controls(done).replace(LRM, "").replace(RLM, "") == clean
    assert done.count(LRI) == done.count(PDI)


@given(st.text(alphabet="اب 12abC.,:/-+€é\n", max_size=40))
def test_every_written_line_begins_in_its_direction(text: str) -> None:
    for line in settled(text, RTL).split("\n"):
        assert not line.strip() or first_strong(line) in (RTL, None) or line.startswith(RLM)


@pytest.mark.parametrize(
    ("icon", "text", "label"),
    [
        ("🆘", "خطر", f"{RLM}🆘 خطر"),
        ("🇺🇦", "أوكرانيا", f"{RLM}🇺🇦 أوكرانيا"),
        ("🏠", "القائمة", "🏠 القائمة"),
        ("🆘", "Danger", "🆘 Danger"),
        ("", "خطر", "خطر"),
    ],
)
def test_an_icon_that_is_a_letter_does_not_turn_a_label_round(icon: str, text: str, label: str) -> None:
    assert after_icon(icon, text) == label
