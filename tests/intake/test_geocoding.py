"""The national geocoder: asked with manners, its answers kept, and nothing waits for it."""

import asyncio
import time
from collections.abc import AsyncIterator
from typing import Any

import asyncpg
import httpx
import pytest
from starlette.responses import JSONResponse, Response

from services.intake.geocoding import Found, GeocoderAway, patience, pdok
from services.intake.geocoding.patience import Patient
from services.intake.geocoding.pdok import Pdok
from shared.events.intake import EmployerRegistered, OfferChanged
from tests.intake.pdok import FakePdok, fake_pdok, until
from tests.intake.world import LELYSTAD, World, a_world, good

HOUSE = LELYSTAD | {"houseNumber": "1a"}


@pytest.fixture
async def fake() -> AsyncIterator[FakePdok]:
    async with fake_pdok() as served:
        yield served


@pytest.fixture
async def geocoder(fake: FakePdok) -> AsyncIterator[Pdok]:
    async with httpx.AsyncClient() as client:
        yield Pdok(client, fake.url)


async def world_with(service: Any, fake: FakePdok) -> World:
    settings = {"geocoder_url": fake.url, "geocoder_per_second": "50", "geocoder_contact": "beheer@school.example"}
    return await a_world(await service("intake", **settings))


@pytest.mark.parametrize(
    ("postcode", "number", "found"),
    [
        ("8232VT", "1a", Found("GM0995", 52.5095, 5.4735)),
        ("8232VT", "1", Found("GM0995", 52.5093, 5.4731)),
        ("8232VT", "", Found("GM0995", 52.51, 5.4742)),
        ("8232VT", "999", Found("GM0995", 52.51, 5.4742)),
        ("1000AA", "1", None),
    ],
)
async def test_a_house_is_found_by_number_and_letter_else_the_postcode(
    geocoder: Pdok, postcode: str, number: str, found: Found | None
) -> None:
    assert await geocoder.find(postcode, number) == found


@pytest.mark.parametrize(
    ("answer", "pause"),
    [
        (Response("Internal error", 500), None),
        (Response("Too many", 429, {"Retry-After": "120"}), 120),
        (Response("Too many", 429, {"Retry-After": "Fri, 27 Nov 2026 12:00:00 GMT"}), None),
        (Response("<html>onderhoud</html>"), None),
        (JSONResponse({"response": {"docs": [{"gemeentecode": "0995", "centroide_ll": "POINT(NaN NaN)"}]}}), None),
        (JSONResponse({"response": {"docs": [{"gemeentecode": "0995", "centroide_ll": "POINT(4.5 48.9)"}]}}), None),
        (JSONResponse(["docs"]), None),
    ],
)
async def test_what_cannot_be_used_is_as_good_as_no_answer(
    fake: FakePdok, geocoder: Pdok, answer: Response, pause: int | None
) -> None:
    fake.trouble = [answer]
    with pytest.raises(GeocoderAway) as away:
        await geocoder.find("8232VT", "")
    assert (away.value.pause.total_seconds() if away.value.pause else None) == pause


async def test_a_slow_answer_is_not_waited_for(monkeypatch: pytest.MonkeyPatch, geocoder: Pdok) -> None:
    silent = await asyncio.start_server(lambda *_: None, "127.0.0.1", 0)
    monkeypatch.setattr(pdok, "SECONDS", 0.2)
    async with silent, httpx.AsyncClient() as client:
        with pytest.raises(GeocoderAway):
            await Pdok(client, f"http://127.0.0.1:{silent.sockets[0].getsockname()[1]}").find("8232VT", "")


async def test_it_is_asked_one_question_at_a_time_and_not_too_often(fake: FakePdok, geocoder: Pdok) -> None:
    patient, begun = Patient(geocoder, per_second=20), time.monotonic()
    await asyncio.gather(*(patient.find("8232VT", "") for _ in range(5)))
    assert time.monotonic() - begun >= 4 / 20
    assert fake.most_at_once == 1


async def test_after_a_failure_it_is_left_alone_for_a_while(
    monkeypatch: pytest.MonkeyPatch, fake: FakePdok, geocoder: Pdok
) -> None:
    monkeypatch.setattr(patience, "FIRST_PAUSE", 0.3)
    patient, fake.trouble = Patient(geocoder, per_second=1000), [Response("", 500)]
    for _ in range(3):
        with pytest.raises(GeocoderAway):
            await patient.find("8232VT", "")
    assert (patient.resting, len(fake.asked)) == (True, 1)

    async def answer() -> Found | None:
        return None if patient.resting else await patient.find("8232VT", "")

    assert await until(answer, lambda found: found is not None) == Found("GM0995", 52.51, 5.4742)


async def test_an_address_becomes_exact_after_it_was_recorded_and_others_hear_of_it(
    service: Any, fake: FakePdok
) -> None:
    world = await world_with(service, fake)
    employer = await world.employer(address=HOUSE)
    assert employer["location"]["approximate"]
    offer = await world.offer(employer["id"])

    async def read() -> Any:
        return await good(world.first.get(f"/v1/employers/{employer['id']}"))

    refined = await until(read, lambda now: not now["location"]["approximate"])
    assert refined["location"] == {"latitude": 52.5095, "longitude": 5.4735, "approximate": False}
    assert refined["version"] > employer["version"]
    told = await world.intake.next_event(EmployerRegistered)
    while told.location.approximate:
        told = await world.intake.next_event(EmployerRegistered)
    assert told.location.latitude == 52.5095
    assert (await world.intake.next_event(OfferChanged)).location.approximate is False
    assert (await good(world.first.get(f"/v1/offers/{offer['id']}")))["location"]["latitude"] == 52.5095
    assert all("beheer@school.example" in agent for agent in fake.agents)

    asked = len(fake.asked)
    again = await world.employer(name="Buurman", address=HOUSE)
    assert again["location"] == refined["location"]
    assert len(fake.asked) == asked


async def test_of_a_students_home_only_the_postcode_is_asked(service: Any, fake: FakePdok) -> None:
    world = await world_with(service, fake)
    student = await world.student(address={"postcode": "8011AA", "place": "Zwolle", "houseNumber": "44", "street": "X"})

    async def read() -> Any:
        return await good(world.first.get(f"/v1/students/{student['id']}"))

    refined = await until(read, lambda now: not now["location"]["approximate"])
    assert refined["location"]["latitude"] == 52.5121
    assert not any("44" in question for question in fake.asked)


async def test_while_the_geocoder_is_away_everything_is_recorded_and_becomes_exact_afterwards(
    service: Any, fake: FakePdok, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(patience, "FIRST_PAUSE", 0.2)
    fake.broken = Response("", 503)
    world = await world_with(service, fake)
    employer = await world.employer(address=HOUSE)
    assert employer["location"]["approximate"]

    async def asked() -> int:
        return len(fake.asked)

    await until(asked, lambda count: count >= 1)
    fake.broken = None

    async def read() -> Any:
        return await good(world.first.get(f"/v1/employers/{employer['id']}"))

    assert (await until(read, lambda now: not now["location"]["approximate"]))["location"]["latitude"] == 52.5095


async def test_an_address_that_does_not_exist_is_not_asked_for_again_on_the_same_day(
    service: Any, fake: FakePdok
) -> None:
    world = await world_with(service, fake)
    await world.employer(address={"postcode": "8299ZZ", "houseNumber": "7", "place": "Lelystad"})

    async def answered() -> Any:
        query = "select next_at > now() + interval '23 hours' from geocodes where postcode = '8299ZZ' and answered_at is not null"
        return await world.intake.sql.fetchval(query)

    assert await until(answered, lambda seen: seen is not None)
    before = len([one for one in fake.asked if "8299ZZ" in one])
    await world.employer(name="Ander", address={"postcode": "8299ZZ", "houseNumber": "7", "place": "Lelystad"})
    await world.employer(name="Later", address=LELYSTAD | {"houseNumber": "1"})

    async def later() -> Any:
        return await world.intake.sql.fetchval(
            "select 1 from geocodes where house_number = '1' and answered_at is not null"
        )

    await until(later, lambda seen: seen is not None)
    assert len([one for one in fake.asked if "8299ZZ" in one]) == before


async def test_no_transaction_is_open_while_the_geocoder_thinks(
    service: Any, fake: FakePdok, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pdok, "SECONDS", 60)
    fake.thinking = asyncio.Event()
    world = await world_with(service, fake)
    employer = await world.employer(address=HOUSE)
    everybodys = await asyncpg.connect(world.intake.bench.servers.postgres_url)
    database = await world.intake.sql.fetchval("select current_database()")

    async def thinks() -> bool:
        return fake.at_once == 1

    async def open_ones() -> int:
        query = "select count(*) from pg_stat_activity where datname = $1 and state like 'idle in transaction%'"
        found: int = await everybodys.fetchval(query, database)
        return found

    async def read() -> Any:
        return await good(world.first.get(f"/v1/employers/{employer['id']}"))

    await until(thinks, bool)
    await until(open_ones, lambda count: count == 0, within=5)
    await everybodys.close()
    fake.thinking.set()
    await until(read, lambda now: not now["location"]["approximate"])
