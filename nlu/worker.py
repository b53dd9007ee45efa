"""The process that reads people's words (Python 3.10, the NLU's own environment): `python worker.py MODEL MEMORY_MB`.

One JSON line in, `{"id": 1, "text": "…"}`, one JSON line out, `{"id": 1, "reply": {…}}`, in the shape of
Rasa's `POST /model/parse`. It listens nowhere. Once the model is loaded it has no network, no files and no
rights left (`sandbox.py`), and it writes nothing but its answers: what people wrote reaches no log.
"""

from __future__ import annotations

import asyncio
import json
import logging
import os
import sys
import warnings
from typing import Any, Dict, TextIO

import sandbox

#: One utterance a script and length, so that everything that is loaded late is loaded before the doors close.
WARM_UP = (
    "bonjour",
    "أحتاج إلى طبيب",
    "I have been sleeping in a car with my two children since Monday. Who can help?",
)


def main(model: str, memory_mb: int) -> None:
    """Load, lock, answer until stdin ends."""
    answers = _own_stdout()
    held = sandbox.before_loading(memory_mb)
    agent = _load(model)
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    for text in WARM_UP:
        loop.run_until_complete(agent.parse_message(text))
    held += sandbox.after_loading()
    _say(answers, {"ready": {"sandbox": held}})
    for line in sys.stdin:
        asked = json.loads(line)
        # Rasa takes "/intent" for a command to itself, at full confidence; a person is never a machine.
        parsed = loop.run_until_complete(agent.parse_message(asked["text"].lstrip("/ ")))
        _say(answers, {"id": asked["id"], "reply": _reply(parsed)})


def _own_stdout() -> TextIO:
    """Keep the pipe for answers; whatever a library prints goes to stderr."""
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    return answers


def _load(model: str) -> Any:
    warnings.simplefilter("ignore")
    from rasa.core.agent import Agent
    from rasa.utils.log_utils import configure_structlog

    # Rasa's debug log repeats what people wrote.
    logging.disable(logging.WARNING)
    configure_structlog(logging.ERROR)
    return Agent.load(model)


def _reply(parsed: Dict[str, Any]) -> Dict[str, Any]:
    """Only what the bot reads: the text itself does not travel back."""
    return {key: parsed[key] for key in ("intent", "intent_ranking", "entities", "language") if key in parsed}


def _say(answers: TextIO, message: Dict[str, Any]) -> None:
    answers.write(json.dumps(message, ensure_ascii=True) + "\n")
    answers.flush()


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
