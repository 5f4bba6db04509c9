"""A region that closes its care sector for six weeks (M9, L11)."""

from tests.journeys.world import Person, World, employer_of, offer_of, placement_of, proposal_for, ready_student_of

CARE = "zorg-en-welzijn"
SIX_WEEKS = {"fromDate": "2087-01-13", "untilDate": "2087-02-23"}
NEXT_YEAR = {"beginDate": "2087-01-13", "endDate": "2087-03-02"}


async def test_a_region_closes_its_care_sector_for_six_weeks(world: World) -> None:
    first, second = await world.school("AM02"), await world.school("AM02", "vso")
    regional = Person(world, roles=["regional-coordinator"], regions=["AM02"])
    home = await employer_of(first, name="Zorgcentrum De Terp", sectors=[CARE])
    offer = await offer_of(first, home, sector=CARE, seats=2, tasks=[], **NEXT_YEAR)
    wishes = {"wishes": [{"rank": 1, "sector": CARE}]}

    placed = await ready_student_of(first, **wishes, **NEXT_YEAR)
    proposal = await proposal_for(first, placed)
    await first.post("matching", f"/v1/proposals/{proposal['id']}/_accept")
    placement = await placement_of(first, placed)
    waiting = await ready_student_of(first, **wishes, **NEXT_YEAR)
    open_proposal = await proposal_for(first, waiting)
    assert open_proposal["offerId"] == offer["id"]

    closure = await regional.post(
        "intake", "/v1/closures", {"region": "AM02", "sector": CARE, "reason": "epidemic", **SIX_WEEKS}
    )
    path = f"/v1/proposals/{open_proposal['id']}"
    await first.until("matching", path, lambda now: now["state"] == "expired")

    touched = (await first.get("intake", f"/v1/closures/{closure['id']}/placements"))["items"]
    assert [one["studentId"] for one in touched] == [placed]
    assert (await second.get("intake", f"/v1/closures/{closure['id']}/placements"))["items"] == []
    seen = await regional.get("intake", f"/v1/closures/{closure['id']}/placements")
    assert [one["untilDate"] for one in seen["items"]] == [placement["endDate"]]
    assert placed not in str(seen)
    decision = {"placementId": placement["id"], "decision": "pauses"}
    await first.post("intake", f"/v1/closures/{closure['id']}/_decide", decision)

    await regional.post("intake", f"/v1/closures/{closure['id']}/_reopen")
    again = await proposal_for(first, waiting)
    assert again["offerId"] == offer["id"]
    assert again["id"] != open_proposal["id"]
