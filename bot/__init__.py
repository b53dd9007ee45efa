"""The guichet unique: one door for people who have just arrived in Liège."""

__version__ = "0.1.0"
