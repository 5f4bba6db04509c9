import asyncio
from collections import Counter
from typing import Any

import aio_pika
import pytest

from services.toy import handlers
from shared.events.envelope import Envelope
from shared.ids import new_id
from shared.messaging.inbox import Inbox, Ready
from shared.messaging.records import DatabaseAway
from tests.support.service import RunningService


def event(name: str, note: str = "", thing: object = None) -> Any:
    return getattr(handlers, name)(thing_id=thing or new_id(), note=note)


def turn(note: str, thing: object) -> Any:
    return handlers.ThingInTurn(turn_id=thing, thing_id=thing, note=note)


async def notes(toy: RunningService) -> list[str]:
    return [row["note"] for row in await toy.sql.fetch("select note from notes")]


async def test_the_same_event_three_times_has_its_effect_once(toy: RunningService) -> None:
    envelope = await toy.announce(event("ThingHappened", "once"))
    for _ in range(2):
        await toy.deliver(envelope, "toy.thing-happened.v1")
    await toy.tell(event("ThingHappened", "afterwards"))
    assert await toy.handled(envelope) == ["done"]
    assert sorted(await notes(toy)) == ["afterwards", "once"]


async def test_an_older_state_after_a_newer_one_changes_nothing(toy: RunningService) -> None:
    thing = new_id()
    await toy.tell(event("ThingIs", "new", thing), version=3)
    await toy.tell(event("ThingIs", "old", thing), version=2)
    assert await notes(toy) == ["new"]


async def test_a_fact_that_comes_late_still_counts_once(toy: RunningService) -> None:
    thing = new_id()
    await toy.tell(event("ThingHappened", "second", thing), version=2)
    await toy.tell(event("ThingHappened", "first", thing), version=1)
    assert await notes(toy) == ["second", "first"]


async def test_bytes_that_are_no_event_are_kept_and_the_queue_goes_on(toy: RunningService) -> None:
    timeless = Envelope.of(event("ThingHappened"), "urn:elsewhere").to_json().replace('Z"', '"').encode()
    for garbage in (
        b"\xff\xfe garbage",
        b'{"specversion": "0.3"}',
        b"[]",
        b'{"id": "\\u0000"}',
        b"x" * 70_000,
        timeless,
    ):
        await toy.deliver(garbage, "toy.thing-happened.v1")
    assert await toy.tell(event("ThingHappened", "next")) == "done"
    assert await toy.until("select count(*) = 6 from unreadable")
    kept = (await toy.as_("operator").get("/v1/unreadable-messages")).json()["items"]
    assert any("JSON" in each["error"] for each in kept)


async def test_an_unknown_type_is_parked_with_its_reason(toy: RunningService) -> None:
    made = Envelope.of(event("ThingHappened"), "urn:elsewhere").model_copy(
        update={"type": "nl.stagebrug.unheard-of.v1"}
    )
    await toy.deliver(made, "toy.thing-happened.v1")
    assert await toy.handled(made) == ["parked"]
    [parked] = (await toy.as_("operator").get("/v1/parked-messages")).json()["items"]
    assert "no handler" in parked["error"]
    assert await toy.tell(event("ThingHappened", "next")) == "done"


async def test_what_a_replica_of_another_version_had_no_handler_for_is_handled_by_one_that_has(
    toy: RunningService,
) -> None:
    made = event("ThingHappened", "new here")
    envelope = await toy.announce(made)
    await toy.handled(envelope)
    await toy.sql.execute(
        "update inbox set status = 'parked', error = 'no handler in this service for ' || type, message = $1",
        envelope.to_json().encode(),
    )
    await toy.sql.execute("delete from notes")
    async with toy.replica():
        await toy.until("select true from inbox where status = 'done'", within=20)
    assert await notes(toy) == ["new here"]


async def test_a_foreign_event_without_a_uuid_is_known_by_source_and_id(toy: RunningService) -> None:
    foreign = Envelope.of(event("ThingHappened", "foreign"), "urn:elsewhere").model_copy(update={"id": "42"})
    other = foreign.model_copy(update={"source": "urn:another"})
    for envelope in (foreign, foreign, other):
        await toy.deliver(envelope, "toy.thing-happened.v1")
    await toy.handled(foreign, other)
    assert await notes(toy) == ["foreign", "foreign"]


async def test_a_bug_parks_at_once_and_leaves_no_trace_of_its_work(toy: RunningService) -> None:
    assert await toy.tell(event("ThingHappened", "bug")) == "parked"
    assert await notes(toy) == []


async def test_a_transient_failure_is_retried_until_it_passes(toy: RunningService) -> None:
    await toy.sql.execute("update weather set fair = false")
    envelope = await toy.announce(event("ThingHappened", "storm"))
    assert await toy.handled(envelope) == ["retry"]
    assert await notes(toy) == []
    await toy.sql.execute("update weather set fair = true")
    await toy.sql.execute("update inbox set next_attempt_at = clock_timestamp()")
    await toy.until("select true from inbox where event_id = $1 and status = 'done'", envelope.event_id)
    assert await notes(toy) == ["storm"]


async def test_pauses_grow_and_the_ninth_failure_parks(toy: RunningService) -> None:
    await toy.sql.execute("update weather set fair = false")
    envelope = await toy.announce(event("ThingHappened", "storm"))
    await toy.handled(envelope)
    pauses = []
    for attempt in range(2, 9):
        pauses.append(
            await toy.sql.fetchval("select extract(epoch from next_attempt_at - clock_timestamp()) from inbox")
        )
        await toy.sql.execute("update inbox set next_attempt_at = clock_timestamp()")
        await toy.until("select true from inbox where attempts = $1", attempt)
    assert pauses == sorted(pauses)
    assert await toy.sql.fetchval("select status from inbox") == "parked"


async def test_later_events_of_a_subject_wait_where_the_handler_asks_for_order(toy: RunningService) -> None:
    await toy.sql.execute("update weather set fair = false")
    thing = new_id()
    first = await toy.announce(turn("storm", thing))
    await toy.handled(first)
    second = await toy.announce(turn("after the storm", thing))
    assert await toy.handled(second) == ["waiting"]
    assert await toy.tell(turn("another subject", new_id())) == "done"
    await toy.sql.execute("update weather set fair = true")
    await toy.sql.execute("update inbox set next_attempt_at = clock_timestamp() where status = 'retry'")
    await toy.until("select count(*) = 3 from inbox where status = 'done'")
    assert await notes(toy) == ["another subject", "storm", "after the storm"]


async def test_an_event_in_order_waits_for_an_earlier_one_that_is_still_on_its_way(toy: RunningService) -> None:
    """Two replicas may take two events of a subject at the same moment: the versions say which is first."""
    thing = new_id()
    third = await toy.announce(turn("third", thing), version=3)
    second = await toy.announce(turn("second", thing), version=2)
    assert await toy.handled(third, second) == ["waiting", "waiting"]
    await toy.tell(turn("first", thing), version=1)
    await toy.until("select count(*) = 3 from inbox where status = 'done'")
    assert await notes(toy) == ["first", "second", "third"]


async def test_an_event_in_order_does_not_wait_for_ever_for_one_that_never_comes(toy: RunningService) -> None:
    thing = new_id()
    fifth = await toy.announce(turn("fifth", thing), version=5)
    assert await toy.handled(fifth) == ["waiting"]
    await toy.sql.execute("update inbox set next_attempt_at = clock_timestamp()")
    await toy.until("select count(*) = 1 from inbox where status = 'done'")
    assert await toy.tell(turn("sixth", thing), version=6) == "done"


async def test_an_operator_replays_what_was_parked(toy: RunningService) -> None:
    operator = toy.as_("operator")
    thing = new_id()
    parked = await toy.announce(event("ThingHappened", "bug", thing))
    await toy.handled(parked)
    shown = (await operator.get(f"/v1/parked-messages/{parked.id}")).json()
    assert shown["message"]["data"]["note"] == "bug"
    assert (await operator.post(f"/v1/parked-messages/{parked.id}/_replay")).status_code == 202
    await toy.until("select true from inbox where status = 'parked' and attempts = 1")


async def test_an_operator_discards_with_a_reason_that_is_kept(toy: RunningService) -> None:
    operator = toy.as_("operator")
    parked = await toy.announce(event("ThingHappened", "bug"))
    await toy.handled(parked)
    answer = await operator.post(f"/v1/parked-messages/{parked.id}/_discard", json={"reason": "made by a test"})
    assert (answer.json()["status"], answer.json()["note"]) == ("discarded", "made by a test")
    assert (await operator.get("/v1/parked-messages")).json()["items"] == []


async def test_what_is_parked_is_for_operators_only(toy: RunningService) -> None:
    assert (await toy.client.get("/v1/parked-messages")).status_code == 401
    assert (await toy.as_("coordinator").get("/v1/parked-messages")).status_code == 403


async def given_up(toy: RunningService, envelope: Envelope) -> None:
    """Where the broker leaves what it delivered too often."""
    default = toy.exchange.channel.default_exchange  # type: ignore[attr-defined]
    await default.publish(aio_pika.Message(envelope.to_json().encode()), "parking.toy")


async def test_what_the_broker_gave_up_on_is_tried_alone_as_it_may_be_a_neighbour_of_the_culprit(
    toy: RunningService,
) -> None:
    envelope = Envelope.of(event("ThingHappened", "healthy"), "urn:elsewhere")
    await given_up(toy, envelope)
    assert await toy.handled(envelope) == ["done"]
    assert await toy.sql.fetchval("select count(*) from begun") == 0


async def test_what_ended_the_process_three_times_when_it_was_alone_is_parked(toy: RunningService) -> None:
    culprit = Envelope.of(event("ThingHappened", "deadly"), "urn:elsewhere")
    await toy.sql.execute("insert into begun (consumer, event_id, starts) values ('toy', $1, 3)", culprit.event_id)
    await given_up(toy, culprit)
    assert await toy.handled(culprit) == ["parked"]
    assert "ended the process 3 times" in await toy.sql.fetchval("select error from inbox")
    assert await notes(toy) == []
    assert await toy.sql.fetchval("select count(*) from begun") == 0


async def test_what_was_begun_when_the_database_went_away_did_not_end_the_process(
    toy: RunningService, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, away = Inbox._one, iter(range(2))

    async def going_away(self: Inbox, ready: Ready) -> str:
        for _ in away:
            raise DatabaseAway
        return await one(self, ready)

    monkeypatch.setattr(Inbox, "_one", going_away)
    innocent = Envelope.of(event("ThingHappened", "innocent"), "urn:elsewhere")
    await toy.sql.execute("insert into begun (consumer, event_id, starts) values ('toy', $1, 2)", innocent.event_id)
    await given_up(toy, innocent)
    assert await toy.handled(innocent, within=20) == ["done"]


async def test_one_bad_message_of_a_group_does_not_hold_up_or_harm_the_others(toy: RunningService) -> None:
    """Many at once are handled in one transaction; when that fails, each gets its own."""
    many = [event("ThingHappened", "bug" if number == 7 else f"good {number}") for number in range(30)]
    envelopes = await asyncio.gather(*(toy.announce(each) for each in many))
    verdicts = await toy.handled(*envelopes)
    assert Counter(verdicts) == {"done": 29, "parked": 1}
    assert len(await notes(toy)) == 29


async def test_a_row_that_the_database_refuses_is_not_quoted_in_the_error(toy: RunningService) -> None:
    await toy.sql.execute("alter table notes add constraint short check (length(note) < 5)")
    parked = await toy.announce(event("ThingHappened", "something private"))
    assert await toy.handled(parked) == ["parked"]
    error = await toy.sql.fetchval("select error from inbox")
    assert "short" in error
    assert "private" not in error


async def test_an_event_older_than_the_inbox_remembers_is_parked_for_a_person_to_decide(toy: RunningService) -> None:
    await toy.sql.execute("update inbox_memory set horizon = clock_timestamp() + interval '1 hour'")
    old = await toy.announce(event("ThingHappened", "again?"))
    assert await toy.handled(old) == ["parked"]
    assert "remembers" in await toy.sql.fetchval("select error from inbox")
    assert (await toy.as_("operator").post(f"/v1/parked-messages/{old.id}/_replay")).status_code == 202
    await toy.until("select true from inbox where status = 'done'")
    assert await notes(toy) == ["again?"]
