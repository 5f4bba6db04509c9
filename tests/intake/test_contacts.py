"""Contact moments: what the own school keeps of a talk, what colleagues see, and what VUM may ask."""

from typing import Any

from tests.intake.world import FIRST, World, good

TALK: dict[str, Any] = {
    "channel": "visit",
    "outcome": "good-talk",
    "contactDate": "2026-09-14",
    "step": "in-depth-talk",
    "subjects": ["internship", "guidance"],
    "faceToFace": True,
    "studentJoined": True,
    "spokenTo": "T. de Wit",
    "spokenToRole": "praktijkopleider",
    "nextStep": "Proefdag afspreken.",
    "nextStepDate": "2026-09-21",
    "note": "Liever niet op maandag.",
}
PRIVATE = ("T. de Wit", "Proefdag", "maandag", 'studentJoined":true')
SEARCH = "/v1/contact-moments/_search"


def coach(world: World) -> Any:
    return world.as_("coordinator", sub="coach", schools=[FIRST], email="coach@first.example")


async def test_colleagues_see_about_what_and_whom_to_ask_and_never_a_name_or_note(world: World) -> None:
    employer = await world.employer()
    path = f"/v1/employers/{employer['id']}/contacts"
    logged = await good(coach(world).post(path, json=TALK))
    assert {name: logged[name] for name in TALK} == TALK
    answer = await world.second.get(path)
    (seen,) = answer.json()["items"]
    assert (seen["coach"], seen["subjects"]) == ("coach@first.example", ["internship", "guidance"])
    assert (seen["spokenToRole"], seen["contactDate"]) == ("praktijkopleider", "2026-09-14")
    assert not [said for said in PRIVATE if said in answer.text]


async def test_the_role_that_all_schools_see_holds_no_name(world: World) -> None:
    path = f"/v1/employers/{(await world.employer())['id']}/contacts"
    refused = await world.first.post(path, json=TALK | {"spokenToRole": "mevrouw Jansen, bedrijfsleider"})
    assert refused.status_code == 400
    assert refused.json()["errors"][0]["pointer"] == "/spokenToRole"


async def test_a_machine_asks_who_spoke_last_with_an_employer(world: World) -> None:
    employer = await world.employer(kvkNumber="01234567", recognition="boris")
    for day in ("2026-08-31", "2026-09-01", "2026-09-14"):
        await good(coach(world).post(f"/v1/employers/{employer['id']}/contacts", json=TALK | {"contactDate": day}))
    machine = world.as_(sub="vum", scope="intake:contacts:read")
    answer = await machine.post(SEARCH, json={"kvkNumber": "01234567", "fromDate": "2026-09-01"})
    assert [one["contactDate"] for one in answer.json()["items"]] == ["2026-09-14", "2026-09-01"]
    assert answer.json()["items"][0] == {
        "kvkNumber": "01234567",
        "employerName": employer["name"],
        "recognisedBySbb": True,
        "contactDate": "2026-09-14",
        "schoolName": f"School {FIRST}",
        "brin": FIRST,
        "coach": "coach@first.example",
        "subjects": ["internship", "guidance"],
    }
    assert not [said for said in PRIVATE if said in answer.text]


async def test_the_answer_to_a_machine_comes_in_pages(world: World) -> None:
    employer = await world.employer(kvkNumber="01234567")
    days = [f"2026-09-{day:02d}" for day in range(1, 6)]
    for day in days:
        await good(coach(world).post(f"/v1/employers/{employer['id']}/contacts", json=TALK | {"contactDate": day}))
    machine = world.as_(sub="vum", scope="intake:contacts:read")
    seen, cursor = [], ""
    while True:
        page = await good(machine.post(f"{SEARCH}?limit=2{cursor}", json={"kvkNumber": "01234567"}))
        seen += [one["contactDate"] for one in page["items"]]
        if page["next"] is None:
            break
        cursor = f"&cursor={page['next']}"
    assert seen == days[::-1]


async def test_only_machines_with_the_scope_ask_and_a_private_employer_has_no_moments(world: World) -> None:
    employer = await world.employer(kvkNumber="01234567", private=True)
    await good(world.first.post(f"/v1/employers/{employer['id']}/contacts", json=TALK))
    machine = world.as_(sub="vum", scope="intake:contacts:read")
    assert (await good(machine.post(SEARCH, json={"kvkNumber": "01234567"})))["items"] == []
    for stranger in (world.first, world.operator, world.matching):
        assert (await stranger.post(SEARCH, json={"kvkNumber": "01234567"})).status_code == 403
    wrong = await machine.post(SEARCH, json={"kvkNumber": "1234"})
    assert wrong.json()["errors"][0]["pointer"] == "/kvkNumber"
