"""What a stack is called, where its parts listen, and what was decided about it before."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from deploy import processes, records
from deploy.errors import StackError
from deploy.ports import LOOPBACK, free_ports, refuse_taken
from deploy.servers import Servers

SERVICES = ("intake", "matching", "notifications", "analytics")

PORTS = {
    "issuer": 8100,
    "intake": 8101,
    "matching": 8102,
    "notifications": 8103,
    "analytics": 8104,
    "smtp": 8125,
    "mail": 8126,
    "gateway": 8110,
}

MARK = "restore.json"
"""In a folder that is or was restored into: which backup, so that the same command goes on."""

SUPPORT = ("issuer", "mail", "gateway")
"""Processes beside the services; the mail catcher has two ports."""


@dataclass(frozen=True)
class Plan:
    """One stack: its name is its virtual host, and what its databases and roles begin with."""

    folder: Path
    name: str
    ports: Mapping[str, int]
    services: tuple[str, ...]

    @classmethod
    def of(cls, folder: Path, services: Sequence[str], ports: Mapping[str, int] | None, name: str | None) -> Self:
        """As asked for now, else as it was the last time, else the defaults."""
        last = records.read(plan_file(folder))
        chosen = {**PORTS, **last.get("ports", {}), **(ports or {})}
        return cls(folder, name or last.get("name") or "stagebrug", chosen, tuple(services))

    def url(self, part: str) -> str:
        """Where a part of the stack answers."""
        scheme = "smtp" if part == "smtp" else "http"
        return f"{scheme}://{LOOPBACK}:{self.ports[part]}"

    @property
    def urls(self) -> dict[str, str]:
        """Every address of the stack, also of services that are not started: others are told where they would be."""
        return {part: self.url(part) for part in PORTS}

    def refuse_taken_ports(self) -> None:
        """StackError when somebody else listens where a part of this stack should."""
        owners = {"smtp": "mail"}
        for part in (*SUPPORT, "smtp", *self.services):
            if not processes.find(self.folder, owners.get(part, part)):
                refuse_taken(part, self.ports[part])

    def keep(self, servers: Servers, *, borrowed: bool) -> None:
        """Note what `down`, `status` and the next `up` have to know, in a private file."""
        content = {"name": self.name, "ports": dict(self.ports), "services": list(self.services)}
        given = {"servers": vars(servers), "borrowed": borrowed}
        records.write(plan_file(self.folder), content | given)


def free_stack_ports() -> dict[str, int]:
    """A set of ports for a stack beside others on this machine."""
    return free_ports(PORTS)


def name_of_its_own(folder: Path) -> str:
    """A name that no other checkout's stack has on the same servers."""
    return f"stagebrug_{hashlib.sha256(str(folder).encode()).hexdigest()[:8]}"


def refuse_half_restored(folder: Path) -> None:
    """StackError where a restore was begun and not ended: what is there may be half of it."""
    mark = records.read(folder / MARK)
    if mark and not mark["done"]:
        raise StackError(
            f"A restore into {folder} was interrupted: give `stagebrug restore {mark['backup']}` once more, "
            "or remove what is there with `stagebrug down --erase`."
        )


def plan_file(folder: Path) -> Path:
    """Where the plan is kept."""
    return folder / "stack.json"
