"""The contract of the store, on every engine."""

from tests.store.contract import *  # noqa: F403
