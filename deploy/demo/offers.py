"""What the demo's employers offer in half a school year, at once or only when somebody calls."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from random import Random
from typing import Any, Self

from deploy.demo.organisations import TASKS, Employer
from deploy.demo.students import FIRST_DAY, LAST_DAY, WORKING_WEEK, working_day
from shared.events.codes import EmployerKind, Guidance, OutflowProfile, PlacementKind, Weekday

HALF_YEAR_SHARE = 0.7
"""Of the places of a year; more than half, since most schools place most students in the second semester."""

ALSO_OFFERED = {
    "detailhandel": ("logistiek",),
    "leerwerkbedrijf": ("logistiek", "techniek-en-productie", "facilitaire-dienstverlening", "detailhandel"),
    "overheid": ("facilitaire-dienstverlening",),
    "recreatie": ("horeca",),
    "sport": ("horeca",),
    "zorg-en-welzijn": ("horeca", "facilitaire-dienstverlening"),
}
"""Other kinds of work that an employer has: the restaurant of a care home, the storeroom of a shop (report, 3.2)."""

ONLY_WHEN_CALLED_SHARE = 0.25
"""Of the smaller regular employers: they have places, but say so only on the telephone (REQUIREMENTS M1)."""

FEW_EMPLOYERS = 2
"""A region with so few would have no open place at all if one of them waited."""

DEMANDS = {
    "detailhandel": ("customers", "standing"),
    "facilitaire-dienstverlening": ("standing",),
    "horeca": ("pace", "crowds"),
    "logistiek": ("lifting", "pace"),
    "overheid": ("lifting",),
    "persoonlijke-verzorging": ("customers", "standing"),
    "recreatie": ("lifting",),
    "sport": ("crowds",),
    "techniek-en-productie": ("noise", "machines"),
    "textiel-en-mode": ("machines",),
    "zorg-en-welzijn": ("standing",),
}
CERTIFICATES = {"techniek-en-productie": "vca", "logistiek": "heftruck"}


@dataclass(frozen=True)
class Offer:
    """Places at an employer, and the day on which they become known."""

    key: str
    employer: str
    on: date
    kind: PlacementKind
    sector: str
    tasks: tuple[str, ...]
    demands: tuple[str, ...]
    certificates: tuple[str, ...]
    seats: int
    begin_date: date
    end_date: date
    weekdays: tuple[Weekday, ...]
    minimum_age: int | None
    guidance: Guidance
    jobcoach_welcome: bool
    outflow_profiles: tuple[OutflowProfile, ...]
    job_prospect: bool

    def starting(self, day: date) -> Self:
        """The same places, known and open from a day on."""
        return replace(self, on=day, begin_date=day)

    def body(self) -> dict[str, Any]:
        """What `POST /v1/employers/{id}/offers` takes."""
        return {
            "kind": self.kind.value,
            "sector": self.sector,
            "tasks": list(self.tasks),
            "demands": list(self.demands),
            "certificates": list(self.certificates),
            "seats": self.seats,
            "beginDate": self.begin_date.isoformat(),
            "endDate": self.end_date.isoformat(),
            "weekdays": [day.value for day in self.weekdays],
            "minimumAge": self.minimum_age,
            "guidance": self.guidance.value,
            "jobcoachWelcome": self.jobcoach_welcome,
            "outflowProfiles": [profile.value for profile in self.outflow_profiles],
            "jobProspect": self.job_prospect,
        }


def draw_offers(employers: Sequence[Employer], random: Random) -> tuple[tuple[Offer, ...], tuple[Offer, ...]]:
    """The offers that employers make, and those that an employer makes only when it is called (one for each)."""
    made: list[Offer] = []
    when_called: list[Offer] = []
    in_region = Counter(employer.region for employer in employers)
    for employer in employers:
        small = employer.kind is EmployerKind.REGULAR and employer.places_per_year <= 12
        if small and in_region[employer.region] > FEW_EMPLOYERS and random.random() < ONLY_WHEN_CALLED_SHARE:
            when_called.append(_offer(employer, "called", FIRST_DAY, max(1, employer.places_per_year // 3), random))
            continue
        made.extend(_rounds(employer, random))
        when_called.append(_offer(employer, "called", FIRST_DAY, 1, random))
    return tuple(made), tuple(when_called)


def _rounds(employer: Employer, random: Random) -> list[Offer]:
    """The half year's places: two thirds at its start, the others in April; many are of several kinds of work."""
    seats = max(1, round(employer.places_per_year * HALF_YEAR_SHARE))
    start = working_day(FIRST_DAY + timedelta(days=random.randrange(6)))
    if seats <= 3:
        return [_offer(employer, "a", start, seats, random)]
    later = working_day(date(2024, 4, 2) + timedelta(days=random.randrange(14)))
    first = round(seats * 2 / 3)
    offers = [_offer(employer, "a", start, first, random), _offer(employer, "b", later, seats - first, random)]
    return [part for offer in offers for part in _kinds_of_work(offer, ALSO_OFFERED.get(employer.sector, ()))]


def _kinds_of_work(offer: Offer, others: Sequence[str]) -> list[Offer]:
    """An offer of four seats or more is one for each kind of work, half of the seats being of the main one."""
    if offer.seats < 4 or not others:
        return [offer]
    sectors = others[: offer.seats // 4]
    each = offer.seats // 2 // len(sectors)
    parts = [
        replace(offer, key=f"{offer.key}-{sector}", sector=sector, tasks=TASKS[sector], seats=each)
        for sector in sectors
    ]
    return [replace(offer, seats=offer.seats - each * len(sectors)), *parts]


def _offer(employer: Employer, round_: str, on: date, seats: int, random: Random) -> Offer:
    open_to_all = employer.kind is not EmployerKind.REGULAR
    needs = employer.sector in CERTIFICATES and random.random() < 0.2
    return Offer(
        key=f"{employer.key}-{round_}",
        employer=employer.key,
        on=on,
        kind=PlacementKind.INTERNSHIP,
        sector=employer.sector,
        tasks=employer.tasks,
        demands=tuple(demand for demand in DEMANDS.get(employer.sector, ()) if random.random() < 0.5),
        certificates=(CERTIFICATES[employer.sector],) if needs else (),
        seats=seats,
        begin_date=working_day(on + timedelta(days=3)),
        end_date=LAST_DAY,
        weekdays=WORKING_WEEK,
        minimum_age=random.choices((None, 15, 16), (60, 20, 20))[0],
        guidance=employer.guidance,
        jobcoach_welcome=open_to_all or random.random() < 0.75,
        outflow_profiles=_profiles(employer, random),
        job_prospect=bool(employer.jobs_per_year) and random.random() < 0.5,
    )


def _profiles(employer: Employer, random: Random) -> tuple[OutflowProfile, ...]:
    """Learn-work companies take everybody, others those on their way to work or school, and now and then more."""
    if employer.kind is not EmployerKind.REGULAR:
        return tuple(OutflowProfile)
    more = tuple(p for p in (OutflowProfile.SHELTERED, OutflowProfile.DAY_ACTIVITY) if random.random() < 0.45)
    return (OutflowProfile.WORK, OutflowProfile.FURTHER_EDUCATION, *more)
