"""The nouns of the guichet: ids, locales, phrases, messages, events, effects, sessions. Standard library only."""
