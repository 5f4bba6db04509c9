"""A system as its operator reaches it: the local stack of a folder, or services that run elsewhere on given servers."""

from dataclasses import dataclass
from pathlib import Path
from typing import Self

import asyncpg

from deploy import databases
from deploy.databases import Connection
from deploy.errors import StackError
from deploy.passwords import Passwords
from deploy.plan import SERVICES
from deploy.servers import Servers, environment
from deploy.stack import Stack, passwords_file


@dataclass(frozen=True)
class System:
    """What its databases begin with, and how their owner gets in."""

    folder: Path
    name: str
    services: tuple[str, ...]
    servers: Servers

    @classmethod
    def of(cls, folder: Path, name: str | None = None) -> Self:
        """The stack of a folder, else what is on the servers in the environment; StackError when there is neither."""
        folder = folder.resolve()
        if stack := Stack.last(folder):
            return cls(folder, name or stack.name, stack.services, stack.servers)
        if given := environment.given():
            return cls(folder, name or "stagebrug", SERVICES, given.addresses)
        raise StackError(f"No system is known in {folder}: start one with `stagebrug up`, or say which with --folder.")

    async def owner(self, service: str) -> Connection:
        """A connection of who owns a service's tables, for whom no row is hidden; StackError when there is none."""
        password = Passwords(passwords_file(self.folder)).of(service, "owner")
        address = databases.owner_address(self.servers.postgres_url, self.name, service, password)
        try:
            connection = await asyncpg.connect(address, timeout=10)
        except (OSError, TimeoutError, asyncpg.PostgresError) as error:
            raise StackError(f"The database of {service} cannot be used by its owner: {error}.") from None
        await connection.execute("set stagebrug.acting = 'owner'")
        return connection
