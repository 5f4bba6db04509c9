"""The page that leads from nothing to a restored backup is what is run here, command by command, in a fresh clone."""

import os
import re
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.servers import containers, postgres, rabbitmq
from deploy.servers.environment import BROKER, DATABASE, MANAGEMENT

pytestmark = pytest.mark.skipif(
    not (rabbitmq.installed() and postgres.installed()) or containers.answers(),
    reason="takes servers installed on this machine",
)
ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs/operations/from-nothing.md"
LEADS_HERE = f"""
[url "{ROOT}"]
insteadOf = https://stagebrug.example.org/stagebrug.git
[safe]
directory = {ROOT}
directory = {ROOT}/.git
"""
"""Git's own settings for the page: its address is this checkout, also one that belongs to somebody else."""

FEW = "test_main_job or test_second_school or test_foreign_client"
"""Journeys of this test: a place is found, nobody sees another school's student, a program outside is told. All others
run on a stack of their own beside it."""


def commands() -> str:
    """What the page tells an operator to do."""
    return "\n".join(re.findall(r"^```sh\n(.*?)^```$", PAGE.read_text(), re.MULTILINE | re.DOTALL))


def like_an_operators(folder: Path) -> dict[str, str]:
    """An environment that leads the page's address to what is committed here, on free ports, with servers of its own."""
    own = {name: value for name, value in os.environ.items() if name not in (BROKER, MANAGEMENT, DATABASE)}
    (folder / "gitconfig").write_text(LEADS_HERE)
    here = {"GIT_CONFIG_GLOBAL": str(folder / "gitconfig")}
    return own | here | {"STAGEBRUG_FREE_PORTS": "1", "PYTEST_ADDOPTS": f"-k '{FEW}'"}


@pytest.fixture
def machine() -> Iterator[Path]:
    """A folder with nothing in it, and nothing left of it afterwards."""
    with tempfile.TemporaryDirectory(prefix="stagebrug-sitting-") as name:
        place = Path(name)
        place.chmod(0o755)
        try:
            yield place
        finally:
            clone = place / "stagebrug"
            if (command := clone / ".venv/bin/stagebrug").exists():
                subprocess.run([command, "down", "--erase"], check=False, cwd=clone, capture_output=True)


def test_one_sitting_leads_from_nothing_to_a_restored_backup(machine: Path) -> None:
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", commands()],
        cwd=machine,
        env=like_an_operators(machine),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-4000:]
    before, restored, worked = (int(each) for each in re.findall(r"up to position (\d+)", done.stdout))
    assert before > 0
    assert restored >= before, done.stdout
    assert worked > restored
    assert "Nothing was lost, doubled or parked." in done.stdout
