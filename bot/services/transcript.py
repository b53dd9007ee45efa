"""Golden conversations: the format of `tests/transcripts/<flow>/<case>.<locale>.talk`, read, played and written.

    locale: fr
    now: 2026-03-16T09:30:00Z

    > je cherche une chambre
      heard find_housing 0.93
    < Quelle est votre situation aujourd'hui ?
      | (a second line of the same message)
      [J'étudie] [Je travaille]
      [⬅️] [🏠] [👤]
    > [J'étudie]
    > (after 7d)

A line `> (…)` is something that happens: `begin <flow>` (its button in a menu), `claimed`, `released`, `returned`,
`closed`, `restart`, `again` (the same button), `after 3h`, a kind of media with its caption such as `photo my letter`,
`edit` with the new text, `location 50.64 5.57`, or `timer reminder flow/step`.
A line `> (in uk) …` is written in another language than the chosen one.
`heard` is what a model is to make of the words, what it puts first and what else it may be (`heard violence 0.20
find_housing 0.60`); without it exact keywords (`keyword`) are all there is.
Navigation is shown by its icons, in one row. With `cards: names` in the head, services are shown by their names only.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bot.core.effects import (
    CancelTimers,
    Effect,
    EndHandoff,
    Forget,
    MakeBooklet,
    MakeCard,
    MakeSteps,
    NoteGap,
    OpenHandoff,
    RelayEdit,
    RelayMedia,
    RelayText,
    ShowData,
    StartTimer,
    Submit,
)
from bot.core.events import HandoffMoved, HandoffNews, Located, Media, Resumed, Started, TimerFired
from bot.core.ids import FlowId, Locale
from bot.core.messages import Begin, Rendered, RenderedButton
from bot.core.understanding import Understanding
from bot.i18n.languages import SOURCE
from bot.i18n.render import plain
from bot.services.rehearsal import Heard, Rehearsal, Stage

_WROTE = re.compile(r"\(in (\S+)\) (.+)")
#: What docs/howto/approve-conversations.md tells people who try; tests write a timer and other media too.
HAPPENINGS = (
    "(begin area.flow), (claimed), (returned), (closed), (restart), (after 3h), (photo), (location 50.64 5.57),"
    " (edit words), (again), (in uk) words"
)
_SPANS = {"m": "minutes", "h": "hours", "d": "days"}
_NAVIGATION = ("⬅️", "🏠", "👤")


@dataclass(frozen=True, slots=True, kw_only=True)
class Input:
    """One thing the person does, and what the NLU is to make of it."""

    text: str
    heard: Understanding | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Transcript:
    """One golden conversation: its inputs, and its lines as approved."""

    locale: Locale
    now: datetime
    inputs: tuple[Input, ...]
    lines: tuple[str, ...]
    #: False: the conversation begins with a person who has never written (`person: new`).
    welcomed: bool = True
    #: Services by their names only (`cards: names`).
    brief: bool = False

    @classmethod
    def read(cls, path: Path) -> Transcript:
        """Raises ValueError with the line that cannot be read."""
        return cls.parse(path.read_text(encoding="utf-8"))

    @classmethod
    def parse(cls, text: str) -> Transcript:
        """Raises ValueError with the line that cannot be read."""
        head, _, body = text.partition("\n\n")
        fields = dict(line.split(": ", 1) for line in head.splitlines())
        lines = tuple(line.rstrip() for line in body.splitlines() if line.strip())
        return cls(
            locale=Locale(fields["locale"]),
            now=datetime.fromisoformat(fields["now"].replace("Z", "+00:00")).astimezone(UTC),
            welcomed=fields.get("person", "known") != "new",
            brief=fields.get("cards", "whole") == "names",
            inputs=tuple(_inputs(lines)),
            lines=lines,
        )

    def shown(self) -> str:
        """The file's text."""
        head = [f"locale: {self.locale}", f"now: {self.now:%Y-%m-%dT%H:%M:%SZ}"]
        if not self.welcomed:
            head.append("person: new")
        if self.brief:
            head.append("cards: names")
        return "\n".join(head) + "\n\n" + "\n".join(self.lines) + "\n"


def play(
    transcript: Transcript, stage: Stage, *, watch: Callable[[Rehearsal, Input], object] = lambda *_: None
) -> list[str]:
    """The lines that the inputs of a transcript lead to now. `watch` is shown each input before it is done.

    Raises LookupError when a button that is tapped is not shown, ValueError when an input cannot be read.
    """
    stage = stage.brief() if transcript.brief else stage
    rehearsal = Rehearsal.begin(stage, transcript.locale, transcript.now, welcomed=transcript.welcomed)
    lines: list[str] = []
    for given in transcript.inputs:
        watch(rehearsal, given)
        lines.append(f"> {given.text}")
        lines += told(step(rehearsal, given), stage)
    return lines


def step(rehearsal: Rehearsal, given: Input) -> Heard:
    """Do one input. Raises ValueError when it cannot be read, LookupError when no such button is shown."""
    text = given.text
    if text.startswith("[") and text.endswith("]"):
        return rehearsal.press(text[1:-1])
    if text.startswith("(") and text.endswith(")"):
        return _happen(rehearsal, text[1:-1].split(), given.heard)
    if found := _WROTE.fullmatch(text):
        return rehearsal.say(found[2], given.heard, language=Locale(found[1]))
    if text == "/start" or text.startswith("/start "):
        return rehearsal.take(
            Started(payload=text.removeprefix("/start").strip(), phone_locale=rehearsal.session.locale)
        )
    return rehearsal.say(text, given.heard)


def told(heard: Heard, stage: Stage) -> list[str]:
    """The lines of what one input led to."""
    lines: list[str] = []
    if heard.danger is not None:
        lines.append(f"  danger {heard.danger.intent}")
    elif heard.understanding is not None:
        lines.append(f"  {_made_of(heard.understanding, by_keyword=heard.by_keyword)}")
    for message in heard.messages:
        lines += _message(message)
    for effect in heard.effects:
        lines.append(f"  {_effect(effect, stage)}")
    return lines


def _made_of(understanding: Understanding, *, by_keyword: bool) -> str:
    """One line; of a model's answer also what else it thought of."""
    first = f"{understanding.intent} {understanding.confidence:.2f}"
    if by_keyword:
        return f"keyword {first}"
    others = [f"{intent} {sure:.2f}" for intent, sure in understanding.ranking if intent != understanding.intent]
    return " ".join(["heard", first, *others])


def _inputs(lines: Iterable[str]) -> list[Input]:
    found: list[Input] = []
    for line in lines:
        if line.startswith("> "):
            found.append(Input(text=line[2:]))
        elif line.startswith("  heard ") and found:
            _, *words = line.split()
            pairs = list(zip(words[::2], map(float, words[1::2]), strict=True))
            intent, sure = pairs[0]
            ranking = tuple(sorted(pairs, key=lambda pair: -pair[1]))
            understanding = Understanding(intent=intent, confidence=sure, ranking=ranking)
            found[-1] = Input(text=found[-1].text, heard=understanding)
        elif not line.startswith(("<", "  ")):
            raise ValueError(line)
    return found


def _happen(rehearsal: Rehearsal, words: list[str], understanding: Understanding | None) -> Heard:
    match words:
        case ["after", span] if found := re.fullmatch(r"(\d+)([mhd])", span):
            rehearsal.now += timedelta(**{_SPANS[found[2]]: int(found[1])})
            return Heard(messages=(), effects=())
        case ["begin", flow]:
            return rehearsal.do(Begin(flow=FlowId(flow)))
        case ["again"]:
            return rehearsal.press_again()
        case ["restart"]:
            rehearsal.restart()
            return rehearsal.take(Resumed())
        case ["timer", name, ref]:
            return rehearsal.take(TimerFired(name=name, ref=ref))
        case ["location", latitude, longitude]:
            try:
                place = Located(message_id=0, latitude=float(latitude), longitude=float(longitude))
            except ValueError as exc:
                raise ValueError("a place is two numbers of degrees: (location 50.64 5.57)") from exc
            return rehearsal.take(place)
        case [news] if news in set(HandoffNews):
            return rehearsal.take(HandoffMoved(news=HandoffNews(news)))
        case [media, *caption] if media in set(Media):
            return rehearsal.show(Media(media), " ".join(caption), understanding)
        case ["edit", *text]:
            return rehearsal.edit(" ".join(text), understanding)
        case _:
            raise ValueError(f"({' '.join(words)}) is nothing that happens. There are: {HAPPENINGS}")


def _message(message: Rendered) -> list[str]:
    first, *others = message.text.split("\n")
    lines = [f"< {first}".rstrip(), *(f"  | {line}".rstrip() for line in others)]
    return [*lines, *("  " + " ".join(f"[{label}]" for label in labels) for labels in _rows(message.buttons))]


def _rows(rows: Sequence[Sequence[RenderedButton]]) -> list[list[str]]:
    """What stands on the buttons. Navigation is one row, also in a language whose words are too long for one."""
    shown: list[list[str]] = []
    for row in rows:
        icons = [button.text.split(" ", 1)[0] for button in row]
        if shown and shown[-1] == list(_NAVIGATION[:2]) and icons == [_NAVIGATION[2]]:
            shown[-1] += icons
        elif len(row) > 1 and all(icon in _NAVIGATION for icon in icons):
            shown.append(icons)
        else:
            shown.append([button.text for button in row])
    return shown


def _effect(effect: Effect, stage: Stage) -> str:
    match effect:
        case OpenHandoff(queue=queue, summary=summary):
            told = " · ".join(plain(phrase, SOURCE, stage.catalogues) for phrase in summary)
            return f"handoff {queue}" + (f" « {told} »" if told else "")
        case RelayText(text=text, danger=danger):
            return f"relay {'danger ' if danger else ''}« {text} »"
        case RelayMedia():
            return "relay media"
        case RelayEdit(text=text):
            return f"relay edit « {text} »"
        case EndHandoff():
            return "handoff ends"
        case StartTimer(name=name, ref=ref, due_at=due_at):
            return f"timer {name} {ref} {due_at:%Y-%m-%dT%H:%MZ}"
        case CancelTimers(name=name):
            return f"timers off {name}".rstrip()
        case Forget():
            return "forget"
        case ShowData(export=export):
            return "export data" if export else "show data"
        case MakeCard(line=line, service=service):
            french = "" if line is None else plain(line, SOURCE, stage.catalogues)
            return f"card {service or f'« {french} »'}"
        case MakeSteps(progress=progress):
            return "steps" if progress is None else f"steps {progress[0]}/{progress[1]}"
        case MakeBooklet(chapters=chapters):
            titles = " · ".join(plain(chapter.title, SOURCE, stage.catalogues) for chapter in chapters)
            return f"booklet « {titles} »"
        case NoteGap():
            return "gap noted"
        case Submit(flow=flow):
            return f"submitted {flow}"
        case _:
            return " ".join(re.findall("[A-Z][a-z]+", type(effect).__name__)).lower()
