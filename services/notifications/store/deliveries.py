"""Deliveries: one row per subscription and event, one per try. The schedule lives here, so no crash forgets a retry."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import delete, func, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.notifications.domain.schedule import Answer, Verdict
from services.notifications.store.tables import attempts, deliveries
from shared.ids import new_id

AT_ONCE = 4
"""Requests in flight per subscription: a slow receiver takes these and no more of what all share."""


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
    next_at: datetime | None
    position: int | None
    created_at: datetime


_CLAIM = text("""
with slots as (
    select id, case when rate is null then :each else 1 end - (
        select count(*) from deliveries busy
        where busy.subscription_id = subscriptions.id and busy.leased_until > clock_timestamp()
    ) as free
    from subscriptions
    where state in ('active', 'failing') and sink is not null
      and (rest_until is null or rest_until <= clock_timestamp())
), due as (
    select found.id from slots cross join lateral (
        select id, next_at from deliveries
        where subscription_id = slots.id and state = 'waiting' and next_at <= clock_timestamp() and position is not null
        order by next_at limit greatest(slots.free, 0) for update skip locked
    ) found
    order by found.next_at limit :limit
)
update deliveries set tries = tries + 1, leased_until = clock_timestamp() + cast(:lease as interval),
    next_at = clock_timestamp() + cast(:lease as interval)
from due where deliveries.id = due.id
returning deliveries.*
""")
"""Skips what another replica has in hand, so nobody waits for anybody; a lease that ends gives a crash's rows back."""

_HOLD = text("select position from heads where name = 'deliveries' for update skip locked")

_NUMBER = text("""
with fresh as (
    select id, subscription_id, row_number() over (partition by subscription_id order by id) as place
    from (select id, subscription_id from deliveries where position is null order by id limit :limit) unnumbered
), numbered as (
    update deliveries set position = coalesce(head.position, 0) + fresh.place
    from fresh left join heads head on head.name = fresh.subscription_id::text
    where deliveries.id = fresh.id
    returning deliveries.subscription_id
)
insert into heads (name, position) select subscription_id::text, count(*) from numbered group by subscription_id
on conflict (name) do update set position = heads.position + excluded.position
returning 1
""")
"""Positions count per subscription: counted over all, neighbours would tell two recipients what they share."""


class DeliveryStore:
    """What is to be delivered, and how the tries went."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def add(
        self, subscription_id: UUID, event_key: str, message: dict[str, Any], *, sent: bool = True
    ) -> UUID | None:
        """A message for a subscriber, or None when it has it already; without `sent` it is for the feed only."""
        row = {
            "id": new_id(),
            "subscription_id": subscription_id,
            "event_key": event_key,
            "event_id": UUID(message["id"]),
            "type": message["type"],
            "message": json.dumps(message, ensure_ascii=False, separators=(",", ":")),
            "state": DeliveryState.WAITING if sent else DeliveryState.KEPT,
            "next_at": func.clock_timestamp() if sent else None,
            "created_at": func.clock_timestamp(),
        }
        added = insert(deliveries).values(row).on_conflict_do_nothing().returning(deliveries.c.id)
        made: UUID | None = (await self._session.execute(added)).scalar_one_or_none()
        return made

    async def claim(self, limit: int, lease: timedelta) -> list[Delivery]:
        """Take due deliveries in hand, for as long as the lease; each is counted as tried from now on."""
        found = await self._session.execute(_CLAIM, {"each": AT_ONCE, "limit": limit, "lease": lease})
        claimed = [_delivery(row) for row in found]
        if claimed:
            begun = [{"delivery_id": each.id, "number": each.tries} for each in claimed]
            await self._session.execute(
                insert(attempts).values(begun_at=func.clock_timestamp()).on_conflict_do_nothing(), begun
            )
        return claimed

    async def record(self, delivery: Delivery, answer: Answer, verdict: Verdict, pause: timedelta | None) -> bool:
        """How a try went; False when the delivery is in other hands by now (its lease had ended)."""
        await self._session.execute(
            update(attempts)
            .where(attempts.c.delivery_id == delivery.id, attempts.c.number == delivery.tries)
            .values(ended_at=func.clock_timestamp(), status=answer.status, answer=answer.body, error=answer.error)
        )
        changed = await self._session.execute(
            update(deliveries)
            .where(deliveries.c.id == delivery.id, deliveries.c.tries == delivery.tries)
            .values(leased_until=None, **_after(verdict, pause))
            .returning(deliveries.c.id)
        )
        return changed.one_or_none() is not None

    async def keep_all(self, subscription_id: UUID) -> None:
        """Nothing that waits is sent any more; it stays in the feed."""
        await self._session.execute(
            update(deliveries)
            .where(deliveries.c.subscription_id == subscription_id, deliveries.c.state == DeliveryState.WAITING)
            .values(state=DeliveryState.KEPT, next_at=None, leased_until=None)
        )

    async def find(self, delivery_id: UUID) -> Delivery:
        """One by its id; it must exist."""
        query = select(deliveries).where(deliveries.c.id == delivery_id)
        return _delivery((await self._session.execute(query)).one())

    async def page(self, subscription_id: UUID, after: UUID | None, limit: int) -> list[Delivery]:
        """A subscription's deliveries, oldest first, one more than `limit`."""
        query = select(deliveries).where(deliveries.c.subscription_id == subscription_id)
        if after:
            query = query.where(deliveries.c.id > after)
        return [_delivery(row) for row in await self._session.execute(query.order_by(deliveries.c.id).limit(limit + 1))]

    async def tries_of(self, delivery_ids: Sequence[UUID]) -> dict[UUID, list[dict[str, Any]]]:
        """The tries of deliveries, in order."""
        query = select(attempts).where(attempts.c.delivery_id.in_(delivery_ids)).order_by(attempts.c.number)
        found: dict[UUID, list[dict[str, Any]]] = {}
        for row in (await self._session.execute(query)).mappings():
            found.setdefault(row["delivery_id"], []).append(dict(row))
        return found

    async def feed(self, subscription_id: UUID, after: int, types: Sequence[str], limit: int) -> list[Delivery]:
        """What a subscription was given after a position, in order."""
        query = select(deliveries).where(deliveries.c.subscription_id == subscription_id, deliveries.c.position > after)
        if types:
            query = query.where(deliveries.c.type.in_(types))
        found = await self._session.execute(query.order_by(deliveries.c.position).limit(limit))
        return [_delivery(row) for row in found]

    async def number(self, limit: int = 1_000) -> int:
        """Give positions to what has none yet; for how many subscriptions.

        Only who holds the head does so, and all of them are seen at once: a reader never skips a late one.
        """
        if (await self._session.execute(_HOLD)).one_or_none() is None:
            return 0
        return len((await self._session.execute(_NUMBER, {"limit": limit})).all())

    async def forget_person(self, subscription_id: UUID, known_as: UUID) -> int:
        """Delete what a subscriber was told of a student, sent or not; how many it were."""
        about = (deliveries.c.subscription_id == subscription_id) & deliveries.c.message.contains(str(known_as))
        return len((await self._session.execute(delete(deliveries).where(about).returning(deliveries.c.id))).all())

    async def forget(self, older_than: timedelta, limit: int = 1_000) -> int:
        """Delete what was decided long ago; how many it were."""
        gone = text("""
            delete from deliveries where id in (
                select id from deliveries
                where created_at < clock_timestamp() - cast(:age as interval) and position is not null
                order by created_at limit :limit for update skip locked
            ) returning 1
        """)
        return len((await self._session.execute(gone, {"age": older_than, "limit": limit})).all())


def _after(verdict: Verdict, pause: timedelta | None) -> dict[str, Any]:
    if verdict is Verdict.DELIVERED:
        return {"state": DeliveryState.DELIVERED, "next_at": None}
    if verdict is Verdict.RETRY and pause is not None:
        return {"next_at": func.clock_timestamp() + pause}
    return {"state": DeliveryState.FAILED, "next_at": None}


def _delivery(row: Any) -> Delivery:
    return Delivery(
        id=row.id,
        subscription_id=row.subscription_id,
        event_id=row.event_id,
        type=row.type,
        message=row.message,
        state=DeliveryState(row.state),
        tries=row.tries,
        next_at=row.next_at,
        position=row.position,
        created_at=row.created_at,
    )
