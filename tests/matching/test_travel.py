"""Minutes on the way."""

from random import Random

import pytest

from services.matching.domain.travel import Mode, kilometres, minutes_for, nearest_km, reach_km
from shared.events.codes import Point
from tests.matching.anybody import a_place
from tests.matching.examples import ALMERE, LELYSTAD


def test_lelystad_and_almere_are_some_23_kilometres_apart() -> None:
    assert kilometres(Point(**LELYSTAD), Point(**ALMERE)) == pytest.approx(22.9, abs=0.2)


def test_the_nearest_place_is_that_of_all() -> None:
    random = Random(1)
    for many in range(40):
        here, *places = (Point(**a_place(random)) for _ in range(many + 1))
        ways = [kilometres(here, place) for place in places]
        assert nearest_km(here, sorted(places, key=lambda place: place.latitude)) == min(ways, default=None)


@pytest.mark.parametrize(
    ("mode", "km", "minutes"),
    [
        (Mode.BIKE, 5, 26),  # 6.5 km by road at 15 km/h
        (Mode.WALK, 2, 32),  # 2.6 km at 5 km/h
        (Mode.PUBLIC_TRANSPORT, 16, 53),  # 14 minutes and 20.8 km at 32 km/h
        (Mode.PUBLIC_TRANSPORT, 0.5, 8),  # on foot where that is quicker
        (Mode.TAXI, 10, 30),  # 10 minutes and 13 km at 40 km/h
        (Mode.BIKE, 0, 0),
    ],
)
def test_minutes_follow_from_distance_and_means(mode: Mode, km: float, minutes: int) -> None:
    assert minutes_for(km, mode) == minutes


@pytest.mark.parametrize("mode", list(Mode))
@pytest.mark.parametrize("most", [0, 5, 14, 30, 60, 240])
def test_the_coarse_look_in_the_database_leaves_nobody_out(mode: Mode, most: int) -> None:
    assert minutes_for(reach_km(mode, most) + 0.6, mode) > most
