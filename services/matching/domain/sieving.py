"""The inner loop of `candidates.py`: students against the cells of offers that they can reach. Written for numba, and
imported only where it is used: numpy and numba are seconds and tens of megabytes that only regions need.
"""

import math
from functools import cache
from typing import Any, NamedTuple

import numpy as np

from services.matching.domain.candidates import NO_WISH
from services.matching.domain.compiling import compile_together
from services.matching.domain.travel import DETOUR, EARTH_RADIUS_KM
from services.matching.domain.windows import SHORTEST_STAY_DAYS

WALK, PUBLIC_TRANSPORT = 0, 2
"""Where `travel.Mode` has them."""

(
    MODE, MOST_MINUTES, FIRST, SECOND, FURTHER, NEAR, KINDS, LIMITS, CERTIFICATES, PROFILE, DAYS, DAYS_ASKED, NEED,
    JOBCOACH, BORN, BEGIN, BEGIN_MONTH, END, SCHOOL,
) = range(19)  # fmt: skip
"""Columns of the table of students: `candidates.Seekers` without the spots."""

(
    SECTOR, KIND, DEMANDS, ASKED, PROFILES, OPEN_DAYS, GUIDANCE, SUPERVISED, JOBCOACH_WELCOME, YOUNGEST, OPENS,
    OPENS_MONTH, CLOSES, VALID, KEEPER, OTHER_KEEPER,
) = range(16)  # fmt: skip
"""Columns of the table of offers: `candidates.Places` without the spots."""

SLACK = 1e-6
"""Of minutes and kilometres, in the look at what is near: more than rounding can lose."""


CELL_DEGREES = (0.05, 0.08)
"""Of latitude and longitude: some five kilometres in the Netherlands, less than most can travel."""


class Grid(NamedTuple):
    """Offers by sector and cell, in degrees from a corner: those of cell `c` are `first[sector, c]` to the next."""

    south: float
    west: float
    height: float
    width: float
    rows: int
    columns: int
    first: Any


def grid_of(spots: Any, sector: Any) -> tuple[Any, Grid]:
    """The order in which places lie in cells, and the cells; at least one place, its sector as one bit."""
    (south, west), size = spots.min(0), np.array(CELL_DEGREES)
    row, column = ((spots - (south, west)) // size).astype(np.int64).T
    rows, columns = int(row.max()) + 1, int(column.max()) + 1
    layer = np.log2(sector).astype(np.int64)
    cell = (layer * rows + row) * columns + column
    layers = int(layer.max()) + 1
    ends = np.bincount(cell, minlength=layers * rows * columns).cumsum()
    first = np.lib.stride_tricks.sliding_window_view(np.append(0, ends), rows * columns + 1)[:: rows * columns]
    return np.argsort(cell, kind="stable"), Grid(float(south), float(west), *CELL_DEGREES, rows, columns, first.copy())


def look(
    spots: Any,
    seekers: Any,
    place_spots: Any,
    places: Any,
    grid: Grid,
    starts: Any,
    speeds: Any,
    today: int,
    left_out: int,
) -> Any:
    """Student, place, minutes and wish of each pair that is let through, in rows of small numbers: they are millions.

    Spots are latitude and longitude; seekers and places are tables of whole numbers, a row for each.
    """
    found, many = np.empty((1024, 4), np.int32), 0
    for one in range(len(spots)):
        mode, most = seekers[one, MODE], seekers[one, MOST_MINUTES]
        start, speed, walk = starts[mode], speeds[mode], speeds[WALK] if mode == PUBLIC_TRANSPORT else 0.0
        km, wished = reach(most, start, speed, walk), wished_by(seekers, one)
        south, north, west, east = cells_around(spots[one, 0], spots[one, 1], grid, km)
        for strip in range(len(grid.first) * (north + 1 - south)):
            sector, row = strip // (north + 1 - south), south + strip % (north + 1 - south)
            if not wished >> sector & 1:
                continue
            left = row * grid.columns
            for at in range(grid.first[sector, left + west], grid.first[sector, left + east + 1]):
                if not suits(seekers, one, places, at, left_out) or not in_time(seekers, one, places, at, today):
                    continue
                minutes = minutes_between(spots, one, place_spots, at, start, speed, walk)
                if minutes > most:
                    continue
                if many == len(found):
                    found = np.concatenate((found, np.empty((len(found) // 2, 4), np.int32)))
                found[many, 0], found[many, 1], found[many, 2] = one, at, minutes
                found[many, 3] = wish(seekers, one, places, at)
                many += 1
    return found[:many]


def reach(most: int, start: float, speed: float, walk: float) -> float:
    """How many kilometres as the crow flies can be reached in time, and a little more."""
    ride = max((most + SLACK - start) * speed, (most + SLACK) * walk)
    return max(0.0, ride) / 60 / DETOUR + SLACK


def cells_around(latitude: float, longitude: float, grid: Grid, km: float) -> tuple[int, int, int, int]:
    """The first and last row and the first and last column of cells in reach; no rows where there are no cells."""
    angle = km / EARTH_RADIUS_KM
    widest = math.sin(min(angle, math.pi / 2)) / math.cos(math.radians(latitude))
    north, east = math.degrees(angle), math.degrees(math.asin(min(1.0, widest)))
    low, left = latitude - north - grid.south, longitude - east - grid.west
    last = math.floor((left + 2 * east) / grid.width)
    first = math.floor(left / grid.width)
    if last < 0 or first >= grid.columns:
        return 0, -1, 0, 0
    return (
        max(0, math.floor(low / grid.height)),
        min(grid.rows - 1, math.floor((low + 2 * north) / grid.height)),
        max(0, first),
        min(grid.columns - 1, last),
    )


def wished_by(seekers: Any, one: int) -> int:
    """The sectors that somebody can think of."""
    return int(seekers[one, FIRST] | seekers[one, SECOND] | seekers[one, FURTHER] | seekers[one, NEAR])


def suits(seekers: Any, one: int, places: Any, at: int, left_out: int) -> bool:
    """The rules that compare sets and levels; those that most pairs break first."""
    if not seekers[one, KINDS] & places[at, KIND] or places[at, ASKED] & ~seekers[one, CERTIFICATES]:
        return False
    clash = seekers[one, LIMITS] & places[at, DEMANDS]
    while clash and left_out:
        clash, left_out = clash & (clash - 1), left_out - 1
    if clash:
        return False
    if not seekers[one, PROFILE] & places[at, PROFILES]:
        return False
    guided = places[at, GUIDANCE] >= seekers[one, NEED] or places[at, SUPERVISED]
    if not (guided or (seekers[one, JOBCOACH] and places[at, JOBCOACH_WELCOME])):
        return False
    return shared(places[at, KEEPER], seekers[one, SCHOOL]) and shared(places[at, OTHER_KEEPER], seekers[one, SCHOOL])


def shared(keeper: int, school: int) -> bool:
    """Whether a school may see what somebody keeps, or nobody does."""
    return keeper in (-1, school)


def in_time(seekers: Any, one: int, places: Any, at: int, today: int) -> bool:
    """The rules of days, periods and age."""
    common, asked = seekers[one, DAYS] & places[at, OPEN_DAYS], seekers[one, DAYS_ASKED]
    while common and asked:
        common, asked = common & (common - 1), asked - 1
    if asked or places[at, VALID] < today:
        return False
    wanted, offered = seekers[one, END] - seekers[one, BEGIN], places[at, CLOSES] - places[at, OPENS]
    both = min(seekers[one, END], places[at, CLOSES]) - max(seekers[one, BEGIN], places[at, OPENS])
    if wanted < 0 or offered < 0 or both + 1 < min(SHORTEST_STAY_DAYS, wanted + 1, offered + 1):
        return False
    age = max(seekers[one, BEGIN_MONTH], places[at, OPENS_MONTH]) - seekers[one, BORN]
    return bool(places[at, YOUNGEST] < 0 or age > places[at, YOUNGEST])


def minutes_between(spots: Any, one: int, place_spots: Any, at: int, start: float, speed: float, walk: float) -> int:
    """As `travel.minutes`, in the same order of operations."""
    here, there = math.radians(spots[one, 0]), math.radians(place_spots[at, 0])
    half_lat, half_lon = (there - here) / 2, math.radians(place_spots[at, 1] - spots[one, 1]) / 2
    h = math.sin(half_lat) ** 2 + math.cos(here) * math.cos(there) * math.sin(half_lon) ** 2
    road = 2 * EARTH_RADIUS_KM * math.asin(min(1.0, math.sqrt(h))) * DETOUR
    ride = start + road / speed * 60
    if walk > 0:
        ride = min(ride, road / walk * 60)
    return math.ceil(ride - 1e-9)


def wish(seekers: Any, one: int, places: Any, at: int) -> int:
    """Which wish is honoured."""
    if seekers[one, FIRST] & places[at, SECTOR]:
        return 1
    if seekers[one, SECOND] & places[at, SECTOR]:
        return 2
    return 3 if seekers[one, FURTHER] & places[at, SECTOR] else NO_WISH


@cache
def compiled() -> Any:
    """`look`, compiled with all that it calls."""
    inner_first = (
        "reach",
        "wished_by",
        "cells_around",
        "shared",
        "suits",
        "in_time",
        "minutes_between",
        "wish",
        "look",
    )
    return compile_together(globals(), inner_first)["look"]
