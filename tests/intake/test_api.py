"""The API's document: its examples run, and what cannot be is 400 and never 500."""

import json
import re
from typing import Any

import pytest
from fastapi import FastAPI
from openapi_spec_validator import validate

from services.intake.app import create_app
from services.intake.settings import Settings
from tests.intake.world import EMPLOYER, FIRST, LELYSTAD, World, good
from tests.support.service import KERNEL_PATHS


@pytest.fixture(scope="module")
def app() -> FastAPI:
    return create_app(Settings(database_url="postgresql://nobody@localhost/none", amqp_url="amqp://localhost"))


def models(app: FastAPI) -> dict[str, Any]:
    found: dict[str, Any] = app.openapi()["components"]["schemas"]
    return found


def test_the_document_is_valid(app: FastAPI) -> None:
    validate(app.openapi())


def test_every_body_and_every_answer_has_an_example(app: FastAPI) -> None:
    used = {
        name
        for path, operations in app.openapi()["paths"].items()
        if not path.startswith(KERNEL_PATHS)
        for name in re.findall(r"#/components/schemas/(\w+)", json.dumps(operations))
        if not name.startswith("Page_")
    }
    with_none = [
        name for name in sorted(used) if "enum" not in models(app)[name] and not models(app)[name].get("examples")
    ]
    assert with_none == []


async def test_the_examples_of_bodies_run(world: World, app: FastAPI) -> None:
    """What refers to nothing that exists is left out; the school of the examples is registered."""
    for path, name in (
        ("/v1/employers", "RegisterEmployer"),
        ("/v1/employers/_search", "SearchEmployers"),
        ("/v1/students", "RegisterStudent"),
        ("/v1/students/_search", "SearchStudents"),
    ):
        for example in models(app)[name]["examples"]:
            answer = await world.first.post(path, json=example)
            assert answer.is_success, f"{name}: {answer.text}"
    employer = (await world.employer())["id"]
    student = (await world.student())["id"]
    offer = (await world.offer(employer))["id"]
    for client, method, path, name in (
        (world.operator, "PATCH", f"/v1/schools/{world.schools[FIRST]}", "ChangeSchool"),
        (world.first, "PATCH", f"/v1/employers/{employer}", "ChangeEmployer"),
        (world.first, "POST", f"/v1/employers/{employer}/offers", "MakeOffer"),
        (world.first, "POST", f"/v1/employers/{employer}/contacts", "LogContact"),
        (world.first, "POST", f"/v1/employers/{employer}/_pause", "PauseEmployer"),
        (world.first, "PATCH", f"/v1/students/{student}", "ChangeStudent"),
        (world.first, "PATCH", f"/v1/offers/{offer}", "ChangeOffer"),
        (world.first, "POST", f"/v1/offers/{offer}/_withdraw", "WithdrawOffer"),
    ):
        for example in models(app)[name]["examples"]:
            answer = await client.request(method, path, json=example, headers={"If-Match": "*"})
            assert answer.is_success, f"{name}: {answer.text}"


async def test_answers_look_like_their_examples(world: World, app: FastAPI) -> None:
    answers = {
        "SchoolResource": await good(world.first.get(f"/v1/schools/{world.schools[FIRST]}")),
        "EmployerResource": await world.employer(),
        "OfferResource": await world.offer(),
        "StudentResource": await world.student(),
    }
    for name, answer in answers.items():
        for example in models(app)[name]["examples"]:
            assert set(example) <= set(answer), name


BAD = [
    b"",
    b"null",
    b"[]",
    b"{",
    b'"x"',
    b'{"name": "a\\u0000b"}',
    b'{"name": "\\ud800", "address": {"postcode": "8232VT", "place": "Lelystad"}}',
    json.dumps(EMPLOYER | {"placesPerYear": 10**40}).encode(),
    json.dumps(EMPLOYER | {"placesPerYear": -1}).encode(),
    json.dumps(EMPLOYER | {"name": ""}).encode(),
    json.dumps(EMPLOYER | {"address": LELYSTAD | {"latitude": 1e308}}).encode(),
    json.dumps(EMPLOYER | {"address": LELYSTAD | {"place": "x" * 5000}}).encode(),
    b'{"name": "x", "address": {"postcode": "8232VT", "place": "Lelystad", "latitude": NaN, "longitude": 5}}',
    json.dumps(EMPLOYER | {"cooperations": [{"schoolId": "00000000-0000-0000-0000-000000000000"}]}).encode(),
]


async def test_bad_bodies_are_400(world: World) -> None:
    for body in BAD:
        answer = await world.first.post("/v1/employers", content=body, headers={"Content-Type": "application/json"})
        assert (answer.status_code, answer.headers["content-type"]) == (400, "application/problem+json"), body
        assert answer.json()["errors"]


async def test_new_resources_say_where_they_are(world: World) -> None:
    answer = await world.first.post("/v1/employers", json=EMPLOYER)
    assert answer.headers["location"] == f"{world.intake.url}/v1/employers/{answer.json()['id']}"
    assert (await world.first.get(answer.headers["location"])).json() == answer.json()


async def test_code_lists_are_in_dutch(world: World) -> None:
    names = (await good(world.first.get("/v1/code-lists")))["items"]
    assert {"sectors", "limits", "regions", "municipalities"} <= set(names)
    limits = await good(world.first.get("/v1/code-lists/limits"))
    assert {"code": "lifting", "nl": "tillen", "en": "lifting"} in limits["items"]
    assert (await world.first.get("/v1/code-lists/nonsense")).status_code == 404
