"""Reading the training files `data/<locale>/<area>.yml`, in Rasa's own format and no more of it than we write.

Extension point: a training data importer (Rasa documentation, "Training Data Importers"). Rasa's own reads
every file twice, with a YAML reader written in Python, and skips with a warning what it does not understand.
Here a file is read once, by the C reader, and whoever edited it is told where it went wrong.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any, Dict, Iterator, List

import numpy as np
import yaml
from rasa.shared.core.domain import Domain
from rasa.shared.core.training_data.structures import StoryGraph
from rasa.shared.importers.importer import TrainingDataImporter
from rasa.shared.nlu.constants import INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData
from rasa.shared.utils.io import read_model_configuration

from components.latin_letters import latin_form

_READER = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
_SHAPE = 'Write "nlu:" and under it items of "- intent: name" and "examples: |".'


class Example(Message):
    """An utterance. Rasa asks for the fingerprint of each several times over, and its own writes every number of a
    vector as text: a fifth of a training's time."""

    def fingerprint(self) -> str:
        """Of text, intent and vectors, which is all there is."""
        if self._cached_fingerprint is None:
            known = hashlib.sha256(f"{self.get(INTENT)}\0{self.get(TEXT)}".encode())
            for one in self.features:
                known.update(np.ascontiguousarray(one.features))
            self._cached_fingerprint = known.hexdigest()
        return str(self._cached_fingerprint)


class ExampleFiles(TrainingDataImporter):
    """Every example below the folder given to `train.py`; no stories, no domain."""

    def __init__(
        self,
        config_file: str = "config.yml",
        domain_path: str | None = None,
        training_data_paths: List[str] | None = None,
    ) -> None:
        self._config_file = config_file
        self._folders = [Path(folder) for folder in training_data_paths or []]
        self._read: TrainingData | None = None

    def get_nlu_data(self, language: str | None = None) -> TrainingData:
        """Return all examples, of all languages together, and behind them those that are typed in Latin letters too.

        Raises ValueError, a sentence that names the file, when one of them is not of this shape.
        """
        if self._read is None:
            written = [
                (intent, text)
                for folder in self._folders
                for path in sorted(folder.rglob("*.yml"))
                for intent, text in examples_of(path, path.relative_to(folder.parent).as_posix())
            ]
            typed = [(intent, form) for intent, text in written for form in [latin_form(text)] if form is not None]
            self._read = TrainingData([Example.build(text, intent) for intent, text in written + typed])
        return self._read

    def get_config(self) -> Dict[str, Any]:
        """Return the pipeline."""
        return read_model_configuration(self._config_file)

    def get_config_file_for_auto_config(self) -> str:
        """Return where the pipeline is."""
        return self._config_file

    def get_domain(self) -> Domain:
        """Return none: the conversation is not Rasa's."""
        return Domain.empty()

    def get_stories(self, exclusion_percentage: int | None = None) -> StoryGraph:
        """Return none, as for the domain."""
        return StoryGraph([])


def examples_of(path: Path, name: str) -> Iterator[tuple[str, str]]:
    """Yield intent and text of each example of a file; `name` is what the file is called in complaints."""
    try:
        loaded = yaml.load(path.read_text(encoding="utf-8"), _READER)
    except yaml.YAMLError as exc:
        mark = getattr(exc, "problem_mark", None)
        where = f"{name}:{mark.line + 1}" if mark else name
        raise ValueError(f"{where}: this is not YAML ({getattr(exc, 'problem', exc)}). {_SHAPE}") from exc
    items = loaded.get("nlu") if isinstance(loaded, dict) else None
    if not isinstance(items, list):
        raise ValueError(f"{name}: there are no examples. {_SHAPE}")
    for number, item in enumerate(items, start=1):
        if not (isinstance(item, dict) and item.keys() == {"intent", "examples"} and all(map(_is_text, item.values()))):
            raise ValueError(f"{name}: item {number} is no intent with examples. {_SHAPE}")
        for line in item["examples"].splitlines():
            text = line[2:].strip()
            if not (line.startswith("- ") and text):
                raise ValueError(f'{name}: an example of {item["intent"]} does not begin with "- ". Write one a line.')
            yield item["intent"], text


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and bool(value.strip())
