"""What every source of servers offers."""

from dataclasses import dataclass, field
from typing import Literal, Protocol, Self

Origin = Literal["environment", "docker", "host"]


@dataclass(frozen=True)
class Broker:
    """A RabbitMQ, as its administrator reaches it."""

    url: str = field(repr=False)
    management_url: str = field(repr=False)


@dataclass(frozen=True)
class Servers:
    """Addresses with the administrator's name and password in them."""

    rabbitmq_url: str = field(repr=False)
    management_url: str = field(repr=False)
    postgres_url: str = field(repr=False)
    origin: Origin

    @classmethod
    def of(cls, origin: Origin, broker: Broker, postgres_url: str) -> Self:
        """Both servers of one source."""
        return cls(broker.url, broker.management_url, postgres_url, origin)


class Source(Protocol):
    """Starts or finds one broker and one database; both calls may run side by side and be repeated."""

    @property
    def origin(self) -> Origin:
        """What kind of source it is."""

    def broker(self) -> Broker:
        """The broker, answering; StackError when it cannot be had."""

    def database(self) -> str:
        """The database's address, answering; StackError when it cannot be had."""
