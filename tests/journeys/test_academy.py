"""An academy of two schools (M7, D8): sixteen seats fill up, one student leaves, the next one on the list moves in."""

import asyncio
from typing import Any

from tests.journeys.world import PLACES, Person, World

ACADEMY = {
    "name": "TOP-academie zorg",
    "kind": "academy",
    "sector": "zorg-en-welzijn",
    "seats": 16,
    "beginDate": "2027-02-01",
    "endDate": "2028-07-14",
    "moments": [
        {"kind": "lesson", "weekday": "mon", "begins": "09:00", "ends": "12:00"},
        {"kind": "placement", "weekday": "tue", "begins": "09:00", "ends": "16:00"},
    ],
    "entry": {"minimumAge": 16, "sectors": ["zorg-en-welzijn"]},
}
STUDENT = {
    "givenName": "Sam",
    "familyName": "Voorbeeld",
    "birthDate": "2010-01-17",
    "address": PLACES["AM36"],
    "wishes": [{"rank": 1, "sector": "zorg-en-welzijn", "tasks": []}],
}


async def students_of(school: Person, number: int) -> list[str]:
    made = await asyncio.gather(*(school.post("intake", "/v1/students", STUDENT) for _ in range(number)))
    return [one["id"] for one in made]


async def enrolled(school: Person, path: str, student: str) -> Any:
    return await school.post("intake", f"{path}/enrolments", {"studentId": student})


async def test_an_academy_of_two_schools_fills_up_and_the_next_one_moves_in(world: World) -> None:
    first, second, third = await world.school("AM36"), await world.school("AM36", "vso"), await world.school("AM36")
    academy = await first.post("intake", "/v1/programmes", ACADEMY)
    path = f"/v1/programmes/{academy['id']}"
    assert (await second.call("GET", "intake", path)).status_code == 404
    await first.post("intake", f"{path}/_invite", {"schoolId": second.claims["school_id"]})
    one = await students_of(second, 1)
    assert (await second.call("POST", "intake", f"{path}/enrolments", {"studentId": one[0]})).status_code == 403
    await second.post("intake", f"{path}/_accept", {})

    ours, theirs = await students_of(first, 10), one + await students_of(second, 8)
    calls = [enrolled(first, path, student) for student in ours] + [enrolled(second, path, each) for each in theirs]
    answers = await asyncio.gather(*calls)
    seated = [answer for answer in answers if answer["state"] == "enrolled"]
    waiting = sorted((answer for answer in answers if answer["state"] == "waiting"), key=lambda one: one["ahead"])
    assert (len(seated), [one["ahead"] for one in waiting]) == (16, [0, 1, 2])

    schools = {first.claims["school_id"]: first, second.claims["school_id"]: second}
    leaving, following = seated[0], waiting[0]
    await schools[leaving["schoolId"]].post("intake", f"/v1/enrolments/{leaving['id']}/_leave")
    next_school = schools[following["schoolId"]]
    offered = await next_school.get("intake", f"/v1/enrolments/{following['id']}")
    assert offered["state"] == "offered"
    assert offered["heldUntil"]
    await next_school.post("intake", f"/v1/enrolments/{following['id']}/_accept")

    for school, students in ((first, set(ours)), (second, set(theirs))):
        seen = await school.get("intake", path)
        assert seen["counts"] == {"enrolled": 16, "offered": 0, "waiting": 2}
        own = (await school.get("intake", f"{path}/enrolments"))["items"]
        assert {each["studentId"] for each in own} == students
    assert (await third.call("GET", "intake", path)).status_code == 404
    other = next(each for each in answers if each["schoolId"] != leaving["schoolId"])
    assert (
        await schools[leaving["schoolId"]].call("GET", "intake", f"/v1/enrolments/{other['id']}")
    ).status_code == 404


async def test_the_school_of_who_is_next_is_told_by_mail_without_a_name(world: World) -> None:
    school = await world.school("AM36")
    await school.put("notifications", "/v1/me", {"mail": "at-once"})
    academy = await school.post("intake", "/v1/programmes", ACADEMY | {"seats": 1})
    path = f"/v1/programmes/{academy['id']}"
    seated, waiting = [await enrolled(school, path, student) for student in await students_of(school, 2)]
    await school.post("intake", f"/v1/enrolments/{seated['id']}/_leave")
    address = school.claims["email"]
    mails = await world.operator.until("mail", "/messages", lambda found: [m for m in found if address in str(m["to"])])
    assert "aan de beurt" in str(mails)
    assert waiting["studentId"] not in str(mails)
    assert "Voorbeeld" not in str(mails)
