"""Five years of a country's events for the figures, as many as asked for: the same in every run."""

import random
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

from shared.events import Event
from shared.events.codes import SECTORS, Outcome, PlacementKind, SchoolKind
from tests.analytics import events as one

EVENTS_OF_A_STUDENT = 7
STUDENTS_OF_A_SCHOOL = 400
BEGIN = datetime(2021, 9, 1, 8, tzinfo=UTC)
DAYS = 5 * 365
REGIONS = tuple(f"AM{number:02d}" for number in range(1, 36))
OUTCOMES = (Outcome.COMPLETED, Outcome.COMPLETED, Outcome.COMPLETED, Outcome.STOPPED_EARLY, Outcome.JOB)


def five_years(count: int, seed: int = 1) -> Iterator[tuple[Event, datetime]]:
    """About `count` events with their moments: schools and employers, then students one after another."""
    chance = random.Random(seed)
    students = max(1, count // EVENTS_OF_A_STUDENT)
    schools = max(len(REGIONS), students // STUDENTS_OF_A_SCHOOL)
    for number in range(schools):
        kind = (SchoolKind.PRO, SchoolKind.VSO)[number % 2]
        yield _told(one.a_school(f"school {number}", brin=f"{number:06d}", kind=kind, region=_region(number))), BEGIN
        for more in range(4):
            yield from _employer(f"{number} {more}", number, chance)
    for number in range(students):
        yield from _student(number, number % schools, chance)


def _region(school: int) -> str:
    return REGIONS[school % len(REGIONS)]


def _told(event: Event, version: int = 1) -> Event:
    return event.model_copy(update={"version": version})


def _employer(name: str, school: int, chance: random.Random) -> Iterator[tuple[Event, datetime]]:
    sector, region = chance.choice(SECTORS), _region(school)
    known = {"region": region, "brought_in_by": one.an_id(f"school {school}")}
    yield _told(one.an_employer(f"employer {name}", sectors=(sector,), cooperations=(), **known)), BEGIN
    place = {"employer_id": one.an_id(f"employer {name}"), "begin_date": BEGIN.date(), "seats": 20}
    yield _told(one.an_offer(f"offer {name}", sector=sector, **place, **known)), BEGIN


def _student(number: int, school: int, chance: random.Random) -> Iterator[tuple[Event, datetime]]:
    student, at = f"student {number}", BEGIN + timedelta(minutes=chance.randrange(DAYS * 24 * 60))
    place, school_id = f"{school} {chance.randrange(4)}", one.an_id(f"school {school}")
    own = {"school_id": school_id, "region": _region(school)}
    where = {"offer_id": one.an_id(f"offer {place}"), "employer_id": one.an_id(f"employer {place}"), **own}
    yield _told(one.ready(student, **own)), at
    yield _told(_contact(student, place, school_id, at.date())), at
    for hours, event in (
        (5, one.proposed(student, **where)),
        (30, one.accepted(student, chance.choice((1, 1, 1, 2, 0)), **where)),
    ):
        yield _told(event), at + timedelta(hours=hours)
    begin = at.date() + timedelta(days=14)
    last, kind = begin + timedelta(days=chance.randrange(60, 200)), chance.choice(tuple(PlacementKind)[:4])
    stay = {"kind": kind, **where}
    yield _told(one.started(student, begin_date=begin, end_date=last, **stay)), at + timedelta(hours=31)
    if last < (BEGIN + timedelta(days=DAYS)).date():
        yield (
            _told(one.ended(student, chance.choice(OUTCOMES), ended_date=last, begin_date=begin, **stay)),
            datetime.combine(last, at.timetz()),
        )
    if not number % 3:
        yield _told(one.a_follow_up(student, "to-work", 12, **own)), at + timedelta(days=400)


def _contact(student: str, place: str, school_id: UUID, day: date) -> Event:
    return one.a_contact(
        f"contact {student}", employer_id=one.an_id(f"employer {place}"), school_id=school_id, contact_date=day
    )
