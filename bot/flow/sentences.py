"""Whether sentences can be read, filled and sent: lengths, placeholders, markup, contacts, amounts."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

from bot.core.amounts import bare_amounts
from bot.core.messages import LABEL_LIMIT
from bot.flow.draft import Draft, Role, Sentence
from bot.flow.issues import Issue, issue, nearest
from bot.flow.known import Known

TITLE_LIMIT = 32
#: A line of a card for a counter: read at arm's length.
CARD_LIMIT = 120
MESSAGE_LIMIT = 300
#: Safety and legal notices (FLOW LANGUAGE: `safety: yes`, `long: yes`).
LONG_LIMIT = 600
#: Words in one sentence of plain French (FALC); more is hard to read.
WORDS_LIMIT = 25

#: `{name}` or `{fact.name}`; facts may have dots, digits and dashes.
PLACEHOLDER = re.compile(r"(?<![{$])\{([a-z][a-z0-9_]{0,39}|fact\.[a-z][a-z0-9_.-]{0,59})\}(?!\})")
_BRACES = re.compile(r"\$?\{[^{}]{0,60}\}?\}?|\}|\$\{")
_FOREIGN_MARKUP = re.compile(r"\*|`|__|</?[A-Za-z][^>]{0,40}>|\]\(|^#{1,6} ", re.MULTILINE)
#: A whole text between the quotes that word processors make of straight ones: YAML takes them for letters.
#: A text between the quotes of a word processor or of a French book, also where one of the two was put right.
_CURLY = re.compile('[“”„][^“”„"]*[“”"]|"[^“”„"]*[“”]|«[^«»]*»')
_CONTACT = re.compile(
    r"https?://\S+|\bwww\.\S+|\b[\w.+-]{1,60}@[\w-]{1,60}\.\w+"
    r"|(?<![\w.])(?:\+|00)?\d{1,4}(?:[ /.]{1,2}\d{2,3}){2,4}(?!\w)|\b\d{8,}\b"
)
_MONEY = re.compile(r"€|eur", re.IGNORECASE)
_SENTENCE_END = re.compile(r"[.!?…;:]+(?=\s|$)|\n")
_WORD = re.compile(r"[\w'’-]+")


def check_sentences(draft: Draft, slots: Collection[str], known: Known) -> Iterator[Issue]:
    """Issues of the sentences of one file. `slots` are the answers a placeholder may show."""
    for sentence in draft.sentences:
        yield from _length(sentence, draft)
        yield from _placeholders(sentence, draft, slots, known)
        yield from _markup(sentence, draft)
        yield from _contact(sentence, draft)
        if _CURLY.fullmatch(sentence.phrase.text):
            yield issue(draft.path, sentence.line, "curly-quotes", step=sentence.step)
        if sentence.role not in (Role.KEYWORD, Role.WORD):
            yield from _amount(sentence, draft)
            yield from _readable(sentence, draft)
    yield from _messages(draft)
    yield from _labels(draft, known)


def placeholders(text: str) -> frozenset[str]:
    """Names of the well-formed placeholders of a sentence: `who`, `fact.amount`."""
    return frozenset(PLACEHOLDER.findall(text))


def _length(sentence: Sentence, draft: Draft) -> Iterator[Issue]:
    length = len(sentence.phrase.text)
    limit = {Role.TITLE: TITLE_LIMIT, Role.LABEL: LABEL_LIMIT}.get(sentence.role)
    if limit is not None and length > limit:
        code = "title-too-long" if sentence.role is Role.TITLE else "label-too-long"
        named = {} if sentence.role is Role.TITLE else {"label": sentence.phrase.text}
        yield issue(draft.path, sentence.line, code, step=sentence.step, length=length, limit=limit, **named)
    longest = CARD_LIMIT if sentence.role is Role.CARD else _limit(draft)
    if sentence.role in (Role.PHRASE, Role.ITEM, Role.REMINDER, Role.CARD) and length > longest:
        yield issue(draft.path, sentence.line, "message-too-long", step=sentence.step, length=length, limit=longest)


def _limit(draft: Draft) -> int:
    return LONG_LIMIT if draft.is_long else MESSAGE_LIMIT


def _messages(draft: Draft) -> Iterator[Issue]:
    """The paragraphs of one step make one message, with an empty line between them."""
    steps: dict[str, list[Sentence]] = {}
    for sentence in draft.sentences:
        if sentence.role is Role.SAY and sentence.step is not None:
            steps.setdefault(sentence.step, []).append(sentence)
    for step, said in steps.items():
        length = len("\n\n".join(one.phrase.text for one in said))
        if length > _limit(draft):
            line = said[0].line
            yield issue(draft.path, line, "message-too-long", step=step, length=length, limit=_limit(draft))


def _labels(draft: Draft, known: Known) -> Iterator[Issue]:
    """Choices of one question that a written answer could not tell apart: labels, then their further words."""
    steps: dict[str, list[Sentence]] = {}
    for sentence in draft.sentences:
        if sentence.role in (Role.LABEL, Role.WORD) and sentence.step is not None:
            steps.setdefault(sentence.step, []).append(sentence)
    for step, said in steps.items():
        seen: dict[str, str] = {}
        for label in (one for one in said if one.role is Role.LABEL):
            # A label without letters, such as an emoji, is compared as it is.
            text = known.fold(label.phrase.text) or label.phrase.text
            choice = label.phrase.key.rpartition(".")[2]
            if seen.setdefault(text, choice) != choice:
                yield issue(draft.path, label.line, "duplicate-label", step=step, label=label.phrase.text)
        for word in (one for one in said if one.role is Role.WORD):
            choice = word.phrase.key.rpartition(".")[2]
            text = known.fold(word.phrase.text) or word.phrase.text
            if (other := seen.setdefault(text, choice)) != choice:
                yield issue(draft.path, word.line, "word-twice", step=step, name=word.phrase.text, other=other)


def _placeholders(sentence: Sentence, draft: Draft, slots: Collection[str], known: Known) -> Iterator[Issue]:
    if "{" not in sentence.phrase.text and "}" not in sentence.phrase.text and sentence.phrase.plural is None:
        return
    forms = [sentence.phrase.text, *([sentence.phrase.plural] if sentence.phrase.plural else [])]
    for text in forms:
        if broken := _BRACES.search(PLACEHOLDER.sub("", text)):
            yield issue(draft.path, sentence.line, "bad-placeholder", step=sentence.step, found=broken.group())
    if sentence.phrase.plural is not None:
        for form, text in zip(("one", "many"), forms, strict=True):
            if form == "many" and "count" not in placeholders(text):
                yield issue(draft.path, sentence.line, "plural-without-count", form=form)
    allowed = _allowed(sentence, draft, slots, known)
    for name in sorted(frozenset().union(*map(placeholders, forms))):
        if name.startswith("fact."):
            fact = name.removeprefix("fact.")
            if fact not in known.facts:
                near = nearest(fact, known.facts)
                yield issue(draft.path, sentence.line, "unknown-fact", step=sentence.step, near=near, name=fact)
        elif allowed is not None and name not in allowed:
            near = nearest(name, allowed)
            yield issue(draft.path, sentence.line, "unknown-placeholder", step=sentence.step, near=near, name=name)


def _allowed(sentence: Sentence, draft: Draft, slots: Collection[str], known: Known) -> Collection[str] | None:
    """Placeholders that something will fill; None when that cannot be known."""
    if sentence.role is Role.PHRASE:
        name = sentence.phrase.key.removeprefix("system/")
        registered = None if known.system is None else known.system.get(name)
        if registered is None:
            return None
        return {*registered, "count"} if sentence.phrase.plural is not None else registered
    if sentence.role in (Role.SAY, Role.ITEM, Role.REMINDER):
        return None if draft.has_holes else slots
    # The clerk is told what language the person speaks, and nothing else of them.
    return ("language",) if sentence.role is Role.CARD else ()


def _markup(sentence: Sentence, draft: Draft) -> Iterator[Issue]:
    text = sentence.phrase.text
    if text.count("**") % 2 or "****" in text:
        yield issue(draft.path, sentence.line, "bad-markup", step=sentence.step, found="**")
    elif found := _FOREIGN_MARKUP.search(text.replace("**", "")):
        yield issue(draft.path, sentence.line, "bad-markup", step=sentence.step, found=found.group())


def _contact(sentence: Sentence, draft: Draft) -> Iterator[Issue]:
    if found := _CONTACT.search(sentence.phrase.text):
        yield issue(draft.path, sentence.line, "contact-in-sentence", step=sentence.step, found=found.group())


def _amount(sentence: Sentence, draft: Draft) -> Iterator[Issue]:
    for found in bare_amounts(sentence.phrase.text):
        # A label such as "less than 3 months" sorts people's answers; money in it is still a fact.
        if sentence.role is Role.LABEL and not _MONEY.search(found):
            continue
        yield issue(draft.path, sentence.line, "bare-amount", step=sentence.step, found=found)


def _readable(sentence: Sentence, draft: Draft) -> Iterator[Issue]:
    if len(sentence.phrase.text) < 2 * WORDS_LIMIT:
        return
    for part in _SENTENCE_END.split(sentence.phrase.text):
        words = _WORD.findall(part)
        if len(words) > WORDS_LIMIT:
            start = " ".join(words[:4])
            yield issue(
                draft.path,
                sentence.line,
                "long-sentence",
                step=sentence.step,
                count=len(words),
                limit=WORDS_LIMIT,
                start=start,
            )
