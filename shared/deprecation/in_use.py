"""Who still hears an event version that will go: every queue of the broker, ours or another organisation's."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from shared.events import CATALOGUE, Event
from shared.events.base import SUCCESSORS
from shared.events.versions import is_published
from shared.messaging.publishing import EXCHANGE
from shared.topology import Management


@dataclass(frozen=True)
class InUse:
    """A queue (or exchange) that is bound to a version that will go."""

    event: type[Event]
    by: str

    @property
    def sunset(self) -> date:
        """When the version may be gone."""
        assert self.event.deprecated
        return self.event.deprecated.sunset

    def __str__(self) -> str:
        instead = SUCCESSORS.get(self.event)
        use = f"; it should bind {instead.routing_key()}" if instead else ""
        return f"{self.by} still hears {self.event.event_type()}, which goes on {self.sunset}{use}."


async def deprecated_in_use(management_url: str, vhost: str) -> list[InUse]:
    """What is bound to deprecated versions on the broker; empty when they can be dropped as far as AMQP goes."""
    async with Management(management_url) as broker:
        path = ("exchanges", vhost, EXCHANGE, "bindings", "source")
        bindings = await broker.call("GET", *path, missing_ok=True) or []
    return uses(bindings, CATALOGUE.values())


def uses(bindings: Iterable[dict[str, Any]], events: Iterable[type[Event]]) -> list[InUse]:
    """The bindings that a deprecated, still published version of an event goes through, by name of who is bound."""
    leaving = [event for event in events if event.deprecated and is_published(event)]
    found = {
        (event, binding["destination"])
        for binding in bindings
        for event in leaving
        if _matches(binding["routing_key"].split("."), event.routing_key().split("."))
    }
    return [InUse(event, by) for event, by in sorted(found, key=lambda use: (use[0].event_type(), use[1]))]


def _matches(pattern: list[str], words: list[str]) -> bool:
    """A topic binding: `*` is one word, `#` is any number of them."""
    if not pattern:
        return not words
    if pattern[0] == "#":
        return any(_matches(pattern[1:], words[skipped:]) for skipped in range(len(words) + 1))
    return bool(words) and pattern[0] in {"*", words[0]} and _matches(pattern[1:], words[1:])
