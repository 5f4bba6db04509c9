from typing import Any

import aio_pika

from services.toy import handlers
from shared.events.envelope import Envelope
from shared.ids import new_id
from tests.support.service import RunningService


def event(name: str, note: str = "", thing: object = None) -> Any:
    return getattr(handlers, name)(thing_id=thing or new_id(), note=note)


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
    for garbage in (b"\xff\xfe garbage", b'{"specversion": "0.3"}', b"[]", b'{"id": "\\u0000"}', b"x" * 70_000):
        await toy.deliver(garbage, "toy.thing-happened.v1")
    assert await toy.tell(event("ThingHappened", "next")) == "done"
    assert await toy.until("select count(*) = 5 from unreadable")
    first = (await toy.as_("operator").get("/v1/unreadable-messages")).json()["items"][0]
    assert "JSON" in first["error"]


async def test_an_unknown_type_is_parked_with_its_reason(toy: RunningService) -> None:
    made = Envelope.of(event("ThingHappened"), "urn:elsewhere").model_copy(
        update={"type": "nl.stagebrug.unheard-of.v1"}
    )
    await toy.deliver(made, "toy.thing-happened.v1")
    assert await toy.handled(made) == ["parked"]
    [parked] = (await toy.as_("operator").get("/v1/parked-messages")).json()["items"]
    assert "no handler" in parked["error"]
    assert await toy.tell(event("ThingHappened", "next")) == "done"


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
    first = await toy.announce(event("ThingInTurn", "storm", thing))
    await toy.handled(first)
    second = await toy.announce(event("ThingInTurn", "after the storm", thing))
    assert await toy.handled(second) == ["waiting"]
    assert await toy.tell(event("ThingInTurn", "another subject")) == "done"
    await toy.sql.execute("update weather set fair = true")
    await toy.sql.execute("update inbox set next_attempt_at = clock_timestamp() where status = 'retry'")
    await toy.until("select count(*) = 3 from inbox where status = 'done'")
    assert await notes(toy) == ["another subject", "storm", "after the storm"]


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


async def test_what_the_broker_gave_up_on_is_parked(toy: RunningService) -> None:
    envelope = Envelope.of(event("ThingHappened"), "urn:elsewhere")
    parking = await toy.exchange.channel.get_queue("parking.toy")  # type: ignore[attr-defined]
    default = toy.exchange.channel.default_exchange  # type: ignore[attr-defined]
    await default.publish(aio_pika.Message(envelope.to_json().encode()), parking.name)
    assert await toy.handled(envelope) == ["parked"]


async def test_a_row_that_the_database_refuses_is_not_quoted_in_the_error(toy: RunningService) -> None:
    await toy.sql.execute("alter table notes add constraint short check (length(note) < 5)")
    parked = await toy.announce(event("ThingHappened", "something private"))
    assert await toy.handled(parked) == ["parked"]
    error = await toy.sql.fetchval("select error from inbox")
    assert "short" in error
    assert "private" not in error
