"""Files that somebody wrote to hurt: each shape fills the allowed size or breaks one rule of YAML."""

from __future__ import annotations

from collections.abc import Iterator

from bot.strict_yaml import LIMIT_BYTES

_HEAD = b"flow: broken.example\ntitle: x\nsteps:\n"


def hostile_files() -> Iterator[tuple[str, bytes]]:
    """Name and bytes of a few hundred hostile files."""
    yield from _filled()
    yield from _bombs()
    yield from _bytes()
    yield from _cut()


def _filled() -> Iterator[tuple[str, bytes]]:
    units = {
        "open lists": b"[",
        "open maps": b"{",
        "empty lists": b"[],",
        "empty maps": b"{},",
        "nested keys": b"a: ",
        "dashes": b"- ",
        "question marks": b"? ",
        "ampersands": b"&a ",
        "stars": b"*a ",
        "exclamations": b"!",
        "tags": b"!!python/object/apply:os.system ",
        "merge": b"<<: ",
        "quotes": b'"',
        "single quotes": b"'",
        "quoted": b'"a" ',
        "escapes": b'"\\x41',
        "pipes": b"|\n",
        "folds": b">\n ",
        "comments": b"#",
        "percents": b"%",
        "dashes of documents": b"---\n",
        "dots of documents": b"...\n",
        "commas": b",",
        "colons": b":",
        "spaces": b" ",
        "new lines": b"\n",
        "tabs": b"\t",
        "letters": b"a",
        "emoji": "👩‍👧".encode(),
        "ats": b"@",
        "backticks": b"`",
        "braces in braces": b"{a: {",
        "lists in maps": b"[{a: ",
    }
    for name, unit in units.items():
        for head in (b"", _HEAD, b"a: [", b"- "):
            body = head + unit * ((LIMIT_BYTES - len(head)) // len(unit))
            yield f"{name} after {head[:8]!r}", body
    yield "flat keys", b"".join(b"k%d: v\n" % number for number in range(20_000))[:LIMIT_BYTES]
    yield "same key", (b"k: v\n" * 60_000)[:LIMIT_BYTES]
    yield "flat list", b"[" + b"a," * 120_000 + b"]"
    yield "deepening", b"".join(b" " * depth + b"a:\n" for depth in range(700))[:LIMIT_BYTES]
    yield "steps", _HEAD + b"".join(b" - id: s%d\n   say: hi\n" % number for number in range(9_000))
    circle = b"".join(b" - id: s%d\n   goto: s%d\n" % (number, number + 1) for number in range(4_000))
    yield "long loop", _HEAD + circle + b" - id: s4000\n   goto: s0\n"
    yield "long sentence", _HEAD + b" - id: a\n   say: " + b"mot " * 50_000
    yield "placeholders", _HEAD + b" - id: a\n   say: " + b"'" + b"{a" * 60_000 + b"'"
    yield "numbers", _HEAD + b" - id: a\n   say: " + b"1 " * 60_000
    yield "markup", _HEAD + b" - id: a\n   say: x" + b"*" * 90_000
    yield "police", _HEAD + b" - id: a\n   say: " + b"police " * 30_000
    yield "lost ways", _HEAD + b"".join(b" - {id: s%d, goto: z%d}\n" % (number, number) for number in range(3_600))
    yield "unknown keys", _HEAD + b" - id: a\n   say: x\n" + b"".join(b"   sai%d: v\n" % n for n in range(9_000))
    yield "unknown top keys", b"".join(b"titel%d: v\n" % n for n in range(9_000)) + _HEAD + b" - {id: a, say: x}\n"
    yield "lost services", _HEAD + b" - id: a\n   services: [" + b"soup-kitchem, " * 9_000 + b"x]\n"
    choices = b"".join(b"     c%d: C\n" % number for number in range(9_000))
    yield "choices", _HEAD + b" - id: a\n   say: x\n   choices:\n" + choices
    slots = b"".join(b" - {id: s%d, say: x, ask: {slot: s%d, kind: text}}\n" % (n, n) for n in range(1_000))
    uses = b"".join(b" - {id: u%d, say: y, when: {t%d: a}}\n" % (n, n) for n in range(900))
    yield "lost slots", _HEAD + slots + uses
    yield "calls", _HEAD + b"".join(b" - {id: s%d, call: broken.exampel}\n" % n for n in range(3_600))
    yield "conditions", _HEAD + b" - id: a\n   when: " + b"{not: " * 29 + b"{a: b}" + b"}" * 29 + b"\n   say: x\n"


def _bombs() -> Iterator[tuple[str, bytes]]:
    lines = [f"a{number}: &a{number} [{', '.join([f'*a{number - 1}'] * 9)}]" for number in range(1, 10)]
    yield "billion laughs", "\n".join(["a0: &a0 [x, x, x, x, x, x, x, x, x]", *lines]).encode()
    yield "itself", b"a: &a [*a]\n"
    yield "itself as key", b"&a {*a : *a}\n"
    for tag in (
        "!!python/object/new:os.system [x]",
        "!!binary aGk=",
        "!!set {a, b}",
        "!<x> y",
        "!local z",
        "!!int 'a'",
    ):
        yield f"tag {tag}", f"flow: {tag}\nsteps: []\n".encode()


def _bytes() -> Iterator[tuple[str, bytes]]:
    good = _HEAD + b"  - id: a\n    say: hello\n"
    yield "utf-16", good.decode().encode("utf-16")
    yield "utf-32", good.decode().encode("utf-32")
    yield "too big", good + b"#" * LIMIT_BYTES
    yield "empty", b""
    for byte in (0x00, 0x07, 0x0B, 0x1B, 0x7F, 0x80, 0xC0, 0xF5, 0xFE, 0xFF):
        for at in (0, len(_HEAD), len(good)):
            yield f"byte {byte:02x} at {at}", good[:at] + bytes([byte]) + good[at:]
    for character in "\u0085\u2028\u2029\u202e\u2066\ufeff\ufffe\uffff":
        yield f"character {ord(character):04x}", good.replace(b"hello", f"he{character}llo".encode())
    for end in (b"\r\n", b"\r"):
        yield f"line ends {end!r}", good.replace(b"\n", end)


def _cut() -> Iterator[tuple[str, bytes]]:
    """A right file with a piece missing, doubled or turned, at every few bytes."""
    good = _HEAD + (
        b"  - id: who\n    say: 'Qui \xc3\xaates-vous ?'\n    ask: {slot: who, kind: choice}\n"
        b'    choices: {me: "Moi", other: {label: Autre, goto: end}}\n'
        b"  - id: split\n    branch: [{when: {who: [me]}, goto: who}]\n    otherwise: end\n"
    )
    for at in range(0, len(good), 3):
        yield f"ends at {at}", good[:at]
        yield f"without {at}", good[:at] + good[at + 4 :]
        yield f"twice {at}", good[: at + 9] + good[at:]
        yield f"brackets at {at}", good[:at] + b"]}" + good[at:]
