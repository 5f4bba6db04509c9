"""The virtual host for those outside: its queues and users through the management API, and publishing to the queues."""

import asyncio
import re
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self
from urllib.parse import unquote, urlsplit

import aiormq
from aio_pika.exceptions import AMQPError

from services.notifications.domain.outward import QUEUE, Login, Protocol, queue_of
from services.notifications.domain.schedule import Answer
from services.notifications.domain.subscriptions import Subscription
from services.notifications.settings import Settings
from shared.messaging.publishing import ConfirmedPublisher, Unconfirmed
from shared.topology import Management

CONFIRMED = 200
"""What stands as the status of a try that the broker confirmed: the tries of webhooks have theirs."""

DELIVERY_LIMIT = 100_000
"""Times that a message may come back unread: a consumer that dies on it loses none (brokers from 4.0: 20)."""

MOST_CONNECTIONS, MOST_CHANNELS = 10, 20
"""Of one user: a client that leaks connections finds it out before the broker does."""

DEFAULT_EXCHANGE = ""


@dataclass(frozen=True)
class Present:
    """What there is on the outward virtual host."""

    queues: frozenset[str]
    users: frozenset[str]
    able: frozenset[str]
    """Of these who have their rights: making a user takes several steps, and may be broken off."""


class OutwardBroker:
    """Makes, removes and feeds what subscribers read over AMQP."""

    def __init__(self, settings: Settings) -> None:
        assert settings.outward_amqp_url
        url = settings.outward_amqp_url.get_secret_value()
        parts = urlsplit(url)
        self.vhost = unquote(parts.path[1:]) or "/"
        place = (parts.hostname or "localhost") + (f":{parts.port}" if parts.port else "")
        self.address = settings.outward_address or f"{parts.scheme}://{place}"
        self._settings = settings
        self._publisher_user = unquote(parts.username or "guest")
        self._publisher = ConfirmedPublisher(url, "notifications-outward", DEFAULT_EXCHANGE)
        self._connecting = asyncio.Lock()

    async def __aenter__(self) -> Self:
        """Nothing is opened before it is needed: a broker that is away keeps nobody from starting."""
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the connection."""
        await self._publisher.close()

    def user_of(self, login: Login) -> str:
        """A login's user; users are the whole broker's, so that the virtual host names them."""
        return f"{self.vhost}.{login.name}"

    async def present(self) -> Present:
        """What there is, after the virtual host itself was made sure of. Raises `TopologyRefused`."""
        async with self._management() as broker:
            await self._prepare(broker)
            queues = await broker.call("GET", "queues", self.vhost)
            users = await broker.call("GET", "users")
            rights = await broker.call("GET", "vhosts", self.vhost, "permissions")
        made_here = re.compile(rf"{re.escape(self.vhost)}\.[0-9a-f-]{{36}}\.[0-9a-f]{{8}}")
        # whoever else is named after the virtual host was made by an operator
        mine = frozenset(each["name"] for each in users if made_here.fullmatch(each["name"]))
        able = mine & {each["user"] for each in rights}
        return Present(frozenset(each["name"] for each in queues), mine, able)

    async def provide(self, subscription: Subscription, logins: list[Login], present: Present) -> None:
        """A queue, and for each login a user who may read it and do nothing else. Raises `TopologyRefused`."""
        queue = queue_of(subscription.id)
        async with self._management() as broker:
            if queue not in present.queues:
                body = {"durable": True, "arguments": {"x-queue-type": "quorum"}}
                await broker.call("PUT", "queues", self.vhost, queue, body=body)
            for login in logins:
                if (user := self.user_of(login)) not in present.able:
                    await self._make_user(broker, user, login, queue)

    async def remove(self, queues: frozenset[str], users: frozenset[str]) -> None:
        """Remove what nobody has a right to any more; who is connected as such a user is cut off."""
        async with self._management() as broker:
            for user in users:
                await broker.call("DELETE", "users", user, missing_ok=True)
            for queue in queues:
                await broker.call("DELETE", "queues", self.vhost, queue, missing_ok=True)

    async def send(self, subscription: Subscription, message: str, message_id: str, event_type: str) -> Answer:
        """Put one CloudEvent in structured mode into the queue; it never raises for what the broker does."""
        assert subscription.protocol is Protocol.AMQP
        try:
            async with asyncio.timeout(self._settings.webhook_seconds):
                async with self._connecting:
                    await self._publisher.connect()
                await self._publisher.publish(message.encode(), queue_of(subscription.id), message_id, event_type)
        except Unconfirmed as error:
            return Answer(error=_code_of(error.__cause__))
        except TimeoutError:
            return Answer(error="timeout")
        except (AMQPError, aiormq.exceptions.AMQPError, OSError, RuntimeError):
            return Answer(error="no-connection")
        return Answer(CONFIRMED, "confirmed by the broker")

    def _management(self) -> Management:
        assert self._settings.outward_management_url
        return Management(self._settings.outward_management_url.get_secret_value())

    async def _prepare(self, broker: Management) -> None:
        await broker.call("PUT", "vhosts", self.vhost, body={})
        me = await broker.call("GET", "whoami")
        everything = {"configure": ".*", "write": ".*", "read": ".*"}
        await broker.call("PUT", "permissions", self.vhost, me["name"], body=everything)
        if me["name"] != self._publisher_user:
            rights = {"configure": "^$", "write": r"^amq\.default$", "read": "^$"}
            await broker.call("PUT", "permissions", self.vhost, self._publisher_user, body=rights)
        await broker.call("PUT", "policies", self.vhost, QUEUE, body=self._limits())

    def _limits(self) -> dict[str, Any]:
        """A full queue takes nothing more: its events are tried again, then given up. Unread messages go after days."""
        definition = {
            "max-length": self._settings.outward_messages,
            "max-length-bytes": self._settings.outward_bytes,
            "message-ttl": self._settings.keep_days * 86_400_000,
            "overflow": "reject-publish",
            "delivery-limit": DELIVERY_LIMIT,
        }
        return {"pattern": f"^{QUEUE}\\.", "apply-to": "queues", "definition": definition}

    async def _make_user(self, broker: Management, user: str, login: Login, queue: str) -> None:
        # the rights last: by them a later look knows that nothing was broken off
        body = {
            "password_hash": login.password_hash,
            "hashing_algorithm": "rabbit_password_hashing_sha256",
            "tags": "",
        }
        await broker.call("PUT", "users", user, body=body)
        for limit, value in (("max-connections", MOST_CONNECTIONS), ("max-channels", MOST_CHANNELS)):
            await broker.call("PUT", "user-limits", user, limit, body={"value": value})
        rights = {"configure": "^$", "write": "^$", "read": f"^{re.escape(queue)}$"}
        await broker.call("PUT", "permissions", self.vhost, user, body=rights)


def _code_of(cause: BaseException | None) -> str:
    """What a missing confirm was for: the broker says whether a queue is full, or not there."""
    if isinstance(cause, aiormq.exceptions.DeliveryError):
        return "no-queue" if isinstance(cause, aiormq.exceptions.PublishError) else "queue-full"
    return "timeout" if isinstance(cause, TimeoutError) else "no-connection"
