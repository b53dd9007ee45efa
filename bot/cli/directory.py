"""`guichet services` and `guichet confirmed`: the directory out and in, and what advisers confirmed put into it."""

from __future__ import annotations

import argparse
import json

from bot.cli.premises import Premises
from bot.directory.confirm import confirm, confirm_fact
from bot.directory.exchange import services_in
from bot.directory.flat import exportable
from bot.directory.hsds import to_hsds
from bot.directory.lookup import load
from bot.directory.service import Service
from bot.directory.spreadsheet import to_csv
from bot.directory.writer import as_files
from bot.errors import SettingsError
from bot.services.checks import to_write


def services(options: argparse.Namespace) -> int:
    """The directory as HSDS JSON and CSV; or somebody's JSON or CSV as files of `flows/directory/` to be read."""
    flows = Premises().places.flows
    directory = load(flows)
    if options.what == "export":
        options.folder.mkdir(parents=True, exist_ok=True)
        page = to_hsds(directory.by_id.values(), directory.vocabulary)
        text = json.dumps(page, ensure_ascii=False, indent=1) + "\n"
        (options.folder / "services.json").write_text(text, encoding="utf-8")
        (options.folder / "services.csv").write_text(to_csv(directory.by_id.values()), encoding="utf-8-sig", newline="")
        print(f"{len(page['contents'])} services → {options.folder}")
        return 0
    if options.folder.resolve().is_relative_to(flows.resolve()):
        # A file of the same category would be replaced by what is new in it.
        raise SettingsError(
            f"{options.folder} is where the guichet reads: name another folder, read what is written there, and move it"
            f" into {flows}/directory/ by hand."
        )
    found = services_in(options.file)
    known = {one.id: one for one in exportable(directory.by_id.values())}
    news = [one for one in found if known.get(one.id) != one]
    options.folder.mkdir(parents=True, exist_ok=True)
    for name, text in as_files(news).items():
        (options.folder / f"{name}.yml").write_text(text, encoding="utf-8")
    changed = sum(one.id in directory.by_id for one in news)
    print(f"{len(news) - changed} new, {changed} changed, {len(found) - len(news)} as here → {options.folder}")
    return 0


def confirmed(options: argparse.Namespace) -> int:
    """What advisers confirmed and the files do not tell yet; with `--write` their days go into the files."""
    premises = Premises()
    flows = premises.places.flows
    found = to_write(load(flows), premises.with_store(lambda store: store.checks()))
    for thing, day in found:
        name = thing.id if isinstance(thing, Service) else thing.name
        print(f"{day}\t{thing.path}:{thing.line}\t{name}")
        if options.write:
            (confirm if isinstance(thing, Service) else confirm_fact)(flows, thing.path, name, day)
    if not found:
        print("The files tell everything that advisers confirmed.")
    elif options.write:
        print(f"{len(found)} days written.")
    return 0
