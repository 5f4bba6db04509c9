"""When a seat is free."""

from datetime import date, timedelta
from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from services.matching.domain.model import Pause, Stay
from services.matching.domain.windows import (
    Window,
    best_slot,
    free_windows,
    long_enough,
    longest,
    overlap,
    slots,
    taken_at_most,
)
from shared.events.codes import Weekday

YEAR = Window(date(2026, 9, 1), date(2027, 7, 31))
WEEK = tuple(Weekday)[:5]
MON, TUE, WED, THU, FRI = WEEK


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
    lambda a, b, open_, on: Stay(min(a, b), None if open_ else max(a, b), running=False, weekdays=on),
    days,
    days,
    st.booleans(),
    st.frozensets(st.sampled_from(WEEK), min_size=1),
)


def holds(stay: Stay, day: date) -> bool:
    return stay.begin <= day <= (stay.end or date.max)


@given(st.lists(stays, max_size=6), st.integers(1, 3), st.frozensets(st.sampled_from(WEEK), min_size=1))
def test_free_windows_are_exactly_the_days_with_a_seat_left(
    held: list[Stay], seats: int, on: frozenset[Weekday]
) -> None:
    period = Window(date(2026, 9, 5), date(2026, 10, 20))
    windows = free_windows(period, seats, held, [], period.begin, on)
    for number in range(period.days):
        day = period.begin + timedelta(days=number)
        taken = max(sum(one in stay.weekdays and holds(stay, day) for stay in held) for one in on)
        assert any(window.begin <= day <= window.last for window in windows) == (taken < seats)
    assert all(taken_at_most(held, window, on) < seats for window in windows)
    assert windows == sorted(windows, key=lambda window: window.begin)
    assert longest(windows) is None or all(window.days <= longest(windows).days for window in windows)  # type: ignore[union-attr]


@given(st.lists(stays, max_size=6), st.integers(1, 3), st.integers(1, 5))
def test_no_choice_of_days_has_a_longer_time_than_the_one_that_is_chosen(
    held: list[Stay], seats: int, asked: int
) -> None:
    period = Window(date(2026, 9, 5), date(2026, 10, 20))
    best = best_slot(slots(period, seats, held, [], period.begin, WEEK, asked), held)
    each = [longest(free_windows(period, seats, held, [], period.begin, on)) for on in combinations(WEEK, asked)]
    assert (best.window.days if best else 0) == max(window.days if window else 0 for window in each)
    if best:
        assert len(best.weekdays) == asked
        assert taken_at_most(held, best.window, best.weekdays) < seats


def test_the_days_are_those_that_others_have_left_over() -> None:
    taken = Stay(YEAR.begin, None, weekdays=frozenset({MON, TUE}))

    def chosen(seats: int, asked: int) -> tuple[Weekday, ...]:
        best = best_slot(slots(YEAR, seats, [taken], [], YEAR.begin, WEEK, asked), [taken])
        return best.weekdays if best else ()

    assert chosen(1, 2) == (WED, THU)
    assert chosen(1, 4) == ()
    assert chosen(2, 2) == (WED, THU), "so that one of two seats stays free all week"
    assert chosen(2, 4) == (MON, WED, THU, FRI)


def test_where_a_seat_is_longer_free_on_other_days_it_is_had_on_those() -> None:
    soon = Stay(YEAR.begin, date(2026, 9, 30), running=False, weekdays=frozenset({MON, TUE, WED}))
    best = best_slot(slots(YEAR, 1, [soon], [], YEAR.begin, WEEK, 2), [soon])
    assert best is not None
    assert (best.weekdays, best.window) == ((THU, FRI), YEAR)
