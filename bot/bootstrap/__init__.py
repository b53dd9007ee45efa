"""The only place where ports meet adapters: builds the guichet from its settings, starts it, stops it."""

from bot.bootstrap.guichet import Guichet

__all__ = ["Guichet"]
