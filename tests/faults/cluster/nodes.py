"""Three RabbitMQ nodes on this machine, each in a network namespace of its own, so that links between them can be cut."""

import os
import secrets
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from deploy.servers import rabbitmq

NODES = ("one", "two", "three")
BOOT_WITHIN = 120.0

CONFIGURATION = """\
listeners.tcp.1 = {address}:5672
management.tcp.ip = {address}
management.tcp.port = 15672
default_user = stagebrug-admin
default_pass = {password}
loopback_users = none
cluster_partition_handling = pause_minority
cluster_formation.peer_discovery_backend = classic_config
cluster_formation.classic_config.nodes.1 = rabbit@{one}
cluster_formation.classic_config.nodes.2 = rabbit@{two}
cluster_formation.classic_config.nodes.3 = rabbit@{three}
"""


def why_not() -> str:
    """What this machine lacks for it; empty when it lacks nothing."""
    if os.geteuid() != 0:
        return "only root may make network namespaces"
    if shutil.which("ip") is None:
        return "iproute2 is not installed"
    if rabbitmq.installed() is None:
        return "RabbitMQ is not installed"
    made = subprocess.run(["ip", "netns", "add", "stagebrug-try"], capture_output=True, check=False).returncode == 0
    if made:
        _run("ip", "netns", "del", "stagebrug-try")
    return "" if made else "the kernel makes no network namespaces here"


@dataclass
class Node:
    """A node, its namespace and its address."""

    name: str
    space: str
    address: str
    folder: Path
    process: "subprocess.Popen[bytes] | None" = None

    def kill(self) -> None:
        """SIGKILL to the node and what it started; its data stays."""
        pids = subprocess.run(["ip", "netns", "pids", self.space], capture_output=True, text=True, check=True).stdout
        for pid in pids.split():  # nobody else lives in the namespace
            os.kill(int(pid), signal.SIGKILL)
        if self.process is not None:
            self.process.wait()


@dataclass
class Cluster:
    """The nodes and what is known of all of them."""

    folder: Path
    tag: str = field(default_factory=lambda: secrets.token_hex(2))
    password: str = field(default_factory=lambda: secrets.token_urlsafe(16))
    cookie: str = field(default_factory=lambda: secrets.token_hex(16))
    nodes: dict[str, Node] = field(default_factory=dict)
    subnet: str = field(default_factory=lambda: f"10.{secrets.randbelow(100) + 100}.{secrets.randbelow(250) + 1}")

    def build(self) -> None:
        """A bridge, and a namespace for each node."""
        bridge = f"sb{self.tag}"
        _run("ip", "link", "add", bridge, "type", "bridge")
        _run("ip", "addr", "add", f"{self.subnet}.1/24", "dev", bridge)
        _run("ip", "link", "set", bridge, "up")
        for number, name in enumerate(NODES, 11):
            node = Node(name, f"sb{self.tag}{name}", f"{self.subnet}.{number}", self.folder / name)
            inner, outer = f"i{self.tag}{number}", f"o{self.tag}{number}"
            _run("ip", "netns", "add", node.space)
            self.nodes[name] = node
            _run("ip", "link", "add", outer, "type", "veth", "peer", "name", inner)
            _run("ip", "link", "set", inner, "netns", node.space)
            _run("ip", "link", "set", outer, "master", bridge, "up")
            self._inside(node, "ip", "addr", "add", f"{node.address}/24", "dev", inner)
            self._inside(node, "ip", "link", "set", inner, "up")
            self._inside(node, "ip", "link", "set", "lo", "up")

    def boot(self, *names: str) -> None:
        """Start nodes and wait until they answer."""
        for name in names or NODES:
            self._start(self.nodes[name])
        self.all_see_each_other()

    def all_see_each_other(self) -> None:
        """Wait until every node runs and knows that the others do."""
        deadline = time.monotonic() + BOOT_WITHIN
        for name in NODES:
            while len(self.running(name)) < len(NODES):
                if time.monotonic() > deadline:
                    raise TimeoutError(f"node {name} is not back: {self.log(name)}")
                time.sleep(0.5)  # a poll with a deadline

    def running(self, asked: str) -> list[str]:
        """The nodes that a node sees running; none when it does not answer."""
        try:
            found = self.get(asked, "nodes")
        except (httpx.HTTPError, ValueError):
            return []
        return [str(each["name"]) for each in found if each["running"]]

    def get(self, asked: str, path: str) -> list[dict[str, object]]:
        """Something of a node's management address."""
        url = f"http://{self.nodes[asked].address}:15672/api/{path}"
        answer = httpx.get(url, auth=("stagebrug-admin", self.password), timeout=5, trust_env=False)
        answer.raise_for_status()
        found: list[dict[str, object]] = answer.json()
        return found

    def log(self, name: str) -> str:
        """The end of what a node said."""
        return "\n".join((self.nodes[name].folder / "said").read_text(errors="replace").splitlines()[-15:])

    def cut(self, left: Sequence[str], right: Sequence[str]) -> None:
        """Nothing passes any more between the nodes of one side and those of the other."""
        for node, others in ((n, right) for n in left):
            self._drop(self.nodes[node], others)
        for node, others in ((n, left) for n in right):
            self._drop(self.nodes[node], others)

    def heal(self) -> None:
        """Everything passes."""
        for node in self.nodes.values():
            self._inside(node, "ip", "route", "flush", "type", "blackhole")

    def remove(self) -> None:
        """End the nodes; their namespaces and the bridge go."""
        for node in self.nodes.values():
            node.kill()
            _run("ip", "netns", "del", node.space)
        _run("ip", "link", "del", f"sb{self.tag}")

    def _drop(self, node: Node, others: Sequence[str]) -> None:
        for other in others:
            self._inside(node, "ip", "route", "add", "blackhole", f"{self.nodes[other].address}/32")

    @staticmethod
    def _inside(node: Node, *command: str) -> None:
        _run("ip", "netns", "exec", node.space, *command)

    def _start(self, node: Node) -> None:
        home = rabbitmq.installed()
        assert home is not None
        (node.folder / "home").mkdir(parents=True, exist_ok=True)
        addresses = {name: each.address for name, each in self.nodes.items()}
        text = CONFIGURATION.format(address=node.address, password=self.password, **addresses)
        (node.folder / "rabbitmq.conf").write_text(text)
        (node.folder / "enabled_plugins").write_text("[rabbitmq_management].\n")
        cookie = node.folder / "home/.erlang.cookie"
        if not cookie.exists():
            cookie.write_text(self.cookie)
            cookie.chmod(0o400)
        with (node.folder / "said").open("ab") as said:
            node.process = subprocess.Popen(
                ["ip", "netns", "exec", node.space, f"{home}/sbin/rabbitmq-server"],
                env=_environment(node), stdout=said, stderr=said, stdin=subprocess.DEVNULL,
            )  # fmt: skip


def _environment(node: Node) -> dict[str, str]:
    own = str(node.folder)
    return {
        "PATH": os.environ["PATH"],
        "LANG": "C.UTF-8",
        "HOME": f"{own}/home",
        "RABBITMQ_USE_LONGNAME": "true",
        "RABBITMQ_NODENAME": f"rabbit@{node.address}",
        "RABBITMQ_MNESIA_BASE": f"{own}/data",
        "RABBITMQ_LOG_BASE": f"{own}/log",
        "RABBITMQ_CONFIG_FILE": f"{own}/rabbitmq.conf",
        "RABBITMQ_CONFIG_FILES": f"{own}/conf.d/*.conf",
        "RABBITMQ_ADVANCED_CONFIG_FILE": f"{own}/advanced.config",
        "RABBITMQ_CONF_ENV_FILE": f"{own}/rabbitmq-env.conf",
        "RABBITMQ_ENABLED_PLUGINS_FILE": f"{own}/enabled_plugins",
        # a partition is noticed within ten seconds in place of a minute
        "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": "-kernel net_ticktime 8 +sbwt none +sbwtdcpu none +sbwtdio none",
    }


@contextmanager
def running_cluster(folder: Path) -> Iterator[Cluster]:
    """Three nodes that see each other, until the block ends."""
    cluster = Cluster(folder)
    try:
        cluster.build()
        cluster.boot()
        yield cluster
    finally:
        cluster.remove()


def _run(*command: str) -> None:
    subprocess.run(command, check=True, capture_output=True, text=True)
