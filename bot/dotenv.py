"""The `.env` file: lines `NAME=value`, read as a shell would, without anything that a shell would run."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from bot.errors import SettingsError

_LINE = re.compile(r"""\s*(?:export\s+)?([^\s=#'"]+)\s*=(.*)""")
_QUOTED = re.compile(r"""(['"])((?:(?!\1).)*)\1(?:\s+#.*)?""")
#: A number sign within a word is part of it, as in the address of a web page.
_COMMENT = re.compile(r"\s#.*")


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
        raise SettingsError(f"{path} is not UTF-8 text: save it again as UTF-8.") from exc
    except OSError as exc:
        raise SettingsError(f"{path} cannot be read ({exc.strerror}): check its owner and rights.") from exc
    wrong: list[str] = []
    found = dict(_settings_in(text, path, wrong))
    if wrong:
        raise SettingsError("\n".join(wrong))
    return found


def _settings_in(text: str, path: Path, wrong: list[str]) -> Iterator[tuple[str, str]]:
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        setting = _LINE.fullmatch(line)
        value = None if setting is None else _value(setting[2])
        if setting is None:
            wrong.append(f"{path}:{number}: this is not a setting: write NAME=value, or # before a comment.")
        elif value is None:
            wrong.append(f"{path}:{number}: the quotes do not match; only a # comment may follow them.")
        else:
            yield setting[1], value


def _value(written: str) -> str | None:
    """The value after the equals sign; None when its quotes do not match."""
    bare = written.strip()
    if not bare.startswith(("'", '"')):
        return _COMMENT.sub("", written).strip()
    quoted = _QUOTED.fullmatch(bare)
    return None if quoted is None else quoted[2]
