"""Which of many students could go to which of many offers: a sieve over columns of numbers, compiled.

It knows the rules that compare numbers and sets, and travel time to the minute, as `rules.py` has them; what needs a
look at seats, pauses or earlier refusals it lets through. So it never loses a pair that is possible, and what is left
is judged at once (`judging.py`; docs/decisions/0022 and 0056). Offers lie in a grid, so that a student looks at what is
near only.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import date
from typing import Any, NamedTuple, TypeVar

from services.matching.domain import points, travel
from services.matching.domain.adapting import MOST_LEFT_OUT
from services.matching.domain.model import GUIDANCE_ORDER, Opening, Profile, Search
from services.matching.domain.rules import SUPERVISED_BY_SCHOOL, kinds_for
from services.matching.domain.travel import Mode
from services.matching.domain.weights import Weights
from shared.events.codes import OutflowProfile, PlacementKind, Weekday

T = TypeVar("T")
Column = Any
"""A numpy array with an entry for each student or offer; numpy is loaded only where many are planned."""

CODES = 62
"""Bits of a column of sets. Codes beyond it are not looked at, which only lets more through."""

WORTH_IT = 100_000
"""Pairs from which on the sieve is used: the rules take a second for so many, loading the sieve one or two, once."""

NO_WISH = 4
"""In the column of wishes: beside 1, 2 and 3, what stands in for a wish that is not honoured."""

EVERYTHING = (1 << CODES) - 1
NOBODY = -1
IN_BITS = frozenset({"sector", "demand", "certificate"})
"""What has so many codes that bits could run out."""


class Seekers(NamedTuple):
    """Students as columns: degrees, minutes, sets as bits, days as ordinals, months counted from the year 0."""

    latitude: Column
    longitude: Column
    mode: Column
    most_minutes: Column
    first: Column
    second: Column
    further: Column
    near: Column
    """Sectors of the first wish, the second, all others, and those that may be thought of beside them."""
    kinds: Column
    limits: Column
    certificates: Column
    profile: Column
    days: Column
    days_asked: Column
    need: Column
    jobcoach: Column
    born: Column
    begin: Column
    begin_month: Column
    end: Column
    school: Column


class Places(NamedTuple):
    """Offers as columns, in the same measures."""

    latitude: Column
    longitude: Column
    sector: Column
    kind: Column
    demands: Column
    certificates: Column
    profiles: Column
    days: Column
    guidance: Column
    supervised: Column
    jobcoach: Column
    youngest: Column
    """Months of age that somebody must have passed; below zero where nothing is asked."""
    begin: Column
    begin_month: Column
    end: Column
    valid: Column
    keeper: Column
    other_keeper: Column
    """Schools that keep the offer, or its employer, to themselves."""


class Found(NamedTuple):
    """What the sieve lets through, student after student."""

    student: Column
    place: Column
    minutes: Column
    wish: Column
    """Which wish is honoured: 1, 2, 3 for all others, 4 for none."""


def sieve(searches: Sequence[Search], openings: Sequence[Opening], today: date) -> list[tuple[int, int]]:
    """The pairs that may be possible, each by the numbers of its search and its opening, in the order of those."""
    found = sieved(searches, openings, Numbers(), today)
    return list(zip(found.student.tolist(), found.place.tolist(), strict=True))


def sieved(searches: Sequence[Search], openings: Sequence[Opening], numbers: "Numbers", today: date) -> Found:
    """The same as columns, where demands may be asked to be left out; codes get these numbers."""
    import numpy as np

    found = sift(seekers_of(searches, numbers), places_of(openings, numbers), today, MOST_LEFT_OUT)
    order = np.lexsort((found.place, found.student))
    return Found(*(column[order] for column in found))


def sift(seekers: Seekers, places: Places, today: date, left_out: int = 0) -> Found:
    """The same on columns, where so many demands may be asked to be left out."""
    import numpy as np

    if not len(seekers.latitude) or not len(places.latitude):
        return Found(*np.zeros((4, 0), np.int64))
    from services.matching.domain import sieving

    order, grid = sieving.grid_of(np.stack(places[:2], 1), places.sector)
    found = sieving.compiled()(*_tables(seekers), *_tables(places, order), grid, *ways(), today.toordinal(), left_out)
    return Found(found[:, 0], order[found[:, 1]], found[:, 2], found[:, 3])


def ways() -> tuple[Column, Column]:
    """The minutes with which each way to travel begins, and its speed."""
    import numpy as np

    starts = np.array([travel.START_MINUTES[mode] for mode in Mode])
    return starts, np.array([travel.KM_PER_HOUR[mode] for mode in Mode])


def first_points(found: Found, seekers: Seekers, weights: Weights) -> tuple[Column, Column]:
    """The points of the wish and of the travel of each pair."""
    import numpy as np

    most = np.maximum(1, seekers.most_minutes[found.student])
    return points.of_wish(rank_of(found)), points.of_travel(found.minutes, most, weights)


def rank_of(found: Found) -> Column:
    """Which wish is honoured, as points count it."""
    return found.wish * (found.wish < NO_WISH)


def _tables(columns: Seekers | Places, order: Any = slice(None)) -> tuple[Column, Column]:
    """Spots, and all whole numbers: side by side, since what is compared lies together then."""
    import numpy as np

    spots, numbers = (np.stack([one[order] for one in some], 1) for some in (columns[:2], columns[2:]))
    return spots.astype(np.float64, copy=False), numbers.astype(np.int64, copy=False)


class Numbers:
    """Gives codes and schools numbers, in the order in which they come."""

    def __init__(self) -> None:
        self.known: dict[tuple[str, object], int] = {}
        self.many: dict[str, int] = {}

    def of(self, what: str, code: object) -> int:
        """The number of a code of this sort."""
        if (what, code) not in self.known:
            self.known[what, code] = self.many.get(what, 0)
            self.many[what] = self.known[what, code] + 1
        return self.known[what, code]

    def bits(self, what: str, codes: Iterable[object]) -> int:
        """A set of codes; those that came too late for a bit are left out."""
        found = {self.of(what, code) for code in codes}
        return _bits(number for number in found if number < CODES)

    @property
    def are_exact(self) -> bool:
        """Whether every code had a bit of its own: then the sieve lets nothing through that it could know better."""
        return all(many <= CODES for what, many in self.many.items() if what in IN_BITS)

    def sectors(self, codes: Iterable[str]) -> int:
        """A set of sectors; those that came too late for a bit share the last."""
        return _bits(min(self.of("sector", code), CODES - 1) for code in codes)


KINDS, PROFILES, DAYS, MODES = tuple(PlacementKind), tuple(OutflowProfile), tuple(Weekday), tuple(Mode)


def _bits(numbers: Iterable[int]) -> int:
    bits = 0
    for number in numbers:
        bits |= 1 << number
    return bits


def _known(all_of_them: tuple[T, ...], some: Iterable[T]) -> int:
    return _bits(all_of_them.index(one) for one in some)


def _months(day: date) -> int:
    return day.year * 12 + day.month


def _born(profile: Profile) -> int:
    year, month = profile.birth_year_month.split("-")
    return int(year) * 12 + int(month)


def _near(search: Search, numbers: Numbers) -> int:
    profile, near = search.profile, search.terms.near
    if not profile.wishes:
        return EVERYTHING
    if not profile.accepts_neighbouring_work:
        return 0
    return numbers.sectors(other for wish in profile.wishes for other in near.get(wish.sector, ()))


def _wished(profile: Profile, numbers: Numbers, ranks: range) -> int:
    return numbers.sectors(wish.sector for wish in profile.wishes if wish.rank in ranks)


def _school(school: object, numbers: Numbers) -> int:
    return NOBODY if school is None else numbers.of("school", school)


def seekers_of(searches: Sequence[Search], numbers: Numbers) -> Seekers:
    """Students in columns."""
    return Seekers(*_columns(searches, Seekers._fields, lambda one: seeker(one, numbers)))


def seeker(search: Search, numbers: Numbers) -> tuple[float, ...]:
    """A student as a row of them."""
    one = search.profile
    return (
        one.location.latitude,
        one.location.longitude,
        MODES.index(one.travel.mode),
        one.travel.max_minutes,
        _wished(one, numbers, range(1, 2)),
        _wished(one, numbers, range(2, 3)),
        _wished(one, numbers, range(3, 10**6)),
        _near(search, numbers),
        _known(KINDS, kinds_for(one)),
        numbers.bits("demand", one.limits),
        numbers.bits("certificate", one.certificates),
        _known(PROFILES, {one.outflow_profile}),
        _known(DAYS, one.days),
        one.days_per_week,
        GUIDANCE_ORDER.index(one.guidance_need),
        one.has_jobcoach,
        _born(one),
        one.begin_date.toordinal(),
        _months(one.begin_date),
        (one.end_date or date.max).toordinal(),
        _school(one.school_id, numbers),
    )


def places_of(openings: Sequence[Opening], numbers: Numbers) -> Places:
    """Offers in columns."""
    return Places(*_columns(openings, Places._fields, lambda one: place(one, numbers)))


def place(opening: Opening, numbers: Numbers) -> tuple[float, ...]:
    """An offer as a row of them."""
    one = opening.offer
    return (
        one.location.latitude,
        one.location.longitude,
        numbers.sectors([one.sector]),
        _known(KINDS, {one.kind}),
        numbers.bits("demand", one.demands),
        numbers.bits("certificate", one.certificates),
        _known(PROFILES, one.outflow_profiles or PROFILES),
        _known(DAYS, one.days),
        GUIDANCE_ORDER.index(one.guidance),
        one.kind in SUPERVISED_BY_SCHOOL,
        one.jobcoach_welcome,
        NOBODY if one.minimum_age is None else one.minimum_age * 12,
        one.begin_date.toordinal(),
        _months(one.begin_date),
        (one.end_date or date.max).toordinal(),
        (one.valid_until_date or date.max).toordinal(),
        _school(one.private_to, numbers),
        _school(opening.employer.private_to if opening.employer else None, numbers),
    )


def _columns(items: Sequence[T], names: Sequence[str], row: Callable[[T], tuple[float, ...]]) -> list[Column]:
    """A column for each name: degrees as they are, all else whole."""
    import numpy as np

    columns = zip(*(row(item) for item in items), strict=True) if items else ((),) * len(names)
    kinds = (np.float64 if name in {"latitude", "longitude"} else np.int64 for name in names)
    return [np.array(column, dtype=kind) for column, kind in zip(columns, kinds, strict=True)]
