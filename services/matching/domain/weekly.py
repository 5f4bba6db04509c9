"""The plan of a region for the days of the week: who shares which seats, which groups form, where job coaches go.

A student takes a seat on some days of the week in some slices of time, which are the pieces between the dates at which
anything begins or ends. Seats are counted for each day of each slice. A group place takes, on each of its days, nobody
of a school or as many as the region's bounds say, with a supervisor of that school. A job coach's budget is a number of
students at a time.

With groups and shared seats the sets of students who can be placed are no matroid any more, so the order of goals is to
be said anew: the most students, of plans that place as many the one that places most of the hardest class, then of the
next; then wishes; then points. And of no class or the harder ones together are fewer placed than the flow places, so
that no two who are easy to place win over one who is not.
"""

from collections import Counter
from collections.abc import Collection, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from services.matching.domain.engine import Candidate
from services.matching.domain.hardness import CLASSES
from services.matching.domain.widening import GroupBounds
from shared.events.codes import Weekday

Days = tuple[Weekday, ...]

Cell = tuple[int, Weekday]
"""A slice of time, and a day of the week in it."""

Resource = tuple[Any, ...]
"""Something that is there a number of times: seats of a unit in a cell, a budget of job coaches in a slice."""

Group = tuple[Hashable, Hashable]
"""A group place and a school."""


@dataclass(frozen=True)
class Way:
    """A student who could be at an offer."""

    candidate: Candidate
    school: Hashable
    choices: tuple[Days, ...]
    """Of days of the week, of which one is taken; the one that is liked best first."""
    slices: tuple[int, ...] = (0,)
    coach: Hashable | None = None
    """The budget that it draws on, where a job coach comes along."""

    @property
    def student(self) -> Hashable:
        """Who."""
        return self.candidate.student

    @property
    def offer(self) -> Hashable:
        """Where."""
        return self.candidate.offer

    @property
    def group(self) -> Group:
        """Those of the same school at the same offer."""
        return self.offer, self.school


@dataclass(frozen=True)
class Placed:
    """A student at an offer, on these days."""

    way: Way
    days: Days

    @property
    def cells(self) -> Iterator[Cell]:
        """When that is."""
        return ((slice_, day) for slice_ in self.way.slices for day in self.days)


@dataclass(frozen=True)
class Week:
    """Who could go where, and what is there; whoever is not named in a mapping has nothing of it."""

    ways: Sequence[Way]
    seats: Mapping[Any, Mapping[Cell, int]]
    """Of each unit, those of `fixed` included."""
    around: Mapping[Any, Hashable] = field(default_factory=dict)
    """The unit that a unit lies in, as in `Problem`."""
    groups: Mapping[Group, GroupBounds] = field(default_factory=dict)
    """How many can be there together, for those at group places; others are no group."""
    supervisors: Mapping[Any, int] = field(default_factory=dict)
    """How many groups a school can go along with on one day; as many as form where it is not named."""
    coaches: Mapping[Any, int] = field(default_factory=dict)
    """How many students each budget is for at a time; budgets without a number are not counted."""
    fixed: Sequence[Placed] = ()
    """What people accepted or pinned: it stays, whatever it takes."""
    forbidden: Collection[tuple[Hashable, Hashable]] = ()
    """Students and offers that are not brought together."""
    led: Collection[Group] = ()
    """Groups that have members and a supervisor already, whatever the plan does."""

    def draws(self, placed: Placed) -> Iterator[Resource]:
        """What somebody takes one of."""
        unit: Hashable | None = placed.way.candidate.takes_from
        while unit is not None:
            for cell in placed.cells:
                yield "seat", unit, cell
            unit = self.around.get(unit)
        if placed.way.coach in self.coaches:
            for slice_ in placed.way.slices:
                yield "coach", placed.way.coach, slice_

    def there(self, resource: Resource) -> int:
        """How many of something there are."""
        kind, name, where = resource
        return self.coaches[name] if kind == "coach" else self.seats.get(name, {}).get(where, 0)

    @property
    def open_ways(self) -> list[Way]:
        """The ways that are not settled or closed by people."""
        settled = {one.way.student for one in self.fixed}
        return [
            way for way in self.ways if way.student not in settled and (way.student, way.offer) not in self.forbidden
        ]


def used(week: Week, plan: Iterable[Placed]) -> Counter[Resource]:
    """How many of each thing a plan takes."""
    return Counter(resource for one in plan for resource in week.draws(one))


def heads(week: Week, plan: Iterable[Placed]) -> Counter[tuple[Group, Cell]]:
    """How large each group is in each cell."""
    return Counter((one.way.group, cell) for one in plan if one.way.group in week.groups for cell in one.cells)


def worth(plan: Iterable[Placed]) -> tuple[int, ...]:
    """What counts, in its order: how many are placed, how many of each class or harder, wishes, points."""
    chosen = [one.way.candidate for one in plan]
    harder = (sum(one.hardness >= level for one in chosen) for level in reversed(CLASSES[1:]))
    return len(chosen), *harder, sum(one.wish for one in chosen), sum(one.points for one in chosen)


def broken(week: Week, plan: Sequence[Placed]) -> list[str]:
    """What does not hold in a plan, in words for those who look into it; what is fixed breaks nothing by itself."""
    students = Counter(one.way.student for one in plan)
    closed = {(one.way.student, one.way.offer) for one in plan if one not in week.fixed} & set(week.forbidden)
    already = used(week, week.fixed)
    found = [f"{one} is placed {many} times" for one, many in students.items() if many > 1]
    found += [f"{one} does not stay" for one in week.fixed if one not in plan]
    found += [f"{one} is forbidden" for one in closed]
    found += [f"{one.days} are no choice of {one.way}" for one in plan if one.days not in one.way.choices]
    found += [
        f"{resource}: {many} are taken"
        for resource, many in used(week, plan).items()
        if many > max(week.there(resource), already[resource])
    ]
    return [*found, *_broken_groups(week, plan)]


def _broken_groups(week: Week, plan: Sequence[Placed]) -> Iterator[str]:
    sizes, already = heads(week, plan), heads(week, week.fixed)
    for (group, cell), size in sizes.items():
        bounds = week.groups[group]
        if size != already[group, cell] and not bounds.smallest <= size <= bounds.largest:
            yield f"{group} has {size} members in {cell}"
    before, after = (
        Counter((group[1], cell) for group, cell in counted if group not in week.led) for counted in (already, sizes)
    )
    for (school, cell), many in after.items():
        if school in week.supervisors and many > max(week.supervisors[school], before[school, cell]):
            yield f"{school} goes along with {many} groups in {cell}"
