"""A region holds back places with much guidance: for who is not hard to place they stay planned for longer."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from services.matching.domain import fits, movable
from services.matching.domain.widening import RegionSettings
from shared.events.codes import Guidance
from shared.events.matching import MatchProposed
from tests.matching.examples import LELYSTAD, a_pair, a_search, an_offer, north_of
from tests.matching.test_planned import planned
from tests.matching.world import World

HOUR, DAY = 3600, 86_400
HELD_BACK = {"movableSeconds": HOUR, "heldBackSeconds": 7 * DAY}
HARD: dict[str, Any] = {
    "limits": ["till", "noise"],
    "guidance_need": "full",
    "travel": {"mode": "bike", "max_minutes": 15},
}
"""Of class 2, round the corner only."""

EARLIER = "update proposals set movable_until = movable_until - $1::interval, proposed_at = proposed_at - $1::interval"

SINCE = datetime(2026, 9, 1, 8, tzinfo=UTC)


def ahead(days: int = 60) -> dict[str, date]:
    """A period that begins so many days from now."""
    begin = datetime.now(UTC).date() + timedelta(days=days)
    return {"begin_date": begin, "end_date": begin + timedelta(days=150)}


async def pass_by(world: World, hours: int) -> None:
    """Let so many hours go by for what is planned, and whatever is due be done."""
    await world.matching.sql.execute(EARLIER, timedelta(hours=hours))
    await world.move_timers(hours)
    overdue = "select count(*) = 0 from proposals where state = 'planned' and movable_until < clock_timestamp()"
    await world.matching.until(overdue)


async def reasons_of(world: World, proposal_id: UUID) -> list[dict[str, Any]]:
    reasons: list[dict[str, Any]] = (await world.own.get(f"/v1/proposals/{proposal_id}")).json()["reasons"]
    return reasons


async def test_a_place_with_much_guidance_is_there_for_who_is_hard_to_place_and_comes_later(world: World) -> None:
    await world.settings(HELD_BACK)
    guided = await world.offer(**ahead())
    easy = await world.student(**ahead())
    await pass_by(world, 100)
    assert await planned(world) == {easy: guided.offer_id}
    hard = await world.student(**HARD, **ahead())
    assert await planned(world) == {hard: guided.offer_id}
    await pass_by(world, 1)
    proposed = await world.proposed()
    assert (proposed.student_id, proposed.offer_id) == (hard, guided.offer_id)
    assert movable.HELD_BACK not in [one["factor"] for one in await reasons_of(world, proposed.proposal_id)]


async def test_a_place_without_much_guidance_is_given_when_the_usual_time_is_over(world: World) -> None:
    await world.settings(HELD_BACK)
    await world.offer(guidance=Guidance.LIMITED, **ahead())
    easy = await world.student(**ahead())
    await pass_by(world, 1)
    assert (await world.proposed()).student_id == easy


async def test_a_place_that_nobody_harder_came_for_is_proposed_and_says_why_it_came_late(world: World) -> None:
    await world.settings(HELD_BACK)
    await world.offer(**ahead())
    easy = await world.student(**ahead())
    await pass_by(world, 7 * 24)
    proposed = await world.proposed()
    assert proposed.student_id == easy
    told = {one["factor"]: one for one in await reasons_of(world, proposed.proposal_id)}[movable.HELD_BACK]
    assert (told["points"], told["text"]) == (0, movable.TEXT)


async def test_who_moves_on_from_a_place_that_was_held_back_waits_no_longer_than_others(world: World) -> None:
    await world.settings(HELD_BACK)
    guided = await world.offer(**ahead())
    easy = await world.student(**ahead())
    await pass_by(world, 2)
    elsewhere = await world.offer(guidance=Guidance.LIMITED, location=north_of(LELYSTAD, 4), **ahead())
    hard = await world.student(**HARD, **ahead())
    proposed = await world.proposed()
    assert (proposed.student_id, proposed.offer_id) == (easy, elsewhere.offer_id)
    assert await planned(world) == {hard: guided.offer_id}


async def test_a_region_that_only_holds_back_proposes_all_else_at_once(world: World) -> None:
    await world.settings({"heldBackSeconds": 7 * DAY})
    guided = await world.offer(**ahead())
    easy = await world.student(**ahead())
    hard = await world.student(**HARD, **ahead())
    assert (await world.proposed()).student_id == hard
    assert await planned(world) == {}
    following = await world.offer(**ahead())
    assert await planned(world) == {easy: following.offer_id}
    assert guided.offer_id not in (await planned(world)).values()


async def test_a_region_that_holds_nothing_back_any_more_shows_what_the_usual_time_is_over_for(world: World) -> None:
    await world.settings(HELD_BACK)
    await world.offer(**ahead())
    easy = await world.student(**ahead())
    await pass_by(world, 2)
    assert await world.told(MatchProposed) == 0
    await world.settings({"movableSeconds": HOUR})
    assert (await world.proposed()).student_id == easy


async def test_what_is_to_be_held_back_from_now_on_is_not_shown_because_the_usual_time_got_shorter(
    world: World,
) -> None:
    await world.settings({"movableSeconds": 7 * DAY})
    await world.offer(**ahead())
    await world.student(**ahead())
    await pass_by(world, 2)
    await world.settings(HELD_BACK)
    assert await world.told(MatchProposed) == 0
    assert len(await planned(world)) == 1


@pytest.mark.parametrize(
    ("facts", "guidance", "begins", "days"),
    [
        ({}, Guidance.FULL, 200, 84),
        ({}, Guidance.INTENSIVE, 200, 84),
        ({}, Guidance.LIMITED, 200, 28),
        (HARD, Guidance.FULL, 200, 28),
        ({}, Guidance.FULL, 57, 50),  # a week before it begins, so that it can be answered
        ({}, Guidance.FULL, 30, 28),
        ({}, Guidance.FULL, -10, 28),
    ],
)
def test_places_are_held_back_for_as_long_as_nobody_begins_later_for_it(
    facts: dict[str, Any], guidance: Guidance, begins: int, days: int
) -> None:
    begin = SINCE.date() + timedelta(days=begins)
    period: dict[str, Any] = {"begin_date": begin, "end_date": begin + timedelta(days=100)}
    one = fits.fit(a_pair(a_search(**facts, **period), an_offer(guidance=guidance, **period)))
    assert one
    settings = RegionSettings(movable_seconds=28 * DAY, held_back_seconds=84 * DAY)
    waits = movable.until(one, SINCE, settings) - SINCE
    assert round(waits / timedelta(days=1)) == days
