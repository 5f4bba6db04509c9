"""How fresh records are, how soon calls are taken up, and school years side by side: each computed by hand."""

from datetime import date, datetime, timedelta

from services.analytics.api.access import AMSTERDAM
from tests.analytics.events import an_employer, an_id, asked, help_answered, help_taken, ready, started
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
