"""The realm for containers keeps step with the code: it is imported once, by an operator who does not read ours."""

import json
import re
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from joserfc import jws
from joserfc.jwk import ECKey

from deploy.programs import SCOPES
from services.notifications.api.callers import recipient_of
from shared.events.codes import IntermediaryKind
from shared.security import Principal, client_assertion
from shared.settings import ServiceSettings

ROOT = Path(__file__).parents[2]
SERVICES = "intake|matching|notifications|analytics"


def _realm() -> dict[str, Any]:
    document: dict[str, Any] = json.loads((ROOT / "deploy/compose/realm.json").read_text())
    return document


def test_every_scope_that_the_code_asks_for_can_be_given() -> None:
    files = [path for folder in ("services", "shared") for path in (ROOT / folder).rglob("*.py")]
    asked = {scope for path in files for scope in re.findall(rf'"((?:{SERVICES}):[a-z-]+:[a-z]+)"', path.read_text())}
    assert "intake:letters:read" in asked
    assert asked <= {scope["name"] for scope in _realm()["clientScopes"]}


def test_services_may_do_there_what_they_may_do_here() -> None:
    clients = {client["clientId"]: client.get("optionalClientScopes") for client in _realm()["clients"]}
    for service, scopes in SCOPES.items():
        assert clients[f"stagebrug-{service}"] == scopes.split(), service


KNOWN = {
    *("clientId", "name", "description", "enabled", "clientAuthenticatorType", "secret", "redirectUris", "webOrigins"),
    *("standardFlowEnabled", "directAccessGrantsEnabled", "serviceAccountsEnabled", "publicClient", "attributes"),
    *("protocolMappers", "defaultClientScopes", "optionalClientScopes"),
}
"""Of Keycloak's ClientRepresentation, what we use: an import that finds another word fails as a whole."""


def test_an_import_knows_every_word_and_finds_text_where_it_takes_nothing_else() -> None:
    mapper = {"name", "protocol", "protocolMapper", "config"}
    for client in _realm()["clients"]:
        assert set(client) <= KNOWN, client["clientId"]
        for each in client["protocolMappers"]:
            assert set(each) == mapper
        texts = [
            *client.get("attributes", {}).values(),
            *(v for m in client["protocolMappers"] for v in m["config"].values()),
        ]
        assert all(isinstance(text, str) for text in texts), client["clientId"]


def test_a_machine_of_an_organisation_proves_itself_by_its_key_and_is_whom_the_services_know(tmp_path: Path) -> None:
    (machine,) = [each for each in _realm()["clients"] if each.get("clientAuthenticatorType") == "client-jwt"]
    assert "secret" not in machine
    told = machine["attributes"]
    assert (told["use.jwks.url"], urlsplit(told["jwks.url"]).scheme) == ("true", "https")
    own = tmp_path / "key.json"
    own.write_text(json.dumps(ECKey.generate_key("P-256", auto_kid=True).as_dict(private=True)))
    settings = ServiceSettings.model_construct(client_id=machine["clientId"], client_key_file=str(own), token_url="t")
    proof = jws.extract_compact(client_assertion(settings)["client_assertion"].encode())
    assert told["token.endpoint.auth.signing.alg"] == proof.headers()["alg"]

    written = [m["config"] for m in machine["protocolMappers"] if m["protocolMapper"] == "oidc-hardcoded-claim-mapper"]
    claims = {each["claim.name"]: json.loads(each["claim.value"]) for each in written}
    principal = Principal.model_validate({"sub": "its service account", **claims})
    recipient = recipient_of(principal)
    assert recipient.kind == IntermediaryKind.MUNICIPALITY
    assert recipient.municipalities == {"GM0363"}
