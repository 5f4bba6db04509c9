"""Relations kept warm: whom nobody spoke with for long, offers that nobody comes to, what was agreed."""

from datetime import UTC, datetime, timedelta
from typing import Any

from tests.intake.world import FIRST, SECOND, World, good

DORMANT, UNUSED, STEPS = "/v1/relations/dormant", "/v1/relations/unused-offers", "/v1/relations/next-steps"


def days_ago(days: int) -> str:
    return (datetime.now(UTC).date() - timedelta(days=days)).isoformat()


def talk(**facts: Any) -> dict[str, Any]:
    return {"channel": "telephone", "outcome": "good-talk", "contactDate": days_ago(0)} | facts


async def aged(world: World, days: int = 400) -> None:
    """Everything that is there was recorded long ago."""
    for table in ("employers", "offers", "contacts"):
        await world.intake.sql.execute(f"update {table} set recorded_at = recorded_at - make_interval(days => {days})")


async def names(client: Any, path: str = DORMANT) -> list[str]:
    return [one["employerName"] for one in (await good(client.get(path)))["items"]]


async def test_employers_that_nobody_spoke_with_for_long_come_the_most_promising_first(world: World) -> None:
    regular = await world.employer(name="vaste partner", placesPerYear=2)
    boris = await world.employer(name="Boris", recognition="boris")
    await world.employer(name="onbekend")
    offer = await world.offer(regular["id"], beginDate="2024-09-01", endDate="2025-07-09")
    stay: dict[str, Any] = {"beginDate": "2024-09-07", "endDate": "2025-02-12"}
    await good(world.first.post(f"/v1/employers/{boris['id']}/contacts", json=talk(contactDate=days_ago(300))))
    assert (await world.place(await world.student(), offer, **stay)).status_code == 201
    assert await names(world.first) == []
    await aged(world, 2_000)
    found = (await good(world.first.get(DORMANT)))["items"]
    assert [one["employerName"] for one in found] == ["vaste partner", "Boris", "onbekend"]
    assert (found[0]["placements"], found[0]["lastDate"]) == (1, "2025-02-12")
    assert found[0]["reasons"] == ["1 leerling had er een plek.", "2 plekken per jaar."]
    assert found[1]["lastContactDate"] == days_ago(300)
    assert await names(world.first, f"{DORMANT}?months=60") == ["onbekend"]


async def test_a_contact_an_offer_or_a_placement_wakes_a_relation(world: World) -> None:
    spoken, offering, placed = [await world.employer(name=name) for name in ("spoken", "offering", "placed")]
    await world.employer(name="asleep")
    offer = await world.offer(placed["id"], beginDate="2026-01-01", endDate=None)
    await aged(world)
    assert (await world.place(await world.student(), offer, endDate=None)).status_code == 201
    await good(world.first.post(f"/v1/employers/{spoken['id']}/contacts", json=talk()))
    await world.offer(offering["id"])
    assert await names(world.first) == ["asleep"]


async def test_what_went_up_in_another_employer_is_no_relation_of_its_own(world: World) -> None:
    known = [{"schoolId": str(world.schools[FIRST])}]
    kept, other = [await world.employer(name=name, cooperations=known) for name in ("Linde", "De Linde")]
    body, tags = {"otherId": other["id"]}, {"If-Match": "*"}
    await good(world.first.post(f"/v1/employers/{kept['id']}/_merge", json=body, headers=tags))
    await aged(world)
    assert await names(world.first) == ["Linde"]


async def test_a_cooperation_without_a_known_day_is_asleep_until_somebody_calls(world: World) -> None:
    known = [
        {"schoolId": str(world.schools[SECOND])},
        {"schoolId": str(world.schools[FIRST]), "sinceDate": "2020-09-01"},
    ]
    employer = await world.employer(name="gedeeld", cooperations=known)
    (found,) = (await good(world.second.get(DORMANT)))["items"]
    assert (found["employerName"], found["lastDate"]) == ("gedeeld", None)
    await good(world.second.post(f"/v1/employers/{employer['id']}/contacts", json=talk()))
    assert await names(world.second) == []


async def test_a_school_sees_its_own_relations_and_the_region_all_of_them(world: World) -> None:
    await world.employer(name="van de eerste")
    await world.employer(world.second, name="van de tweede")
    await world.employer(name="parel", private=True)
    await aged(world)
    assert await names(world.second) == ["van de tweede"]
    assert await names(world.first) == ["parel", "van de eerste"]
    regional = world.as_("regional-coordinator", sub="regional", regions=["AM11"])
    found = (await good(regional.get(f"{DORMANT}?region=AM11")))["items"]
    assert [(one["employerName"], one["knownBy"][0]["schoolName"]) for one in found] == [
        ("van de eerste", f"School {FIRST}"),
        ("van de tweede", f"School {SECOND}"),
    ]
    for asked in ("", "?region=AM30"):
        assert (await regional.get(DORMANT + asked)).status_code == 403
    assert (await world.first.get(f"{DORMANT}?schoolId={world.schools[SECOND]}")).status_code == 403
    assert await names(world.first, f"{DORMANT}?region=AM30") == []


async def test_the_list_of_relations_comes_in_pages(world: World) -> None:
    for number in range(5):
        await world.employer(name=f"{number}", placesPerYear=5 - number)
    await aged(world)
    seen, cursor = [], ""
    while True:
        page = await good(world.first.get(f"{DORMANT}?limit=2{cursor}"))
        seen += [one["employerName"] for one in page["items"]]
        if page["next"] is None:
            break
        cursor = f"&cursor={page['next']}"
    assert seen == ["0", "1", "2", "3", "4"]
    assert (await world.first.get(f"{DORMANT}?cursor=eA")).status_code == 400


async def test_an_offer_that_nobody_comes_to_is_flagged(world: World) -> None:
    lasting = {"endDate": None}
    unused, used, withdrawn = [await world.offer(**lasting) for _ in range(3)]
    await world.offer(endDate=days_ago(1), beginDate="2020-01-01")
    await world.offer(validUntilDate=days_ago(1), **lasting)
    assert (await world.place(await world.student(), used, endDate=None)).status_code == 201
    await good(world.first.post(f"/v1/offers/{withdrawn['id']}/_withdraw", json={"reason": "filled"}))
    assert (await good(world.first.get(UNUSED)))["items"] == []
    await aged(world)
    await world.offer(**lasting)
    assert [one["id"] for one in (await good(world.first.get(UNUSED)))["items"]] == [unused["id"]]
    assert (await good(world.second.get(UNUSED)))["items"] == []
    regional = world.as_("regional-coordinator", sub="regional", regions=["AM11"])
    assert len((await good(regional.get(f"{UNUSED}?region=AM11")))["items"]) == 1


async def test_what_was_agreed_waits_until_somebody_follows_it_up(world: World) -> None:
    employer, other = await world.employer(name="Bakkerij"), await world.employer(name="Kwekerij")
    agreed = talk(nextStep="Langsgaan.", nextStepDate=days_ago(-3), spokenTo="T. de Wit")
    for one in (employer, other):
        await good(world.first.post(f"/v1/employers/{one['id']}/contacts", json=agreed))
    far = talk(nextStepDate=days_ago(-30))
    await good(world.first.post(f"/v1/employers/{(await world.employer(name='Later'))['id']}/contacts", json=far))
    assert [(s["employerName"], s["nextStep"]) for s in (await good(world.first.get(STEPS)))["items"]] == [
        ("Bakkerij", "Langsgaan."),
        ("Kwekerij", "Langsgaan."),
    ]
    await good(world.first.post(f"/v1/employers/{employer['id']}/contacts", json=talk()))
    assert [s["employerName"] for s in (await good(world.first.get(STEPS)))["items"]] == ["Kwekerij"]
    assert len((await good(world.first.get(f"{STEPS}?until={days_ago(-60)}")))["items"]) == 2
    colleague = world.as_("coordinator", sub="colleague", schools=[FIRST])
    assert len((await good(colleague.get(STEPS)))["items"]) == 1
    assert (await good(colleague.get(f"{STEPS}?mine=true")))["items"] == []
    assert (await good(world.second.get(STEPS)))["items"] == []
