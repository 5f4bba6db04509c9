"""Under the API's own checks: the database itself shows a school nothing of another, whatever a query forgets."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID

import asyncpg
import pytest
from sqlalchemy import select
from sqlalchemy.dialects import postgresql

from services.intake.store.employers import works_with
from services.intake.store.tables import employers
from tests.intake.test_questionnaires import a_round, path_of
from tests.intake.test_student_requests import ground_of
from tests.intake.world import FIRST, SECOND, World, good

SHARED = {
    "schools": "everybody knows the schools",
    "employers": "shared; that a private one is hidden is the API's, since a row policy would take the text index away",
    "offers": "shared as their employer",
    "contacts": "that they were, when, about what and by which school is shared; what the school notes stands apart",
    "tips": "the region's",
    "closures": "everybody's",
    "labour_market_figures": "published",
    "accreditations": "shared as their employer; who took a step is the API's",
    "support": "as their employer, and the region's: what a company would be helped with, of no student",
    "claims": "all schools see who approaches an employer; for which student (an opaque id) is the API's",
    "claim_joins": "as their claim",
    "remark_replies": "as their remark",
    "initiatives": "what schools undertake they share with those of their region (G13)",
    "meetings": "likewise",
    "meeting_invitees": "as their meeting; an employer that is private, the API leaves out",
    "meeting_tasks": "likewise",
}
"""Tables that name a school or a student and have no policy of their own, and why."""

NAMES_A_SCHOOL_OR_STUDENT = """
select distinct columns.table_name, pg_class.relrowsecurity and pg_class.relforcerowsecurity as protected
from information_schema.columns
join pg_class on pg_class.oid = format('public.%I', columns.table_name)::regclass and pg_class.relkind = 'r'
where table_schema = 'public'
  and (column_name ~ '(^|_)(school|student|person)_id$' or column_name in ('private_to', 'brought_in_by')
       or columns.table_name ~ 'student|person')
"""
OWN = (
    "students",
    "student_accesses",
    "placements",
    "closure_decisions",
    "contact_notes",
    "remarks",
    "imports",
    "questionnaire_responses",
    "enrolments",
    "student_requests",
)

CONTACT = {
    "channel": "telephone", "initiator": "school", "outcome": "good-talk", "contactDate": "2026-09-14",
    "note": "Vraagt naar een leerling.", "spokenTo": "T. de Wit",
}  # fmt: skip
FORGOTTEN_BY_TIME = {("register", "remarks"), ("register", "imports")}
"""What the register's own timers and jobs delete when its days are over."""

REMARK = {"experiences": ["agreement-kept"], "text": "Alleen voor ons.", "audience": "own-school"}
PROGRAMME = {
    "name": "LWC", "kind": "learn-work-centre", "seats": 1, "beginDate": "2026-09-07", "endDate": "2029-07-13",
}  # fmt: skip
FILE = "naam;postcode;plaats\nBakkerij Van Ons;8232VT;Lelystad\n"


@asynccontextmanager
async def as_the_service(world: World, **settings: Any) -> AsyncIterator["asyncpg.Connection[asyncpg.Record]"]:
    """A transaction of the role that the service itself uses, with these settings and none of its filters."""
    sql = await asyncpg.connect(world.intake.database.url)
    transaction = sql.transaction()
    await transaction.start()
    try:
        for name, value in settings.items():
            await sql.execute("select set_config($1, $2, true)", f"stagebrug.{name}", str(value))
        yield sql
    finally:
        await transaction.rollback()
        await sql.close()


async def deletes_something(sql: "asyncpg.Connection[asyncpg.Record]", table: str) -> bool:
    """Whether the role may delete there, and sees a row to delete."""
    try:
        async with sql.transaction():
            return await sql.execute(f"delete from {table}") != "DELETE 0"
    except asyncpg.InsufficientPrivilegeError:
        return False


@pytest.fixture
async def full(world: World) -> World:
    """Both schools have a row in every table."""
    asked = await a_round(world)
    for school_id, school in zip(world.schools.values(), (world.first, world.second), strict=True):
        text = {"question": "remarks", "text": "Alleen voor ons."}
        await good(school.put(path_of(asked, school_id), json={"answers": [text], "finished": True}))
    for school in (world.first, world.second):
        employer = await world.employer(by=school, private=True)
        offer = await good(
            school.post(
                f"/v1/employers/{employer['id']}/offers",
                json={"sector": "detailhandel", "seats": 1, "beginDate": "2026-09-01"},
            )
        )
        await good(school.post(f"/v1/employers/{employer['id']}/contacts", json=CONTACT))
        await good(school.post(f"/v1/employers/{employer['id']}/remarks", json=REMARK))
        await good(school.post("/v1/imports?kind=employers", content=FILE.encode()))
        student = await world.student(by=school)
        placement = (await world.place(student, offer, by=school)).json()
        programme = await good(school.post("/v1/programmes", json=PROGRAMME))
        await good(school.post(f"/v1/programmes/{programme['id']}/enrolments", json={"studentId": student["id"]}))
        await ground_of(world, student, by=school)
        await good(school.post(f"/v1/students/{student['id']}/requests", json={"indication": "sheltered"}))
        await world.intake.sql.execute(
            "insert into closures (id, region, state, closed_by, facts) "
            "values ($1, 'AM11', 'reopened', 'x', '{}') on conflict do nothing",
            UUID(int=1),
        )
        await world.intake.sql.execute(
            "insert into closure_decisions (closure_id, placement_id, school_id, decision, decided_by) "
            "values ($1, $2, $3, 'pauses', 'x')",
            UUID(int=1),
            UUID(placement["id"]),
            UUID(placement["schoolId"]),
        )
    return world


async def test_a_table_that_names_a_school_or_a_student_is_protected_or_says_why_not(world: World) -> None:
    found = {row["table_name"]: row["protected"] for row in await world.intake.sql.fetch(NAMES_A_SCHOOL_OR_STUDENT)}
    assert set(OWN) <= set(found)
    assert [table for table, protected in found.items() if not protected and table not in SHARED] == []


async def test_another_schools_scope_sees_its_own_rows_and_no_other(full: World) -> None:
    first, second = full.schools[FIRST], full.schools[SECOND]
    everything = {table: await full.intake.sql.fetchval(f"select count(*) from {table}") for table in OWN}
    async with as_the_service(full, acting="caller", schools=second) as sql:
        for table in OWN:
            seen = await sql.fetch(f"select * from {table}")
            assert 0 < len(seen) < everything[table], table
            assert not [row for row in seen if row.get("school_id") == first], table
    theirs = {row["id"] for row in await full.intake.sql.fetch("select id from students where school_id = $1", first)}
    async with as_the_service(full, acting="caller", schools=second) as sql:
        assert not theirs & {row["student_id"] for row in await sql.fetch("select student_id from student_accesses")}


async def test_another_schools_scope_changes_and_deletes_nothing(full: World) -> None:
    first, second = full.schools[FIRST], full.schools[SECOND]
    async with as_the_service(full, acting="caller", schools=second) as sql:
        for table in ("students", "placements", "closure_decisions"):
            assert (
                await sql.execute(f"update {table} set school_id = $1 where school_id = $2", second, first)
                == "UPDATE 0"
            )
            assert await sql.execute(f"delete from {table} where school_id = $1", first) == "DELETE 0"
        assert not await deletes_something(sql, "student_accesses")
        assert await sql.execute("update employers set facts = '{}' where private_to = $1", first) == "UPDATE 0"
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await sql.execute("truncate students cascade")


async def test_a_row_cannot_be_given_to_another_school(full: World) -> None:
    first, second = full.schools[FIRST], full.schools[SECOND]
    for statement in (
        "update students set school_id = $1",
        "update placements set school_id = $1",
        """insert into students (id, school_id, state, search_text, region, facts)
           values (gen_random_uuid(), $1, 'registered', '', 'AM11', '{}')""",
        "update employers set private_to = $1 where private_to is not null",
    ):
        async with as_the_service(full, acting="caller", schools=second) as sql:
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await sql.execute(statement, first)


@pytest.mark.parametrize("settings", [{}, {"acting": ""}, {"acting": "caller"}, {"schools": ""}, {"acting": "nobody"}])
async def test_who_says_no_scope_sees_nothing(full: World, settings: dict[str, str]) -> None:
    async with as_the_service(full, **settings) as sql:
        for table in OWN:
            assert await sql.fetchval(f"select count(*) from {table}") == 0, table
            assert not await deletes_something(sql, table), table


async def test_a_scope_ends_with_its_transaction(full: World) -> None:
    sql = await asyncpg.connect(full.intake.database.url)
    async with sql.transaction():
        await sql.execute("select set_config('stagebrug.schools', $1, true)", str(full.schools[FIRST]))
        assert await sql.fetchval("select count(*) from students") == 1
    assert await sql.fetchval("select count(*) from students") == 0
    await sql.close()


async def test_each_capacity_of_the_register_may_what_it_needs_and_no_more(full: World) -> None:
    for acting, seen in (
        (
            "register",
            {"students": 2, "placements": 2, "closure_decisions": 2, "student_accesses": 6, "student_requests": 0},
        ),
        ("uwv", {"student_requests": 2, "students": 2, "grounds": 2, "placements": 0, "student_accesses": 2}),
        ("seats", {"students": 0, "placements": 2, "closure_decisions": 2, "student_accesses": 0}),
        ("matching", {"students": 2, "placements": 0, "closure_decisions": 0}),
        ("region", {"students": 0, "placements": 0, "closure_decisions": 0, "student_accesses": 0}),
        ("publication", {"students": 2, "placements": 2, "enrolments": 0, "closure_decisions": 0}),
        ("operator", {"students": 0, "placements": 0, "closure_decisions": 0, "student_accesses": 0}),
    ):
        async with as_the_service(full, acting=acting) as sql:
            for table, number in seen.items():
                found = await sql.fetchval(f"select count(*) from {table}")
                assert bool(found) == bool(number), (acting, table, found)
            for table in OWN:
                if (acting, table) not in FORGOTTEN_BY_TIME:
                    assert not await deletes_something(sql, table), (acting, table)


async def test_the_owner_of_the_tables_is_held_to_it_too(full: World) -> None:
    owner = await asyncpg.connect(full.intake.database.owner_url)
    assert await owner.fetchval("select count(*) from students") == 0
    await owner.close()


async def test_the_apis_own_filter_still_uses_its_index(full: World) -> None:
    async with as_the_service(full, acting="caller", schools=full.schools[FIRST]) as sql:
        await sql.execute("set local enable_seqscan = off")
        plan = await sql.fetch("explain select * from students where school_id = $1 order by id", full.schools[FIRST])
    assert "students_school" in str(plan)


async def test_the_employers_that_a_school_works_with_are_found_by_their_index(full: World) -> None:
    query = select(employers.c.id).where(works_with(full.schools[FIRST]))
    asked = query.compile(dialect=postgresql.asyncpg.dialect())  # type: ignore[no-untyped-call]
    async with as_the_service(full, acting="caller", schools=full.schools[FIRST]) as sql:
        await sql.execute("set local enable_seqscan = off")
        plan = await sql.fetch(f"explain {asked}", *map(json.dumps, asked.params.values()))
    assert "employers_cooperations" in str(plan)


async def test_who_looks_after_the_region_brings_in_a_private_employer_for_a_school(world: World) -> None:
    regional = world.as_("regional-coordinator", regions=["AM11"])
    for caller in (regional, world.operator):
        employer = await world.employer(by=caller, private=True, broughtInBy=str(world.schools[FIRST]))
        assert (await world.first.get(f"/v1/employers/{employer['id']}")).is_success
        assert (await world.second.get(f"/v1/employers/{employer['id']}")).status_code == 404
