"""Two coaches, one employer: the second hears that it is known; registered all the same, it becomes one again."""

from typing import Any

from tests.journeys.world import World, employer_of, offer_of, placement_of, proposal_for, ready_student_of


async def test_an_employer_that_two_schools_registered_becomes_one_in_every_service(world: World) -> None:
    first, second = await world.school("AM07"), await world.school("AM07", "vso")
    known = await employer_of(first, name="Groenbedrijf De Maasvallei", kvkNumber="90005551")
    again = {"name": "De Maasvallei groenbedrijf BV", "confirmedNew": False}
    refused = await second.call("POST", "intake", "/v1/employers", known_as(known, again))
    assert refused.status_code == 409
    assert refused.json()["candidates"][0]["employerId"] == known["id"]

    double = await employer_of(second, **again | {"confirmedNew": True})
    offer = await offer_of(second, double)
    student = await ready_student_of(second)
    proposal = await proposal_for(second, student)
    assert (proposal["offerId"], proposal["employerId"]) == (offer["id"], double["id"])
    listed = await first.get("intake", "/v1/employer-doubles?region=AM07&limit=200")
    pairs = {(pair["employerId"], pair["other"]["employerId"]) for pair in listed["items"]}
    assert (known["id"], double["id"]) in pairs

    tags = [await tag(second, employer["id"]) for employer in (known, double)]
    answer = await second.client.post(
        f"{world.stack.urls['intake']}/v1/employers/{known['id']}/_merge",
        json={"otherId": double["id"]},
        headers={"If-Match": ", ".join(tags)},
    )
    assert answer.status_code == 200, answer.text

    def follows(seen: Any) -> bool:
        return bool(seen["employerId"] == known["id"] and seen["state"] == "open")

    await second.until("matching", f"/v1/proposals/{proposal['id']}", follows)
    await second.post("matching", f"/v1/proposals/{proposal['id']}/_accept")
    assert (await placement_of(second, student))["employerId"] == known["id"]
    gone = await first.call("GET", "intake", f"/v1/employers/{double['id']}")
    assert (gone.status_code, gone.json()["mergedInto"]) == (410, known["id"])


def known_as(known: dict[str, Any], otherwise: dict[str, Any]) -> dict[str, Any]:
    """The same employer as somebody else writes it down."""
    same = {name: known[name] for name in ("kind", "sectors", "address")}
    return same | otherwise


async def tag(person: Any, employer_id: str) -> str:
    found = await person.call("GET", "intake", f"/v1/employers/{employer_id}")
    return str(found.headers["ETag"])
