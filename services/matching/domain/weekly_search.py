"""The best plan for the days of the week that is found within a time: neighbourhood after neighbourhood, each exactly.

A region at once is more than HiGHS decides in minutes. So the plan begins as the flow's, and again and again some
students who could be in each other's way are freed, all others stay as if they were fixed, and the programme for those
few is solved to the end (large neighbourhood search, https://doi.org/10.1007/3-540-49481-2_30). First those are the
students of a school, so that its groups form, then some forty who sit near each other. Nothing gets worse by it; how
far the best plan of all can be away at most say the programmes of the schools and the relaxation of the whole.
"""

import time
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from random import Random
from typing import TypeVar

from services.matching.domain import weekly_schools
from services.matching.domain.engine import Engine
from services.matching.domain.weekly import Group, Placed, Way, Week, broken, worth
from services.matching.domain.weekly_flow import by_rounds
from services.matching.domain.weekly_mip import Programme, harder_than

T = TypeVar("T")

FREED = 40
"""Students at once: with fewer there is little to gain, with more it takes seconds (docs/performance.md)."""

OFFERS = 6
"""Of those that a student could go to, so many are looked into at a time."""

NEAR = 0.005
"""A gap with which the bound is good enough: a better one costs minutes in which better plans could be found."""

SEED = 1


@dataclass(frozen=True)
class Packed:
    """A plan, those who are fixed included, and what is known of it."""

    plan: tuple[Placed, ...]
    flow: tuple[Placed, ...]
    """What it began with."""
    most: int
    """No plan places more."""
    seconds: float

    @property
    def gap(self) -> float:
        """By what share more could be placed at most."""
        return gap(self.most, self.plan)


def gap(most: int, plan: Sequence[Placed]) -> float:
    """By what share more than a plan places could be placed at most."""
    return max(0.0, most / max(1, len(plan)) - 1)


def pack(week: Week, engine: Engine, seconds: float) -> Packed:
    """The best plan that is found within a time; never worse than the flow's, which is not counted in that."""
    flow = by_rounds(week, engine)
    begun = time.monotonic()
    search = Search(week, flow, seconds)
    for _ in search.steps():
        pass
    return Packed(search.plan, flow, search.most, time.monotonic() - begun)


class Search:
    """A plan that gets better."""

    def __init__(
        self, week: Week, flow: Sequence[Placed], seconds: float, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.week, self.clock, self.until = week, clock, clock() + seconds
        self.plan, self.least = tuple(flow), harder_than(flow)
        self.random = Random(SEED)  # noqa: S311 — no secret
        self.ways: dict[Hashable, list[Way]] = defaultdict(list)
        self.could: dict[Hashable, list[Hashable]] = defaultdict(list)
        """Who could go to an offer."""
        self.members: dict[Group, list[Hashable]] = defaultdict(list)
        """Who could be in a group."""
        for way in week.open_ways:
            self.ways[way.student].append(way)
            self.could[way.offer].append(way.student)
            if way.group in week.groups:
                self.members[way.group].append(way.student)
        self.most = len(week.fixed) + len(self.ways)
        """No plan places more."""

    @property
    def left(self) -> float:
        """Seconds."""
        return self.until - self.clock()

    def steps(self) -> Iterator[None]:
        """Better the plan, step by step, until a pass over all finds nothing or time is over."""
        if len(self.ways) <= FREED:
            if self._better(list(self.ways)):
                self.most = len(self.plan)
            yield
            return
        yield from self._regroup()
        self._bound()
        before = None
        while before != self.plan:
            before = self.plan
            for students in self._neighbourhoods():
                if self.left <= 0:
                    return
                self._better(students)
                yield

    def _regroup(self) -> Iterator[None]:
        """Let groups form, school by school, first where most have no place; again while that places more."""
        flow, before = self.plan, -1
        schools = weekly_schools.by_school(self.week) if self.week.groups else {}
        while before < len(self.plan) < self.most and self.left > 0:
            before = len(self.plan)
            for school in sorted(schools, key=lambda one: -self._without(schools[one])):
                programme = weekly_schools.regrouped(self.week, self.plan, schools[school], self.least)
                found = programme.sparing(self.plan, self.left / 4)
                if _who(found) >= _who(self.plan) and not broken(self.week, found):
                    self.plan = found
                yield
        self.plan = max(flow, self.plan, key=worth)

    def _without(self, ways: Iterable[Way]) -> int:
        where = self._where()
        return len({way.student for way in ways if way.student not in where})

    def _bound(self) -> None:
        """How many can be placed at most: what the schools say, and where that is far away what the relaxation says."""
        if self.week.groups and len(self.plan) < self.most:
            until = self.clock() + self.left / 2
            self.most = min(self.most, weekly_schools.most(self.week, lambda: until - self.clock()))
        if gap(self.most, self.plan) > NEAR or not self.week.groups:
            self.most = min(self.most, Programme(self.week).most(self.left / 2) or self.most)

    def _better(self, students: Sequence[Hashable]) -> bool:
        """Plan these students anew with all others as they are; whether nothing better can be had for them."""
        free = set(students)
        others = tuple(one for one in self.plan if one.way.student not in free or one in self.week.fixed)
        ways = [way for student in students for way in self.ways[student]]
        programme = Programme(replace(self.week, ways=ways, fixed=others), self.least)
        found = programme.best(self.plan, self.left)
        if worth(found) > worth(self.plan) and not broken(self.week, found):
            self.plan = found
        return programme.exact

    def _neighbourhoods(self) -> Iterator[list[Hashable]]:
        """Around who has no place; around groups that could form; around who could be better off."""
        seen = set[Hashable]()
        for student in self._shuffled(self.ways):
            if student not in self._where():
                yield self._around([student])
        for group in self._promising_groups():
            if len(self.plan) < self.most:
                yield self._around(self._could_join(group))
        for student in self._shuffled(self.ways):
            if student not in seen and self._could_be_better(student):
                yield (near := self._around([student]))
                seen.update(near)

    def _where(self) -> dict[Hashable, Placed]:
        return {one.way.student: one for one in self.plan}

    def _shuffled(self, values: Iterable[T]) -> list[T]:
        mixed = list(values)
        self.random.shuffle(mixed)
        return mixed

    def _promising_groups(self) -> list[Group]:
        """Those to which somebody could come who has no place; first those to which most could."""
        where = self._where()
        without = {group: sum(one not in where for one in could) for group, could in self.members.items()}
        promising = [group for group, many in without.items() if many]
        return sorted(self._shuffled(promising), key=lambda group: -without[group])

    def _could_join(self, group: Group) -> list[Hashable]:
        """Enough for a group, first those who have no place."""
        where = self._where()
        return sorted(self._shuffled(self.members[group]), key=lambda student: student in where)[: FREED // 2]

    def _could_be_better(self, student: Hashable) -> bool:
        one = self._where().get(student)
        return one is None or max(map(_value, self.ways[student])) > _value(one.way)

    def _around(self, students: Sequence[Hashable]) -> list[Hashable]:
        """These students, and those who are where they could go or could come there, and so on."""
        sitting = defaultdict(list)
        where = self._where()
        for one in where.values():
            sitting[one.way.offer].append(one.way)
        near = dict.fromkeys(students)
        for student in students:
            near.update(dict.fromkeys(self._whole_group(where.get(student), sitting)))
        queue = list(near)
        for student in queue:
            for offer in self._shuffled({way.offer: None for way in self.ways[student]})[:OFFERS]:
                if len(near) >= FREED:
                    return list(near)
                there = [way.student for way in sitting[offer] if way.student in self.ways]
                without = [one for one in self.could[offer] if one not in where and one not in near]
                new = [one for one in (*there, *without[:2]) if one not in near]
                near.update(dict.fromkeys(new))
                queue += new
                for other in new:
                    near.update(dict.fromkeys(self._whole_group(where.get(other), sitting)))
        return list(near)

    def _whole_group(self, one: Placed | None, sitting: dict[Hashable, list[Way]]) -> list[Hashable]:
        """All who are in the same group: freed together, since a part of them would not stay a group."""
        if one is None or one.way.group not in self.week.groups:
            return []
        return [
            way.student for way in sitting[one.way.offer] if way.group == one.way.group and way.student in self.ways
        ]


def _who(plan: Sequence[Placed]) -> tuple[int, ...]:
    """What of the worth of a plan does not say how they like it."""
    return worth(plan)[:-2]


def _value(way: Way) -> tuple[int, int]:
    return way.candidate.wish, way.candidate.points
