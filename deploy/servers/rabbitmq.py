"""A private RabbitMQ node from the installed package: own name, home, ports and epmd, loopback only."""

import os
import re
import secrets
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil

from deploy import ports, processes, records
from deploy.errors import StackError
from deploy.servers import probes
from deploy.servers.source import Broker

NODE = "rabbitmq"
EPMD = "rabbitmq-epmd"
PORTS = ("amqp", "management", "distribution", "epmd")

INSTALLED = (
    "/usr/lib/rabbitmq/lib/rabbitmq_server-*",
    "/opt/rabbitmq_server-*",
    "/opt/rabbitmq",
    "/opt/homebrew/opt/rabbitmq",
    "/usr/local/opt/rabbitmq",
)
"""Folders that hold RabbitMQ's own scripts: the one in the system's path changes user and reads the machine's files."""

CONFIGURATION = """\
listeners.tcp.1 = 127.0.0.1:{amqp}
management.tcp.ip = 127.0.0.1
management.tcp.port = {management}
default_user = {user}
default_pass = {password}
log.file.level = info
log.file.rotation.size = 10485760
log.file.rotation.count = 3
"""
"""A default user of our own name means that there never is a guest."""

ERLANG_ARGUMENTS = "-kernel inet_dist_use_interface {127,0,0,1} +sbwt none +sbwtdcpu none +sbwtdio none"
"""Without the first, the distribution listens to the whole network; the others keep an idle node off the processor."""


def installed() -> Path | None:
    """The newest RabbitMQ of this machine."""
    given = os.environ.get("STAGEBRUG_RABBITMQ_HOME")
    patterns = (given,) if given else INSTALLED
    found = [path for pattern in patterns for path in Path("/").glob(pattern.lstrip("/"))]
    return max((path for path in found if (path / "sbin/rabbitmq-server").exists()), key=_version, default=None)


def start(folder: Path, home: Path) -> Broker:
    """Start the node of this folder, or find it running; about seven seconds on two cores."""
    node = records.read(_node_file(folder))
    if not node or not _runs(folder):
        node = _prepared(folder, node)
        processes.start(folder, _epmd(folder, node))
        processes.start(folder, _server(folder, home, node))
    broker = Broker(
        f"amqp://{node['user']}:{node['password']}@{ports.LOOPBACK}:{node['amqp']}/",
        f"http://{node['user']}:{node['password']}@{ports.LOOPBACK}:{node['management']}",
    )
    processes.wait_until(folder, NODE, lambda: _ready(node, broker))
    return broker


def stop(folder: Path) -> None:
    """End the node and its epmd, which outlives it."""
    processes.stop(folder, NODE)
    processes.stop(folder, EPMD)
    for stray in _stray_epmds(folder / NODE / "home"):
        stray.terminate()


def _ready(node: dict[str, Any], broker: Broker) -> bool:
    # the management address is up a moment before the broker's own
    return ports.listens(node["amqp"]) and not probes.rabbitmq_management(broker.management_url).problem


def _runs(folder: Path) -> bool:
    return all(processes.find(folder, name) for name in (NODE, EPMD))


def _prepared(folder: Path, known: dict[str, Any]) -> dict[str, Any]:
    """The node's record and files: the same name and password as last time, and the same ports where they are free."""
    stop(folder)
    node = {
        "name": f"stagebrug-{secrets.token_hex(4)}@localhost",
        "user": "stagebrug-admin",
        "password": secrets.token_urlsafe(24),
    } | known
    fresh = ports.free_ports(PORTS)
    node |= {name: port for name, port in fresh.items() if name not in node or not ports.is_free(node[name])}
    records.write(_node_file(folder), node)
    own = folder / NODE
    (own / "home").mkdir(parents=True, exist_ok=True)
    _write_private(own / "rabbitmq.conf", CONFIGURATION.format(**node))
    _write_private(own / "enabled_plugins", "[rabbitmq_management].\n")
    cookie = own / "home/.erlang.cookie"
    if not cookie.exists():
        _write_private(cookie, secrets.token_hex(16))
        cookie.chmod(0o400)
    return node


def _server(folder: Path, home: Path, node: dict[str, Any]) -> processes.Program:
    own = folder / NODE
    environment = _environment(own, node) | {
        "RABBITMQ_NODENAME": node["name"],
        "RABBITMQ_DIST_PORT": str(node["distribution"]),
        "RABBITMQ_MNESIA_BASE": f"{own}/data",
        "RABBITMQ_LOG_BASE": f"{own}/log",
        "RABBITMQ_CONFIG_FILE": f"{own}/rabbitmq.conf",
        # left out, the machine's own of these are read
        "RABBITMQ_CONFIG_FILES": f"{own}/conf.d/*.conf",
        "RABBITMQ_ADVANCED_CONFIG_FILE": f"{own}/advanced.config",
        "RABBITMQ_CONF_ENV_FILE": f"{own}/rabbitmq-env.conf",
        "RABBITMQ_ENABLED_PLUGINS_FILE": f"{own}/enabled_plugins",
        "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": ERLANG_ARGUMENTS,
        # the script then becomes the node, so that its pid is the node's
        "RUNNING_UNDER_SYSTEMD": "true",
    }
    return processes.Program(NODE, [f"{home}/sbin/rabbitmq-server"], environment, folder=own)


def _epmd(folder: Path, node: dict[str, Any]) -> processes.Program:
    """Erlang's register of ports, started by us first: one that the node starts is a daemon of unknown pid."""
    command = shutil.which("epmd")
    if command is None:
        message = "RabbitMQ is installed and Erlang's epmd is not in the path: add Erlang's bin folder to PATH."
        raise StackError(message)
    return processes.Program(
        EPMD, [command, "-port", str(node["epmd"]), "-address", ports.LOOPBACK], _environment(folder / NODE, node)
    )


def _environment(own: Path, node: dict[str, Any]) -> dict[str, str]:
    return {
        "PATH": os.environ.get("PATH", "/usr/local/bin:/usr/bin:/bin"),
        "LANG": "C.UTF-8",
        "HOME": f"{own}/home",
        "ERL_EPMD_PORT": str(node["epmd"]),
        "ERL_EPMD_ADDRESS": ports.LOOPBACK,
    }


def _stray_epmds(home: Path) -> Iterator[psutil.Process]:
    """Registers that the node started itself because ours had died: daemons, known by the home they inherited."""
    for process in psutil.process_iter(["name"]):
        try:
            if process.info["name"] == "epmd" and process.environ().get("HOME") == str(home):
                yield process
        except psutil.Error:
            continue


def _node_file(folder: Path) -> Path:
    return folder / NODE / "node.json"


def _write_private(path: Path, text: str) -> None:
    path.touch(mode=0o600)
    path.write_text(text)


def _version(path: Path) -> list[int]:
    return [int(part) for part in re.findall(r"\d+", path.name)]
