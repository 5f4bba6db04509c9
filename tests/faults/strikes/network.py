"""Links that fail between services and their servers, and between the webhooks and their receiver."""

import asyncio
from collections.abc import Awaitable, Callable
from random import Random

from deploy.plan import SERVICES
from tests.faults.proxy import Link, Way
from tests.faults.strikes.clock import Until
from tests.faults.system import System

LONG = 18.0
LEAK_ROUNDS = 200
"""Connections broken one after the other, over which nothing may grow."""


async def break_links(system: System, chance: Random, until: Until) -> None:
    """F7: every kind of failure, on a link of chance."""
    kinds: list[Callable[[Link], Awaitable[None]]] = [
        _refused, _reset, _black_hole, _half_open, _slow, _trickle, _cut,
    ]  # fmt: skip
    while not until.up:
        kinds.append(kind := kinds.pop(0))
        link = system.links[chance.choice(sorted(system.links))]
        seconds = LONG if chance.random() < 0.3 else chance.uniform(2, 6)
        doing = (kind.__doc__ or "").rstrip(".")
        silent = kind in {_refused, _black_hole, _half_open} and seconds >= LONG
        reddens = [name for name in SERVICES if silent and link.name.startswith(f"{name}_")]
        async with system.journal.fault(f"{link.name}: {doing} for {seconds:.0f} s", reddens=reddens):
            await kind(link)
            await asyncio.sleep(seconds)
            await link.heal()
        await until.pause(chance.uniform(2, 4))


async def _refused(link: Link) -> None:
    """Refused."""
    await link.refuse()


async def _reset(link: Link) -> None:
    """Connections reset."""
    link.reset()


async def _black_hole(link: Link) -> None:
    """Black hole."""
    link.silence(Way.THERE, Way.BACK)


async def _half_open(link: Link) -> None:
    """Half open."""
    link.silence(Way.BACK)


async def _slow(link: Link) -> None:
    """500 ms of latency."""
    link.latency = 0.5


async def _trickle(link: Link) -> None:
    """200 bytes a second."""
    link.rate = 200.0


async def _cut(link: Link) -> None:
    """Cut in mid-frame."""
    link.cut_after = 5


async def reconnect_often(system: System, chance: Random, until: Until) -> None:
    """I8: every connection broken again and again; what processes hold must not grow."""
    rounds = 0
    async with system.journal.fault("connections reset again and again"):
        while rounds < LEAK_ROUNDS and not until.up:
            for link in system.links.values():
                link.reset()
            rounds += 1
            await asyncio.sleep(chance.uniform(0.2, 0.8))
    system.journal.note("reconnected", rounds=rounds)
    await until.rest()
