"""Tokens of any issuer, over time: keys that change, clocks that differ, machines that prove themselves by a key."""

import json
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import httpx
import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet, RSAKey
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from shared import security
from shared.errors import Unauthenticated
from shared.security import LEEWAY_SECONDS, TokenChecker, machine_client
from shared.settings import ServiceSettings
from tests.support.webhook_receiver import Served


class Issuer:
    """An identity provider of somebody else: keys that it changes, and machines that it knows by their public key."""

    def __init__(self) -> None:
        self.keys = [RSAKey.generate_key(2048, auto_kid=True)]
        self.known: KeySet | None = None
        self.asked = 0
        self.seen: set[str] = set()
        self.url = ""

    async def answer(self, request: Request) -> Response:
        """Everything that it serves."""
        if request.url.path == "/jwks":
            self.asked += 1
            return JSONResponse({"keys": [dict(key.as_dict(private=False)) for key in self.keys]})
        if request.url.path == "/token":
            return self._token(parse_qs((await request.body()).decode()), request.headers)
        return JSONResponse({"authorization": request.headers["authorization"]})

    def _token(self, form: dict[str, list[str]], headers: Any) -> Response:
        assert self.known
        assert "authorization" not in headers
        assert form["client_assertion_type"] == ["urn:ietf:params:oauth:client-assertion-type:jwt-bearer"]
        proof = jwt.decode(form["client_assertion"][0], self.known)
        asked = jwt.JWTClaimsRegistry(
            iss={"essential": True, "value": "machine"},
            sub={"essential": True, "value": "machine"},
            aud={"essential": True, "value": f"{self.url}token"},
            exp={"essential": True},
        )
        asked.validate(proof.claims)
        assert proof.claims["exp"] - proof.claims["iat"] <= 60
        assert proof.claims["jti"] not in self.seen
        self.seen.add(proof.claims["jti"])
        return JSONResponse({"access_token": self.token(sub="machine"), "expires_in": 300})

    def token(self, key: int = -1, **claims: Any) -> str:
        """A token signed by one of its keys, the newest unless told otherwise."""
        signer = self.keys[key]
        whole = {"iss": self.url, "aud": "stagebrug", "sub": "anna", "exp": int(time.time()) + 60, **claims}
        return jwt.encode({"alg": "RS256", "kid": signer.kid}, whole, signer)


@pytest.fixture
async def issuer() -> AsyncIterator[Issuer]:
    made = Issuer()
    async with Served(made.answer) as served:
        made.url = served.url
        yield made


def settings_of(issuer: Issuer, **more: str) -> ServiceSettings:
    given = {
        "database_url": "postgresql://h/d",
        "amqp_url": "amqp://h/",
        "issuer": issuer.url,
        "jwks_url": f"{issuer.url}jwks",
        **more,
    }
    return ServiceSettings.model_validate(given)


async def test_a_new_key_is_known_at_its_first_token_and_the_old_one_until_it_is_taken_away(
    issuer: Issuer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(security, "KEYS_ASKED_AGAIN_SECONDS", 0)
    checker = TokenChecker(settings_of(issuer))
    await checker.principal(issuer.token())
    issuer.keys.append(RSAKey.generate_key(2048, auto_kid=True))
    for key in (0, 1):
        assert (await checker.principal(issuer.token(key))).subject == "anna"
    assert issuer.asked == 2
    old = issuer.token(0)
    del issuer.keys[0]
    checker._keys._ends = float("-inf")  # the keys that are kept are ten minutes old
    await checker.principal(issuer.token())
    with pytest.raises(Unauthenticated):
        await checker.principal(old)


async def test_invented_keys_ask_the_issuer_not_more_often_than_it_allows(issuer: Issuer) -> None:
    checker = TokenChecker(settings_of(issuer))
    stranger = RSAKey.generate_key(2048, auto_kid=True)
    for number in range(20):
        forged = jwt.encode({"alg": "RS256", "kid": f"invented-{number}"}, {"sub": "x"}, stranger)
        with pytest.raises(Unauthenticated):
            await checker.principal(forged)
    assert issuer.asked == 1


@pytest.mark.parametrize(("off", "let_in"), [(LEEWAY_SECONDS - 10, True), (LEEWAY_SECONDS + 10, False)])
async def test_clocks_may_differ_by_half_a_minute(issuer: Issuer, off: int, let_in: bool) -> None:
    checker, now = TokenChecker(settings_of(issuer)), int(time.time())
    for claims in ({"exp": now - off}, {"nbf": now + off}, {"iat": now + off}):
        if let_in:
            await checker.principal(issuer.token(**claims))
        else:
            with pytest.raises(Unauthenticated):
                await checker.principal(issuer.token(**claims))


async def test_the_audience_may_be_one_of_several_and_must_be_there(issuer: Issuer) -> None:
    checker = TokenChecker(settings_of(issuer))
    await checker.principal(issuer.token(aud=["account", "stagebrug"]))
    for aud in (["account"], "", None, "stagebrug-other"):
        with pytest.raises(Unauthenticated):
            await checker.principal(issuer.token(aud=aud))


@pytest.mark.parametrize("kind", ["RSA", "EC"])
async def test_a_machine_proves_itself_by_its_private_key(issuer: Issuer, tmp_path: Path, kind: str) -> None:
    key = RSAKey.generate_key(2048, auto_kid=True) if kind == "RSA" else ECKey.generate_key("P-256", auto_kid=True)
    issuer.known = KeySet([key])
    file = tmp_path / "key.json"
    file.write_text(json.dumps(key.as_dict(private=True)))
    settings = settings_of(issuer, client_id="machine", client_key_file=str(file), token_url=f"{issuer.url}token")
    for _ in range(2):
        async with machine_client(settings, "intake:profiles:read") as client:
            said: dict[str, str] = (await client.get(f"{issuer.url}anything")).json()
        subject = await TokenChecker(settings).principal(said["authorization"].removeprefix("Bearer "))
        assert subject.subject == "machine"
    assert len(issuer.seen) == 2


def test_the_key_is_in_no_setting_that_is_shown(issuer: Issuer, tmp_path: Path) -> None:
    shown = repr(settings_of(issuer, client_secret="hush", client_key_file=str(tmp_path / "key.json")))
    assert "hush" not in shown
    assert httpx.URL(issuer.url).host in shown
