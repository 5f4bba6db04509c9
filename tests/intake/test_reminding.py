"""Schools are reminded of relations that cool down: once each, and only where a call is of use."""

from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import pytest

from services.intake.domain.addresses import Situation
from services.intake.domain.employer import Employer, EmployerFacts
from services.intake.domain.relation import MOST_NAMED, Relation, cooled, to_remind_of
from services.intake.reminding import next_reminder
from shared.events.codes import Point
from shared.events.intake import RelationsCooled
from shared.ids import new_id
from tests.intake.test_departures import leave, merge
from tests.intake.test_relations import aged, days_ago, talk
from tests.intake.world import FIRST, SECOND, World, good

TODAY = date(2027, 3, 1)
COLD = date(2026, 1, 5)


def a_relation(last: date | None = COLD, name: str = "De Linde", places: int | None = None) -> Relation:
    there = Situation("AM11", "GM0995", Point(latitude=52.5, longitude=5.5))
    employer = Employer(new_id(), EmployerFacts(name=name, places_per_year=places), there)
    return Relation(employer, (), last, None, 0)


@pytest.mark.parametrize(
    ("last", "reminded", "again"),
    [
        (COLD, None, True),
        (None, None, True),
        (COLD, date(2027, 2, 22), False),
        (None, date(2027, 2, 22), False),
        (COLD, date(2026, 3, 2), False),
        (COLD, date(2026, 3, 1), True),
        (date(2026, 7, 6), date(2026, 7, 6), True),
        (date(2026, 7, 5), date(2026, 7, 6), False),
    ],
)
def test_a_relation_is_reminded_of_again_when_it_was_used_since_or_a_year_later(
    last: date | None, reminded: date | None, again: bool
) -> None:
    relation = a_relation(last)
    before = {relation.employer.id: reminded} if reminded else {}
    assert to_remind_of([relation], before, (), TODAY) == ([relation] if again else [])


def test_a_reminder_names_the_most_promising_and_counts_the_rest() -> None:
    known = [a_relation(name=f"{number}", places=number) for number in range(4)]
    school = new_id()
    told = cooled(school, to_remind_of(known * 4, {}, {known[3].employer.id}, TODAY), 6)
    assert (told.school_id, told.months, told.relation_count) == (school, 6, 12)
    assert told.employer_ids[0] == told.employer_ids[3] == known[2].employer.id
    assert len(told.employer_ids) == MOST_NAMED


@pytest.mark.parametrize("day", [date(2026, 11, 23), date(2026, 11, 27), date(2026, 11, 29)])
def test_reminders_come_on_monday_mornings(day: date) -> None:
    assert next_reminder(day).isoformat() == "2026-11-30T07:00:00+01:00"


async def monday(world: World, school: str = FIRST) -> None:
    """It is Monday morning for a school, until it was looked at."""
    which = "kind = 'relations-cool' and subject = $1"
    sql, subject = world.intake.sql, str(world.schools[school])
    await sql.execute(f"update timers set next_at = clock_timestamp() where {which}", subject)
    await sql.execute("select pg_notify('stagebrug', 'timers')")
    await world.intake.until(
        f"select not exists (select from timers where {which} and next_at <= clock_timestamp())", subject
    )


async def told(world: World) -> list[set[str]]:
    """The employers that schools were told of, reminder by reminder."""
    await world.intake.published_everything()
    messages = await world.intake.sql.fetch(
        "select message::jsonb #>> '{data,employerIds}' as ids from event_log where type = $1 order by position",
        RelationsCooled.event_type(),
    )
    return [set(row["ids"].strip("[]").replace('"', "").split(", ")) for row in messages]


async def test_a_school_hears_once_of_the_relations_that_it_lost_sight_of(world: World) -> None:
    cold, private = [await world.employer(name=name, private=name == "parel") for name in ("koud", "parel")]
    await world.employer(world.second, name="van de tweede")
    await aged(world)
    fresh = await world.employer(name="nieuw")
    async with world.intake.replica():
        await monday(world)
    reminder = await world.intake.next_event(RelationsCooled)
    assert (reminder.school_id, reminder.months, reminder.relation_count) == (world.schools[FIRST], 6, 2)
    assert set(map(str, reminder.employer_ids)) == {cold["id"], private["id"]}
    await monday(world)
    assert await told(world) == [{cold["id"], private["id"]}]
    await world.intake.sql.execute("update employers set recorded_at = recorded_at - interval '400 days'")
    await monday(world)
    assert (await told(world))[1:] == [{fresh["id"]}]


async def test_a_relation_that_was_used_and_cooled_down_again_is_reminded_of_again(world: World) -> None:
    used, unused = [await world.employer(name=name) for name in ("gebeld", "vergeten")]
    await aged(world)
    await monday(world)
    await world.intake.sql.execute("update relation_reminders set reminded_date = reminded_date - 250")
    contact = talk(contactDate=days_ago(5))
    await good(world.first.post(f"/v1/employers/{used['id']}/contacts", json=contact))
    await monday(world)
    assert await told(world) == [{used["id"], unused["id"]}]
    await world.intake.sql.execute("update contacts set contact_date = contact_date - 200")
    await monday(world)
    assert (await told(world))[1:] == [{used["id"]}]


async def test_nobody_is_reminded_of_an_employer_that_takes_nobody_or_that_somebody_approaches(world: World) -> None:
    names = ("gepauzeerd", "gestopt", "geclaimd", "over")
    paused, stopped, claimed, left = [await world.employer(name=name) for name in names]
    await aged(world)
    pause = {"fromDate": days_ago(1)}
    await good(world.first.post(f"/v1/employers/{paused['id']}/_pause", json=pause, headers={"If-Match": "*"}))
    await good(world.first.post(f"/v1/employers/{stopped['id']}/_stop", json={}, headers={"If-Match": "*"}))
    claim = await good(world.second.post(f"/v1/employers/{claimed['id']}/claims", json={}))
    await monday(world)
    assert await told(world) == [{left["id"]}]
    await good(world.first.post(f"/v1/employers/{paused['id']}/_resume", headers={"If-Match": "*"}))
    await good(world.second.post(f"/v1/claims/{claim['id']}/_release"))
    await monday(world)
    assert (await told(world))[1:] == [{paused["id"], claimed["id"]}]


async def test_a_region_says_after_how_many_months(world: World) -> None:
    employer = await world.employer()
    await aged(world)
    regional = world.as_("regional-coordinator", sub="regional", regions=["AM11"])
    path, headers = "/v1/regions/AM11/settings", {"If-Match": "*"}
    assert (await good(regional.get(path)))["dormantMonths"] == 6
    for months, reminders in ((24, []), (12, [{employer["id"]}])):
        await good(regional.put(path, json={"dormantMonths": months}, headers=headers))
        await monday(world)
        assert await told(world) == reminders
    assert (await regional.put(path, json={"dormantMonths": 0}, headers=headers)).status_code == 400


async def looked_at(world: World) -> Any:
    query = "select count(*) from timers where kind = 'relations-cool' and subject = $1"
    return await world.intake.sql.fetchval(query, str(world.schools[FIRST]))


async def test_a_school_that_has_left_is_reminded_of_nothing(world: World) -> None:
    await world.employer()
    await aged(world)
    assert await looked_at(world) == 1
    await good(leave(world))
    await world.intake.until("select count(*) = 0 from timers where kind = 'school-leaves'")
    assert await looked_at(world) == 0
    await world.intake.sql.execute(
        "insert into timers (kind, subject, due_at, next_at) values ('relations-cool', $1, now(), now())",
        str(world.schools[FIRST]),
    )
    await monday(world)
    assert (await told(world), await looked_at(world)) == ([], 0)


async def test_what_a_school_was_reminded_of_its_successor_is_not(world: World) -> None:
    both = [{"schoolId": str(world.schools[school])} for school in (FIRST, SECOND)]
    employers = [await world.employer(name=name, cooperations=both) for name in ("een", "twee")]
    await aged(world)
    await monday(world)
    await monday(world, SECOND)
    assert await told(world) == [{one["id"] for one in employers}] * 2
    third = UUID((await world.employer(name="drie"))["id"])
    await world.intake.sql.execute(
        "insert into relation_reminders (school_id, employer_id, reminded_date) values ($1, $2, $3)",
        world.schools[FIRST],
        third,
        datetime.now(UTC).date(),
    )
    await good(merge(world, world.schools[SECOND]))
    await world.intake.until("select count(*) = 0 from timers where kind = 'school-leaves'")
    kept = await world.intake.sql.fetch("select school_id, employer_id from relation_reminders")
    assert {row["school_id"] for row in kept} == {world.schools[SECOND]}
    assert {row["employer_id"] for row in kept} == {third, *(UUID(one["id"]) for one in employers)}
