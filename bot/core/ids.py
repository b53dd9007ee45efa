"""Identifiers, each with its own type so that one is never passed for another."""

from typing import NewType

#: Random, 26 characters of base32; says nothing about the person.
NewcomerId = NewType("NewcomerId", str)
#: A Telegram user id. Personal data: it lives encrypted in the store and in memory, never in a log.
AccountId = NewType("AccountId", int)
#: A Telegram chat id; for a private chat the same number as the account.
ChatId = NewType("ChatId", int)
#: A person who answers, by the row of the allow-list.
AdviserId = NewType("AdviserId", str)
#: A team of advisers, as named in config.yml.
TeamName = NewType("TeamName", str)
#: One handoff; random, as `NewcomerId`.
HandoffId = NewType("HandoffId", str)
#: `area.name`, such as `besoins.sleep_tonight`.
FlowId = NewType("FlowId", str)
#: Unique within its flow and stable over edits.
StepId = NewType("StepId", str)
#: The first 12 hex digits of the SHA-256 of a flow's compiled form.
Revision = NewType("Revision", str)
#: A row of flows/directory/.
ServiceId = NewType("ServiceId", str)
#: An entry of the directory that somebody vouches for: `service/<id>` or `fact/<name>`.
EntryId = NewType("EntryId", str)
#: A BCP 47 tag of locales/languages.yml, such as `fr`, `ar`, `zh-Hant`.
Locale = NewType("Locale", str)
#: Opaque callback data of one button: 22 URL-safe characters, bound to a person, a step and a choice.
Token = NewType("Token", str)
#: What keeps order: all events of one lane are taken one after the other (one newcomer, or one adviser topic).
Lane = NewType("Lane", str)


def lane_of(newcomer: NewcomerId) -> Lane:
    """The lane of everything that one person says, and of everything that is said to them."""
    return Lane(f"n:{newcomer}")


def group_lane(chat: ChatId, topic: HandoffId | int | None) -> Lane:
    """The lane of a team's group, or of one topic of it."""
    return Lane(f"g:{chat}" if topic is None else f"g:{chat}:{topic}")


def moved_lane(lane: Lane, old: ChatId, new: ChatId) -> Lane:
    """What a lane is called once a group has a new id; a lane of any other chat keeps its name."""
    head, topic = group_lane(old, None), lane.removeprefix(group_lane(old, None))
    if not lane.startswith(head) or topic[:1] not in ("", ":"):
        return lane
    return Lane(group_lane(new, None) + topic)
