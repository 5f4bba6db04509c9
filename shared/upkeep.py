"""Keeping house: partitions made ahead and dropped when they are old, and figures of what grows while a broker is away.

A message that is older than what the inbox remembers is parked by the claim (`inbox_forgot`), never handled twice.
"""

import asyncpg
import structlog
from prometheus_client import Gauge
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from shared.errors import described, is_transient
from shared.idempotency import AT_ONCE, CLEAN_SECONDS, FORGET, KEPT_HOURS
from shared.jobs import Jobs
from shared.migrations import MONTHS_AHEAD
from shared.settings import ServiceSettings
from shared.telemetry import OUTBOX_SECONDS
from shared.unit_of_work import UnitOfWork, kernel_connection

log = structlog.get_logger()

MEASURE_SECONDS = 15.0
LOOK_SECONDS = 60.0
"""How often it is asked whether a day has passed; on the database's clock, so that replicas agree."""

FORGET_SECONDS = 3_600.0
"""How long a month may take to go: one of thirteen million events is read twice, with nobody waiting for it."""

COUNTED_ROWS = 1_000_000
"""Counting beyond costs more than it tells."""

OUTBOX_ROWS = Gauge("stagebrug_outbox_rows", "Events that wait to be published, up to a million.")
OUTBOX_BYTES = Gauge("stagebrug_outbox_bytes", "What the outbox takes on disk, its indexes included.")
INBOX_OPEN = Gauge("stagebrug_inbox_open", "Messages without a good end yet.", ["status"])
INBOX_OLDEST_SECONDS = Gauge("stagebrug_inbox_oldest_seconds", "Age of the oldest of these.", ["status"])
INBOX_OVERDUE_SECONDS = Gauge("stagebrug_inbox_overdue_seconds", "How long the oldest due retry has been due.")
PARTITION_BYTES = Gauge("stagebrug_partition_bytes", "What a month takes on disk.", ["partition"])
DEFAULT_ROWS = Gauge("stagebrug_default_partition_rows", "Rows of ours that no month stood ready for.", ["table"])

_OUTBOX = text("""
select (select count(*) from (select from outbox limit :most) counted) as rows,
       pg_total_relation_size('outbox') as bytes,
       coalesce((select extract(epoch from clock_timestamp() - created_at) from outbox order by id limit 1), 0) as age
""")
_INBOX = text("""
select status, count(*) as number,
       extract(epoch from clock_timestamp() - min(received_at)) as oldest,
       greatest(0, coalesce(extract(epoch from clock_timestamp() - min(next_attempt_at)), 0)) as overdue
from inbox where status in ('retry', 'waiting', 'parked') group by status
union all
select 'unreadable', count(*), extract(epoch from clock_timestamp() - min(received_at)), 0
from unreadable where status = 'parked' having count(*) > 0
""")
_PARTITIONS = text("select name, bytes from partitions()")
_DEFAULTS = text("""
select 'inbox' as table_name, count(*) as rows from inbox_default where moment_of(event_id) >= inbox_horizon()
union all select 'event_log', count(*) from event_log_default
""")
_WITHIN = text("select count(*) <= :most from (select from outbox limit :most + 1) counted")

_BEGIN = text("set local idle_in_transaction_session_timeout = '10s'")
"""A process that is frozen in the middle holds locks on whole tables no longer."""

_DUE = text("""
select true from inbox_memory where kept_up_at < clock_timestamp() - interval '1 day' for update skip locked
""")
_MAKE = text("select make_partitions(:months)")
_FORGET_INBOX = "select forget_inbox($1, $2)"
_FORGET_LOG = "select forget_log($1)"
_FORGET_UNREADABLE = text("""
delete from unreadable where status <> 'parked' and received_at < clock_timestamp() - make_interval(days => :days)
""")
_DONE = text("update inbox_memory set kept_up_at = clock_timestamp()")
_SEAL = text("select position, encode(digest, 'hex') as digest, forgotten from log_head")


def upkeep_of(settings: ServiceSettings) -> Jobs:
    """What every service does to keep its own house."""
    jobs = Jobs()

    @jobs.every(seconds=MEASURE_SECONDS)
    async def measure(work: UnitOfWork) -> bool:
        await measure_growth(work.session)
        return False

    @jobs.every(seconds=LOOK_SECONDS)
    async def keep_up(work: UnitOfWork) -> bool:
        return await keep_house(work.session, settings)

    @jobs.every(seconds=CLEAN_SECONDS)
    async def forget_keys(work: UnitOfWork) -> bool:
        gone = await work.session.execute(FORGET, {"hours": KEPT_HOURS, "limit": AT_ONCE})
        return bool(getattr(gone, "rowcount", 0) == AT_ONCE)

    return jobs


async def outbox_within(engine: AsyncEngine, most: int) -> bool:
    """Whether no more than `most` events wait to be published; reads no further than that."""
    async with engine.connect() as connection:
        return bool((await connection.execute(_WITHIN, {"most": most})).scalar_one())


async def measure_growth(session: AsyncSession) -> None:
    """Refresh the figures."""
    outbox = (await session.execute(_OUTBOX, {"most": COUNTED_ROWS})).one()
    OUTBOX_ROWS.set(outbox.rows)
    OUTBOX_BYTES.set(outbox.bytes)
    OUTBOX_SECONDS.set(float(outbox.age))
    found = {row.status: row for row in await session.execute(_INBOX)}
    for status in ("retry", "waiting", "parked", "unreadable"):
        INBOX_OPEN.labels(status).set(found[status].number if status in found else 0)
        INBOX_OLDEST_SECONDS.labels(status).set(float(found[status].oldest) if status in found else 0)
    INBOX_OVERDUE_SECONDS.set(float(found["retry"].overdue) if "retry" in found else 0)
    PARTITION_BYTES.clear()
    for row in await session.execute(_PARTITIONS):
        PARTITION_BYTES.labels(row.name).set(row.bytes)
    for row in await session.execute(_DEFAULTS):
        DEFAULT_ROWS.labels(row.table_name).set(row.rows)


async def keep_house(session: AsyncSession, settings: ServiceSettings) -> bool:
    """Once a day: months ahead stand ready, old ones go, one per transaction; True while there is more to do."""
    await session.execute(_BEGIN)
    if (await session.execute(_DUE)).one_or_none() is None:
        return False
    try:
        async with session.begin_nested():
            return await _step(session, settings)
    except (DBAPIError, asyncpg.PostgresError) as error:
        if not is_transient(error):
            raise
        log.warning("upkeep_put_off", error=described(error))  # others held what it waited for; next minute again
        return False


async def _step(session: AsyncSession, settings: ServiceSettings) -> bool:
    if made := (await session.execute(_MAKE, {"months": MONTHS_AHEAD})).scalar_one():
        log.info("partitions_made", number=made)
        return True  # kept, whatever becomes of the forgetting
    connection = await kernel_connection(session)
    days = (settings.inbox_days, settings.log_days)
    for statement, values in ((_FORGET_INBOX, days), (_FORGET_LOG, days[1:])):
        if await connection.fetchval(statement, *values, timeout=FORGET_SECONDS):
            log.info("month_forgotten")
            return True
    await session.execute(_FORGET_UNREADABLE, {"days": settings.log_days})
    await session.execute(_DONE)
    for row in await session.execute(_DEFAULTS):
        if row.rows:
            log.error("default_partition_in_use", table=row.table_name, rows=row.rows)
    sealed = (await session.execute(_SEAL)).one()
    # outside the database, so that a log that was rewritten as a whole still shows
    log.info("log_sealed", position=sealed.position, digest=sealed.digest, begins_after=sealed.forgotten)
    return False
