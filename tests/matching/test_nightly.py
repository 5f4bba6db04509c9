"""The nightly plan: what planning knows becomes a week, and its plan becomes a draft that is adopted on its days."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import product
from random import Random
from typing import Any

import pytest

from services.matching.domain import nightly, regional
from services.matching.domain.engine import ShortestPathEngine
from services.matching.domain.fits import Fit
from services.matching.domain.model import Opening, Search, Stay
from services.matching.domain.proposals import Proposal, ProposalState
from services.matching.domain.regional import Situation
from services.matching.domain.weekly import broken
from services.matching.domain.widening import GroupBounds, GuidanceBudget, next_night
from services.matching.nightly import of_those
from services.matching.planning.region import lines
from shared.events.codes import PlacementKind, Weekday
from shared.events.matching import MatchExpired, MatchProposed, RegionPlanned
from shared.ids import new_id
from tests.matching.examples import MORNING, OTHER_SCHOOL, SCHOOL, TODAY, a_search, an_offer
from tests.matching.world import World

SECONDS = 10.0
"""No small region takes that long."""


def planned(searches: Sequence[Search], *openings: Opening, **facts: Any) -> dict[Any, tuple[str, ...]]:
    """The days on which each student who is placed would be there."""
    situation = Situation("AM11", TODAY, searches, openings, **facts)
    found = regional.possibilities(situation)
    chosen, packed = nightly.plan(ShortestPathEngine(), situation, found, SECONDS)
    assert broken(nightly.week_of(situation, found), packed.plan) == []
    return {one.student_id: tuple(day.value for day in one.pair.weekdays) for one in chosen}


def test_days_are_chosen_so_that_both_fit_in() -> None:
    hard = a_search(weekdays=["mon", "tue", "wed", "thu"], travel={"mode": "bike", "max_minutes": 29})
    easy = a_search(weekdays=["mon", "tue"])
    found = planned([hard, easy], Opening(an_offer()))
    assert found == {hard.student_id: ("wed", "thu"), easy.student_id: ("mon", "tue")}


def test_what_others_have_by_then_is_not_given() -> None:
    until = Stay(date(2026, 9, 1), date(2026, 10, 1), weekdays=frozenset({Weekday.MONDAY, Weekday.TUESDAY}))
    searches = [a_search(weekdays=[], days_per_week=3) for _ in range(3)]
    found = planned(searches, Opening(an_offer(), stays=(until,)))
    assert list(found.values()) == [("wed", "thu", "fri")]


def test_a_seat_that_is_kept_for_a_school_is_left_to_it() -> None:
    kept = [{"school_id": OTHER_SCHOOL, "seats": 1, "until_date": TODAY}]
    opening = Opening(an_offer(seats=2, reservations=kept))
    ours = [a_search() for _ in range(3)]
    assert len(planned(ours, opening)) == 1
    assert len(planned([*ours, a_search(school_id=OTHER_SCHOOL)], opening)) == 2


def test_a_group_forms_on_days_on_which_enough_can_come() -> None:
    group = Opening(an_offer(kind="group", seats=10))
    bounds = GroupBounds(smallest=3, largest=4)
    days = (["mon", "tue"], ["mon", "tue", "wed"], ["tue", "mon", "fri"], ["wed", "thu"])
    searches = [a_search(weekdays=on) for on in days]
    found = planned(searches, group, bounds=bounds)
    assert found == dict.fromkeys([one.student_id for one in searches[:3]], ("mon", "tue"))
    assert planned(searches[1:], group, bounds=bounds) == {}
    here = {(group.offer.offer_id, searches[0].school_id): 2}
    assert len(planned(searches[1:2], group, bounds=bounds, members=here)) == 1
    assert len(planned([a_search(weekdays=["mon", "tue"]) for _ in range(3)], group, bounds=bounds, members=here)) == 2


def running_on(found: Sequence[Fit], day: date, weekday: Weekday) -> list[Fit]:
    """The places at which somebody would be."""
    return [one for one in found if one.window.begin <= day <= one.window.last and weekday in one.weekdays]


@pytest.mark.parametrize("seed", range(8))
def test_guidance_lasts_on_every_day(seed: int) -> None:
    """Counted day by day, whatever begins and ends when, at whichever employers."""
    random = Random(seed)
    months = [date(2026, month, 1) for month in (9, 10, 11, 12)]
    searches = [
        a_search(
            school_id=random.choice([SCHOOL, OTHER_SCHOOL]),
            begin_date=random.choice(months[:2]),
            end_date=random.choice(months[2:]),
            guidance_need="full",
            has_jobcoach=random.random() < 0.7,
            weekdays=random.sample(["mon", "tue", "wed"], 2),
            days_per_week=random.choice([1, 2]),
        )
        for _ in range(14)
    ]
    alone = [
        an_offer(seats=3, guidance="none", jobcoach_welcome=True, begin_date=random.choice(months[:3]))
        for _ in range(3)
    ]
    groups = [an_offer(kind="group", seats=8, end_date=random.choice(months[1:])) for _ in range(2)]
    budgets = {
        SCHOOL: GuidanceBudget(school_id=SCHOOL, groups=1, coached=2),
        OTHER_SCHOOL: GuidanceBudget(school_id=OTHER_SCHOOL, groups=0, coached=1),
    }
    openings, bounds = [Opening(one) for one in (*alone, *groups)], GroupBounds(smallest=2, largest=5)
    situation = Situation("AM11", TODAY, searches, openings, bounds=bounds, budgets=budgets)
    found, _ = nightly.plan(ShortestPathEngine(), situation, regional.possibilities(situation), SECONDS)
    assert found
    for number, weekday in product(range(140), [Weekday.MONDAY, Weekday.TUESDAY, Weekday.WEDNESDAY]):
        there = running_on(found, TODAY + timedelta(days=number), weekday)
        for school, budget in budgets.items():
            own = [one for one in there if one.pair.search.school_id == school]
            assert sum(one.offer.kind is PlacementKind.INTERNSHIP for one in own) <= (budget.coached or 0)
            led = {one.offer.offer_id for one in own if one.offer.kind is PlacementKind.GROUP}
            assert len(led) <= (budget.groups or 0)


def a_proposal(search: Search, opening: Opening) -> Proposal:
    """An open proposal of a student for an offer."""
    offer, profile = opening.offer, search.profile
    return Proposal(
        new_id(), search.student_id, search.school_id, offer.offer_id, offer.employer_id, "AM11", ProposalState.OPEN,
        search.step, offer.kind, 1, 0, "2026-2", (), profile.begin_date, profile.end_date, (), MORNING, MORNING,
    )  # fmt: skip


def coached(**facts: Any) -> Search:
    return a_search(guidance_need="full", has_jobcoach=True, **facts)


def test_job_coaches_are_counted_beside_those_whose_proposals_stay() -> None:
    openings = [Opening(an_offer(guidance="none", jobcoach_welcome=True)) for _ in range(3)]
    budgets = {SCHOOL: GuidanceBudget(school_id=SCHOOL, coached=1)}
    assert len(planned([coached(), coached()], *openings)) == 2
    assert len(planned([coached(), coached()], *openings, budgets=budgets)) == 1
    other = coached()
    stays = (other, a_proposal(other, openings[0]))
    assert planned([coached()], *openings, budgets=budgets, standing=[stays]) == {}


def test_who_follows_the_other_can_have_the_same_job_coach() -> None:
    openings = [Opening(an_offer(guidance="none", jobcoach_welcome=True)) for _ in range(2)]
    budgets = {SCHOOL: GuidanceBudget(school_id=SCHOOL, coached=1)}
    first = coached(begin_date=date(2026, 9, 7), end_date=date(2026, 11, 6))
    second = coached(begin_date=date(2026, 11, 9), end_date=date(2027, 2, 12))
    assert len(planned([first, second], *openings, budgets=budgets)) == 2


def test_who_joins_a_group_that_is_there_asks_no_further_supervisor() -> None:
    group, other = Opening(an_offer(kind="group", seats=10)), Opening(an_offer(kind="group", seats=10))
    facts: dict[str, Any] = {
        "bounds": GroupBounds(smallest=2, largest=4),
        "members": {(group.offer.offer_id, SCHOOL): 2},
        "budgets": {SCHOOL: GuidanceBudget(school_id=SCHOOL, groups=1)},
    }
    searches = [a_search(weekdays=["mon", "tue"]) for _ in range(4)]
    assert len(planned(searches, group, other, **facts)) == 2
    facts["budgets"] = {SCHOOL: GuidanceBudget(school_id=SCHOOL, groups=2)}
    assert len(planned(searches, group, other, **facts)) == 4


def test_the_night_begins_at_its_hour_in_dutch_time_on_the_days_that_clocks_change_too() -> None:
    assert next_night(datetime(2026, 11, 28, 1, 30, tzinfo=UTC), 3).astimezone(UTC).hour == 2
    assert next_night(datetime(2026, 11, 28, 2, 0, tzinfo=UTC), 3).astimezone(UTC).day == 29
    assert next_night(datetime(2026, 10, 24, 12, 0, tzinfo=UTC), 3) == datetime(2026, 10, 25, 2, 0, tzinfo=UTC)
    assert next_night(datetime(2026, 10, 25, 12, 0, tzinfo=UTC), 3) == datetime(2026, 10, 26, 2, 0, tzinfo=UTC)


def test_of_who_searches_no_more_by_the_morning_nothing_is_kept() -> None:
    gone, here = a_search(), a_search()
    situation = Situation("AM11", TODAY, [gone, here], [])
    assert [one.student_id for one in lines(of_those(situation, {here.student_id}), [])] == [here.student_id]


async def at_night(world: World) -> RegionPlanned:
    """The hour of the region comes."""
    await world.matching.sql.execute("update region_settings set nightly_at = now() where nightly_at is not null")
    await world.matching.sql.execute("select pg_notify('stagebrug', 'nightly')")
    return await world.next(RegionPlanned)


async def crowded(world: World) -> tuple[Any, Any]:
    """One student has the days that the other needs, and could come on others."""
    hard = await world.student(weekdays=["mon", "tue", "wed", "thu"])
    await world.offer()
    assert (await world.proposed()).student_id == hard
    return hard, await world.student(weekdays=["mon", "tue"])


async def test_a_nightly_plan_is_a_draft_that_is_adopted_on_its_days(world: World) -> None:
    hard, easy = await crowded(world)
    await world.settings({"nightlyHour": 3})
    told = await at_night(world)
    assert (told.kind, await world.told(MatchProposed)) == ("nightly", 1)
    read = (await world.own.get(f"/v1/plans/{told.plan_id}")).raise_for_status().json()
    days = {line["studentId"]: (line["weekdays"], line["stands"]) for line in read["lines"]}
    assert days == {str(hard): (["wed", "thu"], False), str(easy): (["mon", "tue"], False)}
    adopted = await world.regional.post(f"/v1/plans/{told.plan_id}/_adopt")
    assert adopted.status_code == 200, adopted.text
    assert (await world.next(MatchExpired)).student_id == hard
    again = [await world.proposed(), await world.proposed()]
    assert {one.student_id for one in again} == {hard, easy}


async def test_the_night_keeps_to_what_a_region_says_that_guidance_lasts_for(world: World) -> None:
    for _ in range(2):
        await world.offer(guidance="none", jobcoach_welcome=True)
        await world.student(guidance_need="full", has_jobcoach=True)
        await world.proposed()
    await world.settings({"nightlyHour": 3, "guidanceBudgets": [{"schoolId": str(SCHOOL), "coached": 1}]})
    told = await at_night(world)
    read = (await world.own.get(f"/v1/plans/{told.plan_id}")).raise_for_status().json()
    assert sum(line["offerId"] is not None for line in read["lines"]) == 1


async def test_a_night_comes_once_and_the_next_is_due_a_day_later(world: World) -> None:
    await world.settings({"nightlyHour": 3})
    await at_night(world)
    due = await world.matching.sql.fetchval("select nightly_at - now() from region_settings where region = 'AM11'")
    assert 0 < due.total_seconds() <= 25 * 3600
    assert await world.told(RegionPlanned) == 1


async def test_without_an_hour_there_are_no_nights(world: World) -> None:
    await world.settings({"nightlyHour": 3})
    await world.settings()
    assert await world.matching.sql.fetchval("select count(*) from region_settings where nightly_at is not null") == 0
