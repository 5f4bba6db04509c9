import pytest

from tests.support.service import RunningService


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("GET", "/v1/things", 200), ("GET", "/v1/nothing", 404), ("POST", "/v1/things", 400), ("GET", "/v1/secrets", 401)],
)
async def test_every_answer_has_the_headers_of_the_rules(
    toy: RunningService, method: str, path: str, status: int
) -> None:
    answer = await toy.client.request(method, path)
    assert answer.status_code == status
    assert answer.headers["api-version"] == "0.1.0"
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["content-security-policy"] == "frame-ancestors 'none'"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["x-frame-options"] == "DENY"
    assert "strict-transport-security" in answer.headers
    assert (answer.headers["content-type"] == "application/problem+json") == (status >= 400)


async def test_our_own_mistake_is_a_problem_too_and_tells_nothing_of_the_inside(toy: RunningService) -> None:
    answer = await toy.client.post("/v1/things", json={"name": "fail"})
    assert (answer.status_code, answer.headers["content-type"]) == (500, "application/problem+json")
    assert answer.headers["api-version"]
    assert "after everything" not in answer.text


async def test_bad_input_gets_all_its_errors_at_once(toy: RunningService) -> None:
    answer = await toy.client.post("/v1/things", json={"count": "many", "colour": "red"})
    assert answer.status_code == 400
    assert {error["pointer"] for error in answer.json()["errors"]} == {"/name", "/count", "/colour"}


@pytest.mark.parametrize(
    "body",
    [
        rb'{"name": "a\u0000b"}',
        rb'{"name": "\ud800"}',
        b'{"name": ',
        b"\xff",
        b'{"name": "mijn nummer is 123456782"}',
        b'{"name": "123 456 782"}',
    ],
)
async def test_what_the_database_cannot_hold_and_nobody_should_send_is_refused_at_the_door(
    toy: RunningService, body: bytes
) -> None:
    answer = await toy.client.post("/v1/things", content=body, headers={"content-type": "application/json"})
    assert answer.status_code == 400
    assert answer.json()["errors"]


async def test_nine_digits_that_are_no_citizen_service_number_pass(toy: RunningService) -> None:
    assert (await toy.client.post("/v1/things", json={"name": "order 123456789"})).status_code == 201


async def test_an_endless_body_is_refused(toy: RunningService) -> None:
    answer = await toy.client.post("/v1/things", content=b"x" * (1024 * 1024 + 1))
    assert answer.status_code == 413


async def test_a_trailing_slash_is_not_found_and_not_redirected(toy: RunningService) -> None:
    assert (await toy.client.get("/v1/things/")).status_code == 404


async def test_lists_are_read_page_by_page_and_a_foreign_cursor_is_refused(toy: RunningService) -> None:
    made = [(await toy.client.post("/v1/things", json={"name": "n"})).json()["id"] for _ in range(5)]
    seen: list[str] = []
    query: dict[str, str] = {"limit": "2"}
    while True:
        page = (await toy.client.get("/v1/things", params=query)).json()
        seen += [item["id"] for item in page["items"]]
        if page["next"] is None:
            break
        query["cursor"] = page["next"]
    assert seen == made
    for cursor in ("nonsense", "%00", "AAAA"):
        assert (await toy.client.get("/v1/things", params={"cursor": cursor})).status_code == 400


async def test_the_document_promises_what_the_rules_ask(toy: RunningService) -> None:
    answer = await toy.client.get("/v1/openapi.json")
    document = answer.json()
    assert answer.headers["access-control-allow-origin"] == "*"
    assert {"name", "email", "url"} <= document["info"]["contact"].keys()
    assert "422" not in document["paths"]["/v1/things"]["post"]["responses"]
    assert "400" in document["paths"]["/v1/things"]["post"]["responses"]


async def test_the_docs_page_asks_nothing_of_other_hosts(toy: RunningService) -> None:
    page = (await toy.client.get("/docs")).text
    assert "https://" not in page.replace(toy.url, "")
