"""The compose file with TLS in it: nobody is left who is asked without, and each part has its own certificate alone."""

import json
import re
from pathlib import Path
from typing import Any

import yaml

from deploy.plan import SERVICES

ROOT = Path(__file__).parents[2]
PLAIN = re.compile(r"^(http|amqp|smtp)://(?!localhost[:/])")


def _services(path: str) -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((ROOT / path).read_text())["services"]
    return found


USUAL, SECURED = _services("docker-compose.yml"), _services("deploy/compose/tls.yml")


def _told(name: str) -> dict[str, str]:
    """As compose merges them."""
    told: dict[str, str] = USUAL[name].get("environment", {}) | SECURED.get(name, {}).get("environment", {})
    return told


def test_with_tls_no_part_asks_another_without() -> None:
    asked = {(name, variable): value for name in USUAL for variable, value in _told(name).items()}
    plain = {who for who, value in asked.items() if PLAIN.match(str(value))}
    assert plain == set()
    assert {name for name in USUAL if PLAIN.match(str(USUAL[name].get("environment", {}).get("STAGEBRUG_AMQP_URL")))}
    of_databases = {name for (name, _), value in asked.items() if str(value).startswith("postgresql://")}
    assert {_told(name).get("PGSSLMODE") for name in of_databases} == {"verify-full"}
    assert _told("gateway")["STAGEBRUG_SCHEME"] == "https"
    asks = re.findall(r"reverse_proxy (\S+)://", (ROOT / "deploy/compose/Caddyfile").read_text())
    assert {*asks} == {"{$STAGEBRUG_SCHEME:http}"}


def test_a_service_and_the_identity_provider_are_told_the_same_secret() -> None:
    realm = json.loads((ROOT / "deploy/compose/realm.json").read_text())
    secrets = {each["clientId"]: each["secret"] for each in realm["clients"] if "secret" in each}
    for name in SERVICES:
        variable = secrets.pop(f"stagebrug-{name}").removeprefix("${").removesuffix("}")
        told = _told(name)["STAGEBRUG_CLIENT_SECRET"]
        assert _told("identity")[variable] == told == f"${{{variable}:-{name}}}"
    assert not secrets


def test_each_part_reads_the_folder_that_is_made_for_it_and_no_other() -> None:
    (_, _, script) = SECURED["certificates"]["entrypoint"]
    made = script.splitlines()[0].split()[2:]
    assert {*made} == {*USUAL}
    assert {*SECURED} == {*USUAL, "certificates"}
    for name in USUAL:
        (folder,) = [each for each in SECURED[name]["volumes"] if isinstance(each, dict)]
        assert (folder["source"], folder["volume"]["subpath"], folder["read_only"]) == ("certificates", name, True)
    image = (ROOT / "deploy/compose/Dockerfile").read_text()
    assert "useradd --uid 10001 " in image
    assert re.search(r"^chown -R 10001 intake matching notifications analytics migrate$", script, re.MULTILINE)
