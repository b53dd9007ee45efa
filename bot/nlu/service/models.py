"""Which model files may be loaded: those this installation trained, byte for byte (reliability.md F04).

A model file is code. `models/accepted.json` names the accepted ones, newest first, each under a seal
made with a key that the process reading people's words never sees.
"""

import hashlib
import hmac
import json
import os
import shutil
from dataclasses import asdict, dataclass
from pathlib import Path

#: The model in use and the one before it.
KEPT = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    """A model file that may be loaded."""

    name: str
    #: Of the file.
    sha256: str
    #: What it was trained from: `Project.content()`.
    content: str
    #: Counts up; a lower one is a downgrade.
    number: int
    #: Seconds the training took.
    seconds: float
    seal: str = ""

    def sealed(self, key: bytes) -> str:
        """The seal this record must carry."""
        said = "\n".join((self.name, self.sha256, self.content, str(self.number)))
        return hmac.new(key, said.encode(), hashlib.sha256).hexdigest()


def seal_key(folder: Path) -> bytes:
    """The key of the seals: derived from `GUICHET_SECRET_KEY`, or a file of its own that only its owner may read."""
    secret = os.environ.get("GUICHET_SECRET_KEY")
    if secret:
        return hmac.new(secret.encode(), b"guichet nlu models", hashlib.sha256).digest()
    path = folder / "nlu.key"
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(os.urandom(32))
    return path.read_bytes()


def accepted(models: Path, key: bytes) -> list[Accepted]:
    """Records whose seal holds, newest first; a file that is damaged or not ours counts as none."""
    try:
        rows = json.loads((models / "accepted.json").read_text(encoding="utf-8"))
        records = [Accepted(**row) for row in rows]
    except (OSError, ValueError, TypeError):
        return []
    good = [one for one in records if hmac.compare_digest(one.seal, one.sealed(key)) and "/" not in one.name]
    return sorted(good, key=lambda one: -one.number)


def accept(models: Path, key: bytes, trained: Path, content: str, seconds: float) -> Accepted:
    """Take a freshly trained file in: named by its content, sealed, older ones dropped but one."""
    before = accepted(models, key)
    record = Accepted(
        name=f"{content[:16]}.tar.gz",
        sha256=digest_of(trained),
        content=content,
        number=max((one.number for one in before), default=0) + 1,
        seconds=seconds,
    )
    record = Accepted(**{**asdict(record), "seal": record.sealed(key)})
    models.mkdir(parents=True, exist_ok=True)
    shutil.move(trained, models / record.name)
    kept = [record, *(one for one in before if one.name != record.name)][:KEPT]
    draft = models / "accepted.json.new"
    draft.write_text(json.dumps([asdict(one) for one in kept], indent=1), encoding="utf-8")
    draft.replace(models / "accepted.json")
    for path in models.glob("*.tar.gz"):
        if path.name not in {one.name for one in kept}:
            path.unlink()
    return record


def private_copy(models: Path, record: Accepted, folder: Path) -> Path | None:
    """Copy a model into `folder`, and only there compare its digest, so that nobody can swap it in between.

    None when the file is missing, cut short or another one.
    """
    copy = folder.absolute() / record.name
    try:
        shutil.copyfile(models / record.name, copy, follow_symlinks=False)
    except OSError:
        return None
    if copy.is_symlink() or digest_of(copy) != record.sha256:
        copy.unlink()
        return None
    return copy


def digest_of(path: Path) -> str:
    """SHA-256 of a file, in hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
