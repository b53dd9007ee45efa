"""Web pages: today the health of the guichet."""
