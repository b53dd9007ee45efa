"""The safety rules as tests: sentences that must be refused, and neighbours that must not."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from bot.core.ids import FlowId
from bot.flow.book import FlowFile, assemble, load, rules_of
from bot.flow.forbidden import fold
from tests.flow.known import KNOWN, ROOT
from tests.flow.written import write

RULES = rules_of(ROOT / "flows")[0]

NEVER = [
    "Allez à la police, c'est sans risque.",
    "Vous pouvez porter plainte sans danger, même sans papiers.",
    "Vous n'avez rien à craindre de la police.",
    "La police ne vous arrêtera pas.",
    "Avec cette demande, vous serez régularisé.",
    "Vous obtiendrez un titre de séjour.",
    "Votre demande sera acceptée.",
    "Vous avez toutes vos chances.",
    "Introduisez une demande 9bis à la commune.",
    "Demandez la régularisation.",
    "Vous avez 30 jours pour faire appel.",
    "Le délai est de {fact.appeal_days}.",
    "Si vous êtes sans papiers, inscrivez-vous à la commune.",
    "Donnez toujours votre adresse à l'administration.",
    "Il faut des papiers pour voir un médecin.",
    "L'aide médicale urgente, c'est seulement pour les urgences.",
    "Sans papiers, vous n'avez aucun droit.",
    "Achetez de faux papiers.",
    "Travaillez au noir en attendant.",
    "Cachez à l'assistant social que vous travaillez.",
    "Rentrez dans votre pays.",
    "Vous devez quitter la Belgique.",
    "Vous aurez un lit ce soir.",
    "Vous recevrez 500 euros.",
    "Je vous promets une place.",
    "Envoyez une photo de votre carte.",
    "Un citoyen européen peut travailler tout de suite.",
]
FINE = [
    "Aller à la police n'est pas sans risque quand on n'a pas de papiers.",
    "Appelez la police au 101. Le centre est sans rendez-vous.",
    "Parlez à un avocat avant de demander la régularisation. Il introduit la demande 9bis avec vous.",
    "Lisez la date sur votre lettre. Vous avez 30 jours pour faire appel, ou moins.",
    "N'envoyez pas votre adresse. Nous n'en avons pas besoin.",
    "Il ne faut pas de papiers pour voir un médecin.",
    "L'aide médicale urgente n'est pas que pour les urgences.",
    "N'achetez pas de faux papiers, c'est dangereux.",
    "Le travail au noir est interdit. Votre patron est responsable.",
    "Si le CPAS accepte, vous recevrez une aide.",
    "Appelez pour demander s'il y a un lit ce soir.",
    "Un citoyen de l'Union européenne peut travailler. La carte H est une carte bleue européenne.",
    "Ne les envoyez pas : ni photo de votre carte, ni passeport.",
]


def codes(say: str, tail: str = "") -> list[str]:
    source = f"flow: a.one\ntitle: T\nsteps:\n  - id: a\n    say: {say!r}\n{tail}".encode()
    loaded = assemble([FlowFile(shown="flows/a/one.yml", flow=FlowId("a.one"), source=source)], KNOWN, RULES)
    quiet = ("no-source", "no-review-date", "missing-phrase", "bare-amount")
    return [one.code for one in loaded.issues if one.code not in quiet]


@pytest.mark.parametrize("sentence", NEVER)
def test_forbidden_statement_is_refused(sentence: str) -> None:
    assert codes(sentence.replace("'", "’")) == ["forbidden-statement"]


@pytest.mark.parametrize("sentence", FINE)
def test_careful_statement_is_not(sentence: str) -> None:
    assert codes(sentence.replace("'", "’")) == []


def test_every_rule_refuses_one_of_these_sentences() -> None:
    unused = [rule.said for rule in RULES.statements if not any(rule.patterns.search(fold(one)) for one in NEVER)]
    assert unused == []


TEXT = "    ask: {slot: words, kind: text}\n"


@pytest.mark.parametrize(
    "question",
    [
        "Quel est votre statut de séjour ?",
        "Écrivez votre numéro national.",
        "Comment vous appelez-vous ? Écrivez votre prénom.",
        "Quelle est votre adresse ?",
        "De quel pays venez-vous ?",
        "Quelle est votre religion ?",
        "Avez-vous un casier judiciaire ? Racontez.",
        "Quelle maladie avez-vous ?",
        "Écrivez votre numéro de compte.",
    ],
)
def test_forbidden_question_is_refused(question: str) -> None:
    assert codes(question, TEXT) == ["forbidden-question"]


@pytest.mark.parametrize("question", ["De quoi avez-vous besoin ?", "Combien êtes-vous ?", "Dans quelle commune ?"])
def test_useful_question_is_not(question: str) -> None:
    assert codes(question, TEXT) == []


def test_some_things_are_not_even_offered_as_choices() -> None:
    choices = "    ask: faith\n    volatile: yes\n    choices: {a: Musulmane, b: Je préfère ne pas dire}\n"
    assert codes("Quelle est votre religion ?", choices) == ["forbidden-question"]


def test_documents_are_offered_as_pages_that_are_never_kept() -> None:
    offered = "    ask: paper\n    choices: {a: Carte orange, b: Titre de séjour, c: Je préfère ne pas dire}\n"
    assert codes("Quel document voulez-vous lire ?", offered) == ["not-volatile"]
    assert codes("Quel document voulez-vous lire ?", offered + "    volatile: yes\n") == []


@pytest.mark.parametrize(
    "label",
    ["Je n'ai pas de papiers", "Je demande l'asile", "Je n'ai plus de papiers", "On m'attaque", "Je suis sourd"],
)
def test_words_about_oneself_are_never_kept(label: str) -> None:
    offered = f'    ask: paper\n    choices: {{a: "{label}", b: Je veux lire}}\n'
    assert codes("Que voulez-vous savoir ?", offered) == ["no-way-to-decline", "not-volatile"]


def test_a_promise_to_keep_nothing_is_kept() -> None:
    offered = "    ask: page\n    choices: {a: La première, b: La seconde}\n"
    assert codes("Quelle page ? Je ne garde pas votre réponse.", offered) == ["not-volatile"]
    assert codes("Quelle page ? Je ne garde pas votre réponse.", offered + "    volatile: yes\n") == []
    assert codes("Quelle page ?", offered) == []


def test_no_question_of_the_project_that_is_volatile_may_lose_it_unseen(tmp_path: Path) -> None:
    """But for two flows of plain pages, whose volatility protects a later step or nobody's secret."""
    shutil.copytree(ROOT / "flows", tmp_path / "flows")
    lost = set()
    for path in sorted((tmp_path / "flows").rglob("*.yml")):
        text = path.read_text(encoding="utf-8")
        if (without := re.sub(r"(?m)^ +volatile: yes\b.*\n", "", text)) != text:
            path.write_text(without, encoding="utf-8")
            lost.add(f"flows/{path.relative_to(tmp_path / 'flows').as_posix()}")
    seen = {one.path for one in load(tmp_path / "flows", KNOWN).issues if one.code == "not-volatile"}
    assert lost - seen == {"flows/besoins/rental_guarantee.yml", "flows/ess/interpreter_job.yml"}


def test_a_step_after_a_volatile_one_is_volatile_too() -> None:
    tail = (
        "    ask: open\n    volatile: yes\n    choices: {a: Continuer, b: Arrêter}\n"
        "  - {id: b, say: Lequel ?, ask: paper, choices: {a: Carte A, b: Je préfère ne pas dire}}\n"
    )
    assert codes("Voulez-vous lire une page ?", tail) == []


def test_a_volatile_step_that_may_be_skipped_protects_only_itself() -> None:
    tail = (
        "    ask: more\n    choices: {a: Oui, b: {label: Non, goto: end}}\n"
        "  - {id: b, when: {more: a}, say: Lequel ?, ask: paper, volatile: yes,"
        " choices: {a: Carte A, b: Je préfère ne pas dire}}\n"
        "  - {id: c, say: Et vous ?, ask: other, choices: {a: Carte B, b: Je préfère ne pas dire}}\n"
        "  - {id: d, say: Encore., goto: a}\n"
    )
    assert codes("Voulez-vous lire une page ?", tail) == ["not-volatile"]


def test_a_menu_of_flows_asks_nothing(tmp_path: Path) -> None:
    write(tmp_path, "a.two", "steps: [{id: a, say: A}]\n")
    write(
        tmp_path,
        "a.one",
        "steps: [{id: a, say: Quoi ?, choices: {a: {label: Carte A, start: a.two}, b: {label: B, start: a.two}}}]\n",
    )
    files = [
        FlowFile(shown=f"flows/a/{n}.yml", flow=FlowId(f"a.{n}"), source=(tmp_path / "a" / f"{n}.yml").read_bytes())
        for n in ("one", "two")
    ]
    assert [one.code for one in assemble(files, KNOWN, RULES).issues if one.code != "missing-phrase"] == []


def test_signed_exception_is_respected(tmp_path: Path) -> None:
    folder = tmp_path / "flows"
    (folder / "_system").mkdir(parents=True)
    (folder / "_system" / "forbidden.yml").write_text(
        "questions: [{about: votre nom, always: yes, words: [votre nom]}]\n"
        "exceptions: [{flow: a.one, step: a, code: forbidden-question, dpia: AIPD-1, signed_by: DPO, on: 2026-03-01}]\n"
    )
    rules, issues = rules_of(folder)
    assert issues == ()
    source = f"flow: a.one\ntitle: T\nsteps:\n  - id: a\n    say: Votre nom ?\n{TEXT}".encode()
    for flow, expected in (("a.one", []), ("a.two", ["forbidden-question", "wrong-flow-id"])):
        file = FlowFile(shown=f"flows/{flow}.yml", flow=FlowId(flow), source=source)
        found = [one.code for one in assemble([file], KNOWN, rules).issues if one.is_critical]
        assert sorted(code for code in found if code != "missing-phrase") == expected


def test_broken_rules_are_issues_of_their_file(tmp_path: Path) -> None:
    (tmp_path / "flows" / "_system").mkdir(parents=True)
    (tmp_path / "flows" / "_system" / "forbidden.yml").write_text("statement: []\n")

    _, issues = rules_of(tmp_path / "flows")

    assert [(one.path, one.code) for one in issues] == [("flows/_system/forbidden.yml", "unknown-key")]
