"""The error tree on one page. What a caller needs to decide is in fields, not in prose."""

from __future__ import annotations


class BotError(Exception):
    """Root of every error the guichet raises itself."""


class SettingsError(BotError):
    """The settings or the environment cannot be used; the text is one sentence for the operator."""


class DataError(BotError):
    """A data file that nothing can stand in for cannot be used; the text is one sentence with its path."""


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
