"""Tips of intermediaries: matched with employers that are known, else registered as suggestions."""

from typing import Any

import pytest

from shared.events.codes import IntermediaryKind
from shared.events.intake import EmployerRegistered, EmployerSuggested
from shared.events.notifications import HelpAnswered, SuggestedEmployer
from shared.ids import new_id
from tests.intake.world import OFFER, World, good, unknown

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
