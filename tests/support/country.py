"""A made-up country of students and employers with places, by seed, in columns: its sizes are real, its people are not.

Thirty-five regions of unequal size with towns in them; twelve sectors; capacities as skewed as the report's table 2.4 (1 to
60, some nine on average), of which a part is free; among an employer's seats some with room for who needs much guidance.
Shares and chances are assumptions of shape, no statistics.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

import numpy as np

from services.matching.domain.candidates import DAYS, NOBODY, Found, Places, Seekers, first_points, sift
from services.matching.domain.paths import NONE
from services.matching.domain.sectors import NEIGHBOURS
from services.matching.domain.weights import Weights
from services.matching.domain.whole import Edges
from shared.events.codes import SECTORS

WEIGHTS = Weights()

Array = Any
Random = np.random.Generator

TODAY = date(2026, 9, 1)
REGIONS = 35
STUDENTS, EMPLOYERS = 25_000, 40_000
"""Who search at once in the country, and who could take them."""

WANTED = np.array([15, 6, 13, 8, 9, 2, 6, 3, 4, 17, 2, 15]) / 100
OFFERED = np.array([22, 6, 14, 3, 9, 4, 5, 3, 2, 18, 1, 13]) / 100
"""The share of each sector of `SECTORS` among wishes and among employers."""

LEARN_WORK = SECTORS.index("leerwerkbedrijf")
NEAR = np.array([sum(1 << SECTORS.index(one) for one in NEIGHBOURS[name] if one in SECTORS) for name in SECTORS])
DEMANDS, CERTIFICATES = 8, 4
BY_BIKE, BY_PUBLIC_TRANSPORT, BY_TAXI = 1, 2, 3
MUCH = 2
"""From this need on somebody takes one of the seats with much guidance."""


@dataclass(frozen=True)
class Country:
    """Students and places in columns, and what the sieve need not know of them."""

    seekers: Seekers
    places: Places
    hardness: Array
    last_year: Array
    seats: Array
    guided: Array
    """How many of the seats are for who needs much guidance."""
    prospect: Array
    liking: Array
    """Points of an employer for its experience and load."""
    region: Array
    place_region: Array

    def part(self, regions: int) -> "Country":
        """The first regions of it, alone."""
        return self._cut(self.region < regions, self.place_region < regions)

    def only(self, region: int) -> "Country":
        """One region of it, alone."""
        return self._cut(self.region == region, self.place_region == region)

    def _cut(self, students: Array, places: Array) -> "Country":
        return Country(
            Seekers(*(column[students] for column in self.seekers)),
            Places(*(column[places] for column in self.places)),
            self.hardness[students],
            self.last_year[students],
            self.seats[places],
            self.guided[places],
            self.prospect[places],
            self.liking[places],
            self.region[students],
            self.place_region[places],
        )


class Map(NamedTuple):
    """Towns: where, in which region, and what part of the people lives there."""

    latitude: Array
    longitude: Array
    region: Array
    share: Array


def a_map(random: Random) -> Map:
    """Regions side by side, of unequal size, each with one large town and some small ones."""
    row, column = np.divmod(np.arange(REGIONS), 5)
    middle = np.stack([51.2 + 0.33 * row, 4.2 + 0.6 * column], 1) + random.uniform(-0.1, 0.1, (REGIONS, 2))
    size = np.exp(random.normal(0, 0.55, REGIONS))
    towns = random.integers(8, 22, REGIONS)
    region = np.repeat(np.arange(REGIONS), towns)
    first = np.append(True, region[1:] != region[:-1])
    share = random.exponential(1, len(region))
    share[first] = 0.5 * np.bincount(region, share)
    share = share / np.bincount(region, share)[region] * (size / size.sum())[region]
    apart = np.where(first[:, None], 0.0, random.normal(0, 1, (len(region), 2)) * (0.1, 0.17))
    place = middle[region] + apart
    return Map(place[:, 0], place[:, 1], region, share)


def _settle(random: Random, where: Map, many: int, spread: float) -> tuple[Array, Array, Array]:
    """Latitudes, longitudes and regions of so many, some kilometres around towns."""
    weight = where.share * np.exp(random.normal(0, spread, len(where.share)))
    town = random.choice(len(weight), many, p=weight / weight.sum())
    latitude = where.latitude[town] + random.normal(0, 0.02, many)
    longitude = where.longitude[town] + random.normal(0, 0.033, many)
    return latitude.clip(50.5, 53.8), longitude.clip(3.2, 7.4), where.region[town]


def _set(random: Random, many: int, size: int, chance: Any) -> Array:
    """A set of codes as bits, each in it with a chance."""
    drawn = random.random((size, many)) < chance
    return (drawn * (1 << np.arange(size))[:, None]).sum(0)


def _pick(random: Random, many: int, values: list[int], chances: list[float]) -> Array:
    """So many of some values, each with its chance."""
    return random.choice(values, many, p=chances)


def a_country(seed: int, ratio: float, students: int = STUDENTS, employers: int = EMPLOYERS) -> Country:
    """A country with `ratio` free seats for each student: 1.4 is normal, 0.9 tight, 0.6 scarce."""
    random = np.random.default_rng(seed)
    where = a_map(random)
    special = random.random(students) < 0.42
    seekers, region = _seekers(random, where, special)
    places, place_region, sector = _places(random, where, employers)
    seats = _seats(random, employers, int(ratio * students))
    learn_work = sector == LEARN_WORK
    guided = np.maximum(1, np.round(seats * np.where(learn_work, 0.8, 0.35))) * (places.guidance >= MUCH)
    bits = np.bitwise_count(seekers.limits)
    effort = (seekers.need >= 2).astype(int) + (seekers.need == 3) + (bits >= 2) + (seekers.near == 0)
    effort += random.random(students) < np.where(special, 0.5, 0.2)
    return Country(
        seekers=seekers,
        places=places,
        hardness=np.clip(effort - 1, 0, 3),
        last_year=random.random(students) < 0.28,
        seats=seats,
        guided=np.minimum(guided, seats).astype(int),
        prospect=random.random(employers) < 0.33,
        liking=_pick(random, employers, [-80, 0, 40, 80], [0.06, 0.5, 0.29, 0.15])
        + WEIGHTS.contact * np.minimum(random.poisson(1.2, employers), WEIGHTS.contacts_at_most),
        region=region,
        place_region=place_region,
    )


class Plannable(NamedTuple):
    """What `whole.plan` takes: an employer's seats are a unit, and the guided ones a unit inside it."""

    edges: Edges
    hardness: Array
    seats: Array
    around: Array


def plannable(country: Country) -> Plannable:
    """The candidates of a country with their points; an employer without a free seat is not looked at."""
    employers, seats = len(country.seats), np.append(country.seats, country.guided)
    there = np.flatnonzero(country.seats)
    found = sift(country.seekers, Places(*(column[there] for column in country.places)), TODAY)
    found = found._replace(place=there[found.place])
    unit = found.place + np.where(country.seekers.need >= MUCH, employers, 0)[found.student]
    open_ones = seats[unit] > 0
    found, unit = Found(*(column[open_ones] for column in found)), unit[open_ones]
    wish, points = first_points(found, country.seekers, WEIGHTS)
    points = points + country.liking[found.place]
    prospect = np.where(country.prospect[found.place], WEIGHTS.job_prospect, WEIGHTS.no_job_prospect)
    points += np.where(country.last_year[found.student], prospect, 0)
    points += (found.student * 7919 + found.place * 104_729) % 5 * (WEIGHTS.tasks // 4)  # who likes which tasks
    around = np.append(np.full(employers, NONE), np.arange(employers))
    return Plannable(Edges(found.student, unit, wish, points), country.hardness, seats, around)


def _seekers(random: Random, where: Map, special: Array) -> tuple[Seekers, Array]:
    many = len(special)
    latitude, longitude, region = _settle(random, where, many, 0)
    wishes = random.choice(12, (many, 3), p=WANTED)
    count = _pick(random, many, [1, 2, 3], [0.4, 0.35, 0.25])
    bits = np.where(np.arange(3) < count[:, None], 1 << wishes, 0)
    near = np.bitwise_or.reduce(np.where(np.arange(3) < count[:, None], NEAR[wishes], 0), 1)
    asked = _pick(random, many, [1, 2, 3, 4, 5], [0.2, 0.38, 0.24, 0.1, 0.08])
    free = np.minimum(5, asked + random.integers(0, 2, many))
    ranks = random.random((many, 5)).argsort(1).argsort(1)
    need: Array = np.where(
        special,
        _pick(random, many, [0, 1, 2, 3], [0.12, 0.38, 0.36, 0.14]),
        _pick(random, many, [0, 1, 2, 3], [0.3, 0.45, 0.2, 0.05]),
    )
    begin = TODAY.toordinal() + 7
    return Seekers(
        latitude=latitude,
        longitude=longitude,
        mode=_pick(random, many, [BY_BIKE, BY_PUBLIC_TRANSPORT, BY_TAXI], [0.33, 0.62, 0.05]),
        most_minutes=_pick(random, many, [30, 45, 60], [0.35, 0.45, 0.2]),
        first=bits[:, 0],
        second=bits[:, 1],
        further=bits[:, 2],
        near=np.where(random.random(many) < 0.88, near, 0),
        kinds=np.ones(many, int),
        limits=_set(random, many, DEMANDS, np.where(special, 0.16, 0.08)),
        certificates=_set(random, many, CERTIFICATES, 0.12),
        profile=1 << np.where(special, _pick(random, many, [0, 1, 2], [0.55, 0.17, 0.28]), 0),
        days=((ranks < free[:, None]) * (1 << np.arange(5))).sum(1),
        days_asked=asked,
        need=need,
        jobcoach=(need >= MUCH) & (random.random(many) < 0.35),
        born=2026 * 12 + 9 - random.integers(14 * 12, 19 * 12, many),
        begin=np.full(many, begin),
        begin_month=np.full(many, 2026 * 12 + 9),
        end=begin + random.integers(80, 200, many),
        school=region * 16 + random.integers(0, 16, many),
    ), region


def _places(random: Random, where: Map, many: int) -> tuple[Places, Array, Array]:
    latitude, longitude, region = _settle(random, where, many, 0.7)
    sector = random.choice(12, many, p=OFFERED)
    learn_work = sector == LEARN_WORK
    asks = np.isin(sector, [SECTORS.index(name) for name in ("techniek-en-productie", "zorg-en-welzijn", "logistiek")])
    sheltered = random.random(many) < np.where(learn_work, 0.9, 0.12)
    day_activity = random.random(many) < np.where(learn_work, 0.85, 0.06)
    begin = TODAY.toordinal() + random.integers(-60, 14, many)
    return (
        Places(
            latitude=latitude,
            longitude=longitude,
            sector=1 << sector,
            kind=np.ones(many, int),
            demands=_set(random, many, DEMANDS, np.where(learn_work, 0.04, 0.14)),
            certificates=np.where(asks & (random.random(many) < 0.3), 1 << random.integers(0, CERTIFICATES, many), 0),
            profiles=1 + 2 * sheltered + 4 * day_activity,
            days=np.where(np.arange(len(DAYS)) < 5, random.random((many, len(DAYS))) < 0.85, False)
            @ (1 << np.arange(len(DAYS))),
            guidance=np.where(learn_work, 3, _pick(random, many, [0, 1, 2], [0.28, 0.47, 0.25])),
            supervised=np.zeros(many, int),
            jobcoach=(random.random(many) < 0.5).astype(int),
            youngest=np.where(random.random(many) < np.where(asks, 0.4, 0.15), 16 * 12, NOBODY),
            begin=begin,
            begin_month=np.full(many, 2026 * 12 + 9),
            end=np.full(many, TODAY.toordinal() + 300),
            valid=np.full(many, TODAY.toordinal() + 300),
            keeper=np.full(many, NOBODY),
            other_keeper=np.full(many, NOBODY),
        ),
        region,
        sector,
    )


def _seats(random: Random, many: int, all_together: int) -> Array:
    """Free seats: capacities of 1 to 60, of which a part is free, so many in all on average."""
    capacity = np.clip(np.ceil(np.exp(random.normal(1.72, 1, many))), 1, 60)
    free = capacity * random.beta(0.6, 1.4, many) * (random.random(many) > 0.08)
    return np.minimum(capacity, random.poisson(free * all_together / free.sum())).astype(int)
