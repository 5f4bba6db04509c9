"""A folder for a stack of its own, whose processes end with the test whatever happened in it."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy import processes
from deploy.servers.environment import BROKER, DATABASE, MANAGEMENT


@pytest.fixture
def folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="stagebrug-test-") as name:
        place = Path(name)
        place.chmod(0o755)
        yield place
        for started in processes.names(place):
            processes.stop(place, started)


@pytest.fixture
def no_addresses(monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in (BROKER, MANAGEMENT, DATABASE):
        monkeypatch.delenv(variable, raising=False)
