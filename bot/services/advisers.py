"""The advisers' side of a handover, in their Telegram group: take, write, note, hand back, close."""

from __future__ import annotations

import logging
import re
from dataclasses import replace

from bot.conversation.advance import advance
from bot.core.events import HandoffMoved, HandoffNews, Media
from bot.core.heard import FromTeam, MembersChanged, Speaker, TeamPressed, TopicChange, TopicChanged
from bot.core.ids import AccountId, ChatId, HandoffId
from bot.core.messages import Author, Message
from bot.core.phrases import Phrase, Value, Verbatim
from bot.core.split import CAPTION_UNITS, units
from bot.errors import Conflict, IllegalMove
from bot.handoff.machine import Handoff, Move, State, moved
from bot.ports import AdviserRow, AuditLine, ButtonRow, Commit, Delivery, HandoffChange, LogLine, Verb
from bot.services import checks, handover, topics
from bot.services.desk import Desk, Team
from bot.services.groups import team_in, team_of
from bot.services.newcomer import TRIES, save, session_of
from bot.services.parts import Parts
from bot.services.say import plain_message

log = logging.getLogger(__name__)

#: Words after the slash → move; French first, English too.
COMMANDS = {
    "prendre": Move.CLAIM, "take": Move.CLAIM, "claim": Move.CLAIM,
    "remettre": Move.RELEASE, "liberer": Move.RELEASE, "release": Move.RELEASE,
    "robot": Move.RETURN, "rendre": Move.RETURN, "bot": Move.RETURN, "return": Move.RETURN,
    "fermer": Move.CLOSE, "close": Move.CLOSE,
}  # fmt: skip

#: What an adviser may send a newcomer besides text (C06): no contact card, no live position.
RELAYED_MEDIA = frozenset(
    {Media.PHOTO, Media.DOCUMENT, Media.VOICE, Media.AUDIO, Media.VIDEO, Media.VIDEO_NOTE, Media.LOCATION, Media.VENUE,
     Media.STICKER, Media.ANIMATION}
)  # fmt: skip

#: Media that can carry words, and so the mark of who sends them (Bot API, `caption` of copyMessage).
_CAPTIONED = frozenset({Media.PHOTO, Media.DOCUMENT, Media.VOICE, Media.AUDIO, Media.VIDEO, Media.ANIMATION})

#: What a keyboard may put before the first letter without showing it: direction marks, zero-width characters, spaces.
_UNSEEN = (
    " \t\r\n\u00a0\u061c\u200b\u200c\u200d\u200e\u200f\u202a\u202b\u202d\u202e\u2060\u2066\u2067\u2068\u2069\ufeff"
)
#: As East Asian keyboards write it.
_WIDE_SLASH = "／"

_NEWS = {
    Move.CLAIM: HandoffNews.CLAIMED,
    Move.RELEASE: HandoffNews.RELEASED,
    Move.RETURN: HandoffNews.RETURNED,
    Move.CLOSE: HandoffNews.CLOSED,
}


async def adviser_of(desk: Desk, account: AccountId, team: Team) -> AdviserRow | None:
    """The person on the allow-list of this team; membership of the group alone is nothing (C16)."""
    listed = [one for one in await desk.store.advisers() if one.is_active and team.name in one.teams]
    return next((one for one in listed if one.account == account), None)


async def take_message(desk: Desk, heard: FromTeam, *, row: int) -> None:
    """A message in the team's group: a reply, a note, an order, or something to refuse with a notice."""
    team = team_in(desk, heard.chat)
    handoff = None
    if team is not None and heard.thread is not None:
        handoff = await desk.store.handoff_in_topic(heard.chat, heard.thread)
    if team is None or handoff is None or heard.speaker is Speaker.BOT:
        await _done(desk, row)  # General, or a topic of their own: advisers' talk, nothing to do with us (C04)
        return
    is_person = heard.speaker is Speaker.PERSON and not heard.via_bot
    if not is_person:
        # Nobody can tell who it is, and whoever is on the list must not read that they are not (A27).
        await _refuse(desk, heard, handoff, team, row, "adviser_own_name")
        return
    adviser = await adviser_of(desk, heard.account, team)
    if adviser is None:
        await _refuse(desk, heard, handoff, team, row, "adviser_not_listed")
        return
    await _from_adviser(desk, heard, handoff, team, adviser, row)


async def _from_adviser(
    desk: Desk, heard: FromTeam, handoff: Handoff, team: Team, adviser: AdviserRow, row: int
) -> None:
    text = _seen(heard.text)
    if (note := note_in(text)) is not None:
        await _note(desk, replace(heard, text=note), handoff, team, adviser, row)
    elif text.startswith("/"):
        move = COMMANDS.get(_order(text)[0])
        if move is None:
            await _done(desk, row, _line(desk, handoff, team, "adviser_unknown_command"))
        else:
            told = await make_move(desk, handoff.id, move, adviser, row=row)
            if told is not None:
                await _done(desk, row, _line(desk, handoff, team, told[0], **told[1]))
    elif await _is_of_note(desk, heard, handoff):
        await _done(desk, row)
    elif (refusal := await _refusal(desk, heard, handoff, adviser)) is not None:
        await _refuse(desk, heard, handoff, team, row, refusal[0], **refusal[1])
    elif heard.is_edited:
        await _edit(desk, heard, handoff, team, row)
    else:
        await _reply(desk, heard, handoff, row)


def note_in(text: str) -> str | None:
    """The words of a note between advisers, without its mark; None for what is none."""
    text = _seen(text)
    if text.startswith("//"):
        return text.removeprefix("//").strip()
    word, rest = _order(text)
    return rest.strip() if word == "note" else None


def _seen(text: str) -> str:
    """From the first character that is seen on, with the slashes of every keyboard as one."""
    text = text.lstrip(_UNSEEN).strip()
    return text.replace(_WIDE_SLASH, "/", 2) if text.startswith(_WIDE_SLASH) else text


def _order(text: str) -> tuple[str, str]:
    """The word after the slash, and what follows it on the same line or below; empty without a slash."""
    word, *rest = re.split(r"\s", text[1:], maxsplit=1) if text.startswith("/") else [""]
    return word.casefold(), "".join(rest)


async def _refusal(
    desk: Desk, heard: FromTeam, handoff: Handoff, adviser: AdviserRow
) -> tuple[str, dict[str, Value]] | None:
    """Why this message may not go to the person; None when it may (C03, C06, C07)."""
    if not handoff.is_open:
        return "adviser_over", {}
    if handoff.state is State.WAITING:
        return "adviser_take_first", {}
    if handoff.adviser != adviser.id:
        return "adviser_not_yours", {"name": Verbatim(text=await topics.name_of(desk, handoff.adviser))}
    if heard.media is not None and heard.media not in RELAYED_MEDIA:
        return "adviser_refused_media", {}
    return None


async def _refuse(
    desk: Desk, heard: FromTeam, handoff: Handoff, team: Team, row: int, phrase_name: str, /, **values: Value
) -> None:
    """Say why it does not go to the person; of an album once, however many photos it has."""
    is_told = heard.album is not None and desk.memory.is_told_of(heard.album, heard.message_id)
    await _done(desk, row, None if is_told else _line(desk, handoff, team, phrase_name, **values))


async def _reply(desk: Desk, heard: FromTeam, handoff: Handoff, row: int) -> None:
    """To the person, marked as written by a human; a photo or a place goes as a copy without its sender."""
    now = desk.clock()
    sent = (_to_newcomer(desk, handoff, heard.text),) if heard.media is None else _copied(desk, heard, handoff)
    line = LogLine(
        handoff=handoff.id,
        author="adviser",
        text=heard.text or f"[{heard.media}]",
        at=now,
        topic_message=heard.message_id,
    )
    deliveries = tuple(replace(one, mirrors=heard.message_id, vital=True) for one in sent)
    parts = Parts(deliveries=deliveries, log=(line,), timers=(handover.idle(desk, handoff, now),))
    if heard.album is not None:
        desk.memory.keep_sent(heard.album, heard.message_id)
    await _relay(desk, row, handoff, parts)


async def _edit(desk: Desk, heard: FromTeam, handoff: Handoff, team: Team, row: int) -> None:
    """A correction follows to the person's chat and says that it is one (C05, best-in-class 35)."""
    copies = await desk.store.counterparts(handoff.id, topic_message=heard.message_id)
    if not copies or heard.media is not None:
        await _done(desk, row, _line(desk, handoff, team, "adviser_edit_too_late"))
        return
    sent = _to_newcomer(desk, handoff, heard.text, desk.guide().book.phrase("corrected"))
    line = LogLine(
        handoff=handoff.id, author="adviser", text=heard.text, at=desk.clock(), topic_message=heard.message_id
    )
    deliveries = handover.corrected(replace(sent, mirrors=heard.message_id), copies)
    await _relay(desk, row, handoff, Parts(deliveries=deliveries, log=(line,)))


async def _note(desk: Desk, heard: FromTeam, handoff: Handoff, team: Team, adviser: AdviserRow, row: int) -> None:
    """Words between advisers. A message that was sent and is made a note is taken back from the person (C05), with all
    of its album."""
    if not heard.text and heard.media is None:
        await _done(desk, row, _line(desk, handoff, team, "adviser_note_how"))
        return
    # Its words stand in the topic only: whatever is stored of a conversation, `/mesdonnees` shows to the person (C07).
    line = LogLine(handoff=handoff.id, author="note", text=_album(heard), at=desk.clock())
    album = () if heard.album is None else desk.memory.sent_of(heard.album)
    sent = {*album, heard.message_id} if heard.is_edited else {*album}
    said = await desk.store.log_of(handoff.id) if sent else []
    if not any(one.author == "adviser" and one.topic_message in sent for one in said):
        await _done(desk, row, _line(desk, handoff, team, "adviser_noted") + Parts(log=(line,)))
        return
    copies = [
        copy for message in sorted(sent) for copy in await desk.store.counterparts(handoff.id, topic_message=message)
    ]
    if not copies or await _refusal(desk, heard, handoff, adviser) is not None:
        await _done(desk, row, _line(desk, handoff, team, "adviser_edit_too_late") + Parts(log=(line,)))
        return
    taken_back = Delivery(verb=Verb.DELETE, newcomer=handoff.newcomer, handoff=handoff.id)
    deliveries = tuple(replace(taken_back, message_id=copy) for copy in copies)
    told = _line(desk, handoff, team, "adviser_taken_back")
    await _relay(desk, row, handoff, Parts(deliveries=deliveries, log=(line,)) + told)


async def _is_of_note(desk: Desk, heard: FromTeam, handoff: Handoff) -> bool:
    """Whether this belongs to an album that bears a note: only one of its parts holds the words."""
    if heard.album is None or (heard.is_edited and heard.text):
        return False
    if desk.memory.is_note(heard.album):
        return True
    return any(line.author == "note" and line.text == _album(heard) for line in await desk.store.log_of(handoff.id))


def _album(heard: FromTeam) -> str:
    """How a note names its album. In the log, so that a restart between two photos sends none of them."""
    return "" if heard.album is None else f"[album {heard.album}]"


async def take_press(desk: Desk, heard: TeamPressed, *, row: int) -> None:
    """A button under a topic's card, or under a question about the directory."""
    team = team_in(desk, heard.chat)
    button = await desk.button(heard.token)
    if team is None or button is None or not isinstance(button.action, str) or not await _is_in(desk, team, button):
        await _done(desk, row)
        await desk.messenger.answer_press(heard.callback_id)
        return
    adviser = await adviser_of(desk, heard.account, team)
    if adviser is None:
        await _done(desk, row)
        await desk.messenger.answer_press(heard.callback_id, topics.notice(desk, team, "adviser_not_listed"))
        return
    if button.handoff is None:
        phrase = await checks.take_press(desk, heard, button, team, row=row)
        await desk.messenger.answer_press(heard.callback_id, topics.notice(desk, team, phrase))
        return
    if button.action == "note":
        await _done(desk, row)
        told: tuple[str, dict[str, Value]] = ("adviser_note_how", {})
    else:
        refused = await make_move(desk, button.handoff, Move(button.action), adviser, row=row)
        if refused is not None:
            await _done(desk, row)
        told = refused or ("adviser_taken" if button.action == Move.CLAIM else "adviser_done", {})
    await desk.messenger.answer_press(heard.callback_id, topics.notice(desk, team, told[0], **told[1]))


async def _is_in(desk: Desk, team: Team, button: ButtonRow) -> bool:
    """Whether the button stands in this team's group: that of a handoff obeys nobody elsewhere (D02)."""
    handoff = None if button.handoff is None else await desk.store.handoff(button.handoff)
    return handoff is None or handoff.chat is None or team_in(desk, handoff.chat) == team


async def make_move(
    desk: Desk, handoff_id: HandoffId, move: Move, adviser: AdviserRow, *, row: int | None = None
) -> tuple[str, dict[str, Value]] | None:
    """Claim, release, return or close, together with what the person is told: one commit, one winner (C01, C14).

    Returns None when it is done, else the phrase that says why not; the inbox row is then still open.
    """
    for _ in range(TRIES):
        handoff = await desk.store.handoff(handoff_id)
        if handoff is None:
            return "adviser_over", {}
        if move is Move.CLAIM and handoff.state is State.CLAIMED:
            return "adviser_taken_by", {"name": Verbatim(text=await topics.name_of(desk, handoff.adviser))}
        if handoff.state is State.CLAIMED and handoff.adviser != adviser.id:
            return "adviser_not_yours", {"name": Verbatim(text=await topics.name_of(desk, handoff.adviser))}
        now = desk.clock()
        try:
            after = moved(handoff, move, now=now, adviser=adviser.id)
        except IllegalMove:
            return "adviser_not_now", {}
        try:
            await _apply(desk, after, move, adviser, row)
        except Conflict:
            desk.memory.drop(handoff.newcomer)
            continue
        log.info("handoff.moved handoff=%s move=%s", handoff.id[:8], move)
        return None
    return "adviser_not_now", {}


async def _apply(desk: Desk, handoff: Handoff, move: Move, adviser: AdviserRow, row: int | None) -> None:
    now = desk.clock()
    team = team_of(desk, handoff)
    session = await session_of(desk, handoff.newcomer, None, now)
    turn = advance(session, HandoffMoved(news=_NEWS[move]), desk.guide(), now=now)
    if move is Move.RELEASE and (closed := handover.closed(desk, handoff, now)) is not None:
        # "Somebody else will answer" is only true with the day and the hour (C10).
        *before, last = turn.messages
        told = (replace(last, buttons=()), Message(blocks=(closed,), buttons=last.buttons))
        turn = replace(turn, messages=(*before, *told))
    if handoff.is_open:
        parts = Parts(handoffs=(HandoffChange(handoff=handoff, expected=handoff.version - 1),))
        if move is Move.CLAIM:
            parts += Parts(
                cancelled_timers=(handover.SLOW,),
                timers=(handover.idle(desk, handoff, now),),
                counts=(("handoff.claimed", handoff.queue),),
            )
        else:
            parts += Parts(cancelled_timers=(handover.IDLE,), timers=(handover.slow(desk, handoff, now),))
        parts += topics.renewed(desk, handoff, team, name=adviser.name)
    else:
        parts = handover.ended(desk, handoff, name=adviser.name)
    parts += Parts(audit=(AuditLine(event=move, who=adviser.id, about=handoff.id),))
    await save(desk, turn, session, now=now, row=row, with_parts=parts)


async def topic_changed(desk: Desk, heard: TopicChanged, *, row: int) -> None:
    """A topic closed by hand ends nothing: advisers are told how to end it, or the person waits for nobody (C11)."""
    team = team_in(desk, heard.chat)
    handoff = None
    if team is not None and heard.thread is not None and heard.change is TopicChange.CLOSED:
        handoff = await desk.store.handoff_in_topic(heard.chat, heard.thread)
    if team is None or handoff is None or not handoff.is_open:
        await _done(desk, row)
        return
    await _done(desk, row, _line(desk, handoff, team, "adviser_topic_closed"))


async def members_changed(desk: Desk, heard: MembersChanged, *, row: int) -> None:
    """An adviser who leaves the group loses what they hold at once; the conversation waits again (C02).

    Whoever joins it reads every topic, also without being on the list: the operator learns that somebody does (C16).
    """
    await _done(desk, row)
    team = team_in(desk, heard.chat)
    if team is None:
        return
    advisers = await desk.store.advisers()
    if heard.joined:
        if not set(heard.accounts) <= {one.account for one in advisers if one.is_active and team.name in one.teams}:
            log.error("group.stranger team=%s: somebody who is not on the list of advisers reads its topics", team.name)
        return
    for adviser in advisers:
        if adviser.account in heard.accounts:
            await release_all(desk, adviser, heard.chat)


async def release_all(desk: Desk, adviser: AdviserRow, chat: ChatId | None = None) -> None:
    """Whatever this adviser holds, in this group or in all, waits for somebody else."""
    for handoff in await desk.store.handoffs():
        if handoff.adviser == adviser.id and chat in (None, handoff.chat):
            await make_move(desk, handoff.id, Move.RELEASE, adviser)


async def let_go(desk: Desk, adviser: AdviserRow) -> None:
    """Whoever is no longer on the list: what they hold waits for somebody else, then nothing is kept of them."""
    await release_all(desk, adviser)
    # Their row is what an idle conversation is given back by: it stays as long as there is one.
    if not any(handoff.adviser == adviser.id for handoff in await desk.store.handoffs()):
        await desk.store.drop_adviser(adviser.id)


def _to_newcomer(desk: Desk, handoff: Handoff, text: str, *more: Phrase) -> Delivery:
    words = Phrase(key="", text="{text}", values={"text": Verbatim(text=text)})
    message = Message(blocks=(words, *more), author=Author.ADVISER)
    rendered = plain_message(desk, message, handoff.locale)
    return Delivery(verb=Verb.SEND, newcomer=handoff.newcomer, handoff=handoff.id, rendered=rendered)


def _copied(desk: Desk, heard: FromTeam, handoff: Handoff) -> tuple[Delivery, ...]:
    """A copy, with the mark and the words in its caption; words too long for one follow (best-in-class 21)."""
    copy = Delivery(verb=Verb.COPY, newcomer=handoff.newcomer, handoff=handoff.id, copy_from=heard.message_id)
    if heard.media not in _CAPTIONED:
        return (copy,)
    marked = _to_newcomer(desk, handoff, heard.text)
    assert marked.rendered is not None
    if units(marked.rendered.text) <= CAPTION_UNITS:
        return (replace(copy, rendered=marked.rendered),)
    return (replace(copy, rendered=_to_newcomer(desk, handoff, "").rendered), marked)


def _line(desk: Desk, handoff: Handoff, team: Team, phrase_name: str, /, **values: Value) -> Parts:
    return Parts(deliveries=(topics.line(desk, handoff, team, phrase_name, **values),))


async def _relay(desk: Desk, row: int, handoff: Handoff, parts: Parts) -> None:
    """Finish this row with what goes to the person. Raises Conflict, and is decided anew, when they have just left."""
    await _commit(
        desk,
        Commit(
            done=row,
            handoff_expected=(handoff.id, handoff.version),
            deliveries=parts.deliveries,
            log=parts.log,
            timers=parts.timers,
            timers_of=handoff.newcomer,
            now=desk.clock(),
        ),
    )


async def _done(desk: Desk, row: int, parts: Parts | None = None) -> None:
    """Finish this inbox row with what it leads to."""
    parts = parts or Parts()
    await _commit(desk, Commit(done=row, deliveries=parts.deliveries, log=parts.log, now=desk.clock()))


async def _commit(desk: Desk, commit: Commit) -> None:
    desk.outgoing.offer(await desk.store.commit(commit))
