"""A coordinator on leave: a colleague of another school answers for her students until she is back (M11)."""

from datetime import timedelta

from services.intake.days import today
from tests.journeys.world import World, employer_of, offer_of, placement_of, proposal_for, ready_student_of


async def test_a_colleague_of_another_school_says_yes_for_a_student_that_was_lent(world: World) -> None:
    ours, theirs = await world.school("AM25"), await world.school("AM25", "vso")
    await world.impatient("AM25")
    student = await ready_student_of(ours)
    until = (today() + timedelta(days=14)).isoformat()
    lent = {"email": theirs.claims["email"], "studentIds": [student], "untilDate": until, "reason": "leave"}
    await ours.post("intake", "/v1/delegations", lent)
    await offer_of(ours, await employer_of(ours))
    proposal = await proposal_for(theirs, student)
    await theirs.post("matching", f"/v1/proposals/{proposal['id']}/_accept")
    assert (await placement_of(theirs, student))["studentId"] == student
