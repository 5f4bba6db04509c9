"""No input gives a 500: Schemathesis makes up inputs from each service's own OpenAPI document."""

import asyncio
import os
import random
import sys
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.errors import FlakyStrategyDefinition
from openapi_spec_validator import validate
from schemathesis.checks import not_a_server_error

from deploy import tokens
from tests.journeys.world import PLACES, Person, World, employer_of, offer_of, ready_student_of

EXAMPLES = "8"
"""Inputs per operation and phase beside the boundary values: minutes, not hours, on two cores."""

ONE_IN = int(os.environ.get("STAGEBRUG_PATHS_ONE_IN", "1"))
"""Of so many paths one is tried, drawn anew in each run: all of them take ten minutes, which `.ci/run` has not."""

UNTRIED = {
    "/v1/stream",  # never ends
    "/v1/bounces",  # takes a mail, which no serializer makes: tests/notifications/test_mail_bounces.py
}

SEQUENCES = settings(
    max_examples=15, stateful_step_count=12, deadline=None, database=None,
    suppress_health_check=list(HealthCheck), phases=[Phase.generate],
)  # fmt: skip

SEEDS = range(10)
"""Each begins afresh: some 1 500 calls together, of which a third hands on ids in too few operations."""

SERVICES = ("intake", "matching", "notifications", "analytics")

REGISTER = "^/v1/(schools|employers|offers|students|placements|closures)"

EVERYBODY = {
    "sub": "everybody",
    "roles": ["operator", "regional-coordinator", "coordinator", "intermediary"],
    "schools": ["01AB00"],
    "regions": ["AM11"],
    "email": "everybody@example.org",
    "intermediary": {"kind": "sbb", "oin": "00000099000000000003", "regions": ["AM11"], "municipalities": ["GM0995"]},
}
"""With every role at once, no operation ends at its door."""


async def made_up_inputs(url: str, token: str, folder: Path) -> tuple[int, str]:
    """Run the command over one document; its exit code and what it printed."""
    folder.mkdir()
    paths = await drawn(url)
    process = await asyncio.create_subprocess_exec(
        str(Path(sys.executable).parent / "schemathesis"), "run", f"{url}/v1/openapi.json", "--url", url,
        "--header", f"Authorization: Bearer {token}", "--checks", "not_a_server_error,content_type_conformance",
        "--phases", "examples,coverage,fuzzing", "--max-examples", EXAMPLES, "--seed", "1", "--no-color",
        *(word for path in paths for word in ("--include-path", path)),
        "--request-timeout", "20", "--continue-on-failure",
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT, cwd=folder,
    )  # fmt: skip
    output, _ = await process.communicate()
    return process.returncode or 0, f"{output.decode()}\nof {paths}"


async def drawn(url: str) -> list[str]:
    """The paths of a document that are tried this time."""
    async with httpx.AsyncClient(base_url=url, timeout=60) as client:
        document = (await client.get("/v1/openapi.json")).json()
    paths = sorted(document["paths"].keys() - UNTRIED)
    return random.sample(paths, -(-len(paths) // ONE_IN))


def sequences(url: str, token: str) -> Counter[tuple[str, int]]:
    """Call what earlier answers make possible, in sequences that Hypothesis makes up; how often what was answered."""
    schema = schemathesis.openapi.from_url(f"{url}/v1/openapi.json", timeout=60).include(path_regex=REGISTER)
    answered: Counter[tuple[str, int]] = Counter()

    machine: Any = schema.as_state_machine()

    class Calls(machine):  # type: ignore[misc]  # made from the document
        def get_call_kwargs(self, _case: Any) -> dict[str, Any]:
            return {"headers": {"Authorization": f"Bearer {token}", "If-Match": "*"}, "timeout": 20}

        def validate_response(self, response: Any, case: Any, **_given: Any) -> None:
            answered[case.operation.label, response.status_code] += 1
            case.validate_response(response, checks=[not_a_server_error])

    for number in SEEDS:
        # What is answered depends on what was called before, which Hypothesis takes for a mistake of the test's.
        with suppress(FlakyStrategyDefinition):
            seed(number)(Calls).run(settings=SEQUENCES)
    return answered


@pytest.fixture(autouse=True)
async def _open_again(world: World) -> AsyncIterator[None]:
    """What is made up closes whole regions, in which later tests want places."""
    yield
    cursor = ""
    while True:
        page = await world.operator.get("intake", f"/v1/closures?limit=200{cursor}")
        for closure in page["items"]:
            await world.operator.call("POST", "intake", f"/v1/closures/{closure['id']}/_reopen")
        if page["next"] is None:
            return
        cursor = f"&cursor={page['next']}"


async def test_no_input_gives_a_500(world: World, tmp_path: Path) -> None:
    token = tokens.mint(world.stack.folder, world.stack.urls["issuer"], EVERYBODY)
    at_once = (made_up_inputs(world.stack.urls[service], token, tmp_path / service) for service in SERVICES)
    for code, output in await asyncio.gather(*at_once):
        assert code == 0, output[-6000:]
        assert "No failures" in output or "no issues" in output.lower() or "✅" in output, output[-2000:]


async def test_no_sequence_of_calls_gives_a_500(world: World, tmp_path: Path) -> None:
    """What one call makes the next uses: by the document's links, and those that Schemathesis infers."""
    everybody = Person(world, **EVERYBODY)
    school = {"name": "Praktijkschool De Reeks", "brin": "01AB00", "kind": "pro", "address": PLACES["AM11"]}
    await everybody.call("POST", "intake", "/v1/schools", school)
    everybody.claims |= {"region": "AM11"}
    await offer_of(everybody, await employer_of(everybody))
    await ready_student_of(everybody)
    token = tokens.mint(world.stack.folder, world.stack.urls["issuer"], EVERYBODY)
    made = await asyncio.to_thread(sequences, world.stack.urls["intake"], token)
    assert not [call for call in made if call[1] >= 500]
    reached = {operation for operation, status in made if status < 300 and "{" in operation}
    assert len(reached) >= 5, f"ids were not handed on: {made}"


@pytest.mark.parametrize("service", SERVICES)
async def test_the_document_is_valid_openapi_and_keeps_the_rules(world: World, service: str) -> None:
    document = await world.operator.get(service, "/v1/openapi.json")
    validate(document)
    for path, operations in document["paths"].items():
        assert not path.endswith("/")
        for segment in path.strip("/").split("/"):
            plain = segment.removeprefix("_")
            assert segment.startswith("{") or plain == plain.lower().replace("_", "-"), path
        for operation in operations.values():
            names = [p["name"] for p in operation.get("parameters", []) if p["in"] == "query"]
            assert all(name == name[0].lower() + name[1:] and "_" not in name for name in names), (path, names)
            assert "422" not in operation["responses"]
            if "requestBody" in operation or operation.get("parameters"):
                assert "400" in operation["responses"], path
