"""A region's plan that processes keep: the database and what they remember together are as if it were read anew, whatever
happens in between.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import datetime
from random import Random
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from services.matching.domain.kept_region import KeptRegion
from services.matching.domain.widening import RegionSettings
from services.matching.planning import living
from services.matching.planning.locks import lock
from services.matching.planning.settling import settle
from services.matching.planning.shelf import Shelf
from services.matching.store.rows import AMSTERDAM, now
from services.matching.store.settings import SettingsStore
from shared.unit_of_work import UnitOfWork, begin
from tests.support.bench import Bench
from tests.support.living import EVENTS, Region
from tests.support.region import REGION

STATEMENTS = {"student ready": 11, "student withdrawn": 12, "employer offered": 11, "employer paused": 14}
"""At most, whatever the number of students and offers; those past SQLAlchemy count, too."""

AT_ONCE = {"student ready": 15, "student withdrawn": 13, "employer offered": 16, "offer withdrawn": 18}
"""The same where places are proposed at once."""


ALL_CLOSED = text("update offers set is_open = false")
OTHERS_ENDED = text("""
select pg_terminate_backend(pid) from pg_stat_activity
where datname = current_database() and usename = current_user and pid <> pg_backend_pid()
""")
CONTACTS = text("""
insert into contacts (id, employer_id, school_id, outcome, contact_date)
select gen_random_uuid(), employer_id, employer_id, 'no', current_date from offers limit 3
""")


class Undone(Exception):
    """So that a transaction is rolled back at its very end."""


@pytest.fixture
async def region(bench: Bench) -> AsyncIterator[Region]:
    database = await bench.fresh_database("matching")
    made = await Region.of(database.url, 1)
    yield made
    await made.engine.dispose()
    await bench.drop(database)


async def read_anew(work: UnitOfWork) -> tuple[KeptRegion, list[Any]]:
    """The region as it stands in the database, and whose place a plan that nobody kept would change."""
    moment: datetime = await now(work.session)
    bounds = {REGION: (await SettingsStore(work.session).of(REGION)).group_bounds}
    anew = KeptRegion(moment.astimezone(AMSTERDAM).date(), bounds)
    return anew, anew.take(await living._Reading(work, REGION).everything())


async def is_true(region: Region) -> None:
    """What is planned is the best plan, and what is remembered is what the database has."""
    async with region.work() as work:
        await lock(work.session, {REGION})
        anew, changes = await read_anew(work)
        assert changes == []
        kept = await region.resources.shelf.take(work.session, REGION)
        if kept is None:
            return  # this process never knew the region, or knows that it does not any more
        region.resources.shelf.keep(work.session, REGION, kept)
        await living.repair(work, REGION, (), (), await now(work.session))
        assert kept.region.first.searches == anew.first.searches
        assert kept.region.first.openings == anew.first.openings
        assert {student: one.offer_id for student, one in kept.region.ground.planned.items()} == anew.ground.offers
        candidates = set(kept.region.first.problem.problem().candidates)
        assert candidates == set(anew.first.problem.problem().candidates)


def other_replica(region: Region) -> Region:
    """The same region, seen by a process that remembers for itself."""
    return replace(region, resources=replace(region.resources, shelf=Shelf()))


async def test_after_many_events_in_two_replicas_what_is_remembered_is_what_the_database_has(region: Region) -> None:
    await region.filled(40, 0.8)
    replicas, random = (region, other_replica(region)), Random(2)
    for number in range(60):
        here = random.choice(replicas)
        name = random.choice([one for one in EVENTS if one != "employer resumed" or region.paused])
        await EVENTS[name](here)
        if number % 4 == 0:
            for each in replicas:
                await is_true(each)


async def test_an_event_reads_no_more_of_a_region_than_what_changed(region: Region) -> None:
    await region.filled(30, 0.8)
    for events in (EVENTS, STATEMENTS):  # once to know the region
        took = {name: (await EVENTS[name](region)).statements for name in events}
    assert {name: most for name, most in took.items() if most > STATEMENTS[name]} == {}


async def test_an_event_that_is_proposed_at_once_asks_the_database_little(region: Region) -> None:
    async with region.work() as work:
        await SettingsStore(work.session).save(REGION, RegionSettings())
    for _ in range(3):
        took = {name: (await EVENTS[name](region)).statements for name in ("student ready", "employer offered")}
    for name in ("student withdrawn", "offer withdrawn"):
        took[name] = (await EVENTS[name](region)).statements
    assert {name: (many, AT_ONCE[name]) for name, many in took.items() if many > AT_ONCE[name]} == {}


async def test_what_a_rolled_back_transaction_did_is_not_remembered(region: Region) -> None:
    await region.filled(20, 0.8)
    await region.ready()
    with pytest.raises(Undone):
        await all_close_and_nothing_of_it_holds(region)
    await is_true(region)
    await region.ready()
    await is_true(region)


async def test_a_connection_that_dies_in_the_middle_leaves_nothing_behind(region: Region) -> None:
    await region.filled(20, 0.8)
    await region.ready()
    with pytest.raises(DBAPIError):
        await all_close_and_the_connection_dies(region)
    await is_true(region)
    await region.ready()
    await is_true(region)


async def all_close_and_the_connection_dies(region: Region) -> None:
    async with region.work() as work:
        await close_all(region, work)
        async with begin(region.engine, region.publisher, region.resources, scope={"acting": "planning"}) as other:
            await other.session.execute(OTHERS_ENDED)
        await work.session.execute(ALL_CLOSED)


async def test_what_a_part_of_a_transaction_did_is_not_remembered_when_that_part_was_rolled_back(
    region: Region,
) -> None:
    await region.filled(20, 0.8)
    await region.ready()
    async with region.work() as work:
        await lock(work.session, {REGION})
        with contextlib.suppress(Undone):
            await a_part_in_which_all_close(region, work)
    await is_true(region)
    await region.ready()
    await is_true(region)


async def a_part_in_which_all_close(region: Region, work: UnitOfWork) -> None:
    async with work.session.begin_nested():
        await close_all(region, work)
        raise Undone


async def all_close_and_nothing_of_it_holds(region: Region) -> None:
    async with region.work() as work:
        await close_all(region, work)
        raise Undone


async def close_all(region: Region, work: UnitOfWork) -> None:
    await lock(work.session, {REGION})
    await work.session.execute(ALL_CLOSED)
    await settle(work, offers=[one.offer_id for one in region.offers])


async def test_what_is_told_of_an_employer_without_any_lock_is_read_with_the_next_event(region: Region) -> None:
    await region.filled(20, 1.4)
    await region.ready()
    async with region.work() as work:  # open while another event is handled, and through only then
        await work.session.execute(CONTACTS)
        await region.ready()
    await region.ready()
    await is_true(region)


async def test_who_waits_for_a_region_finds_its_plan_when_the_other_is_through(
    region: Region, monkeypatch: pytest.MonkeyPatch
) -> None:
    await region.filled(20, 1.4)
    await region.ready()

    async def never(_: Any) -> Any:
        raise AssertionError("the region was read anew")

    with monkeypatch.context() as patched:
        patched.setattr(living._Reading, "everything", never)
        await asyncio.gather(*(region.ready() for _ in range(4)))
    await is_true(region)


async def test_another_day_is_looked_at_anew(region: Region) -> None:
    await region.filled(10, 1.4)
    await region.ready()
    async with region.work() as work:
        await lock(work.session, {REGION})
        kept = await region.resources.shelf.take(work.session, REGION)
        assert kept is not None
        kept.region.ground.today = kept.region.ground.today.replace(year=2020)
        region.resources.shelf.keep(work.session, REGION, kept)
    await region.ready()
    await is_true(region)
