"""The invented people of the demonstration. None of them exists; their ids are beyond any real account."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

#: The forum group where the advisers answer, there from the start.
ADVISER_CHAT_ID = -1_009_900_000_001
ADVISER_CHAT_TITLE = "Conseillers"
#: Accepted by the stand-in when nothing else was said. It opens nothing anywhere else.
DEMO_TOKEN = "9900000000:DEMONSTRATION_only_opens_the_sandbox"
#: Telegram's own number for the General topic of every forum.
GENERAL = 1

_FIRST_NEWCOMER_ID = 9_900_000_001_001
_FIRST_ADVISER_ID = 9_900_000_002_001
#: Between the ids of two `first_number`s: wide enough that newcomers of one never meet advisers of another.
IDS_OF_A_START = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody with an account: a newcomer or an adviser."""

    id: int
    first_name: str
    #: As the phone tells it to Telegram; not necessarily the language the person speaks best.
    language_code: str | None = None
    last_name: str | None = None
    username: str | None = None
    is_adviser: bool = False
    #: One line for the chat page: who this is in the demonstration.
    about: str = ""

    def user(self) -> dict[str, Any]:
        """The `User` object of the Bot API."""
        user: dict[str, Any] = {"id": self.id, "is_bot": False, "first_name": self.first_name}
        for name in ("last_name", "username", "language_code"):
            value = getattr(self, name)
            if value is not None:
                user[name] = value
        return user

    def card(self) -> dict[str, Any]:
        """What the chat page and the tests know of this person."""
        return self.user() | {"is_adviser": self.is_adviser, "about": self.about}


def _newcomers(*rows: tuple[str, str, str]) -> tuple[Person, ...]:
    return tuple(
        Person(id=_FIRST_NEWCOMER_ID + index, first_name=name, language_code=code, about=about)
        for index, (name, code, about) in enumerate(rows)
    )


NEWCOMERS = _newcomers(
    ("Amina", "ar", "العربية"),
    ("Oleksandr", "uk", "українська"),
    ("Fatou", "fr", "français"),
    ("John", "en", "English"),
    ("Mehdi", "fa", "فارسی"),
    ("Yonas", "ti", "ትግርኛ"),
    ("Hodan", "so", "Soomaali"),
    ("Lucía", "es", "español"),
)

ADVISERS = (
    Person(id=_FIRST_ADVISER_ID, first_name="Claire", last_name="(CRIPEL)", language_code="fr", is_adviser=True,
           about="CRIPEL"),
    Person(id=_FIRST_ADVISER_ID + 1, first_name="Youssef", last_name="(CPAS)", language_code="fr", is_adviser=True,
           about="CPAS"),
    Person(id=_FIRST_ADVISER_ID + 2, first_name="Ingrid", last_name="(Forem)", language_code="en", is_adviser=True,
           about="Forem"),
)  # fmt: skip

#: For GUICHET_ADVISER_IDS.
ADVISER_IDS: tuple[int, ...] = tuple(person.id for person in ADVISERS)

#: Names for newcomers that are added by hand.
SPARE_NAMES = (
    "Samira", "Ibrahim", "Olena", "Elif", "Mamadou", "Arta", "Bashir", "Grace", "Tesfay", "Leyla", "Daniel", "Nadia",
)  # fmt: skip
