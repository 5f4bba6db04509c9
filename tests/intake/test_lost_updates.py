"""Nobody's change is written over unseen: ETag and If-Match."""

import asyncio
from typing import Any

import pytest

from tests.intake.world import FIRST, World

CHANGES: dict[str, dict[str, Any]] = {
    "schools": {"studentCount": 150},
    "employers": {"placesPerYear": 6},
    "offers": {"seats": 3},
    "students": {"notes": "Belt liever 's middags."},
}


async def path_of(world: World, kind: str) -> str:
    """The address of a thing of that kind."""
    match kind:
        case "employers":
            made = await world.employer()
        case "offers":
            made = await world.offer()
        case "students":
            made = await world.student()
        case _:
            made = {"id": world.schools[FIRST]}
    return f"/v1/{kind}/{made['id']}"


@pytest.mark.parametrize("kind", CHANGES)
async def test_of_two_who_change_what_both_have_read_the_second_is_told(world: World, kind: str) -> None:
    path = await path_of(world, kind)
    tag = (await world.first.get(path)).headers["ETag"]
    answers = await asyncio.gather(
        *(world.first.patch(path, json=CHANGES[kind], headers={"If-Match": tag}) for _ in range(2))
    )
    assert sorted(answer.status_code for answer in answers) == [200, 412]
    done = next(answer for answer in answers if answer.status_code == 200)
    again = await world.first.get(path)
    assert (again.json(), again.headers["ETag"]) == (done.json(), done.headers["ETag"])
    assert done.headers["ETag"] != tag


@pytest.mark.parametrize("kind", CHANGES)
async def test_who_does_not_say_what_was_read_is_asked_for_it(world: World, kind: str) -> None:
    path = await path_of(world, kind)
    answer = await world.first.request("PATCH", path, json=CHANGES[kind])
    assert (answer.status_code, answer.json()["type"]) == (428, "urn:stagebrug:problem:precondition-required")
    anything = await world.first.request("PATCH", path, json=CHANGES[kind], headers={"If-Match": "*"})
    assert anything.status_code == 200
    weak = {"If-Match": "W/" + anything.headers["ETag"]}
    assert (await world.first.request("PATCH", path, json=CHANGES[kind], headers=weak)).status_code == 412
    several = {"If-Match": f'"other", {anything.headers["ETag"]}'}
    assert (await world.first.request("PATCH", path, json=CHANGES[kind], headers=several)).status_code == 200


async def test_what_was_made_or_changed_can_be_changed_without_reading_it_again(world: World) -> None:
    made = await world.first.post(
        "/v1/employers", json={"name": "De Linde", "address": {"postcode": "8232VT", "place": "Lelystad"}}
    )
    path, tag = f"/v1/employers/{made.json()['id']}", made.headers["ETag"]
    for action, body in (
        ("", {"placesPerYear": 2}),
        ("/_pause", {"fromDate": "2026-10-01"}),
        ("", {"placesPerYear": 3}),
        ("/_resume", None),
        ("", {"placesPerYear": 4}),
    ):
        method = "POST" if action else "PATCH"
        answer = await world.first.request(method, path + action, json=body, headers={"If-Match": tag})
        assert answer.status_code == 200, answer.text
        tag = answer.headers["ETag"]
    assert (await world.first.get(path)).headers["ETag"] == tag
