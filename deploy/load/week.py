"""The peak week in September: who is there when it begins, and who and what comes in it."""

from dataclasses import dataclass
from random import Random
from typing import Any, Self

from deploy.demo.organisations import Town
from shared.events.codes import SECTORS

STUDENTS, EMPLOYERS, SEARCHING = 70_000, 40_000, 25_000
"""Of the country: in these schools; open to the group; looking for a place in the peak week."""

REGIONS = 35
SCHOOLS = 440
"""School locations of the country, each with coordinators of its own."""

WEEK_HOURS = 40.0
"""In which people work."""

PEAK_HOUR = 0.1
"""Of the week's students come in its fullest hour."""

REGION = "AM11"
WORDS = ("De Linde", "Van Dam", "Het Anker", "Noord", "De Brug", "Zonnehof", "Kroon", "De Meent")
NAME = "Lastproef"
"""What every made-up school is called, so that they are known again."""

SEATS = (1, 1, 1, 1, 2, 2, 3, 5)
"""Few employers have many seats: 2 on average."""

WORKING_DAYS = ("mon", "tue", "wed", "thu", "fri")
BEGIN, END = "2027-02-01", "2027-07-09"


@dataclass(frozen=True)
class Week:
    """How many of each, and where: a region lies in one, the country in those regions that the demo knows towns of."""

    scale: str
    towns: tuple[Town, ...]
    schools: int
    students: int
    employers: int
    searching: int
    seed: int
    hours: float | None = None
    """Of the fullest hour, how much is played: 1 for all of it; None for the whole week."""

    @classmethod
    def of(cls, scale: str, share: float, seed: int, hours: float | None = None) -> Self:
        """A share of a region's or the country's week, or of so many hours as full as its fullest."""
        part = share / (REGIONS if scale == "region" else 1)
        towns = tuple(town for town in Town.read().values() if scale == "country" or town.region == REGION)
        schools, students, employers, searching = (
            max(round(many * part), 2) for many in (SCHOOLS, STUDENTS, EMPLOYERS, SEARCHING)
        )
        return cls(scale, towns, schools, students, employers, searching, seed, hours)

    @property
    def seconds(self) -> float:
        """How long it lasts in real time."""
        return 3600 * (WEEK_HOURS if self.hours is None else self.hours)

    @property
    def coming(self) -> int:
        """Students who come to search while it is played."""
        if self.hours is None:
            return self.searching
        return min(self.searching, max(1, round(self.searching * PEAK_HOUR * self.hours)))

    @property
    def waiting(self) -> int:
        """Students that are registered and look for nothing meanwhile."""
        return self.students - self.coming


class Drawing:
    """Bodies of calls, drawn by seed; no real person or company is in them."""

    def __init__(self, week: Week) -> None:
        self._week = week
        self._random = Random(week.seed)  # noqa: S311 — a play, and the same one again for the same seed
        self._number = 0

    def town(self) -> Town:
        """Somewhere."""
        return self._random.choice(self._week.towns)

    def school(self, number: int, run: str) -> dict[str, Any]:
        """A school with a BRIN that no other run has given out, as far as chance goes: another one for each run."""
        chance = Random(f"{run} {number}")  # noqa: S311 — as above
        letters = "".join(chance.choice("ABCDEFGHJKLMNPQRSTUVWXYZ") for _ in range(2))
        kind, brin = ("pro", "vso")[number % 2], f"{chance.randrange(10, 100)}{letters}{number % 100:02}"
        name = f"{NAME} {run} {number}"
        return {"name": name, "brin": brin, "kind": kind, "address": self._address(self.town()), "studentCount": 160}

    def employer(self, town: Town) -> dict[str, Any]:
        """An employer near a school."""
        self._number += 1
        sector = self._random.choice(SECTORS)
        return {
            "name": f"{self._random.choice(WORDS)} {town.place} {self._number}",
            "kind": "regular",
            "sectors": [sector],
            "sizeClass": self._random.choice(("small", "medium", "large")),
            "recognition": "none",
            "guidance": "full",
            "placesPerYear": 3,
            "address": self._address(town),
            "confirmedNew": True,
        }

    def offer(self, sector: str) -> dict[str, Any]:
        """A place from one seat on, all week."""
        return {
            "kind": "internship",
            "sector": sector,
            "tasks": [],
            "seats": self._random.choice(SEATS),
            "beginDate": BEGIN,
            "endDate": END,
            "weekdays": WORKING_DAYS,
            "guidance": "full",
            "jobcoachWelcome": True,
            "outflowProfiles": ["work"],
        }

    def student(self, brin: str, town: Town) -> dict[str, Any]:
        """Somebody with three wishes who travels for half an hour or more."""
        self._number += 1
        wishes = self._random.sample(SECTORS, 3)
        return {
            "givenName": "Sam",
            "familyName": f"Proef{self._number}",
            "birthDate": f"{self._random.choice((2009, 2010))}-{self._random.randint(1, 12):02}-17",
            "address": self._address(town),
            "school": brin,
            "wishes": [{"rank": rank, "sector": sector, "tasks": []} for rank, sector in enumerate(wishes, 1)],
            "limits": [],
            "guidanceNeed": self._random.choice(("none", "limited", "full")),
            "hasJobcoach": False,
            "outflowProfile": "work",
            "certificates": [],
            "travel": {"mode": self._random.choice(("bike", "public-transport")), "maxMinutes": 60},
            "acceptsNeighbouringWork": True,
            "lastYear": False,
            "placementKind": "internship",
            "beginDate": BEGIN,
            "endDate": END,
            "weekdays": ["mon", "tue", "wed", "thu"],
            "daysPerWeek": self._random.choice((2, 3, 4)),
        }

    def pauses(self, number: int, seconds: float) -> list[float]:
        """Moments at which as many things happen, in no rhythm."""
        return sorted(self._random.uniform(0, seconds) for _ in range(number))

    def _address(self, town: Town) -> dict[str, Any]:
        return town.address(self._random).body()
