"""Deliveries: one row per subscription and event, one per try. The schedule lives here, so no crash forgets a retry."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, func, or_, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from services.notifications.store.tables import attempts, deliveries
from shared.ids import new_id

MOST_AGAIN = 10_000
"""Deliveries that are sent again by one call: what is written down meanwhile waits for it."""


class DeliveryState(StrEnum):
    """What became of an event for a subscriber; `kept` is only read from the feed."""

    WAITING = "waiting"
    DELIVERED = "delivered"
    FAILED = "failed"
    KEPT = "kept"


@dataclass(frozen=True)
class Delivery:
    """An event on its way to a subscriber; `message` is the CloudEvent as it is sent."""

    id: UUID
    subscription_id: UUID
    event_id: UUID
    type: str
    message: str
    state: DeliveryState
    tries: int
    tries_before: int
    """Of these those of a schedule that ended; the present one began after them."""
    next_at: datetime | None
    position: int | None
    created_at: datetime
    key: str
    """Of what was told: an event's id at its publisher, `call:…`, `test:…`, `failed:…`."""
    bare: bool
    """Whether its body is gone."""


class Ready(NamedTuple):
    """A message for a subscriber, written out; one that is not `sent` is for the feed only."""

    subscription_id: UUID
    event_id: UUID | str
    type: str
    subject: str
    message: str
    sent: bool


_ADD = text("""
with added as (
    insert into deliveries
        (id, subscription_id, event_key, event_id, type, subject, message, state, next_at, created_at)
    select id, subscription_id, :key, event_id, type, subject, message,
        case when sent then 'waiting' else 'kept' end, case when sent then clock_timestamp() end, clock_timestamp()
    from unnest(
        cast(:ids as uuid[]), cast(:subscriptions as uuid[]), cast(:events as uuid[]), cast(:types as text[]),
        cast(:subjects as text[]), cast(:messages as text[]), cast(:sent as boolean[])
    ) ready (id, subscription_id, event_id, type, subject, message, sent)
    on conflict do nothing returning id
) select array_agg(id) from added
""")
_COLUMNS = ("subscriptions", "events", "types", "subjects", "messages", "sent")


@dataclass(frozen=True)
class DeliveryFilter:
    """Which deliveries of a subscription are meant; what is left out: whatever it is."""

    delivery_id: UUID | None = None
    state: DeliveryState | None = None
    types: tuple[str, ...] = ()
    since: datetime | None = None
    until: datetime | None = None

    def conditions(self, subscription_id: UUID) -> list[ColumnElement[bool]]:
        """The same for the database."""
        found = [deliveries.c.subscription_id == subscription_id]
        for column, value in ((deliveries.c.id, self.delivery_id), (deliveries.c.state, self.state)):
            if value is not None:
                found.append(column == value)
        if self.types:
            found.append(deliveries.c.type.in_(self.types))
        if self.since:
            found.append(deliveries.c.created_at >= self.since)
        if self.until:
            found.append(deliveries.c.created_at < self.until)
        return found


class DeliveryStore:
    """What is to be delivered, and how the tries went."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def add(self, event_key: str, ready: Sequence[Ready]) -> list[UUID]:
        """What an event is to its subscribers; the ids of those that none of them has already, in one statement."""
        columns = dict(zip(_COLUMNS, map(list, zip(*ready, strict=True)), strict=True))
        asked = {"key": event_key, "ids": [new_id() for _ in ready], **columns}
        return (await self._session.execute(_ADD, asked)).scalar_one() or []

    async def try_again(self, subscription_id: UUID, wanted: DeliveryFilter) -> int:
        """Let what was given up go out again on a schedule of its own, and what waits at once; how many it are."""
        later = (deliveries.c.next_at > func.clock_timestamp()) & deliveries.c.leased_until.is_(None)
        pending = or_(deliveries.c.state == DeliveryState.FAILED, (deliveries.c.state == DeliveryState.WAITING) & later)
        some = select(deliveries.c.id).where(*wanted.conditions(subscription_id), pending).order_by(deliveries.c.id)
        again = (
            update(deliveries)
            .where(deliveries.c.id.in_(some.limit(MOST_AGAIN).with_for_update().scalar_subquery()))
            .values(
                state=DeliveryState.WAITING,
                next_at=func.clock_timestamp(),
                tries_before=deliveries.c.tries,
            )
            .returning(deliveries.c.id)
        )
        return len((await self._session.execute(again)).all())

    async def find(self, delivery_id: UUID) -> Delivery:
        """One by its id; it must exist."""
        query = select(deliveries).where(deliveries.c.id == delivery_id)
        return delivery_of((await self._session.execute(query)).one())

    async def page(
        self, subscription_id: UUID, wanted: DeliveryFilter, after: UUID | None, limit: int
    ) -> list[Delivery]:
        """A subscription's deliveries, oldest first, one more than `limit`."""
        query = select(deliveries).where(*wanted.conditions(subscription_id))
        if after:
            query = query.where(deliveries.c.id > after)
        return [
            delivery_of(row) for row in await self._session.execute(query.order_by(deliveries.c.id).limit(limit + 1))
        ]

    async def tries_of(self, delivery_ids: Sequence[UUID]) -> dict[UUID, list[dict[str, Any]]]:
        """The tries of deliveries, in order."""
        query = select(attempts).where(attempts.c.delivery_id.in_(delivery_ids)).order_by(attempts.c.number)
        found: dict[UUID, list[dict[str, Any]]] = {}
        for row in (await self._session.execute(query)).mappings():
            found.setdefault(row["delivery_id"], []).append(dict(row))
        return found


def delivery_of(row: Any) -> Delivery:
    """As it was saved."""
    return Delivery(
        id=row.id,
        subscription_id=row.subscription_id,
        event_id=row.event_id,
        type=row.type,
        message=row.message,
        state=DeliveryState(row.state),
        tries=row.tries,
        tries_before=row.tries_before,
        next_at=row.next_at,
        position=row.position,
        created_at=row.created_at,
        key=row.event_key,
        bare=row.bare,
    )
