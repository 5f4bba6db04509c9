"""What is seen from outside while things break: health, a canary through the whole system, and what processes hold."""

import asyncio
import contextlib
import time
from typing import Any

import asyncpg
import httpx
import psutil

from deploy.plan import SERVICES
from tests.faults.system import System
from tests.faults.workload import GaveUp, Person
from tests.journeys.world import PLACES

CANARY_EVERY = 5.0
SEEN_AT_ALL = 60.0


async def watch_health(system: System) -> None:
    """Note every change of each service's readiness, until cancelled."""
    async with httpx.AsyncClient(timeout=3, trust_env=False) as client:
        await asyncio.gather(*(_watch(system, client, name) for name in SERVICES))


async def _watch(system: System, client: httpx.AsyncClient, name: str) -> None:
    known: tuple[bool, str] | None = None
    while True:
        seen = await _ready(client, system.urls[name])
        if seen != known:
            system.journal.note("health", service=name, ready=seen[0], why=seen[1])
            known = seen
        await asyncio.sleep(1)


async def _ready(client: httpx.AsyncClient, url: str) -> tuple[bool, str]:
    try:
        answer = await client.get(url + "/health/ready")
    except httpx.TransportError as error:
        return False, type(error).__name__
    if answer.is_success:
        return True, ""
    failed: dict[str, Any] = answer.json().get("checks", {}) if "json" in answer.headers.get("content-type", "") else {}
    return False, " ".join(name for name, well in failed.items() if not well)


async def watch_sizes(system: System) -> None:
    """Note what each process holds, until cancelled."""
    while True:
        for name in SERVICES:
            if (process := system.process(name)) is None:
                continue
            with contextlib.suppress(psutil.Error):
                size = {"rss": process.memory_info().rss, "fds": process.num_fds(), "pid": process.pid}
                system.journal.note("size", service=name, born=process.create_time(), **size)
        await asyncio.sleep(5)


async def canaries(system: System, ending: asyncio.Event) -> None:
    """Send an event through intake, relay, broker and analytics every so often, as long as histories begin."""
    who = Person(system, sub="canary", roles=["coordinator"], schools=["10XA00"])
    body = {"name": "canary", "kind": "regular", "sectors": ["sport"], "sizeClass": "small", "recognition": "boris",
            "guidance": "full", "placesPerYear": 1, "address": PLACES["AM11"], "confirmedNew": True}  # fmt: skip
    employer = (await who.command("employer-registered", "intake", "/v1/employers", body, marker="canary"))["id"]
    while not ending.is_set():
        began = time.time()
        talk = {"channel": "telephone", "outcome": "good-talk", "contactDate": "2026-09-14"}
        with contextlib.suppress(GaveUp):
            made = await who.command(
                "contact-logged", "intake", f"/v1/employers/{employer}/contacts", talk, marker="canary", about=employer
            )
            sent = time.time()
            arrived = await _arrived(system, made["id"])
            system.journal.note("canary", began=began, sent=sent, seconds=arrived - sent if arrived else None)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(max(0.0, CANARY_EVERY - (time.time() - began))):
                await ending.wait()


async def _arrived(system: System, contact: str) -> float | None:
    """When analytics had counted it; None when it took too long."""
    deadline = time.time() + SEEN_AT_ALL
    while time.time() < deadline:
        with contextlib.suppress(OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError):
            query = "select true from contacts where contact_id = $1::text::uuid"
            if await system.servers.sql(query, contact, database=f"{system.plan.name}_analytics"):
                return time.time()
        await asyncio.sleep(0.2)  # a poll with a deadline
    return None
