"""Small true-to-life values for the tests of the store."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from bot.core.ids import AccountId, ChatId, FlowId, HandoffId, Locale, NewcomerId, Revision, StepId, TeamName, Token
from bot.core.messages import Choose, Rendered, RenderedButton
from bot.core.session import Frame, Position, Session
from bot.handoff.machine import Handoff, State
from bot.ports import Arrival, ButtonRow, Commit, Delivery, HandoffChange, InboxRow, OutboxRow, Receipt, Store, Verb
from bot.store import KeptStore, outbox

NOON = datetime(2026, 3, 16, 12, 0, tzinfo=UTC)
AMINA, BORIS, CHEN = AccountId(7_100_000_001), AccountId(7_100_000_002), AccountId(7_100_000_003)
GROUP, OTHER_GROUP = ChatId(-1_001_111), ChatId(-1_002_222)
SLEEP = Frame(flow=FlowId("besoins.sleep"), revision=Revision("0123456789ab"), step=StepId("ask_where"))


@dataclass
class Now:
    """A clock that moves when it is told to."""

    at: datetime = NOON

    def __call__(self) -> datetime:
        return self.at

    def pass_(self, **amount: float) -> datetime:
        self.at += timedelta(**amount)
        return self.at


def arrival(number: int, account: AccountId | None = AMINA, **changes: object) -> Arrival:
    made = Arrival(
        update_id=number,
        natural_key=f"{account}:{number}:message:0",
        account=account,
        lane=None,
        payload=f'{{"update_id":{number},"text":"mot {number}"}}'.encode(),
        received_at=NOON,
    )
    return replace(made, **changes)  # type: ignore[arg-type]


def session(newcomer: NewcomerId, **changes: object) -> Session:
    made = Session(
        newcomer=newcomer,
        locale=Locale("fr"),
        durable=Position(frames=(SLEEP,), answers={"where": "street"}, trail=((SLEEP,),)),
        consents=frozenset({"roadmap"}),
        seen_at=NOON,
    )
    return replace(made, **changes)  # type: ignore[arg-type]


def token() -> Token:
    return Token(secrets.token_urlsafe(16))


def say(newcomer: NewcomerId, text: str = "Bonjour", **changes: object) -> Delivery:
    rendered = Rendered(text=text, buttons=((RenderedButton(text="Oui", token=token()),),), bold=((0, 3),))
    return replace(Delivery(verb=Verb.SEND, newcomer=newcomer, rendered=rendered), **changes)  # type: ignore[arg-type]


def tell(handoff: Handoff, text: str = "Bonjour", **changes: object) -> Delivery:
    made = Delivery(verb=Verb.SEND, chat=handoff.chat, handoff=handoff.id, rendered=Rendered(text=text))
    return replace(made, **changes)  # type: ignore[arg-type]


def choice(newcomer: NewcomerId, **changes: object) -> ButtonRow:
    made = ButtonRow(
        token=token(),
        newcomer=newcomer,
        handoff=None,
        action=Choose(flow=SLEEP.flow, step=SLEEP.step, choice="street"),
        screen=1,
    )
    return replace(made, **changes)  # type: ignore[arg-type]


def handoff_for(newcomer: NewcomerId, **changes: object) -> Handoff:
    made = Handoff(
        id=HandoffId(secrets.token_hex(13)),
        code="Mésange 42",
        newcomer=newcomer,
        team=TeamName("accueil"),
        chat=GROUP,
        state=State.WAITING,
        version=1,
        locale=Locale("ar"),
        queue="logement",
        summary=("Cherche un lit pour ce soir",),
        opened_at=NOON,
    )
    return replace(made, **changes)  # type: ignore[arg-type]


@dataclass
class Guichet:
    """A store and the few moves that most tests begin with."""

    store: Store
    numbers: int = field(default=1000)

    async def welcome(self, account: AccountId = AMINA) -> NewcomerId:
        """A person with nothing waiting."""
        row = await self.hear(account)
        assert row.newcomer is not None
        await self.store.commit(Commit(done=row.id))
        return row.newcomer

    async def hear(self, account: AccountId = AMINA, **changes: object) -> InboxRow:
        self.numbers += 1
        [row] = await self.store.keep([arrival(self.numbers, account, **changes)], offset=None)
        return row

    async def queue(self, *deliveries: Delivery) -> list[OutboxRow]:
        return await self.store.commit(Commit(deliveries=deliveries))

    async def hand_over(self, newcomer: NewcomerId, **changes: object) -> Handoff:
        handoff = handoff_for(newcomer, **changes)
        await self.store.commit(Commit(handoffs=(HandoffChange(handoff=handoff, expected=0),)))
        return handoff

    async def open_topic(self, handoff: Handoff, thread: int = 77) -> None:
        [row] = await self.queue(Delivery(verb=Verb.OPEN_TOPIC, chat=handoff.chat, handoff=handoff.id, title="T"))
        await self.deliver(row, Receipt(thread=thread))

    async def deliver(self, row: OutboxRow, receipt: Receipt) -> None:
        await self.store.mark_sending([row.id])
        await self.store.mark_sent(row, receipt, at=NOON)


def texts(rows: list[OutboxRow]) -> list[str | None]:
    """What the rows say, in their order."""
    return [None if row.delivery.rendered is None else row.delivery.rendered.text for row in rows]


async def spoken(store: KeptStore, newcomer: NewcomerId, since: datetime) -> list[int]:
    """The bot's messages since then that an erasure would take back."""
    return await store.engine.read(lambda tx: outbox.spoken_since(tx, newcomer, since))
