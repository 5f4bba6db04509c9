import json
from contextlib import AsyncExitStack
from typing import Any

import asyncpg
import httpx
import pytest

from services.toy import handlers
from shared.events.envelope import Envelope
from shared.ids import new_id
from tests.support.bench import Bench
from tests.support.service import RunningService, _broker, served


def event(name: str, note: str = "", thing: object = None) -> Any:
    return getattr(handlers, name)(thing_id=thing or new_id(), note=note)


def turn(note: str, turn_id: object) -> Any:
    return handlers.ThingInTurn(thing_id=new_id(), turn_id=turn_id, note=note)


async def a_bug(toy: RunningService, **facts: Any) -> Envelope:
    envelope = await toy.announce(event("ThingHappened", "bug", **facts))
    assert await toy.handled(envelope) == ["parked"]
    return envelope


async def notes(toy: RunningService) -> list[str]:
    return [row["note"] for row in await toy.sql.fetch("select note from notes")]


async def shown(toy: RunningService, envelope: Envelope) -> dict[str, Any]:
    answer = await toy.as_("operator").get(f"/v1/parked-messages/{envelope.event_id}")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def act(toy: RunningService, path: str, body: Any = None, *, expect: int = 200) -> Any:
    content = json.dumps(body)  # as httpx does, but for what is no Unicode
    json_type = {"Content-Type": "application/json"}
    answer = await toy.as_("operator").post(f"/v1/{path}", content=content, headers=json_type)
    assert answer.status_code == expect, answer.text
    return answer.json()


async def test_an_edit_keeps_the_original_and_the_edited_message_is_what_is_handled(toy: RunningService) -> None:
    parked = await a_bug(toy)
    mended = {**parked.data, "note": "mended"}
    await act(toy, f"parked-messages/{parked.id}/_edit", {"data": mended, "reason": "the note was wrong"})
    [action] = (await shown(toy, parked))["actions"]
    assert (action["action"], action["by"], action["reason"]) == ("edit", "somebody", "the note was wrong")
    assert action["before"]["data"] == parked.data
    assert await notes(toy) == []
    await act(toy, f"parked-messages/{parked.id}/_replay", expect=202)
    await toy.until("select true from inbox where status = 'done'")
    assert await notes(toy) == ["mended"]
    after = await shown(toy, parked)
    assert [each["action"] for each in after["actions"]] == ["edit", "replay"]
    assert [each["status"] for each in after["history"]] == ["parked", "done"]
    kept = {name: after["message"][name] for name in ("id", "type", "source", "subject")}
    assert kept == {"id": parked.id, "type": parked.type, "source": parked.source, "subject": parked.subject}


@pytest.mark.parametrize(
    ("change", "pointer", "why"),
    [
        ({"note": 7}, "/data/note", "string"),
        ({"thingId": "no id"}, "/data/thingId", "UUID"),
        ({"thingId": str(new_id())}, "/data", "subject stays"),
        ({"version": 9}, "/data/version", "version stays"),
        ({"notte": "mended"}, "/data/notte", "no such field"),
        ({"note": "\ud800"}, "/data", ""),
        ({"note": "x" * 70_000}, "/data", "larger"),
    ],
)
async def test_an_edit_refuses_nonsense_and_says_what_is_wrong(
    toy: RunningService, change: dict[str, Any], pointer: str, why: str
) -> None:
    parked = await a_bug(toy)
    body = {"data": {**parked.data, **change}, "reason": "a try"}
    refused = await act(toy, f"parked-messages/{parked.id}/_edit", body, expect=400)
    assert any(e["pointer"].startswith(pointer) and why in e["detail"] for e in refused["errors"]), refused
    after = await shown(toy, parked)
    assert (after["message"]["data"], after["actions"]) == (parked.data, [])


async def test_parked_messages_are_grouped_by_their_mistake(toy: RunningService) -> None:
    for _ in range(3):
        await a_bug(toy)
    unknown = Envelope.of(event("ThingHappened"), "urn:elsewhere").model_copy(update={"type": "nl.stagebrug.unheard"})
    await toy.deliver(unknown, "toy.thing-happened.v1")
    await toy.handled(unknown)
    operator = toy.as_("operator")
    most, other = (await operator.get("/v1/parked-groups")).json()["items"]
    assert (most["count"], other["count"], "bug" in most["error"]) == (3, 1, True)
    listed = (await operator.get("/v1/parked-messages", params={"group": other["group"]})).json()["items"]
    assert [each["id"] for each in listed] == [unknown.id]


async def test_errors_that_differ_in_ids_and_numbers_are_one_mistake(toy: RunningService) -> None:
    told = [f"ValueError('no offer {new_id()} with {seats} seats at 0x7f{seats}a')" for seats in (3, 44)]
    assert await toy.sql.fetchval("select error_group($1) = error_group($2)", *told)
    assert not await toy.sql.fetchval("select error_group($1) = error_group('ValueError(1)')", told[0])


async def test_the_list_is_filtered_by_what_is_asked_for(toy: RunningService) -> None:
    thing = new_id()
    first, second = await a_bug(toy, thing=thing), await a_bug(toy)
    middle = await toy.sql.fetchval("select received_at from inbox where event_id = $1", second.event_id)
    operator = toy.as_("operator")

    async def found(**query: str) -> list[str]:
        answer = await operator.get("/v1/parked-messages", params=query)
        assert answer.status_code == 200, answer.text
        return [each["id"] for each in answer.json()["items"]]

    assert await found(subject=str(thing)) == [first.id]
    assert await found(since=middle.isoformat()) == [second.id]
    assert await found(until=middle.isoformat()) == [first.id]
    assert await found(text="A BUG of") == [first.id, second.id]
    assert await found(text="another") == []
    assert await found(type="nl.stagebrug.thing-is.v1") == []
    assert await found(status="retry") == []


async def test_a_message_is_shown_with_its_attempts_and_what_it_belongs_to(toy: RunningService) -> None:
    await toy.sql.execute("update weather set fair = false")
    cause = (await toy.client.post("/v1/things", json={"name": "a cause"})).json()
    caused_by = await toy.until("select event_id from event_log where subject = $1", cause["id"])
    storm = Envelope.of(
        event("ThingHappened", "storm"),
        "urn:elsewhere",
        correlation_id="a call",
        causation_id=str(caused_by),
        traceparent="00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
    )
    await toy.deliver(storm, "toy.thing-happened.v1")
    await toy.handled(storm)
    await toy.sql.execute("update inbox set next_attempt_at = clock_timestamp() where status = 'retry'")
    await toy.until("select true from inbox where attempts = 2")
    found = await shown(toy, storm)
    assert [(each["status"], "away" in each["error"]) for each in found["history"]] == [("retry", True)] * 2
    assert found["trace"]["traceparent"] == storm.traceparent
    assert found["trace"]["correlationId"] == "a call"
    assert found["trace"]["causedBy"]["id"] == str(caused_by)
    effect = Envelope.of(event("ThingMade"), "urn:toy", causation_id=storm.id)
    await toy.sql.execute(
        "insert into event_log (event_id, position, type, routing_key, subject, version, message, recorded_at)"
        " values ($1, 1000, $2, '', $3, 1, $4, now())",
        effect.event_id,
        effect.type,
        effect.subject,
        effect.to_json(),
    )
    assert [each["id"] for each in (await shown(toy, storm))["trace"]["caused"]] == [effect.id]


async def test_a_message_that_is_being_handled_is_left_alone(toy: RunningService) -> None:
    parked = await a_bug(toy)
    path = f"parked-messages/{parked.id}"
    async with toy.sql.transaction():
        await toy.sql.execute("select 1 from inbox where event_id = $1 for update", parked.event_id)
        for verb, body in (("_replay", {}), ("_discard", {"reason": "r"}), ("_edit", {"data": {}, "reason": "r"})):
            refused = await act(toy, f"{path}/{verb}", body, expect=409)
            assert "being handled" in refused["detail"]
    await act(toy, f"{path}/_discard", {"reason": "r"})
    refused = await act(toy, f"{path}/_discard", {"reason": "r"}, expect=409)
    assert "discarded: only what is parked" in refused["detail"]


async def test_a_message_that_was_picked_up_and_not_yet_claimed_is_not_edited_under_the_handler(
    toy: RunningService,
) -> None:
    parked = await a_bug(toy)
    await toy.sql.execute("insert into begun (consumer, event_id, starts) values ('toy', $1, 1)", parked.event_id)
    await toy.sql.execute("update inbox set status = 'retry', next_attempt_at = now() + interval '1 hour'")
    await act(toy, f"parked-messages/{parked.id}/_edit", {"data": parked.data, "reason": "r"}, expect=409)


@pytest.mark.parametrize("given_up", [True, False])
async def test_what_waits_behind_a_parked_message_goes_on_after_it_is_settled(
    toy: RunningService, *, given_up: bool
) -> None:
    subject = new_id()
    assert await toy.tell(turn("first", subject)) == "done"
    parked = await toy.announce(turn("bug", subject))
    assert await toy.handled(parked) == ["parked"]
    assert [await toy.tell(turn(note, subject)) for note in ("third", "fourth")] == ["waiting", "waiting"]
    if given_up:
        await act(toy, f"parked-messages/{parked.id}/_discard", {"reason": "made by a test"})
    else:
        mended = {"data": {**parked.data, "note": "second"}, "reason": "made by a test"}
        await act(toy, f"parked-messages/{parked.id}/_edit", mended)
        await act(toy, f"parked-messages/{parked.id}/_replay", expect=202)
    await toy.until("select count(*) = 0 from inbox where status in ('waiting', 'retry')")  # not the 30 s of patience
    assert await notes(toy) == ["first", *([] if given_up else ["second"]), "third", "fourth"]


async def test_messages_are_discarded_by_filter_with_one_reason_and_all_of_them_takes_a_word(
    toy: RunningService,
) -> None:
    thing = new_id()
    first, second = await a_bug(toy, thing=thing), await a_bug(toy)
    await act(toy, "parked-messages/_discard", {"reason": "none said"}, expect=400)
    chosen = {"filter": {"subject": str(thing)}, "reason": "made by a test"}
    assert await act(toy, "parked-messages/_discard", chosen) == {"discarded": 1}
    assert (await shown(toy, first))["actions"][0]["reason"] == "made by a test"
    assert (await shown(toy, second))["status"] == "parked"
    assert await act(toy, "parked-messages/_discard", {"all": True, "reason": "the rest"}) == {"discarded": 1}


async def test_bytes_repaired_by_hand_become_a_message_and_are_kept(toy: RunningService) -> None:
    meant = Envelope.of(event("ThingHappened", "repaired"), "urn:elsewhere")
    await toy.deliver(meant.to_json().replace('"1.0"', '"0.3"').encode(), "toy.thing-happened.v1")
    await toy.until("select true from unreadable")
    [found] = (await toy.as_("operator").get("/v1/unreadable-messages")).json()["items"]
    path = f"unreadable-messages/{found['id']}"
    wrong = {"message": {**meant.model_dump(mode="json"), "specversion": "2"}, "reason": "a try"}
    assert "specversion" in (await act(toy, f"{path}/_repair", wrong, expect=400))["errors"][0]["detail"]
    right = {"message": meant.model_dump(mode="json", exclude_none=True), "reason": "the version of the standard"}
    repaired = await act(toy, f"{path}/_repair", right, expect=202)
    assert (repaired["status"], repaired["repairedAs"]) == ("repaired", meant.id)
    assert '"0.3"' in repaired["body"]
    await toy.until("select true from inbox where status = 'done'")
    assert await notes(toy) == ["repaired"]
    await act(toy, f"{path}/_discard", {"reason": "too late"}, expect=409)
    assert (await toy.as_("operator").get("/v1/unreadable-messages")).json()["items"] == []


async def test_unreadable_bytes_are_given_up_with_a_reason_and_kept(toy: RunningService) -> None:
    await toy.deliver(b"garbage", "toy.thing-happened.v1")
    number = await toy.until("select id from unreadable")
    after = await act(toy, f"unreadable-messages/{number}/_discard", {"reason": "a scan"})
    assert (after["status"], after["body"], after["actions"][0]["reason"]) == ("discarded", "garbage", "a scan")


async def test_a_replay_is_cancelled_and_the_rest_stays_parked(toy: RunningService) -> None:
    for _ in range(3):
        await a_bug(toy)
    begun = await act(toy, "parked-replays", {"all": True, "rate": 0.01}, expect=201)
    await toy.until("select released = 1 from parked_replays")
    assert (await act(toy, f"parked-replays/{begun['id']}/_cancel"))["state"] == "cancelled"
    await toy.until("select count(*) = 3 from inbox where status = 'parked'")


async def test_a_replay_of_a_group_keeps_to_its_rate_and_survives_a_restart(bench: Bench) -> None:
    async with AsyncExitStack() as stack:
        database = await bench.fresh_database("toy")
        stack.push_async_callback(bench.drop, database)
        exchange, tap = await _broker(stack, bench)
        sql = await asyncpg.connect(database.owner_url)
        stack.push_async_callback(sql.close)
        async with AsyncExitStack() as first, httpx.AsyncClient() as client:
            url = await served(first, bench, "toy", database, {})
            toy = RunningService(bench, "toy", url, client, database, {}, sql, exchange, tap)
            bugs = [await a_bug(toy) for _ in range(12)]
            other = Envelope.of(event("ThingHappened"), "urn:x").model_copy(update={"type": "nl.stagebrug.unheard"})
            await toy.deliver(other, "toy.thing-happened.v1")
            await toy.handled(other)
            group = await sql.fetchval("select error_group(error) from inbox where event_id = $1", bugs[0].event_id)
            await act(toy, "parked-replays", {"filter": {"group": group}, "rate": 4, "reason": "mended"}, expect=201)
            await toy.until("select released between 4 and 8 from parked_replays")
        assert await sql.fetchval("select released < 12 from parked_replays")
        async with AsyncExitStack() as second, httpx.AsyncClient() as client:
            url = await served(second, bench, "toy", database, {})
            toy = RunningService(bench, "toy", url, client, database, {}, sql, exchange, tap)
            await toy.until("select state = 'done' from parked_replays", within=20)
            await toy.until("select count(*) = 0 from inbox where status = 'retry'")
            [replay] = (await toy.as_("operator").get("/v1/parked-replays")).json()["items"]
        assert (replay["total"], replay["released"], replay["now"]) == (12, 12, {"parked": 12})
        each = await sql.fetch("select count(*) from operator_actions group by event_id")
        assert [row["count"] for row in each] == [1] * 12  # each once, though all of them were parked again
        took = await sql.fetchval("select extract(epoch from max(at) - min(at)) from operator_actions")
        assert took > 1.8  # twelve at four each second, of which the first four need not wait
