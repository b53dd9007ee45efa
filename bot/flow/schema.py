"""What a flow file may contain: one table of keys, from which files are checked and the JSON Schema is exported.

docs/reference/flow-language.md explains every key; a test keeps it complete.
"""

from __future__ import annotations

from bot.flow.graph import AnswerKind
from bot.flow.shapes import ConditionShape, Either, Form, Key, ListOf, MapOf, Record, Scalar

_TEXT = Scalar()
_FLAG = Scalar(form=Form.FLAG)
_NAME = Scalar(form=Form.NAME)
_ID = Scalar(form=Form.ID)
_FLOW = Scalar(form=Form.FLOW)
_CONDITION = ConditionShape()


def _one_or_more(item: Scalar) -> Either:
    return Either(shapes=(item, ListOf(item=item)))


CHOICE = Record(
    name="choice",
    keys={
        "label": Key(shape=_TEXT, doc="Text of the button, at most 40 characters.", required=True),
        "icon": Key(shape=_TEXT, doc="Emoji shown before the label; not translated."),
        "goto": Key(shape=_ID, doc="Step this choice leads to, or `end`, or `menu`."),
        "start": Key(shape=_FLOW, doc="Flow this choice begins, without coming back."),
        "words": Key(shape=_one_or_more(_TEXT), doc="Other words that mean this choice when written."),
        "at_least": Key(shape=Scalar(form=Form.NUMBER), doc="A quantity: the smallest whole number of this choice."),
        "below": Key(shape=Scalar(form=Form.NUMBER), doc="A quantity: the first whole number above this choice."),
    },
)
ASK = Record(
    name="ask",
    keys={
        "slot": Key(shape=_ID, doc="Name under which the answer is kept. Without it the choices only lead somewhere."),
        "kind": Key(
            shape=Scalar(form=Form.WORD, words=tuple(AnswerKind)),
            doc="What is waited for: choice (when there are choices), yes_no, number, date, time, text, language.",
        ),
        "counts": Key(
            shape=_FLAG, doc="yes: how many is asked, so a number that fits no choice is not its place on the screen."
        ),
        "at_least": Key(
            shape=Scalar(form=Form.NUMBER), doc="Smallest number (kind: number) or first hour (kind: time) taken."
        ),
        "at_most": Key(
            shape=Scalar(form=Form.NUMBER), doc="Largest number (kind: number) or last hour (kind: time) taken."
        ),
        "within_days": Key(
            shape=Scalar(form=Form.NUMBER, least=1, most=365),
            doc="Latest day taken, in days from today; the first is tomorrow (kind: date).",
        ),
        "max_length": Key(
            shape=Scalar(form=Form.NUMBER, least=1, most=2000),
            doc="Longest text kept, in characters (kind: text); 500 when not given.",
        ),
    },
)
SERVICES = Record(
    name="services",
    keys={
        "need": Key(shape=_NAME, doc="A need of the directory's vocabulary."),
        "words": Key(shape=_ID, doc="Slot that holds free words; the services that fit them best come first."),
        "near": Key(shape=_ID, doc="Slot that holds a district; the nearest services come first."),
        "limit": Key(shape=Scalar(form=Form.NUMBER, least=1, most=6), doc="How many cards, 3 when not given."),
    },
)
CARD = Record(
    name="card",
    keys={
        "line": Key(
            shape=_TEXT, doc="What the person at the counter reads, in French; may contain {language}.", required=True
        ),
        "bring": Key(shape=_ID, doc="Step of this flow whose checklist names the papers."),
    },
)
REMIND = Record(
    name="remind",
    keys={
        "after_days": Key(
            shape=Scalar(form=Form.NUMBER, least=1, most=30), doc="Days until the reminder.", required=True
        ),
        "text": Key(shape=_TEXT, doc="What the reminder says.", required=True),
    },
)
CASE = Record(
    name="case",
    keys={
        "when": Key(shape=_CONDITION, doc="The condition of this case.", required=True),
        "goto": Key(shape=_ID, doc="Step it leads to, or `end`, or `menu`."),
        "start": Key(shape=_FLOW, doc="Flow it begins, without coming back."),
    },
)
STEP = Record(
    name="step",
    keys={
        "id": Key(
            shape=_ID,
            doc="Name of the step: stable, because people wait on it and translations hang on it.",
            required=True,
        ),
        "when": Key(shape=_CONDITION, doc="The step is skipped, to the next in the file, when this does not hold."),
        "say": Key(shape=_one_or_more(_TEXT), doc="One text, or several as paragraphs of one message."),
        "ask": Key(
            shape=Either(shapes=(Scalar(form=Form.ID, may_be_empty=True), ASK)),
            doc="Wait for an answer and keep it under this name. Empty or absent: the choices only lead somewhere.",
        ),
        "choices": Key(
            shape=MapOf(keys="choice id", value=Either(shapes=(_TEXT, CHOICE))), doc="At most six buttons, by their id."
        ),
        "services": Key(shape=Either(shapes=(_NAME, ListOf(item=_NAME), SERVICES)), doc="Show cards of the directory."),
        "checklist": Key(shape=ListOf(item=_TEXT), doc="Show things to tick."),
        "card": Key(shape=Either(shapes=(_TEXT, CARD)), doc="Offer a card to show at a counter."),
        "remind": Key(shape=REMIND, doc="Offer a reminder; `say` is the offer."),
        "call": Key(shape=_FLOW, doc="Walk another flow, then come back here."),
        "branch": Key(shape=ListOf(item=CASE), doc="Go where the first condition that holds leads."),
        "handoff": Key(
            shape=_NAME,
            doc="Hand over to a person of this queue of config.yml; whoever declines, or is never answered, is asked"
            " the question before again.",
        ),
        "do": Key(shape=_NAME, doc="Run one of the guichet's own commands."),
        "volatile": Key(shape=_FLAG, doc="yes: from here to the flow's end nothing reaches a disk."),
        "otherwise": Key(
            shape=_ID, doc="Where a written answer that fits no choice goes; for a branch, where everything else goes."
        ),
        "goto": Key(shape=_ID, doc="Step that comes next, or `end`, or `menu`; the next in the file when not given."),
        "start": Key(shape=_FLOW, doc="Flow that comes next, without coming back."),
    },
)
STARTS_ON = Record(
    name="starts_on",
    keys={
        "intents": Key(shape=_one_or_more(_NAME), doc="Intents of nlu/intents.yml that this flow answers."),
        "keywords": Key(shape=_one_or_more(_TEXT), doc="Exact words that begin this flow, translated like sentences."),
        "topic": Key(shape=Scalar(form=Form.TOPIC), doc="Topic of posters and links (`/start` payload)."),
    },
)
PLURAL = Record(
    name="plural",
    keys={
        "one": Key(shape=_TEXT, doc="The sentence for one.", required=True),
        "many": Key(shape=_TEXT, doc="The sentence for several; contains {count}.", required=True),
    },
)
FLOW = Record(
    name="flow",
    keys={
        "flow": Key(shape=_FLOW, doc="`area.name`, the same as the folder and the file.", required=True),
        "title": Key(shape=_TEXT, doc="At most 32 characters, shown in menus.", required=True),
        "icon": Key(shape=_TEXT, doc="Emoji shown before the title."),
        "about": Key(shape=_TEXT, doc="What the flow is for; for admins, never shown to a newcomer."),
        "reviewed": Key(shape=Scalar(form=Form.DATE), doc="Day an adviser last read the whole flow."),
        "review_days": Key(
            shape=Scalar(form=Form.NUMBER, least=1, most=1000), doc="Days a review is good for, 180 when not given."
        ),
        "owner": Key(shape=_TEXT, doc="Team that keeps the flow true."),
        "sources": Key(
            shape=_one_or_more(Scalar(form=Form.SOURCE)), doc="Where the facts come from: an address, then a note."
        ),
        "starts_on": Key(shape=STARTS_ON, doc="What begins this flow."),
        "person": Key(
            shape=_NAME,
            doc="Queue of config.yml that is asked for a person from here, such as by the button of a menu; when not"
            " given that of the flow's own handoff, else that of its area.",
        ),
        "safety": Key(shape=_FLAG, doc="yes: begun at once, shows numbers before it asks, up to 600 characters."),
        "asks_if_helped": Key(shape=_FLAG, doc="yes: asks at its end whether it helped."),
        "long": Key(shape=_FLAG, doc="yes: messages up to 600 characters, for the reason given in `about`."),
        "steps": Key(shape=ListOf(item=STEP), doc="The steps, in order.", required=True),
    },
)
PHRASES = Record(
    name="phrases",
    keys={
        "flow": Key(shape=_FLOW, doc="`_system.name`, the same as the file."),
        "title": Key(shape=_TEXT, doc="What these phrases are about; for admins."),
        "about": FLOW.keys["about"],
        "owner": FLOW.keys["owner"],
        "reviewed": FLOW.keys["reviewed"],
        "long": FLOW.keys["long"],
        "phrases": Key(
            shape=MapOf(keys="phrase name", value=Either(shapes=(_TEXT, PLURAL))),
            doc="Sentences the guichet says by itself, by name.",
            required=True,
        ),
    },
)
#: Every record, in the order the reference explains them.
RECORDS = (FLOW, STARTS_ON, STEP, ASK, CHOICE, CASE, SERVICES, CARD, REMIND, PHRASES, PLURAL)
