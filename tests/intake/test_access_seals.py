"""Who looked at which student cannot be changed afterwards without being seen, not even with all rights."""

from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit, urlunsplit
from uuid import UUID

import asyncpg
import pytest

from services.intake.days import today
from services.intake.domain.retention import RULES
from services.intake.sealing import seal
from tests.intake.test_erasing import erase
from tests.intake.test_retention import a_job, forget, sealed
from tests.intake.test_row_security import as_the_service
from tests.intake.world import World, good


async def verified(world: World, **query: Any) -> Any:
    return await good(world.operator.get("/v1/access-log-verification", params=query))


async def looked_at(world: World) -> Any:
    student = await world.student()
    await good(world.first.get(f"/v1/students/{student['id']}"))
    await sealed(world)
    await good(world.first.get("/v1/students"))
    await sealed(world)
    return student


async def with_all_rights(world: World, statement: str) -> None:
    """What somebody can do who owns the tables and means it."""
    tables = ("student_accesses", "access_seals")
    off, on = (";".join(f"alter table {table} {how} trigger user" for table in tables) for how in ("disable", "enable"))
    await world.intake.sql.execute(f"{off}; {statement}; {on}")


async def test_what_was_logged_is_sealed_and_fits(world: World) -> None:
    await looked_at(world)
    found = await verified(world)
    assert found == found | {"problem": None, "erased": 0, "beginsAfter": 0}
    assert found["checkedTo"] == found["lastPart"] >= 2
    assert await world.intake.sql.fetchval("select sum(cardinality(ids)) from access_seals") == 2
    first = await verified(world, parts=1)
    assert (first["checkedTo"], first["lastPart"]) == (1, found["lastPart"])
    assert (await verified(world, after=1))["digest"] == found["digest"]
    assert (await verified(world, after=found["lastPart"]))["checkedTo"] == found["lastPart"]


TOUCHED = (
    ("update student_accesses set subject = 'somebody' where id = 2", "line 2 was changed"),
    ("update student_accesses set student_id = gen_random_uuid() where id = 2", "line 2 was changed"),
    ("update student_accesses set accessed_at = accessed_at + interval '1 ms' where id = 2", "line 2 was changed"),
    ("update student_accesses set student_id = null, erased_digest = sha256('') where id = 2", "line 2 was changed"),
    ("delete from student_accesses where id = 2", "line 2 is missing"),
    ("update student_accesses set written_by = 9999999 where id = 2", "line 2 is missing"),
    (
        """insert into student_accesses (id, student_id, subject, action, written_by) overriding system value
           select 0, student_id, subject, action, written_by from student_accesses where id = 2""",
        "line 0 was added later",
    ),
    (
        """insert into student_accesses (id, student_id, subject, action, written_by) overriding system value
           values (0, gen_random_uuid(), 'x', 'read', 0)""",
        "line 0 was added later",
    ),
    ("delete from access_seals where number = 1", "the seal of part 1 is missing"),
    ("update access_seals set digest = sha256('') where number = 1", "the seal of part 1 is not what was sealed"),
    ("update access_seals set digests = '' where number = 1", "the seal of part 1 is not what was sealed"),
)


async def test_the_first_line_that_was_touched_is_named(world: World) -> None:
    await looked_at(world)
    tables = ("student_accesses", "access_seals")
    for table in tables:
        await world.intake.sql.execute(f"create temp table was_{table} as table {table}")
    for done, problem in TOUCHED:
        await with_all_rights(world, done)
        assert (await verified(world))["problem"] == problem, done
        for table in tables:
            again = f"delete from {table}; insert into {table} overriding system value table was_{table}"
            await with_all_rights(world, again)
        assert (await verified(world))["problem"] is None


KEPT = (
    "update student_accesses set subject = 'somebody else'",
    "delete from student_accesses",
    "truncate student_accesses",
    "insert into access_seals select number + 9, written_by, last_id, newest, ids, digests, digest from access_seals",
    "update access_seals set digest = ''",
    "delete from access_seals",
    "truncate access_seals",
)


async def test_what_was_logged_stays_for_the_service_and_for_a_superuser(world: World) -> None:
    await looked_at(world)
    database = urlsplit(world.intake.database.url).path
    superuser = await asyncpg.connect(
        urlunsplit(urlsplit(world.intake.bench.servers.postgres_url)._replace(path=database))
    )
    for statement in KEPT:
        for acting in ("retention", "owner", "caller"):
            async with as_the_service(world, acting=acting) as sql:
                with pytest.raises(asyncpg.InsufficientPrivilegeError, match="permission denied"):
                    await sql.execute(statement)
        with pytest.raises(asyncpg.InsufficientPrivilegeError, match="stays"):
            await superuser.execute(statement)
    await superuser.close()


async def test_who_is_erased_is_gone_from_the_log_and_its_lines_still_fit(world: World) -> None:
    student = await looked_at(world)
    async with as_the_service(world, acting="retention") as sql:
        with pytest.raises(asyncpg.InsufficientPrivilegeError, match="as long as the student"):
            await sql.execute("select forget_accessed($1)", UUID(student["id"]))
    await erase(world, student)
    await sealed(world)
    found = await verified(world)
    assert (found["problem"], found["erased"]) == (None, 3)  # and who asked for it
    assert await world.intake.sql.fetchval("select count(student_id) from student_accesses") == 0
    await with_all_rights(world, "update student_accesses set subject = 'somebody' where id = 2")
    assert (await verified(world))["problem"] == "line 2 was changed"


async def test_old_lines_go_by_whole_parts_and_the_rest_still_fits(world: World) -> None:
    student = await looked_at(world)
    after = RULES["access-log"].kept_through(today()) + timedelta(days=1)
    await good(world.first.get(f"/v1/students/{student['id']}"))  # not sealed yet: it stays
    await forget(world, after)
    assert await world.intake.sql.fetchval("select count(*) from student_accesses") == 1
    found = await verified(world)
    assert (found["problem"], found["beginsAfter"], found["checkedTo"]) == (None, 2, 2)
    await sealed(world)
    assert (await verified(world))["checkedTo"] == 3
    await with_all_rights(world, "delete from student_accesses")
    assert "is missing" in (await verified(world))["problem"]


async def test_a_line_that_is_committed_late_is_sealed_after_those_that_were_written_later(world: World) -> None:
    insert = "insert into student_accesses (student_id, subject, action) values (gen_random_uuid(), $1, 'read')"
    async with as_the_service(world, acting="register") as slow:
        await slow.execute(insert, "slow")
        await world.intake.sql.execute(insert, "quick")
        async with a_job(world) as work:
            await seal(work)
        assert await world.intake.sql.fetchval("select max(number) from access_seals") == 0  # it may still commit
        await slow.execute("commit; begin")
    await sealed(world)
    assert await world.intake.sql.fetchval("select cardinality(ids) from access_seals where number = 1") == 2
    assert (await verified(world))["problem"] is None


async def test_sealing_reads_no_more_than_what_is_new(world: World) -> None:
    await looked_at(world)
    plan = await world.intake.sql.fetch("""
        explain select * from student_accesses a
        where (a.written_by, a.id) > (select written_by, last_id from access_seals order by number desc limit 1)
          and a.written_by < pg_snapshot_xmin(pg_current_snapshot())::text::bigint order by a.written_by, a.id limit 500
    """)
    assert "student_accesses_written" in str(plan)


async def test_nobody_but_an_operator_asks_whether_it_was_touched(world: World) -> None:
    assert (await world.first.get("/v1/access-log-verification")).status_code == 403
