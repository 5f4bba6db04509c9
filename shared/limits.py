"""How often somebody may call: a bucket of tokens for each caller, in each process for itself.

It keeps one runaway program from taking a service away from the others. It does not promise more: with several replicas
a caller has as many buckets, a restart fills them, and a flood from many addresses is for the gateway before us.
"""

import math
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping

from prometheus_client import Counter

from shared.errors import Refused

MOST_CALLERS = 10_000
"""Remembered at once, the ones that called last: memory stays small under a flood."""

BAD_TOKENS_PER_SECOND, BAD_TOKENS_AT_ONCE = 2.0, 200.0
"""By network address: a school whose tokens all expire at noon sits behind one."""

LIMITED = Counter("stagebrug_calls_limited", "Calls that were refused because there were too many.", ["why"])
for _why in ("caller", "token"):
    LIMITED.labels(_why)  # there from the start: Prometheus counts no increase of what just appeared


class CallsTooOften(Refused):
    """You call more often than one caller may; go on in {seconds} seconds."""

    slug = "calls-too-often"
    status = 429
    shown = ("seconds",)

    def __init__(self, seconds: int) -> None:
        super().__init__(seconds=seconds)

    @property
    def headers(self) -> Mapping[str, str]:
        """When to come back (RFC 6585 §4)."""
        return {"Retry-After": str(self.facts["seconds"])}


class Buckets:
    """What each caller has left of `most` calls at once, refilled by `rate` a second."""

    def __init__(self, rate: float, most: float, now: Callable[[], float] = time.monotonic) -> None:
        self._rate, self._most, self._now = rate, most, now
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def wait(self, key: str) -> float:
        """Seconds until this caller may call; 0: now."""
        return max(0.0, (1 - self._standing(key)) / self._rate)

    def take(self, key: str) -> None:
        """One call less for this caller."""
        self._left[key] = (self._now(), max(0.0, self._standing(key) - 1))
        self._left.move_to_end(key)
        while len(self._left) > MOST_CALLERS:
            self._left.popitem(last=False)

    def _standing(self, key: str) -> float:
        at, left = self._left.get(key, (self._now(), self._most))
        return min(self._most, left + (self._now() - at) * self._rate)


class Limits:
    """The limits of one process."""

    def __init__(self, calls_per_second: float, calls_at_once: float) -> None:
        self._callers = Buckets(calls_per_second, calls_at_once)
        self._bad_tokens = Buckets(BAD_TOKENS_PER_SECOND, BAD_TOKENS_AT_ONCE)

    def called(self, caller: str) -> None:
        """Somebody who is known calls; raises `CallsTooOften`."""
        _refuse(self._callers.wait(caller), "caller")
        self._callers.take(caller)

    def was_bad(self, address: str) -> None:
        """A token from there was no good; raises `CallsTooOften` when many were. Good ones are let in all the same."""
        _refuse(self._bad_tokens.wait(address), "token")
        self._bad_tokens.take(address)


def _refuse(seconds: float, why: str) -> None:
    if seconds > 0:
        LIMITED.labels(why).inc()
        raise CallsTooOften(math.ceil(seconds))
