"""What the guichet never says and never asks, as flows/_system/forbidden.yml lists it.

The rules are words, not regular expressions: an admin can read them aloud, and no rule can be slow.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TypeAlias

from bot.core.ids import StepId
from bot.flow.draft import Draft, Sentence
from bot.flow.graph import AnswerKind, Ask, Flow, Step, ToStep
from bot.flow.issues import Issue, issue
from bot.flow.shapes import Either, Form, Key, ListOf, Record, Scalar, check, flag
from bot.flow.walks import author_id, ways
from bot.strict_yaml import Items, Node, Table, Text, texts

#: Most words that `*` stands for.
_GAP = 8
#: Stands for every number and placeholder. Not `#`: YAML would take the rest of the line for a comment.
_ANY_NUMBER = "99"

Pattern: TypeAlias = "re.Pattern[str]"
_NOTHING: Pattern = re.compile(r"(?!)")
_PLACEHOLDER = re.compile(r"\{[^{}]*\}")
_ACCENT = re.compile("[\u0300-\u036f]")
_SENTENCE_END = re.compile(r"[.!?…\n]+")
_WORD = re.compile(r"[\w#|]+")

_WORDS = Either(shapes=(Scalar(), ListOf(item=Scalar())))
_STATEMENT = Record(
    name="statement",
    keys={
        "id": Key(shape=Scalar(form=Form.ID), doc="Name of the rule.", required=True),
        "why": Key(shape=Scalar(), doc="Shown to the author.", required=True),
        "never": Key(shape=_WORDS, doc="Word patterns.", required=True),
        "unless": Key(shape=_WORDS, doc="Words that make the rule silent."),
    },
)
_ABOUT = Record(
    name="about",
    keys={
        "about": Key(shape=Scalar(), doc="What it is about.", required=True),
        "words": Key(shape=_WORDS, doc="Word patterns.", required=True),
        "always": Key(shape=Scalar(form=Form.FLAG), doc="Not even as a choice."),
    },
)
_EXCEPTION = Record(
    name="exception",
    keys={
        "flow": Key(shape=Scalar(form=Form.FLOW), doc="Flow.", required=True),
        "step": Key(shape=Scalar(form=Form.ID), doc="Step.", required=True),
        "code": Key(shape=Scalar(form=Form.NAME), doc="Kind of issue.", required=True),
        "dpia": Key(shape=Scalar(), doc="The assessment that allowed it.", required=True),
        "signed_by": Key(shape=Scalar(), doc="Who signed.", required=True),
        "on": Key(shape=Scalar(form=Form.DATE), doc="When.", required=True),
    },
)
FORBIDDEN = Record(
    name="forbidden",
    keys={
        "statements": Key(shape=ListOf(item=_STATEMENT), doc="Never said."),
        "questions": Key(shape=ListOf(item=_ABOUT), doc="Never asked."),
        "sensitive": Key(shape=ListOf(item=_ABOUT), doc="Choices that are never kept."),
        "decline": Key(shape=_WORDS, doc="Words of a choice that says nothing."),
        "promise": Key(shape=_WORDS, doc="Words by which a question promises to keep no answer."),
        "exceptions": Key(shape=ListOf(item=_EXCEPTION), doc="Signed exceptions."),
    },
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """Patterns that must not be found. `said` is the reason of a statement, or what a question is about."""

    said: str
    patterns: Pattern
    unless: Pattern = _NOTHING
    always: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """The file, read."""

    statements: tuple[Rule, ...] = ()
    #: Every pattern of the statements at once: most sentences are done after this one search.
    any_statement: Pattern = _NOTHING
    questions: tuple[Rule, ...] = ()
    sensitive: tuple[Rule, ...] = ()
    decline: Pattern = _NOTHING
    promise: Pattern = _NOTHING
    #: (flow, step, code) that a signed exception allows.
    exceptions: frozenset[tuple[str, str, str]] = field(default_factory=frozenset)


def read_rules(root: Node, path: str) -> tuple[Rules, tuple[Issue, ...]]:
    """The rules of a checked tree; with issues the readable part still guards."""
    issues = tuple(check(root, FORBIDDEN, path=path, key="forbidden", line=root.line))
    if issues or not isinstance(root, Table):
        return Rules(), issues
    return (
        Rules(
            statements=tuple(
                Rule(said=_text(one, "why"), patterns=_patterns(one, "never"), unless=_patterns(one, "unless"))
                for one in _tables(root, "statements")
            ),
            any_statement=one_of(text.value for one in _tables(root, "statements") for text in texts(one.get("never"))),
            questions=tuple(_about(one) for one in _tables(root, "questions")),
            sensitive=tuple(_about(one) for one in _tables(root, "sensitive")),
            decline=_patterns(root, "decline"),
            promise=_patterns(root, "promise"),
            exceptions=frozenset(
                (_text(one, "flow"), _text(one, "step"), _text(one, "code")) for one in _tables(root, "exceptions")
            ),
        ),
        (),
    )


def check_forbidden(draft: Draft, rules: Rules, secrets: Iterable[str]) -> Iterator[Issue]:
    """Forbidden statements and questions, unprotected choices and secret addresses of one file."""
    for found in (*_statements(draft, rules), *_secrets(draft, secrets), *_questions(draft, rules)):
        if (draft.id, dict(found.values).get("step", ""), found.code) not in rules.exceptions:
            yield found


@lru_cache(maxsize=4096)
def fold(text: str) -> str:
    """Words without case, accents and punctuation, one space between; `|` ends a sentence, `#` is a placeholder."""
    text = _PLACEHOLDER.sub(" # ", text).replace("|", " ")
    text = unicodedata.normalize("NFKD", text.casefold().replace("œ", "oe").replace("€", " euros "))
    return " ".join(_WORD.findall(_SENTENCE_END.sub(" | ", _ACCENT.sub("", text))))


def spelled(text: str) -> str:
    """As `fold`, without the ends of sentences: one spelling of the same words."""
    return " ".join(fold(text).replace("|", " ").split())


# --- statements ------------------------------------------------------------------------------------------------------


def _statements(draft: Draft, rules: Rules) -> Iterator[Issue]:
    for said in _messages(draft):
        whole = " | ".join(fold(one.phrase.text) for one in said)
        if not rules.any_statement.search(whole):
            continue
        for rule in rules.statements:
            if not rule.patterns.search(whole) or rule.unless.search(whole):
                continue
            for one in said:
                if found := _found(one.phrase.text, rule.patterns):
                    yield issue(draft.path, one.line, "forbidden-statement", step=one.step, found=found, why=rule.said)
                    break


def _messages(draft: Draft) -> list[list[Sentence]]:
    """Sentences that are read together: the paragraphs and choices of one step; every other sentence by itself."""
    steps: dict[StepId | int, list[Sentence]] = {}
    for number, one in enumerate(draft.sentences):
        steps.setdefault(number if one.step is None else one.step, []).append(one)
    return list(steps.values())


def _found(text: str, patterns: Pattern) -> str | None:
    """The words that one of the patterns finds within one sentence of this text."""
    found = patterns.search(fold(text))
    return found.group().strip() if found else None


def _secrets(draft: Draft, secrets: Iterable[str]) -> Iterator[Issue]:
    hidden = [fold(secret) for secret in secrets if len(fold(secret)) >= 4]
    for sentence in draft.sentences:
        folded = f" {fold(sentence.phrase.text)} "
        if any(f" {secret} " in folded for secret in hidden):
            yield issue(draft.path, sentence.line, "confidential-address", step=sentence.step)


# --- questions -------------------------------------------------------------------------------------------------------


def _questions(draft: Draft, rules: Rules) -> Iterator[Issue]:
    if draft.flow is None:
        return
    open_steps = _steps_before_volatile(draft.flow)
    for step in draft.flow.steps.values():
        if not isinstance(step.act, Ask):
            continue
        asked = " ".join(phrase.text for phrase in step.say)
        is_free = step.act.kind in (AnswerKind.TEXT, AnswerKind.NUMBER, AnswerKind.DATE, AnswerKind.TIME)
        for rule in rules.questions:
            if (is_free or rule.always) and "?" in asked + ("?" if is_free else "") and _found(asked, rule.patterns):
                yield issue(draft.path, step.line, "forbidden-question", step=author_id(step.id), found=rule.said)
                break
        else:
            yield from _sensitive(step, step.act, asked, draft, rules, open_steps)


def _sensitive(
    step: Step, ask: Ask, asked: str, draft: Draft, rules: Rules, open_steps: set[StepId]
) -> Iterator[Issue]:
    name = author_id(step.id)
    if step.id in open_steps and (found := _found(asked, rules.promise)):
        yield issue(draft.path, step.line, "not-volatile", step=name, found=f"« {found} »")
        return
    # Choices that only begin other flows are a menu: nothing is answered.
    if ask.slot is None and not any(isinstance(choice.leads, ToStep) for choice in ask.choices):
        return
    if step.id in open_steps and draft.flow is not None and draft.flow.safety:
        yield issue(draft.path, step.line, "not-volatile", step=name, found="une personne en danger")
        return
    labels = [choice.label.text for choice in ask.choices]
    for rule in rules.sensitive:
        if not any(_found(text, rule.patterns) for text in (asked, *labels)):
            continue
        if step.id in open_steps:
            yield issue(draft.path, step.line, "not-volatile", step=name, found=rule.said)
        if ask.choices and not any(_found(label, rules.decline) for label in labels):
            yield issue(draft.path, step.line, "no-way-to-decline", step=name, found=rule.said)
        return


def _steps_before_volatile(flow: Flow) -> set[StepId]:
    """Steps that can be reached while everything is still kept."""
    seen: set[StepId] = set()
    waiting = [flow.first]
    while waiting:
        step = flow.steps.get(waiting.pop())
        if step is None or step.id in seen or (step.volatile and step.when is None):
            continue
        seen.add(step.id)
        waiting += [way.step for way in ways(step) if isinstance(way, ToStep)]
    # A volatile step that may be skipped protects itself, not what comes after it.
    return {step for step in seen if not flow.steps[step].volatile}


# --- reading the file ------------------------------------------------------------------------------------------------


def _about(table: Table) -> Rule:
    return Rule(said=_text(table, "about"), patterns=_patterns(table, "words"), always=flag(table.get("always")))


def _patterns(table: Table, key: str) -> Pattern:
    return one_of(text.value for text in texts(table.get(key)))


def one_of(patterns: Iterable[str]) -> Pattern:
    """`police * sans risque` or `avant 99 jours`, any of them, as one bounded search over folded text."""
    said = sorted({_expression(words) for words in patterns} - {""})
    return re.compile(rf"(?<![\w#])(?:{'|'.join(said)})(?![\w#])") if said else _NOTHING


def _expression(words: str) -> str:
    parts: list[str] = []
    gap = ""
    for word in words.split():
        if word == "*":
            gap = rf"(?: [^\s|]+){{0,{_GAP}}}"
            continue
        for one in fold(word.removesuffix("…")).split():
            said = r"(?:\d+|#)" if one == _ANY_NUMBER else re.escape(one)
            parts.append(gap + (" " if parts else "") + said)
            gap = ""
        if word.endswith("…"):
            parts[-1] += r"\w*"
    return "".join(parts)


def _tables(root: Table, key: str) -> Iterator[Table]:
    node = root.get(key)
    for one in node.values if isinstance(node, Items) else ():
        if isinstance(one, Table):
            yield one


def _text(table: Table, key: str) -> str:
    node = table.get(key)
    return node.value if isinstance(node, Text) else ""
