"""What must be true of a service when it has drained, whatever died before: sentences of what is not."""

import asyncio
import time
from collections import Counter
from collections.abc import Iterator
from typing import TypeAlias
from uuid import UUID

import asyncpg

from tests.faults.crash.histories import time_passes
from tests.faults.crash.house import Journal, Visit
from tests.faults.crash.outside import Outside

DRAINED_WITHIN = 30.0

Sql: TypeAlias = "asyncpg.Connection[asyncpg.Record]"

_LEFT = """
select (select count(*) from outbox) + (select count(*) from inbox where status in ('retry', 'waiting'))
     + (select count(*) from unnest($1::uuid[]) as told (id) where not exists
           (select from inbox where event_id = told.id and consumer = $2))
     + (select count(*) from unnest($3::text[]) as wanted (key) where not exists
           (select from effects where effects.key = wanted.key))
"""
_TIMERS_LEFT = "select count(*) from timers where next_at <= clock_timestamp()"
_OUTSIDE_LEFT = """
select (select count(*) from deliveries where state = 'waiting') + (select count(*) from mails where state = 'waiting')
"""
_SUBJECTS = """
select c.table_name from information_schema.columns c
where c.column_name = 'version' and c.table_schema = 'public' and c.table_name = any($1)
"""
SUBJECT_TABLES = {
    "toy": ("things",),
    "intake": ("schools", "employers", "offers", "students", "placements"),
    "matching": ("offers", "searches", "proposals"),
    "notifications": ("subscriptions", "calls"),
    "analytics": (),
}


async def drained(visit: Visit) -> None:
    """Wait until nothing is left to do; raises TimeoutError with what is."""
    name, journal = visit.house.name, visit.house.journal
    deadline = time.monotonic() + DRAINED_WITHIN
    while True:
        await time_passes(visit.sql, name)
        left = await visit.sql.fetchval(_LEFT, list(journal.told), name, list(journal.effects))
        left += await visit.sql.fetchval(_TIMERS_LEFT)
        if name == "notifications":
            left += await visit.sql.fetchval(_OUTSIDE_LEFT)
        # the broker's count alone says too little: it is 0 also while the queue's leader cannot be asked
        if not left and not (await visit.queue.declare()).message_count:
            await visit.listen()
            return
        if time.monotonic() > deadline:
            raise TimeoutError(f"{left} left to do in {name}:\n{visit.house.last_lines()}")
        await asyncio.sleep(0.1)  # a poll with a deadline


async def violations(sql: Sql, name: str, journal: Journal, outside: Outside | None) -> list[str]:
    """Everything that does not hold."""
    found = [*await _of_the_log(sql, journal), *await _of_the_inbox(sql, name, journal)]
    for table in SUBJECT_TABLES[name]:
        found += await _of_the_rows(sql, table)
    if name == "notifications" and outside is not None:
        found += await _of_the_outside(sql, outside)
    return found


async def _of_the_log(sql: Sql, journal: Journal) -> list[str]:
    rows = await sql.fetch("select event_id, position, subject, version from event_log order by position")
    head = await sql.fetchval("select position from log_head")
    found = ["left in the outbox"] if await sql.fetchval("select count(*) from outbox") else []
    if [row["position"] for row in rows] != list(range(1, len(rows) + 1)) or head != len(rows):
        found.append(f"positions {[row['position'] for row in rows]}, head {head}")
    logged = Counter(row["subject"] for row in rows)
    found += [f"lost: 2xx for {s}, {n} events promised, {logged[s]} logged" for s, n in journal.promised.items()
              if logged[s] < n]  # fmt: skip
    versions: dict[str, list[int]] = {}
    for row in rows:
        versions.setdefault(row["subject"], []).append(row["version"])
    found += [f"versions of {s} in the log: {v}" for s, v in versions.items() if v != list(range(1, len(v) + 1))]
    ids = {row["event_id"] for row in rows}
    found += [f"on the wire, and not in the log: {each}" for each in journal.wire - ids]
    return found + [f"in the log, and never on the wire: {each}" for each in ids - journal.wire]


async def _of_the_rows(sql: Sql, table: str) -> list[str]:
    """Every row says how many events it announced: rows and events left together or not at all."""
    rows = await sql.fetch(
        f"select t.version, count(l.event_id) as events, min(l.subject) as subject from {table} t "
        f"left join event_log l on l.subject = t.id::text group by t.id, t.version"
    )
    return [f"{table} {row['subject']} is at {row['version']} with {row['events']} events" for row in rows
            if row["version"] != row["events"]]  # fmt: skip


async def _of_the_inbox(sql: Sql, name: str, journal: Journal) -> list[str]:
    rows = await sql.fetch("select event_id, status from inbox where consumer = $1", name)
    status: dict[UUID, str] = {row["event_id"]: row["status"] for row in rows}
    found = [f"{each} is {status.get(each, 'lost')}, not {verdict}" for each, verdict in journal.told.items()
             if status.get(each) != verdict]  # fmt: skip
    found += [f"{each} is {s}, and nobody asked for that" for each, s in status.items()
              if s not in {"done", "stale"} and journal.told.get(each) != s]  # fmt: skip
    effects = Counter(row["key"] for row in await sql.fetch("select key from effects"))
    found += [f"no effect: {key}" for key in journal.effects - effects.keys()]
    found += [f"an effect {times} times: {key}" for key, times in effects.items() if times > 1]
    if name == "toy":
        found += [f"out of order: {notes}" for notes in await _turns(sql) if notes != ["1", "2", "3"][: len(notes)]]
    return found


async def _turns(sql: Sql) -> Iterator[list[str]]:
    rows = await sql.fetch(
        "select array_agg(note order by xmin::text::bigint, cmin::text::bigint) as notes from notes where note in ('1', '2', '3') group by id"
    )
    return (list(row["notes"]) for row in rows)


async def _of_the_outside(sql: Sql, outside: Outside) -> list[str]:
    """Everybody outside got everything at least once, each time under the same id."""
    states = await sql.fetch("select event_id, state from deliveries")
    due = {str(row["event_id"]) for row in states if row["state"] == "delivered"}
    found = [f"a delivery is {row['state']}" for row in states if row["state"] != "delivered"]
    found += [f"webhook lost: {each}" for each in due - set(outside.webhooks)]
    found += [f"webhook under another id: {each}" for each in set(outside.webhooks) - due]
    mails = await sql.fetch("select id, state from mails where state <> 'void'")  # settled first
    found += [f"a mail is {row['state']}" for row in mails if row["state"] != "sent"]
    if len(set(outside.mails)) != len(mails):
        found.append(f"{len(mails)} mails, and {len(set(outside.mails))} ids came")
    return found
