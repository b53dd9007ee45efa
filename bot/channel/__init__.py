"""Telegram: its updates read, its calls made. Nobody else knows it."""
