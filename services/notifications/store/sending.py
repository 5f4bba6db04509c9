"""Handing deliveries to those who send them, and writing down what came of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy import text, update
from sqlalchemy.ext.asyncio import AsyncSession

from services.notifications.domain.schedule import Answer, Verdict
from services.notifications.domain.subscriptions import MISSES_IN_A_ROW
from services.notifications.store.deliveries import Delivery, DeliveryState, delivery_of
from services.notifications.store.tables import deliveries

FIRST = UUID(int=0)
"""Before all subscriptions."""

FEW = 1_000
"""Due deliveries that are read by their time before the walk begins: a millisecond or two."""

_CLAIM = text("""
with recursive soonest as materialized (
    select subscription_id from deliveries
    where state = 'waiting' and position is not null and next_at <= statement_timestamp()
    order by next_at limit :few
), waiting (id) as (
    (
        select subscription_id from deliveries
        where state = 'waiting' and position is not null and subscription_id > :after
          and (select count(*) from soonest) = :few
        order by subscription_id limit 1
    )
    union all
    select (
        select subscription_id from deliveries
        where state = 'waiting' and position is not null and subscription_id > waiting.id
        order by subscription_id limit 1
    ) from waiting where waiting.id is not null
), turns (id) as (
    select id from waiting
    union all (
        select distinct subscription_id from soonest
        where subscription_id > :after and (select count(*) from soonest) < :few order by subscription_id
    )
), due as (
    select found.id from turns cross join lateral (
        select id from deliveries
        where subscription_id = turns.id and state = 'waiting' and next_at <= statement_timestamp()
          and position is not null
          and not exists (
            select from deliveries earlier
            where earlier.subscription_id = deliveries.subscription_id and earlier.subject = deliveries.subject
              and earlier.state = 'waiting' and earlier.position < deliveries.position
          )
        order by next_at, position limit coalesce((
            select greatest(0, case when rate is null and per_minute is null and misses < :away then at_once else 1 end
                - (
                    select count(*) from deliveries busy
                    where busy.subscription_id = subscriptions.id and busy.leased_until > clock_timestamp()
                ))
            from subscriptions
            where subscriptions.id = turns.id and state in ('active', 'failing')
              and (sink is not null or protocol <> 'http') and (rest_until is null or rest_until <= clock_timestamp())
        ), 0)
    ) found
    limit :limit
), mine as (
    select id from deliveries where id in (select id from due)
      and state = 'waiting' and next_at <= clock_timestamp() for update skip locked
), claimed as (
    update deliveries set tries = tries + 1, leased_until = clock_timestamp() + cast(:lease as interval),
        next_at = clock_timestamp() + cast(:lease as interval)
    from mine where deliveries.id = mine.id
    returning deliveries.*
), begun as (
    insert into attempts (delivery_id, number, begun_at) select id, tries, clock_timestamp() from claimed
    on conflict do nothing
)
select * from claimed order by subscription_id
""")
"""In order by subject: what came earlier is delivered or given up first.

When little is due, the subscriptions that it is for are known at once. Else from one that something waits for to the
next, and no further than there are hands: a long backlog of one costs the others nothing.
Skips what another replica has in hand, so nobody waits for anybody; a lease that ends gives a crash's rows back."""


_RECORD = text("""
with ended as (
    select * from unnest(
        cast(:ids as uuid[]), cast(:numbers as int[]), cast(:statuses as int[]), cast(:answers as text[]),
        cast(:errors as text[]), cast(:states as text[]), cast(:pauses as interval[])
    ) ended (id, number, status, answer, error, state, pause)
), noted as (
    update attempts set ended_at = clock_timestamp(), status = ended.status, answer = ended.answer, error = ended.error
    from ended where attempts.delivery_id = ended.id and attempts.number = ended.number
)
update deliveries set leased_until = null, state = ended.state, next_at = clock_timestamp() + ended.pause
from ended where deliveries.id = ended.id and deliveries.tries = ended.number
returning deliveries.id, deliveries.tries
""")


@dataclass(frozen=True)
class Ended:
    """A try that is over, and what the receiver's answer means."""

    delivery: Delivery
    answer: Answer
    verdict: Verdict
    pause: timedelta | None
    """Until the next try; None when this was the last that the schedule has."""

    @property
    def is_given_up(self) -> bool:
        """Whether nobody tries again."""
        return self.verdict is Verdict.FAILED or (self.verdict is Verdict.RETRY and self.pause is None)

    @property
    def state(self) -> DeliveryState:
        """What the delivery is now."""
        if self.verdict is Verdict.DELIVERED:
            return DeliveryState.DELIVERED
        again = self.verdict is Verdict.RETRY and self.pause is not None
        return DeliveryState.WAITING if again else DeliveryState.FAILED


class SendingStore:
    """What is in hand."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def claim(self, limit: int, lease: timedelta, after: UUID = FIRST) -> list[Delivery]:
        """Take due deliveries in hand, for as long as the lease; each is counted as tried from now on.

        Those of the subscriptions that come after one, in their order.
        """
        query = {"away": MISSES_IN_A_ROW, "limit": limit, "lease": lease, "after": after, "few": FEW}
        return [delivery_of(row) for row in await self._session.execute(_CLAIM, query)]

    async def record(self, ended: Sequence[Ended]) -> set[tuple[UUID, int]]:
        """How tries went; those whose delivery was not in other hands by then (its lease had ended)."""
        columns = {
            "ids": [each.delivery.id for each in ended],
            "numbers": [each.delivery.tries for each in ended],
            "statuses": [each.answer.status for each in ended],
            "answers": [each.answer.body for each in ended],
            "errors": [each.answer.error for each in ended],
            "states": [each.state for each in ended],
            "pauses": [each.pause if each.state is DeliveryState.WAITING else None for each in ended],
        }
        return {(row.id, row.tries) for row in await self._session.execute(_RECORD, columns)}

    async def keep_all(self, subscription_id: UUID) -> None:
        """Nothing that waits is sent any more; it stays in the feed."""
        await self._session.execute(
            update(deliveries)
            .where(deliveries.c.subscription_id == subscription_id, deliveries.c.state == DeliveryState.WAITING)
            .values(state=DeliveryState.KEPT, next_at=None, leased_until=None)
        )
