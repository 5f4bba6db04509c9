"""What is told so that it can be counted says nothing more than that: coarse codes of a student, a code of a coach."""

from dataclasses import replace

from services.intake.domain.coach import Coach
from services.intake.domain.coarse import coarse
from services.intake.domain.student import Student, StudentFacts
from shared.events.intake import PlacementCancelled, PlacementEnded, PlacementStarted
from shared.ids import new_id
from tests.intake.world import STUDENT, World, good


def test_coarse_codes_say_no_more_than_a_band_of_minutes_and_a_sector_that_many_have() -> None:
    rare = {"travel": {"mode": "bike", "maxMinutes": 41}, "wishes": [{"rank": 1, "sector": "valkerij"}]}
    facts = StudentFacts.model_validate(STUDENT | rare)
    student = Student(new_id(), new_id(), facts, "AM11")
    assert coarse(student) == {
        "outflow_profile": "work", "guidance_need": "limited", "distance": "more", "work": "other",
    }  # fmt: skip
    nothing = replace(student, facts=facts.model_copy(update={"travel": None, "wishes": ()}))
    assert (coarse(nothing)["distance"], coarse(nothing)["work"]) == (None, None)


async def test_a_placement_tells_its_coach_by_a_code_that_another_school_does_not_share(world: World) -> None:
    student, offer = await world.searching(), await world.offer()
    coach = Coach(name="M. Visser", email="m.visser@school.example")
    await good(world.first.put(f"/v1/students/{student['id']}/coach", json=coach.model_dump(by_alias=True)))
    assert (await world.place(student, offer)).status_code == 201
    told = await world.intake.next_event(PlacementStarted)
    key = await world.intake.sql.fetchval("select key from coach_keys")
    assert told.coach_code == coach.code_at(told.school_id, key) != coach.code_at(new_id(), key)
    assert told.coach_code != coach.code_at(told.school_id, b"")  # who knows the address does not know the code
    assert len(key) == 32
    assert "visser" not in told.model_dump_json()
    assert "coach_code" not in PlacementEnded.model_fields.keys() | PlacementCancelled.model_fields.keys()
