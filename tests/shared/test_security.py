import time

import httpx
import pytest
from joserfc import jwt
from joserfc.jwk import KeySet, OctKey, RSAKey

from deploy import tokens
from shared.security import KnownTokens, Principal
from tests.support.service import RunningService


async def call(toy: RunningService, token: str) -> httpx.Response:
    return await toy.client.get("/v1/secrets", headers={"Authorization": f"Bearer {token}"})


async def test_a_token_of_the_issuer_lets_its_role_in(toy: RunningService) -> None:
    assert (await toy.as_("coordinator", sub="anna").get("/v1/secrets")).json() == {"subject": "anna"}


async def test_a_machine_comes_in_by_its_scope(toy: RunningService) -> None:
    assert (await toy.as_(scope="other toy:secrets:read").get("/v1/secrets")).status_code == 200
    assert (await toy.as_(scope="toy:secrets").get("/v1/secrets")).status_code == 403


async def test_another_role_is_refused(toy: RunningService) -> None:
    assert (await toy.as_("operator").get("/v1/secrets")).status_code == 403


@pytest.mark.parametrize(
    "change",
    [{"iss": "http://elsewhere"}, {"aud": "others"}, {"exp": -60}, {"nbf": 600}],
)
async def test_a_token_that_is_not_meant_for_here_and_now_is_refused(
    toy: RunningService, change: dict[str, object]
) -> None:
    key = tokens.signing_key(toy.bench.keys)
    claims = {
        "iss": toy.bench.issuer,
        "aud": "stagebrug",
        "sub": "x",
        "exp": int(time.time()) + 60,
        "roles": ["coordinator"],
    }
    moved = {name: int(time.time()) + to if isinstance(to, int) else to for name, to in change.items()}
    forged = jwt.encode({"alg": "RS256", "kid": key.kid}, {**claims, **moved}, key)
    assert (await call(toy, forged)).status_code == 401


async def test_a_token_that_somebody_else_signed_is_refused(toy: RunningService) -> None:
    claims = {
        "iss": toy.bench.issuer,
        "aud": "stagebrug",
        "sub": "x",
        "exp": int(time.time()) + 60,
        "roles": ["operator"],
    }
    stranger = RSAKey.generate_key(2048, auto_kid=True)
    secret = OctKey.generate_key(256)
    for forged in (
        jwt.encode({"alg": "RS256", "kid": stranger.kid}, claims, stranger),
        jwt.encode({"alg": "HS256"}, claims, secret),
        "a.b.c",
        "x",
    ):
        assert (await call(toy, forged)).status_code == 401


def test_a_token_is_known_until_it_ends_or_the_issuers_keys_are_asked_again() -> None:
    key = RSAKey.generate_key(2048, auto_kid=True)
    keys, others, anna = KeySet([key]), KeySet([key]), Principal(sub="anna")
    known, soon = KnownTokens(), time.time() + 60
    assert known.find("a", keys) is None
    known.keep("a", keys, anna, soon)
    known.keep("b", keys, anna, time.time() - 1)
    assert (known.find("a", keys), known.find("b", keys)) == (anna, None)
    assert known.find("a", others) is None
    known.keep("a", keys, anna, soon)  # was checked with keys that are not the issuer's any more
    assert known.find("a", others) is None
