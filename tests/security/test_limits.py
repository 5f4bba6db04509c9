import httpx

from shared.limits import MOST_CALLERS, Buckets
from tests.conftest import StartService


def test_a_bucket_empties_and_fills_again() -> None:
    clock = [0.0]
    buckets = Buckets(2, 3, lambda: clock[0])
    for _ in range(3):
        assert buckets.wait("anna") == 0
        buckets.take("anna")
    assert buckets.wait("anna") == 0.5
    assert buckets.wait("bert") == 0
    clock[0] = 0.5
    assert buckets.wait("anna") == 0
    clock[0] = 1000
    for _ in range(3):
        buckets.take("anna")
    assert buckets.wait("anna") > 0, "no more than the bucket holds is saved up"


def test_many_callers_take_no_more_memory_than_there_is_for_them() -> None:
    buckets = Buckets(1, 1)
    for number in range(MOST_CALLERS + 50):
        buckets.take(str(number))
    assert len(buckets._left) == MOST_CALLERS


async def test_who_calls_too_often_is_told_when_to_come_back_and_nobody_else_is(service: StartService) -> None:
    toy = await service("toy", calls_per_second="0.01", calls_at_once="3")
    async with toy.as_("coordinator", sub="anna") as anna, toy.as_("coordinator", sub="bert") as bert:
        assert [(await anna.get("/v1/secrets")).status_code for _ in range(4)] == [200, 200, 200, 429]
        refused = await anna.get("/v1/secrets")
        assert refused.headers["content-type"] == "application/problem+json"
        assert refused.json()["type"] == "urn:stagebrug:problem:calls-too-often"
        assert int(refused.headers["retry-after"]) == refused.json()["seconds"] > 90
        assert (await bert.get("/v1/secrets")).status_code == 200


async def test_bad_tokens_from_one_address_have_to_wait_and_good_ones_do_not(service: StartService) -> None:
    toy = await service("toy")
    async with httpx.AsyncClient(base_url=toy.url, headers={"Authorization": "Bearer nonsense"}) as client:
        seen = [(await client.get("/v1/secrets")).status_code for _ in range(230)]
    assert (seen[0], seen[-1]) == (401, 429)
    async with toy.as_("coordinator") as neighbour:
        assert (await neighbour.get("/v1/secrets")).status_code == 200, "nobody shuts others out by trying"
