"""What analytics reads from its queue and keeps, beside a bare loop on the same queue, each in a process of its own."""

import asyncio
import dataclasses
import json
import statistics
from collections.abc import Mapping, Sequence
from typing import Literal

import aio_pika
import asyncpg
from aio_pika.abc import AbstractIncomingMessage
from sqlalchemy.ext.asyncio import create_async_engine

from services.analytics.domain.projections import Row, rows_of
from services.analytics.handlers import handlers
from services.analytics.store.schema import metadata
from shared.events.envelope import Envelope
from shared.messaging.consumer import Consumer
from shared.messaging.inbox import Inbox
from shared.pools import by_asyncpg
from shared.telemetry import configure_telemetry
from shared.unit_of_work import Publisher
from tests.bench import bare as chain
from tests.bench.machine import Meter, Usage
from tests.bench.place import Place
from tests.bench.process import Go, Part, part
from tests.bench.table import Sheet, Table
from tests.support.bench import Bench
from tests.support.figures import five_years
from tests.support.figures_filled import Sql, by_table

QUEUE = "analytics"
SOURCE = "urn:nld:oin:00000099000000000001:systeem:stagebrug-"
AT_ONCE = 500
"""Messages that are published before their confirmations are waited for."""

ENDS_WITHIN = 600
PARTS = ("process", "broker", "postgres")

Kind = Literal["bare", "ours"]
_KEPT = "insert into {table} ({columns}) values ({values})"
_EMPTY = f"truncate {', '.join(metadata.tables)}, inbox, subject_state, needs_wanted"
_COUNTED = "select " + " + ".join(f"(select count(*) from {name})" for name in metadata.tables)
_IS_THERE = "select exists (select from {table} where {key})"


async def bare(place: Place, go: Go) -> None:
    """The same rows, in a transaction for each group: no inbox, no order, and nothing is known when it comes twice."""
    connection = await asyncpg.connect(place.database)
    await connection.set_type_codec("jsonb", schema="pg_catalog", encoder=json.dumps, decoder=json.loads)
    broker = await aio_pika.connect(place.amqp)
    channel = await broker.channel()
    await channel.set_qos(chain.PREFETCH[True])
    queue = await channel.get_queue(QUEUE, ensure=False)
    arrived: asyncio.Queue[AbstractIncomingMessage] = asyncio.Queue()
    await go()
    await queue.consume(arrived.put)
    while True:
        group = await chain.gathered(arrived)
        envelopes = [Envelope.model_validate_json(message.body) for message in group]
        rows = [row for envelope in envelopes for row in rows_of(envelope.event(), envelope.time)]
        async with connection.transaction():
            await _insert(connection, rows)
        await group[-1].ack(multiple=True)


async def _insert(connection: Sql, rows: list[Row]) -> None:
    for name, of in by_table(rows).items():
        columns = list(of[0])
        numbered = ", ".join(f"${number}" for number in range(1, len(columns) + 1))
        statement = _KEPT.format(table=name, columns=", ".join(columns), values=numbered)
        await connection.executemany(statement, [[row[column] for column in columns] for row in of])


async def ours(place: Place, go: Go) -> None:
    """Consumer, inbox and handlers as the service has them."""
    configure_telemetry("analytics", place.otlp, 0.05)
    engine = create_async_engine(by_asyncpg(place.database), pool_size=10, hide_parameters=True)
    inbox = Inbox(engine, Publisher.of(f"{SOURCE}analytics", metadata), handlers, None)
    consumer = Consumer(place.amqp, handlers, inbox)
    await go()
    await consumer.run()


async def measure(bench: Bench, place: Place, sheet: Sheet, count: int, rounds: int) -> None:
    """Both in turn, each on the same messages from the same queue."""
    database = await bench.fresh_database("analytics")
    own = dataclasses.replace(place, database=database.url, amqp=bench.amqp_url("analytics"))
    told = list(five_years(count))
    messages = [
        Envelope.of(event, SOURCE + event.publisher).model_copy(update={"time": at}).to_json().encode()
        for event, at in told
    ]
    rows = [row for event, at in told for row in rows_of(event, at)]
    admin = await asyncpg.connect(database.owner_url)
    await admin.execute("set stagebrug.acting = 'owner'")
    runs: dict[Kind, list[Usage]] = {"bare": [], "ours": []}
    for turn in range(rounds):
        for kind in ("bare", "ours") if turn % 2 == 0 else ("ours", "bare"):
            used = await _run(bench, own, admin, messages, rows, kind)
            sheet.say(
                f"  {kind}: {len(messages) / used.seconds:.0f}/s, "
                f"{used.each('process', len(messages)):.2f} ms of its processor each"
            )
            runs[kind].append(used)
    await admin.close()
    await bench.drop(database)
    sheet.show(_table(runs, len(messages)))


async def _run(
    bench: Bench,
    place: Place,
    admin: Sql,
    messages: Sequence[bytes],
    rows: Sequence[Row],
    kind: Kind,
) -> Usage:
    await admin.execute(_EMPTY)
    broker = await aio_pika.connect(bench.amqp_url())
    async with broker, broker.channel() as channel:
        await (await channel.get_queue(QUEUE)).purge()
        for begin in range(0, len(messages), AT_ONCE):
            sent = (aio_pika.Message(body, delivery_mode=2) for body in messages[begin : begin + AT_ONCE])
            await asyncio.gather(*(channel.default_exchange.publish(one, QUEUE) for one in sent))
    async with part(f"ingest.{kind}", place) as reading:
        meter = Meter(bench.servers, {"process": reading.pid})
        await reading.go()
        async with asyncio.timeout(ENDS_WITHIN):
            await _until_kept(admin, reading, rows)
        usage = meter.read()
    kept = await admin.fetchval(_COUNTED)
    assert kept == len(rows), f"{kept} rows instead of {len(rows)}"
    return usage


async def _until_kept(admin: Sql, reading: Part, rows: Sequence[Row]) -> None:
    """Counting all tables each time would be a part of what is measured: first the row that comes last is waited for."""
    table, last = metadata.tables[rows[-1].table], rows[-1].values
    keys = [column.name for column in table.primary_key]
    key = " and ".join(f"{name} = ${number}" for number, name in enumerate(keys, 1))
    is_there = _IS_THERE.format(table=table.name, key=key)
    while not await admin.fetchval(is_there, *(last[name] for name in keys)):
        reading.must_run()
        await asyncio.sleep(0.1)  # a poll; the caller has the deadline
    while await admin.fetchval(_COUNTED) < len(rows):  # groups end in any order
        reading.must_run()
        await asyncio.sleep(0.1)  # a poll, as before


def _table(runs: Mapping[Kind, Sequence[Usage]], count: int) -> Table:
    table = Table(
        "Ingest from the queue", ("way", "events/s", "of bare", *(f"{name} ms" for name in PARTS), "all ms", "of bare")
    )
    bare_rate, *_, bare_all = _medians(runs["bare"], count)
    for kind, of in runs.items():
        rate, *each, whole = _medians(of, count)
        table.add(kind, rate, f"{rate / bare_rate:.0%}", *each, whole, f"{bare_all / whole:.0%}")
    table.note = (
        "Medians; milliseconds of processor time per event. The second “of bare” is of these, whoever else works."
    )
    return table


def _medians(runs: Sequence[Usage], count: int) -> list[float]:
    """Events a second; what each costs, and all together."""
    lines = []
    for run in runs:
        costs = [run.each(name, count) for name in PARTS]
        lines.append([count / run.seconds, *costs, sum(costs)])
    return [statistics.median(column) for column in zip(*lines, strict=True)]
