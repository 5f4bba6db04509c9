"""A coordinator asks what the law allows, is kept from a placement that it forbids, and hands an employer the pack."""

from typing import Any

from tests.journeys.world import World, employer_of, offer_of

AT_WORK: dict[str, Any] = {
    "kind": "internship",
    "sector": "detailhandel",
    "tasks": ["vakken-vullen"],
    "hours": [{"weekday": "tue", "startTime": "09:00", "endTime": "15:30", "breakMinutes": 30}],
    "schoolHours": [],
    "beginDate": "2026-09-08",
    "endDate": "2026-12-18",
}


async def test_the_law_is_asked_before_and_the_employer_gets_the_pack(world: World) -> None:
    coordinator = await world.school("AM11")

    async def verdict(**asked: Any) -> str:
        checked: dict[str, Any] = await coordinator.post("intake", "/v1/law/_check", AT_WORK | asked)
        return str(checked["verdict"])

    assert await verdict(age=15, demands=["till"]) == "not-allowed"
    assert await verdict(age=15, demands=["lifting"], heaviestLiftKg=10) == "allowed"
    assert await verdict(age=15, demands=["lifting"], heaviestLiftKg=11) == "not-allowed"
    assert await verdict(age=15, demands=["lifting"]) == "unknown"
    assert await verdict(age=17, risks=["fork-lift"]) == "under-supervision"

    shop = await employer_of(coordinator, name="Supermarkt De Kroon", recognition="boris")
    till = await offer_of(coordinator, shop, demands=["till"], tasks=["vakken-vullen"])
    body = {"givenName": "Noor", "familyName": "Bakker", "birthDate": "2011-05-17"}
    student = await coordinator.post("intake", "/v1/students", body)
    stay = {"studentId": student["id"], "offerId": till["id"], "beginDate": "2027-02-01", "weekdays": ["tue"]}
    refused = await coordinator.call("POST", "intake", "/v1/placements", stay)
    assert (refused.status_code, "niet achter de kassa" in refused.text) == (409, True)
    await coordinator.post("intake", "/v1/placements", stay | {"beginDate": "2027-05-17"})

    schemes = (await coordinator.get("intake", f"/v1/offers/{till['id']}/schemes?on=2026-09-08"))["items"]
    assert "depends" in {one["applies"] for one in schemes if one["scheme"]["id"].startswith("practical-learning")}
    pack = await coordinator.call("GET", "intake", f"/v1/employers/{shop['id']}/information-pack?kind=internship")
    assert (pack.status_code, pack.content[:5]) == (200, b"%PDF-")
