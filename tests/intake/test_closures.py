"""A region closes a sector: nobody is placed there, schools decide about what runs, and it opens again."""

from typing import Any

import pytest

from shared.events.intake import PlacementEnded, SectorClosed, SectorReopened
from tests.intake.world import OFFER, STUDENT, World, good, unknown

CLOSURE: dict[str, Any] = {
    "region": "AM11",
    "sector": "detailhandel",
    "fromDate": "2087-01-13",
    "untilDate": "2087-02-23",
    "reason": "epidemic",
}
LASTING = OFFER | {"endDate": None}
DURING: dict[str, Any] = {"beginDate": "2087-02-01", "endDate": "2087-06-01"}
"""Far ahead, so that the calendar reopens nothing while a test runs."""


async def closed(world: World, **facts: Any) -> Any:
    return await good(world.operator.post("/v1/closures", json=CLOSURE | facts))


async def test_a_regional_coordinator_closes_a_sector_and_others_hear(world: World) -> None:
    regional = world.as_("regional-coordinator", sub="regional", regions=["AM11"])
    closure = await good(regional.post("/v1/closures", json=CLOSURE))
    told = await world.intake.next_event(SectorClosed)
    assert (str(told.closure_id), told.sector, told.until_date.isoformat()) == (  # type: ignore[union-attr]
        closure["id"],
        "detailhandel",
        "2087-02-23",
    )
    listed = await good(world.first.get("/v1/closures?region=AM11&sector=detailhandel&state=standing"))
    assert [one["id"] for one in listed["items"]] == [closure["id"]]
    assert (await world.first.get(f"/v1/closures/{closure['id']}")).headers["ETag"]


async def test_only_who_looks_after_the_region_closes_it(world: World) -> None:
    elsewhere = world.as_("regional-coordinator", sub="elsewhere", regions=["AM30"])
    assert (await world.first.post("/v1/closures", json=CLOSURE)).status_code == 403
    assert (await elsewhere.post("/v1/closures", json=CLOSURE)).status_code == 403
    closure = await closed(world)
    assert (await elsewhere.post(f"/v1/closures/{closure['id']}/_reopen")).status_code == 403
    assert (await world.operator.post("/v1/closures", json=CLOSURE | {"sector": "zrog"})).status_code == 400
    backwards = await world.operator.post("/v1/closures", json=CLOSURE | {"untilDate": "2087-01-01"})
    assert backwards.json()["errors"][0]["pointer"] == "/untilDate"


@pytest.mark.parametrize("sector", ["detailhandel", None])
async def test_nobody_is_placed_in_a_closed_sector_until_it_opens(world: World, sector: str | None) -> None:
    closure = await closed(world, sector=sector)
    offer, student = await world.offer(**LASTING), await world.student()
    refused = await world.place(student, offer, **DURING)
    assert refused.status_code == 409
    assert "(sector-closed)" in refused.json()["detail"]
    later = await world.place(student, offer, **DURING | {"beginDate": "2087-02-24"})
    assert later.status_code == 201
    await good(world.operator.post(f"/v1/closures/{closure['id']}/_reopen"))
    other = await world.place(await world.student(), await world.offer(**LASTING), **DURING)
    assert other.status_code == 201


async def test_another_sector_stays_open(world: World) -> None:
    await closed(world, sector="horeca")
    placed = await world.place(await world.student(), await world.offer(**LASTING), **DURING)
    assert placed.status_code == 201


async def test_each_school_decides_about_its_own_placements(world: World) -> None:
    regional = world.as_("regional-coordinator", sub="regional", regions=["AM11"])
    offer = await world.offer(seats=2, endDate=None)
    own = (await world.place(await world.student(), offer, endDate="2087-06-01")).json()
    others = await good(world.second.post("/v1/students", json=dict(STUDENT)))
    theirs = (await world.place(others, offer, world.second, endDate="2087-06-01")).json()
    closure = await closed(world)
    path = f"/v1/closures/{closure['id']}"

    seen = (await good(world.first.get(f"{path}/placements")))["items"]
    assert [(one["placementId"], one["studentId"], one["decision"]) for one in seen] == [
        (own["id"], own["studentId"], None)
    ]
    whole = (await good(regional.get(f"{path}/placements")))["items"]
    assert {one["placementId"] for one in whole} == {own["id"], theirs["id"]}
    assert {one["studentId"] for one in whole} == {one["offerId"] for one in whole} == {None}

    not_own = {"placementId": theirs["id"], "decision": "goes-on"}
    assert (await world.first.post(f"{path}/_decide", json=not_own)).status_code == 400
    assert (await regional.post(f"{path}/_decide", json=not_own)).status_code == 403
    decided = await good(world.first.post(f"{path}/_decide", json={"placementId": own["id"], "decision": "pauses"}))
    assert decided["decision"] == "pauses"
    ends = {"placementId": theirs["id"], "decision": "ends", "endedDate": "2026-09-14"}
    await good(world.second.post(f"{path}/_decide", json=ends))
    told = await world.intake.next_event(PlacementEnded)
    assert told.outcome == "stopped-early"
    assert (await good(world.second.get(f"/v1/placements/{theirs['id']}")))["reason"] == "sector-closed"
    left = (await good(regional.get(f"{path}/placements")))["items"]
    assert [(one["placementId"], one["decision"]) for one in left] == [(own["id"], "pauses")]


async def test_a_placement_outside_the_closed_time_asks_no_decision(world: World) -> None:
    placed = (await world.place(await world.student(), await world.offer())).json()
    closure = await closed(world, fromDate="2087-03-01", untilDate="2087-04-11")
    path = f"/v1/closures/{closure['id']}"
    assert (await good(world.first.get(f"{path}/placements")))["items"] == []
    body = {"placementId": placed["id"], "decision": "goes-on"}
    assert (await world.first.post(f"{path}/_decide", json=body)).status_code == 400
    says_no_day = {"placementId": placed["id"], "decision": "ends"}
    assert (await world.first.post(f"{path}/_decide", json=says_no_day)).status_code == 400


async def test_a_closure_ends_once(world: World) -> None:
    closure = await closed(world)
    path = f"/v1/closures/{closure['id']}/_reopen"
    assert (await good(world.operator.post(path)))["state"] == "reopened"
    assert (await world.operator.post(path)).status_code == 409
    assert (await world.operator.post(f"/v1/closures/{unknown()}/_reopen")).status_code == 404


async def test_a_closure_ends_by_itself_on_the_day_after_its_last(world: World) -> None:
    closure = await closed(world, fromDate="2020-01-01", untilDate="2020-02-01")
    told = await world.intake.next_event(SectorReopened)
    assert str(told.closure_id) == closure["id"]
    assert (await good(world.first.get(f"/v1/closures/{closure['id']}")))["state"] == "reopened"
