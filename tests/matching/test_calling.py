"""The call list over HTTP: whom it leaves out, and who has to be asked first."""

from datetime import date
from typing import Any
from uuid import UUID

from shared.events.codes import IntermediaryKind
from shared.events.intake import (
    ClaimEnded,
    ContactLogged,
    EmployerClaimed,
    EmployerPaused,
    EmployerRegistered,
    EmployerSuggested,
    StudentWithdrawn,
)
from shared.ids import new_id
from tests.matching.examples import OTHER_SCHOOL, SCHOOL, known_to
from tests.matching.world import World, started


async def prospects(world: World, student: UUID) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = (await world.own.get(f"/v1/students/{student}/prospects")).json()["items"]
    return items


def contact(employer: EmployerRegistered, outcome: str) -> ContactLogged:
    return ContactLogged(
        employer_id=employer.employer_id,
        contact_id=new_id(),
        school_id=OTHER_SCHOOL,
        student_id=None,
        channel="telephone",
        initiator="school",
        outcome=outcome,
        contact_date=date(2026, 9, 6),
    )


async def test_employers_without_an_open_offer_that_suits_are_worth_a_call(world: World) -> None:
    partner = await world.employer(name="partner", **known_to(SCHOOL))
    colleague = await world.employer(name="colleague", **known_to(OTHER_SCHOOL))
    offering = await world.employer(name="offering", **known_to(SCHOOL))
    tipped = await world.employer(name="tipped")
    await world.tell(
        EmployerSuggested(
            employer_id=tipped.employer_id,
            tip_id=new_id(),
            call_id=None,
            source=IntermediaryKind.SBB,
            region="AM11",
            sector="horeca",
            known_already=True,
        )
    )
    await world.offer(employer_id=offering.employer_id)
    await world.tell(contact(colleague, "good-talk"))
    student = await world.student()
    found = await prospects(world, student)
    assert [one["name"] for one in found] == ["partner", "tipped", "colleague"]
    assert found[0]["employerId"] == str(partner.employer_id)
    assert found[0]["reasons"][0]["text"] == "Werkt sinds 2022 met jullie school."
    assert found[0]["points"] == sum(reason["points"] for reason in found[0]["reasons"])
    assert found[2]["knownBy"] == [
        {"schoolId": str(OTHER_SCHOOL), "schoolName": "De Polder", "sinceDate": "2022-09-01"}
    ]
    assert found[2]["lastContact"] == {
        "schoolId": str(OTHER_SCHOOL),
        "schoolName": "De Polder",
        "contactDate": "2026-09-06",
        "outcome": "good-talk",
    }


async def test_a_seat_about_to_fall_free_is_worth_a_call(world: World) -> None:
    employer = await world.employer()
    offer = await world.offer(employer_id=employer.employer_id)
    await world.tell(started(offer, new_id(), begin_date=date(2026, 8, 1), end_date=date(2026, 11, 20)))
    student = await world.student()
    (found,) = await prospects(world, student)
    assert "Hier komt een plek vrij na 20 november 2026." in [reason["text"] for reason in found["reasons"]]


async def test_who_said_no_or_paused_is_not_called(world: World) -> None:
    refusing, paused = await world.employer(), await world.employer()
    await world.tell(contact(refusing, "no"))
    await world.tell(
        EmployerPaused(employer_id=paused.employer_id, from_date=date(2026, 9, 1), until_date=None, reason="moving")
    )
    assert await prospects(world, await world.student()) == []


async def test_a_claimed_employer_stays_on_the_list_with_whom_to_ask_until_it_is_let_go(world: World) -> None:
    employer, claim = await world.employer(), new_id()
    facts: dict[str, Any] = {"claim_id": claim, "employer_id": employer.employer_id, "school_id": OTHER_SCHOOL}
    until = date(2099, 9, 28)
    await world.tell(EmployerClaimed(**facts, since_date=date(2026, 9, 1), until_date=until))
    student = await world.student()
    (found,) = await prospects(world, student)
    assert found["claimedBy"] == {
        "schoolId": str(OTHER_SCHOOL),
        "schoolName": "De Polder",
        "untilDate": until.isoformat(),
    }
    await world.tell(EmployerClaimed(**facts, joined_by=(SCHOOL,), since_date=date(2026, 9, 1), until_date=until))
    assert [one["claimedBy"] for one in await prospects(world, student)] == [None]
    await world.tell(EmployerClaimed(**facts, since_date=date(2026, 9, 1), until_date=until))
    await world.tell(ClaimEnded(**facts, reason="released"))
    assert [one["claimedBy"] for one in await prospects(world, student)] == [None]


async def test_the_list_comes_in_pages_in_the_order_of_calling(world: World) -> None:
    for schools in ((SCHOOL,), (OTHER_SCHOOL,), ()):
        await world.employer(**known_to(*schools))
    student = await world.student()
    path = f"/v1/students/{student}/prospects"
    first = (await world.own.get(path, params={"limit": 2})).json()
    second = (await world.own.get(path, params={"limit": 2, "cursor": first["next"]})).json()
    points = [one["points"] for one in first["items"] + second["items"]]
    assert len(points) == 3
    assert points == sorted(points, reverse=True)
    assert second["next"] is None


async def test_for_who_does_not_search_there_is_nobody_to_call(world: World) -> None:
    student = await world.student()
    await world.tell(StudentWithdrawn(student_id=student, school_id=SCHOOL))
    answer = await world.own.get(f"/v1/students/{student}/prospects")
    assert (answer.status_code, answer.json()["type"]) == (409, "urn:stagebrug:problem:student-is-not-searching")
