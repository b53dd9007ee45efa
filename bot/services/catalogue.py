"""The public catalogue of initiatives, for those who buy for the City: one page, and the same as CSV and JSON.

Whom an initiative receives is left out: that people without papers are welcome is theirs to say, not a buyer's to read.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from html import escape

from bot.directory.phones import readable
from bot.directory.service import Service

#: The need that marks the social economy, and those of who helps or buys instead of making something.
_SOCIAL, _BESIDE = "ess", frozenset({"project", "premises", "procurement", "finance"})
#: A phrase of `flows/_system/catalogue.yml` with its values, as plain French.
Say = Callable[..., str]

_STYLE = (
    "body{margin:0 auto;max-width:44rem;padding:1rem;font:1.06rem/1.55 sans-serif;color:#111;background:#fff}"
    "h1{font-size:1.6rem;line-height:1.25}h2{margin-top:2.2rem;font-size:1.3rem}h3{margin:0 0 .2rem;font-size:1.1rem}"
    "ul{list-style:none;padding:0}li{overflow-wrap:anywhere}.one{border:1px solid #555;border-radius:.4rem;"
    "padding:.8rem 1rem;margin:.8rem 0}.one p{margin:.3rem 0}.small{color:#444;font-size:.94rem}"
    "dt{font-weight:bold;margin-top:.8rem}dd{margin:0}a{color:#0b3d91}a:focus{outline:3px solid #0b3d91}"
)
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
CSV_NAME, JSON_NAME, PAGE_NAME = "initiatives.csv", "initiatives.json", "index.html"


@dataclass(frozen=True, slots=True, kw_only=True)
class Initiative:
    """What the catalogue says of one initiative; everything may be empty but name, organisation and description."""

    id: str
    name: str
    organization: str
    description: str
    phones: tuple[str, ...]
    email: str
    url: str
    address: str
    #: French: a warning to read first.
    alert: str
    #: The newest date that vouches for it, as exact as it is known: `2021`, `2021-12`, `2021-12-03`.
    dated: str
    is_old: bool


def initiatives(services: Iterable[Service], today: date) -> tuple[Initiative, ...]:
    """What makes or offers something in the social economy, by name; nothing confidential or unpublished."""
    found = [
        _initiative(service, today)
        for service in services
        if service.publish
        and not service.confidential
        and (service.category == _SOCIAL or _SOCIAL in service.needs)
        and not _BESIDE & set(service.needs)
    ]
    return tuple(sorted(found, key=lambda one: one.name.casefold()))


def _initiative(service: Service, today: date) -> Initiative:
    place = service.place
    town = " ".join(part for part in (place.postal_code, place.city) if part)
    return Initiative(
        id=service.id,
        name=service.name,
        organization=service.organization,
        description=service.description,
        phones=tuple(phone.number for phone in service.phones),
        email=service.email or "",
        url=service.url or "",
        address=", ".join(part for part in (place.address, town) if part),
        alert=service.temporarily_closed or service.alert,
        dated=str(service.checked_on or ""),
        is_old=service.is_stale(today),
    )


_COLUMNS = {
    "id": "id", "name": "nom", "organization": "organisation", "description": "description", "phones": "telephones",
    "email": "email", "url": "site", "address": "adresse", "alert": "a_verifier", "dated": "information_de",
    "is_old": "information_ancienne",
}  # fmt: skip


def _row(one: Initiative) -> dict[str, str | bool | list[str]]:
    return {column: list(one.phones) if name == "phones" else getattr(one, name) for name, column in _COLUMNS.items()}


def as_csv(found: Sequence[Initiative]) -> str:
    """With a mark that makes spreadsheets read the accents; a cell never begins like a formula."""
    out = io.StringIO()
    rows = csv.writer(out)
    rows.writerow(_COLUMNS.values())
    for one in found:
        cells = {
            **_row(one),
            "telephones": " | ".join(map(readable, one.phones)),
        }
        cells["information_ancienne"] = "oui" if one.is_old else "non"
        rows.writerow([_harmless(str(cell)) for cell in cells.values()])
    return "\ufeff" + out.getvalue()


def _harmless(cell: str) -> str:
    return f"'{cell}" if cell[:1] in "=+-@\t\r" and cell else cell


def as_json(found: Sequence[Initiative], *, today: date) -> str:
    """The same, for machines."""
    page = {"fait_le": today.isoformat(), "initiatives": [_row(one) for one in found]}
    return json.dumps(page, ensure_ascii=False, indent=2) + "\n"


def as_page(found: Sequence[Initiative], *, sources: Sequence[str], say: Say, today: date) -> str:
    """One page for a phone: French, without a script, a picture or anything fetched from elsewhere."""
    title = escape(say("title"))
    words = "".join(
        f"<dt>{escape(say(word))}</dt><dd>{escape(say(f'{word}_what'))}</dd>\n"
        for word in ("clause", "reserved", "liege", "help", "price")
    )
    return (
        f'<!doctype html>\n<html lang="fr">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="referrer" content="no-referrer">\n'
        f"<title>{title}</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n<main>\n"
        f"<h1>{title}</h1>\n<p>{escape(say('intro'))}</p>\n"
        f'<p class="small">{escape(say("made", date=today))}</p>\n'
        f"<h2>{escape(say('words'))}</h2>\n<dl>\n{words}</dl>\n"
        f"<h2>{escape(say('list'))}</h2>\n<ul>\n" + "".join(_entry(one, say) for one in found) + "</ul>\n"
        f"<p>{escape(say('join'))}</p>\n"
        f"<h2>{escape(say('files'))}</h2>\n<ul>\n"
        f'<li><a href="{CSV_NAME}">{escape(say("csv"))}</a></li>\n'
        f'<li><a href="{JSON_NAME}">{escape(say("json"))}</a></li>\n</ul>\n'
        f"<h2>{escape(say('sources'))}</h2>\n<ul>\n"
        + "".join(f"<li>{_source(source, say)}</li>\n" for source in sources)
        + "</ul>\n</main>\n</body>\n</html>\n"
    )


def _entry(one: Initiative, say: Say) -> str:
    dated = say("dated", date="/".join(reversed(one.dated.split("-")))) if one.dated else say("undated")
    lines = [f"<p>{escape(one.description)}</p>", f"<p>{escape(say('by', organization=one.organization))}</p>"]
    if one.alert:
        lines.append(f"<p><strong>{escape(say('alert', alert=one.alert))}</strong></p>")
    contacts = [(say("phone"), f"tel:{number}", readable(number)) for number in one.phones]
    contacts += [(say("email"), f"mailto:{one.email}", one.email)] if one.email else []
    contacts += [(say("site"), one.url, one.url)] if one.url else []
    lines += [f'<p>{escape(what)} : <a href="{escape(link)}">{escape(text)}</a></p>' for what, link, text in contacts]
    if one.address:
        lines.append(f"<p>{escape(say('address'))} : {escape(one.address)}</p>")
    if not contacts:
        lines.append(f"<p>{escape(say('no_contact'))}</p>")
    age = f" ; {say('old')}" if one.is_old else ""
    lines.append(f'<p class="small">{escape(dated + age)}</p>')
    return f'<li class="one"><h3>{escape(one.name)}</h3>\n' + "\n".join(lines) + "</li>\n"


def _source(source: str, say: Say) -> str:
    if source.startswith("https://"):
        return f'<a href="{escape(source)}">{escape(source)}</a>'
    return escape(say("source_proceedings"))
