"""Under the API's own checks: the database shows a coordinator nothing of another school, whatever a query forgets."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from shared.ids import new_id
from tests.matching.examples import OTHER_SCHOOL, SCHOOL
from tests.matching.world import World, started

SHARED = {
    "schools": "everybody knows the schools",
    "offers": "shared; that a private one is hidden is the API's",
    "contacts": "shared as the employer's: that they were, by whom, with what end",
    "claims": "all schools see who approaches an employer",
    "told_of_employers": "codes about a company",
}
"""Tables that name a school or a student and have no policy of their own, and why."""

NAMES_A_SCHOOL_OR_STUDENT = """
select distinct columns.table_name, pg_class.relrowsecurity and pg_class.relforcerowsecurity as protected
from information_schema.columns
join pg_class on pg_class.oid = format('public.%I', columns.table_name)::regclass and pg_class.relkind = 'r'
where table_schema = 'public'
  and (column_name ~ '(^|_)(school|student|person)(_id|_ids)$' or column_name in ('private_to', 'brought_in_by')
       or columns.table_name in ('searches', 'schools'))
"""
OF_A_STUDENT = {
    "searches": "id", "proposals": "student_id", "placements": "student_id", "refusals": "student_id",
    "lessons": "student_id", "pins": "student_id", "plan_lines": "student_id",
}  # fmt: skip


@asynccontextmanager
async def as_the_service(world: World, **settings: Any) -> AsyncIterator["asyncpg.Connection[asyncpg.Record]"]:
    """A transaction of the role that the service itself uses, with these settings and none of its filters."""
    sql = await asyncpg.connect(world.matching.database.url)
    transaction = sql.transaction()
    await transaction.start()
    try:
        for name, value in settings.items():
            await sql.execute("select set_config($1, $2, true)", f"stagebrug.{name}", str(value))
        yield sql
    finally:
        await transaction.rollback()
        await sql.close()


@pytest.fixture
async def full(world: World) -> tuple[World, UUID, UUID]:
    """A student of each school has a row in every table."""
    sql, students = world.matching.sql, []
    for school in (SCHOOL, OTHER_SCHOOL):
        offer = await world.offer(brought_in_by=new_id())
        student = await world.student(school_id=school)
        assert (await world.proposed()).student_id == student
        await world.tell(started(offer, student, school_id=school))
        students.append(student)
        which = student, offer.offer_id
        await sql.execute("insert into refusals values ($1, $2, 'other', '2090-01-01')", *which)
        await sql.execute("insert into lessons values ($1, $2, 'other', $2, 'horeca', 20, 'full')", *which)
        await sql.execute(
            "insert into pins values (gen_random_uuid(), $1, $2, 'pin', 'x', '2090-01-01', now(), 'x')", *which
        )
    (await world.regional.post("/v1/regions/AM11/plans", json={"kind": "anew"})).raise_for_status()
    await sql.execute(
        """insert into plan_lines (plan_id, student_id, stands) select plans.id, student, false
           from plans, unnest($1::uuid[]) student on conflict do nothing""",
        students,
    )
    delegation = "insert into delegations values (gen_random_uuid(), $1, $2, $3, '2020-01-01', '2090-01-01')"
    await sql.execute(delegation, SCHOOL, "own@example.org", [])
    await sql.execute(delegation, OTHER_SCHOOL, "other@example.org", [])
    return world, students[0], students[1]


async def seen(sql: "asyncpg.Connection[asyncpg.Record]") -> dict[str, set[UUID]]:
    """Of which students there are rows, by table."""
    return {
        table: {row[0] for row in await sql.fetch(f"select {column} from {table}")}
        for table, column in OF_A_STUDENT.items()
    }


async def test_a_table_that_names_a_school_or_a_student_is_protected_or_says_why_not(world: World) -> None:
    found = {row["table_name"]: row["protected"] for row in await world.matching.sql.fetch(NAMES_A_SCHOOL_OR_STUDENT)}
    assert set(OF_A_STUDENT) <= set(found)
    assert [table for table, protected in found.items() if not protected and table not in SHARED] == []


async def test_each_caller_is_shown_what_is_theirs_and_no_more_without_any_filter(
    full: tuple[World, UUID, UUID],
) -> None:
    world, own, others = full
    nobody: dict[str, set[UUID]] = {key: set() for key in OF_A_STUDENT}
    both = {key: {own, others} for key in OF_A_STUDENT}
    looked_after = both | {"placements": set()}
    for settings, expected in (
        ({"acting": "caller", "schools": SCHOOL}, {key: {own} for key in OF_A_STUDENT}),
        ({"acting": "caller", "schools": OTHER_SCHOOL}, {key: {others} for key in OF_A_STUDENT}),
        ({"acting": "caller", "students": others}, {key: {others} for key in OF_A_STUDENT}),
        ({"acting": "caller", "regions": "AM11"}, looked_after),
        ({"acting": "operator"}, looked_after),
        ({"acting": "caller", "regions": "AM12"}, nobody),
        ({"acting": "caller", "schools": new_id()}, nobody),
        ({"acting": "caller"}, nobody),
        ({}, nobody),
        ({"acting": "planning"}, both),
    ):
        async with as_the_service(world, **settings) as sql:
            assert await seen(sql) == expected, settings
    for address, number in (("own@example.org", 1), ("nobody@example.org", 0), ("", 0)):
        async with as_the_service(world, acting="caller", address=address, schools=SCHOOL) as sql:
            assert await sql.fetchval("select count(*) from delegations") == number


async def test_who_calls_changes_nothing_before_matching_itself_has_let_it_through(
    full: tuple[World, UUID, UUID],
) -> None:
    world = full[0]
    async with as_the_service(world, acting="caller", schools=SCHOOL, regions="AM11") as sql:
        for table, column in OF_A_STUDENT.items():
            assert await sql.execute(f"update {table} set {column} = {column}") == "UPDATE 0", table
            assert await sql.execute(f"delete from {table}") == "DELETE 0", table
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await sql.execute("truncate searches")
    async with as_the_service(world, acting="caller", schools=SCHOOL) as sql:
        with pytest.raises(asyncpg.InsufficientPrivilegeError, match="row-level security"):
            await sql.execute("insert into refusals values ($1, $1, 'other', '2090-01-01')", full[1])


async def test_a_call_says_for_whom_it_works(full: tuple[World, UUID, UUID]) -> None:
    """Without the API's filters, by a policy that shows what a call's transaction told."""
    world, own, others = full
    for client, student, status in ((world.own, own, 200), (world.own, others, 404), (world.other, others, 200)):
        assert (await client.get(f"/v1/students/{student}/search")).status_code == status
    colleague = world.matching.as_("coordinator", sub="colleague", schools=[], email="Other@example.org")
    assert (await colleague.get(f"/v1/students/{others}/search")).status_code == 200
    assert (await colleague.get(f"/v1/students/{own}/search")).status_code == 404


async def test_searches_are_still_found_by_their_index(world: World) -> None:
    async with as_the_service(world, acting="planning") as sql:
        await sql.execute("set local enable_seqscan = off")
        plan = await sql.fetch("explain select * from searches where state = 'searching' and region = 'AM11' "
                               "and latitude between 52.1 and 52.3")  # fmt: skip
    assert "searches_searching" in str(plan)
    assert "latitude" in next(row[0] for row in plan if "Index Cond" in row[0])
