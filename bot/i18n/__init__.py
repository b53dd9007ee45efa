"""A phrase and a language to text, and the short answers of people to what they mean."""
