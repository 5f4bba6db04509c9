"""Creating once, however often a call is sent."""

import asyncio

from shared.idempotency import FORGET, KEPT_HOURS
from tests.intake.world import EMPLOYER, OFFER, STUDENT, World

KEY = {"Idempotency-Key": "a1"}
CONTACT = {"channel": "telephone", "outcome": "good-talk", "contactDate": "2026-09-14"}


async def test_a_call_that_is_sent_again_is_answered_with_what_the_first_made(world: World) -> None:
    first = await world.first.post("/v1/employers", json=EMPLOYER, headers=KEY)
    again = await world.first.post("/v1/employers", json=EMPLOYER, headers=KEY)
    assert (again.status_code, again.json()) == (201, first.json())
    assert again.headers["Location"] == first.headers["Location"]
    assert again.headers["ETag"] == first.headers["ETag"]
    assert await world.intake.sql.fetchval("select count(*) from employers") == 1


async def test_calls_beside_each_other_create_once(world: World) -> None:
    calls = (world.first.post("/v1/students", json=STUDENT, headers=KEY) for _ in range(8))
    answers = await asyncio.gather(*calls)
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.json()["id"] for answer in answers}) == 1
    assert await world.intake.sql.fetchval("select count(*) from students") == 1


async def test_a_key_stands_for_one_call_of_one_caller(world: World) -> None:
    await world.first.post("/v1/employers", json=EMPLOYER, headers=KEY)
    other = await world.first.post("/v1/employers", json=EMPLOYER | {"name": "Een ander"}, headers=KEY)
    assert (other.status_code, other.json()["type"]) == (409, "urn:stagebrug:problem:idempotency-key-reused")
    elsewhere = await world.second.post("/v1/employers", json=EMPLOYER | {"name": "Een ander"}, headers=KEY)
    assert elsewhere.status_code == 201


async def test_a_call_that_failed_uses_no_key_up(world: World) -> None:
    assert (await world.first.post("/v1/employers", json={"name": ""}, headers=KEY)).status_code == 400
    refused = await world.first.post("/v1/employers", json=EMPLOYER | {"sectors": ["niets"]}, headers=KEY)
    assert refused.status_code == 400
    assert (await world.first.post("/v1/employers", json=EMPLOYER, headers=KEY)).status_code == 201


async def test_everything_that_is_made_can_be_made_once(world: World) -> None:
    employer = await world.employer()
    for path, body in (("offers", OFFER), ("contacts", CONTACT)):
        headers = {"Idempotency-Key": path}
        first, again = [
            await world.first.post(f"/v1/employers/{employer['id']}/{path}", json=body, headers=headers)
            for _ in range(2)
        ]
        assert (again.status_code, again.json()) == (201, first.json()), again.text


async def test_a_key_is_forgotten_after_a_day(world: World) -> None:
    first = await world.first.post("/v1/employers", json=EMPLOYER, headers=KEY)
    await world.intake.sql.execute("update idempotency_keys set used_at = used_at - interval '25 hours'")
    forget = str(FORGET).replace(":hours", str(KEPT_HOURS)).replace(":limit", "10")
    assert await world.intake.sql.execute(forget) == "DELETE 1"
    again = await world.first.post("/v1/employers", json=EMPLOYER | {"confirmedNew": True}, headers=KEY)
    assert again.json()["id"] != first.json()["id"]
