"""Each kind of place has rules of its own, and the region sets how large a group is."""

from typing import Any

import pytest

from shared.events.intake import PlacementStarted
from tests.intake.test_placements import accepted
from tests.intake.world import OFFER, World, good

GROUP: dict[str, Any] = {"kind": "group", "seats": 6}


async def refused(world: World, employer: Any, **facts: Any) -> list[str]:
    """Where the errors are."""
    answer = await world.first.post(f"/v1/employers/{employer['id']}/offers", json=OFFER | facts)
    assert answer.status_code == 400, answer.text
    return [error["pointer"] for error in answer.json()["errors"]]


@pytest.mark.parametrize(
    ("facts", "pointers"),
    [
        (GROUP | {"seats": 4}, ["/seats"]),
        (GROUP | {"seats": 11}, ["/seats"]),
        (GROUP | {"guidanceForms": ["employer"]}, ["/guidanceForms"]),
        ({"kind": "internal", "guidanceForms": ["remote"]}, ["/guidanceForms"]),
        ({"kind": "taster", "mostWeeks": 9}, ["/mostWeeks"]),
        ({"kind": "trial", "mostWeeks": 27}, ["/mostWeeks"]),
        ({"kind": "long", "weekdays": ["mon"]}, ["/weekdays"]),
        ({"kind": "day-activity", "outflowProfiles": ["work"]}, ["/outflowProfiles"]),
        ({"kind": "sheltered", "weekdays": [], "outflowProfiles": ["work"]}, ["/weekdays"]),
        ({"weekdays": ["mon"], "hours": [{"weekday": "tue", "startTime": "08:30", "endTime": "12:00"}]}, ["/hours"]),
        ({"hours": [{"weekday": "tue", "startTime": "12:30", "endTime": "12:00"}]}, ["/hours/0/endTime"]),
        (
            {"hours": [{"weekday": "tue", "startTime": "25:00", "endTime": "26:00"}]},
            ["/hours/0/startTime", "/hours/0/endTime"],
        ),
    ],
)
async def test_what_a_kind_cannot_be_is_said_where_it_stands(
    world: World, facts: dict[str, Any], pointers: list[str]
) -> None:
    assert await refused(world, await world.employer(), **facts) == pointers


async def test_what_a_place_is_like_is_kept(world: World) -> None:
    facts: dict[str, Any] = {
        "guidanceForms": ["employer", "remote"],
        "risks": ["machines"],
        "hours": [{"weekday": "tue", "startTime": "08:30", "endTime": "15:00", "breakMinutes": 30}],
        "ruledOut": ["heights"],
        "heaviestLiftKg": 8.0,
        "loudestDecibels": None,
        "accessibility": {"wheelchair": True, "publicTransport": None},
        "mostWeeks": 20,
    }
    offer = await world.offer(**facts)
    shown = await good(world.second.get(f"/v1/offers/{offer['id']}"))
    assert {name: shown[name] for name in facts} == facts


async def test_a_region_sets_how_large_a_group_is(world: World) -> None:
    path, bounds = "/v1/regions/AM11/settings", {"groupBounds": {"smallest": 3, "largest": 4}, "claimDays": 0}
    offer = await world.offer(**GROUP)
    regional = world.as_("regional-coordinator", sub="regional", regions=["AM11"])
    known = await world.first.get(path)
    assert (known.json()["version"], known.json()["groupBounds"]) == (0, {"smallest": 5, "largest": 10})
    for caller, headers, status in (
        (world.first, {"If-Match": "*"}, 403),
        (world.as_("regional-coordinator", regions=["AM30"]), {"If-Match": "*"}, 403),
        (regional, {}, 428),
        (regional, {"If-Match": '"other"'}, 412),
        (regional, {"If-Match": known.headers["ETag"]}, 200),
        (regional, {"If-Match": known.headers["ETag"]}, 412),
    ):
        assert (await caller.put(path, json=bounds, headers=headers)).status_code == status
    assert (await good(world.first.get(path)))["version"] == 1
    assert (await regional.put("/v1/regions/AM99/settings", json=bounds, headers={"If-Match": "*"})).status_code == 404
    crossed = {"groupBounds": {"smallest": 6, "largest": 4}}
    assert (await regional.put(path, json=crossed, headers={"If-Match": "*"})).status_code == 400

    assert await refused(world, {"id": offer["employerId"]}, **GROUP) == ["/seats"]
    await world.offer(offer["employerId"], kind="group", seats=3)
    stands = f"/v1/offers/{offer['id']}"
    assert (await world.first.patch(stands, json={"allowance": True})).status_code == 200
    assert (await world.first.patch(stands, json={"seats": 7})).status_code == 400


async def test_a_stay_at_a_taster_takes_eight_weeks_at_most(world: World) -> None:
    offer = await world.offer(kind="taster", seats=3)
    long = await world.place(await world.student(), offer)
    assert (long.status_code, "(too-long)" in long.json()["detail"]) == (409, True)
    short = await world.place(await world.student(), offer, endDate="2026-11-01")
    assert short.status_code == 201
    left_open = await world.place(await world.student(), offer, endDate=None)
    assert left_open.json()["endDate"] == "2026-11-01"


async def test_a_match_that_knows_of_no_longest_stay_is_cut_to_it(world: World) -> None:
    offer = await world.offer(mostWeeks=10)
    await world.intake.tell(accepted(await world.searching(), offer))
    assert str((await world.intake.next_event(PlacementStarted)).end_date) == "2026-11-15"
