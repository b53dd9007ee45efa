"""The `.env` file: lines `NAME=value`, read as a shell would, without anything that a shell would run."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from bot.errors import SettingsError, Told
from bot.ordinary_file import reason

_LINE = re.compile(r"""\s*(?:export\s+)?([^\s=#'"]+)\s*=(.*)""")
_QUOTED = re.compile(r"""(['"])((?:(?!\1).)*)\1(?:\s+#.*)?""")
#: A number sign within a word is part of it, as in the address of a web page.
_COMMENT = re.compile(r"\s#.*")
#: Quotes that word processors write, and that no shell takes off.
_CURLY = ("“", "”", "„", "«", "»", "‘", "’")

_NO_SETTING = Told(
    "this is not a setting: write NAME=value, or # before a comment.",
    "ce n'est pas un réglage. Écrivez NOM=valeur, ou # devant un commentaire.",
)
_NO_MATCH = Told(
    "the quotes do not match; only a # comment may follow them.",
    "les guillemets ne vont pas ensemble ; seul un commentaire # peut les suivre.",
)
_CURLED = Told(
    'these quotes are those of a word processor: write straight ones (") or none.',
    "ces guillemets sont ceux d'un traitement de texte. Écrivez-en des droits (\"), ou aucun.",
)


def read_dotenv(path: Path) -> dict[str, str]:
    """What the file sets; nothing when there is none. Raises SettingsError that names every line that is wrong.

    What stands in quotes is taken as it is. Without quotes a value ends before a ` #`. A line is never quoted in an
    error, for it may hold a secret.
    """
    if not path.is_file():
        return {}
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as exc:
        at = exc.object.count(b"\n", 0, exc.start) + 1
        raise SettingsError(
            f"{path}:{at}: is not UTF-8 text: save the file again as UTF-8.",
            f"{path}:{at}: n'est pas du texte UTF-8. Enregistrez le fichier de nouveau, en UTF-8.",
        ) from exc
    except OSError as exc:
        raise SettingsError(
            f"{path} cannot be read ({reason(exc)}): check its owner and rights.",
            f"{path} ne peut pas être lu ({reason(exc, 'fr')}). Vérifiez son propriétaire et ses droits.",
        ) from exc
    wrong: list[Told] = []
    found = dict(_settings_in(text, path, wrong))
    if wrong:
        raise SettingsError.of(wrong)
    return found


def _settings_in(text: str, path: Path, wrong: list[Told]) -> Iterator[tuple[str, str]]:
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        setting = _LINE.fullmatch(line)
        value = None if setting is None else _value(setting[2])
        if setting is None:
            wrong.append(_NO_SETTING.after(f"{path}:{number}"))
        elif setting[2].lstrip()[:1] in _CURLY:
            wrong.append(_CURLED.after(f"{path}:{number}"))
        elif value is None:
            wrong.append(_NO_MATCH.after(f"{path}:{number}"))
        else:
            yield setting[1], value


def _value(written: str) -> str | None:
    """The value after the equals sign; None when its quotes do not match."""
    bare = written.strip()
    if not bare.startswith(("'", '"')):
        return _COMMENT.sub("", written).strip()
    quoted = _QUOTED.fullmatch(bare)
    return None if quoted is None else quoted[2]
