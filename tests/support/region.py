"""A made-up region as matching knows it: students with profiles and offers with facts, by seed; no real people in it."""

from dataclasses import dataclass
from datetime import date
from random import Random
from typing import Any

from services.matching.domain.model import Profile
from shared.events.codes import SECTORS, Guidance, OutflowProfile, PlacementKind
from shared.events.intake import EmployerOffered
from shared.ids import new_id

REGION = "AM11"
CENTRE = (52.45, 5.45)
SPREAD = 0.12
"""Degrees of latitude within which most live and work: a middle region is some thirty kilometres across."""

SEATS = (1, 1, 1, 1, 2, 2, 3, 5)
"""Few employers have many seats."""

BEGIN, END = date(2026, 9, 7), date(2027, 2, 12)
WEEK = ("mon", "tue", "wed", "thu", "fri")


@dataclass
class MadeUp:
    """Students and offers, more of them whenever they are asked for."""

    random: Random
    schools: tuple[Any, ...]

    @classmethod
    def region(cls, seed: int) -> "MadeUp":
        """One with five schools."""
        return cls(Random(seed), tuple(new_id() for _ in range(5)))

    def student(self) -> Profile:
        """Somebody who has three wishes, and works four or five days a week."""
        random = self.random
        wishes = random.sample(SECTORS, 3)
        return Profile.model_validate(
            {
                "student_id": new_id(),
                "school_id": random.choice(self.schools),
                "birth_year_month": f"20{random.randint(6, 9):02}-{random.randint(1, 12):02}",
                "region": REGION,
                "municipality": "GM0995",
                "location": self._spot(),
                "travel": {
                    "mode": random.choice(("bike", "public-transport", "bike")),
                    "max_minutes": random.randint(25, 60),
                },
                "wishes": [{"rank": rank, "sector": each} for rank, each in enumerate(wishes, 1)],
                "accepts_neighbouring_work": random.random() < 0.5,
                "limits": [each for each in ("till", "noise", "lifting") if random.random() < 0.15],
                "guidance_need": random.choice(("none", "limited", "limited", "full")),
                "begin_date": BEGIN,
                "end_date": END,
                "weekdays": WEEK,
                "days_per_week": random.choice((4, 5)),
            }
        )

    def offer(self) -> EmployerOffered:
        """A place that is open all week, from one seat on."""
        random = self.random
        return EmployerOffered.model_validate(
            {
                "offer_id": new_id(),
                "employer_id": new_id(),
                "kind": PlacementKind.INTERNSHIP,
                "sector": random.choice(SECTORS),
                "demands": [each for each in ("till", "noise", "lifting") if random.random() < 0.15],
                "seats": random.choice(SEATS),
                "begin_date": date(2026, 9, 1),
                "end_date": date(2027, 7, 9),
                "weekdays": WEEK,
                "region": REGION,
                "municipality": "GM0995",
                "location": self._spot(),
                "guidance": random.choice((Guidance.LIMITED, Guidance.FULL)),
                "outflow_profiles": [OutflowProfile.WORK],
                "minimum_age": None,
                "jobcoach_welcome": False,
                "job_prospect": False,
                "valid_until_date": None,
                "brought_in_by": None,
                "private_to": None,
            }
        )

    def offers(self, seats: int) -> list[EmployerOffered]:
        """So many that they have about so many seats together."""
        found, made = list[EmployerOffered](), 0
        while made < seats:
            found.append(self.offer())
            made += found[-1].seats
        return found

    def _spot(self) -> dict[str, float]:
        latitude = self.random.gauss(CENTRE[0], SPREAD / 2)
        return {"latitude": latitude, "longitude": self.random.gauss(CENTRE[1], SPREAD)}
