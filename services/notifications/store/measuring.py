"""What the monitoring is told of subscriptions, deliveries and mail."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

_SINKS = text("select protocol, state, count(*) as number from subscriptions group by protocol, state")

_WAITING = text("""
select subscriptions.protocol, subscriptions.id, count(*) as number,
       extract(epoch from clock_timestamp() - min(deliveries.created_at)) as age
from deliveries join subscriptions on subscriptions.id = deliveries.subscription_id
where deliveries.state = 'waiting' and deliveries.position is not null and subscriptions.state in ('active', 'failing')
group by subscriptions.protocol, subscriptions.id
""")
"""Who paused, or did not prove the address yet, is waited for by nobody. What has a position is found by index."""

_MAILS_REFUSED = text("select count(*) from mails where state = 'waiting' and error is not null")


class MeasuringStore:
    """Counts; nothing here names what was delivered."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def sinks(self) -> Sequence[Any]:
        """Subscriptions by protocol and state (`protocol`, `state`, `number`)."""
        return (await self._session.execute(_SINKS)).all()

    async def waiting(self) -> Sequence[Any]:
        """What waits for each receiver (`protocol`, `id`, `number`, `age` in seconds)."""
        return (await self._session.execute(_WAITING)).all()

    async def mails_refused(self) -> int:
        """Mails that were refused at least once and wait for another try."""
        return int((await self._session.execute(_MAILS_REFUSED)).scalar_one())
