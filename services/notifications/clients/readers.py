"""Those who wait for more of their feed in this process: one look at the table for all of them."""

import asyncio
from collections import defaultdict
from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet
from contextlib import contextmanager
from uuid import UUID

MOST_READERS = 2_000
"""Calls that wait at once; one more is answered with what there is, and asks again."""


class Readers:
    """Who waits, by subscription."""

    def __init__(self) -> None:
        self._events: dict[UUID, set[asyncio.Event]] = defaultdict(set)
        self._known: dict[UUID, int] = {}
        self._count = 0

    @property
    def waiting(self) -> AbstractSet[UUID]:
        """The subscriptions that somebody waits for."""
        return self._events.keys()

    @property
    def is_full(self) -> bool:
        """Whether nobody else may wait."""
        return self._count >= MOST_READERS

    @contextmanager
    def reading(self, subscription_id: UUID) -> Iterator[asyncio.Event]:
        """An event that is set when a subscription's feed may have grown since the block began."""
        event = asyncio.Event()
        self._events[subscription_id].add(event)
        self._count += 1
        try:
            yield event
        finally:
            self._count -= 1
            self._events[subscription_id].discard(event)
            if not self._events[subscription_id]:
                del self._events[subscription_id]
                self._known.pop(subscription_id, None)

    def tell(self, heads: Mapping[UUID, int]) -> None:
        """Wake those whose feed has another last position than when it was looked at before."""
        for subscription_id, head in heads.items():
            if subscription_id in self._events and self._known.get(subscription_id) != head:
                self._known[subscription_id] = head
                for event in self._events[subscription_id]:
                    event.set()
