"""The guichet's own parts of the Rasa pipeline, built on Rasa's documented extension points only.

`embedding`, `intent_model` and `folds` know nothing of Rasa: plain numpy, quick to import and to test.
`featurizer` and `classifier` are the graph components that `config.yml` names.
"""
