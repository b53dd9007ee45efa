"""The steps of one flow file: where each leads and what it does, with everything it mentions noted in the draft.

A step with a mistake in its shape becomes a hole: the steps around it are still read, so that all mistakes of a file
are listed at once.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import islice

from bot.core.ids import FlowId, ServiceId, StepId
from bot.core.phrases import Phrase
from bot.flow.conditions import JOINING, read_condition
from bot.flow.draft import Draft, Mention, Names, Role
from bot.flow.graph import (
    Act,
    AnswerKind,
    Ask,
    Branch,
    Call,
    Card,
    Checklist,
    Choice,
    Condition,
    Do,
    Exit,
    Handoff,
    Next,
    Remind,
    ShowServices,
    Step,
    ToFlow,
    ToStep,
)
from bot.flow.issues import issue
from bot.flow.scalars import number_of, sentence_of, text_of
from bot.flow.schema import FLOW, STEP
from bot.flow.shapes import check, flag
from bot.flow.spans import check_spans, read_span
from bot.strict_yaml import LIMIT_TRAPS, Items, Node, Table, Text, texts

#: What a step can do, of which it does at most one.
ACTS = ("ask", "services", "checklist", "card", "remind", "call", "branch", "handoff", "do")
#: Six are already many on a small phone.
CHOICES_LIMIT = 6
#: Where every flow may lead without naming a step.
EXITS = {"end": Exit.END, "menu": Exit.MENU}
#: Unquoted, these are true or false to other YAML tools; `yes` and `no` are words of our own and keep their sense.
_BOOLEAN_WORDS = {"on": "open", "off": "closed", "true": "is_true", "false": "is_false", "y": "yes", "n": "no"}


def read_steps(node: Node | None, draft: Draft) -> dict[StepId, Step]:
    """The steps in the order of the file, each under its own id."""
    steps: dict[StepId, Step] = {}
    if not isinstance(node, Items):
        if node is not None:
            draft.issues += check(
                node, FLOW.keys["steps"].shape, path=draft.path, key="steps", line=draft.lines["steps"]
            )
        return steps
    if not node.values:
        draft.issues.append(issue(draft.path, node.line, "empty-value", key="steps"))
    tables = [_readable(one, draft) for one in node.values]
    for at, table in enumerate(tables):
        if table is None or len(draft.issues) > LIMIT_TRAPS:
            draft.has_holes = True
            continue
        after = next((_step_id(later) for later in tables[at + 1 :] if later is not None), None)
        follows: Next = Exit.END if after is None else ToStep(step=after)
        for step in _read_step(table, follows, draft):
            steps[step.id] = step
    return _with_papers(steps, draft)


def _with_papers(steps: dict[StepId, Step], draft: Draft) -> dict[StepId, Step]:
    """The steps with each card's papers taken from the checklist that it names."""
    for place, step in steps.items():
        named = draft.brings.get(StepId(step.id.removesuffix("!")))
        if not isinstance(step.act, Card) or named is None:
            continue
        target, line = named
        listing = steps.get(StepId(f"{target}!")) or steps.get(target)
        if listing is not None and isinstance(listing.act, Checklist):
            steps[place] = replace(step, act=replace(step.act, bring=listing.act.items))
        elif target in draft.step_lines and not draft.has_holes:
            draft.issues.append(issue(draft.path, line, "card-without-list", step=step.id, name=target))
    return steps


def _readable(node: Node, draft: Draft) -> Table | None:
    """The step when its shape is right and its id is its own; else its issues are noted."""
    step = _step_id(node) if isinstance(node, Table) else None
    found = list(islice(check(node, STEP, path=draft.path, key="steps", line=node.line, step=step), LIMIT_TRAPS))
    draft.issues += found
    line = node.line
    if step:
        if step in draft.step_lines:
            draft.issues.append(issue(draft.path, line, "duplicate-step", step=step, first=draft.step_lines[step]))
            return None
        draft.step_lines[step] = line
        if step in EXITS:
            draft.issues.append(issue(draft.path, line, "reserved-word", step=step, name=step))
    return node if isinstance(node, Table) and not found and step not in EXITS else None


def _step_id(table: Table) -> StepId | None:
    return StepId(text_of(table.get("id"))) or None


def _read_step(table: Table, follows: Next, draft: Draft) -> Iterator[Step]:
    """The step; before it, when its condition guards a way elsewhere, the branch that goes round it."""
    step = _step_id(table)
    assert step is not None
    when = table.get("when")
    condition = None if when is None else read_condition(when, draft, step)
    if when is not None and condition is None:
        draft.has_holes = True
    say = _paragraphs(table.get("say"), step, draft)
    acts = [key for key in ACTS if key in table.values or (key == "ask" and "choices" in table.values)]
    if len(acts) > 1:
        draft.issues.append(
            issue(draft.path, table.lines.get(acts[1], table.line), "two-acts", step=step, acts=", ".join(acts))
        )
        draft.has_holes = True
        return
    given = _next(table, step, draft)
    if not acts and not say and given is None:
        draft.issues.append(issue(draft.path, table.line, "empty-step", step=step))
        draft.has_holes = True
        return
    act = _act(acts[0], table, step, draft) if acts else None
    if acts and act is None:
        draft.has_holes = True
    if "otherwise" in table.values and not isinstance(act, Ask | Branch) and (act is not None or not acts):
        draft.issues.append(issue(draft.path, table.lines["otherwise"], "otherwise-without-question", step=step))
    made = Step(
        id=step,
        line=table.line,
        say=say,
        when=condition,
        act=act,
        leads=follows if given is None else given,
        volatile=flag(table.get("volatile")),
    )
    if condition is not None and made.leads != follows:
        # A skipped step goes to the next in the file, not where it would have led: said with a branch of its own.
        yield from _guarded(made, condition, follows)
    else:
        yield made


def _guarded(step: Step, condition: Condition, follows: Next) -> Iterator[Step]:
    """`step` under its own id decides, `step!` does; people wait on the second, which the first always reaches."""
    inner = StepId(f"{step.id}!")
    yield Step(id=step.id, line=step.line, act=Branch(cases=((condition, ToStep(step=inner)),), otherwise=follows))
    yield replace(step, id=inner, when=None)


def _paragraphs(node: Node | None, step: StepId, draft: Draft) -> tuple[Phrase, ...]:
    said = []
    for number, text in enumerate(texts(node), 1):
        key = f"{draft.id}/{step}.say" + (f".{number}" if number > 1 else "")
        phrase = sentence_of(text, key, Role.SAY, draft, step)
        if phrase is not None:
            said.append(phrase)
    return tuple(said)


def _next(table: Table, step: StepId, draft: Draft) -> Next | None:
    """Where `goto` or `start` of this step, choice or case lead; None when neither is given."""
    goto, start = table.get("goto"), table.get("start")
    if goto is not None and start is not None:
        line = max(table.lines["goto"], table.lines["start"])
        draft.issues.append(issue(draft.path, line, "goto-and-start", step=step))
    if isinstance(start, Text):
        draft.mentions.append(Mention(of=Names.FLOW, name=start.value, line=start.line, step=step))
        return ToFlow(flow=FlowId(start.value))
    return _target(goto, step, draft)


def _target(node: Node | None, step: StepId, draft: Draft) -> Next | None:
    if not isinstance(node, Text):
        return None
    if node.value in EXITS:
        return EXITS[node.value]
    draft.mentions.append(Mention(of=Names.STEP, name=node.value, line=node.line, step=step))
    return ToStep(step=StepId(node.value))


# --- what a step does ------------------------------------------------------------------------------------------


def _act(name: str, table: Table, step: StepId, draft: Draft) -> Act | None:
    node = table.get(name)
    match name, node:
        case "ask", _:
            return _ask(table, step, draft)
        case "services", _:
            return _services(node, step, draft)
        case "checklist", Items():
            return Checklist(
                items=tuple(
                    phrase
                    for number, text in enumerate(texts(node), 1)
                    if (phrase := sentence_of(text, f"{draft.id}/{step}.item.{number}", Role.ITEM, draft, step))
                )
            )
        case "card", _:
            return _card(node, step, draft)
        case "remind", Table():
            text = sentence_of(node.get("text"), f"{draft.id}/{step}.remind", Role.REMINDER, draft, step)
            return None if text is None else Remind(after_days=int(text_of(node.get("after_days"))), text=text)
        case "call", Text(value=flow):
            draft.mentions.append(Mention(of=Names.FLOW, name=flow, line=node.line, step=step))
            return Call(flow=FlowId(flow))
        case "branch", Items():
            return _branch(node, table, step, draft)
        case "handoff", Text(value=queue):
            draft.mentions.append(Mention(of=Names.QUEUE, name=queue, line=node.line, step=step))
            return Handoff(queue=queue)
        case "do", Text(value=command):
            draft.mentions.append(Mention(of=Names.COMMAND, name=command, line=node.line, step=step))
            return Do(command=command)
        case _:  # pragma: no cover - the shape was checked
            return None


def _ask(table: Table, step: StepId, draft: Draft) -> Ask | None:
    node = table.get("ask")
    asked = node if isinstance(node, Table) else Table({}, {}, table.line)
    slot = text_of(node) if isinstance(node, Text) else text_of(asked.get("slot"))
    line = table.lines.get("ask", table.line)
    choices_node = table.get("choices")
    choices = _choices(choices_node, step, draft) if isinstance(choices_node, Table) else ()
    said_kind = text_of(asked.get("kind"))
    kind = AnswerKind(said_kind) if said_kind else AnswerKind.CHOICE
    least, most, within, length = (
        number_of(asked.get(key)) for key in ("at_least", "at_most", "within_days", "max_length")
    )
    if slot in JOINING | {"fact"}:
        draft.issues.append(issue(draft.path, line, "reserved-word", step=step, name=slot))
    if kind is AnswerKind.CHOICE and not choices:
        draft.issues.append(issue(draft.path, line, "choices-missing", step=step))
        return None
    if choices and kind not in (AnswerKind.CHOICE, AnswerKind.YES_NO):
        draft.issues.append(issue(draft.path, table.lines["choices"], "choices-not-used", step=step, kind=kind))
    if choices and kind is AnswerKind.YES_NO and (missing := {"yes", "no"} - {choice.id for choice in choices}):
        draft.issues.append(
            issue(draft.path, table.lines["choices"], "yes-no-choices", step=step, missing=min(missing))
        )
    for key, wanted in (
        ("counts", AnswerKind.CHOICE),
        ("at_least", AnswerKind.TIME if kind is AnswerKind.TIME else AnswerKind.NUMBER),
        ("at_most", AnswerKind.TIME if kind is AnswerKind.TIME else AnswerKind.NUMBER),
        ("within_days", AnswerKind.DATE),
        ("max_length", AnswerKind.TEXT),
    ):
        if key in asked.values and kind is not wanted:
            draft.issues.append(
                issue(draft.path, asked.lines[key], "bounds-without-number", step=step, key=key, kind=wanted)
            )
    if least is not None and most is not None and least > most:
        draft.issues.append(
            issue(draft.path, asked.lines["at_most"], "bounds-crossed", step=step, least=least, most=most)
        )
    if isinstance(choices_node, Table):
        check_spans(choices, choices_node.lines, kind, step, draft)
    counts = flag(asked.get("counts")) or any(choice.span is not None for choice in choices)
    if "say" not in table.values:
        draft.issues.append(issue(draft.path, line, "silent-question", step=step))
    return Ask(
        slot=slot or None,
        kind=kind,
        choices=choices,
        counts=counts or None,
        at_least=least,
        at_most=most,
        within_days=within,
        max_length=500 if length is None else length,
        otherwise=_target(table.get("otherwise"), step, draft),
    )


def _choices(table: Table, step: StepId, draft: Draft) -> tuple[Choice, ...]:
    made = []
    if len(table.values) > CHOICES_LIMIT:
        line = list(table.lines.values())[CHOICES_LIMIT]
        count = len(table.values)
        draft.issues.append(issue(draft.path, line, "too-many-choices", step=step, count=count, limit=CHOICES_LIMIT))
    for name, node in islice(table.values.items(), 2 * CHOICES_LIMIT):
        base = f"{draft.id}/{step}"
        line = table.lines[name]
        if name in _BOOLEAN_WORDS:
            draft.issues.append(
                issue(draft.path, line, "boolean-word", step=step, word=name, better=_BOOLEAN_WORDS[name])
            )
        record = node if isinstance(node, Table) else Table({"label": node}, {"label": line}, line)
        label = sentence_of(record.get("label"), f"{base}.choice.{name}", Role.LABEL, draft, step)
        if label is None:
            continue
        words = tuple(
            phrase
            for text in texts(record.get("words"))
            if (phrase := sentence_of(text, f"{base}.word.{name}", Role.WORD, draft, step))
        )
        leads = _next(record, step, draft)
        span = read_span(record, step, draft)
        icon = text_of(record.get("icon"))
        made.append(Choice(id=name, label=label, icon=icon, leads=leads, words=words, span=span))
    return tuple(made)


def _services(node: Node | None, step: StepId, draft: Draft) -> ShowServices | None:
    if isinstance(node, Table):
        need = node.get("need")
        if isinstance(need, Text):
            draft.mentions.append(Mention(of=Names.NEED, name=need.value, line=need.line, step=step))
        slots = [slot for slot in (node.get("words"), node.get("near")) if isinstance(slot, Text)]
        draft.mentions += [Mention(of=Names.SLOT, name=slot.value, line=slot.line, step=step) for slot in slots]
        if need is None and node.get("words") is None:
            draft.issues.append(issue(draft.path, node.line, "missing-key", step=step, key="need", where="services"))
        limit = number_of(node.get("limit"))
        return ShowServices(
            need=text_of(need) or None,
            words=text_of(node.get("words")) or None,
            near=text_of(node.get("near")) or None,
            limit=3 if limit is None else limit,
        )
    ids = [text for text in texts(node) if text.value]
    draft.mentions += [Mention(of=Names.SERVICE, name=text.value, line=text.line, step=step) for text in ids]
    return ShowServices(ids=tuple(ServiceId(text.value) for text in ids), limit=max(3, len(ids)))


def _card(node: Node | None, step: StepId, draft: Draft) -> Card | None:
    record = node if isinstance(node, Table) else None
    line = sentence_of(
        node if record is None else record.get("line"), f"{draft.id}/{step}.card", Role.CARD, draft, step
    )
    bring = None if record is None else record.get("bring")
    if isinstance(bring, Text):
        draft.mentions.append(Mention(of=Names.STEP, name=bring.value, line=bring.line, step=step))
        draft.brings[step] = (StepId(bring.value), bring.line)
    return None if line is None else Card(line=line)


def _branch(node: Items, table: Table, step: StepId, draft: Draft) -> Branch | None:
    for key in ("goto", "start"):
        if key in table.values:
            draft.issues.append(issue(draft.path, table.lines[key], "goto-on-branch", step=step, key=key))
    otherwise = _target(table.get("otherwise"), step, draft)
    if otherwise is None:
        draft.issues.append(issue(draft.path, table.lines["branch"], "missing-otherwise", step=step))
    cases: list[tuple[Condition, Next]] = []
    for case in node.values:
        assert isinstance(case, Table)
        condition = read_condition(case.values["when"], draft, step)
        leads = _next(case, step, draft)
        if leads is None:
            draft.issues.append(issue(draft.path, case.line, "missing-key", step=step, key="goto", where="case"))
        if condition is not None and leads is not None:
            cases.append((condition, leads))
    if otherwise is None or len(cases) < len(node.values):
        return None
    return Branch(cases=tuple(cases), otherwise=otherwise)
