"""What is over goes by itself; dates are given, nobody waits."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy.ext.asyncio import create_async_engine

from services.intake.days import today
from services.intake.domain.retention import RULES
from services.intake.retaining import retain
from services.intake.sealing import seal
from services.intake.store import metadata
from services.intake.store.retention import KINDS, STUDENT_KINDS
from shared.unit_of_work import Publisher, UnitOfWork, begin
from tests.intake.world import World, good

DAY = date(2030, 6, 1)
BORDERS = [(0, True), (1, False)]
"""Days after the last on which something is kept, counted back: whether it is over."""


@asynccontextmanager
async def a_job(world: World) -> AsyncIterator[UnitOfWork]:
    url = world.intake.database.url.replace("postgresql://", "postgresql+asyncpg://", 1)
    engine = create_async_engine(url)
    try:
        publisher = Publisher.of("urn:test", metadata)
        async with begin(engine, publisher, SimpleNamespace(), scope={"acting": "register"}) as work:
            yield work
    finally:
        await engine.dispose()


async def forget(world: World, day: date = DAY) -> None:
    more = True
    while more:
        async with a_job(world) as work:
            more = await retain(work, day)


def over(kind: str, by: int) -> date:
    """A day of which a kind is over on DAY, or with `by` = 1 not yet."""
    return RULES[kind].last_day_before(DAY) + timedelta(days=by)


def test_every_rule_has_its_work_and_says_why() -> None:
    assert set(RULES) == {*KINDS, *STUDENT_KINDS}
    assert all(rule.reason and rule.counted_from and rule.then for rule in RULES.values())


def test_the_page_on_privacy_says_of_every_rule_how_long() -> None:
    page = Path(__file__).parents[2].joinpath("docs/privacy.md").read_text()
    said = dict(re.findall(r"^\| [^|]*\(`([a-z-]+)`\) \| ([^|]*) \|", page, re.MULTILINE))
    assert set(said) == set(RULES)
    for kind, rule in RULES.items():
        years = rule.days // 365
        kept = f"{years} year{'s' * (years > 1)}" if years else f"{rule.days} days"
        assert said[kind] == kept or rule.days == 0, kind


def test_what_is_kept_for_two_years_is_over_the_day_after() -> None:
    rule = RULES["former-student"]
    left = date(2026, 7, 17)
    assert rule.kept_through(left) == date(2028, 7, 16)
    assert rule.last_day_before(date(2028, 7, 17)) == left


@pytest.mark.parametrize(("by", "gone"), BORDERS)
async def test_a_former_student_is_erased_two_years_after_leaving(world: World, by: int, gone: bool) -> None:
    student = await world.searching()
    await good(world.first.post(f"/v1/students/{student['id']}/_leave", json={"leftDate": today().isoformat()}))
    await world.intake.sql.execute("update students set left_date = $1", over("former-student", by))
    assert (await good(world.first.get(f"/v1/students/{student['id']}")))["state"] == "withdrawn"
    await forget(world)
    assert (await world.first.get(f"/v1/students/{student['id']}")).status_code == (404 if gone else 200)
    erased = (await good(world.first.get("/v1/erasures")))["items"]
    assert [(one["reason"], one["role"]) for one in erased] == ([("retention", "register")] if gone else [])


@pytest.mark.parametrize(("days", "status"), [(-731, 400), (-730, 200), (366, 200), (367, 400)])
async def test_a_student_left_on_a_day_that_can_be(world: World, days: int, status: int) -> None:
    student = await world.student()
    left = today() + timedelta(days=days)
    path = f"/v1/students/{student['id']}/_leave"
    answer = await world.first.post(path, json={"leftDate": left.isoformat()})
    assert answer.status_code == status, answer.text
    if status == 200:
        assert answer.json()["keptThrough"] == (left + timedelta(days=730)).isoformat()


async def test_who_looks_for_a_place_again_or_gets_one_has_not_left(world: World) -> None:
    looks, gets = await world.student(), await world.student()
    for student in (looks, gets):
        path = f"/v1/students/{student['id']}/_leave"
        await good(world.first.post(path, json={"leftDate": today().isoformat()}))
    await good(world.first.post(f"/v1/students/{looks['id']}/_ready"))
    await good(world.place(gets, await world.offer()))
    assert await world.intake.sql.fetchval("select count(*) from students where left_date is not null") == 0


async def test_who_looks_or_is_placed_is_not_erased_as_a_former_student(world: World) -> None:
    looks, placed = await world.searching(), await world.student()
    await good(world.place(placed, await world.offer()))
    await world.intake.sql.execute("update students set left_date = $1", over("former-student", 0))
    await forget(world)
    for student in (looks, placed):
        assert (await world.first.get(f"/v1/students/{student['id']}")).status_code == 200


@pytest.mark.parametrize(("by", "gone"), BORDERS)
async def test_a_student_whom_everybody_forgot_is_erased_too(world: World, by: int, gone: bool) -> None:
    student = await world.student(birthDate=over("forgotten-student", by).isoformat())
    await forget(world)
    assert (await world.first.get(f"/v1/students/{student['id']}")).status_code == (404 if gone else 200)


@pytest.mark.parametrize(("by", "gone"), BORDERS)
async def test_the_note_of_a_contact_goes_and_its_codes_stay(world: World, by: int, gone: bool) -> None:
    employer, student = await world.employer(), await world.student()
    talk = {"channel": "telephone", "outcome": "no", "contactDate": over("contact-note", by).isoformat()}
    path = f"/v1/employers/{employer['id']}/contacts"
    await good(world.first.post(path, json=talk | {"note": "Wil niet.", "studentId": student["id"]}))
    await forget(world)
    seen = (await good(world.first.get(path)))["items"][0]
    assert (seen["channel"], seen["outcome"]) == ("telephone", "no")
    assert (seen["note"] is None, seen["studentId"] is None) == (gone, gone)


@pytest.mark.parametrize(("by", "gone"), BORDERS)
@pytest.mark.parametrize(
    ("kind", "make"),
    [
        (
            "ground",
            """insert into grounds (id, student_id, school_id, author, age_at_giving, end_date, facts)
               values (gen_random_uuid(), $1, $2, 'x', 15, $3, '{}')""",
        ),
        (
            "ground",
            """insert into grounds (id, student_id, school_id, author, age_at_giving, end_date, withdrawn_date, facts)
               values (gen_random_uuid(), $1, $2, 'x', 15, '2090-01-01', $3, '{}')""",
        ),
        (
            "special-fact",
            """insert into special_facts (id, student_id, school_id, author, expires_date, fact)
               values (gen_random_uuid(), $1, $2, 'x', $3, '{}')""",
        ),
    ],
)
async def test_what_has_an_end_is_deleted_after_it(world: World, kind: str, make: str, by: int, gone: bool) -> None:
    student: Any = await world.student()
    await world.intake.sql.execute(make, UUID(student["id"]), UUID(student["schoolId"]), over(kind, by))
    table = {"ground": "grounds", "special-fact": "special_facts"}[kind]
    await forget(world)
    assert (await world.intake.sql.fetchval(f"select count(*) from {table}") == 0) == gone


async def sealed(world: World) -> None:
    """Seal what was logged, once no older transaction of the server runs any more, whosever it is."""
    async with asyncio.timeout(20):
        while await world.intake.sql.fetchval(
            """select exists (select from student_accesses line, (select * from access_seals order by number desc limit 1) last
               where (line.written_by, line.id) > (last.written_by, last.last_id))"""
        ):
            async with a_job(world) as work:
                await seal(work)
            await asyncio.sleep(0.02)  # a poll with a deadline


@pytest.mark.parametrize(("by", "gone"), BORDERS)
async def test_the_access_log_is_kept_for_two_years(world: World, by: int, gone: bool) -> None:
    await world.intake.sql.execute(
        "insert into student_accesses (student_id, subject, action, accessed_at) "
        "values (gen_random_uuid(), 'old', 'read', $1::date + time '12:00')",
        over("access-log", by),
    )
    await sealed(world)  # lines go by sealed parts
    await forget(world, DAY)
    kept = await world.intake.sql.fetchval("select count(*) from student_accesses where subject = 'old'")
    assert (kept == 0) == gone


@pytest.mark.parametrize(("by", "gone"), BORDERS)
async def test_a_request_to_an_intermediary_is_kept_for_two_years(world: World, by: int, gone: bool) -> None:
    placement = await good(world.place(await world.searching(), await world.offer()))
    asked = {"kind": "guidance", "question": "Hoe legt het bedrijf een nieuwe taak duidelijk uit?"}
    await good(world.first.post(f"/v1/placements/{placement['id']}/requests", json=asked))
    await world.intake.sql.execute(
        "update requests set recorded_at = $1::date + time '12:00'", over("intermediary-request", by)
    )
    await forget(world)
    assert (await world.intake.sql.fetchval("select count(*) from requests") == 0) == gone


@pytest.mark.parametrize(("by", "gone"), BORDERS)
async def test_what_was_asked_for_a_student_is_kept_for_a_year(world: World, by: int, gone: bool) -> None:
    student = await world.student()
    await world.intake.sql.execute(
        "insert into student_requests (id, student_id, school_id, region, ground_id, author, state, asked, steps, "
        "recorded_at) select gen_random_uuid(), id, school_id, 'AM11', gen_random_uuid(), 'x', 'asked', '{}', '[]', "
        "$1::date + time '12:00' from students where id = $2",
        over("student-request", by),
        student["id"],
    )
    await forget(world)
    assert (await world.intake.sql.fetchval("select count(*) from student_requests") == 0) == gone


@pytest.mark.parametrize(("by", "gone"), BORDERS)
async def test_a_refused_placement_forgets_its_student_after_a_year(world: World, by: int, gone: bool) -> None:
    student, offer = await world.student(), await world.offer()
    await good(world.place(student, offer))
    await world.intake.sql.execute(
        "update placements set state = 'refused', recorded_at = $1::date + time '12:00'", over("refused-placement", by)
    )
    await forget(world)
    anonymous = await world.intake.sql.fetchval("select student_id = id from placements")
    assert anonymous == gone
