"""Servers in containers, against a client that only notes what it is told: no engine is needed for these."""

from pathlib import Path

import pytest

from deploy.errors import StackError
from deploy.servers import containers

CLIENT = """#!/bin/sh
echo "$@" >>{calls}
case "$1" in
info | image | pull) exit {answers} ;;
run) echo 0123456789abcdef ;;
port) echo 127.0.0.1:1 ;;
esac
"""


@pytest.fixture
def calls(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("PATH", str(folder / "bin"), prepend=":")
    (folder / "bin").mkdir()
    return folder / "calls"


def _client(folder: Path, calls: Path, answers: int) -> None:
    client = folder / "bin/docker"
    client.write_text(CLIENT.format(calls=calls, answers=answers))
    client.chmod(0o755)


def test_a_client_without_an_engine_is_no_docker(folder: Path, calls: Path) -> None:
    _client(folder, calls, answers=1)
    assert containers.found(folder, print) is None
    assert calls.read_text() == "info\n"


def test_containers_listen_to_this_machine_alone_and_their_passwords_are_in_no_command(
    folder: Path, calls: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _client(folder, calls, answers=0)
    monkeypatch.setattr(containers, "READY_WITHIN", 0.0)
    found = containers.found(folder, print)
    assert found
    with pytest.raises(StackError, match=r"docker logs 0123456789ab"):
        found.database()
    made = next(line for line in calls.read_text().splitlines() if line.startswith("run"))
    assert "--publish 127.0.0.1::5432 " in made
    assert made.endswith("--env POSTGRES_USER --env POSTGRES_PASSWORD postgres:17")


def test_stopped_containers_keep_their_data_until_they_are_erased(
    folder: Path, calls: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _client(folder, calls, answers=0)
    monkeypatch.setattr(containers, "READY_WITHIN", 0.0)
    for _ in range(2):
        with pytest.raises(StackError):
            containers.Containers(folder).database()
        containers.stop(folder, erase=False)
    containers.stop(folder, erase=True)
    verbs = [line.split()[0] for line in calls.read_text().splitlines()]
    assert verbs == ["run", "port", "stop", "start", "port", "stop", "rm"]
