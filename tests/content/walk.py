"""Every reachable choice of every flow, taken once: what was said on the way, and where it led."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from bot.cli.talk import MORNING
from bot.core.effects import Effect
from bot.core.ids import FlowId, Locale
from bot.core.messages import Message, ServiceCards
from bot.core.phrases import Phrase
from bot.core.session import Hold
from bot.services.branches import Map, explored, waiting_step
from bot.services.rehearsal import Heard, Rehearsal, Stage


@dataclass(frozen=True, slots=True, kw_only=True)
class Screen:
    """What one tap led to."""

    flow: FlowId
    said: tuple[Message, ...]
    effects: tuple[Effect, ...]
    hold: Hold
    #: The step that waits now, as `flow/step`; empty when nothing is asked.
    waits: str

    @property
    def where(self) -> str:
        """For a failing test."""
        return f"{self.flow} → {self.waits or 'end'}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Walked:
    """All flows, walked in the source language; messages are the same in every other until they are rendered."""

    maps: Mapping[FlowId, Map]
    screens: tuple[Screen, ...]

    def messages(self) -> list[tuple[str, Message]]:
        """Every different message, with where it was met."""
        return list(
            {
                message_key(message): (screen.where, message) for screen in self.screens for message in screen.said
            }.values()
        )

    def services(self) -> frozenset[str]:
        """Ids of the services that some step shows by name."""
        return frozenset(
            str(service)
            for _, message in self.messages()
            for block in message.blocks
            if isinstance(block, ServiceCards)
            for service in block.ids
        )


def walked(stage: Stage) -> Walked:
    """Walk everything."""
    maps: dict[FlowId, Map] = {}
    screens: list[Screen] = []
    for flow in stage.guide().book.flows:

        def listen(heard: Heard, after: Rehearsal, flow: FlowId = flow) -> None:
            frames = after.session.position.frames
            waits = f"{frames[-1].flow}/{frames[-1].step}" if frames and waiting_step(after) is not None else ""
            screens.append(
                Screen(flow=flow, said=heard.said, effects=heard.effects, hold=after.session.hold, waits=waits)
            )

        maps[flow] = explored(flow, Rehearsal.begin(stage.brief(), Locale("fr"), MORNING), listen)
    return Walked(maps=maps, screens=tuple(screens))


def message_key(message: Message) -> str:
    return repr((message.blocks, message.buttons, message.vital))


def phrases_in(message: Message) -> list[Phrase]:
    """The sentences of a message, with those that stand inside others."""
    found = [block for block in message.blocks if isinstance(block, Phrase)]
    found += [button.label for row in message.buttons for button in row]
    for phrase in found:
        found += [value for value in phrase.values.values() if isinstance(value, Phrase)]
    return found
