"""The NLU service: installs, trains and serves the Rasa project of `nlu/`, each only when something changed.

`python -m bot.nlu.service` runs in the bot's environment and starts the NLU's own Python 3.10 as a child
that has a pipe and nothing else. The service is the only one that listens: on 127.0.0.1, two routes.
"""
