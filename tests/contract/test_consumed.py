"""No event goes to nobody: the broker would refuse it, and its publisher would keep it and call itself not ready."""

from shared.events import CATALOGUE
from shared.topology import handlers_of

SERVICES = ("intake", "matching", "notifications", "analytics")


def test_every_event_has_a_consumer() -> None:
    consumed = frozenset[str]().union(*(handlers_of(service).routing_keys for service in SERVICES))
    ours = [event for event in CATALOGUE.values() if event.__module__.startswith("shared.events.")]
    assert {event.routing_key() for event in ours} <= consumed
