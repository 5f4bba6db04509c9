"""A week school by school: groups, supervisors and most budgets of job coaches are a school's own.

The programme of one school is small enough to be solved to the end in about a second, where that of a region is not in
hours. It is asked two things: how many of its students could be placed at most if all other seats were free for it, and
how many more can be placed now, all others and most of its own as they are, or in a group.
"""

from collections import defaultdict
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import replace

from services.matching.domain.weekly import Cell, Placed, Way, Week
from services.matching.domain.weekly_mip import Programme

ANYWHERE = "anywhere"
"""A place for everybody, which stands for all that are in no group."""


def by_school(week: Week) -> Mapping[Hashable, list[Way]]:
    """The open ways of each school's students."""
    found: dict[Hashable, list[Way]] = defaultdict(list)
    for way in week.open_ways:
        found[way.school].append(way)
    return found


def most(week: Week, left: Callable[[], float]) -> int:
    """No plan places more; `left` says how many seconds the schools that are to be asked have yet.

    A plan of all places no more of a school's students than a plan of that school alone for which all other seats are
    free: what a relaxation of seats with prices of nothing says (https://doi.org/10.1287/mnsc.27.1.1).
    """
    schools = by_school(week)
    bound = len(week.fixed) - sum(len(_fixed(week, school)) for school in schools)
    for number, (school, ways) in enumerate(schools.items()):
        seconds = max(0.0, left()) / (len(schools) - number)
        bound += Programme(_alone(week, school, ways)).most_in_whole_numbers(seconds)
    return bound


def _fixed(week: Week, school: Hashable) -> list[Placed]:
    return [one for one in week.fixed if one.way.school == school]


def _alone(week: Week, school: Hashable, ways: Sequence[Way]) -> Week:
    """A school's week without the others: of its ways outside groups, only when they are and which coach they ask."""
    kept: dict[object, Way] = {}
    for way in ways:
        if way.group in week.groups:
            kept[way.student, way.offer] = way
        else:
            anywhere = replace(way.candidate, offer=ANYWHERE, unit=None)
            kept[way.student, way.slices, way.coach] = replace(way, candidate=anywhere, choices=way.choices[:1])
    everybody: dict[Cell, int] = {
        (slice_, day): len(kept) for way in kept.values() for slice_ in way.slices for day in way.choices[0]
    }
    seats = {**week.seats, ANYWHERE: everybody}
    return replace(week, ways=list(kept.values()), seats=seats, fixed=_fixed(week, school), forbidden=())


def regrouped(week: Week, plan: Sequence[Placed], ways: Sequence[Way], least: Sequence[int]) -> Programme:
    """The programme of a school in which who has a place keeps it or joins a group; who has none, or draws on a budget
    of job coaches, may go anywhere. Of each class or harder at least so many are placed.
    """
    where = {one.way.student: one.way for one in plan}
    coached = {way.student for way in ways if way.coach in week.coaches}
    free = [
        way for way in ways if way.group in week.groups or way.student in coached or where.get(way.student, way) == way
    ]
    mine = {way.student for way in ways}
    others = tuple(one for one in plan if one.way.student not in mine)
    return Programme(replace(week, ways=free, fixed=others), least)
