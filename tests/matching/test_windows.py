"""When a seat is free."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from services.matching.domain.model import Pause, Stay
from services.matching.domain.windows import Window, free_windows, long_enough, longest, overlap, taken_at_most

YEAR = Window(date(2026, 9, 1), date(2027, 7, 31))


def test_a_seat_without_stays_is_free_all_the_time() -> None:
    assert free_windows(YEAR, 1, [], [], YEAR.begin) == [YEAR]


def test_both_days_of_a_stay_are_taken_and_the_days_around_it_free() -> None:
    stay = Stay(date(2026, 10, 1), date(2026, 10, 31), running=False)
    assert free_windows(YEAR, 1, [stay], [], YEAR.begin) == [
        Window(date(2026, 9, 1), date(2026, 9, 30)),
        Window(date(2026, 11, 1), date(2027, 7, 31)),
    ]


def test_a_seat_that_a_running_stay_holds_for_more_than_eight_weeks_is_not_waited_for() -> None:
    wanted = date(2026, 9, 1)
    eight_weeks = Stay(date(2026, 8, 1), date(2026, 10, 26))
    longer = Stay(date(2026, 8, 1), date(2026, 10, 27))
    assert free_windows(YEAR, 1, [eight_weeks], [], wanted) == [Window(date(2026, 10, 27), date(2027, 7, 31))]
    assert free_windows(YEAR, 1, [longer], [], wanted) == []


def test_a_seat_whose_stay_has_ended_is_free_however_late_that_was() -> None:
    ended = Stay(date(2026, 9, 1), date(2027, 3, 1), running=False)
    assert free_windows(YEAR, 1, [ended], [], YEAR.begin) == [Window(date(2027, 3, 2), date(2027, 7, 31))]


def test_a_pause_takes_all_seats() -> None:
    pause = Pause(date(2026, 9, 10), date(2026, 9, 20))
    assert free_windows(YEAR, 5, [], [pause], YEAR.begin) == [
        Window(date(2026, 9, 1), date(2026, 9, 9)),
        Window(date(2026, 9, 21), date(2027, 7, 31)),
    ]


def test_four_weeks_are_long_enough_and_less_only_when_less_was_asked() -> None:
    assert long_enough(Window(date(2026, 9, 1), date(2026, 9, 28)), YEAR)
    assert not long_enough(Window(date(2026, 9, 1), date(2026, 9, 27)), YEAR)
    week = Window(date(2026, 9, 1), date(2026, 9, 7))
    assert long_enough(week, YEAR, week)


def test_periods_that_only_touch_have_one_day_in_common() -> None:
    day = date(2026, 9, 30)
    assert overlap(date(2026, 9, 1), day, day, None) == Window(day, day)
    assert overlap(date(2026, 9, 1), day, day + timedelta(days=1), None) is None


days = st.integers(0, 60).map(lambda number: date(2026, 9, 1) + timedelta(days=number))
stays = st.builds(
    lambda a, b, open_: Stay(min(a, b), None if open_ else max(a, b), running=False), days, days, st.booleans()
)


@given(st.lists(stays, max_size=6), st.integers(1, 3))
def test_free_windows_are_exactly_the_days_with_a_seat_left(held: list[Stay], seats: int) -> None:
    period = Window(date(2026, 9, 5), date(2026, 10, 20))
    windows = free_windows(period, seats, held, [], period.begin)
    for number in range(period.days):
        day = period.begin + timedelta(days=number)
        taken = sum(stay.begin <= day <= (stay.end or date.max) for stay in held)
        assert any(window.begin <= day <= window.last for window in windows) == (taken < seats)
    assert all(taken_at_most(held, window) < seats for window in windows)
    assert windows == sorted(windows, key=lambda window: window.begin)
    assert longest(windows) is None or all(window.days <= longest(windows).days for window in windows)  # type: ignore[union-attr]
