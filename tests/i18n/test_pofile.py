from io import BytesIO
from pathlib import Path

import pytest
from babel.messages.pofile import read_po
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core.ids import Locale
from bot.core.phrases import Phrase
from bot.i18n.pofile import PoEntry, read_po_file
from bot.i18n.template import Entry, Sentence, write_catalogue
from bot.i18n.told import LocaleFileError

WHOLE = r"""
# The header.
msgid ""
msgstr ""
"Language: ru\n"
"Plural-Forms: nplurals=3; plural=(n%10==1 ? 0 : 1);\n"

#  unreviewed: draft
# second note
#. a comment that is
#. wrapped
#: flows/a.yml:12 flows/b.yml:3
#, fuzzy, python-brace-format
#| msgctxt "a/b.say"
#| msgid "Old "
#| "sentence"
msgctxt "a/b.say"
msgid ""
"Two \"lines\"\n"
"and a \\ sign"
msgstr "Да\tнет"
msgctxt "a/n"
msgid "{count} jour"
msgid_plural "{count} jours"
msgstr[0] "день"
msgstr[1] "дня"
msgstr[2] ""

#~ msgctxt "gone"
#~ msgid "Parti"
#~ msgstr "Ушёл"
"""


def test_everything_an_entry_holds_is_read(tmp_path: Path) -> None:
    path = tmp_path / "x.po"
    path.write_text(WHOLE.lstrip(), encoding="utf-8")
    file = read_po_file(path)
    assert file.header == {"Language": "ru", "Plural-Forms": "nplurals=3; plural=(n%10==1 ? 0 : 1);"}
    assert file.entries == (
        PoEntry(
            line=17,
            context="a/b.say",
            sources=('Two "lines"\nand a \\ sign',),
            strings=("Да\tнет",),
            flags=frozenset({"fuzzy", "python-brace-format"}),
            notes=("unreviewed: draft", "second note"),
            comment="a comment that is wrapped",
            place="flows/a.yml:12",
            previous=("Old sentence",),
        ),
        PoEntry(
            line=22,
            context="a/n",
            sources=("{count} jour", "{count} jours"),
            strings=("день", "дня", ""),
        ),
        PoEntry(line=29, context="gone", sources=("Parti",), strings=("Ушёл",), is_obsolete=True),
    )
    assert [(entry.is_fuzzy, entry.is_translated, entry.is_unreviewed) for entry in file.entries] == [
        (True, True, True),
        (False, False, False),
        (False, True, False),
    ]


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (b'msgid "x"\nmsgstr "half', "x.po:2: cannot be read as a PO file (a quotation mark is missing)"),
        (b'msgid "x"\nmsgst', "x.po:2: cannot be read as a PO file (neither a keyword nor a text)"),
        (b'msgid "x"\n', "ends in the middle of an entry"),
        (b'msgid "x"\nmsgid "y"\nmsgstr ""\n', "(msgid twice)"),
        (b'"x"\n', "(a text that belongs to nothing)"),
        (b'msgid "x\\"\nmsgstr ""\n', "(a quotation mark is missing)"),
        (b"\xff\xfe", "x.po:1: is not UTF-8; save the file again as UTF-8"),
        (None, "cannot be read (No such file or directory)"),
    ],
)
def test_damaged_file_is_one_sentence_with_its_line(tmp_path: Path, body: bytes | None, says: str) -> None:
    path = tmp_path / "x.po"
    if body is not None:
        path.write_bytes(body)
    with pytest.raises(LocaleFileError) as caught:
        read_po_file(path)
    assert says in str(caught.value)


# What PO files cannot hold (carriage returns) or what is no text (surrogates, line separators Babel splits at).
TEXTS = st.text(
    st.characters(exclude_categories=("Cs", "Cc", "Zl", "Zp"), include_characters="\n\t"), min_size=1, max_size=120
)


@settings(max_examples=60)
@given(data=st.lists(st.tuples(TEXTS, TEXTS, st.booleans()), min_size=1, max_size=4, unique_by=lambda one: one[0]))
def test_what_babel_writes_both_read_alike(
    tmp_path_factory: pytest.TempPathFactory, data: list[tuple[str, str, bool]]
) -> None:
    path = tmp_path_factory.mktemp("po") / "x.po"
    entries = [
        Entry(sentence=Sentence(phrase=Phrase(key=f"k{number}", text=source)), strings=(text,), fuzzy=fuzzy)
        for number, (source, text, fuzzy) in enumerate(data)
    ]
    write_catalogue(path, Locale("ar"), entries)
    ours = [(one.context, one.sources[0], one.strings[0], one.is_fuzzy) for one in read_po_file(path).entries]
    theirs = [(one.context, one.id, one.string, one.fuzzy) for one in read_po(BytesIO(path.read_bytes())) if one.id]
    assert ours == theirs == [(f"k{number}", *one) for number, one in enumerate(data)]
