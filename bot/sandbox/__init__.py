"""A stand-in for Telegram's Bot API that speaks real HTTP, with a chat page for the browser.

It serves the demonstration (`make run` without a token), the tests and the benchmarks. It imports nothing
of the bot: what it knows comes from the published description of the API (decision 14).
"""

from bot.sandbox.client import SandboxClient, Seat
from bot.sandbox.faults import Fault, FaultScript
from bot.sandbox.pace import Limits
from bot.sandbox.people import ADVISER_CHAT_ID, ADVISER_IDS, ADVISERS, DEMO_TOKEN, NEWCOMERS
from bot.sandbox.running import RunningSandbox, number_of_now, start_sandbox

__all__ = [
    "ADVISERS",
    "ADVISER_CHAT_ID",
    "ADVISER_IDS",
    "DEMO_TOKEN",
    "NEWCOMERS",
    "Fault",
    "FaultScript",
    "Limits",
    "RunningSandbox",
    "SandboxClient",
    "Seat",
    "number_of_now",
    "start_sandbox",
]
