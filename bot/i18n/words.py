"""What short answers mean in each language: commands, yes and no, numbers, dates, choices.

The words are in `locales/<locale>/words.yml`. A person may write any language at any time: their own is asked first,
then French and English, then every other language, where a word counts only if all that know it mean the same by it.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, time
from pathlib import Path
from typing import TypeVar

from bot.core.ids import Locale
from bot.core.messages import Command
from bot.core.phrases import Phrase
from bot.core.spans import Span
from bot.errors import Told
from bot.i18n.choices import Fold, choice_meant, key_of_words, label_meant, one_slip_away
from bot.i18n.clock import speaks_from_sunrise, speaks_of_hour, time_in
from bot.i18n.dates import date_in
from bot.i18n.languages import SOURCE, Languages, names_in
from bot.i18n.numbers import number_in
from bot.i18n.quantities import quantity_meant
from bot.i18n.sources import place_of, read_mapping, texts_at
from bot.i18n.told import LocaleFileError

_LOG = logging.getLogger(__name__)

Meaning = TypeVar("Meaning", bound="Command | bool | int")

#: Words of other languages everybody in Liège hears: asked right after one's own.
_COMMON = (SOURCE, Locale("en"))
_RELATIVE_DAYS = {"yesterday": -1, "today": 0, "tomorrow": 1, "after_tomorrow": 2}
_OTHER_KEYS = frozenset({"yes", "no", "numbers", "hours", "weekdays", "commands", *_RELATIVE_DAYS})
#: A slash command as Telegram accepts it (Bot API, BotCommand).
_SLASH = re.compile(r"/([A-Za-z0-9_]{1,32})(?:@\w+)?(?:\s|$)")
_SLASH_NAME = re.compile(r"[a-z0-9_]{1,32}")
#: A slip of the finger is forgiven in words this long, but for what cannot be taken back.
_FORGIVEN_FROM = 5
_NEVER_NEARLY = frozenset({Command.FORGET, Command.PERSON})


@dataclass(frozen=True, slots=True, kw_only=True)
class LocaleWords:
    """The words of one language, folded."""

    commands: Mapping[str, Command]
    yes_no: Mapping[str, bool]
    numbers: Mapping[str, int]
    #: Words for the hours of half a day, where they are others than those for numbers.
    hours: Mapping[str, int]
    #: Folded word → days from today.
    days: Mapping[str, int]
    #: Names of weekdays that CLDR does not have, or not as people write them → 0 for Monday.
    weekdays: Mapping[str, int]
    #: Slash aliases, the one to show first.
    slashes: Mapping[Command, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Words:
    """What short answers mean. Pure: the same words always mean the same."""

    languages: Languages
    by_locale: Mapping[Locale, LocaleWords]
    fold: Fold
    #: A label as the person reads it, for comparing.
    label_of: Callable[[Phrase, Locale], str]
    _slashes: Mapping[str, Command]
    _commands_anywhere: Mapping[str, Command]
    _yes_no_anywhere: Mapping[str, bool]
    _numbers_anywhere: Mapping[str, int]
    #: What is wrong in files that were left out, one sentence each.
    issues: tuple[Told, ...] = ()

    @classmethod
    def load(
        cls, folder: Path, languages: Languages, *, fold: Fold, label_of: Callable[[Phrase, Locale], str]
    ) -> Words:
        """Read every `words.yml` below `folder`; one that cannot be used is left out and told in `issues`.

        Raises LocaleFileError when it is the French one, which stands in for all others.
        """
        own: dict[Locale, LocaleWords] = {}
        issues: list[Told] = []
        for language in languages:
            path = folder / language.locale / "words.yml"
            if not path.exists():
                continue
            try:
                own[language.locale] = read_words(path, fold)
            except LocaleFileError as exc:
                if language.locale == SOURCE:
                    raise
                # A slip in one language must not close the guichet to all the others.
                _LOG.error("words.left_out locale=%s reason=%s", language.locale, exc)
                issues.append(exc.told)
        if SOURCE not in own:
            path = folder / SOURCE / "words.yml"
            raise LocaleFileError(
                f"{path}: the French words are missing",
                f"{path}: les mots français manquent. Remettez ce fichier.",
            )
        # A language without words of its own takes those of its nearest fallback that has some (Dari: Persian).
        by_locale = {
            language.locale: own[next(one for one in (*language.chain, SOURCE) if one in own)] for language in languages
        }
        every = [own[SOURCE], *(words for locale, words in own.items() if locale != SOURCE)]
        slashes: dict[str, Command] = {}
        for words in every:
            for command, aliases in words.slashes.items():
                for alias in aliases:
                    slashes.setdefault(alias, command)
        return cls(
            languages,
            by_locale,
            fold,
            label_of,
            slashes,
            _agreed(words.commands for words in every),
            _agreed(words.yes_no for words in every),
            {**_agreed(words.numbers for words in every), **own[SOURCE].numbers},
            tuple(issues),
        )

    def command(self, text: str, locale: Locale, *, from_elsewhere: bool = True) -> Command | None:
        """A slash command, or a whole utterance that is a command word, such as `menu` or `رجوع`.

        `from_elsewhere`: also a word that is one in other languages than the person's, French and English.
        """
        if slash := _SLASH.match(text.strip()):
            return self._slash(slash[1].lower(), locale)
        key = key_of_words(text, self.fold)
        own = self._own(locale)
        if not key or (key in own.yes_no and key not in own.commands):
            # « si » is yes in Spanish, whatever it is elsewhere.
            return None
        found = self._first(key, locale, lambda words: words.commands)
        return found or (self._commands_anywhere.get(key) if from_elsewhere else None)

    def command_nearly(self, text: str, locale: Locale) -> Command | None:
        """A command word with a slip of the finger, for what means nothing else: « manger » is no « danger ».

        Never what erases, nor what puts one through to a person.
        """
        key = key_of_words(text, self.fold)
        if len(key) < _FORGIVEN_FROM:
            return None
        near = {
            command
            for tag in dict.fromkeys((locale, SOURCE))
            for word, command in self._own(tag).commands.items()
            if len(word) >= _FORGIVEN_FROM and one_slip_away(key, word)
        }
        return near.pop() if len(near) == 1 and not near & _NEVER_NEARLY else None

    def yes_no(self, text: str, locale: Locale) -> bool | None:
        """Whether a whole utterance says yes or no."""
        key = key_of_words(text, self.fold)
        own = self._own(locale)
        if key in own.commands and key not in own.yes_no:
            return None
        found = self._first(key, locale, lambda words: words.yes_no)
        return self._yes_no_anywhere.get(key) if found is None else found

    def number(self, text: str, locale: Locale | None = None) -> int | None:
        """The one whole number of a text: digits of any script, or a spelled small number."""
        key = key_of_words(text, self.fold)
        own = self.by_locale.get(locale or SOURCE)
        if own is not None and key in own.numbers:
            return own.numbers[key]
        spelled = self._numbers_anywhere.get(key)
        return number_in(text, {}) if spelled is None else spelled

    def date(self, text: str, locale: Locale, today: date) -> date | None:
        """The one date of a text, the day before the month; None when it may be two."""
        tags = list(dict.fromkeys((locale, *_COMMON)))
        relative = {word: days for tag in reversed(tags) for word, days in self._own(tag).days.items()}
        numbers = {word: number for tag in reversed(tags) for word, number in self._own(tag).numbers.items()}
        weekdays = {word: day for tag in reversed(tags) for word, day in self._own(tag).weekdays.items()}
        return date_in(text, tags, today, fold=self.fold, relative=relative, numbers=numbers, weekdays=weekdays)

    def time(self, text: str, locale: Locale) -> time | None:
        """The one hour of a text, in the person's language, in French or in English."""
        tags = list(dict.fromkeys((locale, *_COMMON)))
        numbers = {word: number for tag in reversed(tags) for word, number in self._own(tag).numbers.items()}
        hours = {word: hour for tag in reversed(tags) for word, hour in self._own(tag).hours.items()}
        return time_in(text, tags, fold=self.fold, numbers=numbers, hours=hours)

    def speaks_of_hour(self, text: str, locale: Locale) -> bool:
        """Whether a text tells an hour that `time` cannot be sure of, in these languages."""
        tags = list(dict.fromkeys((locale, *_COMMON)))
        numbers = {word: number for tag in reversed(tags) for word, number in self._own(tag).numbers.items()}
        hours = {word: hour for tag in reversed(tags) for word, hour in self._own(tag).hours.items()}
        return speaks_of_hour(text, tags, fold=self.fold, numbers={**numbers, **hours})

    def speaks_from_sunrise(self, text: str, locale: Locale) -> bool:
        """Whether a text tells an hour as in Amharic, Tigrinya and Swahili, if that is the person's language."""
        return speaks_from_sunrise(text, locale, fold=self.fold, numbers=self._own(locale).numbers)

    def choice(
        self, text: str, labels: Sequence[Sequence[Phrase]], locale: Locale, spans: Sequence[Span | None] = ()
    ) -> int | None:
        """Index of the choice meant: by its number from 1, its label or one of its other words, in the person's
        language or in French; the beginning of a label or a small slip is enough when only one choice fits.

        Where the choices are quantities (`spans`, one for each choice), a number is what falls into one of them.
        """
        read = self._read(labels, locale)
        if spans:
            tags = [tag for tag in dict.fromkeys((locale, *_COMMON)) if tag in self.languages.by_locale]
            return quantity_meant(text, read, spans, tags=tags, spelled=self._own(locale).numbers, fold=self.fold)
        return choice_meant(text, read, number=self.number(text, locale), fold=self.fold)

    def label(self, text: str, labels: Sequence[Sequence[Phrase]], locale: Locale) -> int | None:
        """Index of the choice that the whole text names, in the person's language or in French."""
        return label_meant(text, self._read(labels, locale), fold=self.fold)

    def language(self, text: str, locale: Locale) -> Locale | None:
        """The language named: by its own name, in the person's language, in French or in English, or by its tag."""
        said = key_of_words(text, self.fold)
        for language in self.languages:
            names = {language.name, language.french, language.locale, *language.phones, *language.called}
            for tag in dict.fromkeys((locale, *_COMMON)):
                names |= names_in(tag, language)
            if said and said in {key_of_words(name, self.fold) for name in names}:
                return language.locale
        return None

    def slash_of(self, command: Command, locale: Locale) -> str:
        """The slash command to show in this language, without its slash."""
        for words in (self._own(locale), self._own(SOURCE)):
            if aliases := words.slashes.get(command):
                return aliases[0]
        return command.value.replace("_", "")

    def _read(self, labels: Sequence[Sequence[Phrase]], locale: Locale) -> list[list[str]]:
        """All texts of each choice, in the person's language and in French."""
        return [
            [
                one
                for tag in dict.fromkeys((locale, SOURCE))
                for phrase in phrases
                for one in self.label_of(phrase, tag).split("|")
            ]
            for phrases in labels
        ]

    def _own(self, locale: Locale) -> LocaleWords:
        return self.by_locale.get(locale) or self.by_locale[SOURCE]

    def _slash(self, name: str, locale: Locale) -> Command | None:
        for command, aliases in self._own(locale).slashes.items():
            if name in aliases:
                return command
        return self._slashes.get(name)

    def _first(self, key: str, locale: Locale, table: Callable[[LocaleWords], Mapping[str, Meaning]]) -> Meaning | None:
        for tag in (locale, *_COMMON):
            found = table(self._own(tag)).get(key)
            if found is not None:
                return found
        return None


def read_words(path: Path, fold: Fold) -> LocaleWords:
    """One `words.yml`. Raises LocaleFileError."""
    raw = read_mapping(path)
    names = {command.value for command in Command}
    if unknown := sorted(raw.keys() - names - _OTHER_KEYS):
        known, place = ", ".join(sorted(names | _OTHER_KEYS)), place_of(path, unknown[0])
        raise LocaleFileError(
            f'{place}: "{unknown[0]}" is neither a command nor one of {", ".join(sorted(_OTHER_KEYS))}',
            f"{place}: « {unknown[0]} » n'est pas une clé de ce fichier. Les clés sont : {known}.",
        )
    commands = {
        key: Command(name) for name in raw if name in names for key in _keys(texts_at(raw, name, path), fold, path)
    }
    yes_no = {key: name == "yes" for name in ("no", "yes") for key in _keys(texts_at(raw, name, path), fold, path)}
    numbers, hours, weekdays = (
        {
            key: value
            for value, word in enumerate(texts_at(raw, name, path), start=first)
            for key in _keys(word.split("|"), fold, path)
        }
        for name, first in (("numbers", 1), ("hours", 1), ("weekdays", 0))
    )
    if set(weekdays.values()) not in (set(), set(range(7))):
        place = place_of(path, "weekdays")
        raise LocaleFileError(
            f'{place}: "weekdays" must have seven, from Monday; several for one separated by |',
            f"{place}: « weekdays » compte sept jours, à partir du lundi ; plusieurs noms d'un jour se séparent par |.",
        )
    days = {key: away for name, away in _RELATIVE_DAYS.items() for key in _keys(texts_at(raw, name, path), fold, path)}
    return LocaleWords(
        commands=commands,
        yes_no=yes_no,
        numbers=numbers,
        hours=hours,
        days=days,
        weekdays=weekdays,
        slashes=_slashes(raw, path),
    )


def _slashes(raw: Mapping[str, object], path: Path) -> Mapping[Command, tuple[str, ...]]:
    written = raw.get("commands", {})
    if not isinstance(written, dict):
        place = place_of(path, "commands")
        raise LocaleFileError(
            f'{place}: "commands" must map a command to its slash names',
            f"{place}: sous « commands », chaque ligne donne une commande et ses noms, comme « menu: [menu] ».",
        )
    found: dict[Command, tuple[str, ...]] = {}
    for name in written:
        aliases = texts_at(written, name, path)
        if bad := next((alias for alias in aliases if not _SLASH_NAME.fullmatch(alias)), None):
            raise LocaleFileError(
                f'{path}: slash command "{bad}" may hold only a-z, 0-9 and _, 32 at most',
                f"{path}: la commande « {bad} » s'écrit avec a-z, 0-9 et _ seulement, 32 au plus.",
            )
        try:
            found[Command(name)] = aliases
        except ValueError as exc:
            raise LocaleFileError(
                f'{path}: "commands" knows no "{name}"',
                f"{path}: sous « commands », « {name} » n'existe pas. Corrigez le nom, ou retirez la ligne.",
            ) from exc
    return found


def _keys(words: Iterable[str], fold: Fold, path: Path) -> Iterator[str]:
    for word in words:
        key = key_of_words(word, fold)
        if not key:
            raise LocaleFileError(
                f'{path}: "{word}" is empty once folded', f"{path}: « {word} » n'a ni lettre ni chiffre. Retirez-le."
            )
        yield key


def _agreed(tables: Iterable[Mapping[str, Meaning]]) -> dict[str, Meaning]:
    """Words all languages that know them agree on."""
    meanings: dict[str, set[Meaning]] = {}
    for table in tables:
        for word, meaning in table.items():
            meanings.setdefault(word, set()).add(meaning)
    return {word: next(iter(found)) for word, found in meanings.items() if len(found) == 1}
