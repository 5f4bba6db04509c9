"""Where a region lets places move for a while: planned, told to nobody, moved for a better plan, and proposed in the end."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import asyncpg

from shared.events import Event
from shared.events.intake import EmployerPaused, OfferWithdrawn, PersonErased, StudentWithdrawn
from shared.events.matching import MatchExpired, MatchProposed, StudentUnmatched
from shared.ids import new_id
from tests.matching.examples import LELYSTAD, SCHOOL, a_profile, north_of, wish
from tests.matching.test_closures import a_closure
from tests.matching.test_merging import merged
from tests.matching.world import World, offered, started

MOVABLE = {"movableSeconds": 3600}
HARD: dict[str, Any] = {"limits": ["till", "noise"], "guidance_need": "full"}
FAR = north_of(LELYSTAD, 4)
ROUND_THE_CORNER = {"mode": "bike", "max_minutes": 15}


async def planned(world: World) -> dict[UUID, UUID]:
    """The offer that is planned for each student."""
    rows = await world.matching.sql.fetch("select student_id, offer_id from proposals where state = 'planned'")
    return {row["student_id"]: row["offer_id"] for row in rows}


async def time_is_over(world: World) -> None:
    await world.matching.sql.execute("update proposals set movable_until = movable_until - interval '1 hour'")
    await world.move_timers(1)
    await world.matching.until("select count(*) = 0 from proposals where state = 'planned'")


@contextlib.asynccontextmanager
async def nothing_is_saved(world: World) -> AsyncIterator[asyncpg.Connection]:
    """Who saves a proposal waits meanwhile, in the middle of its transaction."""
    name = urlsplit(world.matching.database.url).path
    holder = await asyncpg.connect(urlsplit(world.matching.bench.servers.postgres_url)._replace(path=name).geturl())
    async with holder.transaction():
        await holder.execute("lock table proposals in share row exclusive mode")
        yield holder
    await holder.close()


async def cut_off_who_waits_for(holder: asyncpg.Connection) -> None:
    """As if its process had died."""
    waiting = "select pid from pg_stat_activity where pg_backend_pid() = any (pg_blocking_pids(pid))"
    async with asyncio.timeout(20):
        while (pid := await holder.fetchval(waiting)) is None:
            await asyncio.sleep(0.01)  # a poll with a deadline
    assert await holder.fetchval("select pg_terminate_backend($1)", pid)


async def test_a_planned_place_holds_its_seat_and_is_told_to_nobody(world: World) -> None:
    await world.settings(MOVABLE)
    offer = await world.offer()
    first = await world.student()
    await world.student()
    assert await planned(world) == {first: offer.offer_id}
    assert await world.told(MatchProposed) == 0
    assert (await world.search(first))["state"] == "searching"
    assert (await world.own.get("/v1/proposals")).json()["items"] == []
    assert (await world.regional.get(f"/v1/offers/{offer.offer_id}/proposals")).json()["items"] == []
    planned_id = await world.matching.sql.fetchval("select id from proposals")
    assert (await world.own.get(f"/v1/proposals/{planned_id}")).status_code == 404
    assert (await world.accept(planned_id)).status_code == 404


async def test_a_planned_place_is_proposed_when_its_time_is_over(world: World) -> None:
    await world.settings(MOVABLE)
    offer = await world.offer()
    student = await world.student()
    await time_is_over(world)
    event = await world.proposed()
    assert (event.student_id, event.offer_id) == (student, offer.offer_id)
    assert (await world.search(student))["state"] == "proposed"
    assert (await world.accept(event.proposal_id)).status_code == 200


async def test_a_planned_place_moves_for_a_harder_student_who_comes_later(world: World) -> None:
    await world.settings(MOVABLE)
    near = await world.offer()
    easy = await world.student()
    far = await world.offer(location=FAR)
    assert await planned(world) == {easy: near.offer_id}
    hard = await world.student(**HARD, travel=ROUND_THE_CORNER)
    assert await planned(world) == {easy: far.offer_id, hard: near.offer_id}
    await time_is_over(world)
    shown = [await world.proposed(), await world.proposed()]
    assert {one.student_id: one.offer_id for one in shown} == {easy: far.offer_id, hard: near.offer_id}


async def test_who_loses_a_planned_place_to_a_harder_student_waits_on_and_gets_the_next(world: World) -> None:
    await world.settings(MOVABLE)
    offer = await world.offer()
    easy = await world.student()
    hard = await world.student(**HARD)
    assert await planned(world) == {hard: offer.offer_id}
    assert await world.told(StudentUnmatched) == 1
    following = await world.offer()
    assert await planned(world) == {hard: offer.offer_id, easy: following.offer_id}


async def test_a_planned_place_does_not_move_for_points_alone(world: World) -> None:
    await world.settings(MOVABLE)
    far = await world.offer(location=FAR)
    student = await world.student()
    await world.offer()
    assert await planned(world) == {student: far.offer_id}


async def test_a_proposal_that_was_shown_does_not_move(world: World) -> None:
    await world.offer()
    easy = await world.student()
    assert (await world.proposed()).student_id == easy
    await world.settings(MOVABLE)
    await world.student(**HARD)
    assert await planned(world) == {}
    assert await world.told(MatchExpired) == 0


async def test_a_region_that_shows_at_once_again_shows_what_was_planned(world: World) -> None:
    await world.settings(MOVABLE)
    await world.offer()
    student = await world.student()
    await world.settings()
    assert (await world.proposed()).student_id == student
    assert await planned(world) == {}


async def test_the_time_of_a_place_goes_on_when_it_moves(world: World) -> None:
    await world.settings(MOVABLE)
    await world.offer()
    easy = await world.student()
    query = "select movable_until from proposals where student_id = $1"
    before = await world.matching.sql.fetchval(query, easy)
    assert before
    await world.offer(location=FAR)
    await world.student(**HARD, travel=ROUND_THE_CORNER)
    assert await world.matching.sql.fetchval(query, easy) == before


async def test_two_who_come_after_each_other_keep_their_times_in_one_seat(world: World) -> None:
    await world.settings(MOVABLE)
    offer = await world.offer()
    first = await world.student(end_date=date(2026, 10, 16))
    after = await world.student(**HARD)
    query = "select begin_date from proposals where state = 'planned' order by begin_date"
    begins = [row["begin_date"] for row in await world.matching.sql.fetch(query)]
    await world.student()
    assert await planned(world) == {first: offer.offer_id, after: offer.offer_id}
    assert [row["begin_date"] for row in await world.matching.sql.fetch(query)] == begins


async def test_a_place_that_is_no_more_is_planned_for_nobody(world: World) -> None:
    await world.settings(MOVABLE)
    paused, withdrawn, taken = await world.offer(), await world.offer(), await world.offer()
    kept = await world.offer(location=FAR)
    student = await world.student()
    ends: dict[UUID, Event] = {
        paused.offer_id: EmployerPaused(
            employer_id=paused.employer_id, from_date=date(2026, 9, 1), until_date=None, reason="moving"
        ),
        withdrawn.offer_id: OfferWithdrawn(
            offer_id=withdrawn.offer_id, employer_id=withdrawn.employer_id, reason="filled"
        ),
        taken.offer_id: started(taken, new_id()),
    }
    while ends:
        (offer,) = (await planned(world)).values()
        await world.tell(ends.pop(offer))
    assert await planned(world) == {student: kept.offer_id}
    assert await world.told(MatchExpired) == 0


async def test_a_planned_place_in_a_sector_that_closes_is_planned_elsewhere_and_told_to_nobody(world: World) -> None:
    await world.settings(MOVABLE)
    await world.offer()
    student = await world.student(wishes=wish("horeca", "logistiek"))
    elsewhere = await world.offer(sector="logistiek", location=FAR)
    await world.tell(a_closure(), version=1)
    assert await planned(world) == {student: elsewhere.offer_id}
    assert (await world.told(MatchExpired), await world.told(MatchProposed)) == (0, 0)
    await time_is_over(world)
    assert (await world.proposed()).offer_id == elsewhere.offer_id


async def test_a_planned_place_stays_when_its_employer_is_merged_with_another(world: World) -> None:
    await world.settings(MOVABLE)
    kept, other = await world.employer(), await world.employer(employer_id=new_id())
    offer = await world.offer(employer_id=other.employer_id)
    student = await world.student()
    await world.tell(merged(kept.employer_id, other.employer_id))
    assert await planned(world) == {student: offer.offer_id}
    assert await world.told(MatchProposed) == 0
    await time_is_over(world)
    shown = await world.proposed()
    assert (shown.student_id, shown.offer_id, shown.employer_id) == (student, offer.offer_id, kept.employer_id)


async def test_a_planned_place_is_given_up_when_the_employer_that_stays_is_paused(world: World) -> None:
    await world.settings(MOVABLE)
    kept, other = await world.employer(), await world.employer(employer_id=new_id())
    await world.tell(
        EmployerPaused(employer_id=kept.employer_id, from_date=date(2026, 9, 1), until_date=None, reason="moving")
    )
    await world.offer(employer_id=other.employer_id)
    await world.student()
    await world.tell(merged(kept.employer_id, other.employer_id))
    assert await planned(world) == {}
    assert await world.told(MatchExpired) == 0


async def test_who_searches_no_more_has_nothing_planned_and_the_next_gets_the_place(world: World) -> None:
    await world.settings(MOVABLE)
    offer = await world.offer()
    waiting = {await world.student() for _ in range(4)}
    for event in (
        lambda student: StudentWithdrawn(student_id=student, school_id=SCHOOL),
        lambda student: started(offered(), student),
        lambda student: PersonErased(person_id=student, kind="student", erased_at=datetime.now(UTC)),
    ):
        (student,) = await planned(world)
        waiting.remove(student)
        await world.tell(event(student))
        await world.matching.until("select count(*) = 0 from proposals where student_id = $1", student)
        assert set(await planned(world)) <= waiting
        assert list((await planned(world)).values()) == [offer.offer_id]
    assert await world.told(MatchExpired) == 0


async def test_of_two_replicas_one_goes_on_where_the_other_died_while_it_planned(world: World) -> None:
    await world.settings(MOVABLE)
    async with world.replica():
        offers = [await world.offer(), await world.offer(location=FAR)]
        easy = await world.student()
        hard = a_profile(**HARD, travel=ROUND_THE_CORNER)
        async with nothing_is_saved(world) as holder:
            sent = await world.matching.announce(world.ready(hard))
            await cut_off_who_waits_for(holder)
        assert await world.matching.handled(sent, within=30) == ["done"]
        assert await planned(world) == {easy: offers[1].offer_id, hard.student_id: offers[0].offer_id}
    await time_is_over(world)
    assert await world.told(MatchProposed) == 2
