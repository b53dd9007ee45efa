"""One flow file to a flow of the graph, with everything it mentions noted for the checks that need other files."""

from __future__ import annotations

from dataclasses import replace
from itertools import islice

from bot.core.ids import FlowId, Revision
from bot.core.phrases import Phrase
from bot.flow.draft import Draft, Mention, Names, Role, Sentence
from bot.flow.graph import Flow
from bot.flow.issues import issue, nearest
from bot.flow.revision import revision_of
from bot.flow.scalars import sentence_of, text_of
from bot.flow.schema import FLOW, PHRASES
from bot.flow.shapes import Record, as_date, check, flag
from bot.flow.steps import read_steps
from bot.strict_yaml import LIMIT_TRAPS, Node, Table, Text, texts


def compile_file(root: Node, *, flow_id: FlowId, path: str) -> Draft:
    """The draft of one file. `flow_id` is what its place in the folder says it must be called."""
    draft = Draft(path=path, id=flow_id)
    if not isinstance(root, Table):
        draft.issues.append(issue(path, root.line, "not-a-map", key="flow"))
        return draft
    draft.lines = root.lines
    has_steps, has_phrases = "steps" in root.values, "phrases" in root.values
    if has_steps == has_phrases:
        misspelt = any(nearest(key, ["steps", "phrases"]) for key in islice(root.values, 50) if key not in FLOW.keys)
        if has_steps or not misspelt:
            draft.issues.append(issue(path, root.line, "steps-or-phrases"))
            return draft
    record = PHRASES if has_phrases else FLOW
    _check_top(root, record, draft)
    _check_id(root, draft)
    _check_long(root, draft)
    if has_phrases:
        _read_phrases(root, draft)
    else:
        _read_flow(root, draft)
    return draft


# --- the flow --------------------------------------------------------------------------------------------------


def _check_top(root: Table, record: Record, draft: Draft) -> None:
    """Shapes of everything but the steps, which are looked at one by one."""
    top = Table({key: node for key, node in root.values.items() if key != "steps"}, root.lines, root.line)
    found_all = check(top, record, path=draft.path, key="flow", line=root.line)
    for found in islice(found_all, LIMIT_TRAPS):
        if found.code == "missing-key" and ("key", "steps") in found.values and "steps" in root.values:
            continue
        draft.issues.append(found)


def _check_id(root: Table, draft: Draft) -> None:
    said = root.get("flow")
    if isinstance(said, Text) and said.value and said.value != draft.id:
        draft.issues.append(issue(draft.path, said.line, "wrong-flow-id", expected=draft.id, found=said.value))


def _check_long(root: Table, draft: Draft) -> None:
    is_long = flag(root.get("long"))
    draft.is_long = is_long or flag(root.get("safety"))
    if is_long and "about" not in root.values:
        draft.issues.append(issue(draft.path, root.lines["long"], "long-without-reason"))


def _read_flow(root: Table, draft: Draft) -> None:
    flow = draft.id
    title = sentence_of(root.get("title"), f"{flow}/title", Role.TITLE, draft)
    starts_on = root.get("starts_on")
    starts = starts_on if isinstance(starts_on, Table) else Table({}, {}, root.line)
    keywords = tuple(
        phrase
        for text in texts(starts.get("keywords"))
        if (phrase := sentence_of(text, f"{flow}/keyword", Role.KEYWORD, draft))
    )
    intents = tuple(text.value for text in texts(starts.get("intents")) if text.value)
    draft.mentions += [
        Mention(of=Names.INTENT, name=text.value, line=text.line) for text in texts(starts.get("intents")) if text.value
    ]
    person = text_of(root.get("person")) or None
    if person is not None:
        draft.mentions.append(Mention(of=Names.QUEUE, name=person, line=root.lines["person"]))
    steps = read_steps(root.get("steps"), draft)
    days = text_of(root.get("review_days"))
    if days.isdecimal():
        draft.review_days = int(days)
    if not steps or title is None:
        draft.has_holes = True
        return
    made = Flow(
        id=flow,
        revision=Revision(""),
        title=title,
        icon=text_of(root.get("icon")),
        steps=steps,
        first=next(iter(steps)),
        intents=intents,
        keywords=keywords,
        topic=text_of(starts.get("topic")) or None,
        safety=flag(root.get("safety")),
        asks_if_helped=flag(root.get("asks_if_helped")),
        person=person,
        reviewed=as_date(text_of(root.get("reviewed"))),
        sources=tuple(text.value for text in texts(root.get("sources"))),
        path=draft.path,
    )
    draft.flow = replace(made, revision=revision_of(made))


def _read_phrases(root: Table, draft: Draft) -> None:
    table = root.get("phrases")
    if not isinstance(table, Table):
        return
    for name, node in table.values.items():
        key = f"system/{name}"
        if isinstance(node, Table):
            one, many = node.get("one"), node.get("many")
            if not isinstance(one, Text) or not isinstance(many, Text):
                continue
            phrase = Phrase(key=key, text=one.value, plural=many.value)
        elif isinstance(node, Text):
            phrase = Phrase(key=key, text=node.value)
        else:
            continue
        sentence = Sentence(phrase=phrase, line=table.lines[name], role=Role.PHRASE)
        draft.phrases[name] = sentence
        draft.sentences.append(sentence)
