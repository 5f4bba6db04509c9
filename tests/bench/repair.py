"""A plan that is kept: what each kind of event takes to repair, beside planning anew, and how many move by it."""

import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from random import Random
from typing import Any

import numpy as np

from services.matching.domain.engine import Candidate, Problem
from services.matching.domain.kept import KeptPlan
from services.matching.domain.paths import quick_order
from tests.bench.plan import Ours, milliseconds
from tests.bench.table import Sheet, Table
from tests.support.optimum import flow_of
from tests.support.population import a_problem, a_region

KINDS = (("normal", 1.4), ("tight", 0.9))
STAYS = (0, 2000, 8000)
"""What a move costs; a step of a wish is worth 2000."""

HELD_BACK = 10
"""One in so many students and employers comes in the course of events."""

COLUMNS = ("region, event", "events", "p50 ms", "p95 ms", "max ms", "anew : p95", "OR-Tools : p95")
MOVES = ("region", "events", "a move costs", "moves, mean", "moves, p95", "moves, max", "worth lost %")

Happening = tuple[str, Callable[[], None]]


class Course:
    """What happens to a region, in turn and at random."""

    def __init__(self, whole: Problem, stay: int, seed: int = 1) -> None:
        self.random, self.whole = Random(seed), whole
        self.by_student, self.by_unit = defaultdict[Any, list[Candidate]](list), defaultdict[Any, list[Candidate]](list)
        for one in whole.candidates:
            self.by_student[one.student].append(one)
            self.by_unit[one.takes_from].append(one)
        self.coming = self.random.sample(list(self.by_student), len(self.by_student) // HELD_BACK + 1)
        outer = [unit for unit in self.by_unit if unit not in whole.around]
        self.offered = self.random.sample(outer, len(outer) // HELD_BACK + 1)
        absent, shut = set(self.coming), set(self.offered)
        here = [
            one
            for one in whole.candidates
            if one.student not in absent and whole.around.get(one.offer, one.offer) not in shut
        ]
        self.here = dict.fromkeys(one.student for one in here)
        self.seats: dict[Any, int] = dict(whole.seats)
        self.paused: list[Any] = []
        self.plan = KeptPlan(replace(whole, candidates=here), stay)
        self.plan.moved()

    def events(self, many: int) -> Iterator[Happening]:
        """So many, as long as somebody comes."""
        kinds = (self._ready, self._withdrawn, self._declined, self._ended, self._offered, self._paused, self._resumed)
        for number in range(many):
            if not (self.coming and self.offered):
                return
            yield kinds[number % len(kinds)]()

    def _ready(self) -> Happening:
        student = self.coming.pop()
        self.here[student] = None
        open_to = [one for one in self.by_student[student] if self._outer(one) not in self.offered]
        return "student ready", partial(self.plan.put, student, open_to)

    def _withdrawn(self) -> Happening:
        student = self.random.choice(list(self.here))
        del self.here[student]
        return "student withdrawn", partial(self.plan.drop, student)

    def _declined(self) -> Happening:
        one = self._anybody()
        return "match declined", partial(self.plan.forbid, one.student, one.takes_from)

    def _ended(self) -> Happening:
        unit = self._outer(self._anybody())
        self.seats[unit] += 1
        return "placement ended", partial(self._set, unit)

    def _offered(self) -> Happening:
        outer = self.offered.pop()
        units = [outer, *(inner for inner, around in self.whole.around.items() if around == outer)]
        return "employer offered", partial(self._open, units)

    def _paused(self) -> Happening:
        unit = self._outer(self._anybody())
        self.paused.append(unit)
        return "employer paused", partial(self.plan.set_seats, unit, 0)

    def _resumed(self) -> Happening:
        return "employer resumed", partial(self._set, self.paused.pop())

    def _set(self, unit: Any) -> None:
        self.plan.set_seats(unit, self.seats[unit])

    def _open(self, units: list[Any]) -> None:
        for unit in units:
            candidates = [one for one in self.by_unit[unit] if one.student in self.here]
            self.plan.open(unit, self.seats[unit], candidates, self.whole.around.get(unit))

    def _anybody(self) -> Candidate:
        return self.random.choice(self.plan.plan)

    def _outer(self, one: Candidate) -> Any:
        return self.whole.around.get(one.takes_from, one.takes_from)


def measure(count: int, rounds: int, sheet: Sheet) -> None:
    """A middle region and the largest; with `count` at 4000 as large as real ones."""
    Course(a_problem(0, 60, 1.0), 0)  # so that nothing is compiled meanwhile
    times = Table("An event in a plan that is kept", COLUMNS)
    moves = Table("Who moves by an event", MOVES)
    for size, students in (("middle", count // 4), ("largest", count // 2)):
        for kind, ratio in KINDS:
            whole, net = a_problem(1, students, ratio), a_region(1, students, ratio)
            anew, _ = milliseconds(partial(Ours, net, quick_order(net)), rounds)
            others, _ = milliseconds(partial(flow_of, net), 1)
            best = 0.0
            for stay in STAYS:
                took, moved, points = _follow(Course(whole, stay), count // 4)
                best = best or points
                every = [each for some in moved.values() for each in some]
                moves.add(
                    f"{size}, {kind}",
                    len(every),
                    stay,
                    float(np.mean(every)),
                    _at(every, 95),
                    max(every),
                    100 * (1 - points / best),
                )
                if stay == STAYS[-1]:
                    for name, some in took.items():
                        p95 = _at(some, 95)
                        times.add(
                            f"{size}, {kind}: {name}",
                            len(some),
                            _at(some, 50),
                            p95,
                            max(some),
                            anew / p95,
                            others / p95,
                        )
    sheet.show(times)
    sheet.show(moves)


def _follow(course: Course, many: int) -> tuple[dict[str, list[float]], dict[str, list[int]], int]:
    """Milliseconds and moves of each event, by kind, and the points of the plan at the end."""
    took, moved = defaultdict[str, list[float]](list), defaultdict[str, list[int]](list)
    for name, happens in course.events(many):
        began = time.process_time()
        happens()
        moves = course.plan.moved()
        took[name].append(1000 * (time.process_time() - began))
        moved[name].append(sum(1 for one in moves if one.before is not None and one.after is not None))
    return took, moved, sum(one.wish + one.points for one in course.plan.plan)


def _at(figures: list[Any], percent: float) -> float:
    return float(np.percentile(figures, percent))
