"""Calls for help: who shares one, whom it asks, what of it is told."""

from datetime import UTC, datetime, timedelta

import pytest

from services.notifications.domain.calls import ASK_AGAIN_AFTER, CallKey, RegionSettings, ask, band, opened
from shared.events.codes import IntermediaryKind as Kind
from shared.events.codes import PlacementKind
from shared.ids import new_id
from tests.notifications.facts import an_unmatched_student

NOW = datetime(2026, 9, 1, 12, tzinfo=UTC)
THREE_DAYS = timedelta(days=3)


def test_a_kind_of_work_is_told_from_five_students_on() -> None:
    assert CallKey.of(an_unmatched_student(searching_alike=5)) == CallKey("AM11", "horeca", PlacementKind.INTERNSHIP)
    few = CallKey.of(an_unmatched_student(searching_alike=4, placement_kind="sheltered"))
    assert few == CallKey("AM11", None, None)
    assert CallKey.of(an_unmatched_student(sector=None, searching_alike=9)).sector is None


@pytest.mark.parametrize(
    ("searching", "told"), [(1, "<5"), (4, "<5"), (5, "5-9"), (9, "5-9"), (10, "10-19"), (20, ">=20"), (900, ">=20")]
)
def test_a_number_of_students_is_told_in_bands(searching: int, told: str) -> None:
    assert band(searching) == told


def test_a_call_is_dated_by_its_own_day_and_not_by_a_students() -> None:
    event = an_unmatched_student()
    call = opened(new_id(), CallKey.of(event), 6, datetime(2026, 10, 5, 23, tzinfo=UTC))
    assert call.told().since_date.isoformat() == "2026-10-06"
    assert call.told().since_date != event.since_date


def test_without_patience_all_whom_the_region_chose_are_asked_at_once() -> None:
    call = opened(new_id(), CallKey("AM11", None, None), 1, NOW)
    call, kinds = ask(call, RegionSettings(), NOW)
    assert kinds == (Kind.MUNICIPALITY, Kind.SBB, Kind.WSP, Kind.UWV)
    assert call.next_ask_at is None


def test_with_patience_one_kind_is_asked_after_the_other_until_somebody_answers() -> None:
    settings = RegionSettings((Kind.WSP, Kind.SBB, Kind.UWV), THREE_DAYS)
    call = opened(new_id(), CallKey("AM11", None, None), 1, NOW)
    call, first = ask(call, settings, NOW)
    assert first == (Kind.WSP,)
    assert call.next_ask_at == NOW + THREE_DAYS
    call, second = ask(call, settings, NOW + THREE_DAYS)
    assert second == (Kind.SBB,)
    answered = ask(type(call)(**{**vars(call), "answered": True}), settings, NOW + 2 * THREE_DAYS)
    assert answered[1] == ()
    assert answered[0].next_ask_at is None


def test_a_region_that_asks_nobody_asks_nobody() -> None:
    call, kinds = ask(opened(new_id(), CallKey("AM11", None, None), 1, NOW), RegionSettings(()), NOW)
    assert kinds == ()
    assert call.next_ask_at is None


def test_a_student_who_joins_late_has_everybody_asked_again_but_not_every_day() -> None:
    call, _ = ask(opened(new_id(), CallKey("AM11", None, None), 1, NOW), RegionSettings(), NOW)
    assert call.joined(2, NOW + timedelta(days=1)).next_ask_at is None
    later = NOW + ASK_AGAIN_AFTER
    again = call.joined(2, later)
    assert again.next_ask_at == later
    assert again.round == call.round + 1
    assert ask(again, RegionSettings(), later)[1] == RegionSettings().kinds
