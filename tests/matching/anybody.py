"""Students and offers of every sort, at random: whatever bears on who suits where is there and is missing."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any

from services.matching.domain import words
from services.matching.domain.model import (
    Experience,
    Lesson,
    Market,
    Opening,
    Pause,
    Pin,
    PinKind,
    Profile,
    Refusal,
    Search,
    Stay,
    Told,
)
from services.matching.domain.pairs import STEPS
from services.matching.domain.sectors import NEAR
from services.matching.domain.terms import CIRCLES, Terms
from services.matching.domain.travel import Mode
from services.matching.domain.weights import Weights
from shared.events.codes import SECTORS, Guidance, OutflowProfile, PlacementKind, Recognition, Weekday
from tests.matching.examples import (
    LELYSTAD,
    OTHER_SCHOOL,
    SCHOOL,
    TODAY,
    a_profile,
    a_search,
    an_employer,
    an_offer,
    known_to,
    wish,
)

TASKS = ("afwassen", "bediening", "vakken-vullen")
SCHOOLS = (SCHOOL, OTHER_SCHOOL)
TERMS = (
    Terms(),
    Terms("AM11-2", Weights(travel=150, tasks=90, contact=-40, week_missed=-3), circles=CIRCLES[:-1]),
    Terms("AM11-4", circles=CIRCLES[:2]),
    Terms("AM11-3", near={**NEAR, SECTORS[0]: frozenset(SECTORS[1:3])}),
)


def some(random: Random, of: Sequence[Any], chance: float) -> list[Any]:
    """Each of these with a chance."""
    return [one for one in of if random.random() < chance]


def a_place(random: Random, spread: float = 0.12) -> dict[str, float]:
    """Somewhere around Lelystad, so many degrees at most."""
    return {
        "latitude": LELYSTAD["latitude"] + random.uniform(-spread, spread),
        "longitude": LELYSTAD["longitude"] + random.uniform(-2 * spread, 2 * spread),
    }


def any_student(random: Random, **facts: Any) -> Profile:
    """A profile; `facts` are sure."""
    begin = date(2026, 9, 1) + timedelta(days=random.randint(0, 200))
    values: dict[str, Any] = {
        "school_id": random.choice(SCHOOLS),
        "birth_year_month": f"{random.randint(2007, 2013)}-{random.randint(1, 12):02}",
        "location": a_place(random),
        "travel": {"mode": random.choice(list(Mode)), "max_minutes": random.choice([0, 10, 30, 45, 60])},
        "wishes": wish(*random.sample(SECTORS, random.randint(0, 4)), tasks=tuple(some(random, TASKS, 0.4))),
        "accepts_neighbouring_work": random.random() < 0.5,
        "limits": some(random, ["lifting", "noise", "cold"], 0.2),
        "certificates": some(random, ["vca", "bhv"], 0.5),
        "guidance_need": random.choice(list(Guidance)),
        "has_jobcoach": random.random() < 0.5,
        "outflow_profile": random.choice(list(OutflowProfile)),
        "placement_kind": random.choice(list(PlacementKind)),
        "last_year": random.random() < 0.5,
        "municipality": random.choice([None, "GM0995", "GM0034"]),
        "begin_date": begin,
        "end_date": random.choice([None, begin + timedelta(days=random.randint(-5, 200))]),
        "weekdays": some(random, list(Weekday), 0.6),
        "days_per_week": random.randint(1, 4),
    }
    return a_profile(**{**values, **facts})


def any_opening(random: Random, **facts: Any) -> Opening:
    """An offer with an employer whose seats are seldom taken; `facts` of the offer are sure."""
    begin = date(2026, 9, 1) + timedelta(days=random.randint(-60, 200))
    values: dict[str, Any] = {
        "kind": random.choice(list(PlacementKind)),
        "sector": random.choice(SECTORS[:6]),
        "tasks": some(random, TASKS, 0.4),
        "demands": some(random, ["lifting", "noise", "heat"], 0.2),
        "certificates": some(random, ["vca", "ehbo", "bhv"], 0.15),
        "seats": random.randint(1, 3),
        "begin_date": begin,
        "end_date": random.choice([None, begin + timedelta(days=random.randint(-5, 250))]),
        "weekdays": some(random, list(Weekday), 0.7),
        "location": a_place(random),
        "municipality": random.choice([None, "GM0995", "GM0034"]),
        "minimum_age": random.choice([None, None, 15, 16, 17]),
        "guidance": random.choice(list(Guidance)),
        "jobcoach_welcome": random.random() < 0.5,
        "outflow_profiles": some(random, list(OutflowProfile), 0.4),
        "job_prospect": random.random() < 0.5,
        "valid_until_date": random.choice([None, TODAY - timedelta(days=1), TODAY]),
        "private_to": random.choice([None, None, None, *SCHOOLS]),
    }
    keeper = random.choice([None, None, None, SCHOOL])
    stays = (Stay(begin, None),) if random.random() < 0.3 else ()
    pauses = (Pause(begin, None),) if random.random() < 0.2 else ()
    return Opening(an_offer(**{**values, **facts}), an_employer(private_to=keeper), stays=stays, pauses=pauses)


EASY: Mapping[str, Any] = {
    "placement_kind": "internship",
    "outflow_profile": "work",
    "accepts_neighbouring_work": True,
    "birth_year_month": "2008-01",
    "begin_date": date(2026, 9, 7),
    "end_date": None,
    "weekdays": ["mon", "tue", "thu"],
    "days_per_week": 2,
}
OPEN: Mapping[str, Any] = {
    "kind": "internship",
    "outflow_profiles": [],
    "valid_until_date": None,
    "private_to": None,
    "begin_date": date(2026, 9, 1),
    "end_date": None,
    "weekdays": [],
    "seats": 2,
}
"""What keeps most pairs apart is left out of three in four, so that the rest decides, and many are alike."""


def any_search(random: Random, offers: Sequence[Opening]) -> Search:
    """A search of any sort among these offers."""
    easy = dict(EASY) | {"travel": {"mode": "taxi", "max_minutes": random.choice([30, 60])}}
    own = any_student(random, **(easy if random.random() < 0.75 else {}))
    about = random.choice(offers).offer
    reason = random.choice(["too-far", "work-does-not-fit", "guidance-does-not-fit", "employer-declined"])
    lesson = Lesson(reason, about.offer_id, about.employer_id, about.sector, random.randint(20, 50), about.guidance)
    refused = {one.offer.offer_id: Refusal("too-far", _around_today(random)) for one in some(random, offers, 0.15)}
    more = {
        "tried": frozenset(some(random, SECTORS, 0.3)),
        "terms": random.choice(TERMS),
        "lessons": (lesson,) if random.random() < 0.2 else (),
        "refusals": refused if random.random() < 0.3 else {},
        "pins": _pins(random, offers) if random.random() < 0.3 else {},
    }
    return a_search(own, step=random.choice([*STEPS, STEPS[-1], STEPS[-1]]), more=more)


def _pins(random: Random, offers: Sequence[Opening]) -> dict[Any, Pin]:
    pinned = {one.offer.offer_id: Pin(PinKind.FORBID, "Liever niet", _around_today(random)) for one in offers[::5]}
    if random.random() < 0.5:
        pinned[random.choice(offers).offer.offer_id] = Pin(PinKind.PIN, "Afgesproken", _around_today(random))
    return pinned


def _around_today(random: Random) -> date:
    return TODAY + timedelta(days=random.randint(-1, 1))


def any_offer(random: Random, students: Sequence[Any] = ()) -> Opening:
    """An opening of any sort; seats may be pinned for these students."""
    wide = random.random() < 0.75
    reserved = {"school_id": OTHER_SCHOOL, "seats": 1, "until_date": _around_today(random)}
    facts: dict[str, Any] = dict(OPEN) if wide else {}
    facts["reservations"] = [reserved] if random.random() < 0.1 else []
    facts["essential"] = some(random, ["lifting", "noise"], 0.2)
    facts["region"] = random.choice(["AM11", "AM11", "AM12"])
    facts["kind"] = random.choice(["internship", "group", "learn-work-centre", "taster"])
    base = any_opening(random, **facts)
    known = known_to(*some(random, SCHOOLS, 0.2), since=random.choice([None, date(2022, 9, 1)]))
    employer = an_employer(recognition=random.choice(list(Recognition)), **known)
    return Opening(
        base.offer,
        random.choice([None, employer]),
        stays=base.stays if random.random() < 0.5 else (),
        pauses=base.pauses if random.random() < 0.5 else (),
        closures=(Pause(TODAY, TODAY + timedelta(days=300)),) if random.random() < 0.05 else (),
        experience=random.choice([Experience(), Experience(1, 1), Experience(5, 2)]),
        recent_contacts=random.choice([0, 0, 3, 9]),
        told=tuple(Told(school, tuple(some(random, _CODES, 0.2))) for school in some(random, SCHOOLS, 0.3)),
        market=random.choice([None, *(Market(tension, "2026", "uwv", TODAY) for tension in (0.1, 0.5, 1, 2, 5))]),
        first_look_until=datetime(2026, 9, 2, tzinfo=UTC) if random.random() < 0.1 else None,
        pinned={student: _around_today(random) for student in some(random, students, 0.02)},
    )


_CODES = (*words.GOOD_EXPERIENCES, *words.LACKING_EXPERIENCES)
