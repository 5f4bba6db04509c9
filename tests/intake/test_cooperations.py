"""Which schools work with an employer (B6, B7), said by each for itself."""

from datetime import date, timedelta

import pytest

from services.intake.domain.addresses import Situation
from services.intake.domain.cooperation import Duration, cooperations
from services.intake.domain.employer import Employer, EmployerFacts, SchoolCooperation
from shared.events.codes import Point
from shared.events.intake import EmployerRegistered
from shared.ids import new_id
from tests.intake.world import FIRST, SECOND, ZWOLLE, World, good

TODAY = date(2026, 9, 14)
ONE, OTHER = new_id(), new_id()


def an_employer(*known: SchoolCooperation) -> Employer:
    situation = Situation("AM11", None, Point(latitude=52.5, longitude=5.4))
    return Employer(new_id(), EmployerFacts(name="De Linde", cooperations=known), situation)


@pytest.mark.parametrize(
    ("since", "duration"),
    [
        (None, Duration.UNKNOWN),
        (date(2024, 9, 13), Duration.LONG),
        (date(2024, 9, 14), Duration.RECENT),
        (TODAY, Duration.RECENT),
    ],
)
def test_more_than_two_years_is_long(since: date | None, duration: Duration) -> None:
    (found,) = cooperations(an_employer(SchoolCooperation(school_id=ONE, since_date=since)), TODAY)
    assert (found.duration, found.first, found.only) == (duration, True, True)


def test_the_first_is_first_and_nobody_is_where_a_beginning_is_not_known() -> None:
    early, late = (SchoolCooperation(school_id=s, since_date=TODAY - timedelta(d)) for s, d in ((ONE, 9), (OTHER, 1)))
    found = cooperations(an_employer(late, early), TODAY)
    assert [(one.school_id, one.first, one.only) for one in found] == [(ONE, True, False), (OTHER, False, False)]
    unknown = SchoolCooperation(school_id=OTHER)
    assert not any(one.first for one in cooperations(an_employer(unknown, early), TODAY))


async def test_a_school_says_for_itself_that_it_works_with_an_employer(world: World) -> None:
    employer = await world.employer(address=ZWOLLE, cooperations=[])
    await world.intake.next_event(EmployerRegistered)
    path = f"/v1/employers/{employer['id']}"
    await good(world.second.post(f"{path}/_cooperate", json={"sinceDate": "2020-09-01"}))
    told = await world.intake.next_event(EmployerRegistered)
    assert [(known.school_id, str(known.since_date)) for known in told.cooperations] == [
        (world.schools[SECOND], "2020-09-01")
    ]
    await good(world.first.post(f"{path}/_cooperate", json={"sinceDate": "2021-09-01"}))
    await good(world.second.post(f"{path}/_cooperate", json={"sinceDate": "2022-09-01"}))
    listed = (await good(world.second.get(f"{path}/cooperations")))["items"]
    assert [(one["schoolName"], one["first"], one["broughtIn"]) for one in listed] == [
        (f"School {FIRST}", True, True),
        (f"School {SECOND}", False, False),
    ]
    await good(world.second.post(f"{path}/_part", json={}))
    alone = (await good(world.first.get(f"{path}/cooperations")))["items"]
    assert [(one["only"], one["duration"]) for one in alone] == [(True, "longer-than-two-years")]
    assert (await world.second.post(f"{path}/_part", json={})).status_code == 409


async def test_nobody_says_it_for_another_school_or_of_a_day_ahead(world: World) -> None:
    employer = await world.employer()
    path = f"/v1/employers/{employer['id']}/_cooperate"
    assert (await world.first.post(path, json={"schoolId": str(world.schools[SECOND])})).status_code == 403
    ahead = await world.first.post(path, json={"sinceDate": "2087-01-01"})
    assert ahead.json()["errors"][0]["pointer"] == "/sinceDate"
    hidden = await world.employer(name="Pareltje", private=True)
    assert (await world.second.post(f"/v1/employers/{hidden['id']}/_cooperate", json={})).status_code == 404
    assert (await world.second.get(f"/v1/employers/{hidden['id']}/cooperations")).status_code == 404
