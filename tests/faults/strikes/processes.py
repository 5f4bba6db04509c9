"""Processes that die, are stopped, or are killed by what they read."""

import asyncio
from random import Random

from deploy.plan import SERVICES
from tests.faults.evidence import Evidence
from tests.faults.strikes.clock import Until
from tests.faults.strikes.poisoned import POISON
from tests.faults.system import System
from tests.faults.workload import GaveUp, Person
from tests.journeys.world import PLACES

PATIENCE = 120.0
"""Seconds for a message that kills to be parked: several starts of a service on a busy machine."""

GRACE = 25.0
"""Seconds that a service may drain for."""


async def kill_services(system: System, chance: Random, until: Until) -> None:
    """F2: kill -9 of any service at any moment, also while it starts."""
    while not until.up:
        name = chance.choice(SERVICES)
        async with system.journal.fault(f"kill -9 {name}"):
            await system.kill(name)
            await asyncio.sleep(chance.uniform(0, 1))
            system.spawn(name)
        await until.pause(chance.uniform(0.5, 2.5))
    await system.start(*SERVICES)


async def stop_services(system: System, chance: Random, until: Until) -> None:
    """F3: one service after the other is asked to end, and started again."""
    while not until.up:
        name = chance.choice(SERVICES)
        async with system.journal.fault(f"SIGTERM {name}"):
            before = await system.redelivered(name)
            code = await system.stop(name)
            after = await system.redelivered(name)
            seconds = system.exits[-1][2]
            system.journal.note("stopped", service=name, code=code, seconds=seconds)
            await system.start(name)
            system.journal.note("redelivered", service=name, before=before, after=after)
        await until.pause(chance.uniform(0.2, 1))


def stopped_well(evidence: Evidence) -> list[str]:
    """Every stop ended by itself, in time, and sent nothing back that it had not touched."""
    sent_back = [entry for entry in evidence.of("redelivered") if (entry["after"] or 0) > (entry["before"] or 0)]
    found = [f"{one['service']} sent {one['after'] - one['before']} messages back" for one in sent_back]
    return found + ended_and_nothing_parked(evidence)


def ended_and_nothing_parked(evidence: Evidence) -> list[str]:
    """Every stop ended by itself and in time, and no healthy message was parked."""
    found = []
    for stop in evidence.of("stopped"):
        if stop["code"] != 0:
            found.append(f"{stop['service']} ended with {stop['code']}")
        if stop["seconds"] > GRACE:
            found.append(f"{stop['service']} took {stop['seconds']:.0f} s to end")
    return found + nothing_parked(evidence)


def nothing_parked(evidence: Evidence) -> list[str]:
    """No healthy message was parked."""
    return [
        f"{consumer} parked {row['type']}: {str(row['error'])[:200]}"
        for consumer, inbox in evidence.inboxes.items()
        for row in inbox
        if row["status"] == "parked"
    ]


async def poison(system: System, chance: Random, until: Until) -> None:
    """F12: a message that kills whoever handles it; a supervisor starts the process again each time."""
    await system.restart_with({"analytics": "poison"})
    operator = Person(system, roles=["operator"])
    body = {"name": "Poison", "brin": POISON, "kind": "pro", "address": PLACES["AM11"]}
    async with system.journal.fault("a message that kills the process"):
        try:
            await operator.command("school-registered", "intake", "/v1/schools", body, marker="poison")
        except GaveUp:
            system.journal.note("poison-refused")
        deaths, patience = 0, Until(PATIENCE)
        while not (patience.up or await _parked_poison(system)):
            if system.process("analytics") is None:
                deaths += 1
                system.spawn("analytics")
            await asyncio.sleep(0.5)  # a poll with a deadline
        system.journal.note("deaths", service="analytics", n=deaths)
    await system.start(*SERVICES)
    await until.rest()


async def _parked_poison(system: System) -> bool:
    query = "select 1 from inbox where status = 'parked' and type like '%school-registered%'"
    return bool(await system.servers.sql(query, database=f"{system.plan.name}_analytics"))


def poison_parked(evidence: Evidence) -> list[str]:
    """The poison is parked after a few deaths, and nothing else is."""
    parked = [row for row in evidence.inboxes["analytics"] if row["status"] == "parked"]
    found = [] if len(parked) == 1 else [f"analytics parked {len(parked)} messages, and one was poison"]
    deaths = sum(entry["n"] for entry in evidence.of("deaths"))
    return found if deaths <= 6 else [*found, f"analytics died {deaths} times of one message"]
