"""All faults, by the number they have in the documentation."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from random import Random

from tests.faults.evidence import Evidence
from tests.faults.strikes import broker, database, disk, messages, mixed, network, processes
from tests.faults.strikes.clock import Until
from tests.faults.system import System

Strike = Callable[[System, Random, Until], Awaitable[None]]


def nothing_more(_: Evidence) -> list[str]:
    """The invariants say it all."""
    return []


@dataclass(frozen=True)
class Fault:
    """A way to break the system, and what must hold beside the invariants."""

    name: str
    title: str
    strike: Strike
    also: Callable[[Evidence], list[str]] = nothing_more
    waived: frozenset[str] = field(default_factory=frozenset)
    """Invariants that cannot hold under it: a backlog of 20 000 takes longer than half a minute."""


FAULTS = {
    fault.name: fault
    for fault in (
        Fault("F2", "kill -9 of services", processes.kill_services, processes.nothing_parked),
        Fault("F3", "SIGTERM under load", processes.stop_services, processes.stopped_well),
        Fault("F4", "broker stopped, killed", broker.restart_broker, processes.nothing_parked),
        Fault("F4w", "broker wiped, published again", broker.wipe_broker, broker.republished),
        Fault("F5", "broker frozen", broker.freeze_broker, processes.nothing_parked),
        Fault("F6", "memory and disk alarm", broker.alarm_broker, broker.answered_meanwhile),
        Fault("F7", "network", network.break_links, processes.nothing_parked),
        Fault("F7r", "200 reconnects", network.reconnect_often, processes.nothing_parked),
        Fault("F9", "database stopped, killed, frozen, refusing", database.break_database, processes.nothing_parked),
        Fault("F9d", "disk of a database full", disk.fill_disk, processes.nothing_parked),
        Fault("F10", "consumers lost", broker.lose_consumers, broker.republished),
        Fault("F11", "messages nobody should send", messages.send_nonsense, messages.nonsense_parked),
        Fault("F12", "a message that kills", processes.poison, processes.poison_parked),
        Fault("F14", "slow consumer with a backlog", messages.flood, messages.flood_contained, frozenset({"I7"})),
        Fault("F15", "topology drift", broker.drift, broker.told_loudly),
        Fault("FM", "one fault after the other", mixed.one_after_the_other, processes.ended_and_nothing_parked),
    )
}
