"""What was counted, as long as nothing was counted since: a page and many pollers ask for the same."""

from collections import OrderedDict
from collections.abc import Awaitable, Callable, Hashable
from typing import TypeVar

T = TypeVar("T")

MOST = 800
"""Answers: a hundred kilobytes each at the most."""

_remembered: OrderedDict[Hashable, tuple[Hashable, object]] = OrderedDict()


async def remembered(key: Hashable, position: Hashable, count: Callable[[], Awaitable[T]]) -> T:
    """What `count` gives, or gave at this position.

    The position was read before counting: what is remembered is as new as it says, or newer.
    """
    known = _remembered.get(key)
    if known is not None and known[0] == position:
        _remembered.move_to_end(key)
        return known[1]  # type: ignore[return-value]  # of the same key
    counted = await count()
    _remembered[key] = (position, counted)
    if len(_remembered) > MOST:
        _remembered.popitem(last=False)
    return counted
