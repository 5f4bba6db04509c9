"""Who tries addresses that lead nowhere is not answered for a while: by network address, in each process for itself."""

import ipaddress
import time
from collections import OrderedDict
from collections.abc import Callable

GUESSES, SECONDS = 20, 60.0
"""A minute in which somebody may mistype; who guesses needs longer than the sun lasts in any case."""

MOST_ADDRESSES = 10_000
"""Remembered at once, the ones that were seen last: memory stays small under a flood."""


class Guesses:
    """Counts what led nowhere."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._counted: OrderedDict[str, tuple[float, int]] = OrderedDict()

    def too_many(self, address: str) -> bool:
        """Whether an address has to wait."""
        return self._standing(network_of(address))[1] >= GUESSES

    def count(self, address: str) -> None:
        """One more that led nowhere; the minute begins with the first."""
        network = network_of(address)
        begun, number = self._standing(network)
        self._counted[network] = (begun, number + 1)
        self._counted.move_to_end(network)
        while len(self._counted) > MOST_ADDRESSES:
            self._counted.popitem(last=False)

    def _standing(self, network: str) -> tuple[float, int]:
        begun, number = self._counted.get(network, (self._now(), 0))
        return (self._now(), 0) if self._now() - begun >= SECONDS else (begun, number)


def network_of(address: str) -> str:
    """What stands for whoever has an address: one caller has a whole /64 of IPv6 addresses."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return address
    return str(ipaddress.ip_network((found, 64), strict=False)) if found.version == 6 else address
