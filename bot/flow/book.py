"""The folder of flow files to the book of flows that conversations walk, and every issue on the way.

A file with a critical issue is not published; the others are. Nothing here raises for wrong data.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import islice
from pathlib import Path

from bot.core.ids import FlowId, Revision
from bot.core.phrases import Phrase
from bot.flow.compile import compile_file
from bot.flow.draft import Draft, Names
from bot.flow.forbidden import Rules, check_forbidden, read_rules
from bot.flow.graph import Ask, Branch, Call, Exit, Flow, FlowBook, Next, Step, ToFlow, ToStep
from bot.flow.issues import Issue, issue, nearest
from bot.flow.kinds import Severity
from bot.flow.known import Known
from bot.flow.references import check_claims, check_mentions, slots_in_sight
from bot.flow.sentences import check_sentences
from bot.flow.shapes import PATTERNS, Form
from bot.flow.source import read, read_file
from bot.flow.translations import Translation, check_translations
from bot.flow.walks import check_walks, silent_circles, ways
from bot.ordinary_file import is_aside
from bot.strict_yaml import LIMIT_TRAPS, bytes_of, unreadable

#: Below flows/, but not flow files.
RULES = "_system/forbidden.yml"
NOT_FLOWS = frozenset({"facts.yml", RULES})
NOT_AREAS = frozenset({"directory"})
#: What was meant to be read, also under the name that an editor of texts gives it: `laundry.yml.txt`, `laundry.YML`.
_MEANT = re.compile(r"\.ya?ml(?:\.(?:txt|docx?|odt|rtf))?$", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """A book, what is wrong with its files, and the bytes of every published flow."""

    book: FlowBook
    #: The flows of the book with all their ways, also into flows that are not published.
    flows: Mapping[FlowId, Flow]
    issues: tuple[Issue, ...]
    #: To keep a revision for people who are still in it when the file changes (D05).
    sources: Mapping[tuple[FlowId, Revision], bytes]
    #: Flows that have a file with critical issues.
    broken: frozenset[FlowId] = frozenset()
    #: System phrases of files with critical issues.
    shaky: frozenset[str] = frozenset()
    #: The bytes of every file without a critical issue, those with system phrases too.
    files: Mapping[FlowId, bytes] = field(default_factory=dict, repr=False)
    #: System phrases and flows that the code needs and no file has.
    missing: frozenset[str] = frozenset()
    absent: frozenset[FlowId] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowFile:
    """One file as found: where, what it must be called, and its bytes."""

    shown: str
    flow: FlowId
    source: bytes = field(repr=False)


def load(folder: Path, known: Known, translations: Iterable[Translation] = ()) -> Loaded:
    """All healthy flows of this folder with their bytes, and every issue of all its files in file order."""
    files, issues = find(folder)
    rules, rule_issues = rules_of(folder)
    return assemble(files, known, rules, (*issues, *rule_issues), translations)


def rules_of(folder: Path) -> tuple[Rules, tuple[Issue, ...]]:
    """What may never be said or asked; no rules when the folder has no such file."""
    path, shown = folder / RULES, f"{folder.name}/{RULES}"
    if not path.exists():
        return Rules(), ()
    root, issues = read_file(path, shown)
    if root is None or issues:
        return Rules(), issues
    return read_rules(root, shown)


def find(folder: Path) -> tuple[list[FlowFile], list[Issue]]:
    """The flow files below this folder in order of path, read; files that are not in their place are issues."""
    files: list[FlowFile] = []
    issues: list[Issue] = []
    for path in sorted(folder.rglob("*")):
        below = path.relative_to(folder).as_posix()
        area, _, name = below.partition("/")
        if below in NOT_FLOWS or not _MEANT.search(path.name) or is_aside(path):
            continue
        shown = f"{folder.name}/{below}"
        flow = f"{area}.{name.removesuffix('.yml')}"
        if area in NOT_AREAS:
            if path.suffix != ".yml":
                issues.append(issue(shown, 1, "misplaced-file"))
            continue
        if not PATTERNS[Form.FLOW][0].fullmatch(flow):
            issues.append(issue(shown, 1, "misplaced-file"))
            continue
        try:
            files.append(FlowFile(shown=shown, flow=FlowId(flow), source=bytes_of(path)))
        except OSError as exc:
            trap = unreadable(exc)
            issues.append(issue(shown, trap.line, trap.code, **dict(trap.values)))
    return files, issues


def assemble(
    files: Iterable[FlowFile],
    known: Known,
    rules: Rules,
    issues: Iterable[Issue] = (),
    translations: Iterable[Translation] = (),
) -> Loaded:
    """The book of these files. Files are judged together: their order is the order in which they claim words."""
    files = list(files)
    drafts = {file.flow: _draft(file) for file in files}
    _check_all(drafts, known, rules)
    found = [*issues, *check_translations(drafts, translations)]
    for draft in drafts.values():
        draft.issues = [_weighed(one, known) for one in draft.issues]
    broken = frozenset(flow for flow, draft in drafts.items() if draft.is_broken)
    healthy = {flow: draft.flow for flow, draft in drafts.items() if draft.flow is not None and flow not in broken}
    for draft in drafts.values():
        found += draft.issues
        found += _closed_ways(draft, broken)
    flows = reopened(healthy)
    system, system_issues = _system(drafts, known)
    absent = frozenset(FlowId(name) for name in known.flows if name not in drafts)
    found += [missing_flow(flow) for flow in absent]
    book = FlowBook(
        flows=flows,
        system=system,
        by_intent={intent: flow.id for flow in flows.values() for intent in flow.intents},
        by_topic={flow.topic: flow.id for flow in flows.values() if flow.topic is not None},
    )
    return Loaded(
        book=book,
        flows=healthy,
        issues=tuple(sorted({*found, *system_issues})),
        sources={(flows[file.flow].id, flows[file.flow].revision): file.source for file in files if file.flow in flows},
        broken=broken,
        shaky=frozenset(name for flow in broken for name in drafts[flow].phrases),
        files={file.flow: file.source for file in files if file.flow not in broken},
        missing=frozenset(known.system or ()) - system.keys(),
        absent=absent,
    )


def flow_of(source: bytes, flow: FlowId) -> Flow | None:
    """The flow of bytes kept from an earlier publication, for people who are still in it; None when unreadable."""
    return _draft(FlowFile(shown=f"{flow}.yml", flow=flow, source=source)).flow


def kept_book(files: Mapping[FlowId, bytes]) -> FlowBook:
    """The book of files that had no mistake when they were kept; what they mention outside flows/ is not checked."""
    drafts = {flow: _draft(FlowFile(shown=path_of(flow), flow=flow, source=files[flow])) for flow in sorted(files)}
    flows = {name: draft.flow for name, draft in drafts.items() if draft.flow is not None and _is_whole(draft)}
    phrases = {name: found.phrase for draft in drafts.values() for name, found in draft.phrases.items()}
    return FlowBook(
        flows=reopened(flows),
        system=phrases,
        by_intent={intent: flow.id for flow in flows.values() for intent in flow.intents},
        by_topic={flow.topic: flow.id for flow in flows.values() if flow.topic is not None},
    )


def missing_flow(flow: FlowId) -> Issue:
    """The file of a flow that the guichet needs is not there."""
    return issue(path_of(flow), 1, "missing-flow", name=flow)


def path_of(flow: FlowId) -> str:
    """Where the file of a flow lies, as issues name it."""
    return f"flows/{flow.replace('.', '/')}.yml"


def _draft(file: FlowFile) -> Draft:
    root, issues = read(file.source, file.shown)
    if root is None or issues:
        # What a trap would have become is not guessed: the file is read again once the trap is gone.
        return Draft(path=file.shown, id=file.flow, issues=list(issues), has_holes=True)
    return compile_file(root, flow_id=file.flow, path=file.shown)


def _check_all(drafts: Mapping[FlowId, Draft], known: Known, rules: Rules) -> None:
    slots = slots_in_sight(drafts)
    for name, draft in drafts.items():
        for checked in (
            check_mentions(draft, drafts.keys(), slots[name], known),
            check_sentences(draft, slots[name], known),
            check_forbidden(draft, rules, known.secrets),
            _check_review(draft, known.today),
        ):
            draft.issues += islice(checked, LIMIT_TRAPS)
    for draft, found in check_claims(drafts.values(), known):
        draft.issues.append(found)
    whole = {name: draft for name, draft in drafts.items() if _is_whole(draft)}
    for draft, found in check_walks(whole):
        draft.issues.append(found)


def _is_whole(draft: Draft) -> bool:
    """Every step was read and every `goto` leads to one, so that walks can be judged."""
    if draft.flow is None or draft.has_holes:
        return False
    led = (way for step in draft.flow.steps.values() for way in ways(step))
    return all(way.step in draft.flow.steps for way in led if isinstance(way, ToStep))


def _weighed(found: Issue, known: Known) -> Issue:
    return replace(found, severity=Severity.CRITICAL) if found.code in known.critical else found


def _check_review(draft: Draft, today: date) -> Iterable[Issue]:
    if draft.flow is None or draft.id.startswith("_system."):
        return
    flow, top = draft.flow, min(draft.lines.values(), default=1)
    if not flow.sources:
        yield issue(draft.path, top, "no-source")
    if flow.reviewed is None:
        if "reviewed" not in draft.lines:
            yield issue(draft.path, top, "no-review-date")
        return
    days, line = (today - flow.reviewed).days, draft.lines["reviewed"]
    if days < 0:
        yield issue(draft.path, line, "future-review", reviewed=flow.reviewed)
    elif days > draft.review_days:
        yield issue(draft.path, line, "stale-review", reviewed=flow.reviewed, days=days, limit=draft.review_days)


# --- ways into flows that are not published --------------------------------------------------------------------


def _closed_ways(draft: Draft, broken: Collection[FlowId]) -> Iterable[Issue]:
    for mention in draft.mentions:
        if mention.of is Names.FLOW and mention.name in broken and mention.name != draft.id:
            yield issue(draft.path, mention.line, "needs-broken-flow", step=mention.step, name=mention.name)


def reopened(flows: Mapping[FlowId, Flow]) -> dict[FlowId, Flow]:
    """These flows, with their ways into any other flow closed: a call is passed over, a choice is not offered.

    Where passing over would leave a loop that never asks, such calls lead to the menu instead.
    """
    made = {name: _open_ways(flow, flows, None) for name, flow in flows.items()}
    if all(made[name] is flow for name, flow in flows.items()):
        return made
    if any(silent_circles(made)):
        return {name: _open_ways(flow, flows, Exit.MENU) for name, flow in flows.items()}
    return made


def _open_ways(flow: Flow, published: Collection[FlowId], instead: Next | None) -> Flow:
    """The flow without its ways into unpublished flows, under the same revision: they open again with the next book.

    `instead`: where a call of an unpublished flow leads; None: on, as if it had come back.
    """
    steps = {name: _open_step(step, published, instead) for name, step in flow.steps.items()}
    return flow if steps == flow.steps else replace(flow, steps=steps)


def _open_step(step: Step, published: Collection[FlowId], instead: Next | None) -> Step:
    leads = _open(step.leads, published)
    match step.act:
        case Call(flow=called) if called not in published:
            return replace(step, act=None, leads=leads if instead is None else instead)
        case Ask(choices=choices, otherwise=otherwise) as ask:
            shown = tuple(one for one in choices if one.leads is None or _open(one.leads, published) == one.leads)
            # A question that has lost every choice keeps them, and they all lead to the menu.
            kept = shown or tuple(replace(one, leads=Exit.MENU) for one in choices)
            other = None if otherwise is None else _open(otherwise, published)
            return replace(step, act=replace(ask, choices=kept, otherwise=other), leads=leads)
        case Branch(cases=cases, otherwise=otherwise):
            cases = tuple((condition, _open(way, published)) for condition, way in cases)
            return replace(step, act=Branch(cases=cases, otherwise=_open(otherwise, published)), leads=leads)
        case _:
            return step if leads == step.leads else replace(step, leads=leads)


def _open(way: Next, published: Collection[FlowId]) -> Next:
    return Exit.MENU if isinstance(way, ToFlow) and way.flow not in published else way


# --- system phrases --------------------------------------------------------------------------------------------


def _system(drafts: Mapping[FlowId, Draft], known: Known) -> tuple[dict[str, Phrase], list[Issue]]:
    """All system phrases, also those of files with mistakes: an awkward sentence is better than silence."""
    phrases: dict[str, Phrase] = {}
    homes: dict[str, str] = {}
    issues: list[Issue] = []
    for draft in drafts.values():
        for name, sentence in draft.phrases.items():
            if name in homes:
                issues.append(issue(draft.path, sentence.line, "duplicate-phrase", name=name, other=homes[name]))
                continue
            homes[name] = draft.path
            # Names with a dot belong to the directory, which checks them itself.
            if known.system is not None and name not in known.system and "." not in name:
                near = nearest(name, known.system)
                issues.append(issue(draft.path, sentence.line, "unknown-phrase", near=near, name=name))
                # Nobody is ever told it: in the book, no language could do without it.
                continue
            phrases[name] = sentence.phrase
    missing = () if known.system is None else [name for name in known.system if name not in phrases]
    issues += [issue("flows/_system/", 1, "missing-phrase", name=name) for name in missing]
    return phrases, issues
