"""The turn: one event in, messages and effects out. Decides; reads nothing and sends nothing."""
