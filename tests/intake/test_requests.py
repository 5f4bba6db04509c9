"""What schools ask intermediaries about a placement: company and question, never the student (H7, H8)."""

from typing import Any

import httpx

from shared.events.intake import RequestMoved
from tests.intake.world import World, good

GUIDANCE = {"kind": "guidance", "question": "Hoe legt het bedrijf een nieuwe taak duidelijk uit?"}
CERTIFICATE = {
    "kind": "practice-certificate",
    "question": "Wij vragen een praktijkverklaring aan.",
    "crebo": "25162",
    "workProcesses": ["Vult vakken bij"],
}


def sbb(world: World, kind: str = "sbb", region: str = "AM11") -> httpx.AsyncClient:
    return world.as_("intermediary", sub=kind, intermediary={"kind": kind, "regions": [region]})


async def placed(world: World) -> Any:
    employer = await world.employer(
        recognition="boris", sbb={"companyId": "100012345"}, contactPersons=[{"name": "Ans Wolters"}]
    )
    placement = await world.place(await world.searching(), await world.offer(employer["id"]))
    assert placement.status_code == 201, placement.text
    return placement.json()


async def test_an_adviser_answers_a_question_without_knowing_whom_it_is_about(world: World) -> None:
    placement = await placed(world)
    asked = await good(world.first.post(f"/v1/placements/{placement['id']}/requests", json=GUIDANCE))
    assert (asked["state"], asked["placementId"]) == ("asked", placement["id"])
    event = await world.intake.next_event(RequestMoved)
    assert (str(event.request_id), event.intermediary, event.state) == (asked["id"], "sbb", "asked")
    adviser = sbb(world)
    [seen] = (await good(adviser.get("/v1/requests", params={"state": "asked"})))["items"]
    assert (seen["question"], seen["companyId"], seen["placementId"]) == (GUIDANCE["question"], "100012345", None)
    for private in (placement["id"], placement["studentId"], "Sam", "de Boer"):
        assert private not in str(seen)
    path = f"/v1/requests/{asked['id']}"
    assert (await good(adviser.post(f"{path}/_take", json={})))["state"] == "taken"
    await good(adviser.post(f"{path}/_answer", json={"note": "Onze adviseur belt het bedrijf deze week."}))
    assert [(await world.intake.next_event(RequestMoved)).state for _ in range(2)] == ["taken", "answered"]
    known = await good(world.first.get(path))
    assert [step["state"] for step in known["steps"]] == ["asked", "taken", "answered"]
    assert (await adviser.post(f"{path}/_decline", json={"reason": "not-ours"})).status_code == 409


async def test_a_certificate_is_asked_for_and_declined_with_a_reason(world: World) -> None:
    placement = await placed(world)
    path = f"/v1/placements/{placement['id']}/requests"
    bare = await world.first.post(path, json={"kind": "practice-certificate", "question": "Graag."})
    assert bare.status_code == 400
    asked = await good(world.first.post(path, json=CERTIFICATE))
    declined = await good(sbb(world).post(f"/v1/requests/{asked['id']}/_decline", json={"reason": "not-recognised"}))
    assert (declined["state"], declined["steps"][-1]["reason"]) == ("declined", "not-recognised")


async def test_only_the_school_and_whom_it_asks_see_a_request(world: World) -> None:
    placement = await placed(world)
    asked = await good(world.first.post(f"/v1/placements/{placement['id']}/requests", json=GUIDANCE))
    path = f"/v1/requests/{asked['id']}"
    for stranger in (world.second, sbb(world, "uwv"), sbb(world, region="AM36")):
        assert (await stranger.get(path)).status_code == 404
        assert (await good(stranger.get("/v1/requests")))["items"] == []
    assert (await sbb(world, "uwv").post(f"{path}/_take", json={})).status_code == 404
    assert (await world.first.post(f"{path}/_take", json={})).status_code == 403
    assert (await world.second.post(f"{path}/_withdraw", json={})).status_code == 404
    noted = await world.first.post(f"{path}/_withdraw", json={"note": "Sam is er weg."})  # whom the other would read of
    assert noted.status_code == 400
    assert (await good(world.first.post(f"{path}/_withdraw", json={})))["state"] == "withdrawn"
    assert (await world.second.post(f"/v1/placements/{placement['id']}/requests", json=GUIDANCE)).status_code == 404


async def test_a_question_names_neither_the_student_nor_anybody_else(world: World) -> None:
    placement = await placed(world)
    path = f"/v1/placements/{placement['id']}/requests"
    for text in (
        "Sam vindt uitleg lastig.",
        "Kan Sam's taak duidelijker?",
        "Sams taak is lastig.",
        "Voor sam/Noor.",
        "Mag mevrouw Jansen dit?",
        "Wat kan Wolters beter doen?",
        "Is Wolters' uitleg goed?",
    ):
        refused = await world.first.post(path, json=GUIDANCE | {"question": text})
        assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (400, "/question"), text
        refused = await world.first.post(path, json=CERTIFICATE | {"workProcesses": ["Vult vakken bij", text]})
        assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (400, "/workProcesses/1"), text


async def test_a_request_goes_with_its_student(world: World) -> None:
    placement = await placed(world)
    asked = await good(world.first.post(f"/v1/placements/{placement['id']}/requests", json=GUIDANCE))
    kept = await good(world.first.get("/v1/requests"))
    assert [one["id"] for one in kept["items"]] == [asked["id"]]
    await good(world.first.post(f"/v1/students/{placement['studentId']}/_erase", json={"reason": "asked"}))
    assert (await world.first.get(f"/v1/requests/{asked['id']}")).status_code == 404
    assert await world.intake.sql.fetchval("select count(*) from requests") == 0
