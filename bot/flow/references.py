"""Whether the names that flow files mention exist, and whether two flows claim the same words."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass

from bot.core.ids import FlowId
from bot.flow.draft import Draft, Mention, Names, Role
from bot.flow.graph import AnswerKind, Ask, Call, ToFlow
from bot.flow.issues import Issue, issue, nearest
from bot.flow.known import Known
from bot.flow.walks import ways

#: Mentioned name → the issue when it is not known.
_CODES = {
    Names.STEP: "unknown-step",
    Names.FLOW: "unknown-flow",
    Names.INTENT: "unknown-intent",
    Names.SERVICE: "unknown-service",
    Names.NEED: "unknown-need",
    Names.QUEUE: "unknown-queue",
    Names.COMMAND: "unknown-command",
    Names.SLOT: "unknown-slot",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """What is known about the answers kept under one name. `words` is None when any answer is possible."""

    words: frozenset[str] | None
    is_number: bool


def check_mentions(draft: Draft, flows: Collection[FlowId], slots: Mapping[str, Slot], known: Known) -> Iterator[Issue]:
    """Names without anything behind them. `flows` are all flows that have a file; `slots` all this flow may look at."""
    books: Mapping[Names, Collection[str] | None] = {
        Names.STEP: draft.step_lines,
        Names.FLOW: flows,
        Names.INTENT: known.intents,
        Names.SERVICE: known.services,
        Names.NEED: known.needs,
        Names.QUEUE: known.queues,
        Names.COMMAND: known.commands,
        Names.SLOT: None if draft.has_holes else slots,
    }
    for mention in draft.mentions:
        names = books[mention.of]
        if names is not None and mention.name not in names:
            yield _unknown(mention, names, draft)
    if not draft.has_holes:
        yield from _slot_uses(draft, slots)


def _unknown(mention: Mention, names: Collection[str], draft: Draft) -> Issue:
    near = _nearest_flow(mention.name, names) if mention.of is Names.FLOW else nearest(mention.name, names)
    words = {"words": ", ".join(sorted(names))} if mention.of in (Names.COMMAND, Names.QUEUE) else {}
    code = _CODES[mention.of]
    return issue(draft.path, mention.line, code, step=mention.step, near=near, name=mention.name, **words)


def _nearest_flow(name: str, flows: Iterable[str]) -> str | None:
    """The flow that was probably meant: an area that is right must not make any of its flows look alike."""
    area = f"{name.partition('.')[0]}."
    inside = [flow.removeprefix(area) for flow in flows if flow.startswith(area)]
    if not inside:
        return nearest(name, flows)
    near = nearest(name.removeprefix(area), inside)
    return None if near is None else area + near


def _slot_uses(draft: Draft, slots: Mapping[str, Slot]) -> Iterator[Issue]:
    for use in draft.slot_uses:
        slot = slots.get(use.slot)
        if slot is None:
            near = nearest(use.slot, slots)
            yield issue(draft.path, use.line, "unknown-slot", step=use.step, near=near, name=use.slot)
        elif use.compares and not slot.is_number:
            yield issue(draft.path, use.line, "wrong-comparison", step=use.step, name=use.slot)
        elif slot.words is not None:
            for word in use.words:
                if word not in slot.words:
                    near, words = nearest(word, slot.words), ", ".join(sorted(slot.words))
                    yield issue(
                        draft.path,
                        use.line,
                        "unknown-choice",
                        step=use.step,
                        near=near,
                        word=word,
                        name=use.slot,
                        words=words,
                    )


def slots_in_sight(drafts: Mapping[FlowId, Draft]) -> dict[FlowId, dict[str, Slot]]:
    """For each flow the slots its conditions and sentences may use: its own, those of the flows it calls, and those of
    the flows that lead to it (answers are kept along the way)."""
    own = {name: dict(_own_slots(draft)) for name, draft in drafts.items()}
    calls: dict[FlowId, set[FlowId]] = {name: set() for name in drafts}
    leads: dict[FlowId, set[FlowId]] = {name: set() for name in drafts}
    for name, draft in drafts.items():
        for target, is_call in _flows_after(draft):
            if target in drafts:
                leads[target].add(name)
                if is_call:
                    calls[name].add(target)
    below = {name: _closure(name, calls) for name in drafts}
    sight: dict[FlowId, dict[str, Slot]] = {}
    for name in drafts:
        seen: dict[str, Slot] = {}
        for near in _closure(name, leads):
            for source in below[near]:
                for slot, what in own[source].items():
                    seen[slot] = _both(seen.get(slot), what)
        sight[name] = seen
    return sight


def _flows_after(draft: Draft) -> Iterator[tuple[FlowId, bool]]:
    if draft.flow is None:
        return
    for step in draft.flow.steps.values():
        if isinstance(step.act, Call):
            yield step.act.flow, True
        for way in ways(step):
            if isinstance(way, ToFlow):
                yield way.flow, False


def _closure(start: FlowId, after: Mapping[FlowId, Iterable[FlowId]]) -> set[FlowId]:
    found, waiting = {start}, [start]
    while waiting:
        new = set(after[waiting.pop()]) - found
        found |= new
        waiting += new
    return found


def _own_slots(draft: Draft) -> Iterator[tuple[str, Slot]]:
    found: dict[str, Slot] = {}
    for step in () if draft.flow is None else draft.flow.steps.values():
        match step.act:
            case Ask(slot=slot, kind=kind, choices=choices) if slot is not None:
                words: frozenset[str] | None = None
                if kind in (AnswerKind.CHOICE, AnswerKind.YES_NO):
                    words = frozenset({choice.id for choice in choices} or {"yes", "no"})
                what = Slot(words=words, is_number=kind is AnswerKind.NUMBER)
                found[slot] = _both(found.get(slot), what)
    yield from found.items()


def _both(one: Slot | None, other: Slot) -> Slot:
    if one is None:
        return other
    words = None if one.words is None or other.words is None else one.words | other.words
    return Slot(words=words, is_number=one.is_number or other.is_number)


# --- words that may belong to one flow only --------------------------------------------------------------------


def check_claims(drafts: Iterable[Draft], known: Known) -> Iterator[tuple[Draft, Issue]]:
    """Intents, keywords and topics claimed by a second flow, and keywords that are answers.

    The flow that ran before keeps what both claim, then one without other mistakes, then the first in file order: a
    copy that somebody has begun to change takes nothing from the flow that it was made from.
    """
    intents: dict[str, FlowId] = {}
    keywords: dict[str, FlowId] = {}
    topics: dict[str, FlowId] = {}
    for draft in sorted(drafts, key=lambda one: (one.id not in known.running, one.is_broken)):
        if draft.flow is None:
            continue
        for mention in draft.mentions:
            if mention.of is Names.INTENT and (other := intents.setdefault(mention.name, draft.id)) != draft.id:
                yield draft, issue(draft.path, mention.line, "intent-twice", name=mention.name, other=other)
        for sentence in draft.sentences:
            if sentence.role is Role.KEYWORD:
                # Several may stand between "|", as in a translation.
                for word in filter(None, map(str.strip, sentence.phrase.text.split("|"))):
                    if known.is_answer(word):
                        yield draft, issue(draft.path, sentence.line, "keyword-is-answer", name=word)
                    if (other := keywords.setdefault(known.fold(word), draft.id)) != draft.id:
                        yield draft, issue(draft.path, sentence.line, "keyword-clash", name=word, other=other)
        topic = draft.flow.topic
        if topic is not None and (other := topics.setdefault(topic, draft.id)) != draft.id:
            line = draft.lines.get("starts_on", 1)
            yield draft, issue(draft.path, line, "topic-twice", name=topic, other=other)
