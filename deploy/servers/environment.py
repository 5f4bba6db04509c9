"""Servers whose addresses stand in the environment, or in files it names; no other variable counts as given."""

from collections.abc import Callable

from deploy.errors import StackError
from deploy.passwords import variable
from deploy.servers import probes
from deploy.servers.source import Broker, Origin, Servers

BROKER = "STAGEBRUG_RABBITMQ_URL"
MANAGEMENT = "STAGEBRUG_RABBITMQ_MANAGEMENT_URL"
DATABASE = "STAGEBRUG_POSTGRES_URL"


class Environment:
    """Somebody else's servers: asked whether they answer, never started or stopped."""

    origin: Origin = "environment"

    @property
    def addresses(self) -> Servers:
        """What the variables say, asked or not."""
        broker, management, database = (variable(name) or "" for name in (BROKER, MANAGEMENT, DATABASE))
        return Servers(broker, management.rstrip("/"), database, self.origin)

    def broker(self) -> Broker:
        """The broker and its management address, after a log-in to both."""
        _ask(BROKER, probes.rabbitmq)
        _ask(MANAGEMENT, probes.rabbitmq_management)
        return Broker(self.addresses.rabbitmq_url, self.addresses.management_url)

    def database(self) -> str:
        """The database's address, after a log-in."""
        _ask(DATABASE, probes.postgres)
        return self.addresses.postgres_url


def given() -> Environment | None:
    """The servers in the environment; StackError when only some of the three addresses are there."""
    missing = [name for name in (BROKER, MANAGEMENT, DATABASE) if not variable(name)]
    if not missing:
        return Environment()
    if len(missing) < len((BROKER, MANAGEMENT, DATABASE)):
        message = (
            f"Some servers are given in the environment and some are not: set {' and '.join(missing)} too, or none."
        )
        raise StackError(message)
    return None


def _ask(name: str, probe: Callable[[str], probes.Answer]) -> None:
    address = variable(name) or ""
    try:
        problem = probe(address).problem
    except ValueError as error:
        problem = f"it is no address ({error})"
    if problem:
        place = probes.bare(address)
        message = f"{name} ({place}) cannot be used: {problem}; correct it, or unset it to start private servers."
        raise StackError(message)
