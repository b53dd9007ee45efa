"""`python -m bot.pathways`: writes docs/reference/pathways.md, what every flow covers and how fresh it is."""

from __future__ import annotations

import re
from argparse import ArgumentParser
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

from bot.config import read_settings
from bot.core.ids import Locale
from bot.core.local_time import local_day
from bot.core.phrases import Phrase
from bot.data import Data, Places
from bot.flow.graph import Ask, Checklist, Flow, FlowBook, Remind, ShowServices

PAGE = Path("docs/reference/pathways.md")
_FACT = re.compile(r"\{fact\.([a-z0-9_-]+)")


def page(book: FlowBook, data: Data) -> str:
    """The whole page: figures, then a table for each area."""
    flows = [flow for flow in book.flows.values() if not flow.id.startswith("_system.")]
    shown = {service for flow in flows for service in services_of(flow, data)}
    answered = {intent for flow in book.flows.values() for intent in flow.intents if ":" not in intent}
    lines = [
        "# Pathways",
        "",
        "Made from the files by `python -m bot.pathways`; a test keeps it true. *Checked* is the oldest day on which",
        "a source of a service or fact that the flow shows was read; *reviewed* the day somebody read the flow.",
        "",
        f"- {len(flows)} flows with {sum(map(_choices, flows))} choices, and {len(book.flows) - len(flows)} flows of"
        " the guichet itself (menus, language, data)",
        f"- {len(answered)} of {len(data.intents)} intents begin a flow; the others are answered by the guichet itself",
        f"- {len(shown)} of {len(data.directory.published())} published services are shown by name; all are found by"
        " search",
        f"- {len({source for flow in flows for source in flow.sources})} sources",
    ]
    for area in sorted({flow.id.partition(".")[0] for flow in flows}):
        lines += [
            "",
            f"## {area}",
            "",
            "| flow | title | intents | services | sources | reviewed | checked | languages |",
            "|---|---|---|---|---:|---|---|---|",
            *(_row(flow, data) for flow in flows if flow.id.startswith(f"{area}.")),
        ]
    return "\n".join(lines) + "\n"


def services_of(flow: Flow, data: Data) -> tuple[str, ...]:
    """Ids of the services that its steps name, each once, in order."""
    named = [str(one) for step in flow.steps.values() if isinstance(step.act, ShowServices) for one in step.act.ids]
    return tuple(dict.fromkeys(service.id for service in data.directory.services(named)))


def oldest_check(flow: Flow, data: Data) -> date | None:
    """The oldest first day on which a service or fact of the flow was vouched for; None when none is dated."""
    directory = data.directory
    checks = [service.checked_on for service in directory.services(services_of(flow, data))]
    names = {name for phrase in sentences_of(flow) for name in _FACT.findall(phrase.text)}
    checks += [directory.facts[name].checked_on for name in names if name in directory.facts]
    return min((check.first_day() for check in checks if check is not None), default=None)


def sentences_of(flow: Flow) -> Iterator[Phrase]:
    """Everything a newcomer reads of it."""
    yield flow.title
    for step in flow.steps.values():
        yield from step.say
        match step.act:
            case Ask(choices=choices):
                yield from (choice.label for choice in choices)
            case Checklist(items=items):
                yield from items
            case Remind(text=text):
                yield text


def languages_of(flow: Flow, data: Data) -> str:
    """The languages it is complete in, and how far those are that have begun; every other reads its fallback."""
    sentences = list(sentences_of(flow))
    found = []
    for language in data.catalogues.languages:
        done = sum(_is_translated(phrase, language.locale, data) for phrase in sentences)
        if done:
            share = done * 100 // len(sentences)
            found.append(language.locale if share == 100 else f"{language.locale} {share} %")
    return ", ".join(found)


def _is_translated(phrase: Phrase, locale: Locale, data: Data) -> bool:
    return data.catalogues.text_of(phrase, locale).locale == locale


def _choices(flow: Flow) -> int:
    return sum(len(step.act.choices) for step in flow.steps.values() if isinstance(step.act, Ask))


def _row(flow: Flow, data: Data) -> str:
    checked = oldest_check(flow, data)
    cells = (
        f"`{flow.id.partition('.')[2]}`",
        f"{flow.icon} {flow.title.text}",
        ", ".join(intent for intent in flow.intents if ":" not in intent) or "–",
        ", ".join(services_of(flow, data)) or "–",
        str(len(flow.sources)),
        "–" if flow.reviewed is None else flow.reviewed.isoformat(),
        "–" if checked is None else f"{checked:%Y-%m}",
        languages_of(flow, data),
    )
    return f"| {' | '.join(cells)} |"


if __name__ == "__main__":
    # Nothing may be asked of it; whoever asks for help must not have the page written.
    ArgumentParser(prog="python -m bot.pathways", description=f"Write {PAGE} anew from the files.").parse_args()
    shipped = Data(Places(), read_settings(Path("config.yml")))
    PAGE.write_text(page(shipped.guide(local_day(datetime.now(UTC))).book, shipped), encoding="utf-8")
    print(PAGE)
