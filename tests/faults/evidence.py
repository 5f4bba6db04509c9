"""All that is known after a trial, as plain data: the invariants are joins over it, and a doctored copy is their test."""

import asyncio
import contextlib
import json
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import asyncpg
import httpx

from deploy.plan import SERVICES
from shared.topology import handlers_of
from tests.faults.journal import Entry
from tests.faults.system import System
from tests.faults.workload import Person

Row = dict[str, Any]

KEPT = {
    "intake": ("schools", "employers", "offers", "students", "placements", "contacts"),
    "matching": ("proposals",),
    "notifications": ("mails", "deliveries"),
    "analytics": [
        "schools",
        "employers",
        "offers",
        "students_ready",
        "proposals",
        "proposals_accepted",
        "proposals_declined",
        "proposals_expired",
        "placements_started",
        "placements_cancelled",
        "placements_ended",
        "placements_refused",
        "contacts",
    ],
}

DRAIN_WITHIN = 180.0
"""Seconds after which a system that is not quiet never will be."""


LOOKS = 2
"""Between two looks at one place a message can move on to another: both must find nothing."""


@dataclass
class Evidence:
    """A trial's journal, and every service's tables as far as invariants ask for them."""

    journal: list[Entry] = field(default_factory=list)
    logs: dict[str, list[Row]] = field(default_factory=dict)
    inboxes: dict[str, list[Row]] = field(default_factory=dict)
    states: dict[str, list[Row]] = field(default_factory=dict)
    outboxes: dict[str, int] = field(default_factory=dict)
    heads: dict[str, int] = field(default_factory=dict)
    handles: dict[str, dict[str, str | None]] = field(default_factory=dict)
    """Per service: the types that it has handlers for, with their group where only the newest version counts."""
    unreadable: dict[str, int] = field(default_factory=dict)
    queues: dict[str, int] = field(default_factory=dict)
    tables: dict[str, list[Row]] = field(default_factory=dict)
    effects: dict[str, list[Row]] = field(default_factory=dict)
    webhooks: list[Row] = field(default_factory=list)
    mails: list[Row] = field(default_factory=list)
    drained: float | None = None
    """Seconds from the last healing until all was quiet; None when it never was."""

    def of(self, what: str) -> list[Entry]:
        """The journal's lines of a kind."""
        return [entry for entry in self.journal if entry["what"] == what]

    def keep(self, folder: Path) -> None:
        """Write it beside the journal, for whoever has to understand a violation."""
        (folder / "evidence.json").write_text(json.dumps(asdict(self), default=str, indent=1))


async def quiet(system: System, within: float = DRAIN_WITHIN) -> float | None:
    """Wait until nothing is under way anywhere; after how many seconds that was."""
    began = time.monotonic()
    operator = Person(system, roles=["operator"])
    looks = 0
    while time.monotonic() - began < within:
        with contextlib.suppress(OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError, httpx.HTTPError):
            looks = 0 if await _under_way(system, operator) else looks + 1
            if looks == LOOKS:
                return time.monotonic() - began
        await asyncio.sleep(0.5)  # a poll with a deadline
    system.journal.note("never-quiet", left=await _under_way(system, operator))
    return None


async def _under_way(system: System, operator: Person) -> list[str]:
    left = []
    for name in SERVICES:
        database = f"{system.plan.name}_{name}"
        [row] = await system.servers.sql("select count(*) as n from outbox", database=database)
        left += [f"{row['n']} in the outbox of {name}"] if row["n"] else []
        open_ = await system.servers.sql(
            "select event_id, status from inbox where status in ('retry', 'waiting')", database=database
        )
        left += [f"{len(open_)} to be tried again by {name}"] if open_ else []
        for retried in (row["event_id"] for row in open_ if row["status"] == "retry"):
            # what an operator does who does not want to wait for hours
            await operator.client.post(f"{system.urls[name]}/v1/parked-messages/{retried}/_replay")
    for table in ("deliveries", "mails"):
        query = f"select count(*) as n from {table} where state = 'waiting'"
        [row] = await system.servers.sql(query, database=f"{system.plan.name}_notifications")
        left += [f"{row['n']} {table} to send"] if row["n"] else []
    return left + [f"{n} in the queue {queue}" for queue, n in (await messages_in_queues(system)).items() if n]


async def count_in_a_pause(system: System) -> None:
    """Freeze the services, and note what each has not handled of the logs beside what its queue holds."""
    frozen = [process for name in SERVICES if (process := system.process(name))]
    for process in frozen:
        process.suspend()
    try:
        await asyncio.sleep(1)  # the queues' own counts are a third of a second old
        queued = await messages_in_queues(system)
        logs = {name: await _column(system, name, "select event_id, type from event_log") for name in SERVICES}
        for name in SERVICES:
            verdicts = {row["event_id"] for row in await _column(system, name, "select event_id from inbox")}
            mine = handlers_of(name).by_type
            open_ = [r for log in logs.values() for r in log if r["type"] in mine and r["event_id"] not in verdicts]
            system.journal.note("pause", consumer=name, unhandled=len(open_), queued=queued.get(name, 0))
    finally:
        for process in frozen:
            process.resume()


async def _column(system: System, name: str, query: str) -> list[asyncpg.Record]:
    return await system.servers.sql(query, database=f"{system.plan.name}_{name}")


async def messages_in_queues(system: System) -> dict[str, int]:
    """Ready and unacknowledged messages, as the broker counts them now and not five seconds ago."""
    said = await system.servers.ctl(
        "list_queues", "-q", "--no-table-headers", "-p", system.plan.name, "name", "messages", "--timeout", "15"
    )
    return {name: int(n) for name, n in (line.split("\t") for line in said.splitlines() if "\t" in line)}


async def gathered(system: System, within: float = DRAIN_WITHIN) -> Evidence:
    """Everything, read past the services from their databases, once all is quiet."""
    found = Evidence(drained=await quiet(system, within))
    for name in SERVICES:
        await _from_database(system, name, found)
    handlers = {name: handlers_of(name).by_type for name in SERVICES}
    found.handles = {name: {kind: h.state_group for kind, h in each.items()} for name, each in handlers.items()}
    found.queues = await messages_in_queues(system)
    found.webhooks = [
        {"id": received.webhook_id, "type": received.type, "subject": received.event.get("subject")}
        for received in system.receiver.requests
    ]
    found.mails = [{"id": str(mail["Message-ID"]), "to": str(mail["To"])} for mail in system.post.tried]
    found.journal = system.journal.entries()
    return found


async def _from_database(system: System, name: str, found: Evidence) -> None:
    async def rows(query: str) -> list[Row]:
        read = await system.servers.sql(query, database=f"{system.plan.name}_{name}")
        return [{key: _plain(value) for key, value in row.items()} for row in read]

    found.logs[name] = await rows("select event_id, position, type, subject, version from event_log order by position")
    found.inboxes[name] = await rows("select event_id, type, subject, version, status, error from inbox")
    found.states[name] = await rows("select source, subject, state_group, version from subject_state")
    found.outboxes[name] = len(await rows("select event_id from outbox"))
    found.heads[name] = (await rows("select position from log_head"))[0]["position"]
    found.unreadable[name] = len(await rows("select id from unreadable"))
    found.effects[name] = await rows("select place, key, count(*) as times from effects group by place, key")
    for table in KEPT[name]:
        found.tables[f"{name}.{table}"] = await rows(f"select * from {table}")


def _plain(value: Any) -> Any:
    return value if isinstance(value, int | float | str | bool | None) else str(value)
