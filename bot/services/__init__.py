"""One use case a file: orders the steps that must hold together, and opens the transactions."""
