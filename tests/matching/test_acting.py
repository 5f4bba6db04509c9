"""Who acts for another school, or for some of its students, sees and answers their proposals, until the last day (M11)."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import httpx

from services.matching.store.rows import AMSTERDAM
from shared.events.intake import DelegationChanged, PersonErased
from shared.ids import new_id
from tests.matching.examples import OTHER_SCHOOL, SCHOOL
from tests.matching.world import BRINS, World

COLLEAGUE = "Collega@Elders.example"
TODAY = datetime.now(AMSTERDAM).date()


def colleague(world: World, email: str = COLLEAGUE) -> httpx.AsyncClient:
    claims = {"sub": "colleague", "roles": ["coordinator"], "schools": [BRINS[OTHER_SCHOOL]], "email": email}
    headers = {"Authorization": f"Bearer {world.matching.bench.token(**claims)}"}
    return httpx.AsyncClient(base_url=world.matching.url, headers=headers, timeout=20)


async def lend(
    world: World, students: Sequence[UUID] = (), *, begin: date = TODAY, until: date = TODAY + timedelta(days=7)
) -> DelegationChanged:
    event = DelegationChanged(
        delegation_id=new_id(), school_id=SCHOOL, from_date=begin, until_date=until, has_ended=False
    )
    body = {"email": COLLEAGUE.lower(), "studentIds": [str(one) for one in students]}
    world.intake.delegates[str(event.delegation_id)] = body
    await world.tell(event, version=1)
    return event


async def test_who_acts_for_a_student_answers_for_that_one_alone(world: World) -> None:
    await world.offer(seats=2)
    lent, kept = await world.student(), await world.student()
    proposals = {one.student_id: one.proposal_id for one in (await world.proposed(), await world.proposed())}
    async with colleague(world) as other, colleague(world, "iemand@elders.example") as stranger:
        assert (await other.get(f"/v1/proposals/{proposals[lent]}")).status_code == 404
        await lend(world, [lent])
        assert [one["studentId"] for one in (await other.get("/v1/proposals")).json()["items"]] == [str(lent)]
        assert (await other.get(f"/v1/students/{lent}/search")).status_code == 200
        assert len((await other.get(f"/v1/students/{lent}/proposals")).json()["items"]) == 1
        assert (await other.post(f"/v1/proposals/{proposals[lent]}/_accept")).status_code == 200
        assert (await other.get(f"/v1/students/{kept}/search")).status_code == 404
        assert (await other.post(f"/v1/proposals/{proposals[kept]}/_accept")).status_code == 404
        assert (await stranger.get(f"/v1/students/{lent}/search")).status_code == 404


async def test_who_acts_for_a_school_does_so_until_it_is_taken_back_or_over(world: World) -> None:
    student = await world.student()
    async with colleague(world) as other:
        given = await lend(world)
        assert (await other.get(f"/v1/students/{student}/search")).status_code == 200
        await world.tell(given.model_copy(update={"has_ended": True}), version=2)
        assert (await other.get(f"/v1/students/{student}/search")).status_code == 404
        await lend(world, begin=TODAY + timedelta(days=1))
        assert (await other.get(f"/v1/students/{student}/search")).status_code == 404
        past = await lend(world, until=TODAY - timedelta(days=2))
        assert (await other.get(f"/v1/students/{student}/search")).status_code == 404
    assert await world.matching.sql.fetchval("select count(*) from delegations") == 2
    async with world.replica():  # looks for what is past as soon as it is there
        await world.matching.until("select count(*) = 1 and bool_and(id <> $1) from delegations", past.delegation_id)


async def test_nobody_acts_for_an_erased_student_and_for_no_school_instead(world: World) -> None:
    student, another = await world.student(), await world.student()
    await lend(world, [student, student])
    await lend(world, [student, another])
    await world.tell(PersonErased(person_id=student, kind="student", erased_at=datetime.now(UTC)))
    await world.matching.until("select not exists (select from searches where id = $1)", student)
    left = await world.matching.sql.fetch("select student_ids from delegations")
    assert [row["student_ids"] for row in left] == [[another]]
