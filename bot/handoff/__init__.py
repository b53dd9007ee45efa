"""The second state machine: a newcomer waits, an adviser claims, it is returned or closed. Decides; touches nothing."""
