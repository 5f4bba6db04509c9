"""Five years of a country's events for the figures, as many as asked for: the same in every run."""

import random
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

from shared.events import Event, intake
from shared.events.codes import SECTORS, IntermediaryKind, Outcome, PlacementKind, SchoolKind
from tests.analytics import events as one

Told = Iterator[tuple[Event, datetime]]

EVENTS_OF_A_STUDENT = 30
"""Four searches with what comes of them."""
SEARCHES = 4
STUDENTS_OF_A_SCHOOL = 350
EMPLOYERS_OF_A_SCHOOL = 30
BEGIN = datetime(2021, 9, 1, 8, tzinfo=UTC)
DAYS = 5 * 365
REGIONS = tuple(f"AM{number:02d}" for number in range(1, 36))
OUTCOMES = (Outcome.COMPLETED, Outcome.COMPLETED, Outcome.COMPLETED, Outcome.STOPPED_EARLY, Outcome.JOB)
CHANNELS = ("telephone", "e-mail", "visit")


def five_years(count: int, seed: int = 1) -> Told:
    """About `count` events with their moments: schools and employers, then students one after another."""
    chance = random.Random(seed)
    students = max(1, count // EVENTS_OF_A_STUDENT)
    schools = max(1, students // STUDENTS_OF_A_SCHOOL)
    for number in range(schools):
        kind = (SchoolKind.PRO, SchoolKind.VSO)[number % 2]
        yield (
            _told(one.a_school(f"school {number}", brin=f"00AA{number:02d}", kind=kind, region=_region(number))),
            BEGIN,
        )
        for more in range(EMPLOYERS_OF_A_SCHOOL):
            yield from _employer(f"{number} {more}", number, chance)
        yield from _around(number)
    for number in range(students):
        for search in range(SEARCHES):
            yield from _search(number, search, number % schools, chance)


def _region(school: int) -> str:
    return REGIONS[school % len(REGIONS)]


def _told(event: Event, version: int = 1) -> Event:
    return event.model_copy(update={"version": version})


def _employer(name: str, school: int, chance: random.Random) -> Told:
    sector, region = chance.choice(SECTORS), _region(school)
    by = one.an_id(f"school {school}")
    known = {"region": region, "brought_in_by": by}
    relation = (intake.Cooperation(school_id=by, since_date=BEGIN.date()),)
    yield _told(one.an_employer(f"employer {name}", sectors=(sector,), cooperations=relation, **known)), BEGIN
    place = {"employer_id": one.an_id(f"employer {name}"), "begin_date": BEGIN.date(), "seats": 20}
    yield _told(one.an_offer(f"offer {name}", sector=sector, **place, **known)), BEGIN


def _around(school: int) -> Told:
    """What is not of students: an employer that went up in another one, a claim, a tip."""
    first, second, third = (f"employer {school} {number}" for number in (0, 1, 2))
    yield _told(one.merged(first, second)), BEGIN + timedelta(days=school + 1)
    yield _told(one.claimed(f"claim {school}", third, school_id=one.an_id(f"school {school}"))), BEGIN
    tip = one.suggested(third).model_copy(update={"region": _region(school), "tip_id": one.an_id(f"tip {school}")})
    yield _told(tip), BEGIN + timedelta(days=school + 2)


def _search(number: int, search: int, school: int, chance: random.Random) -> Told:
    """From being ready to what came of it; of some only a proposal that was declined, or a call for help."""
    student, version = f"student {number}", search + 1
    time = f"{number} {search}"
    at = BEGIN + timedelta(minutes=search * DAYS * 360 + chance.randrange(DAYS * 340))
    place = f"{school} {chance.randrange(EMPLOYERS_OF_A_SCHOOL)}"
    who: dict[str, Any] = {"school_id": one.an_id(f"school {school}"), "region": _region(school)}
    mine: dict[str, Any] = {"student_id": one.an_id(student), **who}
    where = {**mine, "offer_id": one.an_id(f"offer {place}"), "employer_id": one.an_id(f"employer {place}")}
    yield _told(one.ready(student, **who), version), at
    for more in range(2):
        yield _told(_contact(f"{time} {more}", place, who["school_id"], at.date(), chance)), at
    if not (number + search) % 5:
        first = one.an_id(f"first proposal {time}")
        yield _told(one.proposed(time, **{**where, "proposal_id": first})), at + timedelta(hours=2)
        yield _told(one.declined(time, **{**where, "proposal_id": first})), at + timedelta(hours=4)
    if not (number + search) % 16:
        yield from _help(time, mine, version, at)
        return
    yield from _placed(time, where, at, search, chance)
    if not (number + search) % 4:
        yield _told(one.a_follow_up(f"left {time}", "to-work", 12, **who)), at + timedelta(days=400)
        noticed = {**who, "noticed_date": at.date()}
        yield _told(one.a_bottleneck(f"bottleneck {time}", "distance", **noticed)), at


def _help(time: str, mine: dict[str, Any], version: int, at: datetime) -> Told:
    missed = one.unmatched(time, SECTORS[version % len(SECTORS)]).model_copy(update=mine)
    yield _told(missed, version), at + timedelta(days=9)
    told = {"region": mine["region"], "students": (mine["student_id"],)}
    yield _told(one.asked(f"call {time}", IntermediaryKind.SBB).model_copy(update=told)), at + timedelta(days=9)
    answer = one.help_answered(f"call {time}", IntermediaryKind.SBB).model_copy(update={"region": mine["region"]})
    yield _told(answer), at + timedelta(days=10)


def _placed(time: str, where: dict[str, Any], at: datetime, search: int, chance: random.Random) -> Told:
    yield _told(one.proposed(time, **where)), at + timedelta(hours=5)
    yield _told(one.accepted(time, chance.choice((1, 1, 1, 2, 0)), **where)), at + timedelta(hours=30)
    begin = at.date() + timedelta(days=14)
    last, kind = begin + timedelta(days=chance.randrange(60, 200)), chance.choice(tuple(PlacementKind)[:4])
    before = one.an_id(f"placement {time.split(maxsplit=1)[0]} {search - 1}") if search else None
    stay = {"kind": kind, **where}
    begun = one.started(time, begin_date=begin, end_date=last, predecessor_id=before, **stay)
    yield _told(begun), at + timedelta(hours=31)
    if not (begin.toordinal() + search) % 9:
        changed = one.changed(time, begin_date=begin, end_date=last + timedelta(days=7), **stay)
        yield _told(changed, 2), at + timedelta(hours=50)
    if last < (BEGIN + timedelta(days=DAYS)).date():
        over = one.ended(time, chance.choice(OUTCOMES), ended_date=last, begin_date=begin, **stay)
        yield _told(over, 3), datetime.combine(last, at.timetz())


def _contact(name: str, place: str, school_id: UUID, day: date, chance: random.Random) -> Event:
    return one.a_contact(
        f"contact {name}",
        employer_id=one.an_id(f"employer {place}"),
        school_id=school_id,
        contact_date=day,
        channel=chance.choice(CHANNELS),
        outcome=chance.choice(("yes", "no")),
    )
