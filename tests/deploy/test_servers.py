"""Where broker and database come from, and that nothing of them stays."""

import re
import stat
from collections.abc import Collection
from pathlib import Path

import psutil
import pytest

from deploy import ports, processes, records
from deploy.errors import StackError
from deploy.servers import Servers, containers, postgres, probes, rabbitmq, start_servers, stop_servers
from deploy.servers.environment import BROKER, DATABASE, MANAGEMENT
from shared.topology import Management, TopologyRefused


def _given(monkeypatch: pytest.MonkeyPatch, broker: str, management: str, database: str) -> None:
    for variable, address in ((BROKER, broker), (MANAGEMENT, management), (DATABASE, database)):
        monkeypatch.setenv(variable, address)


def _lives_in(folder: Path) -> list[str]:
    found = []
    for process in psutil.process_iter(["name", "cmdline", "environ"]):
        known = [*(process.info["cmdline"] or []), *(process.info["environ"] or {}).values()]
        if any(str(folder) in each for each in known):
            found.append(process.info["name"])
    return found


@pytest.mark.skipif(
    not (rabbitmq.installed() and postgres.installed()), reason="takes servers installed on this machine"
)
@pytest.mark.usefixtures("no_addresses")
def test_private_servers_start_once_and_leave_no_process_no_port_and_no_data(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(containers, "found", lambda *_: None)
    folder = tmp_path / "stack"  # for root: under a folder that PostgreSQL's user cannot enter

    first = start_servers(folder)
    pids = {name: _pid(folder, name) for name in (rabbitmq.NODE, rabbitmq.EPMD, postgres.NAME)}
    assert start_servers(folder) == first
    assert {name: _pid(folder, name) for name in pids} == pids
    assert first.origin == "host"
    assert not probes.rabbitmq(first.rabbitmq_url).problem

    node = records.read(folder / rabbitmq.NODE / "node.json")
    server = records.read(folder / postgres.NAME / "server.json")
    assert stat.S_IMODE((folder / rabbitmq.NODE / "node.json").stat().st_mode) == 0o600
    taken = [*(node[name] for name in rabbitmq.PORTS), server["port"]]
    assert all(ports.listens(port) for port in taken)
    assert _addresses(set(pids.values())) <= {"127.0.0.1", "::1"}

    stop_servers(folder, erase=True)
    assert not any(ports.listens(port) for port in taken)
    assert not any(psutil.pid_exists(pid) for pid in pids.values())
    assert _lives_in(folder) == []
    assert not Path(server["place"]).exists()


def _pid(folder: Path, name: str) -> int:
    process = processes.find(folder, name)
    assert process
    return process.pid


def _addresses(pids: Collection[int]) -> set[str]:
    every = [connection for connection in psutil.net_connections("tcp") if connection.pid in pids]
    return {each.laddr.ip for each in every if each.laddr and each.status == psutil.CONN_LISTEN}


def test_servers_in_the_environment_are_used_and_never_stopped(
    servers: Servers, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _given(monkeypatch, servers.rabbitmq_url, servers.management_url, servers.postgres_url)
    found = start_servers(folder)
    stop_servers(folder)
    assert found == Servers(servers.rabbitmq_url, servers.management_url, servers.postgres_url, "environment")
    assert not probes.postgres(servers.postgres_url).problem
    assert not probes.rabbitmq(servers.rabbitmq_url).problem


@pytest.mark.parametrize("wrong", [BROKER, MANAGEMENT, DATABASE])
def test_a_wrong_address_is_one_sentence_with_the_variable_and_without_the_password(
    servers: Servers, folder: Path, monkeypatch: pytest.MonkeyPatch, wrong: str
) -> None:
    nowhere = f"127.0.0.1:{ports.free_port()}"
    addresses = {
        BROKER: f"amqp://me:hidden@{nowhere}/",
        MANAGEMENT: f"http://me:hidden@{nowhere}",
        DATABASE: f"postgresql://me:hidden@{nowhere}/postgres",
    }
    _given(monkeypatch, servers.rabbitmq_url, servers.management_url, servers.postgres_url)
    monkeypatch.setenv(wrong, addresses[wrong])
    with pytest.raises(StackError) as refused:
        start_servers(folder)
    sentence = str(refused.value)
    assert sentence.startswith(f"{wrong} (")
    assert "nothing answers there" in sentence
    assert "hidden" not in sentence
    assert "\n" not in sentence


def test_a_wrong_password_is_said_as_such(servers: Servers, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    place = servers.postgres_url.rpartition("@")[2]
    _given(monkeypatch, servers.rabbitmq_url, servers.management_url, f"postgresql://nobody:wrong@{place}")
    with pytest.raises(StackError, match="authentication failed"):
        start_servers(folder)


@pytest.mark.usefixtures("no_addresses")
def test_addresses_given_by_halves_are_refused(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(DATABASE, "postgresql://admin@127.0.0.1/postgres")
    with pytest.raises(StackError, match=f"set {BROKER} and {MANAGEMENT} too, or none"):
        start_servers(folder)


@pytest.mark.usefixtures("no_addresses")
def test_without_any_server_one_sentence_says_what_to_install(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rabbitmq, "installed", lambda: None)
    monkeypatch.setattr(postgres, "installed", lambda: None)
    monkeypatch.setattr(containers, "found", lambda *_: None)
    monkeypatch.setattr("shutil.which", lambda *_: None)
    with pytest.raises(
        StackError, match=r"^RabbitMQ \(3.10 or later\) and PostgreSQL \(15 or later\) are needed: install"
    ):
        start_servers(folder)


@pytest.mark.parametrize("place", ["https://broker.invalid", "http://[::1]:1", "https://broker.invalid:15671/under/"])
async def test_the_management_address_is_taken_as_it_stands(place: str) -> None:
    login, address = place.replace("://", "://me:hidden@"), re.escape(place)
    with pytest.raises(TopologyRefused, match=f"address {address} does not answer"):
        async with Management(login) as broker:
            await broker.call("GET", "overview")
    assert probes.bare(login) == place.rstrip("/")
