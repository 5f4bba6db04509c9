"""A broker that stops, dies, freezes, raises alarms, or lost what services rely on."""

import asyncio
from random import Random

import httpx

from deploy.plan import SERVICES
from deploy.servers import rabbitmq
from shared.topology import Management
from tests.faults.evidence import Evidence
from tests.faults.strikes.clock import Until
from tests.faults.strikes.processes import nothing_parked
from tests.faults.system import System
from tests.faults.workload import Person

LONG = 18.0
"""Seconds: longer than a fault may last without an alarm."""


async def restart_broker(system: System, chance: Random, until: Until) -> None:
    """F4: stopped and started, killed and booted, quickly and after a while."""
    ways = [_stop_app, _kill_and_boot, _kill_and_wait]
    chance.shuffle(ways)
    while not until.up:
        ways.append(way := ways.pop(0))
        await way(system)
        await until.pause(chance.uniform(3, 8))


async def _stop_app(system: System) -> None:
    async with system.journal.fault("broker stop_app, start_app"):
        await system.servers.ctl("stop_app")
        await system.servers.ctl("start_app")


async def _kill_and_boot(system: System) -> None:
    async with system.journal.fault("broker kill -9, boot"):
        await system.servers.kill_broker()
        await system.servers.start_broker()
        system.aim()


async def _kill_and_wait(system: System) -> None:
    async with system.journal.fault(f"broker away for {LONG:.0f} s", reddens=SERVICES):
        await system.servers.kill_broker()
        await asyncio.sleep(LONG)
        await system.servers.start_broker()
        system.aim()


async def wipe_broker(system: System, chance: Random, until: Until) -> None:
    """F4, wiped: the node comes back empty; topology and what was published are given again."""
    async with system.journal.fault("broker wiped"):
        await system.servers.kill_broker(wipe=True)
        await system.servers.start_broker()
        system.aim()
        await system.declare()
    await until.pause(5)
    await republish(system)
    await until.rest()


AGAIN = {"after": 0, "rate": 500, "reason": "the broker lost what it had"}


async def republish(system: System) -> None:
    """Let every service send what it published once more: the broker lost it, the log did not."""
    operator = Person(system, roles=["operator"])
    for name in SERVICES:
        try:
            answer = await operator.client.post(f"{system.urls[name]}/v1/republications", json=AGAIN)
            if answer.is_success:
                await _published_again(system, operator, name, answer.json()["id"])
            system.journal.note("republished", service=name, status=answer.status_code, said=answer.text[:300])
        except httpx.TransportError as error:
            system.journal.note("republished", service=name, status=None, said=repr(error))


async def _published_again(system: System, operator: Person, name: str, which: str) -> None:
    """Wait until it is through: the drain that follows must not look before."""
    path = f"{system.urls[name]}/v1/republications/{which}"
    deadline = asyncio.get_running_loop().time() + 90
    while (seen := (await operator.client.get(path)).json()).get("state") == "running":
        if asyncio.get_running_loop().time() > deadline:
            system.journal.note("republication-stuck", service=name, seen=seen)
            return
        await asyncio.sleep(0.5)  # a poll with a deadline


async def freeze_broker(system: System, chance: Random, until: Until) -> None:
    """F5: SIGSTOP for 2, 30 and (where there is time) 90 seconds."""
    lengths = [2.0, 30.0, 2.0, *([90.0] if until.left > 120 else [])]
    while not until.up:
        lengths.append(seconds := lengths.pop(0))
        if seconds > max(until.left, 2.0):
            continue
        reddens = SERVICES if seconds > 15 else ()
        async with system.journal.fault(f"broker frozen for {seconds:.0f} s", reddens=reddens):
            system.servers.freeze(rabbitmq.NODE)
            try:
                await asyncio.sleep(seconds)
            finally:
                system.servers.thaw(rabbitmq.NODE)
        await until.pause(chance.uniform(2, 5))


async def alarm_broker(system: System, chance: Random, until: Until) -> None:
    """F6: memory and disk alarm; calls are still answered, and what is queued is still read."""
    alarms = [
        ("memory", ("set_vm_memory_high_watermark", "0.00001"), ("set_vm_memory_high_watermark", "0.4")),
        ("disk", ("set_disk_free_limit", "100TB"), ("set_disk_free_limit", "50MB")),
    ]
    while not until.up:
        alarms.append(alarm := alarms.pop(0))
        name, on, off = alarm
        async with system.journal.fault(f"{name} alarm set and cleared"):
            await system.servers.ctl(*on)
            async with system.journal.fault(
                f"{name} alarm", reddens=("intake", "matching")
            ):  # setting it takes seconds
                await asyncio.sleep(20)
            await system.servers.ctl(*off)
        await until.pause(chance.uniform(8, 12))


def answered_meanwhile(evidence: Evidence) -> list[str]:
    """Calls are answered while the broker takes nothing."""
    faults, healed = evidence.of("fault"), evidence.of("healed")
    return [
        f"no call was answered during: {began['name']}"
        for began, ended in zip(faults, healed, strict=True)
        if not any(began["at"] < ack["at"] < ended["at"] for ack in evidence.of("ack"))
    ]


async def lose_consumers(system: System, chance: Random, until: Until) -> None:
    """F10: connections closed, channels closed by a time limit, a queue deleted and declared again."""
    while not until.up:
        name = chance.choice(SERVICES)
        match chance.choice(("connections", "timeout", "queue")):
            case "connections":
                async with system.journal.fault("all connections closed"):
                    await system.servers.ctl("close_all_connections", "--vhost", system.plan.name, "test")
            case "timeout":
                async with system.journal.fault("consumer_timeout of 4 s while the database is frozen"):
                    await _time_consumers_out(system, name)
            case "queue":
                async with system.journal.fault(f"queue {name} deleted and declared again"):
                    async with Management(system.servers.broker.management_url) as management:
                        await management.call("DELETE", "queues", system.plan.name, name)
                    await system.declare()
                await until.pause(5)
                await republish(system)
        await until.pause(chance.uniform(3, 6))


async def _time_consumers_out(system: System, name: str) -> None:
    link = system.links[f"{name}_database"]
    await system.servers.ctl("eval", "application:set_env(rabbit, consumer_timeout, 4000).")
    try:
        link.latency = 8.0
        await asyncio.sleep(12)
    finally:
        await link.heal()
        await system.servers.ctl("eval", "application:set_env(rabbit, consumer_timeout, 1800000).")


async def drift(system: System, chance: Random, until: Until) -> None:
    """F15: a queue of another kind, a missing binding, no exchange at all."""
    vhost, name = system.plan.name, "analytics"
    async with Management(system.servers.broker.management_url) as management:
        async with system.journal.fault("no exchange for 18 s", reddens=("intake", "matching")):
            await management.call("DELETE", "exchanges", vhost, "stagebrug.events")
            await asyncio.sleep(LONG)
            await system.declare()
        await until.pause(8)
        async with system.journal.fault("a binding is missing while the service starts"):
            await system.stop(name)
            await management.call("DELETE", "queues", vhost, name)
            body = {"durable": True, "arguments": {"x-queue-type": "quorum", "x-dead-letter-exchange": "elsewhere"}}
            await management.call("PUT", "queues", vhost, name, body=body)
            system.spawn(name)
            loud = await _ends_or_is_red(system, name)
            system.journal.note("other-arguments", service=name, loud=loud)
            await system.kill(name)
            await management.call("DELETE", "queues", vhost, name)
            await system.declare()
            await system.start(name)
    await republish(system)
    await until.rest()


async def _ends_or_is_red(system: System, name: str) -> bool:
    """Whether a service that finds another queue than it knows says so."""
    async with httpx.AsyncClient(timeout=2, trust_env=False) as client:
        for _ in range(30):
            if system.process(name) is None:
                return True
            await asyncio.sleep(0.5)  # a poll with a deadline
            try:
                answer = await client.get(system.urls[name] + "/health/ready")
            except httpx.TransportError:
                continue
            if answer.is_success:
                return False
    return True


def republished(evidence: Evidence) -> list[str]:
    """What was published again came to its end, and nothing is parked."""
    stuck = [
        f"the republication of {entry['service']} did not end: {entry['seen']}"
        for entry in evidence.of("republication-stuck")
    ]
    return stuck + nothing_parked(evidence)


def told_loudly(evidence: Evidence) -> list[str]:
    """A queue with other arguments fails the start, or at least readiness."""
    return republished(evidence) + [
        f"{entry['service']} started on a queue with other arguments and called itself ready"
        for entry in evidence.of("other-arguments")
        if not entry["loud"]
    ]
