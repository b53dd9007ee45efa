"""The lexicon: how phrases are written, which danger wins, what a broken file says."""

from pathlib import Path

import pytest

from bot.data import Data
from bot.nlu import compiled
from bot.nlu.lexicon import SAFETY_INTENTS, Danger, Lexicon
from bot.nlu.phrase_finder import PhraseFinder
from bot.nlu.phrase_tree import grown
from bot.nlu.phrases import PhraseError, read_phrase


def found(phrase: str, text: str) -> bool:
    return PhraseFinder(grown([read_phrase(phrase)])).find(text) != []


@pytest.mark.parametrize(
    ("phrase", "text"),
    [
        pytest.param("veux mourir", "Je VEUX mourir", id="words next to each other"),
        pytest.param("veut * tuer", "il veut vraiment toujours me tuer", id="a gap lets three words through"),
        pytest.param("frapp*", "il m'a frappée", id="beginning"),
        pytest.param("*bani", "kurbani", id="end"),
        pytest.param("*ndiz*", "akandizura", id="inside"),
        pytest.param("(mari|copain) me (bat|tape)", "mon copain me tape", id="one of several words"),
        pytest.param("(mon mari|il|) me bat", "mon mari me bat", id="several words or nothing between the bars"),
        pytest.param("m'a frappe", "il ma frappé", id="apostrophe forgotten"),
        pytest.param("annexe 13", "j'ai reçu l’annexe 13", id="elision before the word"),
        pytest.param("aide moi", "aiiide-moi", id="stretched letters and hyphen"),
        pytest.param("lacag la'aan", "lacag laan", id="glottal stop forgotten"),
        pytest.param("lacag la'aan", "lacag la’aan", id="glottal stop"),
        pytest.param("kill me", "he will killlll me", id="a double letter stretched"),
        pytest.param("شرطه", "والشرطة", id="Arabic short words written on"),
        pytest.param("بدي موت", "بدّي أموت".replace("أ", ""), id="Arabic doubling mark"),
        pytest.param("می خواهم بمیرم", "ميخواهم بميرم", id="Persian on an Arabic keyboard"),
        pytest.param("نمی خواهم", "نمی‌خواهم", id="Persian half space"),
        pytest.param("beni öldürecek", "BENI OLDURECEK", id="Turkish without its marks"),
        pytest.param("112", "call ۱۱۲", id="Persian digits"),
        pytest.param("кров", "Кров!", id="Cyrillic"),
        pytest.param("মরতে চাই", "আমি মরতে চাই।", id="Bengali"),
        pytest.param("ክሞት", "ክሞት፡እደሊ", id="Ethiopic word space"),
    ],
)
def test_phrase_is_found(phrase: str, text: str) -> None:
    assert found(phrase, text)


@pytest.mark.parametrize(
    ("phrase", "text"),
    [
        pytest.param("mort", "mortadelle", id="whole words only"),
        pytest.param("veut * tuer", "il veut un deux trois quatre tuer", id="a gap is not longer than three words"),
        pytest.param("veut * tuer", "il veut. Tuer le temps", id="a gap does not cross the end of a sentence"),
        pytest.param("poison", "du poisson", id="two letters are not one"),
        pytest.param("112", "1123", id="digits are whole too"),
        pytest.param("مات", "كلمات", id="Arabic roots inside other words"),
    ],
)
def test_phrase_is_not_found(phrase: str, text: str) -> None:
    assert not found(phrase, text)


@pytest.mark.parametrize(
    "phrase", ["", "* tuer", "tuer *", "(a|b", "a) b", "((a)|b)", "ab*", "?", "*", "a|b c", "t**r"]
)
def test_a_phrase_that_cannot_be_read_is_refused(phrase: str) -> None:
    with pytest.raises(PhraseError):
        read_phrase(phrase)


def write(folder: Path, locale: str, text: str) -> None:
    (folder / f"{locale}.yml").write_text(text, encoding="utf-8")


SMALL = """
emergency:
  - va me tuer
  - "112"
violence:
  - mon (mari|copain) * me tuer
suicide_crisis:
  - veux mourir
arrest_or_detention:
  - ordre de quitter
not:
  - ordre de quitter (l'appartement|le logement)
  - veux mourir de rire
"""


@pytest.fixture
def small(tmp_path: Path) -> Lexicon:
    write(tmp_path, "fr", SMALL)
    write(tmp_path, "en", "suicide_crisis:\n  - want to die\n")
    lexicon = Lexicon.load(tmp_path)
    assert lexicon.issues == ()
    return lexicon


@pytest.mark.parametrize(
    ("text", "danger"),
    [
        ("bonjour", None),
        ("", None),
        ("il va me tuer", Danger(intent="emergency", locale="fr", phrase="va me tuer")),
        ("i want to die", Danger(intent="suicide_crisis", locale="en", phrase="want to die")),
        ("je veux mourir, appelez le 112", Danger(intent="emergency", locale="fr", phrase="112")),
        ("mon mari va me tuer", Danger(intent="violence", locale="fr", phrase="mon (mari|copain) * me tuer")),
        ("ordre de quitter l'appartement", None),
        ("ordre de quitter", Danger(intent="arrest_or_detention", locale="fr", phrase="ordre de quitter")),
        ("je veux mourir de rire", None),
        ("veux mourir de rire, non, veux mourir", Danger(intent="suicide_crisis", locale="fr", phrase="veux mourir")),
    ],
)
def test_the_longest_phrase_then_the_most_pressing_intent_wins(
    small: Lexicon, text: str, danger: Danger | None
) -> None:
    assert small.danger(text) == danger


def test_every_mistake_of_a_folder_is_listed_and_the_rest_works(tmp_path: Path) -> None:
    write(
        tmp_path,
        "fr",
        "locale: en\nemergencies: [feu]\nviolence: coups\n"
        "suicide_crisis:\n  - (a|b\n  - 12: 3\n  - en finir\n  - en finir\n",
    )
    write(tmp_path, "nl", "- help\n")
    write(tmp_path, "tr", "emergency:\n  - *ndurun\n")
    (tmp_path / "xx.yml").write_bytes(b"\xff\xfe\x00")
    lexicon = Lexicon.load(tmp_path)
    assert [(issue.path.name, issue.line, issue.code) for issue in lexicon.issues] == [
        ("fr.yml", 1, "locale-mismatch"),
        ("fr.yml", 2, "unknown-intent"),
        ("fr.yml", 3, "not-a-list"),
        ("fr.yml", 5, "bad-phrase"),
        ("fr.yml", 6, "not-a-phrase"),
        ("fr.yml", 8, "phrase-twice"),
        ("nl.yml", 1, "not-a-lexicon"),
        ("tr.yml", 2, "invalid-yaml"),
        ("xx.yml", 1, "unreadable-file"),
    ]
    assert lexicon.danger("je veux en finir") == Danger(intent="suicide_crisis", locale="fr", phrase="en finir")
    said = [(issue.said("en"), issue.said("fr")) for issue in lexicon.issues]
    assert all(french.endswith(f". [{issue.code}]") for (_, french), issue in zip(said, lexicon.issues, strict=True))
    assert not [english for english, french in said if english == french]


@pytest.mark.parametrize(
    ("old", "new", "issues"),
    [
        ("suicide_crisis:\n", "", [("fr.yml", 1, "missing-list", True)]),
        ("suicide_crisis:\n", "emergency:\n", [("fr.yml", 4, "list-twice", True), ("fr.yml", 1, "missing-list", True)]),
        ("  - veux mourir\n", "  []\n", [("fr.yml", 1, "missing-list", True)]),
    ],
)
def test_a_kind_of_danger_that_lost_its_list_is_an_issue(
    tmp_path: Path, old: str, new: str, issues: list[tuple[str, int, str, bool]]
) -> None:
    others = "".join(f"{intent}: [{intent}]\n" for intent in SAFETY_INTENTS[2:])
    whole = f"locale: fr\nemergency:\n  - au feu\nsuicide_crisis:\n  - veux mourir\n{others}"
    write(tmp_path, "fr", whole)
    assert Lexicon.load(tmp_path, needed=("fr",)).issues == ()
    write(tmp_path, "fr", whole.replace(old, new))
    found = Lexicon.load(tmp_path, needed=("fr",)).issues
    assert [(one.path.name, one.line, one.code, one.is_grave) for one in found] == issues


def test_another_language_has_every_list_or_says_that_it_is_empty(tmp_path: Path) -> None:
    write(tmp_path, "fr", "".join(f"{intent}: [{intent}]\n" for intent in SAFETY_INTENTS))
    lists = "".join(f"{intent}: []\n" for intent in SAFETY_INTENTS[1:])
    write(tmp_path, "en", f"emergency:\n  - fire\n{lists}")
    assert Lexicon.load(tmp_path, needed=("fr",)).issues == ()
    write(tmp_path, "en", "emergency:\n  - fire\n" + lists.replace("violence: []\n", ""))
    [found] = Lexicon.load(tmp_path, needed=("fr",)).issues
    assert (found.path.name, found.code, found.is_grave) == ("en.yml", "no-list", False)


def test_an_empty_folder_is_an_issue(tmp_path: Path) -> None:
    assert [issue.code for issue in Lexicon.load(tmp_path).issues] == ["no-lexicon"]


def test_a_compiled_copy_says_the_same_and_is_made_anew_when_anything_changed(tmp_path: Path, small: Lexicon) -> None:
    cache = tmp_path / "var" / "lexicon.json"
    asked = ["il va me tuer", "mon copain va me tuer", "ordre de quitter le logement", "I want to die", "bonjour"]
    said = [small.danger(text) for text in asked]
    assert [Lexicon.load(tmp_path, cache=cache).danger(text) for text in asked] == said
    first = cache.read_bytes()
    kept = Lexicon.load(tmp_path, cache=cache)
    assert ([kept.danger(text) for text in asked], kept.locales, cache.read_bytes()) == (said, small.locales, first)

    cache.write_bytes(first.replace(b"veux mourir", b"veux manger"))  # a disk that spoils what it keeps
    assert Lexicon.load(tmp_path, cache=cache).danger("je veux mourir") == small.danger("je veux mourir")
    assert cache.read_bytes() == first

    write(tmp_path, "en", "suicide_crisis:\n  - end it all\n")
    changed = Lexicon.load(tmp_path, cache=cache)
    assert [changed.danger(text) for text in ("I want to die", "end it all")] == [
        None,
        Danger(intent="suicide_crisis", locale="en", phrase="end it all"),
    ]


def test_a_lexicon_with_mistakes_is_never_kept(tmp_path: Path) -> None:
    write(tmp_path, "fr", "violence: coups\nemergency:\n  - au feu\n")
    cache = tmp_path / "lexicon.json"
    for _ in range(2):
        assert [issue.code for issue in Lexicon.load(tmp_path, cache=cache).issues] == ["not-a-list"]
    assert not cache.exists()


def test_a_lexicon_that_breaks_is_asked_as_it_was(tmp_path: Path, small: Lexicon) -> None:
    cache = tmp_path / "var" / "lexicon.json"
    Lexicon.load(tmp_path, cache=cache)
    path = tmp_path / "fr.yml"
    for change in (lambda: path.write_text("violence: [", encoding="utf-8"), path.unlink):
        change()
        former = Lexicon.load(tmp_path, cache=cache, needed=("fr",))
        assert former.is_former and [one.path for one in former.issues if one.is_grave] == [path]
        assert former.danger("il va me tuer") == small.danger("il va me tuer")


def test_a_broken_lexicon_is_not_asked_by_the_copy_of_other_code(
    tmp_path: Path, small: Lexicon, monkeypatch: pytest.MonkeyPatch
) -> None:
    cache, code = tmp_path / "var" / "lexicon.json", tmp_path / "code.py"
    code.write_text("1", encoding="utf-8")
    monkeypatch.setattr(compiled, "_CODE", (code,))
    Lexicon.load(tmp_path, cache=cache)
    code.write_text("10", encoding="utf-8")
    write(tmp_path, "fr", "violence: [")
    assert not Lexicon.load(tmp_path, cache=cache).is_former


def test_a_folder_that_cannot_be_written_costs_nothing_but_time(tmp_path: Path, small: Lexicon) -> None:
    (tmp_path / "var").write_text("in the way", encoding="utf-8")
    loaded = Lexicon.load(tmp_path, cache=tmp_path / "var" / "lexicon.json")
    assert loaded.danger("il va me tuer") == small.danger("il va me tuer")


@pytest.fixture(scope="session")
def lexicon(data: Data) -> Lexicon:
    assert [str(issue) for issue in data.lexicon.issues] == []
    return data.lexicon


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "\x00",
        "\ud800",
        "🆗" * 4096,
        "a\u0301" * 2048,
        "\u093c\u094d" * 2048,
        "'" * 4096,
        "(" * 4096,
        "." * 4096,
    ],
    ids=range(10),
)
def test_no_text_breaks_it(lexicon: Lexicon, text: str) -> None:
    assert lexicon.danger(text) is None


def test_danger_at_the_end_of_a_long_text_is_found(lexicon: Lexicon) -> None:
    story = "Bonjour, je cherche une chambre pour ma famille et un cours de français. " * 55
    assert len(story) > 4000
    assert lexicon.danger(story[:4060] + " je veux mourir") is not None


@pytest.mark.parametrize(
    "text",
    [
        "je veux mourir mdr",
        "mon mari me frappe haha",
        "I want to kill myself lol",
        "my husband beats me haha",
        "me quiero matar jaja",
        "mi marido me pega jajaja",
        "vou me matar haha",
        "ik wil dood haha",
        "mijn man slaat mij haha",
        "بدي انتحر ههه",
        "زوجي بيضربني ههه",
        "میخوام خودکشی کنم ههه",
        "شوهرم مرا میزند ههه",
        "خاوند مې وهي ههه",
        "شوہر مجھے مارتا ہے ہاہا",
        "আত্মহত্যা করব হাহা",
        "স্বামী আমাকে মারে হাহা",
        "повешусь хаха",
        "муж меня бьет хаха",
        "хочу померти хаха",
        "intihar edeceğim lol",
        "kocam beni dövüyor haha",
        "dua të vras veten haha",
        "burri më rreh haha",
        "mêrê min li min dixe haha",
        "vreau să mor haha",
        "soțul mă bate haha",
        "ninkaygu wuu i garaacaa haha",
        "mume wangu ananipiga haha",
        "ሰብኣየይ ይሃርመኒ ሃሃ",
        "ባሌ ይመታኛል ሃሃ",
        "ქმარი მცემს ჰაჰა",
    ],
)
def test_laughter_silences_no_word_of_suicide_and_no_beating(lexicon: Lexicon, text: str) -> None:
    danger = lexicon.danger(text)
    assert danger is not None and danger.intent in ("suicide_crisis", "violence")


@pytest.mark.parametrize(
    "text",
    [
        "ma femme a des contractions",
        "my wife has contractions, no papers, will the hospital call the police?",
        "mi mujer tiene contracciones",
        "minha mulher tem contrações",
        "soția mea are contracții",
        "у жены схватки",
        "у дружини перейми",
        "karımın sancıları başladı",
        "mijn vrouw heeft weeën",
        "زوجتي عندها آلام الولادة",
        "ሚስቴ ምጥ ይዛታል",
        "ሰበይተይ ቃንዛ ሕርሲ ሒዝዋ",
        "gruaja ime ka dhimbje lindjeje",
        "mke wangu ana uchungu wa kuzaa",
    ],
)
def test_labour_is_an_emergency_and_the_police_is_not_what_it_is_about(lexicon: Lexicon, text: str) -> None:
    danger = lexicon.danger(text)
    assert danger is not None
    assert danger.intent == "emergency"


def test_fear_of_giving_birth_is_no_emergency(lexicon: Lexicon) -> None:
    assert lexicon.danger("doğum sancısından çok korkuyom ebe kursu var mı") is None


@pytest.mark.parametrize(
    ("fire", "blood", "cry"),
    [
        pytest.param("incendie chez moi", "je saigne", "au secours", id="fr"),
        pytest.param("there is a fire in my house", "i am bleeding", "somebody help me please", id="en"),
        pytest.param("حريق", "أنا أنزف", "الحقوني", id="ar"),
        pytest.param("incendio", "estoy sangrando", "socorro", id="es"),
        pytest.param("zjarr", "po gjakosem", "më shpëtoni", id="sq"),
        pytest.param("ხანძარი", "სისხლი მდის", "მიშველეთ", id="ka"),
        pytest.param("incêndio", "estou a sangrar", "acudam", id="pt"),
        pytest.param("incendiu", "sângerez", "salvați-mă", id="ro"),
        pytest.param("ሓዊ", "እደሚ ኣለኹ", "ርድኡኒ", id="ti"),
        pytest.param("እሳት", "እየደማሁ ነው", "ድረሱልኝ", id="am"),
        pytest.param("het brandt", "ik bloed", "red mij alstublieft", id="nl"),
        pytest.param("evde yangın", "kanıyorum", "imdat", id="tr"),
        pytest.param("пожар", "у меня кровь идет", "спасите", id="ru"),
        pytest.param("пожежа", "у мене йде кров", "рятуйте", id="uk"),
        pytest.param("خانه ام آتش گرفته", "خونریزی دارم", "نجاتم دهید", id="fa"),
        pytest.param("کور مې اور اخیستی", "وینه مې بهیږي", "ما وژغورئ", id="ps"),
        pytest.param("گھر میں آگ", "میرا خون بہہ رہا ہے", "بچاؤ", id="ur"),
        pytest.param("আগুন", "আমার রক্ত পড়ছে", "বাঁচাও", id="bn"),
        pytest.param("guriga ayaa gubanaya", "waan dhiigayaa", "i badbaadiya", id="so"),
        pytest.param("moto nyumbani", "natoka damu", "nisaidieni", id="sw"),
        pytest.param("agir ketiye malê", "xwîn ji min tê", "hawar", id="kmr"),
    ],
)
def test_a_plain_cry_is_heard_in_every_language(lexicon: Lexicon, fire: str, blood: str, cry: str) -> None:
    dangers = [lexicon.danger(text) for text in (fire, blood, cry)]
    assert [danger and danger.intent for danger in dangers] == ["emergency"] * 3


@pytest.mark.parametrize(
    "text",
    [
        "assurance incendie obligatoire pour un locataire ?",
        "formation incendie au travail",
        "papiers perdus dans l'incendie de la maison",
        "j'accouche en mars, quels papiers ?",
        "my boss fired me",
        "can somebody help me with a form",
        "my son of 15 is home alone after school",
        "seguro de incendio para el piso",
        "asigurare de incendiu",
        "het brandt als ik plas",
        "تأمين حريق للبيت",
        "nisaidieni kujaza fomu",
        "আগুন নেভানোর কোর্স",
        "ቤት በመፈለግ እርዱኝ",
    ],
)
def test_words_of_a_cry_in_a_plain_question_are_no_danger(lexicon: Lexicon, text: str) -> None:
    assert lexicon.danger(text) is None


@pytest.mark.parametrize("name", ["._fr.yml", ".#fr.yml", "~$fr.yml"])
def test_what_an_editor_leaves_beside_the_lexicon_is_not_read(name: str, tmp_path: Path, small: Lexicon) -> None:
    before = Lexicon.load(tmp_path)
    (tmp_path / name).write_bytes(b"\x00\x05\x16\x07")
    after = Lexicon.load(tmp_path)
    assert (after.issues, after.locales) == (before.issues, before.locales) == ((), small.locales)


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("le propriétaire veut m'expulser demain", None),
        ("el dueño me quiere expulsar mañana", None),
        ("quieren expulsarme del piso", None),
        ("o senhorio quer me expulsar amanhã", None),
        ("ils vont m'expulser demain", "arrest_or_detention"),
        ("le propriétaire appelle la police pour m'expulser du pays", "arrest_or_detention"),
        ("el dueño quiere expulsarme de Bélgica", "arrest_or_detention"),
        ("quieren expulsarme del pais", "arrest_or_detention"),
        ("o dono da empresa quer me expulsar do país", "arrest_or_detention"),
        ("querem me expulsar amanhã", "arrest_or_detention"),
    ],
)
def test_a_landlord_puts_out_of_a_flat_and_an_office_out_of_a_country(
    lexicon: Lexicon, text: str, intent: str | None
) -> None:
    found = lexicon.danger(text)
    assert (None if found is None else found.intent) == intent


@pytest.mark.parametrize(
    ("harmless", "danger"),
    [
        pytest.param(
            "ma mère va me tuer si je rate l'examen", "mon mari va me tuer si je rentre tard", id="fr, a scolding"
        ),
        pytest.param(
            "le technicien est venu pour l'odeur de gaz",
            "odeur de gaz dans la cuisine, le technicien vient pas",
            id="fr, mended",
        ),
        pytest.param(
            "du fromage rapé pour les pâtes", "on a essayé de me violer", id="fr, cheese that is no English word"
        ),
        pytest.param(
            "mon tuteur de stage ne répond pas", "mon tuteur ne répond pas, j'ai 16 ans", id="fr, a trainee's tutor"
        ),
        pytest.param("mon ami est gardien de prison", "mon frère est en prison", id="fr, at work in prison"),
        pytest.param("o meu gato não respira bem", "o cão mordeu o bebé, não respira", id="pt, an animal"),
        pytest.param(
            "ouviste do tiroteio em seraing nas notícias?", "há um tiroteio na minha rua", id="pt, in the news"
        ),
        pytest.param("ayuda urgente busco piso", "ayuda urgente se quema el piso", id="es, a flat"),
        pytest.param(
            "se me perdió mi hija en el mercado pero ya la encontré",
            "se perdió mi hija y no la encontré",
            id="es, a child that is found",
        ),
        pytest.param("mijn man slaat een nagel in de muur", "mijn man slaat mij", id="nl, a nail"),
        pytest.param(
            "wat doe je bij een hartaanval, vraag van de cursus", "mijn vader heeft een hartaanval", id="nl, a lesson"
        ),
        pytest.param("imdat bu formu nasıl dolduracağım", "imdat derste biri bayıldı", id="tr, a form"),
        pytest.param("gözaltına alındı dizi karakteri", "kocam gözaltına alındı haber alamıyorum", id="tr, a series"),
        pytest.param("hawar ez vê formê fêm nakim", "hawar mêrê min kaxezên min dişewitîne", id="kmr, a form"),
        pytest.param(
            "mi-am pierdut fetița în piață dar am găsit-o", "am pierdut fata și nu am găsit-o", id="ro, found"
        ),
        pytest.param(
            "hooyaday hargab bay qabtaa sanka kama neefsan karto",
            "ilmaha hargab ayaa haya ma neefsanayo",
            id="so, a cold",
        ),
        pytest.param("djali luan shah dhe më rreh në shah", "burri më rreh", id="sq, chess"),
        pytest.param("mbwa wangu hawezi kupumua vizuri", "mbwa amemuuma mtoto hapumui", id="sw, an animal"),
        pytest.param(
            "can i leave a child two minutes in the car", "they left a child alone in the car", id="en, a rule"
        ),
        pytest.param(
            "my boss took my passport to make a copy", "my boss took my passport and keeps it", id="en, a copy"
        ),
        pytest.param(
            "mi mamá quiere que coma más", "il est tombé dans le coma", id="es, the words of another language"
        ),
        pytest.param("استاد قتل کر دے گا اگر ہوم ورک نہ کیا", "شوہر قتل کر دے گا", id="ur, homework"),
        pytest.param("شوہر مجھے مارتا نہیں", "شوہر مجھے مارتا ہے رکتا نہیں", id="ur, not beaten"),
        pytest.param("گیند پانی میں گر گئی", "گیند لینے گیا بچہ پانی میں گر گیا", id="ur, a ball in the water"),
        pytest.param("لمر ډوبېږي ښکلی دی", "ماشوم ډوبېږي", id="ps, sunset"),
        pytest.param("د زوی کارت مې ورک شو", "زوی مې ورک شو", id="ps, a card lost"),
        pytest.param("وړیا خواړه غواړم لوږه مې وژني", "د کار مالک مې وژني", id="ps, hunger kills"),
        pytest.param("ঝালে মুখে আগুন লেগে গেছে", "ঘরে আগুন লেগে গেছে", id="bn, hot food"),
        pytest.param("বাবা বকা দেয় কিন্তু মারে না", "বাবা মারে থামে না", id="bn, not beaten"),
        pytest.param("порезы на пальцах от готовки, крем", "порезы на руках, я режусь", id="ru, cuts from cooking"),
        pytest.param("за мной бежит соседская собака", "за мной бежит мужик с собакой", id="ru, a dog"),
        pytest.param("в фильме герой ударил злодея ножом", "меня ударил ножом", id="ru, a film"),
        pytest.param("გაზის სუნს როგორ ვცნობ, კურსზე გვკითხეს", "სახლში გაზის სუნია", id="ka, a course"),
        pytest.param("ქმარი არ მცემს", "ქმარი იატაკზე გდია და ხმას არ მცემს", id="ka, not beaten"),
        pytest.param("вислати документи поштою", "хочуть вислати мене з бельгії", id="uk, sent by post"),
        pytest.param("гвалт у під'їзді, музика", "ґвалт рятуйте", id="uk, noise"),
        pytest.param("جریمه تجاوز از سرعت مجاز", "بهم تجاوز کردن", id="fa, speeding"),
        pytest.param("خواب دیدم با چاقو دنبالم بودن", "خواب بودم با چاقو اومد سراغم", id="fa, a dream"),
        pytest.param("میگرن داره منو می‌کشه", "داره منو می‌کشه", id="fa, migraine"),
        pytest.param("ابعاد الغرفة كم متر", "قرار ابعاد", id="ar, measures"),
        pytest.param("حبسني المطر بالبيت", "حبسني بالبرد برا", id="ar, rain"),
        pytest.param("امي رح تقتلني اذا رسبت بالامتحان", "جوزي رح يقتلني اذا رجعت عالبيت", id="ar, an exam"),
        pytest.param("የሆስፒታል ፋክቱር ሊገድለኝ ነው", "ሊገድለኝ ነው", id="am, a bill"),
        pytest.param("ቤት በመፈለግ እርዱኝ", "ቤት እሳት ተነሳ እርዱኝ", id="am, looking for a flat"),
        pytest.param("ተጠሪ ቤት ጽሕፈት መን እዩ", "ክጠርዙኒ እዮም", id="ti, a contact"),
        pytest.param("ናይ ሓዊ ኣላርም ኣበይ ይሽየጥ", "ገዛና ሓዊ ተላዒሉ", id="ti, a fire alarm"),
    ],
)
def test_a_harmless_sentence_is_no_danger_and_the_cry_beside_it_is(
    lexicon: Lexicon, harmless: str, danger: str
) -> None:
    assert lexicon.danger(harmless) is None
    assert lexicon.danger(danger) is not None


@pytest.mark.parametrize(
    "cry",
    [
        "مې وژني",
        "আমার পিছনে লোক আসছে ভয় লাগছে",
        "სასწრაფო გამომიძახეთ",
        "یکی با چاقو پشت دره",
        "الدار شعلات فيها العافية",
        "rajli kaydrabni",
        "الشرطة عم تاخدني",
        "ፖሊስ እየወሰደኝ ነው",
        "ፖሊስ ይወስደኒ ኣሎ",
        "kmewt ydeli",
        "ساه مې بنده شوه",
    ],
)
def test_a_cry_as_it_is_typed_in_panic_is_heard(lexicon: Lexicon, cry: str) -> None:
    assert lexicon.danger(cry) is not None
