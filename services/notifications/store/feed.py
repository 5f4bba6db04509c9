"""The feed: positions, what is told after one, and what is forgotten: bodies after days, the rest after a year.

A body that is gone leaves the CloudEvent without `data`, and with a `dataref` that leads to it for as long as the
publisher's log has it.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import delete, or_, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from services.notifications.store.deliveries import Delivery, delivery_of
from services.notifications.store.tables import deliveries, heads

_HOLD = text("select position from heads where name = 'deliveries' for update skip locked")

_NUMBER = text("""
with fresh as (
    select id, subscription_id, row_number() over (partition by subscription_id order by created_at, id) as place
    from (
        select id, subscription_id, created_at from deliveries where position is null order by id limit :limit
    ) unnumbered
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


_STRIP = text("""
with old as (
    select id from deliveries
    where not bare and created_at < clock_timestamp() - cast(:age as interval) and position is not null
      and (leased_until is null or leased_until < clock_timestamp())
    order by created_at limit :limit for update skip locked
), gone as (
    delete from attempts where delivery_id in (select id from old)
)
update deliveries set bare = true, person = (message::jsonb -> 'data' ->> 'studentId')::uuid, message = (
    jsonb_build_object('dataref', :base || '/v1/subscriptions/' || subscription_id || '/deliveries/' || id || '/event')
    || (message::jsonb - 'data' - 'datacontenttype')
)::text
where id in (select id from old) returning 1
""")
"""What the event refers to already (a call for help) stays what it refers to."""

_FORGET = text("""
with gone as (
    delete from deliveries where id in (
        select id from deliveries where bare and created_at < clock_timestamp() - cast(:age as interval)
        order by created_at limit :limit for update skip locked
    ) returning subscription_id, position
), last as (
    select subscription_id, max(position) as position from gone group by subscription_id
)
update heads set forgotten = greatest(heads.forgotten, last.position) from last
where heads.name = last.subscription_id::text returning 1
""")


class FeedStore:
    """What each subscription was given, in its order."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def after(self, subscription_id: UUID, after: int, types: Sequence[str], limit: int) -> list[Delivery]:
        """What a subscription was given after a position, in order."""
        query = select(deliveries).where(deliveries.c.subscription_id == subscription_id, deliveries.c.position > after)
        if types:
            query = query.where(deliveries.c.type.in_(types))
        found = await self._session.execute(query.order_by(deliveries.c.position).limit(limit))
        return [delivery_of(row) for row in found]

    async def number(self, limit: int = 1_000) -> int:
        """Give positions to what has none yet; for how many subscriptions.

        Only who holds the head does so, and all of them are seen at once: a reader never skips a late one.
        """
        if (await self._session.execute(_HOLD)).one_or_none() is None:
            return 0
        return len((await self._session.execute(_NUMBER, {"limit": limit})).all())

    async def begins_after(self, subscription_id: UUID) -> int:
        """The last position that is no longer kept; 0 when all are."""
        query = select(heads.c.forgotten).where(heads.c.name == str(subscription_id))
        return (await self._session.execute(query)).scalar_one_or_none() or 0

    async def heads_of(self, ids: Collection[UUID]) -> Mapping[UUID, int]:
        """The last position that each subscription has, of those that have any."""
        query = select(heads.c.name, heads.c.position).where(heads.c.name.in_([str(each) for each in ids]))
        return {UUID(row.name): row.position for row in await self._session.execute(query)}

    async def forget_person(self, subscription_id: UUID, known_as: UUID) -> int:
        """Delete what a subscriber was told of a student, sent or not; how many it were."""
        named = or_(deliveries.c.message.contains(str(known_as)), deliveries.c.person == known_as)
        about = (deliveries.c.subscription_id == subscription_id) & named
        return len((await self._session.execute(delete(deliveries).where(about).returning(deliveries.c.id))).all())

    async def strip(self, older_than: timedelta, base: str, limit: int = 1_000) -> int:
        """Take bodies and answers out of what was decided long ago; how many it were. `base`: our own address."""
        query: dict[str, Any] = {"age": older_than, "base": base.rstrip("/"), "limit": limit}
        return len((await self._session.execute(_STRIP, query)).all())

    async def forget(self, older_than: timedelta, limit: int = 1_000) -> int:
        """Delete that something was, and remember up to where; of how many subscriptions."""
        return len((await self._session.execute(_FORGET, {"age": older_than, "limit": limit})).all())
