"""The Rasa project on disk: where its parts are, what they add up to, and what must not be in them."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

#: A training file is read whole by every check; nobody writes more than this by hand.
LIMIT_BYTES = 2 * 1024 * 1024

#: Rasa's YAML reader puts environment variables in place of `${NAME}` in any string (reliability.md, "Rasa").
EXPANSION = "${"


@dataclass(frozen=True, slots=True, kw_only=True)
class Project:
    """The folder `nlu/`."""

    folder: Path
    #: Names inside the folder; others only to compare pipelines.
    pipeline: str = "config.yml"
    shelf: str = "models"

    @property
    def python(self) -> Path:
        """The interpreter of the NLU's own environment."""
        return self.folder / ".venv" / "bin" / "python"

    @property
    def lock(self) -> Path:
        """Every package with its hashes."""
        return self.folder / "requirements.txt"

    @property
    def config(self) -> Path:
        """The pipeline."""
        return self.folder / self.pipeline

    @property
    def data(self) -> Path:
        """Training examples, a folder a locale."""
        return self.folder / "data"

    @property
    def models(self) -> Path:
        """Trained models and what is known of them."""
        return self.folder / self.shelf

    def training_files(self) -> list[Path]:
        """Every file of examples, in a fixed order."""
        return sorted(self.data.rglob("*.yml"))

    def content(self) -> str:
        """SHA-256 over all that a model depends on; the same content never needs a second training."""
        digest = hashlib.sha256()
        code = [*sorted((self.folder / "components").glob("*.*")), self.folder / "train.py"]
        for path in (self.lock, self.config, *code, *self.training_files()):
            body = path.read_bytes()
            digest.update(f"{path.relative_to(self.folder).as_posix()}\0{len(body)}\0".encode())
            digest.update(body)
        return digest.hexdigest()

    def objections(self) -> list[str]:
        """Why these files must not be given to Rasa, each as *where, what, and the way out*; empty when all is well."""
        if not self.training_files():
            return [f"{self.data.name}/: there is no training file. Add one as data/<locale>/<area>.yml. [no-training]"]
        return [line for path in (self.config, *self.training_files()) for line in self._objections_to(path)]

    def _objections_to(self, path: Path) -> Iterator[str]:
        where = path.relative_to(self.folder).as_posix()
        if path.is_symlink():
            yield f"{where}:1: this is a link. Put the file itself here. [link]"
            return
        if path.stat().st_size > LIMIT_BYTES:
            yield f"{where}:1: longer than {LIMIT_BYTES} bytes. Split it by area. [too-big]"
            return
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            yield f"{where}:1: this is not UTF-8. Save it as UTF-8. [not-utf8]"
            return
        for number, line in enumerate(text.splitlines(), start=1):
            if EXPANSION in line:
                yield (
                    f'{where}:{number}: "{EXPANSION}" would read a secret of the machine. '
                    "Write the sentence without it. [environment]"
                )
