"""Where somebody stands: frames of flows on top of each other, and the way they came."""

from __future__ import annotations

from dataclasses import replace

from bot.core.ids import FlowId, StepId
from bot.core.session import Frame, Position
from bot.flow.graph import Flow

#: Earlier questions remembered for "back".
TRAIL_LENGTH = 20


def pathway_in(position: Position) -> Position | None:
    """The part of a position that is worth coming back to: without menus and system flows."""
    frames = position.frames
    while frames and frames[-1].flow.startswith("_system."):
        frames = frames[:-1]
    return replace(position, frames=frames) if frames else None


def root_of(frames: tuple[Frame, ...]) -> FlowId | None:
    """The flow that all others lie upon."""
    return frames[0].flow if frames else None


def before(position: Position, flow_id: FlowId) -> Position:
    """The position before this flow was put on top of it; as it is when the flow is not being walked."""
    depth = next((at for at, frame in enumerate(position.frames) if frame.flow == flow_id), None)
    if depth is None:
        return position
    trail = position.trail
    while trail and any(frame.flow == flow_id for frame in trail[-1]):
        trail = trail[:-1]
    return replace(position, frames=position.frames[:depth], trail=trail)


def trail_from(position: Position) -> tuple[tuple[Frame, ...], ...]:
    """The way so far and where one stands now, once."""
    if not position.frames or position.trail[-1:] == (position.frames,):
        return position.trail
    return (*position.trail, position.frames)[-TRAIL_LENGTH:]


def frame_on(flow: Flow, step: StepId) -> Frame:
    """A place in this revision of a flow."""
    return Frame(flow=flow.id, revision=flow.revision, step=step)
