"""Drawings whose places are computed here: the map of a region, and columns for months. No tiles, no scripts."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

from services.analytics.domain.municipalities import MUNICIPALITIES, Municipality
from services.analytics.domain.table import Line, Table
from services.analytics.domain.words import label

WIDTH, EDGE, HEIGHT, HEIGHT_OF_ALL = 640, 60, 440, 660
"""Of a drawing, the empty edge around it, and the most of a region and of the country in height."""
SHRINK = math.cos(math.radians(52.2))
"""Degrees of longitude shrink with the latitude; that of the middle of the country is near enough."""

SMALLEST, LARGEST, LARGEST_OF_ALL = 6.0, 30.0, 14.0
"""Radii of circles: the largest of a region, and on a map of the country, where they stand closer."""

MOST_NAMED = 14
"""More names would lie over each other."""

LETTER, LINE = 8.0, 18.0
"""Width and height of a letter of a name."""

SHORT = {"03": "mrt"}
"""Months that are not shortened to their first letters."""

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
    words: str
    """Its name, and the places that open; empty where it would lie over another one."""


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
    short: str
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
    places, height = _placed(shown, HEIGHT if region else HEIGHT_OF_ALL)
    most = max((_count(lines.get(one.code), 0) for one in shown), default=0)
    largest = LARGEST if region else LARGEST_OF_ALL
    spots = [_spot(one, places[one.code], lines.get(one.code), largest / math.sqrt(most or 1)) for one in shown]
    spots.sort(key=lambda spot: (-spot.employers, spot.name))
    return Map(WIDTH, height, _with_names(spots), unknown)


def _placed(shown: Sequence[Municipality], most_high: int) -> tuple[dict[str, tuple[float, float]], int]:
    flat = {one.code: (one.longitude * SHRINK, -one.latitude) for one in shown}
    left, top = (min(place[axis] for place in flat.values()) for axis in (0, 1))
    wide = max(place[0] for place in flat.values()) - left
    high = max(place[1] for place in flat.values()) - top
    scale = min((WIDTH - 2 * EDGE) / (wide or 1), (most_high - 2 * EDGE) / (high or 1))
    shift = (WIDTH - wide * scale) / 2
    found = {code: ((x - left) * scale + shift, (y - top) * scale + EDGE) for code, (x, y) in flat.items()}
    return found, round(high * scale + 2 * EDGE)


def _spot(one: Municipality, place: tuple[float, float], line: Line | None, scale: float) -> Spot:
    employers = _count(line, 0)
    radius = max(SMALLEST, scale * math.sqrt(employers)) if employers else 0.0
    x, y = (round(at, 1) for at in place)
    opening = _count(line, 3)
    words = f"{one.name} +{opening}" if opening else one.name
    return Spot(one.name, x, y, round(radius, 1), employers, _count(line, 1), opening, words)


def _with_names(spots: Sequence[Spot]) -> tuple[Spot, ...]:
    """Names from the largest on, each where no other one stands already."""
    taken: list[tuple[float, float, float]] = []
    found = []
    for spot in spots:
        half, y = len(spot.words) * LETTER / 2, spot.y + spot.radius
        free = all(abs(y - other) > LINE or abs(spot.x - x) > half + reach for x, other, reach in taken)
        if free and len(taken) < MOST_NAMED:
            taken.append((spot.x, y, half))
            found.append(spot)
        else:
            found.append(replace(spot, words=""))
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
            SHORT.get(line.code[-2:], label(line.code)[:3]),
            _count(line, 0),
            line.values[1],
            round(TALL * _count(line, 0) / most, 1),
            round(TALL * _count(line, 1) / most, 1),
            number * STEP,
        )
        for number, line in enumerate(lines)
    )
