"""The VUM facade: what municipal systems ask, answered from what may be shown, within VUM's own limits and errors."""

from typing import Any

import httpx
import pytest

from shared.settings import TEST_OIN
from tests.conftest import StartService
from tests.intake.world import STUDENT, ZWOLLE, World, a_world, good

ALMERE, STRANGER = "00000099000000000034", "00000099000000000035"
HEADERS = {"X-VUM-fromParty": ALMERE, "X-VUM-toParty": TEST_OIN, "API-VERSION": "3.1.0"}
HERE = {"selectiegebied": {"postcode": "8232VT", "afstand": 15}}
VACANCIES = "/vum/v1/vacatures/matches"


@pytest.fixture
async def world(service: StartService) -> World:
    """Intake with the facade switched on for one municipality."""
    return await a_world(await service("intake", vum_parties=f'["{ALMERE}"]'))


def machine(world: World, **headers: str) -> httpx.AsyncClient:
    client = world.as_(sub="gemeente-almere", scope="intake:vum:read")
    client.headers.update({**HEADERS, **headers})
    return client


async def shown_offer(world: World, employer: dict[str, Any] | None = None, **facts: Any) -> Any:
    employer = employer or await world.employer()
    await good(world.first.put(f"/v1/employers/{employer['id']}/vum", json={"allowed": True}))
    return await world.offer(employer["id"], **facts)


async def matches(world: World, question: dict[str, Any]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await good(machine(world).post(VACANCIES, json=question)))["matches"]
    return found


async def test_an_open_place_of_an_employer_that_allows_it_is_found_and_opened(world: World) -> None:
    offer = await shown_offer(
        world, await world.employer(kvkNumber="01234567"), guidance="limited", tasks=["vakken-vullen"]
    )
    answer = await machine(world).post(VACANCIES, json=HERE)
    assert answer.headers["api-version"] == "3.1.0"
    assert answer.json()["indicatieMaximumAantalBereikt"] is False
    (found,) = answer.json()["matches"]
    assert (found["codeTypeOvereenkomst"], found["eisAanWerk"]) == ("04", {"indicatieBegeleiding": 1})
    assert found["adres"] == {"postcode": "8232VT"}
    assert offer["id"] not in answer.text
    detail = await good(machine(world).get(f"/vum/v1/vacatures/{found['vumID']}"))
    assert detail["vacature"]["werkgever"]["nummerKvk"] == "01234567"


async def test_who_did_not_allow_it_is_private_paused_or_far_away_is_not_found(world: World) -> None:
    await world.offer()  # said nothing
    await shown_offer(world, await world.employer(name="Verweg", address=ZWOLLE))
    paused = await world.employer(name="Pauze")
    await shown_offer(world, paused)
    await good(
        world.first.post(f"/v1/employers/{paused['id']}/_pause", json={"fromDate": "2026-09-01", "reason": "busy"})
    )
    await shown_offer(world, await world.employer(name="Pareltje", private=True))
    assert await matches(world, HERE) == []
    everywhere = {"selectiegebied": {"postcode": "8232", "afstand": 150}}
    assert [each["werkgever"]["handelsnaamOrganisatie"] for each in await matches(world, everywhere)] == ["Verweg"]


async def test_operators_select_and_what_is_unknown_or_empty_is_ignored(world: World) -> None:
    await shown_offer(world, kind="job")
    job, internship = {"codeTypeOvereenkomst": {"$eq": "01"}}, {"codeTypeOvereenkomst": {"$in": ["04"]}}
    later = {"datumAanvangWerkzaamheden": {"$gte": "2027-01-01"}}
    unknown = {"kleurVanDeDeur": {"$eq": "rood"}, "codeTypeOvereenkomst": {"$straks": 1}, "codeSbi": {"$in": []}}
    for question, count in ((job, 1), (internship, 0), (later, 0), (unknown, 1), ({"vacature": job}, 1)):
        assert len(await matches(world, HERE | question)) == count, question


async def test_no_student_is_ever_shown(world: World) -> None:
    await world.searching()
    answer = await machine(world).post("/vum/v1/werkzoekendeProfielen/matches", json=HERE)
    assert answer.json() == {"indicatieMaximumAantalBereikt": False, "matches": []}
    assert STUDENT["familyName"] not in answer.text
    assert (await machine(world).get("/vum/v1/werkzoekendeProfielen/x")).json()["code"] == "400.02"


async def test_a_hundred_at_most_in_random_order_and_ten_details_of_each_answer(world: World) -> None:
    employer = await world.employer()
    await shown_offer(world, employer)
    copies = (
        "insert into offers (id, employer_id, kind, sector, state, facts) select gen_random_uuid(), employer_id, kind, "
    )
    await world.intake.sql.execute(copies + "sector, state, facts from offers, generate_series(1, 104)")
    first, second = [(await good(machine(world).post(VACANCIES, json=HERE))) for _ in range(2)]
    assert (len(first["matches"]), first["indicatieMaximumAantalBereikt"]) == (100, True)
    rows = await world.intake.sql.fetch("select offers from vum_questions order by id")
    assert rows[0]["offers"] != rows[1]["offers"]
    ids = [each["vumID"] for each in first["matches"]]
    for vum_id in [*ids[:10], ids[0]]:
        assert (await machine(world).get(f"/vum/v1/vacatures/{vum_id}")).status_code == 200
    refused = await machine(world).get(f"/vum/v1/vacatures/{ids[10]}")
    assert (refused.status_code, refused.json()["code"]) == (429, "429.01")
    assert (await machine(world).get(f"/vum/v1/vacatures/{second['matches'][0]['vumID']}")).status_code == 200


async def test_who_spoke_with_an_employer_is_answered(world: World) -> None:
    employer = await world.employer(kvkNumber="01234567", recognition="boris")
    for day in ("2026-08-31", "2026-09-14"):
        talk = {
            "channel": "telephone",
            "outcome": "good-talk",
            "contactDate": day,
            "subjects": ["internship"],
            "note": "x",
        }
        await good(world.first.post(f"/v1/employers/{employer['id']}/contacts", json=talk))
    question = {"werkgever": {"nummerKvk": "01234567"}, "datum": {"$gte": "2026-09-01"}}
    path = "/vum/v1/werkgeverscontactmomenten/matches"
    (found,) = (await good(machine(world).post(path, json=question)))["matches"]
    assert found["datum"] == "2026-09-14"
    assert found["werkgever"]["erkendSbbLeerbedrijf"] is True
    wrong = await machine(world).post(path, json={"werkgever": {}})
    assert (wrong.status_code, wrong.json()["code"]) == (400, "400.01")


@pytest.mark.parametrize(
    "question", [{}, {"selectiegebied": {}}, {"selectiegebied": {"postcode": "8232VT", "afstand": "ver"}}, []]
)
async def test_a_question_without_an_area_is_400_01(world: World, question: Any) -> None:
    answer = await machine(world).post(VACANCIES, json=question)
    assert (answer.status_code, answer.json()["code"]) == (400, "400.01")
    assert set(answer.json()) == {"code", "message", "details"}


async def test_only_parties_it_is_switched_on_for_ask_and_only_their_own_answers(world: World) -> None:
    await shown_offer(world)
    (found,) = await matches(world, HERE)
    stranger = machine(world, **{"X-VUM-fromParty": STRANGER})
    assert (await stranger.post(VACANCIES, json=HERE)).json()["code"] == "403.01"
    assert (await machine(world, **{"X-VUM-toParty": STRANGER}).post(VACANCIES, json=HERE)).status_code == 403
    assert (await machine(world, **{"X-VUM-fromParty": "x"}).post(VACANCIES, json=HERE)).json()["code"] == "400.01"
    assert (await world.first.post(VACANCIES, json=HERE, headers=HEADERS)).status_code == 403
    assert (await world.intake.client.post(VACANCIES, json=HERE, headers=HEADERS)).status_code == 401
    assert (await machine(world).get("/vum/v1/vacatures/no-such-id")).json()["code"] == "400.02"
    assert (await machine(world).get(f"/vum/v1/vacatures/{found['vumID'][:-1]}7")).json()["code"] == "400.02"


async def test_a_token_with_an_oin_asks_for_that_party_or_as_its_gateway(world: World) -> None:
    for oin, headers, status in (
        (ALMERE, {}, 200),
        (STRANGER, {}, 403),
        (STRANGER, {"X-VUM-viaParty": STRANGER}, 200),
        (ALMERE, {"X-VUM-fromParty": STRANGER, "X-VUM-viaParty": ALMERE}, 403),
    ):
        claim = {"kind": "municipality", "oin": oin}
        async with world.as_(sub="a-party", scope="intake:vum:read", intermediary=claim) as client:
            answer = await client.post(VACANCIES, json=HERE, headers=HEADERS | headers)
        assert answer.status_code == status, (oin, headers)
        assert status == 200 or answer.json()["code"] == "403.01"


async def test_the_facade_has_a_document_of_its_own_and_is_off_by_default(world: World, service: StartService) -> None:
    document = (await world.intake.client.get("/vum/v1/openapi.json")).json()
    assert {"/vacatures/matches", "/werkgeverscontactmomenten/matches"} <= document["paths"].keys()
    assert document["info"]["version"] == "3.1.0"
    assert not [
        path for path in (await world.intake.client.get("/v1/openapi.json")).json()["paths"] if "vacatures" in path
    ]
    off = await service("intake")
    assert (await off.client.get("/vum/v1/openapi.json")).status_code == 404
