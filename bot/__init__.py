"""The guichet unique: one door for people who have just arrived in Liège."""
