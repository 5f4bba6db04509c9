"""Schools that leave, and schools that merge into another."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx

from services.intake.days import today
from services.intake.domain.ground import EXAMPLE as GROUND
from services.intake.domain.special_fact import EXAMPLE as SPECIAL
from shared.events.intake import (
    DelegationChanged,
    EmployerRegistered,
    OfferChanged,
    SchoolRegistered,
    StudentReady,
    StudentWithdrawn,
)
from tests.intake.pdok import until
from tests.intake.world import FIRST, LELYSTAD, SECOND, World, good, unknown

TODAY = today()
TOMORROW, YESTERDAY = TODAY + timedelta(days=1), TODAY - timedelta(days=1)


async def leave(world: World, day: Any = TODAY, by: httpx.AsyncClient | None = None) -> httpx.Response:
    path = f"/v1/schools/{world.schools[FIRST]}/_leave"
    return await (by or world.operator).post(path, json={"leftDate": str(day), "reason": "closed"})


async def merge(world: World, to: Any, day: Any = TODAY) -> httpx.Response:
    path = f"/v1/schools/{world.schools[FIRST]}/_merge"
    return await world.operator.post(path, json={"successorId": str(to), "mergedDate": str(day)})


async def test_what_a_school_had_is_its_successors_from_the_day_of_the_merger(world: World) -> None:
    pareltje = await world.employer(private=True)
    shared = await world.employer(name="Gedeeld", cooperations=[{"schoolId": str(world.schools[FIRST])}])
    offer = await world.offer(shared["id"])
    student, waiting = await world.student(), await world.searching()
    placement = await good(world.place(student, offer))
    question = {"kind": "guidance", "question": "Hoe legt het bedrijf een nieuwe taak duidelijk uit?"}
    asked = await good(world.first.post(f"/v1/placements/{placement['id']}/requests", json=question))
    assert (await world.second.get(f"/v1/employers/{pareltje['id']}")).status_code == 404

    departed = await good(merge(world, world.schools[SECOND]))
    assert departed["departure"]["successorId"] == str(world.schools[SECOND])

    async def theirs() -> int:
        return (await world.second.get(f"/v1/employers/{pareltje['id']}")).status_code

    await until(theirs, lambda status: status == 200)
    for path in (f"/v1/students/{student['id']}", f"/v1/placements/{placement['id']}"):
        assert (await good(world.second.get(path)))["schoolId"] == str(world.schools[SECOND])
        assert (await world.first.get(path)).status_code == 404
    assert (await good(world.second.get(f"/v1/requests/{asked['id']}")))["placementId"] == placement["id"]
    known = await good(world.second.get(f"/v1/employers/{shared['id']}"))
    assert [one["schoolId"] for one in known["cooperations"]] == [str(world.schools[SECOND])]
    assert (await good(world.second.get(f"/v1/offers/{offer['id']}")))["broughtInBy"] == str(world.schools[SECOND])
    changed = await world.second.patch(f"/v1/offers/{offer['id']}", json={"seats": 2})
    assert changed.status_code == 200

    told = await world.intake.next_event(SchoolRegistered)
    while told.left_date is None:
        told = await world.intake.next_event(SchoolRegistered)
    assert (told.school_id, told.successor_id) == (world.schools[FIRST], world.schools[SECOND])
    registered = await world.intake.next_event(EmployerRegistered)
    while registered.private_to != world.schools[SECOND]:
        registered = await world.intake.next_event(EmployerRegistered)
    assert (await world.intake.next_event(OfferChanged)).brought_in_by == world.schools[SECOND]
    ready = await world.intake.next_event(StudentReady)
    while ready.school_id != world.schools[SECOND]:
        ready = await world.intake.next_event(StudentReady)
    assert str(ready.student_id) == waiting["id"]


async def merged(world: World, student: Any) -> None:
    """The first school is a part of the second by now."""
    await good(merge(world, world.schools[SECOND]))

    async def theirs() -> int:
        return (await world.second.get(f"/v1/students/{student['id']}")).status_code

    await until(theirs, lambda status: status == 200)


async def test_what_stands_apart_from_a_student_goes_to_the_successor_with_it(world: World) -> None:
    student, erased = await world.student(), await world.student()
    path, day = f"/v1/students/{student['id']}", str(TOMORROW)
    jobcoach = {"email": "j.bakker@gemeente.example", "untilDate": day, "ground": "legal-task"}
    await good(world.first.put(f"{path}/coach", json={"email": "eerste@school.example"}))
    await good(world.first.put(f"{path}/jobcoach", json=jobcoach))
    ground = await good(world.first.post(f"{path}/grounds", json=GROUND))
    fact = await good(world.first.post(f"{path}/special-facts", json=SPECIAL | {"expiresDate": day}))
    lent = await good(world.first.post("/v1/delegations", json={"email": "c@elders.example", "untilDate": day}))
    await good(world.first.post(f"/v1/students/{erased['id']}/_erase", json={"reason": "asked"}))
    await merged(world, student)

    assert (await good(world.second.get(f"{path}/grounds")))["items"] == [ground]
    assert (await good(world.second.get(f"{path}/special-facts")))["items"] == [fact]
    assert (await good(world.second.get(f"/v1/erasures/{erased['id']}")))["reason"] == "asked"
    assert (await good(world.second.get(f"/v1/delegations/{lent['id']}")))["schoolId"] == str(world.schools[SECOND])
    assert (await world.second.put(f"{path}/coach", json={"email": "b@school.example"})).status_code == 200
    assert (await good(world.second.get(f"{path}/coach")))["email"] == "b@school.example"
    assert (await world.second.delete(f"{path}/jobcoach")).status_code == 204
    assert (await world.second.get(f"{path}/jobcoach")).status_code == 404


async def test_what_schools_told_each_other_and_reserved_goes_to_the_successor(world: World) -> None:
    student, offer = await world.student(), await world.offer(seats=3)
    first, second = world.schools[FIRST], world.schools[SECOND]
    reserved = {"seats": 2, "untilDate": str(TOMORROW)}
    await good(world.first.post(f"/v1/offers/{offer['id']}/reservations", json=reserved))
    employer_id = UUID(offer["employerId"])
    theirs, ours = uuid4(), uuid4()
    question = """insert into questions (id, employer_id, school_id, author, question, asked_of)
                  values ($1, $2, $3, 'x', 'Hoe ging het?', $4)"""
    answer = """insert into answers (id, question_id, school_id, author, answer)
                values (gen_random_uuid(), $1, $2, 'x', 'Goed.')"""
    await world.intake.sql.execute(question, theirs, employer_id, second, [first])
    await world.intake.sql.execute(question, ours, employer_id, first, [second, first])
    await world.intake.sql.execute(answer, theirs, first)
    await merged(world, student)

    kept = (await good(world.second.get(f"/v1/offers/{offer['id']}")))["reservations"]
    assert [(one["schoolId"], one["seats"]) for one in kept] == [(str(second), 2)]
    asked = {one["id"]: one for one in (await good(world.second.get("/v1/questions")))["items"]}
    assert [one["schoolId"] for one in asked[str(theirs)]["answers"]] == [str(second)]
    assert {one["schoolId"] for one in asked.values()} == {str(second)}
    assert asked[str(ours)]["askedOf"] == [str(second)]


async def test_where_both_schools_had_one_the_successors_stays(world: World) -> None:
    student, employer = await world.student(), await world.employer()
    first, second = world.schools[FIRST], world.schools[SECOND]
    sql, claim = world.intake.sql, uuid4()
    await sql.execute(
        """insert into claims (id, employer_id, school_id, author, purpose, since_date, days, until_date, state)
           values ($1, $2, $3, 'x', 'visit', $4, 5, $4, 'ended')""",
        claim,
        UUID(employer["id"]),
        second,
        TODAY,
    )
    for school, keys in ((first, ("a", "b")), (second, ("b",))):
        for key in keys:
            query = "insert into import_keys (school_id, kind, key, thing_id) values ($1, 'students', $2, $1)"
            await sql.execute(query, school, key)
        query = "insert into import_mappings (school_id, kind, headings) values ($1, 'students', $2)"
        await sql.execute(query, school, f'{{"of": "{school}"}}')
        query = "insert into claim_joins (claim_id, school_id, message, state) values ($1, $2, $3, 'asked')"
        await sql.execute(query, claim, school, str(school))
    await merged(world, student)
    known = await sql.fetch("select school_id, key, thing_id from import_keys order by key")
    assert [tuple(row) for row in known] == [(second, "a", first), (second, "b", second)]
    mappings = await sql.fetch(
        "select school_id, headings::text like '%' || $1 || '%' from import_mappings", str(second)
    )
    assert [tuple(row) for row in mappings] == [(second, True)]
    joins = await sql.fetch("select school_id, message from claim_joins")
    assert [tuple(row) for row in joins] == [(second, str(second))]


async def test_a_school_stays_while_another_is_to_merge_into_it(world: World) -> None:
    await good(merge(world, world.schools[SECOND], TOMORROW))
    path = f"/v1/schools/{world.schools[SECOND]}"
    assert (await world.operator.post(f"{path}/_leave", json={"leftDate": str(TOMORROW)})).status_code == 409
    third = await good(
        world.operator.post("/v1/schools", json={"brin": "31XX00", "name": "Derde", "kind": "pro", "address": LELYSTAD})
    )
    body = {"successorId": third["id"], "mergedDate": str(TOMORROW)}
    assert (await world.operator.post(f"{path}/_merge", json=body)).status_code == 409
    await good(merge(world, third["id"], TOMORROW))
    assert (await world.operator.post(f"{path}/_leave", json={"leftDate": str(TOMORROW)})).status_code == 200


async def test_a_school_that_left_reads_for_six_weeks_and_changes_nothing(world: World) -> None:
    student = await world.searching()
    await good(world.first.post("/v1/delegations", json={"email": "c@elders.example", "untilDate": str(TOMORROW)}))
    await world.intake.next_event(DelegationChanged)
    await good(leave(world))
    assert str((await world.intake.next_event(StudentWithdrawn)).student_id) == student["id"]
    assert (await world.intake.next_event(DelegationChanged)).has_ended, "nobody acts for it any more"
    assert (await world.first.get(f"/v1/students/{student['id']}")).status_code == 200
    assert (await world.first.patch(f"/v1/students/{student['id']}", json={})).status_code == 404
    refused = await world.first.post("/v1/employers", json={"name": "X", "sectors": ["horeca"], "address": LELYSTAD})
    assert refused.status_code == 403
    long_ago = TODAY - timedelta(days=42)
    query = "update schools set departure = departure || jsonb_build_object('left_date', $2::text) where id = $1"
    await world.intake.sql.execute(query, world.schools[FIRST], long_ago.isoformat())
    assert (await world.first.get(f"/v1/students/{student['id']}")).status_code == 404


async def test_until_its_day_a_school_goes_on_and_the_day_can_be_moved(world: World) -> None:
    await good(leave(world, TOMORROW))
    student = await world.searching()
    moved = await good(leave(world, TOMORROW + timedelta(days=30)))
    assert moved["departure"]["leftDate"] == str(TOMORROW + timedelta(days=30))
    assert (await good(world.first.get(f"/v1/students/{student['id']}")))["state"] == "searching"
    await good(leave(world, YESTERDAY))
    assert (await leave(world, TOMORROW)).status_code == 409


async def test_who_looks_after_the_region_lets_a_school_leave_and_nobody_else(world: World) -> None:
    assert (await leave(world, by=world.first)).status_code == 403
    assert (await leave(world, by=world.as_("regional-coordinator", regions=["AM30"]))).status_code == 403
    assert (await leave(world, by=world.as_("regional-coordinator", regions=["AM11"]))).status_code == 200


async def test_a_school_merges_into_another_that_stays(world: World) -> None:
    for wrong in (world.schools[FIRST], unknown()):
        assert (await merge(world, wrong)).status_code == 400
    await good(world.operator.post(f"/v1/schools/{world.schools[SECOND]}/_leave", json={"leftDate": str(TOMORROW)}))
    assert (await merge(world, world.schools[SECOND])).status_code == 400
    assert (
        await world.operator.post(f"/v1/schools/{unknown()}/_leave", json={"leftDate": "2027-08-01"})
    ).status_code == 404


WAITING = """
select count(distinct waits.pid) from pg_locks waits join pg_locks held using (pid)
where not waits.granted and held.database = (select oid from pg_database where datname = current_database())
"""


async def test_of_two_schools_that_merge_into_each_other_at_once_one_does(world: World) -> None:
    first, second = world.schools[FIRST], world.schools[SECOND]

    async def waiting() -> int:
        found: int = await world.intake.sql.fetchval(WAITING)
        return found

    async with world.intake.sql.transaction():
        await world.intake.sql.execute("select from schools for update")
        path, body = f"/v1/schools/{second}/_merge", {"successorId": str(first), "mergedDate": str(TOMORROW)}
        calls = merge(world, second, TOMORROW), world.operator.post(path, json=body)
        both = [asyncio.ensure_future(call) for call in calls]
        await until(waiting, lambda count: count == 2)
    assert sorted(answer.status_code for answer in await asyncio.gather(*both)) == [200, 409]
    left = await world.intake.sql.fetchval("select count(*) from schools where departure is not null")
    assert left == 1
