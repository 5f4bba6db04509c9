"""Wishes beside what there is: places and employers in reach, what stands in the way, and what lies near."""

from typing import Any

from tests.intake.world import ZWOLLE, World, good, unknown

CARE = {"wishes": [{"rank": 1, "sector": "zorg-en-welzijn"}], "certificates": []}
FAR = {"postcode": "8321AA", "place": "Urk"}
"""In the same region, half an hour by car."""


async def checked(world: World, **facts: Any) -> Any:
    student = await world.student(**facts)
    return (await good(world.first.get(f"/v1/students/{student['id']}/wish-check")))["items"]


async def test_a_wish_out_of_reach_says_why_and_what_lies_near(world: World) -> None:
    far = await world.employer(name="Zorgcentrum Ver", sectors=["zorg-en-welzijn"], address=FAR)
    await world.offer(far["id"], sector="zorg-en-welzijn", certificates=["ehbo"], demands=["noise"], guidance="full")
    near = await world.employer(name="Restaurant De Eik", sectors=["horeca"])
    await world.offer(near["id"], sector="horeca", guidance="full")
    [wish] = await checked(world, **CARE)
    assert (wish["realistic"], wish["offers"], wish["offersInReach"], wish["offersPossible"]) == (False, 1, 0, 0)
    assert {block["code"] for block in wish["blocks"]} == {"distance", "demands", "certificates"}
    assert "dichtbij" in wish["sentence"]
    best = wish["alternatives"][0]
    assert (best["sector"], best["offersPossible"], best["employersInReach"]) == ("horeca", 1, 1)
    assert best["words"] == "in het restaurant van een zorginstelling"


async def test_a_wish_within_reach_counts_places_and_employers(world: World) -> None:
    employer = await world.employer(sectors=["zorg-en-welzijn"])
    await world.offer(employer["id"], sector="zorg-en-welzijn", guidance="limited")
    taken = await world.offer(employer["id"], sector="zorg-en-welzijn", guidance="limited")
    assert (await world.place(await world.student(), taken, endDate="2027-07-01")).status_code == 201
    await world.employer(name="Elders", sectors=["zorg-en-welzijn"], address=ZWOLLE)
    [wish] = await checked(world, **CARE)
    assert (wish["realistic"], wish["offers"], wish["offersPossible"], wish["employersInReach"]) == (True, 2, 1, 1)
    assert [(block["code"], block["offers"]) for block in wish["blocks"]] == [("full", 1)]


async def test_another_schools_pearl_is_counted_for_nobody_else(world: World) -> None:
    await world.employer(world.second, name="Pareltje", sectors=["zorg-en-welzijn"], private=True)
    [wish] = await checked(world, **CARE)
    assert (wish["offers"], wish["employersInReach"]) == (0, 0)


async def test_wishes_are_checked_for_the_own_school_only(world: World) -> None:
    student = await world.student()
    assert (await world.second.get(f"/v1/students/{student['id']}/wish-check")).status_code == 404
    assert (await world.first.get(f"/v1/students/{unknown()}/wish-check")).status_code == 404


async def test_practice_certificates_show_progress_for_each_work_process(world: World) -> None:
    learned = [
        {"crebo": "25254", "workProcess": "B1-K1-W1", "progress": "certified", "certifiedDate": "2026-06-19"},
        {"crebo": "25254", "workProcess": "B1-K1-W2", "progress": "practising"},
    ]
    student = await world.student(practiceCertificates=learned)
    assert [one["progress"] for one in student["practiceCertificates"]] == ["certified", "practising"]
    for wrong in (
        {"crebo": "25254", "workProcess": "B1-K1-W1", "progress": "certified"},
        {"crebo": "25254", "workProcess": "B1-K1-W1", "certifiedDate": "2026-06-19"},
        {"crebo": "2525", "workProcess": "B1-K1-W1"},
        {"crebo": "25254", "workProcess": "W1"},
    ):
        path = f"/v1/students/{student['id']}"
        assert (await world.first.patch(path, json={"practiceCertificates": [wrong]})).status_code == 400, wrong


async def test_a_bureau_sees_each_of_its_schools_counted(world: World) -> None:
    bureau = world.as_("coordinator", sub="bureau", schools=["05KJ00", "30AB01"])
    await world.searching(world.second)
    honoured, other = await world.student(), await world.student(wishes=[{"rank": 1, "sector": "sport"}])
    for student in (honoured, other):
        placed = await world.place(student, await world.offer())
        assert placed.json()["wishRank"] == (1 if student is honoured else 0)
    lines = (await good(bureau.get("/v1/school-counts")))["items"]
    assert [(one["placed"], one["searching"], one["firstChoiceHonoured"], one["choiceKnown"]) for one in lines] == [
        (2, 0, 1, 2),
        (0, 1, 0, 0),
    ]
    assert len((await good(world.second.get("/v1/school-counts")))["items"]) == 1
    theirs = await good(bureau.get(f"/v1/students?schoolId={world.schools['30AB01']}"))
    assert [one["state"] for one in theirs["items"]] == ["searching"]
    assert (await good(bureau.get(f"/v1/placements?schoolId={world.schools['30AB01']}")))["items"] == []
    assert (await world.operator.get("/v1/school-counts")).status_code == 403
