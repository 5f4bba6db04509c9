"""What is asked with employers: support for them, and work that could be adapted."""

from typing import Any

import pytest

from shared.events.intake import EmployerRegistered, OfferChanged, SupportAsked
from tests.intake.world import World, good

ASKED = {"kind": "workshop", "askedBy": "employer", "note": "Hoe geef je duidelijke opdrachten?"}


async def asked_for(world: World, employer: Any, **facts: Any) -> Any:
    return await good(world.first.post(f"/v1/employers/{employer['id']}/support", json=ASKED | facts))


async def test_support_is_followed_from_asking_to_giving_by_school_region_and_intermediary(world: World) -> None:
    employer = await world.employer()
    made = await asked_for(world, employer)
    told = await world.intake.next_event(SupportAsked)
    assert (str(told.employer_id), told.kind, told.asked_by, told.region) == (
        employer["id"], "workshop", "employer", "AM11",
    )  # fmt: skip
    regional = world.as_("regional-coordinator", sub="regional", regions=["AM11"])
    (seen,) = (await good(regional.get("/v1/support", params={"region": "AM11", "state": "asked"})))["items"]
    assert (seen["id"], seen["employerName"]) == (made["id"], employer["name"])
    sbb = world.as_("intermediary", sub="sbb", intermediary={"kind": "sbb", "regions": ["AM11"]})
    elsewhere = world.as_("intermediary", sub="sbb-30", intermediary={"kind": "sbb", "regions": ["AM30"]})
    path = f"/v1/support/{made['id']}"
    assert (await elsewhere.get(path)).status_code == 404
    assert (await good(elsewhere.get("/v1/support")))["items"] == []
    offered = await good(sbb.post(f"{path}/_offer", json={"offeredBy": "sbb", "note": "Op 12 november."}))
    assert (offered["state"], offered["offeredBy"]) == ("offered", "sbb")
    done = await good(world.first.post(f"{path}/_done", json={}))
    assert [step["state"] for step in done["steps"]] == ["asked", "offered", "done"]
    assert done["possible"] == []
    late = await sbb.post(f"{path}/_decline", json={"reason": "not-available"})
    assert (late.status_code, late.json()["type"].rsplit(":", 1)[-1]) == (409, "support-is-closed")


async def test_what_a_school_keeps_to_itself_no_intermediary_hears_of(world: World) -> None:
    made = await asked_for(world, await world.employer(private=True))
    sbb = world.as_("intermediary", sub="sbb", intermediary={"kind": "sbb", "regions": ["AM11"]})
    for who in (sbb, world.second):
        assert (await who.get(f"/v1/support/{made['id']}")).status_code == 404
        assert (await good(who.get("/v1/support")))["items"] == []
        assert (await who.post(f"/v1/support/{made['id']}/_done", json={})).status_code == 404


async def test_who_may_not_ask_is_refused_and_nobody_is_named(world: World) -> None:
    employer = await world.employer(contactPersons=[{"name": "Truus Wiegersma", "role": "chef"}])
    path = f"/v1/employers/{employer['id']}/support"
    sbb = world.as_("intermediary", sub="sbb", intermediary={"kind": "sbb", "regions": ["AM11"]})
    assert (await sbb.post(path, json=ASKED)).status_code == 403
    for note in ("Wiegersma wil een cursus.", "Bel 0320 123456."):
        answer = await world.first.post(path, json=ASKED | {"note": note})
        assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (400, "/note"), note


async def test_support_asked_twice_with_one_key_is_one(world: World) -> None:
    employer = await world.employer()
    for _ in range(2):
        path = f"/v1/employers/{employer['id']}/support"
        await good(world.first.post(path, json=ASKED, headers={"Idempotency-Key": "a-workshop"}))
    assert len((await good(world.first.get("/v1/support")))["items"]) == 1


async def a_question(world: World, **facts: Any) -> tuple[Any, Any]:
    offer = await world.offer(demands=["till", "standing"])
    body = {"demands": ["till"]} | facts
    return offer, await good(world.first.post(f"/v1/offers/{offer['id']}/adaptations", json=body))


@pytest.mark.parametrize(
    ("answer", "adaptable", "essential"),
    [("accepted", ["till"], []), ("refused", [], ["till"]), ("other-proposal", [], ["till"])],
)
async def test_what_an_employer_answers_is_known_to_all(
    world: World, answer: str, adaptable: list[str], essential: list[str]
) -> None:
    offer, asked = await a_question(world)
    body = {"answer": answer, "adaptations": ["hours"] if answer == "other-proposal" else []}
    answered = await good(world.first.post(f"/v1/adaptations/{asked['id']}/_answer", json=body))
    assert answered["answer"]["answer"] == answer
    told = await world.intake.next_event(OfferChanged)
    assert (list(told.adaptable), list(told.essential)) == (adaptable, essential)
    seen = await good(world.second.get(f"/v1/offers/{offer['id']}"))
    assert (seen["adaptable"], seen["essential"], seen["demands"]) == (adaptable, essential, ["till", "standing"])
    employer = await good(world.second.get(f"/v1/employers/{offer['employerId']}"))
    assert employer["adaptations"] == body["adaptations"]
    if answer == "other-proposal":
        assert "hours" in employer["adaptations"]
        await world.intake.next_event(EmployerRegistered)
    again = await world.first.post(f"/v1/adaptations/{asked['id']}/_answer", json=body)
    assert (again.status_code, again.json()["type"].rsplit(":", 1)[-1]) == (409, "adaptation-is-answered")


async def test_a_new_answer_takes_the_place_of_an_old_one(world: World) -> None:
    offer, first = await a_question(world)
    await good(world.first.post(f"/v1/adaptations/{first['id']}/_answer", json={"answer": "refused"}))
    second = await good(world.second.post(f"/v1/offers/{offer['id']}/adaptations", json={"demands": ["till"]}))
    await good(world.second.post(f"/v1/adaptations/{second['id']}/_answer", json={"answer": "accepted"}))
    seen = await good(world.first.get(f"/v1/offers/{offer['id']}"))
    assert (seen["adaptable"], seen["essential"]) == (["till"], [])
    known = await world.first.post(f"/v1/offers/{offer['id']}/adaptations", json={"demands": ["till"]})
    assert (known.status_code, known.json()["errors"][0]["pointer"]) == (400, "/demands/0")


async def test_what_is_asked_for_is_the_schools_own_and_of_the_offers_demands(world: World) -> None:
    offer, asked = await a_question(world)
    assert (await world.second.get(f"/v1/adaptations/{asked['id']}")).status_code == 404
    assert (await good(world.second.get("/v1/adaptations")))["items"] == []
    answered = await world.second.post(f"/v1/adaptations/{asked['id']}/_answer", json={"answer": "accepted"})
    assert answered.status_code == 404
    for demands in (["noise"], [], ["till", "standing", "noise"]):
        wrong = await world.first.post(f"/v1/offers/{offer['id']}/adaptations", json={"demands": demands})
        assert wrong.status_code == 400, demands
