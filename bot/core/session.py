"""Where a newcomer stands now, and its stored form.

The stored form never holds what followed a volatile answer: `stored()` writes `durable`, and a restart resumes there.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Any, TypeAlias

from bot.core.ids import FlowId, Locale, NewcomerId, Revision, StepId, Token
from bot.core.messages import Begin, Command, Go, ShowReminder, Speak
from bot.core.phrases import Phrase

#: Changed with the stored form; an older form is read by `restored`.
FORM = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """One flow being walked. The innermost of a position is the last; `call` puts one on top."""

    flow: FlowId
    revision: Revision
    step: StepId


#: What can be offered beside the present question, and so be taken in words.
Offerable: TypeAlias = Begin | Go | Speak | ShowReminder


@dataclass(frozen=True, slots=True, kw_only=True)
class Offered:
    """One button of an offer: what it is called, without values, and what it does."""

    label: Phrase
    action: Offerable


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """What the last messages put in front of the present question, such as "did you mean". Gone with the next ones.

    A number, a name, yes and no are about what is on the screen, never about a question that it hides.
    """

    #: In the order of the screen.
    listed: tuple[Offered, ...] = ()
    #: The present question is on the screen too: a number that is not of the list is about that.
    is_beside: bool = False
    #: What "yes" does, when one thing was asked.
    yes: Offerable | None = None
    #: What "no" does; None: the present question is shown again.
    no: Offerable | None = None
    #: The system phrases that offered it, when it is what they may have meant: offered anew in a language chosen next.
    phrases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Position:
    """The steps the conversation waits on, the answers given so far, the way back, and what was offered instead."""

    frames: tuple[Frame, ...] = ()
    #: Slot → answer, always text: a choice id, `yes`/`no`, digits, an ISO date, free words.
    answers: Mapping[str, str] = field(default_factory=dict)
    #: Earlier waiting positions of this flow, oldest first, for "back".
    trail: tuple[tuple[Frame, ...], ...] = ()
    offer: Offer | None = None
    #: The steps of the last turn that showed services: what « where? » and « how much? » are about.
    shown: tuple[Frame, ...] = ()


class Hold(StrEnum):
    """Whether a human has the conversation."""

    NONE = "none"
    WAITING = "waiting"
    HELD = "held"


class Veil(StrEnum):
    """Whether somebody stands behind a volatile step, and who hears what they say next. Tells nothing of the step."""

    NONE = "none"
    #: The bot: the words may be an answer, and are kept in memory only.
    BOT = "bot"
    #: An adviser: what is told to a person must survive.
    ADVISER = "adviser"


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """Where one newcomer stands. Frozen: a turn makes a new one."""

    newcomer: NewcomerId
    locale: Locale
    #: Counts the saves; a save with another expected version is refused.
    version: int = 0
    durable: Position = field(default_factory=Position)
    #: Set from a volatile step on until its flow ends; lives in memory only.
    shadow: Position | None = None
    #: Stored, so that what is said after a restart is not taken for an answer to the question before.
    veil: Veil = Veil.NONE
    #: The flow that was left for another, offered again afterwards.
    paused: Position | None = None
    #: Utterances in a row that led nowhere.
    misses: int = 0
    #: Counts the screens with buttons; a button of an older screen is stale.
    screen: int = 0
    #: The last token that moved the conversation; pressed again at once it does nothing.
    last_token: Token | None = None
    hold: Hold = Hold.NONE
    #: The language was chosen by the person, not only proposed from the phone.
    locale_chosen: bool = False
    #: The notice was shown.
    welcomed: bool = False
    #: What the person agreed to, such as `roadmap` or `reminders`.
    consents: frozenset[str] = frozenset()
    #: Flows walked to an end, kept only with the consent `roadmap`.
    done: tuple[FlowId, ...] = ()
    seen_at: datetime | None = None
    reachable: bool = True
    #: The language whose unreviewed translations the person was told about.
    draft_told: Locale | None = None

    @property
    def position(self) -> Position:
        """Where the conversation really is: the volatile part if there is one."""
        return self.shadow if self.shadow is not None else self.durable

    @property
    def is_lost(self) -> bool:
        """They stood behind a volatile step, and memory has forgotten where: by a restart, or after a long silence."""
        return self.veil is not Veil.NONE and self.shadow is None

    def at(self, position: Position) -> Session:
        """The same session at another position, volatile or not as it was."""
        if self.shadow is not None:
            return replace(self, shadow=position)
        return replace(self, durable=position)

    def offering(self, offer: Offer | None) -> Session:
        """The same session with this in front of its question."""
        return self if self.position.offer == offer else self.at(replace(self.position, offer=offer))

    def stored(self) -> bytes:
        """JSON of everything that may reach a disk; without `shadow`."""
        return json.dumps(
            {
                "form": FORM,
                "locale": self.locale,
                "durable": _position_out(self.durable),
                "veil": self.veil,
                "paused": None if self.paused is None else _position_out(self.paused),
                "misses": self.misses,
                "screen": self.screen,
                "last_token": None if self.shadow is not None else self.last_token,
                "hold": self.hold,
                "locale_chosen": self.locale_chosen,
                "welcomed": self.welcomed,
                "consents": sorted(self.consents),
                "done": list(self.done),
                "seen_at": None if self.seen_at is None else self.seen_at.isoformat(),
                "reachable": self.reachable,
                "draft_told": self.draft_told,
            },
            ensure_ascii=False,
            separators=(",", ":"),
        ).encode(errors="replace")  # a half of a surrogate pair, which some phones send, has no UTF-8

    @classmethod
    def restored(cls, newcomer: NewcomerId, version: int, body: bytes, shadow: Position | None = None) -> Session:
        """The session that `stored` wrote, with what memory still holds of its volatile part."""
        raw: dict[str, Any] = json.loads(body)
        return cls(
            newcomer=newcomer,
            version=version,
            locale=Locale(raw["locale"]),
            durable=_position_in(raw["durable"]),
            shadow=shadow,
            veil=Veil(raw.get("veil", Veil.NONE)),  # older forms have none
            paused=None if raw["paused"] is None else _position_in(raw["paused"]),
            misses=raw["misses"],
            screen=raw["screen"],
            last_token=None if raw["last_token"] is None else Token(raw["last_token"]),
            hold=Hold(raw["hold"]),
            locale_chosen=raw["locale_chosen"],
            welcomed=raw["welcomed"],
            consents=frozenset(raw["consents"]),
            done=tuple(FlowId(flow) for flow in raw["done"]),
            seen_at=None if raw["seen_at"] is None else datetime.fromisoformat(raw["seen_at"]),
            reachable=raw["reachable"],
            draft_told=None if raw["draft_told"] is None else Locale(raw["draft_told"]),
        )


def _position_out(position: Position) -> dict[str, Any]:
    out: dict[str, Any] = {
        "frames": _frames_out(position.frames),
        "answers": dict(position.answers),
        "trail": [_frames_out(frames) for frames in position.trail],
    }
    if position.offer is not None:
        out["offer"] = _offer_out(position.offer)
    if position.shown:
        out["shown"] = _frames_out(position.shown)
    return out


def _frames_out(frames: tuple[Frame, ...]) -> list[list[str]]:
    return [[frame.flow, frame.revision, frame.step] for frame in frames]


def _position_in(raw: dict[str, Any]) -> Position:
    return Position(
        frames=_frames_in(raw["frames"]),
        answers=dict(raw["answers"]),
        trail=tuple(_frames_in(frames) for frames in raw["trail"]),
        offer=None if raw.get("offer") is None else _offer_in(raw["offer"]),
        shown=_frames_in(raw.get("shown", [])),  # older forms have none
    )


def _offer_out(offer: Offer) -> dict[str, Any]:
    return {
        "listed": [[*_offerable_out(one.action), one.label.key, one.label.text] for one in offer.listed],
        "is_beside": offer.is_beside,
        "yes": None if offer.yes is None else _offerable_out(offer.yes),
        "no": None if offer.no is None else _offerable_out(offer.no),
        "phrases": list(offer.phrases),
    }


def _offer_in(raw: dict[str, Any]) -> Offer:
    return Offer(
        listed=tuple(
            Offered(action=_offerable_in(kind, value), label=Phrase(key=key, text=text))
            for kind, value, key, text in raw["listed"]
        ),
        is_beside=raw["is_beside"],
        yes=None if raw["yes"] is None else _offerable_in(*raw["yes"]),
        no=None if raw["no"] is None else _offerable_in(*raw["no"]),
        phrases=tuple(raw.get("phrases", ())),  # older forms have none
    )


def _offerable_out(action: Offerable) -> list[str]:
    match action:
        case Begin(flow=flow):
            return ["begin", flow]
        case Go(command=command):
            return ["go", command]
        case Speak(locale=locale):
            return ["speak", locale]
        case ShowReminder(ref=ref):
            return ["reminder", ref]


def _offerable_in(kind: str, value: str) -> Offerable:
    match kind:
        case "begin":
            return Begin(flow=FlowId(value))
        case "go":
            return Go(command=Command(value))
        case "speak":
            return Speak(locale=Locale(value))
        case _:
            return ShowReminder(ref=value)


def _frames_in(raw: list[list[str]]) -> tuple[Frame, ...]:
    return tuple(Frame(flow=FlowId(f), revision=Revision(r), step=StepId(s)) for f, r, s in raw)
