"""Receivers that want to know who knocks: by a token, by their own login, or by a certificate."""

import ssl
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import pytest
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from tests.notifications import facts
from tests.notifications.conftest import Subscribing, outsider
from tests.support.authority import Authority
from tests.support.service import RunningService
from tests.support.webhook_receiver import Served, WebhookReceiver

SECRET = "a-secret-of-the-receiver"


class Login:
    """The login of a municipality: gives a new token each time, and counts."""

    def __init__(self) -> None:
        self.asked: list[dict[str, list[str]]] = []

    async def answer(self, request: Request) -> Response:
        """RFC 6749 §4.4."""
        form = parse_qs((await request.body()).decode())
        self.asked.append(form)
        if form.get("client_secret") != [SECRET]:
            return JSONResponse({"error": "invalid_client", "client_secret": SECRET}, 401)
        return JSONResponse({"access_token": f"token-{len(self.asked)}", "expires_in": 3600})


@pytest.fixture
async def login() -> AsyncIterator[tuple[Login, str]]:
    """The login and its address."""
    login = Login()
    async with Served(login.answer) as served:
        yield login, served.url


async def test_a_bearer_token_goes_along_and_is_never_shown(running: RunningService, subscriber: Subscribing) -> None:
    municipality = await subscriber("municipality", credential={"kind": "bearer", "token": SECRET})
    await running.announce(facts.a_placement())
    received = await municipality.receiver.next()
    assert received.headers["authorization"] == f"Bearer {SECRET}"
    assert municipality.receiver.handshakes[0]["authorization"] == f"Bearer {SECRET}"
    shown = await municipality.client.get("/v1/subscriptions")
    assert shown.json()["items"][0]["credentialKind"] == "bearer"
    assert SECRET not in shown.text


async def test_one_token_of_the_receivers_login_serves_until_it_is_refused(
    running: RunningService, subscriber: Subscribing, login: tuple[Login, str]
) -> None:
    counting, address = login
    municipality = await subscriber("municipality", credential=_client_credentials(address))
    for _ in range(2):
        await running.announce(facts.a_placement())
        assert (await municipality.receiver.next()).headers["authorization"] == "Bearer token-1"
    assert [asked["scope"] for asked in counting.asked] == [["events:write"]]
    municipality.receiver.answers = [401]
    await running.announce(facts.a_placement())
    assert (await municipality.receiver.next()).headers["authorization"] == "Bearer token-2"


async def test_a_login_that_refuses_us_is_a_reason_and_tells_no_secret(
    running: RunningService, subscriber: Subscribing, login: tuple[Login, str]
) -> None:
    _, address = login
    wrong = _client_credentials(address) | {"clientSecret": "wrong"}
    municipality = await subscriber("municipality", active=False, credential=wrong)
    shown = await municipality.becomes_for("no-token")
    assert shown["state"] == "unverified"
    assert municipality.receiver.requests == []
    mended = {"credential": _client_credentials(address)}
    answer = await municipality.client.patch(f"/v1/subscriptions/{municipality.id}", json=mended)
    assert answer.status_code == 200, answer.text
    assert SECRET not in answer.text
    await municipality.becomes("active")


async def test_a_receiver_of_a_private_authority_that_asks_for_a_certificate(
    running: RunningService, subscriber: Subscribing, tmp_path: Path
) -> None:
    theirs, ours = Authority("Gemeente"), Authority("PKIoverheid")
    trust = tmp_path / "clients.pem"
    trust.write_text(ours.certificate)
    tls = {
        "ssl_certfile": str(theirs.identity("gemeente.example").written(tmp_path)),
        "ssl_ca_certs": str(trust),
        "ssl_cert_reqs": ssl.CERT_REQUIRED,
    }
    identity = ours.identity("stagebrug.example")
    shown = {"kind": "certificate", "certificate": identity.certificate, "privateKey": identity.private_key}
    async with WebhookReceiver(tls=tls) as receiver:
        stranger = await subscriber("municipality", receiver=receiver, active=False, credential=shown)
        await stranger.becomes_for("no-connection")
        unknown = await subscriber("sbb", receiver=receiver, active=False, authority=theirs.certificate)
        await unknown.becomes_for("no-connection")
        assert receiver.handshakes == []
        known = await subscriber("wsp", receiver=receiver, credential=shown, authority=theirs.certificate)
        await known.do("_test")
        await receiver.next()
        assert identity.private_key not in (await known.client.get(f"/v1/subscriptions/{known.id}")).text


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"credential": {"kind": "bearer", "token": "two words"}}, "/credential"),
        ({"credential": {"kind": "bearer", "token": "line\r\nX-Evil: 1"}}, "/credential"),
        ({"credential": {"kind": "password", "token": "x"}}, "/credential"),
        ({"credential": {"kind": "certificate", "certificate": "x", "privateKey": "y"}}, "/credential"),
        (
            {
                "credential": {
                    "kind": "client-credentials",
                    "tokenUrl": "http://10.0.0.1/token",
                    "clientId": "a",
                    "clientSecret": "b",
                }
            },
            "/credential/tokenUrl",
        ),
        ({"authority": "no certificate"}, "/authority"),
        ({"authority": "# Súdwest-Fryslân"}, "/authority"),
    ],
)
async def test_what_cannot_be_a_credential_is_refused_with_where(
    running: RunningService, body: dict[str, Any], pointer: str
) -> None:
    async with outsider(running, "municipality") as client:
        answer = await client.post("/v1/subscriptions", json={"sink": "https://gemeente.example/in", **body})
    assert answer.status_code == 400, answer.text
    assert answer.json()["errors"][0]["pointer"].startswith(pointer)


async def test_a_certificate_with_the_key_of_another_is_refused(running: RunningService) -> None:
    authority = Authority()
    one, other = authority.identity("one.example"), authority.identity("other.example")
    mixed = {"kind": "certificate", "certificate": one.certificate, "privateKey": other.private_key}
    async with outsider(running, "municipality") as client:
        sink = {"sink": "https://gemeente.example/in", "credential": mixed}
        answer = await client.post("/v1/subscriptions", json=sink)
    assert answer.status_code == 400
    assert "its own private key" in answer.text
    assert other.private_key.splitlines()[1] not in answer.text


def _client_credentials(address: str) -> dict[str, str]:
    return {
        "kind": "client-credentials",
        "tokenUrl": address,
        "clientId": "stagebrug",
        "clientSecret": SECRET,
        "scope": "events:write",
    }
