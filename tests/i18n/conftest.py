"""A small folder of languages, as `locales/` is: French, English, Arabic, Russian, Dari, Persian and a draft."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.i18n.catalogues import Catalogues

LANGUAGES = """
fr: {name: Français, french: français, tier: shipped, fallback: [], formats: fr-BE}
en: {name: English, french: anglais, tier: beta, fallback: [fr], formats: en-GB}
ar: {name: العربية, french: arabe, tier: beta, fallback: [fr]}
ru: {name: Русский, french: russe, tier: beta, fallback: [en, fr]}
fa: {name: فارسی, french: persan, tier: beta, fallback: [fr]}
fa-AF: {name: دری, french: dari, tier: beta, fallback: [fa, fr], phones: [prs]}
pt: {name: Português, french: portugais, tier: draft, fallback: [fr]}
"""

ENGLISH = """
msgid ""
msgstr ""
"Language: en\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Plural-Forms: nplurals=2; plural=(n != 1);\\n"

msgctxt "system/hello"
msgid "Bonjour."
msgstr "Hello."

# unreviewed: draft
msgctxt "besoins.eat/who.say"
msgid "Appelez le **{phone}**."
msgstr "Call **{phone}**."

#, fuzzy
msgctxt "system/bye"
msgid "Au revoir."
msgstr "Bye?"

msgctxt "system/wait"
msgid "Attendez {count} minute."
msgid_plural "Attendez {count} minutes."
msgstr[0] "Wait {count} minute."
msgstr[1] "Wait {count} minutes."
"""

ARABIC = """
msgid ""
msgstr ""
"Language: ar\\n"
"Content-Type: text/plain; charset=utf-8\\n"

msgctxt "system/hello"
msgid "Bonjour."
msgstr "مرحبا."

msgctxt "besoins.eat/who.say"
msgid "Appelez le **{phone}**."
msgstr "اتصل بالرقم **{phone}** الآن."

msgctxt "system/wait"
msgid "Attendez {count} minute."
msgid_plural "Attendez {count} minutes."
msgstr[0] "لا انتظار."
msgstr[1] "انتظر دقيقة."
msgstr[2] "انتظر دقيقتين."
msgstr[3] "انتظر {count} دقائق."
msgstr[4] "انتظر {count} دقيقة."
msgstr[5] "انتظر {count} دقيقة!"
"""


def write_po(folder: Path, locale: str, text: str) -> Path:
    """Put a PO file where the catalogues look for it."""
    path = folder / locale / "LC_MESSAGES" / "guichet.po"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text.lstrip(), encoding="utf-8")
    return path


@pytest.fixture
def locales(tmp_path: Path) -> Path:
    folder = tmp_path / "locales"
    folder.mkdir()
    (folder / "languages.yml").write_text(LANGUAGES, encoding="utf-8")
    write_po(folder, "en", ENGLISH)
    write_po(folder, "ar", ARABIC)
    return folder


@pytest.fixture
def catalogues(locales: Path) -> Catalogues:
    return Catalogues.load(locales)
