"""How long somebody is on the way: estimated from the distance, for advice; no timetable is asked."""

import math

from services.intake.domain.student import Travel, TravelMode
from shared.events.codes import Point

EARTH_RADIUS_KM = 6371.0

DETOUR = 1.3
"""Road kilometres per kilometre as the crow flies, as matching reckons too."""

_KM_PER_HOUR = {TravelMode.WALK: 5.0, TravelMode.BIKE: 15.0, TravelMode.PUBLIC_TRANSPORT: 32.0, TravelMode.TAXI: 40.0}
_START_MINUTES = {TravelMode.PUBLIC_TRANSPORT: 14.0, TravelMode.TAXI: 10.0}
"""Walking to the stop and waiting; for a taxi, fetching the others."""


def kilometres(a: Point, b: Point) -> float:
    """The great-circle distance (haversine)."""
    lat_a, lat_b = math.radians(a.latitude), math.radians(b.latitude)
    half_lat, half_lon = (lat_b - lat_a) / 2, math.radians(b.longitude - a.longitude) / 2
    h = math.sin(half_lat) ** 2 + math.cos(lat_a) * math.cos(lat_b) * math.sin(half_lon) ** 2
    return 2 * EARTH_RADIUS_KM * math.asin(min(1.0, math.sqrt(h)))


def in_reach(home: Point, place: Point, travel: Travel) -> bool:
    """Whether a place can be reached in the time that a student can travel."""
    road = kilometres(home, place) * DETOUR
    ride = _START_MINUTES.get(travel.mode, 0.0) + road / _KM_PER_HOUR[travel.mode] * 60
    walk = road / _KM_PER_HOUR[TravelMode.WALK] * 60
    return min(ride, walk) <= travel.max_minutes
