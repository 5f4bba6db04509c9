"""Messages that no healthy publisher sends: copies, old ones, unknown ones, garbage; and far too many."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from copy import deepcopy
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any
from urllib.parse import quote, urlsplit

import aio_pika
import httpx
from aio_pika.abc import AbstractExchange

from deploy.plan import SERVICES
from shared.events.envelope import CONTENT_TYPE
from shared.ids import new_id
from shared.messaging.publishing import EXCHANGE
from shared.topology import handlers_of
from tests.faults.evidence import Evidence
from tests.faults.journal import Journal
from tests.faults.strikes.clock import Until
from tests.faults.system import System

BACKLOG = 20_000
AT_ONCE = 500
SLOW = 0.05
"""Seconds for each round trip to its database: a hundred times what it is."""

PREFETCH_ALLOWED = 200
"""Messages in hand that a consumer may have, whatever its setting is called."""

LARGE = 5 * 1024 * 1024


@contextlib.asynccontextmanager
async def events_exchange(system: System) -> AsyncIterator[AbstractExchange]:
    """The exchange, for the administrator, past every proxy."""
    async with await aio_pika.connect(_address(system)) as connection:
        yield await (await connection.channel()).get_exchange(EXCHANGE)


@contextlib.asynccontextmanager
async def queues_directly(system: System) -> AsyncIterator[AbstractExchange]:
    """The exchange that leads to each queue by its name."""
    async with await aio_pika.connect(_address(system)) as connection:
        yield (await connection.channel()).default_exchange


def _address(system: System) -> str:
    return system.servers.broker.url.rstrip("/") + f"/{quote(system.plan.name, safe='')}"


async def send_nonsense(system: System, chance: Random, until: Until) -> None:
    """F11: what is in the log three times over in any order, and what nobody should send."""
    async with events_exchange(system) as exchange:
        while not until.up:
            async with system.journal.fault("copies, old, unknown, garbage, large, of the wrong type, of tomorrow"):
                logged = await _logged(system)
                copies = logged * 3
                chance.shuffle(copies)
                for key, body in copies[:3000]:
                    await _send(exchange, key, body)
                for wrong in _wrong(chance, logged):
                    await wrong_one(system.journal, exchange, *wrong)
            await until.pause(chance.uniform(6, 9))


async def _logged(system: System) -> list[tuple[str, bytes]]:
    found = []
    for name in SERVICES:
        query = "select routing_key, message from event_log order by position desc limit 2000"
        rows = await system.servers.sql(query, database=f"{system.plan.name}_{name}")
        found += [(str(row["routing_key"]), str(row["message"]).encode()) for row in rows]
    return found


def _wrong(chance: Random, logged: list[tuple[str, bytes]]) -> list[tuple[str, str, bytes, str]]:
    """(what, routing key, body, content type) of messages that no healthy publisher sends."""
    states = [(key, json.loads(body)) for key, body in logged if "employer-registered" in key]
    key, known = chance.choice(states)
    return [
        ("stale", key, _changed(known, version=0), CONTENT_TYPE),
        ("unknown", key, _changed(known, kind="nl.stagebrug.employer-registered.v99"), CONTENT_TYPE),
        ("tomorrow", key, _changed(known, version=0, days=1), CONTENT_TYPE),
        ("wrong-type", key, _changed(known, version=0), "text/html"),
        ("garbage", key, bytes(chance.randrange(256) for _ in range(300)), CONTENT_TYPE),
        ("large", key, b'{"x":"' + b"y" * LARGE + b'"}', CONTENT_TYPE),
    ]


def _changed(event: dict[str, Any], *, version: int | None = None, kind: str = "", days: int = 0) -> bytes:
    changed = deepcopy(event)
    changed["id"] = str(new_id())
    if version is not None:
        changed["data"]["version"] = version
    if kind:
        changed["type"] = kind
    if days:
        changed["time"] = (datetime.now(UTC) + timedelta(days=days)).isoformat().replace("+00:00", "Z")
    return json.dumps(changed).encode()


async def wrong_one(
    journal: Journal, exchange: AbstractExchange, what: str, key: str, body: bytes, content_type: str
) -> None:
    """Send it, and note for each consumer what it will have to account for."""
    for name in SERVICES:
        if key in handlers_of(name).routing_keys:
            if what in {"garbage", "large"}:
                journal.note("garbage", consumer=name, kind=what)
            else:
                journal.note("injected", consumer=name, kind=what, event_id=json.loads(body)["id"])
    await _send(exchange, key, body, content_type)


async def _send(exchange: AbstractExchange, key: str, body: bytes, content_type: str = CONTENT_TYPE) -> None:
    message = aio_pika.Message(body, content_type=content_type, delivery_mode=aio_pika.DeliveryMode.PERSISTENT)
    await exchange.publish(message, key)


def nonsense_parked(evidence: Evidence) -> list[str]:
    """What is unknown is parked, and nothing healthy is."""
    injected = {entry["event_id"]: entry["kind"] for entry in evidence.of("injected")}
    found = []
    for consumer, inbox in evidence.inboxes.items():
        for row in inbox:
            kind = injected.get(row["event_id"], "healthy")
            if row["status"] == "parked" and kind in {"healthy", "stale", "tomorrow"}:
                found.append(f"{consumer} parked a {kind} message: {row['error']}"[:300])
            if row["status"] != "parked" and kind == "unknown":
                found.append(f"{consumer} has {row['status']} as its verdict on an unknown type")
    return found


async def flood(system: System, chance: Random, until: Until) -> None:
    """F14: a consumer that is a hundred times slower, and a backlog in front of it alone."""
    link, trouble = system.links["analytics_database"], f"{BACKLOG} messages before a slow consumer"
    async with queues_directly(system) as direct, system.journal.fault(trouble):
        [(_, body), *_] = [one for one in await _logged(system) if "employer-registered" in one[0]]
        known = json.loads(body)
        await _measure(system)
        link.latency = SLOW
        for _ in range(BACKLOG // AT_ONCE):
            bodies = [_changed(known, version=0) for _ in range(AT_ONCE)]
            for each in bodies:
                system.journal.remember("injected", consumer="analytics", event_id=json.loads(each)["id"])
            await asyncio.gather(*(_send(direct, "analytics", each) for each in bodies))
            await _measure(system)
        await until.rest()
        await _measure(system)
        await link.heal()


async def _measure(system: System) -> None:
    path = f"/api/queues/{quote(system.plan.name, safe='')}/analytics"
    parts = urlsplit(system.servers.broker.management_url)
    base = f"http://{parts.hostname}:{parts.port}"
    async with httpx.AsyncClient(base_url=base, auth=(parts.username or "", parts.password or "")) as client:
        queue = (await client.get(path)).json()
    process = system.process("analytics")
    system.journal.note(
        "flood",
        ready=queue.get("messages_ready"),
        in_hand=queue.get("messages_unacknowledged"),
        rss=process.memory_info().rss if process else None,
    )


def flood_contained(evidence: Evidence) -> list[str]:
    """Prefetch bounds what is in hand, and memory stays flat."""
    seen = [entry for entry in evidence.of("flood") if entry["rss"]]
    most = max((entry["in_hand"] or 0 for entry in seen), default=0)
    found = [] if most <= PREFETCH_ALLOWED else [f"analytics had {most} messages in hand"]
    grown = max(entry["rss"] for entry in seen) - seen[0]["rss"]
    return found if grown < 100 * 1024 * 1024 else [*found, f"analytics grew by {grown >> 20} MB"]
