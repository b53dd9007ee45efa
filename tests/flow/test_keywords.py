"""A keyword belongs to one flow, also when several stand between "|"."""

from __future__ import annotations

from bot.core.ids import FlowId
from bot.flow.book import FlowFile, assemble, rules_of
from tests.flow.known import KNOWN, ROOT


def test_each_of_several_keywords_is_claimed() -> None:
    def file(name: str, keyword: str) -> FlowFile:
        source = (
            f"flow: a.{name}\ntitle: {name}\nstarts_on: {{keywords: ['{keyword}']}}\nsteps:\n  - {{id: a, say: Oui.}}\n"
        )
        return FlowFile(shown=f"flows/a/{name}.yml", flow=FlowId(f"a.{name}"), source=source.encode())

    loaded = assemble(
        [file("one", "un lit | un toit"), file("two", "une tente | Un toit")], KNOWN, rules_of(ROOT / "flows")[0]
    )
    assert [one.code for one in loaded.issues if one.code.startswith("keyword")] == ["keyword-clash"]


def test_a_copy_under_the_name_of_another_flow_leaves_that_one_alone() -> None:
    source = b"flow: a.two\ntitle: Deux\nstarts_on: {keywords: [un toit]}\nsteps:\n  - {id: a, say: Oui.}\n"
    files = [FlowFile(shown=f"flows/a/{name}.yml", flow=FlowId(f"a.{name}"), source=source) for name in ("copy", "two")]
    loaded = assemble(files, KNOWN, rules_of(ROOT / "flows")[0])
    assert loaded.broken == {"a.copy"}
