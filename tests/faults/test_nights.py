"""A replica dies over a region's nightly plan: another makes it when the claim is over, once, and nothing is doubled."""

import asyncio
from collections.abc import Iterator
from contextlib import AsyncExitStack
from dataclasses import replace
from pathlib import Path

import pytest

from deploy.ports import free_ports
from shared.events.matching import RegionPlanned
from shared.wakeups import CHANNEL
from tests.faults.crash.checks import drained, violations
from tests.faults.crash.histories import HISTORIES, outside_profiles
from tests.faults.crash.house import House, Visit, visiting
from tests.faults.crash.outside import Outside, outside_world
from tests.matching.world import AT_ONCE
from tests.support.bench import Bench

NIGHT = ("night.claimed", "night.planned")
"""Moments at which a process may die over a plan."""

MATCHING = HISTORIES["matching"]
MADE = "select count(*) from plans where kind = 'nightly'"
TOLD = "select count(*) from event_log where type = $1"


@pytest.fixture(scope="module")
def outside() -> Iterator[Outside]:
    with outside_world(outside_profiles) as opened:
        yield opened


async def two_replicas(bench: Bench, folder: Path, outside: Outside) -> tuple[House, House]:
    """Of matching, on one database; neither runs yet."""
    first = await House.built("matching", bench, folder, {"intake_url": outside.intake_url}, MATCHING.effects)
    (beside := folder / "beside").mkdir()
    second = replace(first, folder=beside, port=free_ports(["matching"])["matching"])
    second.arm("")
    return first, second


async def region_at_work(visit: Visit) -> None:
    """With a student and an offer, and an hour for its nights."""
    assert MATCHING.settle is not None
    await MATCHING.settle(visit)
    await MATCHING.round(visit)
    await drained(visit)
    async with visit.client("regional-coordinator", sub="regional", regions=["AM11"]) as regional:
        answer = await regional.put("/v1/regions/AM11/settings", json=AT_ONCE | {"nightlyHour": 3})
        assert answer.is_success, answer.text


async def night_comes(visit: Visit) -> None:
    """The hour of every region that has one."""
    await visit.sql.execute("update region_settings set nightly_at = clock_timestamp() where nightly_at is not null")
    await visit.sql.execute("select pg_notify($1, 'nightly')", CHANNEL)


async def until(visit: Visit, query: str) -> None:
    """Wait until a count is more than nothing."""
    async with asyncio.timeout(30):
        while not await visit.sql.fetchval(query):
            await asyncio.sleep(0.02)  # a poll with a deadline


async def which_died(houses: tuple[House, House]) -> tuple[House, House]:
    """The one that died, and the other."""
    async with asyncio.timeout(30):
        while True:
            for dead, alive in (houses, houses[::-1]):
                if await dead.died(within=0.05) is not None:
                    return dead, alive


@pytest.mark.parametrize("point", NIGHT)
async def test_of_two_replicas_one_makes_the_plan_over_which_the_other_died(
    point: str, bench: Bench, tmp_path: Path, outside: Outside
) -> None:
    houses = await two_replicas(bench, tmp_path, outside)
    async with AsyncExitStack() as stack:
        for house in houses:
            stack.callback(house.end)
            await house.start()
        visit = await stack.enter_async_context(visiting(houses[0]))
        await region_at_work(visit)
        told = await visit.sql.fetchval(TOLD, RegionPlanned.event_type())
        for house in houses:
            house.arm(point)
        await night_comes(visit)
        dead, alive = await which_died(houses)
        assert await dead.died() == -9
        alive.arm("")
        assert await visit.sql.fetchval(MADE) == 0
        assert await visit.sql.fetchval("select bool_and(nightly_at > clock_timestamp()) from region_settings")
        await night_comes(visit)  # half an hour later: the claim is over
        await until(visit, MADE)
        await drained(visit)
        assert await visit.sql.fetchval(MADE) == 1
        assert await visit.sql.fetchval(TOLD, RegionPlanned.event_type()) == told + 1
        assert await violations(visit.sql, "matching", visit.house.journal, None) == []
