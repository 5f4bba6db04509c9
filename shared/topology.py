"""The broker's topology, declared in one place: exchange, queues, bindings, policies, users and their rights.

A queue's arguments can never change once it is declared; what may change (the delivery limit) is a policy.
"""

import importlib
from collections.abc import Mapping
from typing import Any, Self
from urllib.parse import quote, urlsplit, urlunsplit

import httpx

from shared.messaging.consumer import PARKING, arguments_of_queues, parking_queue
from shared.messaging.handlers import Handlers
from shared.messaging.publishing import EXCHANGE
from shared.trust import authorities

DELIVERY_LIMIT = 50
"""Deliveries without a verdict before the broker gives up: a net, as crashes count too (never -1: 3.10 drops then)."""


PARKING_LIMIT = 100_000
"""The same for parking queues, which dead-letter nowhere: brokers from 4.0 on would drop after 20."""


def _limit(pattern: str, deliveries: int) -> dict[str, Any]:
    return {"pattern": pattern, "apply-to": "queues", "definition": {"delivery-limit": deliveries}}


_POLICIES = {
    "delivery-limit": _limit("^[a-z]+$", DELIVERY_LIMIT),
    "parking-limit": _limit(r"^parking\.", PARKING_LIMIT),
}


class TopologyRefused(RuntimeError):
    """The broker's management interface did not do as asked; the message says what to look at."""


class Management:
    """RabbitMQ's management API."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        auth = (parts.username or "guest", parts.password or "guest")
        # with the scheme's own port where it names none, as whoever else asks there
        address = urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2]))
        self._client = httpx.AsyncClient(base_url=address, auth=auth, timeout=30, trust_env=False, verify=authorities())

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._client.aclose()

    async def call(self, method: str, *path: str, body: Any = None, missing_ok: bool = False) -> Any:
        """One request to `/api/<path…>`; the answer's JSON, or None."""
        url = "/api/" + "/".join(quote(part, safe="") for part in path)
        try:
            answer = await self._client.request(method, url, json=body)
        except httpx.TransportError as error:
            raise TopologyRefused(
                f"The broker's management address {self._client.base_url} does not answer ({error}); "
                "check STAGEBRUG_RABBITMQ_MANAGEMENT_URL and that the plugin rabbitmq_management is enabled."
            ) from None
        if answer.status_code == 404 and missing_ok:
            return None
        if answer.status_code >= 400:
            raise TopologyRefused(f"The broker refused {method} {url}: {answer.status_code} {answer.text[:300]}")
        return answer.json() if answer.content else None


def handlers_of(service: str) -> Handlers:
    """A service's handlers, by its name: topology follows from them, and nothing else of a service is needed here."""
    found: Handlers = importlib.import_module(f"services.{service}.handlers").handlers
    return found


def user_of(vhost: str, service: str) -> str:
    """The broker user of a service; users are the broker's, so that a virtual host other than `/` names them."""
    return service if vhost == "/" else f"{vhost}-{service}"


async def declare(rabbitmq_url: str, management_url: str, vhost: str, passwords: Mapping[str, str]) -> None:
    """Declare everything that the services in `passwords` (service → password of its broker user) need; idempotent.

    `rabbitmq_url` names the administrator, who may see the virtual host afterwards.
    """
    administrator = urlsplit(rabbitmq_url).username or "guest"
    async with Management(management_url) as broker:
        await broker.call("PUT", "vhosts", vhost, body={})
        everything = {"configure": ".*", "write": ".*", "read": ".*"}
        await broker.call("PUT", "permissions", vhost, administrator, body=everything)
        for name, kind in ((EXCHANGE, "topic"), (PARKING, "direct")):
            await broker.call("PUT", "exchanges", vhost, name, body={"type": kind, "durable": True})
        for name, policy in _POLICIES.items():
            await broker.call("PUT", "policies", vhost, name, body=policy)
        for service, password in passwords.items():
            await _declare_queues(broker, vhost, handlers_of(service))
            await _declare_user(broker, vhost, service, password)


async def _declare_queues(broker: Management, vhost: str, handlers: Handlers) -> None:
    parking = parking_queue(handlers.service)
    for name, extra in arguments_of_queues(handlers.service).items():
        arguments = {"x-queue-type": "quorum", **extra}
        await broker.call("PUT", "queues", vhost, name, body={"durable": True, "arguments": arguments})
    await broker.call("POST", "bindings", vhost, "e", PARKING, "q", parking, body={"routing_key": parking})
    await _bind(broker, vhost, handlers)


async def _bind(broker: Management, vhost: str, handlers: Handlers) -> None:
    path = ("bindings", vhost, "e", EXCHANGE, "q", handlers.service)
    present = {binding["routing_key"]: binding["properties_key"] for binding in await broker.call("GET", *path)}
    for routing_key in handlers.routing_keys - present.keys():
        await broker.call("POST", *path, body={"routing_key": routing_key})
    for routing_key in present.keys() - handlers.routing_keys:
        await broker.call("DELETE", *path, present[routing_key], missing_ok=True)


async def _declare_user(broker: Management, vhost: str, service: str, password: str) -> None:
    user = user_of(vhost, service)
    await broker.call("PUT", "users", user, body={"password": password, "tags": ""})
    rights, topics = _rights(service)
    await broker.call("PUT", "permissions", vhost, user, body=rights)
    await broker.call("PUT", "topic-permissions", vhost, user, body=topics)


def _rights(service: str) -> tuple[dict[str, str], dict[str, str]]:
    """What a service's user may do, and which topics it may write and read."""
    queue, parking = service.replace(".", r"\."), parking_queue(service).replace(".", r"\.")
    exchange = EXCHANGE.replace(".", r"\.")
    # to configure is to delete, too; but only who may do that is told whether a queue has the arguments that it should
    rights = {
        "configure": f"^({queue}|{parking})$",
        "write": f"^({exchange}|{queue})$",
        "read": f"^({exchange}|{queue}|{parking})$",
    }
    # a service publishes its own events only; to bind its queue it may read every event
    return rights, {"exchange": EXCHANGE, "write": f"^{queue}\\..*", "read": ".*"}


async def drift(management_url: str, vhost: str, services: list[str]) -> list[str]:
    """What the broker has otherwise than `declare` would make it, as sentences; empty when nothing."""
    async with Management(management_url) as broker:
        policies = await broker.call("GET", "policies", vhost, missing_ok=True) or []
        found = _policies_drifted({each["name"]: each for each in policies})
        queues = {each["name"] for each in await broker.call("GET", "queues", vhost, missing_ok=True) or []}
        for handlers in map(handlers_of, services):
            lacking = arguments_of_queues(handlers.service).keys() - queues
            found += [f"There is no queue {name}." for name in sorted(lacking)]
            path = ("bindings", vhost, "e", EXCHANGE, "q", handlers.service)
            bindings = await broker.call("GET", *path, missing_ok=True) or []
            missing = handlers.routing_keys - {binding["routing_key"] for binding in bindings}
            found += [f"The queue {handlers.service} is not bound to {key}." for key in sorted(missing)]
            found += await _rights_drifted(broker, vhost, handlers.service)
    return found


def _policies_drifted(there: Mapping[str, Mapping[str, Any]]) -> list[str]:
    found = [f"The policy {name} is not there." for name in sorted(_POLICIES.keys() - there.keys())]
    found += [
        f"The policy {name} says {there[name].get('definition')}, not {_POLICIES[name]['definition']}."
        for name in sorted(_POLICIES.keys() & there.keys())
        if any(there[name].get(part) != said for part, said in _POLICIES[name].items())
    ]
    return found


async def _rights_drifted(broker: Management, vhost: str, service: str) -> list[str]:
    """More rights than declared are as wrong as fewer."""
    user = user_of(vhost, service)
    there = await broker.call("GET", "permissions", vhost, user, missing_ok=True) or {}
    topics = await broker.call("GET", "topic-permissions", vhost, user, missing_ok=True) or []
    rights, topic = _rights(service)
    if any(there.get(what) != pattern for what, pattern in rights.items()) or not any(
        all(each.get(what) == said for what, said in topic.items()) for each in topics
    ):
        return [f"The broker's user {user} has other rights than {service} needs."]
    return []
