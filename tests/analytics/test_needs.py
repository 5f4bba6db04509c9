"""Coarse codes of students: fetched once for each search, kept from nobody who may not know, and gone with the student."""

import asyncio
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from services.analytics.domain.counted import Cell, Count, grid_of
from services.analytics.domain.hiding import hidden
from services.analytics.domain.needs import PLACED_BY_NEED
from shared.events.intake import PersonErased
from shared.ids import new_id
from tests.analytics.events import an_id, ready, started
from tests.analytics.support import rows, tell
from tests.conftest import StartService
from tests.intake.world import a_client, a_world, good
from tests.support.service import RunningService

HOUR = 3600


async def test_the_codes_of_who_begins_to_search_are_fetched_with_a_right_of_their_own_and_erased_with_them(
    service: StartService,
) -> None:
    intake = await service("intake")
    analytics = await service("analytics", intake_url=intake.url)
    world = await a_world(intake)
    student = await world.searching()
    path = f"/v1/students/{student['id']}/coarse-profile"
    await analytics.until("select count(*) > 0 from student_needs", within=20)
    known = await analytics.sql.fetchrow("select * from student_needs")
    assert known is not None
    counting = a_client(intake, sub="counting", scope="intake:coarse-profiles:read")
    told = await good(counting.get(path))
    assert set(told) == {"outflowProfile", "guidanceNeed", "distance", "work"}
    assert tuple(known)[2:] == tuple(told.values()) == ("work", "limited", "40", "detailhandel")
    assert (await world.matching.get(path)).status_code == (await world.first.get(path)).status_code == 404
    assert set((await good(counting.get(f"/v1/students/{new_id()}/coarse-profile"))).values()) == {None}
    lines = (await good(world.first.get(f"/v1/students/{student['id']}/accesses")))["items"]
    assert ("stagebrug-analytics", "counted") in [(line["subject"], line["action"]) for line in lines]

    await good(world.first.post(f"/v1/students/{student['id']}/_withdraw"))
    gone = PersonErased(person_id=student["id"], kind="student", erased_at=datetime.now(UTC))
    await analytics.tell(gone)
    await analytics.until("select count(*) = 0 from student_needs where student_id = $1", known["student_id"])


async def test_an_intake_that_is_away_is_asked_again_and_holds_up_nothing(analytics: RunningService) -> None:
    await tell(analytics, ready("Sam"))
    await tell(analytics, ready("Sam"))
    assert await analytics.sql.fetchval("select count(*) from needs_wanted") == 1
    assert (await rows(analytics, "placed-by-need"))["profile-unknown"] == [1, 0]


async def test_a_student_whom_intake_cannot_tell_of_is_asked_about_again_and_holds_up_no_other(
    service: StartService,
) -> None:
    intake = await service("intake")
    world = await a_world(intake)
    ids = sorted([(await world.searching())["id"] for _ in range(2)])
    await intake.sql.execute("update students set facts = '{}' where id = $1", ids[0])
    analytics = await service("analytics", intake_url=intake.url)
    for student in ids:
        await tell(analytics, ready("Sam").model_copy(update={"student_id": UUID(student)}))
    await analytics.until("select count(*) = 1 from student_needs where student_id = $1", UUID(ids[1]), within=20)
    waiting = await analytics.sql.fetch("select student_id, after > now() as later from needs_wanted")
    assert [tuple(row) for row in waiting] == [(UUID(ids[0]), True)]


async def test_while_intake_is_asked_nothing_is_held(service: StartService) -> None:
    asked, gone = asyncio.Event(), asyncio.Event()

    async def never_answers(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked.set()
        await gone.wait()
        writer.close()

    async with await asyncio.start_server(never_answers, "127.0.0.1", 0) as hangs:
        port = hangs.sockets[0].getsockname()[1]
        analytics = await service("analytics", intake_url=f"http://127.0.0.1:{port}")
        await tell(analytics, ready("Sam"))
        async with asyncio.timeout(20):
            await asked.wait()
        async with analytics.sql.transaction():
            await analytics.sql.execute("lock table students_ready, needs_wanted in access exclusive mode nowait")
        gone.set()


async def test_students_stand_in_a_row_of_each_group_of_codes(told: RunningService) -> None:
    needs = {"Sam": ("work", "none", "20", "horeca"), "Bo": ("sheltered", "full", "more", "horeca"), "Al": None}
    for name, codes in needs.items():
        await tell(told, ready(name))
        if codes:
            await told.sql.execute("insert into student_needs values ($1, 1, $2, $3, $4, $5)", an_id(name), *codes)
    await tell(told, started("Sam"), 2 * HOUR)
    await tell(told, started("Bo"), 8 * HOUR)
    found = await rows(told, "placed-by-need")
    assert (found["profile-work"], found["guidance-full"], found["distance-more"]) == ([1, 1], [1, 1], [1, 1])
    assert (found["work-horeca"], found["profile-unknown"], found["total"]) == ([2, 2], [1, 0], [3, 2])
    waits = await rows(told, "waits-by-need")
    assert (waits["guidance-none"], waits["guidance-full"], waits["work-horeca"]) == ([1, 2, 2], [1, 8, 8], [2, 5, 7])
    public = (await told.client.get("/v1/tables/placed-by-need")).json()
    assert all(value is None for row in public["rows"] for value in row["values"])


async def test_waits_do_not_say_how_many_were_placed_where_that_is_hidden(told: RunningService) -> None:
    for number in range(7):  # five are placed: two are not, which is hidden
        await tell(told, ready(f"{number}"))
        if number < 5:
            await tell(told, started(f"{number}"), HOUR)
    assert (await rows(told, "waits-by-need"))["profile-unknown"][0] == 5
    for name, row in (("waits-by-need", "profile-unknown"), ("waits-by-group", "own-circle")):
        public = (await told.client.get(f"/v1/tables/{name}")).json()
        assert {one["code"]: one["values"] for one in public["rows"]}[row] == [None, None, None]


def test_a_small_group_does_not_follow_from_the_others_of_its_codes() -> None:
    counts: dict[str, int] = {
        "profile-work": 20, "profile-sheltered": 9, "profile-day-activity": 3,
        "guidance-none": 12, "guidance-full": 20, "total": 32,
    }  # fmt: skip
    told = [Count("AM11", row, column, n, n) for row, n in counts.items() for column in ("searched", "placed")]
    grid = grid_of(PLACED_BY_NEED, told)
    gone = hidden(grid.persons, grid.sums)
    found: dict[str, Any] = {row: Cell("AM11", row, "searched") in gone for row in counts}
    assert found == {
        "profile-work": False, "profile-sheltered": True, "profile-day-activity": True,
        "guidance-none": False, "guidance-full": False, "total": False,
    }  # fmt: skip
