"""What is delivered: small, from one origin, under a strict policy; and whom the development issuer lets in."""

import gzip
import json
import re
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from starlette.testclient import TestClient

from deploy import gateway, people
from deploy.stack import Stack
from tests.frontend.conftest import FRONT_END

FIRST_PAGE = 200_000
"""Bytes, compressed: what a telephone loads before it shows something."""

VERIFIER = "a" * 43
CHALLENGE = "ZtNPunH49FD35FWYhT5Tv8I7vRKQJ8uxMaL0_9eHjNA"
"""The S256 of it."""


def test_the_first_page_is_small(built: Path) -> None:
    files = [one for one in built.rglob("*") if one.is_file()]
    assert sum(len(gzip.compress(one.read_bytes())) for one in files) < FIRST_PAGE


def test_the_lock_names_no_registry() -> None:
    packages = json.loads((FRONT_END / "package-lock.json").read_text())["packages"]
    assert not [name for name, one in packages.items() if "resolved" in one]
    assert all("integrity" in one for name, one in packages.items() if name)


def test_the_policy_lets_nothing_in(running_stack: Stack) -> None:
    gateway = running_stack.urls["gateway"]
    answer = httpx.get(f"{gateway}/app/students/123", headers={"Accept-Encoding": "gzip"})
    assert answer.headers["content-security-policy"].startswith("default-src 'self'; ")
    assert "unsafe" not in answer.headers["content-security-policy"]
    assert '<div id="app">' in answer.text
    script = answer.text.split('src="')[1].split('"')[0]
    asset = httpx.get(gateway + script, headers={"Accept-Encoding": "gzip"})
    assert asset.headers["content-encoding"] == "gzip"
    assert "immutable" in asset.headers["cache-control"]


@pytest.mark.parametrize("path", ["..%2f..%2fpackage.json", "%2e%2e/package.json", "assets/../../package.json"])
def test_nothing_beside_the_built_files_is_served(running_stack: Stack, path: str) -> None:
    answer = httpx.get(f"{running_stack.urls['gateway']}/app/{path}")
    assert "devDependencies" not in answer.text


@pytest.mark.parametrize("path", ["app/%00", f"app/{'long' * 100}", "intake%2Fv1", "intake%2F%00"])
def test_an_address_that_nothing_can_have_is_not_found(running_stack: Stack, path: str) -> None:
    assert httpx.get(f"{running_stack.urls['gateway']}/{path}").status_code == 404


def test_the_containers_guard_the_pages_as_the_gateway_does() -> None:
    caddy = (FRONT_END.parent / "compose/Caddyfile").read_text()
    for name, value in gateway.guards("http://localhost:8090/realms/stagebrug").items():
        assert re.search(rf'header {name} "?{re.escape(value)}"?\n', caddy), name
    assert "header @pages Cache-Control no-cache\n" in caddy


def test_a_folder_behind_a_link_is_served(tmp_path: Path) -> None:
    (tmp_path / "built").mkdir()
    (tmp_path / "built/index.html").write_text("the page")
    (tmp_path / "built/icon.svg").write_text("the icon")
    (tmp_path / "link").symlink_to(tmp_path / "built")
    with TestClient(gateway.create_app({}, "http://issuer", tmp_path / "link")) as client:
        assert client.get("/app/icon.svg").text == "the icon"


def test_an_upload_and_an_error_pass_the_gateway_as_they_are(running_stack: Stack) -> None:
    answer = httpx.post(f"{running_stack.urls['gateway']}/intake/v1/imports?kind=employers", content=b"x" * 2_000_000)
    assert answer.status_code == 401
    assert answer.headers["content-type"] == "application/problem+json"
    assert httpx.get(f"{running_stack.urls['gateway']}/elsewhere/v1").status_code == 404


@pytest.fixture
def somebody(running_stack: Stack) -> people.Person:
    person = people.Person("Noor", "proef", {"sub": "noor", "roles": ["coordinator"], "schools": ["10XA00"]})
    people.register(running_stack.folder, [person])
    return person


def _authorize(stack: Stack, client: httpx.Client, person: people.Person | None, **other: str) -> httpx.Response:
    query = {
        "client_id": people.CLIENT,
        "redirect_uri": f"{stack.urls['gateway']}/app/back",
        "response_type": "code",
        "code_challenge": CHALLENGE,
        "code_challenge_method": "S256",
        "state": "s",
        **other,
    }
    form = {"person": person.key} if person else None
    return client.request("POST" if form else "GET", f"{stack.urls['issuer']}/authorize", params=query, data=form)


def _code(answer: httpx.Response) -> str:
    return parse_qs(urlsplit(answer.headers["location"]).query)["code"][0]


def _exchange(stack: Stack, code: str, verifier: str = VERIFIER) -> httpx.Response:
    form = {"grant_type": "authorization_code", "code": code, "code_verifier": verifier, "client_id": people.CLIENT}
    form["redirect_uri"] = f"{stack.urls['gateway']}/app/back"
    return httpx.post(f"{stack.urls['issuer']}/token", data=form)


def test_a_code_works_once_and_with_its_verifier_only(running_stack: Stack, somebody: people.Person) -> None:
    with httpx.Client() as client:
        code = _code(_authorize(running_stack, client, somebody))
        assert _exchange(running_stack, code).status_code == 200
        assert _exchange(running_stack, code).json() == {"error": "invalid_grant"}
        again = _code(_authorize(running_stack, client, None))  # the session's cookie
        assert _exchange(running_stack, again, "b" * 43).status_code == 400


def test_a_refresh_token_works_once(running_stack: Stack, somebody: people.Person) -> None:
    with httpx.Client() as client:
        first = _exchange(running_stack, _code(_authorize(running_stack, client, somebody))).json()["refresh_token"]
    form = {"grant_type": "refresh_token", "refresh_token": first, "client_id": people.CLIENT}
    token = f"{running_stack.urls['issuer']}/token"
    assert httpx.post(token, data=form).status_code == 200
    assert httpx.post(token, data=form).status_code == 400


def test_a_code_is_no_refresh_token_nor_the_other_way_round(running_stack: Stack, somebody: people.Person) -> None:
    token = f"{running_stack.urls['issuer']}/token"
    with httpx.Client() as client:
        code = _code(_authorize(running_stack, client, somebody))
        form = {"grant_type": "refresh_token", "refresh_token": code, "client_id": people.CLIENT}
        assert httpx.post(token, data=form).json() == {"error": "invalid_grant"}
        given = _exchange(running_stack, _code(_authorize(running_stack, client, somebody))).json()
        assert _exchange(running_stack, given["refresh_token"]).json() == {"error": "invalid_grant"}
        unproved = _authorize(running_stack, client, somebody, code_challenge="")
        assert "error=invalid_request" in unproved.headers["location"]


def test_strangers_and_other_front_ends_get_nothing(running_stack: Stack, somebody: people.Person) -> None:
    with httpx.Client() as client:
        elsewhere = _authorize(running_stack, client, somebody, redirect_uri="https://elsewhere.example/back")
        assert (elsewhere.status_code, "location" in elsewhere.headers) == (400, False)
        beside = _authorize(
            running_stack, client, somebody, redirect_uri=f"{running_stack.urls['gateway']}/application"
        )
        assert beside.status_code == 400
        stranger = people.Person("?", "?", {"sub": "nobody"})
        assert _authorize(running_stack, client, stranger).status_code == 400
        silent = _authorize(running_stack, client, None, prompt="none")
        assert "error=login_required" in silent.headers["location"]
        plain = _authorize(running_stack, client, somebody, code_challenge_method="plain")
        assert "error=invalid_request" in plain.headers["location"]
