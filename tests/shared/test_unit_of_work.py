import httpx

from services.toy.handlers import ThingMade
from tests.support.service import RunningService


async def make(toy: RunningService, name: str, count: int = 1) -> httpx.Response:
    return await toy.client.post("/v1/things", json={"name": name, "count": count})


async def test_what_was_answered_with_2xx_is_in_the_database_and_on_its_way(toy: RunningService) -> None:
    made = (await make(toy, "a thing")).json()
    assert await toy.sql.fetchval("select version from things where id = $1::text::uuid", made["id"]) == 1
    assert str((await toy.next_event(ThingMade)).thing_id) == made["id"]


async def test_what_fails_after_everything_was_written_leaves_neither_row_nor_event(toy: RunningService) -> None:
    assert (await make(toy, "fail")).status_code == 500
    assert await toy.sql.fetchval("select count(*) from things") == 0
    assert await toy.sql.fetchval("select (select count(*) from outbox) + (select count(*) from event_log)") == 0


async def test_versions_of_a_subject_rise_by_one(toy: RunningService) -> None:
    assert (await make(toy, "three times", 3)).json()["version"] == 3
    events = [await toy.next_event(ThingMade) for _ in range(3)]
    assert sorted(event.version for event in events) == [1, 2, 3]


async def test_an_event_before_its_row_is_a_bug_that_shows(toy: RunningService) -> None:
    answer = await make(toy, "early")
    assert answer.status_code == 500
    assert "NobodyListens" not in answer.text


async def test_the_log_has_every_event_once_in_positions_without_gaps(toy: RunningService) -> None:
    for _ in range(3):
        await make(toy, "logged", 2)
    await toy.published_everything()
    log = (await toy.as_("operator").get("/v1/events", params={"limit": 4})).json()
    rest = (await toy.as_("operator").get("/v1/events", params={"after": log["next"]})).json()
    assert [item["position"] for item in log["items"] + rest["items"]] == [1, 2, 3, 4, 5, 6]
    assert (await toy.as_("coordinator").get("/v1/events")).status_code == 403
    assert (await toy.as_(scope="toy:events:read").get("/v1/events")).status_code == 200


async def test_a_trace_goes_on_from_the_call_into_the_event(toy: RunningService) -> None:
    trace = "4bf92f3577b34da6a3ce929d0e0e4736"
    headers = {"traceparent": f"00-{trace}-00f067aa0ba902b7-01"}
    answer = await toy.client.post("/v1/things", json={"name": "traced"}, headers=headers)
    message = await toy.until("select message from event_log")
    assert f"00-{trace}-" in message
    assert answer.headers["x-request-id"] in message
