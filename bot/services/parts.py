"""The parts of a commit that different use cases contribute, added up into one."""

from __future__ import annotations

from dataclasses import dataclass

from bot.core.effects import StartTimer
from bot.core.messages import Message
from bot.ports import AuditLine, ButtonRow, Check, Delivery, Gap, HandoffChange, LogLine, Submission


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """What one effect adds to the turn's commit. Messages are for the newcomer, rendered with the turn's own."""

    #: Said before the turn's own messages: what their question is about.
    first: tuple[Message, ...] = ()
    messages: tuple[Message, ...] = ()
    #: Sent before the turn's own messages: a picture that they speak of, a file that was asked for before them.
    pictures: tuple[Delivery, ...] = ()
    deliveries: tuple[Delivery, ...] = ()
    buttons: tuple[ButtonRow, ...] = ()
    timers: tuple[StartTimer, ...] = ()
    cancelled_timers: tuple[str, ...] = ()
    handoffs: tuple[HandoffChange, ...] = ()
    log: tuple[LogLine, ...] = ()
    corrected: tuple[LogLine, ...] = ()
    gaps: tuple[Gap, ...] = ()
    submissions: tuple[Submission, ...] = ()
    checks: tuple[Check, ...] = ()
    audit: tuple[AuditLine, ...] = ()
    counts: tuple[tuple[str, str], ...] = ()

    def __add__(self, other: Parts) -> Parts:
        return Parts(
            first=self.first + other.first,
            messages=self.messages + other.messages,
            pictures=self.pictures + other.pictures,
            deliveries=self.deliveries + other.deliveries,
            buttons=self.buttons + other.buttons,
            timers=self.timers + other.timers,
            cancelled_timers=self.cancelled_timers + other.cancelled_timers,
            handoffs=self.handoffs + other.handoffs,
            log=self.log + other.log,
            corrected=self.corrected + other.corrected,
            gaps=self.gaps + other.gaps,
            submissions=self.submissions + other.submissions,
            checks=self.checks + other.checks,
            audit=self.audit + other.audit,
            counts=self.counts + other.counts,
        )
