"""Flow files to a checked graph: every issue with its line, the sentences to translate, edits while people walk."""
