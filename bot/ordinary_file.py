"""Files that people edit, read: only ordinary ones. A pipe would be read for as long as nobody writes into it."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path

from bot.errors import Language

#: What a system most often says of a file → the same in French.
_FRENCH = {
    errno.ENOENT: "il n'existe pas",
    errno.EACCES: "vous n'avez pas le droit de le lire",
    errno.EISDIR: "c'est un dossier",
    errno.EINVAL: "ce n'est pas un fichier ordinaire",
    errno.ENXIO: "ce n'est pas un fichier ordinaire",
    errno.ELOOP: "ce lien ne mène nulle part",
    errno.EIO: "le disque ne répond pas bien",
}
_ENGLISH = {errno.EINVAL: "not an ordinary file", errno.ENXIO: "not an ordinary file"}


#: Begin the names of what editors and systems put beside a file: locks, copies, properties (`.#a.yml`, `._a.yml`).
_ASIDE = (".", "~$")


def files_in(folder: Path, pattern: str = "*.yml") -> list[Path]:
    """The files of a folder in the order of their names, without those that an editor leaves beside them."""
    return sorted(path for path in folder.glob(pattern) if not is_aside(path))


def is_aside(path: Path) -> bool:
    """Whether an editor or a system made this file for itself; nobody meant it to be read."""
    return path.name.startswith(_ASIDE)


def bytes_of(path: Path, limit: int = -1) -> bytes:
    """What a file holds, at most `limit` bytes of it. Raises OSError, also for a folder, a pipe, a socket, a device."""
    # Without waiting: whoever opens a pipe waits for its writer.
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    try:
        kind = os.fstat(descriptor).st_mode
        if not stat.S_ISREG(kind):
            number = errno.EISDIR if stat.S_ISDIR(kind) else errno.EINVAL
            raise OSError(number, os.strerror(number), str(path))
    except OSError:
        os.close(descriptor)
        raise
    with os.fdopen(descriptor, "rb") as file:
        return file.read(limit)


def reason(exc: OSError, language: Language = "en") -> str:
    """Why a file cannot be read, a few words."""
    said = exc.strerror or type(exc).__name__
    if language == "en":
        return _ENGLISH.get(exc.errno or 0, said)
    return _FRENCH.get(exc.errno or 0, said)
