"""Who brought a place in gets the first look."""

from datetime import date
from uuid import UUID

import pytest

from services.intake.domain.first_look import first_look_until
from shared.ids import first_id_of
from tests.intake.test_renewing import in_days
from tests.intake.world import LELYSTAD, OFFER, World, good

SCHOOL = UUID(int=1)
LATE_IN_LONDON = first_id_of(1_788_820_200_000)
"""7 September 2026, 22:30 UTC: the eighth in the Netherlands."""


@pytest.mark.parametrize(
    ("school", "days", "until"), [(SCHOOL, 5, date(2026, 9, 13)), (SCHOOL, 0, None), (None, 5, None)]
)
def test_the_first_look_lasts_some_days_for_a_school_that_brought_the_offer_in(
    school: UUID | None, days: int, until: date | None
) -> None:
    assert first_look_until(LATE_IN_LONDON, school, days) == until


async def test_an_offer_says_until_when_the_school_that_brought_it_in_goes_first(world: World) -> None:
    offer = await world.offer()
    assert offer["firstLookUntil"] in {in_days(5), in_days(6)}
    changed = await good(world.first.patch(f"/v1/offers/{offer['id']}", json={"seats": 2}))
    assert changed["firstLookUntil"] == offer["firstLookUntil"]
    employer = await good(world.operator.post("/v1/employers", json={"name": "Van niemand", "address": LELYSTAD}))
    nobodys = await good(world.operator.post(f"/v1/employers/{employer['id']}/offers", json=OFFER))
    assert nobodys["firstLookUntil"] is None
