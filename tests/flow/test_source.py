"""The strict reader: text stays text, lines are kept, nothing is expanded."""

from __future__ import annotations

import pytest

from bot.core.ids import FlowId
from bot.flow.book import FlowFile, assemble
from bot.flow.forbidden import Rules
from bot.flow.source import read
from bot.strict_yaml import Items, Table, Text
from tests.flow.known import KNOWN


def test_every_scalar_stays_the_text_it_is() -> None:
    source = b"a: no\nb: 01200\nc: 12:30:45\nd: 0o14\ne: ~\nf: 2026-03-14\ng: 'on'\nh:\n"

    root, issues = read(source, "x.yml")

    assert issues == ()
    assert isinstance(root, Table)
    assert {key: node.value for key, node in root.values.items() if isinstance(node, Text)} == {
        "a": "no",
        "b": "01200",
        "c": "12:30:45",
        "d": "0o14",
        "e": "~",
        "f": "2026-03-14",
        "g": "on",
        "h": "",
    }


def test_tree_keeps_the_line_of_every_node() -> None:
    root, issues = read(b"# why\na:\n  - x\n  - b: |\n      long\n      text\n", "x.yml")

    assert issues == ()
    inner = Table({"b": Text("long\ntext", 4)}, {"b": 4}, 4)
    assert root == Table({"a": Items((Text("x", 3), inner), 3)}, {"a": 2}, 2)


@pytest.mark.parametrize("word", ["yes", "no", "on", "off", "<<"])
def test_quoted_or_not_a_key_is_its_word(word: str) -> None:
    root, issues = read(f"'{word}': x\n".encode(), "x.yml")

    assert (root, issues) == (Table({word: Text("x", 1)}, {word: 1}, 1), ())


@pytest.mark.parametrize(
    ("written", "line", "said"),
    [
        ('say: "Bonjour\nb:\n  c: "Oui"\n', 2, "un guillemet ouvert ici n'est pas fermé"),
        ('say: "Bonjour\nb: x\n', 2, "un guillemet ouvert ici n'est pas fermé"),
        ("say:Bonjour\nb: x\n", 2, "pas de « : » suivi d'une espace"),
        ("b: [un, deux\nc: x\n", 3, "il manque une virgule, ou « ] », ouvert ligne 2"),
        ("say: Attention : deux points\n", 2, "un « : » de trop, ou un retrait faux"),
        ("say:\u00a0Bonjour\nb: x\n", 2, "un caractère invisible (U+00A0)"),
        ("b:\n  - id: x\n\u00a0   c: y\n", 4, "un caractère invisible (U+00A0)"),
        ("b: {c:\u00a0x, d: y}\n", 2, "un caractère invisible (U+00A0)"),
    ],
)
def test_a_slip_is_named_in_french_on_the_line_where_it_was_made(written: str, line: int, said: str) -> None:
    (found,) = read(f"a: x\n{written}".encode(), "x.yml")[1]
    assert (found.line, said in found.text) == (line, True), found.text


@pytest.mark.parametrize(
    "source", [b"{\\rtf1\\ansi flow: a.b}", b"PK\x03\x04\x14\x00\xff", "flow: a.b\n".encode("utf-16")]
)
def test_a_document_of_a_word_processor_is_no_plain_text(source: bytes) -> None:
    assert [(one.line, one.code) for one in read(source, "x.yml")[1]] == [(1, "not-utf8")]


def test_all_traps_of_a_readable_file_are_listed() -> None:
    _, issues = read(b"a: &x 1\nb: *x\na: !!int 2\n<<: {c: d}\n", "x.yml")

    assert [(one.line, one.code) for one in issues] == [
        (1, "yaml-anchor"),
        (2, "yaml-alias"),
        (3, "duplicate-key"),
        (3, "yaml-tag"),
        (4, "yaml-merge"),
    ]


def test_all_wrong_bytes_are_listed() -> None:
    _, issues = read(b"\xef\xbb\xbfa: b\r\nc: d\x00\n", "x.yml")

    assert [(one.line, one.code) for one in issues] == [
        (1, "byte-order-mark"),
        (1, "windows-line-ends"),
        (2, "control-character"),
    ]


def test_what_nobody_sees_is_refused() -> None:
    for hidden in "\u200b\u2060\xad":
        [found] = read(f"a: man{hidden}ger\n".encode(), "x.yml")[1]
        assert (found.code, dict(found.values)) == ("control-character", {"character": f"U+{ord(hidden):04X}"})


def test_bold_around_nothing_is_refused() -> None:
    source = b'flow: a.one\nsteps: [{id: s, say: "****"}]\n'
    loaded = assemble([FlowFile(shown="flows/a/one.yml", flow=FlowId("a.one"), source=source)], KNOWN, Rules())
    assert "bad-markup" in [one.code for one in loaded.issues]


def test_joined_emoji_and_other_scripts_are_text() -> None:
    root, issues = read("a: 👨‍👩‍👧 ولد ‏نص\n".encode(), "x.yml")

    assert issues == ()
    assert root == Table({"a": Text("👨‍👩‍👧 ولد ‏نص", 1)}, {"a": 1}, 1)
