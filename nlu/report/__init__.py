"""The report on understanding: `python -m nlu.report` writes docs/reference/understanding.md (`make nlu-report`)."""
