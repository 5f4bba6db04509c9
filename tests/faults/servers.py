"""A broker and a database server of the rig's own, which it may stop, freeze and kill: never those of others."""

import asyncio
import contextlib
import os
import secrets
import shutil
import signal
from pathlib import Path
from typing import Any

import asyncpg
import psutil

from deploy import processes, records
from deploy.servers import Broker, host, postgres, rabbitmq

GONE_WITHIN = 10.0
"""Seconds for the children of a killed server to notice and end."""


PROMPT_COUNTS = "[{rabbit, [{quorum_tick_interval, 300}]}].\n"
"""Quorum queues tell how many messages they hold at each tick of theirs, which is five seconds if nobody says so."""


class PrivateServers:
    """One RabbitMQ node and one PostgreSQL with their data in `folder`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder.resolve()
        self._host = host.Host(self.folder, lambda _: None)
        self.broker: Broker
        self.postgres_url: str

    async def start(self) -> None:
        """Start what does not run, on the ports that it had before."""
        own = self.folder / rabbitmq.NODE
        own.mkdir(parents=True, exist_ok=True)
        (own / "advanced.config").write_text(PROMPT_COUNTS)
        await asyncio.gather(self.start_broker(), self.start_postgres())

    async def start_broker(self) -> None:
        """Boot the node."""
        self.broker = await asyncio.to_thread(self._host.broker)

    async def start_postgres(self) -> None:
        """Start the database server; after a crash it recovers by itself."""
        self.postgres_url = await asyncio.to_thread(self._host.database)

    async def stop(self) -> None:
        """End both and remove their data."""
        for process in self._running():
            # a frozen process takes no signal but this one and SIGKILL
            for member in _family(process):
                _send(member, signal.SIGCONT)
        await asyncio.to_thread(host.stop, self.folder, erase=True)

    async def kill_broker(self, *, wipe: bool = False) -> None:
        """End the node without a word; with `wipe` all it ever stored is gone, too."""
        await self._kill(rabbitmq.NODE)
        if wipe:
            shutil.rmtree(self.folder / rabbitmq.NODE / "data", ignore_errors=True)

    async def kill_postgres(self) -> None:
        """End the server without a word; its sessions' processes notice and end."""
        await self._kill(postgres.NAME)

    async def stop_postgres_at_once(self) -> None:
        """What `pg_ctl stop -m immediate` does."""
        process = self._process(postgres.NAME)
        family = _family(process)
        process.send_signal(signal.SIGQUIT)
        await asyncio.to_thread(_ended, family)

    def freeze(self, name: str) -> None:
        """SIGSTOP: the kernel still takes what is sent, and nobody answers."""
        for member in _family(self._process(name)):
            _send(member, signal.SIGSTOP)

    def thaw(self, name: str) -> None:
        """Let it go on."""
        for member in _family(self._process(name)):
            _send(member, signal.SIGCONT)

    async def ctl(self, *arguments: str) -> str:
        """What rabbitmqctl says; RuntimeError with its words when it fails."""
        home = rabbitmq.installed()
        node = self.node
        own = self.folder / rabbitmq.NODE
        environment = {
            **{name: os.environ[name] for name in ("PATH", "LANG") if name in os.environ},
            "HOME": f"{own}/home",
            "ERL_EPMD_PORT": str(node["epmd"]),
            "RABBITMQ_NODENAME": node["name"],
            "RABBITMQ_CONF_ENV_FILE": f"{own}/rabbitmq-env.conf",
        }
        command = [f"{home}/sbin/rabbitmqctl", "-n", node["name"], *arguments]
        pipe = asyncio.subprocess.PIPE
        ran = await asyncio.create_subprocess_exec(*command, env=environment, stdout=pipe, stderr=pipe)
        said, complained = await asyncio.wait_for(ran.communicate(), 90)
        if ran.returncode:
            raise RuntimeError(f"rabbitmqctl {arguments[0]}: {(said + complained).decode()[-500:]}")
        return said.decode()

    @property
    def node(self) -> dict[str, Any]:
        """Name and ports of the node."""
        return records.read(self.folder / rabbitmq.NODE / "node.json")

    @property
    def amqp_port(self) -> int:
        """Where the broker listens."""
        return int(self.node["amqp"])

    @property
    def postgres_port(self) -> int:
        """Where the database server listens."""
        return int(records.read(self.folder / postgres.NAME / "server.json")["port"])

    async def sql(self, statement: str, *arguments: object, database: str = "postgres") -> list[asyncpg.Record]:
        """Run a statement as the administrator, past every proxy."""
        connection = await asyncpg.connect(self.postgres_url.rpartition("/")[0] + f"/{database}", timeout=10)
        try:
            return list(await connection.fetch(statement, *arguments))
        finally:
            await connection.close(timeout=5)

    def _process(self, name: str) -> psutil.Process:
        if (process := processes.find(self.folder, name)) is None:
            raise RuntimeError(f"{name} does not run")
        return process

    def _running(self) -> list[psutil.Process]:
        found = (processes.find(self.folder, name) for name in (rabbitmq.NODE, postgres.NAME))
        return [process for process in found if process]

    async def _kill(self, name: str) -> None:
        process = self._process(name)
        family = _family(process)
        _send(process, signal.SIGKILL)
        await asyncio.to_thread(_ended, family)


def _family(process: psutil.Process) -> list[psutil.Process]:
    try:
        return [process, *process.children(recursive=True)]
    except psutil.NoSuchProcess:
        return []


def _send(process: psutil.Process, what: signal.Signals) -> None:
    with contextlib.suppress(psutil.NoSuchProcess):
        process.send_signal(what)


def _ended(family: list[psutil.Process]) -> None:
    _, alive = psutil.wait_procs(family, timeout=GONE_WITHIN)
    for member in alive:
        _send(member, signal.SIGKILL)
    psutil.wait_procs(alive, timeout=GONE_WITHIN)


def fresh_name() -> str:
    """A name for a trial's virtual host and databases."""
    return f"faults_{secrets.token_hex(3)}"
