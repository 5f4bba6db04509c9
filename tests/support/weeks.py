"""Made-up regions for the days of the week, by seed: those of `population.py`, with days, schools, groups and coaches.

One day to five are asked, two most often, and a student can on as many or on one more. One employer in twelve takes a
group beside its single seats, and one in three of those who need much guidance comes with a job coach, of whom each
school has few.
"""

from itertools import combinations

import numpy as np

from services.matching.domain.engine import Candidate
from services.matching.domain.weekly import Days, Way, Week
from services.matching.domain.widening import GroupBounds
from shared.events.codes import Weekday
from tests.support.population import Pairs, drawn

WEEK = tuple(Weekday)[:5]
DAYS_ASKED = (0.2, 0.38, 0.24, 0.1, 0.08)
TAKES_A_GROUP = 1 / 12
WITH_A_COACH = 1 / 3
STUDENTS_OF_A_SCHOOL = 70
COACHED_AT_A_TIME = 4
GROUPS_OF_A_SCHOOL = 2
GROUP = GroupBounds(smallest=5, largest=10)


def a_week(seed: int, students: int, ratio: float, *, groups: bool = True) -> Week:
    """A region with `ratio` free seats for each student, as in `a_region`; without groups, days alone are shared."""
    market, random = drawn(seed, students, ratio), np.random.default_rng(seed + 1)
    choices = [_choices(random) for _ in range(students)]
    school = random.integers(0, max(1, students // STUDENTS_OF_A_SCHOOL), students)
    coached = market.needs_much & (random.random(students) < WITH_A_COACH)
    takes_groups = random.random(len(market.seats)) < (TAKES_A_GROUP if groups else 0)
    ways: list[Way] = []
    for owner, at, candidate in _candidates(market):
        coach = int(school[owner]) if coached[owner] else None
        ways.append(Way(candidate, int(school[owner]), choices[owner], coach=coach))
        if takes_groups[at]:
            ways.append(Way(_in_group(candidate, at), int(school[owner]), choices[owner]))
    seats = {int(at): _all_week(int(many)) for at, many in enumerate(market.seats)}
    guided = {("guided", at): _all_week((cells[0, WEEK[0]] + 1) // 2) for at, cells in seats.items()}
    of_groups = {("group", int(at)): GROUP for at in np.nonzero(takes_groups)[0]}
    schools = range(int(school.max()) + 1)
    return Week(
        ways,
        {**seats, **guided, **{name: _all_week(GROUP.largest) for name in of_groups}},
        {name: name[1] for name in guided},
        {(name, one): bounds for name, bounds in of_groups.items() for one in schools},
        dict.fromkeys(schools, GROUPS_OF_A_SCHOOL),
        dict.fromkeys(schools, COACHED_AT_A_TIME),
    )


def _choices(random: np.random.Generator) -> tuple[Days, ...]:
    asked = int(random.choice(5, p=DAYS_ASKED)) + 1
    can = sorted(random.choice(5, min(5, asked + int(random.integers(0, 2))), replace=False))
    return tuple(combinations([WEEK[int(day)] for day in can], asked))


def _candidates(market: Pairs) -> list[tuple[int, int, Candidate]]:
    found = []
    for row, (owner, at) in enumerate(zip(market.student.tolist(), market.employer.tolist(), strict=True)):
        unit = ("guided", at) if market.needs_much[owner] else None
        wish, points = int(market.wishes[row]), int(market.points[row])
        found.append((owner, at, Candidate(owner, at, int(market.hardness[owner]), points, (owner, at), wish, unit)))
    return found


def _in_group(one: Candidate, at: int) -> Candidate:
    return Candidate(one.student, ("group", at), one.hardness, one.points, (*one.rank, "group"), one.wish)


def _all_week(many: int) -> dict[tuple[int, Weekday], int]:
    return {(0, day): many for day in WEEK}
