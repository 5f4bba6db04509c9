"""The examples for programs of others, run as their readers run them."""

import asyncio
import os
import shutil
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from deploy import tokens
from tests.journeys.world import World

ROOT = Path(__file__).parents[2]
EXAMPLES, CLIENTS = ROOT / "docs/examples", ROOT / "deploy/clients"


async def ran(*command: str, folder: Path = ROOT, given: Mapping[str, str] | None = None) -> str:
    """What a program says, which must end well."""
    process = await asyncio.create_subprocess_exec(
        *command, cwd=folder, env={**os.environ, **(given or {})}, stdout=-1, stderr=asyncio.subprocess.STDOUT
    )
    async with asyncio.timeout(120):
        said = (await process.communicate())[0].decode()
    assert process.returncode == 0, said
    return said


async def compiled(folder: Path) -> str:
    """The TypeScript example as JavaScript."""
    if not (CLIENTS / "node_modules/typescript").exists():
        await ran("npm", "ci", "--no-audit", "--no-fund", "--silent", folder=CLIENTS)
    module = ["--target", "ES2022", "--module", "NodeNext", "--moduleResolution", "NodeNext"]
    options = ["--strict", *module, "--lib", "ES2022,DOM,DOM.Iterable"]
    tsc = str(CLIENTS / "node_modules/.bin/tsc")
    await ran(tsc, *options, "--outDir", str(folder), str(EXAMPLES / "register.mts"))
    return str(folder / "register.mjs")


async def test_each_example_does_what_it_says(world: World, tmp_path: Path) -> None:
    school = await world.school("AM11")
    claims = {"roles": ["coordinator"], "schools": school.claims["schools"]}
    tokens.register_client(world.stack.folder, "example", "of-a-test", "", claims)
    urls = world.stack.urls
    given = {
        "INTAKE_URL": urls["intake"], "TOKEN_URL": f"{urls['issuer']}/token",
        "CLIENT_ID": "example", "CLIENT_SECRET": "of-a-test",
    }  # fmt: skip
    assert (await ran("sh", str(EXAMPLES / "register.sh"), given=given)).split("\n")[:2] == [
        '"name":"Bakkerij Curl"',
        "Invalid input",
    ]
    python = (await ran(sys.executable, str(EXAMPLES / "register.py"), given=given)).split("\n")
    assert python[0].startswith("412 ")
    assert {"Bakkerij Curl", "Bakkerij Python"} <= set(python)
    if not shutil.which("npm"):
        pytest.skip("the TypeScript example needs Node and npm")
    said = await ran("node", await compiled(tmp_path), given=given)
    assert {"Bakkerij Python", "Bakkerij Typescript"} <= set(said.split("\n"))
