"""Drawings whose places are computed here: the map of a region, and columns for months. No tiles, no scripts."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from services.analytics.domain.municipalities import MUNICIPALITIES, Municipality
from services.analytics.domain.table import Line, Table
from services.analytics.domain.words import label

WIDTH, EDGE, MOST_HEIGHT = 640, 60, 560
SHRINK = math.cos(math.radians(52.2))
"""Degrees of longitude shrink with the latitude; that of the middle of the country is near enough."""

LARGEST, SMALLEST = 30.0, 7.0
"""Radii of circles."""

MOST_NAMED = 14
"""Names on a map of the country; more would lie over each other."""

LETTER = 7.0
"""Width of a letter of a name."""

TALL = 150
"""The highest column."""
STEP = 34


@dataclass(frozen=True)
class Spot:
    """A municipality on the map; a radius of nothing where there is no employer."""

    name: str
    x: float
    y: float
    radius: float
    employers: int
    schools: int
    opening: int
    named: bool


@dataclass(frozen=True)
class Map:
    """The municipalities of a region, or of the country those where there is something."""

    width: int
    height: int
    spots: tuple[Spot, ...]
    elsewhere: int
    """Employers whose municipality is not known, or not of the packaged table."""


@dataclass(frozen=True)
class Month:
    """A month: seats, and how many of them are taken where that may be told; heights in the drawing's units."""

    label: str
    seats: int
    taken: int | None
    seats_high: float
    taken_high: float
    x: int


def region_map(table: Table, region: str | None) -> Map:
    """Where the rows of `by-municipality` lie, with the largest first so that none hides a smaller one."""
    lines = {line.code: line for line in table.rows}
    shown = [one for one in MUNICIPALITIES.values() if (one.region == region if region else one.code in lines)]
    unknown = sum(line.values[0] or 0 for code, line in lines.items() if code not in MUNICIPALITIES and code != "total")
    if not shown:
        return Map(WIDTH, 0, (), unknown)
    places, height = _placed(shown)
    most = max((_count(lines.get(one.code), 0) for one in shown), default=0)
    spots = [_spot(one, places[one.code], lines.get(one.code), most) for one in shown]
    spots.sort(key=lambda spot: (-spot.employers, spot.name))
    return Map(WIDTH, height, _with_names(spots), unknown)


def _placed(shown: Sequence[Municipality]) -> tuple[dict[str, tuple[float, float]], int]:
    flat = {one.code: (one.longitude * SHRINK, -one.latitude) for one in shown}
    left, top = (min(place[axis] for place in flat.values()) for axis in (0, 1))
    wide = max(place[0] for place in flat.values()) - left
    high = max(place[1] for place in flat.values()) - top
    scale = min((WIDTH - 2 * EDGE) / (wide or 1), (MOST_HEIGHT - 2 * EDGE) / (high or 1))
    shift = (WIDTH - wide * scale) / 2
    found = {code: ((x - left) * scale + shift, (y - top) * scale + EDGE) for code, (x, y) in flat.items()}
    return found, round(high * scale + 2 * EDGE)


def _spot(one: Municipality, place: tuple[float, float], line: Line | None, most: int) -> Spot:
    employers = _count(line, 0)
    radius = max(SMALLEST, LARGEST * math.sqrt(employers / most)) if employers else 0.0
    x, y = (round(at, 1) for at in place)
    return Spot(one.name, x, y, round(radius, 1), employers, _count(line, 1), _count(line, 3), named=False)


def _with_names(spots: Sequence[Spot]) -> tuple[Spot, ...]:
    """Names from the largest on, each where no other one stands already."""
    taken: list[tuple[float, float, float]] = []
    found = []
    for spot in spots:
        half, y = len(spot.name) * LETTER / 2, spot.y + spot.radius
        free = all(abs(y - other) > 16 or abs(spot.x - x) > half + reach for x, other, reach in taken)
        named = free and len(taken) < MOST_NAMED
        if named:
            taken.append((spot.x, y, half))
        found.append(Spot(**{**vars(spot), "named": named}))
    return tuple(found)


def _count(line: Line | None, column: int) -> int:
    return 0 if line is None else line.values[column] or 0


def months(table: Table) -> tuple[Month, ...]:
    """The months of `seats-over-time` in their order, the highest column as high as can be."""
    lines = sorted((line for line in table.rows if line.code[:1].isdigit()), key=lambda line: line.code)
    most = max((max(_count(line, 0), _count(line, 1)) for line in lines), default=0) or 1
    return tuple(
        Month(
            label(line.code),
            _count(line, 0),
            line.values[1],
            round(TALL * _count(line, 0) / most, 1),
            round(TALL * _count(line, 1) / most, 1),
            number * STEP,
        )
        for number, line in enumerate(lines)
    )
