"""Every named moment at which a process may die: it dies there, starts again, and everything promised holds.

In CI a sample, chosen by a seed that stands in each case's name; all of them with FAULTS_ALL=1.
"""

import os
import secrets
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

import aio_pika
import pytest

from shared.fail_points import POINTS
from tests.faults.crash.checks import drained, violations
from tests.faults.crash.histories import HISTORIES, outside_profiles
from tests.faults.crash.house import House, Visit, visiting
from tests.faults.crash.outside import Outside, outside_world
from tests.faults.test_nights import NIGHT
from tests.support.bench import Bench

SEED = int(os.environ.get("FAULTS_SEED") or secrets.randbelow(100_000))
SAMPLE = 12

ALL = [
    (service, point, nth)
    for service, history in HISTORIES.items()
    for point in history.points
    for nth in ((1,) if point == "inbox.watched" else (1, 2))
]


def chosen() -> list[tuple[str, str, int]]:
    """One of each family of points, and others up to the sample; by service, since each starts once."""
    if os.environ.get("FAULTS_ALL"):
        return ALL
    chance, families = Random(SEED), dict.fromkeys(point.partition(".")[0] for _, point, _ in ALL)
    sample = [chance.choice([case for case in ALL if case[1].startswith(family)]) for family in families]
    sample += chance.sample([case for case in ALL if case not in sample], SAMPLE - len(sample))
    return sorted(sample, key=ALL.index)


def named(case: tuple[str, str, int]) -> str:
    return f"{case[0]}-{case[1]}:{case[2]}-seed={SEED}"


@dataclass
class Houses:
    """The services under test; one of them runs at a time, and is kept between its cases."""

    bench: Bench
    folder: Path
    outside: Outside
    built: dict[str, House] = field(default_factory=dict)

    async def open(self, name: str) -> House:
        """The service, running, after a round in which nothing died."""
        for house in self.built.values():
            if house.name != name:
                house.end()
        house = self.built.get(name) or await self._build(name)
        if house.process is None or house.process.poll() is not None:
            await house.start()
        return house

    async def _build(self, name: str) -> House:
        history = HISTORIES[name]
        given = {"smtp_url": self.outside.post.url, "intake_url": self.outside.intake_url, **history.given}
        given["sink"] = self.outside.receiver.url
        house = self.built[name] = await House.built(name, self.bench, self.folder, given, history.effects)
        await house.start()
        async with visiting(house) as visit:
            if history.settle is not None:
                await history.settle(visit)
            await history.round(visit)
            await drained(visit)
            assert await self.problems(visit) == []
        return house

    @asynccontextmanager
    async def case(self, house: House) -> AsyncIterator[Visit]:
        """A case in a house; one that fails has the house built anew for the next."""
        try:
            async with visiting(house) as visit:
                yield visit
        except BaseException:
            house.end()
            del self.built[house.name]
            self.outside.forget()
            raise

    async def problems(self, visit: Visit) -> list[str]:
        """What does not hold of a service that has drained."""
        house = visit.house
        return await violations(visit.sql, house.name, house.journal, self.outside)


@pytest.fixture(scope="module")
def outside() -> Iterator[Outside]:
    with outside_world(outside_profiles) as opened:
        yield opened


@pytest.fixture(scope="module")
def houses(bench: Bench, outside: Outside, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Houses]:
    """All services, each started when it is asked for first; later tests must not find them at their queues."""
    opened = Houses(bench, tmp_path_factory.mktemp("houses"), outside)
    yield opened
    for house in opened.built.values():
        house.end()


@pytest.mark.parametrize("case", chosen(), ids=named)
async def test_a_process_that_dies_there_loses_and_doubles_nothing(case: tuple[str, str, int], houses: Houses) -> None:
    service, point, nth = case
    house = await houses.open(service)
    async with houses.case(house) as visit:
        house.arm(f"{point}:{nth}")
        if point == "inbox.watched":
            await suspected(visit)
            code = await house.died()
        else:
            code = await died_in_rounds(visit)
        assert code == -9, f"{point} was not reached {nth} times, the process: {code}\n{house.last_lines()}"
        house.arm("")
        await house.start()
        await HISTORIES[service].round(visit)
        await drained(visit)
        assert await houses.problems(visit) == []


async def died_in_rounds(visit: Visit) -> int | None:
    """The exit code of a process that is asked to do the same until it dies: batches are as large as chance has it."""
    for last in (False, False, False, True):
        await HISTORIES[visit.house.name].round(visit)
        if (code := await (visit.house.died() if last else visit.house.died(within=3.0))) is not None:
            return code
    return None


async def suspected(visit: Visit) -> None:
    """Messages that have been in the hands of processes that died, often enough to be watched."""
    house = visit.house
    house.end()
    await HISTORIES[house.name].round(visit)
    async with await aio_pika.connect(house.bench.amqp_url()) as connection:
        channel = await connection.channel()
        queue = await channel.get_queue(house.name)
        for _ in range(4):
            if (message := await queue.get(fail=False)) is not None:
                await message.reject(requeue=True)
    await house.start()


def test_every_named_moment_is_passed_by_a_service() -> None:
    passed = {point for history in HISTORIES.values() for point in history.points}
    assert passed | set(NIGHT) == set(POINTS)


TAMPERED = {
    "relay: an event that left no trace": "delete from event_log where position = 1",
    "relay: a gap": "update event_log set position = position + 1",
    "relay: still in the outbox": "insert into outbox (event_id, type, routing_key, subject, version, message) "
    "values (gen_random_uuid(), 't', 't', gen_random_uuid()::text, 1, '{}')",
    "work: a row without its event": "insert into things (id, version) values (gen_random_uuid(), 1)",
    "inbox: a second effect": "insert into effects select key from effects limit 1",
    "inbox: no effect": "delete from effects where key = (select key from effects where key like '%fact' limit 1)",
    "inbox: no verdict": "delete from inbox",
    "inbox: parked": "update inbox set status = 'parked'",
    "inbox: out of turn": "update notes set note = '2' where note = '1'",
}


@pytest.mark.parametrize("tampering", TAMPERED)
async def test_the_checks_see_what_a_broken_service_would_leave(tampering: str, houses: Houses) -> None:
    house = await houses.open("toy")
    async with houses.case(house) as visit:
        await drained(visit)
        assert await houses.problems(visit) == []
        undone = visit.sql.transaction()
        await undone.start()
        await visit.sql.execute(TAMPERED[tampering])
        assert await houses.problems(visit) != []
        await undone.rollback()


OUTSIDE_TAMPERED = {
    "webhook: never sent": "update deliveries set event_id = gen_random_uuid() where state = 'delivered'",
    "webhook: given up": "update deliveries set state = 'failed'",
    "mail: never sent": "insert into mails (id, recipient, event_key, template, path, facts, state, created_at) "
    "select gen_random_uuid(), recipient, 'x', template, path, facts, 'sent', created_at from mails limit 1",
    "mail: given up": "update mails set state = 'failed'",
}


@pytest.mark.parametrize("tampering", OUTSIDE_TAMPERED)
async def test_the_checks_see_what_did_not_reach_the_world_outside(tampering: str, houses: Houses) -> None:
    house = await houses.open("notifications")
    async with houses.case(house) as visit:
        await drained(visit)
        assert await houses.problems(visit) == []
        undone = visit.sql.transaction()
        await undone.start()
        await visit.sql.execute(OUTSIDE_TAMPERED[tampering])
        assert await houses.problems(visit) != []
        await undone.rollback()
