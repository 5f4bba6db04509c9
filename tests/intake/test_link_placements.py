"""The agreement signed by link, version by version and in order; how it went said by link at the end."""

from datetime import timedelta
from typing import Any

import pytest

from services.intake.days import today
from tests.intake.test_agreements import TERMS
from tests.intake.test_links import a_link, a_young_student, seen, sent
from tests.intake.world import World, good

BEGUN = (today() - timedelta(days=10)).isoformat()


async def a_placement(world: World, age: int = 17, days: int = 20) -> Any:
    until = (today() + timedelta(days=days)).isoformat()
    student, offer = await a_young_student(world, age), await world.offer()
    return await good(world.place(student, offer, beginDate=BEGUN, endDate=until))


async def drawn_up(world: World, placement: Any, **terms: Any) -> None:
    path = f"/v1/placements/{placement['id']}/agreement"
    await good(world.first.put(path, json=TERMS | terms, headers={"If-Match": "*"} if terms else {}))


async def signed_by(world: World, placement: Any) -> dict[str, str]:
    found = await good(world.first.get(f"/v1/placements/{placement['id']}/agreement"))
    return {one["party"]: one["signature"]["way"] for one in found["parties"] if one["signature"]}


async def test_each_party_signs_by_link_in_its_turn(world: World) -> None:
    placement = await a_placement(world, age=15)
    await drawn_up(world, placement)
    links = {who: await a_link(world, "sign", placement, who) for who in ("student", "parents", "employer")}
    page = await seen(world, links["employer"])
    for words in ("Vakken vullen", "9.00 uur tot 15.00 uur", "Dit is versie 1.", "toegang tot de plaats"):
        assert words in page.text
    first = "Eerst tekent de leerling, en dan pas het bedrijf."
    assert (first in page.text, "<form" in page.text) == (True, False)
    early = await sent(world, links["employer"], number="1")
    assert (early.status_code, first in early.text) == (400, True)
    for who in ("student", "parents"):
        assert "Bedankt" in (await sent(world, links[who], number="1")).text
    path = f"/v1/placements/{placement['id']}/agreement/_sign"
    await good(world.first.post(path, json={"party": "school", "number": 1}))
    assert "Iedereen heeft nu getekend." in (await sent(world, links["employer"], number="1")).text
    ways = {"student": "by-link", "parents": "by-link", "school": "by-hand", "employer": "by-link"}
    assert await signed_by(world, placement) == ways
    assert "Dit was al doorgegeven" in (await sent(world, links["student"], number="1")).text


async def test_what_is_not_filled_in_yet_is_read_and_not_signed(world: World) -> None:
    placement = await a_placement(world)
    await drawn_up(world, placement, learningGoals=[])
    page = await seen(world, await a_link(world, "sign", placement, "student"))
    assert ("Er ontbreekt: de leerdoelen." in page.text, "<form" in page.text) == (True, False)


async def test_a_version_that_changed_while_it_was_read_is_not_signed(world: World) -> None:
    placement = await a_placement(world)
    await drawn_up(world, placement)
    student = await a_link(world, "sign", placement, "student")
    assert (await sent(world, student)).status_code == 400
    assert (await sent(world, student, number="7")).status_code == 400
    assert await signed_by(world, placement) == {}
    await drawn_up(world, placement, breakMinutes=45)
    old = await sent(world, student, number="1")
    assert (old.status_code, "onderteken versie 2" in old.text) == (400, True)
    assert await signed_by(world, placement) == {}


async def test_what_needs_no_signature_any_more_says_so(world: World) -> None:
    placement = await a_placement(world)
    link, parents = [await a_link(world, "sign", placement, who) for who in ("student", "parents")]
    assert (await seen(world, link)).status_code == 410  # nothing is drawn up yet
    await drawn_up(world, placement)
    assert (await seen(world, parents)).status_code == 410  # a student of 17 signs alone
    path = f"/v1/placements/{placement['id']}/agreement/_sign"
    await good(world.first.post(path, json={"party": "student", "number": 1}))
    page = await seen(world, link)
    assert (page.status_code, "niet meer nodig" in page.text) == (410, True)


@pytest.mark.parametrize(("days", "status"), [(28, 200), (29, 409)])
async def test_an_employer_says_how_it_went_from_four_weeks_before_the_end(
    world: World, days: int, status: int
) -> None:
    placement = await a_placement(world, days=days)
    link = await a_link(world, "evaluate", placement)
    page = await seen(world, link)
    assert page.status_code == status
    assert "Sam" not in page.text
    if status == 409:
        assert "Dit kan nog niet" in page.text
        return
    form = {"experience": "negative", "could_be_better": ["time", "information"], "again": "no", "text": "Te druk."}
    assert "Bedankt" in (await sent(world, link, **form)).text
    said = await good(world.first.get(f"/v1/placements/{placement['id']}/evaluations/employer"))
    assert (said["experience"], said["couldBeBetter"], said["again"]) == ("negative", ["time", "information"], False)
    assert (await world.second.get(f"/v1/placements/{placement['id']}/evaluations/employer")).status_code == 404
