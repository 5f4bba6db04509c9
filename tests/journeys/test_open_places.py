"""A WhatsApp group replaced (G8, G9): a place is shared, filled by another school, and open again."""

from tests.journeys.world import World, employer_of, offer_of, ready_student_of


async def test_a_shared_place_is_filled_by_another_school_and_is_open_again(world: World) -> None:
    first, second = await world.school("AM11"), await world.school("AM11", "vso")
    employer = await employer_of(first, name="Drukkerij Inkt", sectors=["recreatie"])
    offer = await offer_of(first, employer, sector="recreatie")
    path = f"/v1/offers/{offer['id']}"

    found = await second.get("intake", f"/v1/offers?region=AM11&state=open&employerId={employer['id']}")
    assert [(one["id"], one["freeSeats"]) for one in found["items"]] == [(offer["id"], 1)]

    student = await ready_student_of(second)
    days = {"beginDate": "2027-02-08", "endDate": "2027-06-25", "weekdays": ["mon", "tue"]}
    body = {"studentId": student, "offerId": offer["id"], **days}
    placement = await second.post("intake", "/v1/placements", body)
    filled = await first.get("intake", path + "?onDate=2027-03-01")
    assert filled["freeSeats"] == 0
    assert [(one["schoolId"], one["untilDate"]) for one in filled["occupied"]] == [
        (second.claims["school_id"], "2027-06-25")
    ]
    assert student not in str(filled)

    end = {"endedDate": "2027-02-26", "outcome": "completed"}
    await second.post("intake", f"/v1/placements/{placement['id']}/_end", end)
    assert (await first.get("intake", path + "?onDate=2027-03-01"))["freeSeats"] == 1
