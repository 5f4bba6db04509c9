"""What is expected of the next months: computed by hand, and tried on years that are made up."""

import random
from datetime import date

import pytest

from services.analytics.domain.forecast import AHEAD, OPENING, READY, errors, expected, forecast, naive, seasonal
from services.analytics.domain.scope import Scope
from tests.analytics.events import a_school, ended, ready
from tests.analytics.support import rows, tell
from tests.support.service import RunningService

SEASONS = (40, 55, 30, 25, 20, 15, 5, 10, 90, 70, 45, 20)
"""Students who become ready, January to December: most at the beginning of a school year."""


def years(seed: int, count: int = 5, growth: float = 1.1, noise: float = 0.15) -> list[int]:
    """Months of years that grow, each off by so much."""
    chance = random.Random(seed)
    return [max(0, round(of * growth**year * chance.gauss(1, noise))) for year in range(count) for of in SEASONS]


def test_a_month_is_that_of_last_year_times_the_growth() -> None:
    past = [10] * 12 + [10] * 9 + [20] * 3
    assert seasonal(past, 1) == pytest.approx(10 * (150 / 120))
    assert seasonal([*past, 30], 1) == pytest.approx(10 * (170 / 120))
    assert seasonal([4, 5, 6], 2) == 5


@pytest.mark.parametrize("ahead", range(1, AHEAD + 1))
def test_the_method_beats_that_it_stays_as_last_month(ahead: int) -> None:
    for seed in range(20):
        found = expected(years(seed), ahead)
        assert found.error is not None
        assert found.naive_error is not None
        assert found.error < 0.8 * found.naive_error


@pytest.mark.parametrize("ahead", range(1, AHEAD + 1))
def test_what_comes_lies_within_the_interval_about_as_often_as_is_said(ahead: int) -> None:
    within = 0
    tried = 0
    for seed in range(40):
        past = years(seed, 6)
        for end in range(60, len(past) - ahead + 1):
            found = expected(past[:end], ahead)
            within += found.low <= past[end + ahead - 1] <= found.high
            tried += 1
    assert 0.65 <= within / tried <= 0.95


def test_errors_are_of_months_that_were_not_known() -> None:
    past = [1, 2, 3, 4, 5, 6, 7, 8, 9]
    assert errors(past, naive, 2) == [2, 2]  # the eighth from the sixth, the ninth from the seventh


def test_a_small_expectation_is_not_published_and_a_short_past_says_nothing() -> None:
    scope = Scope(as_of=date(2026, 3, 20))
    found = forecast({READY: [4] * 30, OPENING: [40] * 3}, scope)
    assert {row.hidden != () for row in found.rows if row.code.startswith(READY)} == {True}
    assert {row.values for row in found.rows if row.code.startswith(OPENING)} == {(None,) * 5}
    assert [row.code for row in found.rows][:3] == ["ready-2026-03", "ready-2026-04", "ready-2026-05"]


def test_what_is_expected_of_a_region_is_for_that_region() -> None:
    series = {READY: [40] * 30}
    ours = Scope(as_of=date(2026, 3, 20), region="AM11", hide=False)
    everybody = Scope(as_of=date(2026, 3, 20), region="AM11")
    assert forecast(series, ours).rows[0].values[0] == 40
    assert forecast(series, everybody).rows[0].values == (None,) * 5
    assert forecast(series, Scope(as_of=date(2026, 3, 20))).rows[0].values[0] == 40


async def test_the_months_are_counted_from_the_events(analytics: RunningService) -> None:
    await tell(analytics, a_school())
    for month in range(7):  # March to September 2024
        for n in range(month + 1):
            await tell(analytics, ready(f"student {month} {n}"), month * 31 * 86_400)
        await tell(analytics, ended(f"student {month} 0", ended_date=date(2024, 3 + month, 28)))
    found = await rows(analytics, "forecast", toDate="2024-10-10", region="AM11")
    assert found["ready-2024-10"][0] == 6  # the mean of five, six and seven
    assert found["opening-2024-12"][0] == 1
    assert (await rows(analytics, "forecast", toDate="2024-10-10", region="AM02"))["ready-2024-10"] == [None] * 5
