"""A flow as a picture for admins: Mermaid for a page, an indented text for a terminal."""

from __future__ import annotations

from collections.abc import Iterator

from bot.core.ids import StepId
from bot.flow.graph import (
    AllOf,
    AnyOf,
    Ask,
    Between,
    Branch,
    Call,
    Card,
    Checklist,
    Condition,
    Do,
    Exit,
    Flow,
    Handoff,
    Is,
    Known,
    Next,
    Not,
    Remind,
    ShowServices,
    Step,
    ToFlow,
    ToStep,
)

#: Characters of a sentence shown in a box.
_SHOWN = 48


def mermaid(flow: Flow) -> str:
    """The flow as a Mermaid flowchart: a diamond asks or branches, a rounded box ends."""
    lines = ["flowchart TD"]
    for step in flow.steps.values():
        text = _quoted(f"{step.id}<br>{_said(step)}" if _said(step) else step.id)
        opening, closing = ("{", "}") if isinstance(step.act, Ask | Branch) else ("[", "]")
        lines.append(f"  {_node(step.id)}{opening}{text}{closing}")
        for label, way in _ways(step):
            arrow = f"-->|{_quoted(label)}|" if label else "-->"
            lines.append(f"  {_node(step.id)} {arrow} {_end(way)}")
    return "\n".join(lines) + "\n"


def tree(flow: Flow) -> str:
    """The flow as text: each step where it is first met, later only named."""
    lines = [f"{flow.icon} {flow.title.text} ({flow.id})".strip()]
    seen: set[StepId] = set()
    waiting: list[tuple[int, str, Next]] = [(0, "", ToStep(step=flow.first))]
    while waiting:
        depth, label, way = waiting.pop()
        indent = "  " * min(depth, 20)
        before = f"{label} → " if label else ""
        if not isinstance(way, ToStep):
            lines.append(f"{indent}{before}{_name(way)}")
            continue
        step = flow.steps[way.step]
        if step.id in seen:
            lines.append(f"{indent}{before}{step.id} ↑")
            continue
        seen.add(step.id)
        lines.append(f"{indent}{before}{step.id}: {_said(step)}".rstrip(": "))
        after = list(_ways(step))
        # A step that only leads on keeps the depth: a story reads downwards, only choices move right.
        inner = depth + 1 if len(after) > 1 else depth
        waiting += [(inner, said, one) for said, one in reversed(after)]
    return "\n".join(lines) + "\n"


def told(condition: Condition) -> str:
    """A condition in words: `age < 18`, `who = me/woman`."""
    match condition:
        case Is(slot=slot, words=words):
            return f"{slot} = {'/'.join(sorted(words))}"
        case Between(slot=slot, at_least=None, below=below):
            return f"{slot} < {below}"
        case Between(slot=slot, at_least=at_least, below=None):
            return f"{slot} ≥ {at_least}"
        case Between(slot=slot, at_least=at_least, below=below):
            return f"{at_least} ≤ {slot} < {below}"
        case Known(slot=slot):
            return f"{slot} ?"
        case Not(condition=inner):
            return f"pas ({told(inner)})"
        case AllOf(conditions=inner_all):
            return " et ".join(map(told, inner_all))
        case AnyOf(conditions=inner_any):
            return " ou ".join(map(told, inner_any))


def _ways(step: Step) -> Iterator[tuple[str, Next]]:
    match step.act:
        case Ask(choices=choices, otherwise=otherwise):
            for choice in choices:
                yield f"{choice.icon} {choice.label.text}".strip(), choice.leads or step.leads
            if not choices:
                yield step.act.kind.value, step.leads
            if otherwise is not None:
                yield "sinon", otherwise
        case Branch(cases=cases, otherwise=otherwise):
            for condition, way in cases:
                yield told(condition), way
            yield "sinon", otherwise
        case _:
            yield ("" if step.when is None else f"si {told(step.when)}"), step.leads


def _said(step: Step) -> str:
    words = " ".join(phrase.text for phrase in step.say).replace("**", "").replace("\n", " ")
    short = words if len(words) <= _SHOWN else words[: _SHOWN - 1] + "…"
    match step.act:
        case ShowServices(ids=ids, need=need):
            did = f"📇 {', '.join(ids) or need}"
        case Checklist(items=items):
            did = f"☑ {len(items)}"
        case Card(line=line):
            did = f"🪪 {line.text}"
        case Remind(after_days=days):
            did = f"⏰ {days} j"
        case Handoff(queue=queue):
            did = f"👤 {queue}"
        case Call(flow=called):
            did = f"↪ {called}"
        case Do(command=command):
            did = f"⚙ {command}"
        case _:
            did = ""
    return f"{short} {did}{' 🔒' if step.volatile else ''}".strip()


def _name(way: Next) -> str:
    match way:
        case ToStep(step=step):
            return step
        case ToFlow(flow=flow):
            return f"⇒ {flow}"
        case Exit():
            return {"end": "fin", "menu": "menu"}[way.value]


def _end(way: Next) -> str:
    if isinstance(way, ToStep):
        return _node(way.step)
    name = _name(way)
    return f"{_node(StepId(name))}([{_quoted(name)}])"


def _node(step: StepId) -> str:
    """A Mermaid id: letters, digits and `_` only; `end` is a keyword there."""
    return "s_" + "".join(char if char.isascii() and char.isalnum() else "_" for char in step)


def _quoted(text: str) -> str:
    return '"' + text.replace('"', "#quot;").replace("\n", " ") + '"'
