"""The farewell of a call and of an event's version, tried on the toy."""

import asyncio
from collections.abc import Mapping
from datetime import UTC, date, datetime
from email.utils import parsedate_to_datetime
from typing import Any

import pytest

from deploy.doctor import farewells
from services.toy.weighing import FAREWELL, ThingWeighed, ThingWeighedV2
from shared.deprecation import Deprecation
from shared.deprecation.in_use import deprecated_in_use, uses
from shared.events.envelope import Envelope
from shared.ids import new_id
from shared.messaging.publishing import EXCHANGE
from tests.support.service import RunningService


async def test_a_call_that_will_go_says_when_and_what_to_use_instead(toy: RunningService) -> None:
    answer = await toy.as_("coordinator").get("/v1/scales")
    assert answer.status_code == 200
    since = datetime.fromtimestamp(int(answer.headers["deprecation"].removeprefix("@")), UTC)
    assert since == FAREWELL.since_moment == datetime(2026, 6, 30, 22, tzinfo=UTC)
    assert parsedate_to_datetime(answer.headers["sunset"]) == FAREWELL.sunset_moment
    assert answer.headers["link"] == '</v1/weighings>; rel="successor-version"'


async def test_who_is_refused_hears_of_the_farewell_too(toy: RunningService) -> None:
    answer = await toy.client.get("/v1/scales")
    assert answer.status_code == 401
    assert {"deprecation", "sunset", "link"} <= set(answer.headers)


async def test_a_call_that_stays_says_nothing(toy: RunningService) -> None:
    answer = await toy.client.get("/v1/things")
    assert not {"deprecation", "sunset", "link"} & set(answer.headers)


async def test_the_api_document_marks_what_will_go(toy: RunningService) -> None:
    paths = (await toy.client.get("/v1/openapi.json")).json()["paths"]
    assert paths["/v1/scales"]["get"]["deprecated"] is True
    assert paths["/v1/scales"]["get"]["x-deprecation"]["sunset"] == "2099-01-01"
    assert "deprecated" not in paths["/v1/things"]["get"]


async def test_callers_of_what_will_go_are_counted_by_client_and_kind_and_never_by_person(toy: RunningService) -> None:
    intermediary = {"kind": "municipality", "oin": "00000001001299757000"}
    claims: list[dict[str, Any]] = [
        {"roles": ["coordinator"], "azp": "front-end", "sub": "jan", "email": "jan@school.example"},
        {"roles": ["intermediary"], "azp": "gemeente", "intermediary": intermediary},
        {"client_id": "reporter", "sub": "reporter", "scope": "toy:things:read"},
    ]
    for each in claims:
        await _get(toy, each)
    await toy.client.get("/v1/scales")
    counted = [line for line in (await _metrics(toy)).splitlines() if line.startswith("stagebrug_deprecated_calls_t")]
    labels = "".join(counted)
    assert 'client="front-end",method="GET",on_behalf_of="coordinator"' in labels
    assert 'client="gemeente",method="GET",on_behalf_of="municipality 00000001001299757000"' in labels
    assert 'client="reporter",method="GET",on_behalf_of="machine"' in labels
    assert 'client="",method="GET",on_behalf_of="anonymous"' in labels
    assert "jan" not in labels


async def _get(toy: RunningService, claims: Mapping[str, Any]) -> None:
    headers = {"Authorization": f"Bearer {toy.bench.token(**claims)}"}
    assert (await toy.client.get("/v1/scales", headers=headers)).status_code == 200


async def _metrics(toy: RunningService) -> str:
    return (await toy.client.get("/metrics")).text


async def test_both_versions_leave_as_one_fact_and_a_consumer_that_hears_both_counts_once(toy: RunningService) -> None:
    before = await _verdicts(toy)
    thing = (await toy.client.post("/v1/weighings")).json()["id"]
    new, old = await toy.next_event(ThingWeighedV2), await toy.next_event(ThingWeighed)
    assert (str(new.thing_id), new.weight.amount, old.grams) == (thing, 12, 12)
    assert new.version == old.version == 1  # one fact of the thing, not two
    await toy.published_everything()
    messages = [Envelope.model_validate_json(m) for m in await _logged(toy)]
    assert [each.type for each in messages] == [ThingWeighedV2.event_type(), ThingWeighed.event_type()]
    assert len({each.id for each in messages}) == 2
    assert {each.factid for each in messages} == {messages[0].id}
    await _handled_twice(toy, before)
    assert [row["note"] for row in await toy.sql.fetch("select note from notes")] == ["12 g"]


async def _logged(toy: RunningService) -> list[str]:
    await toy.until("select count(*) = 2 from event_log")
    return [row["message"] for row in await toy.sql.fetch("select message from event_log order by position")]


async def _handled_twice(toy: RunningService, before: float) -> None:
    async with asyncio.timeout(10):
        while await _verdicts(toy) < before + 2:
            await asyncio.sleep(0.01)  # a poll with a deadline


async def _verdicts(toy: RunningService) -> float:
    """How many messages about weighings have got their verdict in this process."""
    lines = [line for line in (await _metrics(toy)).splitlines() if line.startswith("stagebrug_events_handled_total")]
    return sum(float(line.rsplit(" ", 1)[1]) for line in lines if "thing-weighed" in line)


async def test_the_older_message_says_that_it_will_go(toy: RunningService) -> None:
    await toy.client.post("/v1/weighings")
    new, old = [Envelope.model_validate_json(message) for message in await _logged(toy)]
    assert old.deprecated is True
    assert (old.deprecationfrom, old.deprecationsunset) == (FAREWELL.since_moment, FAREWELL.sunset_moment)
    assert (new.deprecated, new.deprecationfrom) == (None, None)
    assert not new.is_told_again
    assert old.is_told_again


async def test_what_is_read_in_an_old_version_is_counted(toy: RunningService) -> None:
    message = await toy.announce(ThingWeighed(thing_id=new_id(), grams=3))
    await toy.handled(message)
    assert 'stagebrug_deprecated_events_read_total{type="nl.stagebrug.thing-weighed.v1"}' in await _metrics(toy)


async def test_queues_that_still_hear_an_old_version_are_named(toy: RunningService) -> None:
    channel = toy.tap.channel
    queue = await channel.declare_queue("municipality", exclusive=True)
    await queue.bind(EXCHANGE, "toy.*.v1")
    everything = await deprecated_in_use(toy.bench.servers.management_url, toy.bench.name)
    found = [use for use in everything if use.event is ThingWeighed]
    assert {use.by for use in found} == {"toy", "municipality", toy.tap.name}
    assert ThingWeighedV2 not in {use.event for use in everything}
    assert str(next(use for use in found if use.by == "municipality")) == (
        "municipality still hears nl.stagebrug.thing-weighed.v1, which goes on 2099-01-01; "
        "it should bind toy.thing-weighed.v2."
    )


async def test_the_doctor_names_who_hears_what_will_go(toy: RunningService) -> None:
    place = (toy.bench.servers.management_url, toy.bench.name)
    findings = await asyncio.to_thread(lambda: list(farewells(*place)))
    found = next(finding for finding in findings if finding.says.startswith("toy still hears"))
    assert (found.what, found.fine) == ("farewell", True)
    assert "nl.stagebrug.thing-weighed.v1, which goes on 2099-01-01" in found.says


@pytest.mark.parametrize(
    ("pattern", "hears"),
    [
        ("toy.thing-weighed.v1", True),
        ("toy.thing-weighed.v2", False),
        ("#", True),
        ("toy.#", True),
        ("#.v1", True),
        ("*.*.v1", True),
        ("toy.*", False),
        ("toy.thing-weighed.v1.#", True),
        ("toy.*.*.v1", False),
        ("", False),
    ],
)
def test_a_binding_with_wildcards_counts_as_hearing(pattern: str, *, hears: bool) -> None:
    found = uses([{"routing_key": pattern, "destination": "q"}], [ThingWeighed, ThingWeighedV2])
    assert [use.by for use in found] == (["q"] if hears else [])


def test_a_farewell_shorter_than_half_a_year_is_refused() -> None:
    with pytest.raises(ValueError, match="too short"):
        Deprecation(since=date(2026, 1, 1), sunset=date(2026, 5, 1), why="")


def test_nothing_is_retired_before_its_day() -> None:
    with pytest.raises(ValueError, match="was promised"):
        Deprecation(since=date(2026, 1, 1), sunset=date(2026, 8, 1), why="", retired=date(2026, 7, 31))


def test_on_its_day_a_farewell_is_overdue_and_says_what_to_do() -> None:
    farewell = Deprecation(since=date(2026, 1, 1), sunset=date(2026, 8, 1), why="")
    assert farewell.overdue("x", date(2026, 7, 31)) is None
    assert "drop it now" in (farewell.overdue("x", date(2026, 8, 1)) or "")
