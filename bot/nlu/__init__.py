"""Understanding over HTTP: the Rasa adapter, its circuit breaker, and the language of a message."""
