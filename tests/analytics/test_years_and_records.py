"""How fresh records are, how soon calls are taken up, and school years side by side: each computed by hand."""

from datetime import date, datetime, timedelta

from services.analytics.domain.scope import AMSTERDAM
from shared.events.intake import FollowUpDue
from tests.analytics.events import (
    DAY,
    a_follow_up,
    an_employer,
    an_id,
    asked,
    changed,
    ended,
    help_answered,
    help_taken,
    ready,
    started,
)
from tests.analytics.support import rows, tell
from tests.support.service import RunningService

HOUR = 3600


async def test_a_call_that_somebody_takes_up_says_after_how_many_hours(told: RunningService) -> None:
    for name, hours in (("soon", 2), ("later", 6)):
        await tell(told, asked(name))
        await tell(told, help_taken(name), hours * HOUR)
        await tell(told, help_taken(name), (hours + 9) * HOUR, version=2)  # a colleague, too
    await tell(told, asked("answered at once"))
    await tell(told, help_answered("answered at once"), HOUR)
    answer = await told.client.get("/v1/tables/calls-taken", params={"region": "AM11"})  # of nobody: two are shown
    found = {row["code"]: row["values"] for row in answer.json()["rows"]}
    assert (found["sbb"], found["uwv"], found["total"]) == ([2, 4, 6], [0, None, None], [2, 4, 6])


async def test_records_are_fresh_for_half_a_year(told: RunningService) -> None:
    today = datetime.now(AMSTERDAM).date()
    for name, verified in (("fresh", today), ("old", today - timedelta(days=200)), ("never", None)):
        await tell(told, an_employer(name, verified_date=verified, sectors=("zorg-en-welzijn",)))
    await tell(told, an_employer("elsewhere", region="AM01", cooperations=(), brought_in_by=an_id("vso")))
    found = await rows(told, "records-verified")
    assert (found["zorg-en-welzijn"], found["total"]) == ([3, 1, 1], [5, 1, 1])
    by_region = await rows(told, "records-verified", breakdown="region", column="half-a-year")
    assert (by_region["AM11"][-1], by_region["AM01"][-1]) == (1, 0)
    own = await rows(told, "records-verified", school="99AA00")
    assert own["total"] == [4, 1, 1]
    await tell(told, an_employer("old", verified_date=today, sectors=("zorg-en-welzijn",)), version=2)
    assert (await rows(told, "records-verified"))["total"] == [5, 2, 0]


async def test_school_years_stand_side_by_side_up_to_the_same_day_and_month_by_month(told: RunningService) -> None:
    begun = {
        "this": date(2024, 3, 4),
        "last": date(2022, 8, 1),
        "spring": date(2023, 5, 1),
        "before": date(2022, 7, 31),
    }
    for name, begin in begun.items():
        await tell(told, started(name, begin_date=begin))
    await tell(told, started("too long ago", begin_date=date(2021, 7, 31)))
    await tell(told, started("later", begin_date=date(2024, 6, 1)))
    await tell(told, ready("Sam"))
    asked_for = {"toDate": date(2024, 3, 31).isoformat()}
    found = await rows(told, "years-placed", **asked_for)
    assert (found["so-far"], found["total"]) == ([1, 1, 0], [1, 2, 1])
    assert (found["month-08"], found["month-03"]) == ([0, 1, 0], [1, 0, 0])
    assert (found["month-05"], found["month-07"]) == ([0, 1, 0], [0, 0, 1])
    assert (await rows(told, "years-searching", **asked_for))["so-far"] == [1, 0, 0]
    assert (await rows(told, "years-seats", **asked_for))["so-far"] == [2, 0, 0]
    for n in range(9):
        await tell(told, started(f"of many {n}"))
    public = (await told.client.get("/v1/tables/years-placed")).json()
    assert all(value is None for row in public["rows"] for value in row["values"]), (
        "months of persons are not published"
    )
    assert (await told.client.get("/v1/tables/years-seats")).json()["n"] is not None


async def test_a_former_student_who_was_to_be_asked_after_is_followed_once_that_is_recorded(
    told: RunningService,
) -> None:
    for name in ("Sam 6", "Bo 6"):
        due = {"school_id": an_id("school"), "months": 6, "due_date": DAY}
        await tell(told, FollowUpDue(follow_up_id=an_id(name), **due))
    await tell(told, a_follow_up("Sam", "to-work"))
    await tell(told, a_follow_up("Al", "at-home", 12))  # before anybody had to
    found = await rows(told, "followed-up")
    assert found == {"after-6": [2, 1], "after-12": [1, 1], "after-24": [0, 0], "total": [3, 2]}


async def test_who_looks_after_how_many_is_for_the_school_and_who_sees_the_region(told: RunningService) -> None:
    for name, coach in (("Sam", "a"), ("Bo", "b"), ("Al", "b"), ("Jo", None), ("over", "a")):
        await tell(told, started(name, coach_code=coach and coach * 32))
    await tell(told, changed("Al", coach_code="a" * 32), version=2)
    await tell(told, started("elsewhere", school_id=an_id("vso"), coach_code="c" * 32))
    for number in range(4):  # of another region, which has more coaches
        await tell(told, started(f"far {number}", region="AM03", school_id=an_id("far"), coach_code=str(number) * 32))
    await tell(told, ended("over"))
    found = await rows(told, "students-per-coach", region="AM11", toDate="2025-01-01")
    assert found == {"coach-001": [2], "coach-002": [1], "coach-003": [1], "unknown": [1], "total": [5]}
    own = await rows(told, "students-per-coach", school="99AA00", toDate="2025-01-01")
    assert own == {"coach-001": [2], "coach-002": [1], "unknown": [1], "total": [4]}
    for query in ({}, {"region": "AM11"}, {"region": "AM11", "breakdown": "region"}):
        answer = (await told.client.get("/v1/tables/students-per-coach", params=query)).json()
        assert (answer["n"], answer["rows"]) == (None, [])
    assert await rows(told, "students-per-coach") == {}
