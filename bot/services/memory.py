"""What lives in memory only: sessions as last saved, volatile positions, fresh buttons, boxes on their way to a screen.

All of it may be lost at any moment: sessions and buttons are read again from the store (which knows the volatile ones
too), volatile positions are meant to go (decision 9).
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import takewhile
from typing import TypeAlias, TypeVar

from bot.core.ids import FlowId, NewcomerId, Revision, Token
from bot.core.messages import RenderedButton
from bot.core.session import Position, Session
from bot.ports import ButtonRow

#: Entries kept; an entry is a few hundred bytes. Buttons of the last few hundred screens: reading others costs little.
SESSIONS = 5_000
BUTTONS = 3_000
#: Albums that are remembered: advisers send few, one photo right after the other.
ALBUMS = 200
#: Somebody is told once in this time that the answer is late.
LATE_AGAIN_AFTER = timedelta(hours=6)
#: A volatile position is forgotten after this silence.
VOLATILE_FOR = timedelta(minutes=30)
#: Lists being ticked at this moment.
LISTS = 1_000
#: Sessions and buttons are let go after this silence: what the shortest retention deletes is not kept here meanwhile.
KEPT_FOR = timedelta(days=1)

Keyboard: TypeAlias = tuple[tuple[RenderedButton, ...], ...]
K = TypeVar("K")


@dataclass(slots=True)
class Album:
    """An adviser's album that was whole when its first part was taken."""

    #: A note stands under one of its parts.
    is_note: bool
    #: Its messages that were passed on.
    sent: list[int] = field(default_factory=list)


class Memory:
    """Bounded caches in front of the store, and the only home of volatile positions."""

    def __init__(self) -> None:
        # Each with the instant it was kept, the longest untouched first.
        self._sessions: OrderedDict[NewcomerId, tuple[Session, datetime]] = OrderedDict()
        self._buttons: OrderedDict[Token, tuple[ButtonRow, datetime]] = OrderedDict()
        self._shadows: OrderedDict[NewcomerId, tuple[Position, datetime]] = OrderedDict()
        self._told_late: dict[NewcomerId, datetime] = {}
        #: Album of an adviser → the message of it whose refusal was told.
        self._refused_albums: OrderedDict[str, int] = OrderedDict()
        self._albums: OrderedDict[str, Album] = OrderedDict()
        #: By person and message.
        self._lists: OrderedDict[tuple[NewcomerId, int], tuple[Keyboard, datetime]] = OrderedDict()

    def session(self, newcomer: NewcomerId) -> Session | None:
        """The session as this process last saved it."""
        found = self._sessions.get(newcomer)
        return None if found is None else found[0]

    def keep(self, session: Session, now: datetime) -> None:
        """Remember what was just saved, with its volatile part."""
        self._sessions[session.newcomer] = (session, now)
        self._sessions.move_to_end(session.newcomer)
        while len(self._sessions) > SESSIONS:
            self._sessions.popitem(last=False)
        if session.shadow is None:
            self._shadows.pop(session.newcomer, None)
        else:
            self._shadows[session.newcomer] = (session.shadow, now)
            self._shadows.move_to_end(session.newcomer)

    def shadow(self, newcomer: NewcomerId, now: datetime) -> Position | None:
        """The volatile position, unless it has rested too long."""
        found = self._shadows.get(newcomer)
        if found is None:
            return None
        position, since = found
        if abs(now - since) > VOLATILE_FOR:  # also when the clock was set back meanwhile
            self._lose(newcomer)
            return None
        return position

    def lose_old(self, now: datetime) -> None:
        """Let go of whatever has rested too long, also of people who never come back."""
        for newcomer in _rested(self._shadows, VOLATILE_FOR, now):
            self._lose(newcomer)
        for place in _rested(self._lists, VOLATILE_FOR, now):
            del self._lists[place]
        for newcomer in _rested(self._sessions, KEPT_FOR, now):
            del self._sessions[newcomer]
        for token in _rested(self._buttons, KEPT_FOR, now):
            del self._buttons[token]
        self._told_late = {one: at for one, at in self._told_late.items() if now - at < LATE_AGAIN_AFTER}

    def revisions(self) -> set[tuple[FlowId, Revision]]:
        """The flows that somebody stands in of whom the store does not know it."""
        places = [frames for place, _ in self._shadows.values() for frames in (place.frames, *place.trail)]
        return {(frame.flow, frame.revision) for frames in places for frame in frames}

    def _lose(self, newcomer: NewcomerId) -> None:
        del self._shadows[newcomer]
        if newcomer in self._sessions:
            session, since = self._sessions[newcomer]
            self._sessions[newcomer] = (replace(session, shadow=None), since)

    def keep_buttons(self, rows: tuple[ButtonRow, ...], now: datetime) -> None:
        """Remember fresh buttons, so that a press soon after needs no look-up."""
        for row in rows:
            self._buttons[row.token] = (row, now)
        while len(self._buttons) > BUTTONS:
            self._buttons.popitem(last=False)

    def button(self, token: Token) -> ButtonRow | None:
        """What a fresh token means."""
        found = self._buttons.get(token)
        return None if found is None else found[0]

    def keep_list(self, newcomer: NewcomerId, message: int, keyboard: Keyboard, now: datetime) -> None:
        """Remember a list as it was ticked just now: its message shows so only once the edit has arrived."""
        self._lists[newcomer, message] = (keyboard, now)
        self._lists.move_to_end((newcomer, message))
        while len(self._lists) > LISTS:
            self._lists.popitem(last=False)

    def list_in(self, newcomer: NewcomerId, message: int) -> Keyboard:
        """The list of a message as it was last ticked; nothing when that is long ago."""
        found = self._lists.get((newcomer, message))
        return () if found is None else found[0]

    def is_told_late(self, newcomer: NewcomerId, now: datetime) -> bool:
        """Whether this person knows already that answers are late."""
        told = self._told_late.get(newcomer)
        return told is not None and now - told < LATE_AGAIN_AFTER

    def told_late(self, newcomer: NewcomerId, now: datetime) -> None:
        """This person was told that answers are late."""
        self._told_late[newcomer] = now

    def is_told_of(self, album: str, message_id: int) -> bool:
        """Whether another photo of this album was refused before; else this is the one whose refusal is told."""
        first = self._refused_albums.setdefault(album, message_id)
        while len(self._refused_albums) > ALBUMS:
            self._refused_albums.popitem(last=False)
        return first != message_id

    def keep_album(self, album: str, *, is_note: bool) -> None:
        """All that an adviser sent of this album is there."""
        self._albums[album] = Album(is_note=is_note)
        while len(self._albums) > ALBUMS:
            self._albums.popitem(last=False)

    def is_whole(self, album: str) -> bool:
        """Whether this album was waited for."""
        return album in self._albums

    def is_note(self, album: str) -> bool:
        """Whether a note stands under any part of this album, as far as memory knows."""
        found = self._albums.get(album)
        return found is not None and found.is_note

    def keep_sent(self, album: str, message_id: int) -> None:
        """This part of an album goes to the person."""
        if album in self._albums:
            self._albums[album].sent.append(message_id)

    def sent_of(self, album: str) -> tuple[int, ...]:
        """The parts of an album that went to the person, as far as memory knows."""
        found = self._albums.get(album)
        return () if found is None else tuple(found.sent)

    def drop(self, newcomer: NewcomerId) -> None:
        """Forget a person: after an erasure, or when the store knows better."""
        self._sessions.pop(newcomer, None)

    def forget(self, newcomer: NewcomerId) -> None:
        """Forget a person with every trace."""
        self.drop(newcomer)
        self._shadows.pop(newcomer, None)
        self._told_late.pop(newcomer, None)
        for token in [token for token, (row, _) in self._buttons.items() if row.newcomer == newcomer]:
            del self._buttons[token]
        for place in [place for place in self._lists if place[0] == newcomer]:
            del self._lists[place]


def _rested(kept: Mapping[K, tuple[object, datetime]], span: timedelta, now: datetime) -> list[K]:
    """What has rested for so long, also when the clock was set back meanwhile; `kept` has the longest rested first."""
    return [key for key, _ in takewhile(lambda one: abs(now - one[1][1]) > span, kept.items())]
