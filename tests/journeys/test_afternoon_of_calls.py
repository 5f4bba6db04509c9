"""An afternoon of calls from a list (M1): each call is logged at once, and a yes is an offer with a proposal."""

from typing import Any

from tests.journeys.world import Person, World, employer_of, proposal_for, ready_student_of

FASHION = "textiel-en-mode"
CALL = {"channel": "telephone", "contactDate": "2026-11-23", "subjects": ["internship"]}
PLACE = {
    "sector": FASHION,
    "seats": 1,
    "beginDate": "2027-02-01",
    "endDate": "2027-07-09",
    "weekdays": ["mon", "tue", "thu"],
    "guidance": "full",
}


async def names_on_the_list(coach: Person, student: str, wanted: set[str]) -> list[str]:
    """The names on the call list, as soon as it has exactly these."""
    path = f"/v1/students/{student}/prospects"

    def listed(page: Any) -> Any:
        found = [one["name"] for one in page["items"]]
        return found if set(found) == wanted else None

    names: list[str] = await coach.until("matching", path, listed)
    return names


async def test_an_afternoon_of_calls_ends_with_a_place(world: World) -> None:
    coach, colleague = await world.school("AM02"), await world.school("AM02", "vso")
    kinds = {"sectors": [FASHION], "tasks": ["naaien"]}
    partner = await employer_of(coach, name="Naaiatelier De Spoel", **kinds)
    stranger = await employer_of(colleague, name="Kledingreparatie De Draad", **kinds)
    claimed = await employer_of(colleague, name="Modehuis De Zoom", **kinds)
    await colleague.post("intake", f"/v1/employers/{claimed['id']}/claims", {"purpose": "places"})
    student = await ready_student_of(coach, wishes=[{"rank": 1, "sector": FASHION, "tasks": ["naaien"]}])

    everybody = {partner["name"], stranger["name"], claimed["name"]}
    first, second, last = await names_on_the_list(coach, student, everybody)
    assert (first, second, last) == (partner["name"], stranger["name"], claimed["name"])
    listed = (await coach.get("matching", f"/v1/students/{student}/prospects"))["items"]
    assert [one["claimedBy"] and one["claimedBy"]["schoolId"] for one in listed] == [
        None,
        None,
        colleague.claims["school_id"],
    ]

    contacts = f"/v1/employers/{partner['id']}/contacts"
    await coach.post("intake", contacts, CALL | {"outcome": "no", "studentId": student})
    await names_on_the_list(coach, student, everybody - {partner["name"]})

    contacts = f"/v1/employers/{stranger['id']}/contacts"
    yes = CALL | {"outcome": "yes", "studentId": student, "offer": PLACE, "arguments": ["no-strings"]}
    logged = await coach.post("intake", contacts, yes)
    proposal = await proposal_for(coach, student)
    assert proposal["offerId"] == logged["offerId"]
    await names_on_the_list(coach, student, {claimed["name"]})

    seen = (await colleague.get("intake", contacts))["items"]
    assert [(one["coach"], one["studentId"]) for one in seen] == [(coach.claims["email"], None)]
