"""Erasing a student in the register: everything that names the person goes, what others count on stays."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from shared.events.analytics import PersonForgottenByAnalytics
from shared.events.intake import PersonErased, PlacementEnded
from shared.events.matching import PersonForgottenByMatching
from shared.events.notifications import PersonForgottenByNotifications
from tests.intake.world import World, good

LEDGERS = {"erased", "erasures", "erasure_proofs", "outbox", "event_log_default", "inbox_default"}
ROWS_WITH = "select count(*) from {} t where t::text like '%' || $1 || '%'"


async def tables_with(world: World, word: str) -> list[str]:
    names = await world.intake.sql.fetch(
        "select oid::regclass::text from pg_class where relkind = 'r' and relnamespace = 'public'::regnamespace"
    )
    found = [name for (name,) in names if await world.intake.sql.fetchval(ROWS_WITH.format(name), word)]
    return [name for name in found if name not in LEDGERS and not name.startswith(("event_log_", "inbox_"))]


async def a_placed_student(world: World) -> tuple[Any, Any, Any]:
    offer, student = await world.offer(), await world.searching(familyName="Vergeetmij")
    placement = (await world.place(student, offer)).json()
    contact = {"channel": "telephone", "outcome": "no", "contactDate": "2026-09-10", "studentId": student["id"]}
    await good(world.first.post(f"/v1/employers/{offer['employerId']}/contacts", json=contact | {"note": "Vergeetmij"}))
    return student, offer, placement


async def erase(world: World, student: Any) -> Any:
    return await good(world.first.post(f"/v1/students/{student['id']}/_erase", json={"reason": "asked"}))


async def swept(world: World, student: Any) -> None:
    await world.intake.until("select done_at is not null from erased where id = $1", UUID(student["id"]))


async def test_nothing_of_an_erased_student_is_left_in_any_table(world: World) -> None:
    student, _, _ = await a_placed_student(world)
    held = f'{{"reservedFor": "{student["id"]}"}}'  # as any document of a later table might
    await world.intake.sql.execute("update offers set facts = facts || $1::jsonb", held)
    named = {"students", "student_accesses", "placements", "contact_notes", "offers"}
    assert named <= set(await tables_with(world, student["id"]))
    await erase(world, student)
    await swept(world, student)
    assert await tables_with(world, student["id"]) == []
    assert await tables_with(world, "Vergeetmij") == []
    for path in ("", "/accesses", "/readiness"):
        assert (await world.first.get(f"/v1/students/{student['id']}{path}")).status_code == 404
    assert student["id"] not in (await world.first.get("/v1/students")).text


async def test_a_seat_stays_taken_and_nobody_knows_by_whom(world: World) -> None:
    student, offer, placement = await a_placed_student(world)
    await erase(world, student)
    occupied = (await good(world.second.get(f"/v1/offers/{offer['id']}")))["occupied"]
    assert len(occupied) == 1
    seen = await good(world.first.get(f"/v1/placements/{placement['id']}"))
    assert (seen["studentId"], seen["municipality"]) == (None, None)
    assert (await good(world.first.get("/v1/placements")))["items"][0]["studentId"] is None
    end = {"endedDate": "2026-12-01", "outcome": "completed"}
    await good(world.first.post(f"/v1/placements/{placement['id']}/_end", json=end))
    told = await world.intake.next_event(PlacementEnded)
    assert str(told.student_id) == placement["id"]


async def test_the_log_keeps_its_seals_when_somebody_is_erased_from_it(world: World) -> None:
    student, _, _ = await a_placed_student(world)
    await world.intake.published_everything()
    await erase(world, student)
    await swept(world, student)
    left = await world.intake.sql.fetch(
        "select type, message from event_log where message like $1", f"%{student['id']}%"
    )
    assert {row["type"] for row in left} <= {"nl.stagebrug.person-erased.v1"}
    erased = await world.intake.sql.fetch("select message from event_log where person_erased")
    assert erased
    assert not [row for row in erased if "GM0995" in row["message"]]
    checked = await good(world.operator.get("/v1/log-verification"))
    assert (checked["problem"], checked["erased"]) == (None, len(erased))
    await world.intake.sql.execute("update event_log set message = message || ' ' where not person_erased")
    assert (await good(world.operator.get("/v1/log-verification")))["problem"]


async def test_a_parked_message_about_an_erased_student_is_discarded_and_holds_nothing_more(world: World) -> None:
    student = await world.student()
    await world.intake.sql.execute(
        "insert into inbox (consumer, event_id, source, type, subject, version, status, message, error) "
        "values ('intake', gen_random_uuid(), 'x', 'y', $1, 1, 'parked', $2, $3)",
        student["id"],
        f'{{"data": {{"studentId": "{student["id"]}", "municipality": "GM0995"}}}}'.encode(),
        f"no {student['id']}",
    )
    await erase(world, student)
    await swept(world, student)
    row = await world.intake.sql.fetchrow("select status, subject, message, error from inbox where type = 'y'")
    assert row
    assert row["status"] == "discarded"
    assert student["id"] not in str(dict(row))
    assert b"GM0995" not in row["message"]


async def test_every_service_must_confirm_before_an_erasure_is_complete(world: World) -> None:
    student = await world.student()
    assert not (await erase(world, student))["complete"]
    told = await world.intake.next_event(PersonErased)
    assert (str(told.person_id), told.kind) == (student["id"], "student")
    await swept(world, student)
    path = f"/v1/erasures/{student['id']}"
    for event in (PersonForgottenByMatching, PersonForgottenByNotifications, PersonForgottenByAnalytics):
        assert not (await good(world.first.get(path)))["complete"]
        said = event(person_id=told.person_id, row_count=2, message_count=3)
        assert await world.intake.tell(said) == "done"
    proof = await good(world.first.get(path))
    assert proof["complete"]
    assert {one["service"]: one["rowCount"] for one in proof["proofs"]}["matching"] == 2
    assert (await good(world.operator.get(path))) == proof


async def test_another_school_learns_nothing_of_an_erasure(world: World) -> None:
    student = await world.student()
    refused = await world.second.post(f"/v1/students/{student['id']}/_erase", json={"reason": "asked"})
    assert refused.status_code == 404
    await erase(world, student)
    assert (await world.second.get(f"/v1/erasures/{student['id']}")).status_code == 404
    assert (await good(world.second.get("/v1/erasures")))["items"] == []
    assert [one["id"] for one in (await good(world.first.get("/v1/erasures")))["items"]] == [student["id"]]
    again = await world.first.post(f"/v1/students/{student['id']}/_erase", json={"reason": "asked"})
    assert again.status_code == 404


async def test_an_erasure_is_applied_again_after_a_restore(world: World) -> None:
    student = await world.student()
    row = await world.intake.sql.fetchrow("select * from students where id = $1", UUID(student["id"]))
    assert row
    await erase(world, student)
    await swept(world, student)
    ledger = (await good(world.operator.get("/v1/erased-persons")))["items"]

    await world.intake.sql.execute("truncate erased, erasures, erasure_proofs")  # a backup of before
    columns = ", ".join(row.keys())
    await world.intake.sql.execute(
        f"insert into students ({columns}) values ({', '.join(f'${n + 1}' for n in range(len(row)))})", *row.values()
    )
    assert (await world.first.get(f"/v1/students/{student['id']}")).is_success
    known = [{"id": one["id"], "kind": one["kind"], "erasedAt": one["erasedAt"]} for one in ledger]
    applied = await good(world.operator.post("/v1/erased-persons/_apply", json={"persons": known}))
    assert applied == {"count": 1}
    await swept(world, student)
    assert await tables_with(world, student["id"]) == []
    assert (await world.first.get(f"/v1/students/{student['id']}")).status_code == 404


async def test_a_school_sees_that_a_ledger_from_elsewhere_erased_its_student(world: World) -> None:
    student = await world.student()
    body = {"persons": [{"id": student["id"], "kind": "student", "erasedAt": datetime.now(UTC).isoformat()}]}
    await good(world.operator.post("/v1/erased-persons/_apply", json=body))
    await swept(world, student)
    erased = await good(world.first.get(f"/v1/erasures/{student['id']}"))
    assert (erased["reason"], erased["role"]) == ("restored", "operator")
    assert [proof["service"] for proof in erased["proofs"]] == ["intake"]


async def test_only_an_operator_applies_erasures_again(world: World) -> None:
    body = {"persons": [{"id": str(UUID(int=1)), "kind": "student", "erasedAt": datetime.now(UTC).isoformat()}]}
    assert (await world.first.post("/v1/erased-persons/_apply", json=body)).status_code == 403
    assert (await world.first.get("/v1/erased-persons")).status_code == 403
