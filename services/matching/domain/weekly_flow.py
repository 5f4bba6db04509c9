"""The plan of the flow for the days of the week: as events make it, whole seats, round after round.

It is what the plan in whole numbers begins with, and is never worse than. The first round is the engine's plan for the
seats as they are, so that as many are placed of each class; the following give what remains of the days. Groups, which
the flow knows nothing of, are formed of those who are left.
"""

from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable, Mapping, Sequence
from typing import Any

from services.matching.domain.engine import Engine, Problem
from services.matching.domain.weekly import Cell, Days, Group, Placed, Resource, Way, Week, heads, used


class Left:
    """What a week has left while a plan is put together."""

    def __init__(self, week: Week) -> None:
        self.week = week
        self.taken = used(week, week.fixed)
        self.heads = heads(week, week.fixed)
        self.groups = self._groups(self.heads)
        """How many groups a school has in a cell that need a supervisor."""

    def _groups(self, heads: Iterable[tuple[Group, Cell]]) -> Counter[tuple[Hashable, Cell]]:
        return Counter((group[1], cell) for group, cell in heads if group not in self.week.led)

    def of(self, resource: Resource) -> int:
        """How many of something are left."""
        return self.week.there(resource) - self.taken[resource]

    def fits(self, placed: Placed) -> bool:
        """Whether there is a seat, and a job coach where one is needed."""
        return all(self.of(resource) > 0 for resource in self.week.draws(placed))

    def take(self, placed: Iterable[Placed]) -> None:
        """Count them in."""
        chosen = list(placed)
        self.taken += used(self.week, chosen)
        new = heads(self.week, chosen)
        self.groups += self._groups(each for each in new if not self.heads[each])
        self.heads += new

    def has_room(self, group: Group, cells: Iterable[Cell], more: int) -> bool:
        """Whether so many more make a group of a size that is allowed, with a supervisor, in all these cells."""
        bounds, cells = self.week.groups[group], list(cells)
        if not all(bounds.smallest <= self.heads[group, cell] + more <= bounds.largest for cell in cells):
            return False
        limit = self.week.supervisors.get(group[1])
        return (
            limit is None
            or group in self.week.led
            or all(self.heads[group, cell] or self.groups[group[1], cell] < limit for cell in cells)
        )


def by_rounds(week: Week, engine: Engine) -> tuple[Placed, ...]:
    """What is fixed, then the rounds of the engine, then groups of those who are left."""
    left, plan = Left(week), list(week.fixed)
    waiting = [way for way in week.open_ways if way.group not in week.groups]
    while fitting := _fitting(left, waiting):
        chosen = engine.propose(
            Problem([one.way.candidate for one in fitting], _whole_seats(left, fitting), week.around)
        )
        given = set(chosen)
        kept = _coached(left, [one for one in fitting if one.way.candidate in given])
        plan += kept
        placed = {one.way.student for one in kept}
        waiting = [one.way for one in fitting if one.way.student not in placed and one.way.candidate not in given]
    return (*plan, *_groups(left, {one.way.student for one in plan}))


def _fitting(left: Left, ways: Sequence[Way]) -> list[Placed]:
    """Each way on the first of its days that are free; those without are left out, since nothing is given back."""
    found = []
    for way in ways:
        options = (Placed(way, days) for days in way.choices)
        if (first := next((one for one in options if left.fits(one)), None)) is not None:
            found.append(first)
    return found


def _whole_seats(left: Left, fitting: Sequence[Placed]) -> Mapping[Any, int]:
    """How many seats of each unit are free in all cells that anybody would take there: at least one is."""
    least: dict[Hashable, int] = {}
    for kind, name, where in {resource for one in fitting for resource in left.week.draws(one)}:
        if kind == "seat":
            least[name] = min(left.of((kind, name, where)), least.get(name, left.of((kind, name, where))))
    return least


def _coached(left: Left, chosen: Sequence[Placed]) -> list[Placed]:
    """Those for whom the budgets of job coaches last, the hardest to place first."""
    kept = []
    for one in sorted(chosen, key=lambda one: -one.way.candidate.hardness):
        if left.fits(one):
            left.take([one])
            kept.append(one)
    return kept


def _groups(left: Left, placed: set[Hashable]) -> list[Placed]:
    """Groups of those who are not placed, where most could come first."""
    could: dict[Group, list[Way]] = defaultdict(list)
    for way in left.week.open_ways:
        if way.group in left.week.groups and way.student not in placed:
            could[way.group].append(way)
    formed: list[Placed] = []
    gone = set[Hashable]()
    for group, ways in sorted(could.items(), key=lambda item: -len(item[1])):
        ways.sort(key=lambda way: (-way.candidate.hardness, -way.candidate.wish, -way.candidate.points))
        members = _formed(left, group, [way for way in ways if way.student not in gone])
        gone |= {one.way.student for one in members}
        formed += members
    return formed


def _formed(left: Left, group: Group, ways: Sequence[Way]) -> list[Placed]:
    """The members of a group, all on the days on which most of them can; nobody where those are too few."""
    best: list[Placed] = []
    for days in dict.fromkeys(days for way in ways for days in way.choices):
        able = _able(left, [way for way in ways if days in way.choices], days)[: left.week.groups[group].largest]
        if len(able) > len(best) and left.has_room(group, able[0].cells, len(able)):
            best = able
    left.take(best)
    return best


def _able(left: Left, ways: Sequence[Way], days: Days) -> list[Placed]:
    """Those who can be there together on these days, in the slices of the first of them."""
    able: list[Placed] = []
    taken = Counter[Resource]()
    for way in ways:
        one = Placed(way, days)
        draws = list(left.week.draws(one))
        if way.slices == ways[0].slices and all(left.of(each) > taken[each] for each in draws):
            able.append(one)
            taken.update(draws)
    return able
