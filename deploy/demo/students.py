"""About 300 invented students: wishes, needs and limits drawn plausibly, and how each will answer and end."""

import json
import math
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum
from itertools import pairwise
from random import Random
from typing import Any

from deploy.demo.organisations import DATA, TASKS, Address, Employer, School, Town
from shared.events.codes import Guidance, Outcome, OutflowProfile, PlacementKind, SchoolKind, Weekday

FIRST_DAY = date(2024, 2, 1)
LAST_DAY = date(2024, 7, 12)
"""The half school year that is played: from the start of the second semester to the last Friday before the holidays."""

WORKING_WEEK = (Weekday.MONDAY, Weekday.TUESDAY, Weekday.WEDNESDAY, Weekday.THURSDAY, Weekday.FRIDAY)

STUDENTS_BY_REGION = {
    "AM11": 44,
    "AM02": 44,
    "AM01": 32,
    "AM21": 47,
    "AM07": 16,
    "AM27": 24,
    "AM25": 29,
    "AM30": 37,
    "AM36": 27,
}
"""300 in all: half by the region's share of the schools, half by its share of the places."""

GUIDANCE_SHARES = {SchoolKind.PRO: (30, 45, 20, 5), SchoolKind.VSO: (12, 38, 36, 14)}
"""Per cent that needs no, limited, full, intensive guidance: the shares the matching model was measured with."""

PROFILE_SHARES = {SchoolKind.PRO: (77, 7, 2, 14), SchoolKind.VSO: (50, 17, 18, 15)}
"""Per cent that is heading for work, sheltered work, day activity, further education."""

LIMITS = ("lifting", "standing", "crowds", "noise", "pace", "reading", "arithmetic", "customers", "heights", "machines")
CERTIFICATES = ("vca", "bhv", "ehbo", "basisschoonmaak", "heftruck")
AGES = {
    SchoolKind.PRO: ((15, 16, 17, 18), (20, 35, 30, 15)),
    SchoolKind.VSO: ((15, 16, 17, 18, 19), (10, 25, 30, 20, 15)),
}


def working_day(day: date) -> date:
    """The day itself, or the Monday after a weekend."""
    return day + timedelta(days=7 - day.weekday()) if day.weekday() > 4 else day


class HardToPlace(StrEnum):
    """Why a student will hardly find a place in the own region, whatever the system does."""

    UNREALISTIC_WISH = "unrealistic-wish"
    NARROW_TRAVEL = "narrow-travel"


@dataclass(frozen=True)
class Wish:
    """A kind of work that a student would like; rank 1 is the first choice."""

    rank: int
    sector: str
    tasks: tuple[str, ...]

    def body(self) -> dict[str, Any]:
        """The wish as the API takes it."""
        return {"rank": self.rank, "sector": self.sector, "tasks": list(self.tasks)}


@dataclass(frozen=True)
class Ending:
    """How a student's placement will end, should there be one: early after so many days, or at its end date."""

    outcome: Outcome
    early_after_days: int | None = None
    reason: str | None = None


@dataclass(frozen=True)
class Student:
    """A student as the own school knows him or her, and the script that the demo follows for this one."""

    key: str
    school: str
    given_name: str
    family_name: str
    birth_date: date
    region: str
    address: Address
    wishes: tuple[Wish, ...]
    accepts_neighbouring_work: bool
    limits: tuple[str, ...]
    certificates: tuple[str, ...]
    guidance_need: Guidance
    has_jobcoach: bool
    outflow_profile: OutflowProfile
    travel_mode: str
    travel_minutes: int
    last_year: bool
    placement_kind: PlacementKind
    ready_on: date
    begin_date: date
    end_date: date
    weekdays: tuple[Weekday, ...]
    days_per_week: int
    hard_to_place: HardToPlace | None
    declines: tuple[str, ...]
    """Reason codes with which the coordinator declines the first proposals; every later one is accepted."""
    ending: Ending

    def body(self) -> dict[str, Any]:
        """What `POST /v1/students` takes."""
        return {
            "givenName": self.given_name,
            "familyName": self.family_name,
            "birthDate": self.birth_date.isoformat(),
            "address": self.address.body(),
            "school": self.school,
            "wishes": [wish.body() for wish in self.wishes],
            "acceptsNeighbouringWork": self.accepts_neighbouring_work,
            "limits": list(self.limits),
            "certificates": list(self.certificates),
            "guidanceNeed": self.guidance_need.value,
            "hasJobcoach": self.has_jobcoach,
            "outflowProfile": self.outflow_profile.value,
            "travel": {"mode": self.travel_mode, "maxMinutes": self.travel_minutes},
            "lastYear": self.last_year,
            "placementKind": self.placement_kind.value,
            "beginDate": self.begin_date.isoformat(),
            "endDate": self.end_date.isoformat(),
            "weekdays": [day.value for day in self.weekdays],
            "daysPerWeek": self.days_per_week,
        }


def draw_students(
    schools: Sequence[School], employers: Sequence[Employer], towns: Mapping[str, Town], random: Random
) -> tuple[Student, ...]:
    """The students of all schools; a region's students are spread over its schools by the schools' size."""
    names = json.loads((DATA / "names.json").read_text(encoding="utf-8"))
    found: list[Student] = []
    for region, count in STUDENTS_BY_REGION.items():
        own = [school for school in schools if school.region == region]
        nearby_employers = [employer for employer in employers if employer.region == region]
        nearby = [town for town in towns.values() if town.region == region]
        for school, number in zip(own, _shares(count, own), strict=True):
            for _ in range(number):
                key = f"S{len(found) + 1:03d}"
                found.append(_student(key, school, nearby_employers, nearby, names, random))
    return tuple(found)


def _shares(count: int, schools: Sequence[School]) -> list[int]:
    """How many of `count` go to each school: by size, everybody at least two, and the sum is right."""
    weights = [school.student_count + 60 for school in schools]
    edges = [round(count * sum(weights[:i]) / sum(weights)) for i in range(len(weights) + 1)]
    return [after - before for before, after in pairwise(edges)]


def _student(
    key: str,
    school: School,
    employers: Sequence[Employer],
    nearby: Sequence[Town],
    names: Mapping[str, Sequence[str]],
    random: Random,
) -> Student:
    ages, shares = AGES[school.kind]
    age = random.choices(ages, shares)[0]
    ready_on = _ready_on(random)
    begin = working_day(ready_on + timedelta(days=random.choice((7, 10, 14))))
    town = next(town for town in nearby if town.place == school.address.place)
    home = town if random.random() < 0.82 else random.choice(nearby)
    mode, minutes = _travel(school.kind, home.place != school.address.place, random)
    days = random.choices((2, 3, 4, 5), (10, 20, 40, 30))[0]  # with four, nobody shares a seat: somebody waits for it
    last_year = age >= 17 and random.random() < 0.6
    profile = random.choices(list(OutflowProfile), PROFILE_SHARES[school.kind])[0]
    need = random.choices(list(Guidance), GUIDANCE_SHARES[school.kind])[0]
    student = Student(
        key=key,
        school=school.brin,
        given_name=random.choice(names["given"]),
        family_name=random.choice(names["family"]),
        birth_date=FIRST_DAY - timedelta(days=age * 365 + age // 4 + random.randrange(1, 360)),
        region=school.region,
        address=home.address(random, spread_km=2.5),
        wishes=_wishes(employers, home.place, random),
        accepts_neighbouring_work=random.random() < 0.9,
        limits=_some(LIMITS, 0.16 if school.kind is SchoolKind.VSO else 0.08, 3, random),
        certificates=_some(CERTIFICATES, 0.12, 2, random),
        guidance_need=need,
        has_jobcoach=need in {Guidance.FULL, Guidance.INTENSIVE} and random.random() < 0.45,
        outflow_profile=profile,
        travel_mode=mode,
        travel_minutes=minutes,
        last_year=last_year,
        placement_kind=PlacementKind.INTERNSHIP,
        ready_on=ready_on,
        begin_date=begin,
        end_date=_end_date(begin, random),
        weekdays=tuple(sorted(random.sample(WORKING_WEEK, k=min(5, days + 1)), key=WORKING_WEEK.index)),
        days_per_week=days,
        hard_to_place=None,
        declines=_declines(random),
        ending=_ending(last_year=last_year, random=random),
    )
    return _made_hard(student, {employer.sector for employer in employers}, random)


def _made_hard(student: Student, sectors: AbstractSet[str], random: Random) -> Student:
    """One in twelve gets a wish that nobody near can honour, or may travel so little that nobody is near."""
    drawn = random.random()
    if drawn < 0.05:
        far = sorted(set(TASKS) - sectors) or ["textiel-en-mode"]
        sector = random.choice(far)
        wish = Wish(1, sector, TASKS[sector][:1])
        return replace(
            student, wishes=(wish,), accepts_neighbouring_work=False, hard_to_place=HardToPlace.UNREALISTIC_WISH
        )
    if drawn < 0.085:
        return replace(student, travel_mode="walk", travel_minutes=10, hard_to_place=HardToPlace.NARROW_TRAVEL)
    return student


def _ready_on(random: Random) -> date:
    """Half of them at the start of the semester, the others spread until the middle of May; always a weekday."""
    days = random.randrange(14) if random.random() < 0.5 else random.randrange(14, 104)
    return working_day(FIRST_DAY + timedelta(days=days))


def _end_date(begin: date, random: Random) -> date:
    """To the end of the school year, or ten weeks if that is sooner; those who begin late stay at least five weeks."""
    weeks_10 = begin + timedelta(weeks=10)
    return min(weeks_10, LAST_DAY) if random.random() < 0.4 else LAST_DAY


def _travel(kind: SchoolKind, lives_elsewhere: bool, random: Random) -> tuple[str, int]:
    """Mode and minutes at most; whoever lives in another town than the school does not walk."""
    shares = (5, 50, 45, 0) if kind is SchoolKind.PRO else (5, 25, 43, 27)
    mode = random.choices(("walk", "bike", "public-transport", "taxi"), shares)[0]
    if lives_elsewhere and mode in {"walk", "bike"}:
        mode = "public-transport"
    longest = {"walk": (20, 30), "bike": (20, 30, 45), "public-transport": (45, 60, 75, 90), "taxi": (30, 45, 60)}
    return mode, random.choice(longest[mode])


def _wishes(employers: Sequence[Employer], home: str, random: Random) -> tuple[Wish, ...]:
    """One to three wishes: mostly kinds of work that there is, near home first, since students look around before."""
    weights = [math.sqrt(e.places_per_year) * (4 if e.address.place == home else 1) for e in employers]
    wanted: list[str] = []
    for _ in range(random.choices((1, 2, 3), (15, 40, 45))[0]):
        known = random.choices(employers, weights)[0].sector
        sector = known if random.random() < 0.88 else random.choice(sorted(TASKS))
        if sector not in wanted:
            wanted.append(sector)
    return tuple(
        Wish(rank, sector, tuple(random.sample(TASKS[sector], k=random.choice((1, 2)))))
        for rank, sector in enumerate(wanted, start=1)
    )


def _some(codes: Sequence[str], share: float, at_most: int, random: Random) -> tuple[str, ...]:
    return tuple([code for code in codes if random.random() < share][:at_most])


def _declines(random: Random) -> tuple[str, ...]:
    reasons = ("too-far", "not-motivated", "work-does-not-fit", "guidance-does-not-fit")
    return tuple(random.choices(reasons, k=random.choices((0, 1, 2), (80, 15, 5))[0]))


def _ending(*, last_year: bool, random: Random) -> Ending:
    if random.random() < 0.12:
        reason = random.choice(("motivation", "no-match", "expectations", "distance"))
        return Ending(Outcome.STOPPED_EARLY, random.randrange(14, 50), reason)
    if random.random() < (0.35 if last_year else 0.04):
        return Ending(Outcome.JOB)
    return Ending(Outcome.CONTINUED_ELSEWHERE if random.random() < 0.05 else Outcome.COMPLETED)
