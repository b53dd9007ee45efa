"""The parts of the sender: lanes in memory, durable marks, fates of calls, news for the other services."""
