"""Whether a flow's condition holds for the answers given so far."""

from collections.abc import Mapping

from bot.flow.graph import AllOf, AnyOf, Between, Condition, Is, Known, Not


def holds(condition: Condition, answers: Mapping[str, str]) -> bool:
    """A slot without an answer matches no word and no number."""
    match condition:
        case Is(slot=slot, words=words):
            return answers.get(slot) in words
        case Between(slot=slot, at_least=at_least, below=below):
            return _between(answers.get(slot), at_least, below)
        case Known(slot=slot):
            return slot in answers
        case Not(condition=inner):
            return not holds(inner, answers)
        case AllOf(conditions=inner_all):
            return all(holds(inner, answers) for inner in inner_all)
        case AnyOf(conditions=inner_any):
            return any(holds(inner, answers) for inner in inner_any)


def _between(answer: str | None, at_least: int | None, below: int | None) -> bool:
    try:
        number = int(answer or "")
    except ValueError:
        return False
    return (at_least is None or number >= at_least) and (below is None or number < below)
