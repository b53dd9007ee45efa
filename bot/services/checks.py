"""What nobody vouches for any more is put before the team that answers for it: few messages, by day, two buttons each.

✅ makes the entry new as of today, at once and after a restart; ✏️ is noted for whoever edits the files. `guichet check`
lists both, `guichet confirmed --write` puts the days into the files.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import TypeAlias

from bot.conversation.reminders import by_day
from bot.core.effects import StartTimer
from bot.core.heard import TeamPressed
from bot.core.ids import EntryId, TeamName
from bot.core.local_time import BRUSSELS, local_day
from bot.core.messages import Rendered, RenderedButton
from bot.core.phrases import Verbatim
from bot.directory.facts import Fact
from bot.directory.lookup import Directory, entry_of, is_news, is_older
from bot.directory.service import Service
from bot.ports import ButtonRow, Check, CheckRow, Commit, Delivery, TimerRow, Verb, Verdict
from bot.services import topics
from bot.services.desk import Desk, Team
from bot.services.groups import team_for
from bot.services.parts import Parts

log = logging.getLogger(__name__)

#: The timer of a team; its reference is the team's name.
TIMER = "check"
#: Entries in one message: as many rows of buttons as a phone shows without scrolling far.
LISTED = 8
#: Messages to one team on one day, each for another owner.
A_DAY = 3
#: An owner is asked again after this.
AGAIN = timedelta(days=7)

_ICONS = {Verdict.RIGHT: "✅", Verdict.WRONG: "✏️"}

Rows: TypeAlias = Mapping[EntryId, CheckRow]
Thing: TypeAlias = Service | Fact


def vouched(rows: Iterable[CheckRow]) -> dict[EntryId, date]:
    """What advisers confirmed, each on its day."""
    return {row.entry: row.right_on for row in rows if row.right_on is not None}


async def read(desk: Desk) -> None:
    """Serve with what is confirmed in the store: at the start, and when another replica may have added to it."""
    desk.living.vouch(vouched(await desk.store.checks()))


async def plan(desk: Desk) -> None:
    """A timer for each team that has a group; one that was set before is set anew, for not before tomorrow."""
    now = desk.clock()
    timers = tuple(_next(desk, team, now) for team in desk.teams.values() if team.chat is not None)
    if timers:
        await desk.store.commit(Commit(timers=timers, now=now))


async def ask(desk: Desk, timer: TimerRow) -> None:
    """A team's timer came due: ask about what is stale, when it is there to answer; then again tomorrow."""
    now = desk.clock()
    team = desk.teams.get(TeamName(timer.ref))
    parts = Parts()
    if team is not None and team.chat is not None:
        if desk.hours.open_now(team.hours, now) and by_day(now) == now:
            parts = await _asked(desk, team, now)
        parts += Parts(timers=(_next(desk, team, now),))
    rows = await desk.store.commit(
        Commit(
            done_timer=timer.id,
            timers=parts.timers,
            deliveries=parts.deliveries,
            buttons=parts.buttons,
            checks=parts.checks,
            now=now,
        )
    )
    desk.outgoing.offer(rows)
    if parts.checks:
        log.info("entries.listed team=%s entries=%d", timer.ref, len(parts.checks))


async def take_press(desk: Desk, heard: TeamPressed, button: ButtonRow, team: Team, *, row: int) -> str:
    """An adviser pressed ✅ or ✏️; gives the phrase that answers. The second press changes nothing."""
    said, _, name = str(button.action).partition(" ")
    thing = desk.living.directory.entry(EntryId(name))
    now = desk.clock()
    if thing is None or said not in (Verdict.RIGHT, Verdict.WRONG):
        await desk.store.commit(Commit(done=row, now=now))
        return "adviser_check_gone"
    today, verdict, entry = local_day(now), Verdict(said), entry_of(thing)
    rows = {one.entry: one for one in await desk.store.checks()}
    before = rows.get(entry, CheckRow(entry=entry))
    is_known = before.right_on == today if verdict is Verdict.RIGHT else _waits_for_edit(rows, thing)
    parts = Parts()
    if not is_known:
        right, wrong = (today, None) if verdict is Verdict.RIGHT else (None, today)
        rows[entry] = replace(before, right_on=right, wrong_on=wrong)
        parts = _renewed(desk, heard, team, thing, rows, listed_on=date.fromordinal(button.screen))
        parts += Parts(checks=(Check(entry=entry, verdict=verdict, day=today),))
        if verdict is Verdict.WRONG:
            parts += Parts(deliveries=(_to_correct(desk, team, thing),))
    sent = await desk.store.commit(
        Commit(done=row, checks=parts.checks, deliveries=parts.deliveries, buttons=parts.buttons, now=now)
    )
    desk.living.vouch(vouched(rows.values()))
    desk.outgoing.offer(sent)
    log.info("entry.checked entry=%s verdict=%s", entry, verdict)
    return f"adviser_check_{verdict}"


def to_correct(directory: Directory, rows: Iterable[CheckRow]) -> list[tuple[Thing, date]]:
    """What advisers want corrected and whose file has not changed since, each with the day of the wish."""
    found = ((directory.entry(row.entry), row.wrong_on) for row in rows)
    return [(thing, day) for thing, day in found if thing is not None and day is not None and is_older(thing, day)]


def to_write(directory: Directory, rows: Iterable[CheckRow]) -> list[tuple[Thing, date]]:
    """What advisers confirmed and the files do not tell; `directory` is what the files say."""
    found = ((directory.entry(row.entry), row.right_on) for row in rows)
    return [(thing, day) for thing, day in found if thing is not None and day is not None and is_news(thing, day)]


async def _asked(desk: Desk, team: Team, now: datetime) -> Parts:
    """A message for each owner whose week is over, the longest waiting first; no more than the day allows."""
    today, directory = local_day(now), desk.living.directory
    rows = {one.entry: one for one in await desk.store.checks()}
    asked_on = _asked_on(directory, rows)
    mine = {owner: things for owner, things in directory.stale(today).items() if _team_of(desk, owner) == team}
    left = A_DAY - sum(_team_of(desk, owner) == team and day == today for owner, day in asked_on.items())
    due = [owner for owner in mine if today - asked_on.get(owner, date.min) >= AGAIN]
    parts = Parts()
    for owner in sorted(due, key=lambda one: (asked_on.get(one, date.min), one))[: max(left, 0)]:
        parts += _listed(desk, team, owner, mine[owner], rows, today)
    return parts


def _listed(desk: Desk, team: Team, owner: str, stale: Sequence[Thing], rows: Rows, today: date) -> Parts:
    """One message: what was never asked first, then what was asked longest ago, the oldest among them first."""

    def rank(thing: Thing) -> tuple[date, str, bool]:
        listed_on = _row(rows, thing).listed_on
        # Among equals facts come first: a wrong amount or deadline stands in many sentences.
        return listed_on or date.min, str(thing.checked_on or ""), isinstance(thing, Service)

    open_ones = [thing for thing in stale if not _waits_for_edit(rows, thing)]
    shown = sorted(open_ones, key=rank)[:LISTED]
    if not shown:
        return Parts()
    rendered, buttons = _message(desk, team, owner, shown, rows, today)
    return Parts(
        deliveries=(Delivery(verb=Verb.SEND, chat=team.chat, rendered=rendered),),
        buttons=buttons,
        checks=tuple(Check(entry=entry_of(thing), verdict=Verdict.LISTED, day=today) for thing in shown),
    )


def _renewed(desk: Desk, heard: TeamPressed, team: Team, pressed: Thing, rows: Rows, *, listed_on: date) -> Parts:
    """The same message with what was answered meanwhile; an entry that a newer message names is left to that one."""
    directory = desk.living.directory
    named = (directory.entry(row.entry) for row in rows.values() if row.listed_on == listed_on)
    shown = [thing for thing in named if thing is not None and thing.owner == pressed.owner]
    if not shown:
        return Parts()
    rendered, buttons = _message(desk, team, pressed.owner, shown, rows, listed_on)
    edit = Delivery(verb=Verb.EDIT, chat=heard.chat, message_id=heard.message_id, rendered=rendered)
    return Parts(deliveries=(edit,), buttons=buttons)


def _message(
    desk: Desk, team: Team, owner: str, things: Sequence[Thing], rows: Rows, listed_on: date
) -> tuple[Rendered, tuple[ButtonRow, ...]]:
    """The list, and two buttons for each line that has no answer yet. A line keeps its number."""
    book = desk.guide().book
    lines: list[str] = []
    keys: list[tuple[RenderedButton, ...]] = []
    buttons: list[ButtonRow] = []
    for at, thing in enumerate(sorted(things, key=entry_of), start=1):
        answer = _answer(rows, thing, listed_on)
        lines.append(f"{answer or f'{at}.'} {_title(thing)} ({thing.checked_on or '?'})")
        if answer:
            continue
        pair = [(_ICONS[verdict], desk.new_token(), verdict) for verdict in (Verdict.RIGHT, Verdict.WRONG)]
        keys.append(tuple(RenderedButton(text=f"{icon} {at}", token=token) for icon, token, _ in pair))
        buttons += [
            ButtonRow(token=token, newcomer=None, handoff=None, action=f"{verdict} {entry_of(thing)}",
                      screen=listed_on.toordinal())
            for _, token, verdict in pair
        ]  # fmt: skip
    asked = book.phrase("adviser_check").having(owner=Verbatim(text=owner), list=Verbatim(text="\n".join(lines)))
    text = topics.told(desk, team, asked, book.phrase("adviser_check_how"))
    return Rendered(text=text.text, bold=text.bold, buttons=tuple(keys)), tuple(buttons)


def _to_correct(desk: Desk, team: Team, thing: Thing) -> Delivery:
    """Where the entry is written, for whoever corrects it."""
    phrase = desk.guide().book.phrase("adviser_check_correct")
    where = {"name": _title(thing), "file": thing.path, "entry": entry_of(thing).partition("/")[2]}
    told = phrase.having(**{name: Verbatim(text=text) for name, text in where.items()})
    return Delivery(verb=Verb.SEND, chat=team.chat, rendered=topics.told(desk, team, told))


def _answer(rows: Rows, thing: Thing, listed_on: date) -> str:
    """The mark of what was answered since the entry was listed; empty while nothing was."""
    row = _row(rows, thing)
    if row.right_on is not None and row.right_on >= listed_on:
        return _ICONS[Verdict.RIGHT]
    return _ICONS[Verdict.WRONG] if row.wrong_on is not None and row.wrong_on >= listed_on else ""


def _asked_on(directory: Directory, rows: Rows) -> dict[str, date]:
    """The day each owner was last asked."""
    found: dict[str, date] = {}
    for row in rows.values():
        thing = directory.entry(row.entry)
        if thing is not None and row.listed_on is not None:
            found[thing.owner] = max(found.get(thing.owner, date.min), row.listed_on)
    return found


def _waits_for_edit(rows: Rows, thing: Thing) -> bool:
    wrong_on = _row(rows, thing).wrong_on
    return wrong_on is not None and is_older(thing, wrong_on)


def _row(rows: Rows, thing: Thing) -> CheckRow:
    entry = entry_of(thing)
    return rows.get(entry, CheckRow(entry=entry))


def _title(thing: Thing) -> str:
    return thing.name if isinstance(thing, Service) else f"{thing.about} : {thing.text}"


def _team_of(desk: Desk, owner: str) -> Team:
    """The team of this name, else the one that answers a queue of this name, else the first."""
    return desk.teams.get(TeamName(owner)) or team_for(desk, owner)


def _next(desk: Desk, team: Team, now: datetime) -> StartTimer:
    """When the team opens next, not today if it is open; never at night (best-in-class 23)."""
    tomorrow = datetime.combine(local_day(now) + timedelta(days=1), time(), BRUSSELS).astimezone(UTC)
    is_open = desk.hours.open_now(team.hours, now)
    opening = desk.hours.next_opening(team.hours, tomorrow if is_open else now) or tomorrow
    return StartTimer(name=TIMER, ref=team.name, due_at=by_day(opening.astimezone(UTC)))
