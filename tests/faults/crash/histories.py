"""What each service is asked to do in one round: small, the same in every run, and past every point that it has."""

import asyncio
import itertools
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

import asyncpg

import services
from shared.events.codes import SchoolKind
from shared.events.intake import SchoolRegistered, StudentReady
from shared.ids import new_id
from shared.timers import TIMERS
from shared.wakeups import CHANNEL
from tests.analytics import events as counted
from tests.faults import under_test
from tests.faults.crash.house import Visit
from tests.journeys.world import PLACES
from tests.matching import world as matching_world
from tests.matching.examples import SCHOOL, a_profile
from tests.notifications import facts

if under_test.TOYS not in services.__path__:
    services.__path__.append(under_test.TOYS)

from services.toy.handlers import ThingHappened, ThingInTurn

WORK = ("work.before-commit", "work.after-commit")
RELAY = ("relay.taken", "relay.before-publish", "relay.published-one", "relay.confirmed", "relay.moved")
INBOX = ("inbox.received", "inbox.claimed", "inbox.handled", "inbox.committed", "inbox.acknowledged")
FAILED = ("inbox.before-record", "inbox.recorded")
SUSPECT = ("inbox.watched",)
WEBHOOK = ("webhook.claimed", "webhook.sent", "webhook.written-down")
MAIL = ("mail.claimed", "mail.sent", "mail.written-down")
TIMER = ("timer.claimed", "timer.fired")

_brins = itertools.count(1)


@dataclass(frozen=True)
class History:
    """A service's part: what it does in a round, where that leads past, and which rows are its effects."""

    points: tuple[str, ...]
    effects: dict[str, str]
    round: Callable[[Visit], Awaitable[None]]
    settle: Callable[[Visit], Awaitable[None]] | None = None
    given: dict[str, str] = field(default_factory=dict)


async def toy(visit: Visit) -> None:
    """Things are made, others happen, some in turn, and one meets a storm that is over later."""
    await visit.sql.execute("update weather set fair = false")
    async with visit.client() as client:
        for _ in range(3):
            if made := await visit.post(client, "/v1/things", {"name": "made"}):
                visit.house.journal.promised[made["id"]] += 1
                visit.house.journal.effects.add(f"{made['id']} made")
    turn, storm = new_id(), new_id()
    for note in ("1", "2", "3"):
        await visit.announce(ThingInTurn(thing_id=turn, turn_id=turn, note=note), effect=f"{turn} {note}")
    await visit.announce(ThingHappened(thing_id=storm, note="storm"), effect=f"{storm} storm")
    for thing in (new_id(), new_id()):
        await visit.announce(ThingHappened(thing_id=thing, note="fact"), effect=f"{thing} fact")


async def intake(visit: Visit) -> None:
    """Schools join; an intermediary gave tips; something comes that intake does not listen to."""
    async with visit.client("operator") as operator:
        for number in itertools.islice(_brins, 3):
            brin = f"{number % 90 + 10}X{'ABCDEFGHKLMNPQRSTUVWXZ'[number // 90]}00"
            body = {"name": f"School {brin}", "brin": brin, "kind": "pro", "address": PLACES["AM11"]}
            if made := await visit.post(operator, "/v1/schools", body):
                visit.house.journal.promised[made["id"]] += 1
    for _ in range(3):
        answer = facts.an_answer()
        await visit.announce(answer, effect=str(answer.answer_id))
    await not_for_it(visit)


async def matching(visit: Visit) -> None:
    """Proposals of earlier rounds run out, and circles widen; schools are told of; an offer meets a student, which
    makes a proposal; something comes that is not for it."""
    await visit.sql.execute("update timers set due_at = clock_timestamp(), next_at = clock_timestamp()")
    await visit.sql.executemany(
        "insert into timers (kind, subject, due_at, next_at, payload) values ('circle-widens', $1, "
        "clock_timestamp(), clock_timestamp(), jsonb_build_object('region', $1::text)) on conflict do nothing",
        [("AM11",), ("AM12",)],
    )
    await visit.sql.execute("select pg_notify($1, $2)", CHANNEL, TIMERS)
    for _ in range(3):
        school = facts.a_school(new_id(), "07AA00")
        await visit.announce(school, effect=str(school.school_id))
    student = a_profile()
    outside_profiles[str(student.student_id)] = student.model_dump_json(by_alias=True)
    offer = matching_world.offered()
    await visit.announce(matching_world.registered(employer_id=offer.employer_id))
    await visit.announce(offer)
    told = {name: getattr(student, name) for name in ("student_id", "school_id", "region", "municipality")}
    dates = {"begin_date": student.begin_date, "end_date": student.end_date}
    await visit.announce(StudentReady(**told, **dates))
    await not_for_it(visit)


async def not_for_it(visit: Visit) -> None:
    """What a service has no handler for is parked."""
    for _ in range(2):
        await visit.announce(ThingHappened(thing_id=new_id()), "parked")


outside_profiles: dict[str, str] = {}
"""What the fake intake answers when matching asks for a profile."""


async def a_region_without_patience(visit: Visit) -> None:
    """The school and the settings that proposals need."""
    school = SchoolRegistered(
        school_id=SCHOOL, brin="05KJ00", name="De Dijk", kind=SchoolKind.PRO,
        region="AM11", municipality="GM0995", student_count=180,
    )  # fmt: skip
    await visit.announce(school, effect=str(school.school_id))
    async with visit.client("regional-coordinator", sub="regional", regions=["AM11"]) as regional:
        answer = await regional.put("/v1/regions/AM11/settings", json=matching_world.AT_ONCE)
        assert answer.is_success, answer.text


async def notifications(visit: Visit) -> None:
    """A proposal leads to mail, placements to webhooks, an unmatched student to a call for help."""
    for _ in range(2):
        await visit.announce(facts.a_placement())
        await visit.announce(facts.a_proposal())
    await visit.announce(facts.an_unmatched_student(region=f"AM{next(_brins) % 80 + 12}"))
    await not_for_it(visit)


async def who_wants_to_hear(visit: Visit) -> None:
    """A school, a coordinator who wants mail, a municipality that wants webhooks."""
    await visit.announce(facts.a_school())
    async with visit.client("coordinator", sub="jansen", email="j@school.example", schools=[facts.BRIN]) as jansen:
        answer = await jansen.put("/v1/me", json={"mail": "at-once"})
        assert answer.is_success, answer.text
    claim = {"kind": "municipality", "regions": [facts.REGION], "municipalities": [facts.MUNICIPALITY]}
    async with visit.client("intermediary", sub="gemeente", intermediary=claim) as municipality:
        sink = visit.house.given["sink"]
        made = await municipality.post("/v1/subscriptions", json={"sink": sink})
        assert made.is_success, made.text
        async with asyncio.timeout(15):
            while (await municipality.get(f"/v1/subscriptions/{made.json()['id']}")).json()["state"] != "active":
                await asyncio.sleep(0.05)  # a poll with a deadline


async def analytics(visit: Visit) -> None:
    """Schools and contacts are counted; something comes that is not."""
    for _ in range(3):
        school = counted.a_school(str(new_id()))
        await visit.announce(school, effect=str(school.school_id))
    await not_for_it(visit)


EVERYONE = (*WORK, *INBOX, *FAILED, *SUSPECT)

HISTORIES = {
    "toy": History((*EVERYONE, *RELAY), {"notes": "id note"}, toy),
    "intake": History((*EVERYONE, *RELAY), {"tips": "id"}, intake),
    "matching": History((*EVERYONE, *RELAY, *TIMER), {"schools": "id"}, matching, a_region_without_patience),
    "notifications": History(
        (*EVERYONE, *RELAY, *WEBHOOK, *MAIL),
        {"stream": "event_key"},
        notifications,
        who_wants_to_hear,
        {"allow_loopback_sinks": "true", "webhook_pauses": "0,1,1", "handshake_pauses": "0,1", "mail_pauses": "0,1,1"},
    ),
    "analytics": History(EVERYONE, {"schools": "id"}, analytics),
}

TIME_PASSES = {
    "toy": ("update weather set fair = true",),
    "notifications": (
        "update deliveries set next_at = clock_timestamp(), leased_until = null where state = 'waiting'",
        "update mails set next_at = clock_timestamp() where state = 'waiting'",
    ),
}
"""What a process that died had leased comes back when its lease ends: a test cannot wait for half a minute."""


async def time_passes(sql: "asyncpg.Connection[asyncpg.Record]", service: str) -> None:
    """Leases of dead processes end, retries become due."""
    await sql.execute("update inbox set next_attempt_at = clock_timestamp() where status = 'retry'")
    for statement in TIME_PASSES.get(service, ()):
        await sql.execute(statement)
