"""The error tree on one page. What a caller needs to decide is in fields, not in prose."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

#: What people who run the guichet and edit its files read.
Language = Literal["fr", "en"]


@dataclass(frozen=True, slots=True)
class Told:
    """What is wrong and the way out, in two languages, with path and line where they are known."""

    en: str
    fr: str

    def __str__(self) -> str:
        return self.en

    def said(self, language: Language) -> str:
        """The sentence in this language."""
        return self.fr if language == "fr" else self.en

    def after(self, place: str) -> Told:
        """The same behind the place that it speaks of."""
        return Told(f"{place}: {self.en}", f"{place}: {self.fr}")


class BotError(Exception):
    """Root of every error the guichet raises itself."""


class ToldError(BotError):
    """An error for whoever runs the guichet or edits its files; the text is in English, `told` in both languages."""

    def __init__(self, en: str, fr: str = "") -> None:
        super().__init__(en)
        self.told = Told(en, fr or en)

    @property
    def in_both(self) -> str:
        """French, then English; once what has only one language."""
        return "\n".join(dict.fromkeys((self.told.fr, self.told.en)))


class SettingsError(ToldError):
    """The settings or the environment cannot be used; one sentence a line for the operator."""

    @classmethod
    def of(cls, wrong: Sequence[Told]) -> SettingsError:
        """All of these, a line each."""
        return cls("\n".join(one.en for one in wrong), "\n".join(one.fr for one in wrong))


class DataError(ToldError):
    """A data file that nothing can stand in for cannot be used; one sentence with its path."""


class StoreError(BotError):
    """The store cannot be used now. Nothing was written; try again later."""


class Conflict(BotError):
    """Somebody else saved the same session or handoff meanwhile: read again and decide again."""


class UnusableStore(BotError):
    """The store must not be opened (wrong key, damaged file, newer schema, read-only folder): one clear sentence."""


class FlowError(BotError):
    """Files with issues were asked to run; the text lists them, a line each."""

    def __init__(self, issues: tuple[object, ...]) -> None:
        super().__init__("\n".join(map(str, issues)))
        self.issues = issues


class StepGone(BotError):
    """A session waits on a step that no kept revision has."""

    def __init__(self, flow: str, step: str) -> None:
        super().__init__(f"{flow}/{step}")
        self.flow = flow
        self.step = step


class PaperError(BotError):
    """A card, a picture or a booklet could not be drawn: the person gets the words instead."""


class IllegalMove(BotError):
    """A handoff cannot make this move from where it is."""

    def __init__(self, state: str, move: str) -> None:
        super().__init__(f"{move} while {state}")
        self.state = state
        self.move = move


class DeliveryError(BotError):
    """A message could not be handed to the channel."""

    def __init__(
        self,
        reason: str,
        *,
        permanent: bool = False,
        uncertain: bool = False,
        retry_after_s: float | None = None,
        unreachable: bool = False,
        topic_gone: bool = False,
        migrated_to: int | None = None,
        unauthorised: bool = False,
    ) -> None:
        super().__init__(reason)
        #: Never try again.
        self.permanent = permanent
        #: It may have arrived.
        self.uncertain = uncertain
        #: The channel's own wish, in seconds.
        self.retry_after_s = retry_after_s
        #: The person blocked the bot or is gone.
        self.unreachable = unreachable
        #: The forum topic no longer exists.
        self.topic_gone = topic_gone
        #: The group has a new id.
        self.migrated_to = migrated_to
        #: The token was revoked: nothing can be sent at all.
        self.unauthorised = unauthorised


class FeedError(BotError):
    """Updates cannot be fetched now."""

    def __init__(
        self,
        reason: str,
        *,
        retry_after_s: float | None = None,
        taken: bool = False,
        unauthorised: bool = False,
        refused: bool = False,
        pushed: bool = False,
    ) -> None:
        super().__init__(reason)
        #: The channel's own wish, in seconds.
        self.retry_after_s = retry_after_s
        #: Somebody else fetches with the same token, or has it pushed.
        self.taken = taken
        #: Updates are pushed to the webhook of somebody else.
        self.pushed = pushed
        #: The token was revoked.
        self.unauthorised = unauthorised
        #: A setting is wrong, as the text says to the operator.
        self.refused = refused
