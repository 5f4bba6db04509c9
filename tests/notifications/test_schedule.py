"""When a delivery is tried again."""

from datetime import UTC, datetime, timedelta

import pytest

from services.notifications.domain.schedule import (
    LONGEST_WAIT,
    PAUSES,
    Answer,
    Verdict,
    judge,
    pause_after,
    retry_after,
)

NOW = datetime(2026, 9, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("status", "verdict"),
    [
        (200, Verdict.DELIVERED),
        (204, Verdict.DELIVERED),
        (302, Verdict.RETRY),
        (400, Verdict.RETRY),
        (410, Verdict.RETIRED),
        (415, Verdict.FAILED),
        (429, Verdict.RETRY),
        (500, Verdict.RETRY),
        (None, Verdict.RETRY),
    ],
)
def test_an_answer_says_what_became_of_the_try(status: int | None, verdict: Verdict) -> None:
    assert judge(Answer(status, error=None if status else "timeout")) is verdict


def test_the_pauses_grow_and_end_after_a_day() -> None:
    failed = Answer(500)
    pauses = [pause_after(tries, failed) for tries in range(1, len(PAUSES) + 1)]
    assert pauses[:3] == [timedelta(seconds=25), timedelta(seconds=100), timedelta(seconds=400)]
    assert pauses[-1] is None
    assert 0.9 < sum(PAUSES) / 86_400 < 1.1


def test_a_receiver_that_asks_for_time_gets_it_but_not_less_than_the_pause() -> None:
    assert pause_after(1, Answer(429, retry_after=timedelta(seconds=90))) == timedelta(seconds=90)
    assert pause_after(1, Answer(503, retry_after=timedelta(seconds=1))) == timedelta(seconds=25)
    assert pause_after(1, Answer(500, retry_after=timedelta(seconds=90))) == timedelta(seconds=25)


@pytest.mark.parametrize(
    ("header", "wait"),
    [
        ("120", timedelta(seconds=120)),
        ("Tue, 01 Sep 2026 12:01:00 GMT", timedelta(seconds=60)),
        ("Tue, 01 Sep 2026 12:01:00 -0000", timedelta(seconds=60)),
        ("Tue, 01 Sep 2026 11:00:00 GMT", timedelta()),
        ("9" * 5000, LONGEST_WAIT),
        ("soon", None),
        ("-1", None),
        ("", None),
        ("Tue, 99 Sep 99999 12:01:00 GMT", None),
        (None, None),
    ],
)
def test_retry_after_is_read_in_both_of_its_forms(header: str | None, wait: timedelta | None) -> None:
    assert retry_after(header, NOW) == wait
