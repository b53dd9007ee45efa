"""Every sentence of the flows for translators: from the files with exact lines, or from a book.

`extract` is a Babel extraction method; it needs nothing of Babel, so that `pybabel extract` and our own command use it:

    [python: bot/**.py]
    [bot.flow.extract:extract flows/**.yml]
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, BinaryIO

from bot.core.ids import FlowId, ServiceId
from bot.core.messages import LABEL_LIMIT
from bot.core.phrases import Phrase
from bot.flow.book import find
from bot.flow.compile import compile_file
from bot.flow.draft import Draft, Role, Sentence
from bot.flow.graph import Ask, Card, Checklist, Flow, FlowBook, Remind, ShowServices, Step
from bot.flow.sentences import LONG_LIMIT, MESSAGE_LIMIT, TITLE_LIMIT
from bot.flow.source import read
from bot.flow.walks import author_id
from bot.strict_yaml import LIMIT_BYTES, Table, Text

#: What a translator is told about each kind of sentence, in French, their common language.
_COMMENTS = {
    Role.TITLE: f"titre d'un parcours, dans les menus : {TITLE_LIMIT} caractères au plus",
    Role.KEYWORD: "mots qu'une personne écrit ; plusieurs traductions séparées par « | »",
    Role.LABEL: f"texte d'un bouton : {LABEL_LIMIT} caractères au plus",
    Role.WORD: "mot qu'une personne écrit pour ce choix ; plusieurs traductions séparées par « | »",
    Role.ITEM: "ligne d'une liste à cocher",
    Role.CARD: "carte à montrer au guichet : se lit sous la même phrase en français, dans la langue de la personne",
    Role.REMINDER: "rappel, envoyé quelques jours plus tard",
    Role.PHRASE: "phrase du guichet lui-même",
}

#: A phrase, its file below the root of the project, its line, and the comment for its translator.
Found = tuple[Phrase, str, int, str]


def phrases_in(folder: Path) -> Iterator[Found]:
    """Every sentence of the flow files below this folder in file order, also of flows with issues."""
    for draft in _drafts(folder):
        for one in draft.sentences:
            yield one.phrase, draft.path, one.line, _comment(one, draft)


def flows_in(folder: Path) -> Iterator[Flow]:
    """Every flow below this folder of which a graph can be made, also with issues."""
    return (draft.flow for draft in _drafts(folder) if draft.flow is not None)


def shown_in_danger(flows: Iterable[Flow]) -> frozenset[ServiceId]:
    """The services that safety flows show by name."""
    return frozenset(
        service
        for flow in flows
        if flow.safety
        for step in flow.steps.values()
        if isinstance(step.act, ShowServices)
        for service in step.act.ids
    )


def _drafts(folder: Path) -> Iterator[Draft]:
    for file in find(folder)[0]:
        root, issues = read(file.source, file.shown)
        if root is not None and not issues:
            yield compile_file(root, flow_id=file.flow, path=file.shown)


def phrases_of(book: FlowBook) -> Iterator[Found]:
    """Every sentence that a book can say. Lines are those of the steps; 0 for system phrases."""
    for flow in book.flows.values():
        for phrase, role, step in _phrases_of(flow):
            line = 1 if step is None else step.line
            yield phrase, flow.path, line, _told(flow.id, None if step is None else author_id(step.id), role)
    for phrase in book.system.values():
        yield phrase, "flows/_system/", 0, _COMMENTS[Role.PHRASE]


def phrases_of_flow(flow: Flow) -> Iterator[Phrase]:
    """Every sentence of one flow."""
    return (phrase for phrase, _, _ in _phrases_of(flow))


def extract(
    fileobj: BinaryIO, keywords: Mapping[str, Any], comment_tags: Collection[str], options: Mapping[str, Any]
) -> Iterator[tuple[int, str, tuple[str, ...], list[str]]]:
    """Babel extraction method: (line, `pgettext` or `npgettext`, (context, sentence[, plural]), comments)."""
    root, issues = read(fileobj.read(LIMIT_BYTES + 1), getattr(fileobj, "name", "?"))
    if root is None or issues or not isinstance(root, Table) or not {"steps", "phrases"} & root.values.keys():
        return
    said = root.get("flow")
    draft = compile_file(root, flow_id=FlowId(said.value if isinstance(said, Text) else "_system.phrases"), path="?")
    for one in draft.sentences:
        phrase, comments = one.phrase, [_comment(one, draft)]
        if phrase.plural is None:
            yield one.line, "pgettext", (phrase.key, phrase.text), comments
        else:
            yield one.line, "npgettext", (phrase.key, phrase.text, phrase.plural), comments


def _comment(sentence: Sentence, draft: Draft) -> str:
    return _told(draft.id, sentence.step, sentence.role, is_long=draft.is_long)


def _told(flow: str, step: str | None, role: Role, *, is_long: bool = False) -> str:
    where = flow if step is None else f"{flow}, étape {step}"
    limit = LONG_LIMIT if is_long else MESSAGE_LIMIT
    return f"{where} : {_COMMENTS.get(role, f'message : {limit} caractères au plus')}"


def _phrases_of(flow: Flow) -> Iterator[tuple[Phrase, Role, Step | None]]:
    yield flow.title, Role.TITLE, None
    for keyword in flow.keywords:
        yield keyword, Role.KEYWORD, None
    for step in flow.steps.values():
        for phrase in step.say:
            yield phrase, Role.SAY, step
        match step.act:
            case Ask(choices=choices):
                for choice in choices:
                    yield choice.label, Role.LABEL, step
                    for word in choice.words:
                        yield word, Role.WORD, step
            case Checklist(items=items):
                for item in items:
                    yield item, Role.ITEM, step
            case Card(line=line):
                yield line, Role.CARD, step
            case Remind(text=text):
                yield text, Role.REMINDER, step
            case _:
                continue
