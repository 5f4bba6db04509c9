"""Broker and database of a test run where a Docker engine answers: testcontainers ends them whatever becomes of the run."""

from collections.abc import Iterator
from contextlib import contextmanager

from testcontainers.postgres import PostgresContainer
from testcontainers.rabbitmq import RabbitMqContainer

from deploy.servers import Servers
from deploy.servers.containers import POSTGRES, RABBITMQ

ADMIN = "tests"


@contextmanager
def contained_servers() -> Iterator[Servers]:
    """A RabbitMQ and a PostgreSQL in containers, the images that the local stack uses."""
    broker = RabbitMqContainer(RABBITMQ.image, username=ADMIN, password=ADMIN).with_exposed_ports(15672)
    with broker, PostgresContainer(POSTGRES.image, username=ADMIN, password=ADMIN, driver=None) as database:
        host = broker.get_container_host_ip()
        login = f"{ADMIN}:{ADMIN}@{host}"
        yield Servers(
            f"amqp://{login}:{broker.get_exposed_port(5672)}/",
            f"http://{login}:{broker.get_exposed_port(15672)}",
            database.get_connection_url(),
            "docker",
        )
