"""Tokens of the development issuer, checked as the services check them."""

import json
import stat
import sys
from pathlib import Path

import httpx
import pytest
from joserfc.jwk import ECKey

from deploy import ports, processes, tokens
from deploy.claims import Claims
from deploy.errors import StackError
from shared.errors import Unauthenticated
from shared.security import TokenChecker, client_assertion, machine_client
from shared.settings import ServiceSettings

MATCHING = {"client_id": "stagebrug-matching", "client_secret": "s€cret:1"}
SCOPE = "intake:profiles:read intake:events:read"


@pytest.fixture
def issuer(folder: Path) -> str:
    client, secret = MATCHING["client_id"], MATCHING["client_secret"]
    tokens.register_client(folder, client, secret, SCOPE, {"intermediary": {"kind": "sbb"}})
    port = ports.free_port()
    command = [sys.executable, "-m", "deploy.issuer", str(folder), "--port", str(port)]
    processes.start(folder, processes.Program("issuer", command, {}, folder=Path(__file__).parents[2]))
    url = f"http://{ports.LOOPBACK}:{port}"
    processes.wait_until(folder, "issuer", lambda: processes.answers(f"{url}/jwks.json"))
    return url


def _settings(issuer: str) -> ServiceSettings:
    return ServiceSettings.model_validate(
        {
            "database_url": "postgresql://h/d",
            "amqp_url": "amqp://h/",
            "issuer": issuer,
            "jwks_url": httpx.get(f"{issuer}/.well-known/openid-configuration").json()["jwks_uri"],
            "token_url": f"{issuer}/token",
            **MATCHING,
        }
    )


async def test_a_services_checks_accept_its_tokens_and_no_others(folder: Path, issuer: str, tmp_path: Path) -> None:
    checker = TokenChecker(_settings(issuer))
    claims = Claims(roles=["coordinator"], schools=["01AB00"], kind="sbb", regions=["AM11"]).as_token()
    principal = await checker.principal(tokens.mint(folder, issuer, claims))
    assert principal.schools == {"01AB00"}
    assert principal.intermediary
    assert principal.intermediary.regions == {"AM11"}
    with pytest.raises(Unauthenticated):
        await checker.principal(tokens.mint(tmp_path, issuer, claims))
    with pytest.raises(Unauthenticated):
        await checker.principal(tokens.mint(folder, "http://elsewhere", claims))


def test_the_key_is_its_owners_alone(folder: Path) -> None:
    tokens.signing_key(folder)
    assert stat.S_IMODE((folder / "issuer/key.json").stat().st_mode) == 0o600
    assert "d" not in tokens.public_keys(folder)["keys"][0]


async def test_a_machine_gets_the_scope_that_it_asks_for_and_its_own_claims(issuer: str) -> None:
    settings = _settings(issuer)
    async with machine_client(settings, "intake:profiles:read") as client:
        seen = await client.get(f"{issuer}/jwks.json")
    bearer = seen.request.headers["authorization"].removeprefix("Bearer ")
    principal = await TokenChecker(settings).principal(bearer)
    assert principal.subject == "stagebrug-matching"
    assert principal.scopes == {"intake:profiles:read"}
    assert principal.intermediary


@pytest.fixture
def key_file(folder: Path, tmp_path: Path) -> Path:
    """The private key of a machine that the issuer knows by its public half alone."""
    key = ECKey.generate_key("P-256", auto_kid=True)
    tokens.register_client(folder, "by-key", "", "intake:events:read", keys=[key.as_dict(private=False)])
    file = tmp_path / "own.json"
    file.write_text(json.dumps(key.as_dict(private=True)))
    return file


async def test_a_machine_proves_itself_by_its_own_key_and_has_no_secret(issuer: str, key_file: Path) -> None:
    settings = _settings(issuer).model_copy(update={"client_id": "by-key", "client_key_file": str(key_file)})
    async with machine_client(settings, "intake:events:read") as client:
        seen = await client.get(f"{issuer}/jwks.json")
    bearer = seen.request.headers["authorization"].removeprefix("Bearer ")
    assert (await TokenChecker(settings).principal(bearer)).subject == "by-key"
    nothing = {"grant_type": "client_credentials", "client_id": "by-key", "client_secret": ""}
    assert httpx.post(f"{issuer}/token", data=nothing).status_code == 401


def test_a_proof_is_for_one_request_to_one_issuer_by_the_clients_own_key(
    issuer: str, key_file: Path, tmp_path: Path
) -> None:
    settings = _settings(issuer).model_copy(update={"client_id": "by-key", "client_key_file": str(key_file)})

    def asked(proof: dict[str, str]) -> int:
        return httpx.post(f"{issuer}/token", data={"grant_type": "client_credentials", **proof}).status_code

    once = client_assertion(settings)
    assert [asked(once), asked(once)] == [200, 401]
    assert asked(client_assertion(settings.model_copy(update={"token_url": "https://elsewhere/token"}))) == 401
    other = tmp_path / "other.json"
    other.write_text(json.dumps(ECKey.generate_key("P-256", auto_kid=True).as_dict(private=True)))
    assert asked(client_assertion(settings.model_copy(update={"client_key_file": str(other)}))) == 401
    assert asked(client_assertion(settings.model_copy(update={"client_id": "stagebrug-matching"}))) == 401
    assert asked({**once, "client_assertion": "no.token.at-all"}) == 401


@pytest.mark.parametrize(
    ("form", "status", "error"),
    [
        ({"client_secret": "wrong"}, 401, "invalid_client"),
        ({"client_id": "unknown"}, 401, "invalid_client"),
        ({"scope": "intake:everything"}, 400, "invalid_scope"),
        ({"grant_type": "password"}, 400, "unsupported_grant_type"),
    ],
)
def test_what_is_not_right_is_refused_with_oauths_own_word(
    issuer: str, form: dict[str, str], status: int, error: str
) -> None:
    answer = httpx.post(f"{issuer}/token", data={"grant_type": "client_credentials", **MATCHING, **form})
    assert (answer.status_code, answer.json()["error"]) == (status, error)


@pytest.mark.parametrize(
    ("claims", "sentence"),
    [
        ({"roles": ["director"]}, "There is no role director"),
        ({"roles": ["coordinator"], "schools": ["01AB"]}, "a school is BRIN and location"),
        ({"roles": ["intermediary"], "kind": "bank"}, "There is no intermediary of kind 'bank'"),
        ({}, "A token needs a --role"),
    ],
)
def test_claims_that_no_service_understands_are_refused(claims: dict[str, list[str]], sentence: str) -> None:
    with pytest.raises(StackError, match=sentence):
        Claims(**claims)  # type: ignore[arg-type]
