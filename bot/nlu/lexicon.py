"""The safety lexicon: words of danger, found in every language, without any model (decision 4).

One file a locale in `nlu/lexicon/`: for each safety intent the phrases that mean it, and under `not` the phrases that
only look like danger («this queue is killing me»). Every text is read against all locales, whatever language was
chosen: people in danger write in the language that comes.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Literal, Self

import yaml

from bot.nlu.compiled import Said, read_compiled, stamps_of, write_compiled
from bot.nlu.phrase_finder import Hit, PhraseFinder
from bot.nlu.phrase_tree import Tree, grown
from bot.nlu.phrases import Phrase, PhraseError, read_phrase
from bot.ordinary_file import bytes_of, files_in, reason

#: The safety intents of `nlu/intents.yml`, the most pressing first: it wins when a text holds several.
SAFETY_INTENTS = ("emergency", "suicide_crisis", "child_alone", "violence", "exploitation", "arrest_or_detention")
#: The list of exceptions in a lexicon file.
EXCEPTIONS = "not"
# The same reader in C where PyYAML was built with it: eight times faster at start.
_LOADER: type[yaml.SafeLoader] | type[yaml.CSafeLoader] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
#: What leaves out one phrase or nothing; of every other kind of issue a whole list or file is lost.
_SLIGHT = frozenset({"locale-mismatch", "not-a-phrase", "bad-phrase", "phrase-twice", "no-list"})
_KEYS = f"{', '.join(SAFETY_INTENTS)} or {EXCEPTIONS}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Danger:
    """A text says danger: `intent` is the kind, `phrase` the lexicon's own words (never the person's)."""

    intent: str
    locale: str
    phrase: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LexiconIssue:
    """Something wrong in a lexicon file, and the way out. The phrase is left out, all others still work."""

    path: Path
    line: int
    text: str
    #: The same in French, for whoever gives the words.
    french: str
    code: str

    @property
    def is_grave(self) -> bool:
        """A whole list or file of phrases is lost."""
        return self.code not in _SLIGHT

    def said(self, language: Literal["fr", "en"]) -> str:
        """One line: where, what is wrong and the way out."""
        return f"{self.path}:{self.line}: {self.french if language == 'fr' else self.text} [{self.code}]"

    def __str__(self) -> str:
        return self.said("en")


class Lexicon:
    """All lexicon files, ready to be asked. `issues` lists what was wrong in them, in file order."""

    def __init__(
        self, said: Iterable[Said], tree: Tree, issues: Iterable[LexiconIssue] = (), *, is_former: bool = False
    ) -> None:
        self._said = tuple(said)
        self._finder = PhraseFinder(tree)
        self.issues = tuple(issues)
        #: The files have issues, and what they were before is asked instead.
        self.is_former = is_former

    @classmethod
    def load(cls, folder: Path, *, cache: Path | None = None, needed: Iterable[str] = ()) -> Self:
        """Read every `<locale>.yml` of a folder. Wrong data never raises: it is listed in `issues`.

        `cache`: file for a compiled copy; only lexicons without an issue are kept there, and what is there serves
        while the files have one. `needed`: locales whose file must not be missing, nor a list of it; then all others
        have every list too, an empty one (`[]`) where there is no phrase yet: a lost line `violence:` is seen by that.
        """
        needed = frozenset(needed)
        paths = files_in(folder)
        stamps = stamps_of(paths)
        missing = sorted(needed - {path.stem for path in paths})
        if cache is not None and not missing and (kept := read_compiled(cache, stamps)) is not None:
            return cls(*kept)
        text = "this file is missing: without it danger is not heard in its language"
        french = "ce fichier manque : sans lui, le danger n'est pas entendu dans sa langue. Remettez-le"
        issues = [_issue(folder / f"{locale}.yml", 1, text, french, "no-lexicon") for locale in missing if paths]
        said: list[Said] = []
        if not paths:
            text = "no lexicon here: without one, only the model sees danger"
            french = "aucun lexique ici : sans lui, seul le modèle voit le danger. Remettez les fichiers"
            issues.append(_issue(folder, 0, text, french, "no-lexicon"))

        def read() -> Iterator[Phrase]:
            for found in (found for path in paths for found in _read(path, needed)):
                if isinstance(found, LexiconIssue):
                    issues.append(found)
                else:
                    said.append(found[0])
                    yield found[1]

        tree = grown(read())
        if cache is not None and issues and (former := read_compiled(cache, stamps, is_former=True)) is not None:
            return cls(*former, issues, is_former=True)
        if cache is not None and not issues:
            write_compiled(cache, stamps, said, tree)
        return cls(said, tree, issues)

    @property
    def locales(self) -> frozenset[str]:
        """The locales that have at least one usable phrase."""
        return frozenset(locale for _, locale, _ in self._said)

    def danger(self, text: str) -> Danger | None:
        """Say whether a text holds words of danger, and the most pressing kind.

        A phrase inside a longer matched phrase does not count («order to leave my flat» is not «order to leave»),
        nor does one inside an exception. Linear in the text; never raises.
        """
        hits = self._finder.find(text)
        dangers = list(_outermost(hits, self._said))
        if not dangers:
            return None
        intent, locale, phrase = min(dangers, key=lambda one: SAFETY_INTENTS.index(one[0]))
        return Danger(intent=intent, locale=locale, phrase=phrase)


def _outermost(hits: Sequence[Hit], said: Sequence[Said]) -> Iterator[Said]:
    """Yield what was found at places that lie in no longer place; an exception hides what stands at the same place."""
    reached = -1
    by_place = sorted(hits, key=lambda hit: (hit.start, -hit.end, hit.phrase))
    for (_, end), same_place in groupby(by_place, key=lambda hit: (hit.start, hit.end)):
        found = [said[hit.phrase] for hit in same_place]
        if end > reached and not any(intent == EXCEPTIONS for intent, _, _ in found):
            yield from found
        reached = max(reached, end)


def _read(path: Path, needed: Collection[str]) -> Iterator[tuple[Said, Phrase] | LexiconIssue]:
    """Yield the phrases of one file and what is wrong in it. Every scalar is read as text."""
    try:
        root = yaml.compose(bytes_of(path).decode("utf-8"), Loader=_LOADER)
    except UnicodeDecodeError as exc:
        line = exc.object.count(b"\n", 0, exc.start) + 1
        text = "this is not UTF-8: save the file again as UTF-8 text"
        french = "ce n'est pas de l'UTF-8 : enregistrez le fichier de nouveau, en texte UTF-8"
        yield _issue(path, line, text, french, "unreadable-file")
        return
    except OSError as exc:
        text = f"the file cannot be read ({reason(exc)}): put one here that the guichet may read"
        french = f"le fichier ne peut pas être lu ({reason(exc, 'fr')}) : mettez-en un ici que le guichet peut lire"
        yield _issue(path, 1, text, french, "unreadable-file")
        return
    except yaml.YAMLError as exc:
        mark = getattr(exc, "problem_mark", None)
        line = mark.line + 1 if mark is not None else 0
        text = "this is not valid YAML: check the indentation, and quote a phrase that begins with a star"
        french = "le YAML est illisible : vérifiez les retraits ; une phrase qui commence par * se met entre guillemets"
        yield _issue(path, line, text, french, "invalid-yaml")
        return
    if not isinstance(root, yaml.MappingNode):
        yield _issue(path, 1, f"list phrases under {_KEYS}", f"rangez les phrases sous {_KEYS}", "not-a-lexicon")
        return
    seen: set[str] = set()
    lists: dict[str, int] = {}
    for key, value in root.value:
        line = key.start_mark.line + 1
        if (first := lists.setdefault(key.value, line)) != line:
            text = f"«{key.value}» stands twice (first on line {first}): one of the two is another kind of danger"
            french = f"« {key.value} » y est deux fois (d'abord ligne {first}) : l'un des deux est un autre danger"
            yield _issue(path, line, text, french, "list-twice")
        yield from _read_list(path, key, value, seen)
    # A list that is there and is none, or has no phrase, is named above or meant.
    empty = {key.value for key, value in root.value if isinstance(value, yaml.SequenceNode) and not value.value}
    for intent in SAFETY_INTENTS if needed else ():
        if path.stem in needed and (intent not in lists or intent in empty):
            text = f"no phrase says «{intent}» here: without its list this danger is not heard"
            french = f"aucune phrase ne dit « {intent} » ici : sans sa liste, ce danger n'est pas entendu. Remettez-la"
            yield _issue(path, 1, text, french, "missing-list")
        elif intent not in lists:
            text = f"«{intent}:» is not in this file: put the line back, or write «{intent}: []»"
            french = f"« {intent}: » n'est pas dans ce fichier : remettez la ligne, ou écrivez « {intent}: [] »"
            yield _issue(path, 1, text, french, "no-list")


def _read_list(
    path: Path, key: yaml.Node, value: yaml.Node, seen: set[str]
) -> Iterator[tuple[Said, Phrase] | LexiconIssue]:
    line = key.start_mark.line + 1
    if key.value == "locale":
        if value.value != path.stem:
            text = f"the locale «{value.value}» is not the file's name: write «{path.stem}»"
            french = f"« {value.value} » n'est pas le nom du fichier : écrivez « {path.stem} »"
            yield _issue(path, line, text, french, "locale-mismatch")
        return
    if key.value not in (*SAFETY_INTENTS, EXCEPTIONS):
        text = f"«{key.value}» is not a safety intent; use {_KEYS}"
        french = f"« {key.value} » n'est pas un danger connu ; prenez {_KEYS}"
        yield _issue(path, line, text, french, "unknown-intent")
        return
    if not isinstance(value, yaml.SequenceNode):
        text = f"«{key.value}» must be a list: one phrase a line, after a dash"
        french = f"« {key.value} » attend une liste : une phrase par ligne, après un tiret"
        yield _issue(path, line, text, french, "not-a-list")
        return
    for item in value.value:
        line = item.start_mark.line + 1
        if not isinstance(item, yaml.ScalarNode):
            text = "a phrase must be plain text; put it in quotes"
            french = "une phrase est un simple texte ; mettez-la entre guillemets"
            yield _issue(path, line, text, french, "not-a-phrase")
            continue
        try:
            phrase = read_phrase(item.value)
        except PhraseError as exc:
            text = f"the phrase «{item.value}» cannot be read: {exc}"
            french = f"la phrase « {item.value} » ne peut pas être lue : {exc.french}"
            yield _issue(path, line, text, french, "bad-phrase")
            continue
        if item.value in seen:
            text = f"the phrase «{item.value}» stands twice in this file: keep one"
            french = f"la phrase « {item.value} » est deux fois dans ce fichier : gardez-en une"
            yield _issue(path, line, text, french, "phrase-twice")
            continue
        seen.add(item.value)
        yield (key.value, path.stem, item.value), phrase


def _issue(path: Path, line: int, text: str, french: str, code: str) -> LexiconIssue:
    return LexiconIssue(path=path, line=line, text=text, french=f"{french}.", code=code)
