"""The realm for containers keeps step with the code: it is imported once, by an operator who does not read ours."""

import json
import re
from pathlib import Path
from typing import Any

from deploy.programs import SCOPES

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
