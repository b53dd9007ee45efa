"""From a file to the graph, as whole values."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

from bot.core.ids import FlowId, Revision, ServiceId, StepId
from bot.core.phrases import Phrase
from bot.flow.book import flow_of, load
from bot.flow.graph import (
    AllOf,
    AnswerKind,
    AnyOf,
    Ask,
    Between,
    Branch,
    Call,
    Checklist,
    Choice,
    Do,
    Exit,
    Flow,
    FlowBook,
    Handoff,
    Is,
    Known,
    Not,
    Remind,
    ShowServices,
    Step,
    ToFlow,
    ToStep,
)
from tests.flow.known import KNOWN
from tests.flow.written import write


def phrase(key: str, text: str) -> Phrase:
    return Phrase(key=f"a.one/{key}", text=text)


def to(step: str) -> ToStep:
    return ToStep(step=StepId(step))


def loaded(folder: Path, flow: str = "a.one") -> Flow:
    book = load(folder, KNOWN)
    assert [one for one in book.issues if one.code != "missing-phrase"] == []
    return book.book.flows[FlowId(flow)]


def test_flow_with_every_kind_of_step(tmp_path: Path) -> None:
    write(tmp_path, "a.two", "steps: [{id: hello, say: Bonjour.}]\n")
    write(
        tmp_path,
        "a.one",
        """
        title: Dormir ce soir
        icon: 🛏️
        about: Trouver un lit.
        starts_on: {intents: [sleep], keywords: [abri, dormir dehors], topic: dormir}
        asks_if_helped: yes
        steps:
          - id: who
            say: [Pour qui ?, Dites-le.]
            ask: who
            choices:
              me: Pour moi
              yes: {icon: 👩, label: Une femme, goto: women}
              family: {label: Une famille, words: [enfants, bébé], start: a.two}
            volatile: yes
            otherwise: papers
          - id: age
            say: Quel âge avez-vous ?
            ask: {slot: age, kind: number, at_least: 0, at_most: 120}
          - id: women
            when: {who: [me, yes]}
            services: [shelter-on-the-hill, soup-kitchen]
          - id: food
            services: {need: food, near: who, limit: 2}
          - id: papers
            say: "Apportez vos papiers **utiles**, {age}."
            checklist: [Une carte, Une lettre]
          - id: nudge
            say: Un rappel ?
            remind: {after_days: 2, text: Avez-vous mangé ?}
          - id: other
            call: a.two
          - id: split
            branch:
              - {when: {age: {below: 18}}, goto: end}
              - {when: {any: [{who: me}, {not: {age: known}}], who: {not: family}}, start: a.two}
            otherwise: adviser
          - id: adviser
            handoff: logement
          - id: erase
            do: forget
            goto: menu
        """,
    )

    flow = loaded(tmp_path)

    steps = [
        Step(
            id=StepId("who"),
            line=10,
            say=(phrase("who.say", "Pour qui ?"), phrase("who.say.2", "Dites-le.")),
            act=Ask(
                slot="who",
                kind=AnswerKind.CHOICE,
                choices=(
                    Choice(id="me", label=phrase("who.choice.me", "Pour moi")),
                    Choice(id="yes", label=phrase("who.choice.yes", "Une femme"), icon="👩", leads=to("women")),
                    Choice(
                        id="family",
                        label=phrase("who.choice.family", "Une famille"),
                        leads=ToFlow(flow=FlowId("a.two")),
                        words=(phrase("who.word.family", "enfants"), phrase("who.word.family", "bébé")),
                    ),
                ),
                otherwise=to("papers"),
            ),
            leads=to("age"),
            volatile=True,
        ),
        Step(
            id=StepId("age"),
            line=19,
            say=(phrase("age.say", "Quel âge avez-vous ?"),),
            act=Ask(slot="age", kind=AnswerKind.NUMBER, at_least=0, at_most=120),
            leads=to("women"),
        ),
        Step(
            id=StepId("women"),
            line=22,
            when=Is(slot="who", words=frozenset({"me", "yes"})),
            act=ShowServices(ids=(ServiceId("shelter-on-the-hill"), ServiceId("soup-kitchen"))),
            leads=to("food"),
        ),
        Step(id=StepId("food"), line=25, act=ShowServices(need="food", near="who", limit=2), leads=to("papers")),
        Step(
            id=StepId("papers"),
            line=27,
            say=(phrase("papers.say", "Apportez vos papiers **utiles**, {age}."),),
            act=Checklist(items=(phrase("papers.item.1", "Une carte"), phrase("papers.item.2", "Une lettre"))),
            leads=to("nudge"),
        ),
        Step(
            id=StepId("nudge"),
            line=30,
            say=(phrase("nudge.say", "Un rappel ?"),),
            act=Remind(after_days=2, text=phrase("nudge.remind", "Avez-vous mangé ?")),
            leads=to("other"),
        ),
        Step(id=StepId("other"), line=33, act=Call(flow=FlowId("a.two")), leads=to("split")),
        Step(
            id=StepId("split"),
            line=35,
            act=Branch(
                cases=(
                    (Between(slot="age", below=18), Exit.END),
                    (
                        AllOf(
                            conditions=(
                                AnyOf(
                                    conditions=(
                                        Is(slot="who", words=frozenset({"me"})),
                                        Not(condition=Known(slot="age")),
                                    )
                                ),
                                Not(condition=Is(slot="who", words=frozenset({"family"}))),
                            )
                        ),
                        ToFlow(flow=FlowId("a.two")),
                    ),
                ),
                otherwise=to("adviser"),
            ),
            leads=to("adviser"),
        ),
        Step(id=StepId("adviser"), line=40, act=Handoff(queue="logement"), leads=to("erase")),
        Step(id=StepId("erase"), line=42, act=Do(command="forget"), leads=Exit.MENU),
    ]
    assert flow == Flow(
        id=FlowId("a.one"),
        revision=flow.revision,
        title=phrase("title", "Dormir ce soir"),
        icon="🛏️",
        steps={step.id: step for step in steps},
        first=StepId("who"),
        intents=("sleep",),
        keywords=(phrase("keyword", "abri"), phrase("keyword", "dormir dehors")),
        topic="dormir",
        asks_if_helped=True,
        reviewed=date(2026, 3, 1),
        sources=("https://example.org/source",),
        path=f"{tmp_path.name}/a/one.yml",
    )
    assert list(flow.steps) == [step.id for step in steps]


def test_skipped_step_goes_to_the_next_in_the_file_not_to_its_goto(tmp_path: Path) -> None:
    write(
        tmp_path,
        "a.one",
        """
        steps:
          - {id: who, say: Qui ?, ask: who, choices: {me: Moi, you: Vous}}
          - {id: mine, when: {who: me}, say: Pour vous., goto: end}
          - {id: other, say: Pour un autre.}
        """,
    )

    flow = loaded(tmp_path)

    condition = Is(slot="who", words=frozenset({"me"}))
    assert flow.steps[StepId("mine")] == Step(
        id=StepId("mine"), line=7, act=Branch(cases=((condition, to("mine!")),), otherwise=to("other"))
    )
    assert flow.steps[StepId("mine!")] == Step(
        id=StepId("mine!"), line=7, say=(phrase("mine.say", "Pour vous."),), leads=Exit.END
    )


def test_revision_follows_what_a_conversation_notices_and_nothing_else(tmp_path: Path) -> None:
    path = write(tmp_path, "a.one", "steps:\n  - id: hello\n    say: Bonjour.\n")
    before = loaded(tmp_path)
    text = path.read_text()

    path.write_text("# a comment\n" + text.replace("2026-03-01", "2026-03-02"))
    again = loaded(tmp_path)
    assert again.revision == before.revision
    assert again == replace(before, reviewed=date(2026, 3, 2), steps=again.steps)

    queue = sorted(KNOWN.queues)[0]
    path.write_text(text.replace("steps:", f"person: {queue}\nsteps:"))
    asked = loaded(tmp_path)
    assert (asked.person, asked.revision) == (queue, before.revision)

    path.write_text(text.replace("Bonjour.", "Bonsoir."))
    assert loaded(tmp_path).revision != before.revision


def test_person_is_asked_of_a_queue_that_there_is(tmp_path: Path) -> None:
    write(tmp_path, "a.one", "person: nobody\nsteps:\n  - id: hello\n    say: Bonjour.\n")
    found = [one for one in load(tmp_path, KNOWN).issues if one.code != "missing-phrase"]
    assert [(one.code, one.is_critical) for one in found] == [("unknown-queue", True)]


def test_revision_is_the_same_in_every_process() -> None:
    body = b"flow: a.one\ntitle: T\nsteps:\n  - {id: a, say: A ?, ask: x, choices: {p: P, q: Q, r: R}}\n"
    flow = flow_of(body + b"  - {id: b, when: {x: [p, q, r]}, say: B}\n", FlowId("a.one"))

    assert flow is not None
    assert flow.revision == Revision("0b66bae16c0b")


def test_system_phrases_and_plurals_come_from_files_without_steps(tmp_path: Path) -> None:
    folder = tmp_path / "flows"
    (folder / "_system").mkdir(parents=True)
    (folder / "_system" / "words.yml").write_text(
        "phrases:\n  hello: Bonjour, {name}.\n  waiting: {one: '{count} personne', many: '{count} personnes'}\n"
    )

    loaded = load(folder, replace(KNOWN, system={"hello": ["name"], "waiting": []}))
    assert loaded.issues == ()
    assert loaded.book == FlowBook(
        flows={},
        system={
            "hello": Phrase(key="system/hello", text="Bonjour, {name}."),
            "waiting": Phrase(key="system/waiting", text="{count} personne", plural="{count} personnes"),
        },
    )


def test_lines_where_a_text_belongs_are_a_text_without_quotes(tmp_path: Path) -> None:
    write(tmp_path, "a.one", "steps:\n  - id: hello\n    say:\n      Attention: lisez ceci.\n")
    assert [(one.line, one.code) for one in load(tmp_path, KNOWN).issues if one.path.endswith("one.yml")] == [
        (7, "not-text")
    ]


def test_a_flow_that_is_gone_is_not_taken_for_another_of_its_area(tmp_path: Path) -> None:
    write(tmp_path, "urgence.suicide", "steps: [{id: hello, say: Bonjour.}]\n")
    write(tmp_path, "a.one", "steps: [{id: a, say: Un., call: urgence.violence}, {id: b, start: urgence.suicid}]\n")
    said = [one.text for one in load(tmp_path, KNOWN).issues if one.code == "unknown-flow"]
    assert [text.partition("Vouliez-vous dire ")[2] for text in said] == ["« urgence.suicide » ?", ""]


def test_a_file_under_a_name_that_nothing_reads_is_told(tmp_path: Path) -> None:
    for name in (
        "a/one.yml.txt",
        "a/two.YML",
        "directory/sport.yaml",
        "directory/food.yml",
        "a/notes.txt",
        "a/one.yml~",
    ):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("flow: a.one\n")
    found = [(one.path.partition("/")[2], one.code) for one in load(tmp_path, KNOWN).issues]
    assert [one for one in found if one[1] != "missing-phrase"] == [
        (name, "misplaced-file") for name in ("a/one.yml.txt", "a/two.YML", "directory/sport.yaml")
    ]


def test_a_phrase_that_the_code_never_says_is_in_no_book(tmp_path: Path) -> None:
    write(
        tmp_path,
        "_system.phrases",
        "phrases: {hello: 'Bonjour, {name}.', helo: Bonsoir., card.alert: Attention.}\n",
        head="",
    )
    loaded = load(tmp_path, KNOWN)
    # With it, every language would lack a sentence of the system until it is translated, and leave the list.
    assert sorted(loaded.book.system) == ["card.alert", "hello"]
    assert "unknown-phrase" in [one.code for one in loaded.issues]


def test_book_answers_intents_and_topics(tmp_path: Path) -> None:
    write(tmp_path, "a.one", "starts_on: {intents: sleep, topic: dormir}\nsteps: [{id: a, say: A}]\n")
    write(tmp_path, "a.two", "starts_on: {intents: [eat, see_doctor]}\nsteps: [{id: a, say: A}]\n")

    book = load(tmp_path, KNOWN).book

    assert book.by_intent == {"sleep": "a.one", "eat": "a.two", "see_doctor": "a.two"}
    assert book.by_topic == {"dormir": "a.one"}


def test_ways_into_a_broken_flow_are_closed_until_it_is_mended(tmp_path: Path) -> None:
    write(
        tmp_path,
        "a.one",
        """
        steps:
          - id: menu_of_mine
            say: Où aller ?
            choices: {two: {label: Deux, start: a.two}, stay: Rester}
          - {id: walk, call: a.two}
          - {id: leave, say: Au revoir., start: a.two}
        """,
    )
    broken = write(tmp_path, "a.two", "steps: [{id: a, say: A, goto: nowhere}]\n")

    flow = load(tmp_path, KNOWN).book.flows[FlowId("a.one")]

    first = flow.steps[StepId("menu_of_mine")].act
    assert isinstance(first, Ask)
    assert [choice.id for choice in first.choices] == ["stay"]
    assert flow.steps[StepId("walk")].act is None
    assert flow.steps[StepId("leave")].leads is Exit.MENU

    broken.write_text(broken.read_text().replace("nowhere", "end"))
    mended = loaded(tmp_path)
    assert mended.revision == flow.revision
    assert isinstance(mended.steps[StepId("walk")].act, Call)


def test_slots_of_called_and_calling_flows_can_be_used(tmp_path: Path) -> None:
    write(tmp_path, "a.district", "steps: [{id: q, say: Où ?, ask: {slot: district, kind: text}}]\n")
    write(
        tmp_path,
        "a.one",
        """
        steps:
          - {id: where, call: a.district}
          - {id: seen, when: {district: known}, say: "À {district}."}
          - {id: on, call: a.after}
        """,
    )
    write(tmp_path, "a.after", 'steps: [{id: told, when: {district: known}, say: "Encore {district}."}]\n')

    assert set(loaded(tmp_path).steps) == {"where", "seen", "on"}
