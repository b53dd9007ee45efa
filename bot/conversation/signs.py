"""What a picture means that is sent instead of words: somebody who cannot read sends the bed of the button."""

from __future__ import annotations

from collections.abc import Sequence

from bot.conversation.guide import Guide
from bot.core.ids import FlowId
from bot.flow.graph import Choice

#: Variation selectors, the joiner of pictures and the tones of skin change how a picture looks, not what it is of.
_LOOKS = dict.fromkeys((0x200D, 0xFE0E, 0xFE0F, *range(0x1F3FB, 0x1F400)))


def choice_shown(text: str, choices: Sequence[Choice]) -> int | None:
    """Index of the one choice whose picture the text is."""
    signs = _signs(text)
    named = [index for index, choice in enumerate(choices) if signs and _signs(choice.icon) == signs]
    return named[0] if len(named) == 1 else None


def flows_shown(text: str, guide: Guide) -> list[FlowId]:
    """The flows whose picture, or whose keyword, the text is; a danger is never guessed from a picture."""
    signs = _signs(text)
    if not signs:
        return []
    return [
        flow.id
        for flow in guide.book.flows.values()
        if not flow.safety and not flow.id.startswith("_system.")
        if signs in {_signs(flow.icon), *(_signs(keyword.text) for keyword in flow.keywords)}
    ]


def _signs(text: str) -> str:
    """The pictures of a text, each once; nothing when it has a word or a number (5️⃣ is one)."""
    plain = text.translate(_LOOKS)
    if any(char.isalnum() for char in plain) or plain.isascii():
        return ""
    return "".join(dict.fromkeys("".join(plain.split())))
