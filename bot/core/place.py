"""Where an error was raised: all that a log may tell of it besides its type."""

from __future__ import annotations


def place(error: BaseException) -> str:
    """File and line, such as `services/news.py:57`. Never the text of an error: it may quote what somebody wrote."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return "?" if trace is None else f"{trace.tb_frame.f_code.co_filename.rpartition('/bot/')[2]}:{trace.tb_lineno}"
