"""How long somebody is on the way: estimated from the distance, since no timetable is asked."""

import math
from bisect import bisect_left
from collections.abc import Sequence
from enum import StrEnum

from shared.events.codes import Point

EARTH_RADIUS_KM = 6371.0

KM_PER_DEGREE = EARTH_RADIUS_KM * math.pi / 180
"""From north to south."""

DETOUR = 1.3
"""Road kilometres per kilometre as the crow flies: 1.2 to 1.4 in the Netherlands; the matching model took 1.3."""


class Mode(StrEnum):
    """How a student travels."""

    WALK = "walk"
    BIKE = "bike"
    PUBLIC_TRANSPORT = "public-transport"
    TAXI = "taxi"


START_MINUTES = {Mode.WALK: 0.0, Mode.BIKE: 0.0, Mode.PUBLIC_TRANSPORT: 14.0, Mode.TAXI: 10.0}
"""Walking to the stop and waiting; for a taxi, fetching and letting others in and out."""

KM_PER_HOUR = {Mode.WALK: 5.0, Mode.BIKE: 15.0, Mode.PUBLIC_TRANSPORT: 32.0, Mode.TAXI: 40.0}
"""Bicycle and public transport as in the matching model; a pupils' van averages 40 over town and country."""

IN_WORDS = {
    Mode.WALK: "lopen",
    Mode.BIKE: "fietsen",
    Mode.PUBLIC_TRANSPORT: "reizen met het openbaar vervoer",
    Mode.TAXI: "reizen met de taxi",
}


def kilometres(a: Point, b: Point) -> float:
    """The great-circle distance (haversine)."""
    lat_a, lat_b = math.radians(a.latitude), math.radians(b.latitude)
    half_lat, half_lon = (lat_b - lat_a) / 2, math.radians(b.longitude - a.longitude) / 2
    h = math.sin(half_lat) ** 2 + math.cos(lat_a) * math.cos(lat_b) * math.sin(half_lon) ** 2
    return 2 * EARTH_RADIUS_KM * math.asin(min(1.0, math.sqrt(h)))


def nearest_km(here: Point, places: Sequence[Point]) -> float | None:
    """The distance to the nearest of these places, which stand in the order of their latitude; None if there are none.

    On either side one after another is looked at, until all further ones lie too far north or south to be nearer.
    """
    nearest, at = math.inf, bisect_left(places, here.latitude, key=lambda place: place.latitude)
    for side in (places[at:], places[at - 1 :: -1] if at else ()):
        for place in side:
            if abs(place.latitude - here.latitude) * KM_PER_DEGREE > nearest:
                break
            nearest = min(nearest, kilometres(here, place))
    return None if nearest == math.inf else nearest


def minutes_for(km: float, mode: Mode) -> int:
    """Minutes for a distance as the crow flies; who travels by public transport walks where that is quicker."""
    road = km * DETOUR
    ride = START_MINUTES[mode] + road / KM_PER_HOUR[mode] * 60
    if mode is Mode.PUBLIC_TRANSPORT:
        ride = min(ride, road / KM_PER_HOUR[Mode.WALK] * 60)
    return math.ceil(ride - 1e-9)


def minutes(a: Point, b: Point, mode: Mode) -> int:
    """Whole minutes from one point to another, rounded up."""
    return minutes_for(kilometres(a, b), mode)


def reach_km(mode: Mode, max_minutes: int) -> float:
    """The farthest (as the crow flies) that can be reached in time: for a first, coarse look in the database."""
    ride = max(0.0, max_minutes - START_MINUTES[mode]) * KM_PER_HOUR[mode]
    if mode is Mode.PUBLIC_TRANSPORT:
        ride = max(ride, max_minutes * KM_PER_HOUR[Mode.WALK])
    return ride / 60 / DETOUR
