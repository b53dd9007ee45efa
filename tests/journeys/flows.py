"""Pathways of the tests' own, among those of the project: what is tested stays while the content is rewritten."""

from __future__ import annotations

import shutil
from pathlib import Path

ROOT = Path(__file__).parents[2]

#: Asks, keeps, reminds, hands over.
TRIAL = """flow: besoins.essai
title: Un essai
icon: 🧪
about: Pour les essais.
reviewed: 2026-11-20
sources: [https://example.org/]
starts_on: {keywords: [essai], topic: essai}
asks_if_helped: yes
steps:
  - id: who
    say: Pour qui est cet essai ?
    ask: who
    choices:
      man: {icon: 👨, label: "Un homme"}
      woman: {icon: 👩, label: "Une femme"}
  - id: words
    say: Que faut-il noter ?
    ask: {slot: words, kind: text}
  - id: nudge
    say: Faut-il vous écrire demain ?
    remind: {after_days: 1, text: Le rappel est là.}
  - id: more
    say: "Noté : {words}"
    ask:
    choices:
      person: {icon: 👤, label: "Quelqu'un", goto: adviser}
      done: {icon: ✅, label: "Fini", goto: end}
  - id: adviser
    say: Une personne regarde.
    handoff: besoins
"""

#: Nothing of its second answer reaches a disk.
SECRET = """flow: besoins.secret
title: Un secret
icon: 🤫
about: Pour les essais.
reviewed: 2026-11-20
sources: [https://example.org/]
starts_on: {keywords: [secret], topic: secret}
steps:
  - id: open
    say: Que peut-on garder ?
    ask: {slot: open, kind: text}
  - id: hidden
    say: Que faut-il taire ?
    ask: {slot: hidden, kind: text}
    volatile: yes
  - id: more
    say: "Tu : {hidden}"
    ask:
    choices:
      person: {icon: 👤, label: "Quelqu'un", goto: adviser}
      done: {icon: ✅, label: "Fini", goto: end}
    volatile: yes
  - id: adviser
    handoff: besoins
"""

#: Things to tick that would tell what was answered.
SECRET_LIST = """flow: besoins.cachette
title: Un cabas secret
icon: 🤐
about: Pour les essais.
reviewed: 2026-11-20
sources: [https://example.org/]
starts_on: {keywords: [cachette], topic: cachette}
steps:
  - id: hidden
    say: Que faut-il cacher ?
    ask: {slot: hidden, kind: text}
    volatile: yes
  - id: things
    say: Prenez cela.
    checklist: [Une lanterne, Une corde]
  - id: more
    say: C'est tout.
    goto: end
"""

#: Things to tick.
LIST = """flow: besoins.liste
title: Un cabas
icon: 🧾
about: Pour les essais.
reviewed: 2026-11-20
sources: [https://example.org/]
starts_on: {keywords: [cabas], topic: cabas}
steps:
  - id: things
    say: Prenez cela.
    checklist: [Du pain, De l'eau]
  - id: more
    say: C'est tout.
    goto: end
"""

WHO = "Pour qui est cet essai ?"
WORDS = "Que faut-il noter ?"
NUDGE = "Faut-il vous écrire demain ?"
OPEN = "Que peut-on garder ?"
HIDDEN = "Que faut-il taire ?"


def flows_in(folder: Path) -> Path:
    """The project's flows with these, to be edited at will."""
    flows = folder / "flows"
    shutil.copytree(ROOT / "flows", flows)
    (flows / "besoins" / "essai.yml").write_text(TRIAL, encoding="utf-8")
    (flows / "besoins" / "secret.yml").write_text(SECRET, encoding="utf-8")
    (flows / "besoins" / "cachette.yml").write_text(SECRET_LIST, encoding="utf-8")
    (flows / "besoins" / "liste.yml").write_text(LIST, encoding="utf-8")
    return flows
