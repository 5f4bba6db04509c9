"""Many faults one after the other, in an order of chance: what one leaves behind is what the next one meets."""

from collections.abc import Awaitable, Callable
from random import Random

from tests.faults.strikes import broker, database, disk, network, processes
from tests.faults.strikes.clock import Until
from tests.faults.system import System

EACH = 6.0
"""Seconds for each, as far as one can be cut short: most of them last as long as they must."""

IN_ONE_TRIAL = 8
"""As many as fit into four minutes; over twenty seeds each of them comes about thirteen times."""

FAULTS: tuple[Callable[[System, Random, Until], Awaitable[None]], ...] = (
    processes.kill_services,
    processes.stop_services,
    broker.restart_broker,
    broker.wipe_broker,
    broker.freeze_broker,
    broker.alarm_broker,
    broker.lose_consumers,
    broker.drift,
    network.break_links,
    network.reconnect_often,
    database.break_database,
    disk.fill_disk,
)
"""All but F11, F12 and F14: nonsense that a deleted queue takes with it stands in no log to be accounted for, poison
needs a service that it kills, and a backlog of 20 000 outlasts what comes after it."""


async def one_after_the_other(system: System, chance: Random, until: Until) -> None:
    """FM: some of them, and again others while there is time."""
    while True:
        for strike in chance.sample(FAULTS, IN_ONE_TRIAL):
            await strike(system, chance, Until(EACH))
        if until.up:
            return
