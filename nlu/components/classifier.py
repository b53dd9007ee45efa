"""The pipeline's second step: an intent and a confidence for every message.

Extension point: a custom graph component registered as intent classifier
(Rasa documentation, "Custom Graph Components").
"""

from __future__ import annotations

from dataclasses import fields
from typing import Any, Dict, List, Type

import numpy as np
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.shared.nlu.constants import INTENT, INTENT_NAME_KEY, PREDICTED_CONFIDENCE_KEY, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from components.adaptation import Adaptation
from components.featurizer import SentenceEmbedding
from components.intent_model import IntentModel, Settings, fit

#: The bot offers three choices; the report looks at ten.
RANKING_LENGTH = 10


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class NewcomerIntents(IntentClassifier, GraphComponent):
    """Sets `intent` and `intent_ranking` from the embedding and the text (`intent_model`)."""

    @classmethod
    def required_components(cls) -> List[Type]:
        """The embedding must come first."""
        return [SentenceEmbedding]

    @staticmethod
    def required_packages() -> List[str]:
        """Packages that Rasa looks for before it builds the graph."""
        return ["sklearn"]

    @staticmethod
    def get_default_config() -> Dict[str, Any]:
        """The fields of `Settings`."""
        return {one.name: one.default for one in fields(Settings)}

    @classmethod
    def create(
        cls,
        config: Dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> NewcomerIntents:
        """Build the untrained component."""
        return cls(config, model_storage, resource, None)

    def __init__(
        self,
        config: Dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        model: IntentModel | None,
    ) -> None:
        self._settings = Settings(**{one.name: config[one.name] for one in fields(Settings)})
        self._storage = model_storage
        self._resource = resource
        self._model = model

    def train(self, training_data: TrainingData) -> Resource:
        """Fit the model on every example that has an intent, and store it."""
        examples = [one for one in training_data.intent_examples if one.get(TEXT) and one.get(INTENT)]
        vectors = np.vstack([_vector(one) for one in examples])
        texts = [one.get(TEXT) for one in examples]
        names = [one.get(INTENT) for one in examples]
        self._model = fit(vectors, texts, names, Adaptation.load().is_unseen(texts), self._settings)
        with self._storage.write_to(self._resource) as folder:
            self._model.save(folder)
        return self._resource

    @classmethod
    def load(
        cls,
        config: Dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> NewcomerIntents:
        """Build the trained component from a model archive."""
        with model_storage.read_from(resource) as folder:
            return cls(config, model_storage, resource, IntentModel.load(folder))

    def process(self, messages: List[Message]) -> List[Message]:
        """Set intent and ranking in place."""
        for message in messages:
            ranking = self._model.rank(_vector(message), message.get(TEXT)) if self._model else []
            named = [{INTENT_NAME_KEY: name, PREDICTED_CONFIDENCE_KEY: sure} for name, sure in ranking[:RANKING_LENGTH]]
            message.set(
                INTENT,
                named[0] if named else {INTENT_NAME_KEY: None, PREDICTED_CONFIDENCE_KEY: 0.0},
                add_to_output=True,
            )
            message.set("intent_ranking", named, add_to_output=True)
        return messages


def _vector(message: Message) -> np.ndarray:
    _, sentence = message.get_dense_features(TEXT)
    return sentence.features[0]
