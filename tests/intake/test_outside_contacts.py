"""Before a coordinator calls an employer: other sources are asked, all at once, and nobody waits for the slowest."""

import asyncio
import json
import time
from collections.abc import AsyncIterator
from typing import Any

import pytest
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from shared.settings import TEST_OIN
from tests.conftest import StartService
from tests.intake.world import a_world, good
from tests.support.webhook_receiver import Served

OIN = "00000099000000000050"
MOMENT = {
    "datum": "2026-09-14",
    "codeOnderwerp": "01",
    "accountmanager": {"naam": "T. de Wit", "naamOrganisatie": "UWV Flevoland", "emailadres": "t.dewit@uwv.example"},
    "werkgever": {"nummerKvk": "01234567", "erkendSbbLeerbedrijf": True},
}


class Source:
    """Another source of contact moments: answers, hangs, or answers what nobody can read."""

    def __init__(self) -> None:
        self.asked: list[tuple[dict[str, str], Any]] = []
        self.never = asyncio.Event()

    async def answer(self, request: Request) -> Response:
        """By the first part of the path."""
        self.asked.append((dict(request.headers), json.loads(await request.body())))
        match request.url.path.split("/")[1]:
            case "slow":
                await self.never.wait()
            case "wrong":
                return JSONResponse({"matches": [{"datum": "gisteren"}]})
            case "down":
                return JSONResponse({"code": "500.1"}, 500)
            case "endless":
                return Response(b"[" * 2_000_000)
        return JSONResponse({"matches": [MOMENT, {**MOMENT, "datum": "2026-09-20"}]})


@pytest.fixture
async def source() -> AsyncIterator[tuple[Source, str]]:
    """The sources and their address."""
    source = Source()
    async with Served(source.answer) as served:
        yield source, served.url
        source.never.set()


async def test_what_came_in_three_seconds_is_shown_and_what_did_not_is_named(
    service: StartService, source: tuple[Source, str]
) -> None:
    answering, url = source
    names = ("uwv", "slow", "wrong", "down", "endless")
    sources = [{"name": name, "url": f"{url}{name}", "oin": OIN, "token": "theirs"} for name in names]
    world = await a_world(await service("intake", contact_sources=json.dumps(sources)))
    employer = await world.employer(kvkNumber="01234567")
    began = time.monotonic()
    found = await good(world.first.get(f"/v1/employers/{employer['id']}/outside-contacts"))
    assert time.monotonic() - began < 5
    assert found["complete"] is False
    states = {each["name"]: each["state"] for each in found["sources"]}
    assert states == {"uwv": "answered", "slow": "slow", "wrong": "failed", "down": "failed", "endless": "failed"}
    assert [each["contactDate"] for each in found["contacts"]] == ["2026-09-20", "2026-09-14"]
    assert found["contacts"][0]["organisation"] == "UWV Flevoland"
    headers, question = answering.asked[0]
    assert (headers["x-vum-fromparty"], headers["x-vum-toparty"]) == (TEST_OIN, OIN)
    assert headers["authorization"] == "Bearer theirs"
    assert question == {"werkgever": {"nummerKvk": "01234567"}}


async def test_without_sources_nobody_is_asked_and_without_a_kvk_number_nobody_can_be(service: StartService) -> None:
    world = await a_world(await service("intake"))
    employer = await world.employer(kvkNumber="01234567")
    found = await good(world.first.get(f"/v1/employers/{employer['id']}/outside-contacts"))
    assert (found["complete"], found["contacts"], found["sources"]) == (True, [], [])
    nameless = await world.employer(name="Zonder nummer")
    answer = await world.first.get(f"/v1/employers/{nameless['id']}/outside-contacts")
    assert (answer.status_code, answer.json()["type"]) == (409, "urn:stagebrug:problem:employer-has-no-kvk-number")
