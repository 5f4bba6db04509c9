"""No input gives a 500: Schemathesis makes up inputs from each service's own OpenAPI document."""

import asyncio
import sys
from pathlib import Path

import pytest
from openapi_spec_validator import validate

from deploy import tokens
from tests.journeys.world import World

EXAMPLES = "8"
"""Inputs per operation and phase beside the boundary values: minutes, not hours, on two cores."""

EVERYBODY = {
    "sub": "everybody",
    "roles": ["operator", "regional-coordinator", "coordinator", "intermediary"],
    "schools": ["01AB00"],
    "regions": ["AM11"],
    "email": "everybody@example.org",
    "intermediary": {"kind": "sbb", "oin": "00000099000000000003", "regions": ["AM11"], "municipalities": ["GM0995"]},
}
"""With every role at once, no operation ends at its door."""


async def schemathesis(url: str, token: str, folder: Path) -> tuple[int, str]:
    """Run the command over one document; its exit code and what it printed."""
    process = await asyncio.create_subprocess_exec(
        str(Path(sys.executable).parent / "schemathesis"), "run", f"{url}/v1/openapi.json", "--url", url,
        "--header", f"Authorization: Bearer {token}", "--checks", "not_a_server_error,content_type_conformance",
        "--phases", "examples,coverage,fuzzing", "--max-examples", EXAMPLES, "--seed", "1", "--no-color",
        "--exclude-path", "/v1/stream", "--request-timeout", "20", "--continue-on-failure",
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT, cwd=folder,
    )  # fmt: skip
    output, _ = await process.communicate()
    return process.returncode or 0, output.decode()


@pytest.mark.parametrize("service", ["intake", "matching", "notifications", "analytics"])
async def test_no_input_gives_a_500(world: World, service: str, tmp_path: Path) -> None:
    token = tokens.mint(world.stack.folder, world.stack.urls["issuer"], EVERYBODY)
    code, output = await schemathesis(world.stack.urls[service], token, tmp_path)
    assert code == 0, output[-6000:]
    assert "No failures" in output or "no issues" in output.lower() or "✅" in output, output[-2000:]


@pytest.mark.parametrize("service", ["intake", "matching", "notifications", "analytics"])
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
