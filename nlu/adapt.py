"""Teach the embedding what newcomers mean: `.venv/bin/python adapt.py`, in this folder, an hour on two cores.

Not a part of `make nlu`: what it makes, `components/adaptation.npz`, is kept with the code and serves until somebody
runs this again, which pays after thousands of new examples. One example in eight is kept from it, together with its
translations, so that the model built on top can still learn how sure to be.

What two adaptations learned apart, from another beginning and in another order, is surer together: with `--beside`, a
new one joins those in a file. Each of them reads every text, so each costs its time and its memory.
"""

from __future__ import annotations

import argparse
import os
import random
import time
import unicodedata
from pathlib import Path
from typing import Dict, Iterator, List, NamedTuple, Tuple

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import numpy as np
import tensorflow as tf

from components.adaptation import FILE, Adaptation, Member, keys_of
from components.channels import directions
from components.courtesies import Courtesies
from components.e5_file import E5File, package_file, unpacked
from components.e5_network import MATRICES, Network
from components.e5_pieces import Pieces, side_by_side
from components.examples import examples_of
from components.folds import grouped_folds
from components.glossary import Glossary
from components.intent_model import SAFETY
from components.latin_letters import in_latin_letters, is_written_otherwise, with_latin_forms

#: One example in so many is kept back.
KEPT_BACK = 8
#: Texts a step; a batch has texts of like length, out of so many batches.
BATCH, MIXED = 64, 40
#: Pieces of a text that are taught: longer ones are rare and dear.
PIECES = 64
#: How much the likeness of a sentence to an intent counts before the softmax.
SCALE = 20.0
#: Share of the truth that is spread over all intents, so that nothing is learned by heart.
DOUBT = 0.1
DROPPED = 0.1
#: How often a text is shown in Latin letters, where its own are known to be typed so.
IN_LATIN_LETTERS = 0.3
WARM_UP_STEPS = 100
#: Texts over which it is measured how large the numbers become.
MEASURED = 400
#: Texts by which the axes are found on which the members' vectors are projected, and how many numbers are left.
SPREAD, WIDTH = 20_000, 384

#: Files of sentences that were written on the border of danger, on either side of it.
BORDER = ("contrasts.yml", "contrasts2.yml", "pairs.yml")
#: How much a sentence counts: one from those files, another about danger, any other.
CARE_AT_BORDER, CARE_FOR_DANGER, CARE = 2.0, 1.3, 1.0
#: How much it counts that danger is told from the rest, beside telling every intent from every other.
ALARM = 2.0
#: Share of doubt that is left about it.
ALARM_DOUBT = 0.02


class Example(NamedTuple):
    """A text, what is meant by it, and whether it was written on the border of danger."""

    text: str
    intent: str
    at_border: bool


#: One step's words, where there are some, labels, and how much each text counts.
Batch = Tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]


def main() -> None:
    """Read the examples, teach, write."""
    parser = argparse.ArgumentParser(prog="adapt.py")
    parser.add_argument("--data", type=Path, default=Path("data"))
    parser.add_argument("--to", type=Path, default=FILE)
    parser.add_argument("--epochs", type=float, default=4.0)
    parser.add_argument("--rank", type=int, default=16, help="how thin the matrices are")
    parser.add_argument("--rate", type=float, default=1e-3, help="size of the largest step")
    parser.add_argument("--seed", type=int, default=0, help="where chance begins")
    parser.add_argument("--beside", type=Path, help="adaptations to join; needs a seed of its own")
    chosen = parser.parse_args()
    tf.keras.utils.set_random_seed(chosen.seed)
    # Half the bits where they suffice, on processors that can (oneDNN).
    tf.config.optimizer.set_experimental_options({"auto_mixed_precision_onednn_bfloat16": True})
    before = None if chosen.beside is None else Adaptation.load(chosen.beside)
    told, kept = split(examples(chosen.data), before)
    print(f"adapt: {len(told)} examples, {len(kept)} kept back", flush=True)
    lessons = Lessons(told, chosen.seed)
    teacher = Teacher(lessons.file, len(lessons.intents), chosen.rank, chosen.seed)
    teacher.teach(lessons, epochs=chosen.epochs, rate=chosen.rate)
    learned = Member(teacher.matrices())
    learned = Member(learned.matrices, peaks(lessons.file, learned, told, chosen.seed))
    alone = Adaptation((learned,), keys_of(with_latin_forms([one.text for one in kept])))
    together = alone if before is None else before.beside(alone)
    projected(lessons.file, together, told, chosen.seed).write(chosen.to)
    print(f"adapt: written to {chosen.to}", flush=True)


def examples(folder: Path) -> List[Example]:
    """Texts and intents, each text once, in an order that does not depend on the machine."""
    found: Dict[str, Example] = {}
    for path in sorted(folder.glob("*/*.yml")):
        for intent, text in examples_of(path, path.name):
            found.setdefault(text, Example(text, intent, path.name in BORDER))
    return sorted(found.values())


def split(found: List[Example], before: Adaptation | None = None) -> Tuple[List[Example], List[Example]]:
    """What is taught and what is kept back; translations of one sentence stay on one side.

    What was kept from an adaptation `before` is kept back again: else one of the two would know it by heart.
    """
    is_kept = _kept_back(found) if before is None else before.is_unseen([one.text for one in found])
    told = [one for one, is_back in zip(found, is_kept, strict=True) if not is_back]
    kept = [one for one, is_back in zip(found, is_kept, strict=True) if is_back]
    return told, kept


def _kept_back(found: List[Example]) -> np.ndarray:
    file = E5File(package_file())
    glossary = Glossary()
    texts = [glossary.plain(one.text) for one in found]
    vectors = Network(file, {}, threads=0).vectors(Pieces(file).cut(texts))
    return grouped_folds(directions(vectors - vectors.mean(axis=0)), KEPT_BACK) == 0


def peaks(file: E5File, member: Member, told: List[Example], seed: int) -> Dict[str, np.ndarray]:
    """How large the numbers become, over some of the examples."""
    return Network(file, member.matrices, threads=0).peaks(_some(file, told, MEASURED, seed))


def projected(file: E5File, adaptation: Adaptation, told: List[Example], seed: int) -> Adaptation:
    """The same, its members' vectors brought to `WIDTH` numbers: the axes along which some examples differ most."""
    cut = _some(file, told, SPREAD, seed)
    networks = [Network(file, one.matrices, 0, one.peaks) for one in adaptation.members]
    return adaptation.projected([network.vectors(cut) for network in networks], WIDTH)


def _some(file: E5File, told: List[Example], count: int, seed: int) -> List[List[int]]:
    courtesies, glossary = Courtesies(), Glossary()
    some = random.Random(seed).sample(told, min(count, len(told)))
    return Pieces(file).cut([glossary.plain(courtesies.without(one.text)) for one in some])


class Lessons:
    """Batches of texts, each time misspelt a little differently."""

    def __init__(self, told: List[Example], seed: int) -> None:
        self.told = told
        self.intents = sorted({one.intent for one in told})
        self.file = E5File(package_file())
        self._pieces = Pieces(self.file)
        self._glossary = Glossary()
        self._courtesies = Courtesies()
        self._words = self.file.packed("emb.word", self.file.width)
        self._chance = random.Random(seed)

    @property
    def labels(self) -> np.ndarray:
        """The number of the intent of each example."""
        return np.array([self.intents.index(one.intent) for one in self.told])

    @property
    def dangers(self) -> np.ndarray:
        """Of each intent, whether it is about danger."""
        return np.isin(self.intents, SAFETY)

    @property
    def care(self) -> np.ndarray:
        """How much each example counts; one on the average."""
        at_border = np.array([one.at_border for one in self.told])
        is_danger = self.dangers[self.labels]
        care = np.where(at_border, CARE_AT_BORDER, np.where(is_danger, CARE_FOR_DANGER, CARE))
        return (care / care.mean()).astype(np.float32)

    def steps(self, epochs: float) -> int:
        """How many batches that makes."""
        return int(epochs * (len(self.told) // BATCH + 1))

    def batches(self) -> Iterator[Batch]:
        """For ever, each time in another order."""
        labels, care = self.labels, self.care
        while True:
            order = list(range(len(self.told)))
            self._chance.shuffle(order)
            written = [self._courtesies.without(misspelt(self.told[place].text, self._chance)) for place in order]
            texts = [self._glossary.plain(text) for text in written]
            cut = [pieces[:PIECES] for pieces in self._pieces.cut(texts)]
            batches = []
            for start in range(0, len(order), BATCH * MIXED):
                near = sorted(range(start, min(len(order), start + BATCH * MIXED)), key=lambda row: len(cut[row]))
                batches += [near[first : first + BATCH] for first in range(0, len(near), BATCH)]
            self._chance.shuffle(batches)
            for rows in batches:
                numbers, is_there = side_by_side([cut[row] for row in rows], multiple=4)
                places = [order[row] for row in rows]
                yield unpacked(self._words[numbers]), is_there, labels[places], care[places]


def misspelt(text: str, chance: random.Random) -> str:
    """As people type: often right, else in Latin letters, without capitals or accents, with a letter wrong, or with a
    word left out."""
    if is_written_otherwise(text) and chance.random() < IN_LATIN_LETTERS:
        text = in_latin_letters(text, chance)
    luck = chance.random()
    if luck < 0.45:
        return text
    if luck < 0.60:
        return text.lower()
    if luck < 0.70:
        apart = unicodedata.normalize("NFD", text)
        is_latin = all(ord(char) < 0x370 for char in apart)
        return "".join(char for char in apart if not unicodedata.combining(char)) if is_latin else text
    if luck < 0.85 and len(text) > 8:
        at = chance.randrange(1, len(text) - 2)
        how = chance.random()
        if how < 0.4:
            return text[:at] + text[at + 1 :]
        if how < 0.7:
            return text[:at] + text[at + 1] + text[at] + text[at + 2 :]
        return text[:at] + text[at] + text[at:]
    words = text.split()
    if len(words) > 4:
        del words[chance.randrange(len(words))]
    return " ".join(words)


class Teacher:
    """The network of `components/e5_network.py` once more, in TensorFlow, which can learn."""

    def __init__(self, file: E5File, intents: int, rank: int, seed: int) -> None:
        self._file = file
        self._fixed = {
            name: tf.constant(file.numbers(name))
            for name in (
                "emb.ln.w",
                "emb.ln.b",
                *(f"l{n}.{m}.b" for n in range(file.layers) for m in MATRICES),
                *(f"l{n}.{m}.{part}" for n in range(file.layers) for m in ("aln", "oln") for part in "wb"),
            )
        }
        self._places = tf.constant(
            file.numbers("emb.pos").reshape(-1, file.width) + file.numbers("emb.type")[: file.width]
        )
        self._weights, self._thin = {}, {}
        chance = np.random.default_rng(seed)
        for layer in range(file.layers):
            for name in MATRICES:
                key = f"l{layer}.{name}"
                weights = file.matrix(f"{key}.w", file.inner if name == "fo" else file.width).T
                rows, columns = weights.shape
                self._weights[key] = tf.constant(np.ascontiguousarray(weights))
                first = chance.standard_normal((rows, rank)) / np.sqrt(rows)
                self._thin[f"{key}.A"] = tf.Variable(first.astype(np.float32))
                self._thin[f"{key}.B"] = tf.Variable(np.zeros((rank, columns), dtype=np.float32))
        self._line = tf.Variable(np.zeros((file.width, intents), dtype=np.float32))
        self._bias = tf.Variable(np.zeros(intents, dtype=np.float32))
        self._taught = [*self._thin.values(), self._line, self._bias]

    def matrices(self) -> Dict[str, np.ndarray]:
        """What was learned, by the names of `Adaptation`."""
        return {name: variable.numpy() for name, variable in self._thin.items()}

    def teach(self, lessons: Lessons, *, epochs: float, rate: float) -> None:
        """Steps that grow for a while and then shrink to nothing (cosine)."""
        optimizer = tf.keras.optimizers.Adam(rate)
        counts = np.bincount(lessons.labels, minlength=len(lessons.intents))
        weights = tf.constant(np.sqrt(counts.mean() / counts).astype(np.float32))
        width, dangers = self._file.width, tf.constant(lessons.dangers)

        @tf.function(
            input_signature=[
                tf.TensorSpec([None, None, width]),
                tf.TensorSpec([None, None]),
                tf.TensorSpec([None], tf.int64),
                tf.TensorSpec([None]),
            ]
        )
        def step(
            words: tf.Tensor, is_there: tf.Tensor, labels: tf.Tensor, care: tf.Tensor
        ) -> Tuple[tf.Tensor, tf.Tensor]:
            with tf.GradientTape() as tape:
                vectors = tf.nn.dropout(self._vectors(words, is_there), DROPPED)
                logits = SCALE * tf.matmul(vectors, self._line) + self._bias
                truth = tf.one_hot(labels, len(counts), 1.0 - DOUBT, DOUBT / len(counts))
                surprise = tf.nn.softmax_cross_entropy_with_logits(truth, logits) * tf.gather(weights, labels)
                loss = tf.reduce_mean(care * (surprise + ALARM * _alarm(logits, labels, dangers)))
            steps, _ = tf.clip_by_global_norm(tape.gradient(loss, self._taught), 1.0)
            optimizer.apply_gradients(zip(steps, self._taught))  # noqa: B905 - TensorFlow rewrites it, without `strict`
            return loss, tf.reduce_mean(tf.cast(tf.argmax(logits, 1) == labels, tf.float32))

        count, began_s, told = lessons.steps(epochs), time.monotonic(), []
        for number, batch in zip(range(count), lessons.batches(), strict=False):
            grown = min(1.0, (number + 1) / WARM_UP_STEPS)
            optimizer.learning_rate.assign(rate * grown * (0.485 * (1 + np.cos(np.pi * number / count)) + 0.03))
            told.append([float(one) for one in step(*batch)])
            if number % 100 == 99:
                loss, right = np.mean(told[-100:], axis=0)
                passed_s = time.monotonic() - began_s
                print(f"adapt: {number + 1}/{count} loss {loss:.3f} right {right:.3f} ({passed_s:.0f} s)", flush=True)

    def _vectors(self, words: tf.Tensor, is_there: tf.Tensor) -> tf.Tensor:
        texts, longest, width = tf.shape(words)[0], tf.shape(words)[1], self._file.width
        heads, size = self._file.heads, self._file.width // self._file.heads
        at = tf.reshape(self._normalised(words + self._places[:longest], "emb.ln"), [-1, width])
        unseen = (is_there - 1.0)[:, None, None, :] * 1e9

        def apart(rows: tf.Tensor) -> tf.Tensor:
            return tf.transpose(tf.reshape(rows, [texts, longest, heads, size]), [0, 2, 1, 3])

        for layer in range(self._file.layers):
            name = f"l{layer}"
            query, key, value = (apart(self._linear(at, f"{name}.{part}")) for part in "qkv")
            shares = tf.nn.softmax(tf.matmul(query, key, transpose_b=True) * size**-0.5 + unseen)
            mixed = tf.matmul(tf.nn.dropout(shares, DROPPED), value)
            seen = self._linear(tf.reshape(tf.transpose(mixed, [0, 2, 1, 3]), [-1, width]), f"{name}.ao")
            at = self._normalised(at + tf.nn.dropout(seen, DROPPED), f"{name}.aln")
            inner = tf.nn.gelu(self._linear(at, f"{name}.fi"))
            at = self._normalised(at + tf.nn.dropout(self._linear(inner, f"{name}.fo"), DROPPED), f"{name}.oln")
        summed = tf.reduce_sum(tf.reshape(at, [texts, longest, width]) * is_there[:, :, None], 1)
        return tf.math.l2_normalize(summed, 1)

    def _normalised(self, rows: tf.Tensor, name: str) -> tf.Tensor:
        apart = rows - tf.reduce_mean(rows, -1, keepdims=True)
        scale = tf.math.rsqrt(tf.reduce_mean(apart * apart, -1, keepdims=True) + self._file.epsilon)
        return apart * scale * self._fixed[f"{name}.w"] + self._fixed[f"{name}.b"]

    def _linear(self, rows: tf.Tensor, name: str) -> tf.Tensor:
        thin = tf.matmul(tf.matmul(rows, self._thin[f"{name}.A"]), self._thin[f"{name}.B"])
        return tf.matmul(rows, self._weights[name]) + self._fixed[f"{name}.b"] + thin


def _alarm(logits: tf.Tensor, labels: tf.Tensor, dangers: tf.Tensor) -> tf.Tensor:
    """How wrong the odds of danger are; `dangers`: of each intent, whether it is about danger."""
    odds = tf.reduce_logsumexp(tf.boolean_mask(logits, dangers, axis=1), 1) - tf.reduce_logsumexp(
        tf.boolean_mask(logits, ~dangers, axis=1), 1
    )
    truth = tf.cast(tf.gather(dangers, labels), tf.float32)
    return tf.nn.sigmoid_cross_entropy_with_logits(ALARM_DOUBT + (1.0 - 2.0 * ALARM_DOUBT) * truth, odds)


if __name__ == "__main__":
    main()
