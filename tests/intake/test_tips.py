"""Tips of intermediaries: matched with employers that are known, else registered as suggestions."""

from typing import Any

import pytest

from services.intake import days
from shared.events.codes import IntermediaryKind
from shared.events.intake import EmployerRegistered, EmployerSuggested
from shared.events.notifications import HelpAnswered, SuggestedEmployer, answerer
from shared.ids import new_id
from tests.intake.world import FIRST, LELYSTAD, OFFER, World, good, unknown

TIP: dict[str, Any] = {"employer": {"name": "Bakkerij Vos", "kvkNumber": "87654321"}, "region": "AM11"}


def sbb(world: World, **area: Any) -> Any:
    return world.as_("intermediary", sub="sbb", intermediary={"kind": "sbb"} | (area or {"regions": ["AM11"]}))


def answer(**employer: Any) -> HelpAnswered:
    return HelpAnswered(
        call_id=new_id(),
        answer_id=new_id(),
        intermediary=IntermediaryKind.UWV,
        region="AM11",
        employer=SuggestedEmployer(**{"name": "Bakkerij Vos"} | employer),
    )


async def test_a_tip_brings_an_employer_into_the_register_as_a_suggestion(world: World) -> None:
    tip = await good(sbb(world).post("/v1/tips", json=TIP))
    assert (tip["source"], tip["knownAlready"]) == ("sbb", False)
    employer = await good(world.first.get(f"/v1/employers/{tip['employerId']}"))
    assert (employer["suggested"], employer["region"], employer["location"]["approximate"]) == (True, "AM11", True)
    registered = await world.intake.next_event(EmployerRegistered)
    suggested = await world.intake.next_event(EmployerSuggested)
    assert (registered.version, suggested.version, suggested.known_already) == (1, 2, False)
    assert str(suggested.tip_id) == tip["id"]


async def test_a_suggestion_that_a_school_completes_is_no_suggestion_any_more(world: World) -> None:
    tip = await good(sbb(world).post("/v1/tips", json=TIP))
    path = f"/v1/employers/{tip['employerId']}"
    checked = await good(world.first.patch(path, json={"address": {"postcode": "8232VT", "place": "Lelystad"}}))
    assert checked["suggested"] is False
    assert (await world.first.post(f"{path}/offers", json=OFFER)).status_code == 201


@pytest.mark.parametrize(
    "named",
    [
        {"name": "Heel anders", "kvkNumber": "01234567"},
        {"name": "TUINCENTRUM de linde", "postcode": "8232 VT"},
    ],
)
async def test_an_employer_that_is_known_is_found_again(world: World, named: dict[str, Any]) -> None:
    employer = await world.employer(kvkNumber="01234567")
    tip = await good(sbb(world).post("/v1/tips", json=TIP | {"employer": named}))
    assert (tip["employerId"], tip["knownAlready"]) == (employer["id"], True)


async def test_a_private_employer_is_never_found_by_a_tip(world: World) -> None:
    employer = await world.employer(kvkNumber="01234567", private=True)
    tip = await good(sbb(world).post("/v1/tips", json=TIP | {"employer": {"name": "X", "kvkNumber": "01234567"}}))
    assert (tip["employerId"] != employer["id"], tip["knownAlready"]) == (True, False)


async def test_two_tips_at_once_name_one_employer(world: World) -> None:
    first, second = answer(kvk_number="87654321"), answer(kvk_number="87654321")
    await world.intake.handled(await world.intake.announce(first), await world.intake.announce(second))
    assert await world.intake.sql.fetchval("select count(*) from employers") == 1


async def test_an_answered_call_for_help_becomes_a_tip(world: World) -> None:
    help_answered = answer(sector="horeca", postcode="8232 VT", place="Lelystad", website="https://vos.example")
    assert await world.intake.tell(help_answered) == "done"
    suggested = await world.intake.next_event(EmployerSuggested)
    assert (suggested.call_id, suggested.tip_id) == (help_answered.call_id, help_answered.answer_id)
    assert (suggested.source, suggested.sector) == (IntermediaryKind.UWV, "horeca")
    tip = await good(world.first.get(f"/v1/tips/{help_answered.answer_id}"))
    employer = await good(world.first.get(f"/v1/employers/{tip['employerId']}"))
    assert (employer["municipality"], employer["sectors"]) == ("GM0995", ["horeca"])


async def test_a_tip_with_a_kind_of_work_or_a_postcode_of_its_own_still_counts(world: World) -> None:
    help_answered = answer(sector="ruimtevaart", postcode="8232 SS")
    assert await world.intake.tell(help_answered) == "done"
    assert (await world.intake.next_event(EmployerRegistered)).sectors == ()


async def test_an_intermediary_stays_within_its_area(world: World) -> None:
    assert (await sbb(world, regions=["AM36"]).post("/v1/tips", json=TIP)).status_code == 403
    assert (await sbb(world, municipalities=["GM0034"]).post("/v1/tips", json=TIP)).status_code == 201
    nowhere = await sbb(world).post("/v1/tips", json=TIP | {"region": "AM04"})
    assert nowhere.json()["errors"][0]["pointer"] == "/region"
    assert (await world.first.post("/v1/tips", json=TIP)).status_code == 403


async def test_tips_are_read_by_the_region_and_by_who_gave_them(world: World) -> None:
    tip = await good(sbb(world).post("/v1/tips", json=TIP))
    other = world.as_("intermediary", sub="wsp", intermediary={"kind": "wsp", "regions": ["AM11"]})
    elsewhere = world.as_("regional-coordinator", regions=["AM36"])
    for client, sees in ((world.first, 1), (world.operator, 1), (sbb(world), 1), (other, 0), (elsewhere, 0)):
        assert len((await good(client.get("/v1/tips")))["items"]) == sees
        assert (await client.get(f"/v1/tips/{tip['id']}")).status_code == (200 if sees else 404)
    assert (await world.first.get(f"/v1/tips/{unknown()}")).status_code == 404


async def test_intermediaries_do_not_read_the_register(world: World) -> None:
    for path in ("/v1/employers", "/v1/offers", "/v1/students", "/v1/placements"):
        assert (await sbb(world).get(path)).status_code == 403


async def test_who_gave_a_tip_sees_what_became_of_it_and_nothing_of_whom(world: World) -> None:
    adviser = sbb(world)
    tip = await good(adviser.post("/v1/tips", json=TIP))
    assert (tip["state"], tip["takenOverOn"]) == ("open", None)
    employer = tip["employerId"]

    async def state() -> dict[str, Any]:
        [found] = (await good(adviser.get("/v1/tips")))["items"]
        assert found == await good(adviser.get(f"/v1/tips/{tip['id']}"))
        return {name: found[name] for name in ("state", "takenOverOn", "contactMadeOn", "offerOpenedOn")}

    today = days.today().isoformat()
    await good(world.first.post(f"/v1/employers/{employer}/claims", json={"purpose": "places"}))
    assert (await state())["state"] == "taken-over"
    talk = {"channel": "telephone", "initiator": "school", "outcome": "yes", "contactDate": today}
    await good(world.first.post(f"/v1/employers/{employer}/contacts", json=talk))
    assert (await state())["state"] == "contact-made"
    await good(world.first.patch(f"/v1/employers/{employer}", json={"address": LELYSTAD}))
    offer = await world.offer(employer, beginDate=today, endDate=None)
    dates = {"takenOverOn": today, "contactMadeOn": today, "offerOpenedOn": today}
    assert await state() == {"state": "offer-opened", **dates}
    student = await world.searching(beginDate=today, endDate="2027-07-09")
    placed = await world.place(student, offer, beginDate=today, endDate="2027-07-09")
    assert placed.status_code == 201, placed.text
    assert (await state())["state"] == "placement-started"
    seen = (await adviser.get("/v1/tips")).text
    for private in (student["id"], placed.json()["id"], "Sam", "de Boer", FIRST):
        assert private not in seen


async def test_a_school_rejects_a_tip_once_with_a_reason_that_its_giver_reads(world: World) -> None:
    tip = await good(sbb(world).post("/v1/tips", json=TIP))
    path = f"/v1/tips/{tip['id']}/_reject"
    assert (await sbb(world).post(path, json={"reason": "known"})).status_code == 403
    elsewhere = world.as_("regional-coordinator", regions=["AM36"])
    assert (await elsewhere.post(path, json={"reason": "known"})).status_code == 404
    await good(world.first.post(path, json={"reason": "not-suitable"}))
    assert (await world.second.post(path, json={"reason": "known"})).status_code == 409
    seen = await good(sbb(world).get(f"/v1/tips/{tip['id']}"))
    assert (seen["state"], seen["rejectedReason"]) == ("rejected", "not-suitable")


async def test_who_answered_a_call_finds_the_answer_among_the_own_tips(world: World) -> None:
    given = answer().model_copy(update={"answerer": answerer("uwv-flevoland")})
    assert await world.intake.tell(given) == "done"
    area = {"kind": "uwv", "regions": ["AM11"]}
    own = world.as_("intermediary", sub="uwv-flevoland", intermediary=area)
    other = world.as_("intermediary", sub="uwv-utrecht", intermediary=area)
    assert [tip["id"] for tip in (await good(own.get("/v1/tips")))["items"]] == [str(given.answer_id)]
    assert (await good(other.get("/v1/tips")))["items"] == []
    assert (await other.get(f"/v1/tips/{given.answer_id}")).status_code == 404
