"""A region closes a sector: nothing is proposed there in that time, and looked for again when it opens."""

from datetime import date
from typing import Any

from shared.events.intake import OfferExpired, SectorClosed, SectorReopened
from shared.ids import new_id
from tests.matching.world import World

CLOSURE_ID = new_id()


def a_closure(**facts: Any) -> SectorClosed:
    values: dict[str, Any] = {
        "closure_id": CLOSURE_ID,
        "region": "AM11",
        "sector": "horeca",
        "from_date": date(2026, 9, 1),
        "until_date": date(2027, 2, 1),
        "reason": "epidemic",
    }
    return SectorClosed.model_validate(values | facts)


def reopened() -> SectorReopened:
    return SectorReopened(closure_id=CLOSURE_ID, region="AM11", sector="horeca", reopened_date=date(2026, 9, 1))


async def states(world: World, student: Any) -> list[str]:
    listed = (await world.own.get(f"/v1/students/{student}/proposals")).json()["items"]
    return [proposal["state"] for proposal in listed]


async def test_what_was_proposed_in_a_closed_sector_is_taken_back_and_comes_again(world: World) -> None:
    offer = await world.offer()
    student = await world.student()
    assert (await world.proposed()).offer_id == offer.offer_id
    await world.tell(a_closure(), version=1)
    assert await states(world, student) == ["expired"]
    why = await world.search(student)
    assert "sector-closed" in str(why)
    await world.tell(reopened(), version=2)
    assert (await world.proposed()).offer_id == offer.offer_id


async def test_a_closed_region_closes_every_sector_and_no_other_region(world: World) -> None:
    await world.tell(a_closure(closure_id=new_id(), region="AM36", sector=None))
    await world.offer()
    first = await world.student()
    assert await states(world, first) == ["open"]
    await world.tell(a_closure(sector=None), version=1)
    assert await states(world, first) == ["expired"]
    await world.tell(reopened().model_copy(update={"sector": None}), version=2)
    assert "open" in await states(world, first)


async def test_a_reopening_that_arrives_before_its_closure_wins(world: World) -> None:
    await world.tell(reopened(), version=2)
    await world.tell(a_closure(), version=1)
    await world.offer()
    student = await world.student()
    assert await states(world, student) == ["open"]


async def test_what_was_proposed_on_an_offer_that_lapsed_is_taken_back(world: World) -> None:
    offer = await world.offer(valid_until_date=date(2100, 1, 1))
    student = await world.student()
    assert await states(world, student) == ["open"]
    facts = {"offer_id": offer.offer_id, "employer_id": offer.employer_id, "valid_until_date": date(2100, 1, 1)}
    await world.tell(OfferExpired.model_validate(facts))
    assert await states(world, student) == ["open"]  # it still says that it is valid
    await world.matching.sql.execute(
        """update offers set facts = jsonb_set(facts, '{valid_until_date}', '"2020-01-01"')"""
    )
    await world.tell(OfferExpired.model_validate(facts))
    assert await states(world, student) == ["expired"]
