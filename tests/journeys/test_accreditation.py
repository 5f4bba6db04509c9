"""A new employer becomes a recognised learning company (B12): followed to the end by two schools and SBB."""

from tests.journeys.world import World, employer_of, offer_of, proposal_for, ready_student_of


async def test_an_sbb_accreditation_is_followed_to_the_end_and_reaches_matching(world: World) -> None:
    first, second = await world.school("AM11"), await world.school("AM11", "vso")
    sbb, elsewhere = await world.intermediary("sbb", "AM11"), await world.intermediary("sbb", "AM30")
    workshop = await employer_of(first, name="Naaiatelier De Draad", sectors=["textiel-en-mode"], recognition="none")
    wishes = {"wishes": [{"rank": 1, "sector": "textiel-en-mode", "tasks": []}]}
    offer = await offer_of(first, workshop, sector="textiel-en-mode", tasks=[])
    before = await proposal_for(first, await ready_student_of(first, **wishes))
    assert "praktijkverklaring" not in str(before)
    await first.post("matching", f"/v1/proposals/{before['id']}/_decline", {"reason": "too-far"})

    asked = await first.post(
        "intake", f"/v1/employers/{workshop['id']}/accreditations", {"wanted": "boris", "crebos": ["25162"]}
    )
    path = f"/v1/accreditations/{asked['id']}"
    assert (await second.get("intake", path))["state"] == "requested"
    assert (await sbb.call("GET", "intake", path)).status_code == 404
    await first.post("intake", f"{path}/_submit", {"note": "Via het portaal ingediend."})
    assert (await elsewhere.call("GET", "intake", path)).status_code == 404
    assert [one["id"] for one in (await sbb.get("intake", "/v1/accreditations?running=true"))["items"]] == [asked["id"]]
    await sbb.post("intake", f"{path}/_plan-visit", {"visitDate": "2087-01-14", "note": "Om 10 uur."})
    crebos = [{"code": "25162", "untilDate": "2091-07-31"}]
    await sbb.post("intake", f"{path}/_recognise", {"companyId": "100012345", "crebos": crebos})

    seen = await second.get("intake", path)
    steps = [(step["state"], step["schoolId"] == first.claims["school_id"], step["bySbb"]) for step in seen["steps"]]
    assert steps == [
        ("requested", True, False),
        ("submitted", True, False),
        ("visit-planned", False, True),
        ("recognised", False, True),
    ]
    known = await second.get("intake", f"/v1/employers/{workshop['id']}")
    assert (known["recognition"], known["sbb"]["companyId"]) == ("boris", "100012345")

    def says_it_is_recognised(page: dict[str, object]) -> bool:
        return "een praktijkverklaring is mogelijk" in str(page)

    other = await ready_student_of(first, **wishes)
    assert (await proposal_for(first, other))["offerId"] == offer["id"]
    await first.until("matching", f"/v1/students/{other}/proposals", says_it_is_recognised)
