"""What would help a region: what a seat would be worth and where, which rule keeps most students from a place, what if.

Nothing of it names a student; what is said of fewer than five is left to whoever shows it to hide.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Annotated
from uuid import UUID, uuid5

from pydantic import Field

from services.matching.domain import fits, prices, regional, travel
from services.matching.domain.figures import FEW, hidden
from services.matching.domain.fits import Fit
from services.matching.domain.model import Offer, Opening, Search
from services.matching.domain.pairs import Pair
from services.matching.domain.regional import Situation
from services.matching.domain.sectors import around
from shared.events.base import Wire
from shared.events.codes import SECTORS, Code, Guidance, Municipality, PlacementKind, Point

_NAMES = UUID("6f6f2a60-0d0c-5c7e-9a51-3f8d1c1b7a10")
"""Imagined offers have the same ids for the same place and work."""

BEYOND_REACH = 1.5
"""How much farther than a student can travel is looked for what stands in the way (as for one student)."""

SEAT, CIRCLE, NOTHING_NEAR = "seat", "circle", "nothing-near"
"""What keeps from a place beside the rules: others had it, a circle is not open yet, nothing is offered near."""


class SeatWorth(Wire):
    """What one more seat of a kind of work in a municipality would be worth to the region."""

    sector: Code
    municipality: Municipality
    students: int
    """How many could go there."""
    placed: int
    """How many students more would have a place: 1 or 0."""
    effort: int | None
    """The class of the student who would."""
    wish: int
    points: int
    """What the others would gain or lose by it."""


class Blocking(Wire):
    """A rule, and for how many students without a place it is the nearest to being met; None where it is not shown."""

    rule: Code
    students: int | None


class Advice(Wire):
    """What would help a region most."""

    seats: tuple[SeatWorth, ...] = ()
    blocking: tuple[Blocking, ...] = ()


class ExtraSeats(Wire):
    """Seats that an employer, or one more supervisor of a group, would bring."""

    sector: Code
    municipality: Municipality
    seats: Annotated[int, Field(ge=1, le=100)] = 1
    kind: PlacementKind = PlacementKind.INTERNSHIP


class Changes(Wire):
    """What would be different."""

    extra_seats: Annotated[tuple[ExtraSeats, ...], Field(max_length=20)] = ()
    extra_travel_minutes: Annotated[int, Field(ge=0, le=120)] = 0
    neighbouring_work: bool = False
    """Every student accepts work that lies near a wish."""


def shown(advice: Advice, few: int = FEW) -> Advice:
    """The advice without seats that fewer than `few` students could take, and without numbers of so few."""
    seats = tuple(one for one in advice.seats if one.students >= few)
    numbers = hidden({one.rule: one.students or 0 for one in advice.blocking}, few)
    rules = tuple(Blocking(rule=rule, students=number) for rule, number in numbers.items())
    return Advice(seats=seats, blocking=rules)


def centres(situation: Situation) -> dict[str, Point]:
    """The middle of each municipality of the region, as its students and what is offered there show it."""
    lived = [(one.profile.municipality, one.profile.location) for one in situation.everybody]
    offers = [one.offer for one in situation.openings if one.offer.region == situation.region]
    return _middles([*lived, *((offer.municipality, offer.location) for offer in offers)])


def _middles(places: Iterable[tuple[str | None, Point]]) -> dict[str, Point]:
    found: dict[str, list[Point]] = defaultdict(list)
    for name, point in places:
        if name is not None:
            found[name].append(point)
    return {
        name: Point(
            latitude=sum(one.latitude for one in points) / len(points),
            longitude=sum(one.longitude for one in points) / len(points),
        )
        for name, points in sorted(found.items())
    }


def changed(situation: Situation, changes: Changes) -> Situation:
    """The situation as it would be; raises KeyError for a municipality in which nobody of the region lives or works."""
    places = centres(situation)
    more = [
        imagined(situation, one, places[one.municipality], number) for number, one in enumerate(changes.extra_seats)
    ]
    searches = [_changed(search, changes) for search in situation.searches]
    return replace(situation, searches=searches, openings=[*situation.openings, *more])


def _changed(search: Search, changes: Changes) -> Search:
    profile = search.profile
    minutes = profile.travel.max_minutes + changes.extra_travel_minutes
    other = {
        "travel": profile.travel.model_copy(update={"max_minutes": minutes}),
        "accepts_neighbouring_work": profile.accepts_neighbouring_work or changes.neighbouring_work,
    }
    return replace(search, profile=profile.model_copy(update=other))


def imagined(situation: Situation, seats: ExtraSeats, location: Point, number: int = 0) -> Opening:
    """An opening that nobody offers yet, without any demand and with guidance enough, in the middle of a place."""
    offer = Offer(
        offer_id=uuid5(_NAMES, f"{seats.sector} {seats.municipality} {number}"),
        employer_id=uuid5(_NAMES, f"{seats.municipality} {number}"),
        kind=seats.kind,
        sector=seats.sector,
        seats=seats.seats,
        begin_date=situation.today,
        region=situation.region,
        municipality=seats.municipality,
        location=location,
        guidance=Guidance.INTENSIVE,
        jobcoach_welcome=True,
    )
    return Opening(offer)


def worth(situation: Situation, found: Sequence[Fit]) -> list[SeatWorth]:
    """What a seat of each kind of work in each municipality would be worth, the most first; what is worth nothing not.

    Exact for the first round of the plan of the possibilities `found`: a seat that is not there yet is a unit without
    seats, whose price is what it would bring.
    """
    wished = [around(search.profile.wished_sectors, search.terms.near) for search in situation.searches]
    sectors = sorted(frozenset(() if all(wished) else SECTORS).union(*wished))  # who has no wish can do anything
    offers = [
        imagined(situation, ExtraSeats(sector=sector, municipality=name), location)
        for name, location in centres(situation).items()
        for sector in sectors
    ]
    could = regional.possibilities(replace(situation, openings=offers))
    students = Counter(one.unit for one in could)
    problem = regional.problem(situation, [*found, *could], situation.members)
    priced = prices.priced(replace(problem, seats={**problem.seats, **dict.fromkeys(students, 0)}))
    by_id = {one.offer.offer_id: one.offer for one in offers}
    worths = [
        _worth(by_id[unit[0]], many, price)
        for unit, many in students.items()
        if (price := priced.prices[unit]) != prices.NOTHING
    ]
    return sorted(worths, key=lambda one: (*_in_order(one), one.students), reverse=True)


def _worth(offer: Offer, students: int, price: prices.Price) -> SeatWorth:
    return SeatWorth(
        sector=offer.sector,
        municipality=str(offer.municipality),
        students=students,
        placed=1 if price.placed else 0,
        effort=price.placed.hardness if price.placed else None,
        wish=price.wish,
        points=price.points,
    )


def _in_order(one: SeatWorth) -> tuple[int, int, int]:
    return (one.placed + (one.effort or 0), one.wish, one.points)


def blocking(situation: Situation, found: Sequence[Fit], chosen: Sequence[Fit]) -> list[Blocking]:
    """What keeps those from a place whom the plan leaves without, by how many it keeps, the most first."""
    placed, could = {one.student_id for one in chosen}, {one.student_id for one in found}
    offered = regional.by_sector(situation.openings)
    counted = Counter(
        SEAT if search.student_id in could else _nearest(search, situation, offered)
        for search in situation.searches
        if search.student_id not in placed
    )
    return [
        Blocking(rule=rule, students=many) for rule, many in sorted(counted.items(), key=lambda it: (-it[1], it[0]))
    ]


def _nearest(search: Search, situation: Situation, offered: Mapping[str, Sequence[Opening]]) -> str:
    """The rule whose change would open most places to a student."""
    profile = search.profile
    reach = BEYOND_REACH * travel.reach_km(profile.travel.mode, profile.travel.max_minutes)
    pairs = [
        Pair(search, opening, situation.today)
        for openings in offered.values()
        for opening in openings
        if travel.kilometres(profile.location, opening.offer.location) <= reach
    ]
    if fits.waits_for_circle(pairs):
        return CIRCLE
    return next((obstacle.rule for obstacle, _ in fits.nearest_obstacles(pairs)), NOTHING_NEAR)
