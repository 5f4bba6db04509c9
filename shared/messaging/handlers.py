"""What a service does on which event: the registry that its queue, bindings and dispatch follow from."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeVar

from shared.events.base import CATALOGUE, Event
from shared.unit_of_work import MessageWork

E = TypeVar("E", bound=Event)

Preparing = Callable[[Sequence[Event], MessageWork], Awaitable[None]]


class Kind(StrEnum):
    """How an event may be applied when it comes late or out of order."""

    STATE = "state"
    """Carries the subject's whole state: skipped when a newer one of its group was handled."""
    FACT = "fact"
    """Applied once each, whatever the order."""


@dataclass(frozen=True)
class Handler:
    """One function and what the kernel must know to call it."""

    event: type[Event]
    kind: Kind
    in_order: bool
    alone: bool
    group: str
    call: Callable[[Any, MessageWork], Awaitable[None]]

    @property
    def state_group(self) -> str | None:
        """The group among which only the newest version counts; none for facts."""
        return self.group if self.kind is Kind.STATE else None


class Handlers:
    """A service's handlers, by CloudEvents type; one per event."""

    def __init__(self, service: str, *, rebuildable: bool = False) -> None:
        """`rebuildable`: handling an event again leaves the same state, so an operator may replay what it handled."""
        self.service = service
        self.rebuildable = rebuildable
        self.by_type: dict[str, Handler] = {}
        self.prepare: Preparing | None = None

    def before_a_group(self, call: Preparing) -> Preparing:
        """Call the function with the events that share a transaction, before the first of them is handled.

        It locks what they lock, in one order: groups whose handlers lock one after another would wait in a ring.
        """
        self.prepare = call
        return call

    def on(
        self,
        event: type[E],
        kind: Kind,
        *,
        in_order: bool = False,
        alone: bool = False,
        group: str | None = None,
    ) -> Callable[[Callable[[E, MessageWork], Awaitable[None]]], Callable[[E, MessageWork], Awaitable[None]]]:
        """Call the function for each `event`; `group` is shared by state events that replace each other.

        With `in_order`, an event of a subject waits for all earlier ones, over replicas too; so that the service needs
        such a handler for every event of that subject (`missing_for_order`). An `alone` one shares its transaction
        with no other: it takes long, or reads a neighbour.
        """

        def register(
            call: Callable[[E, MessageWork], Awaitable[None]],
        ) -> Callable[[E, MessageWork], Awaitable[None]]:
            name = event.event_type()
            if name in self.by_type:
                raise ValueError(f"{self.service} has two handlers for {name}: call the second function from the first")
            self.by_type[name] = Handler(
                event, kind, in_order, alone, group or f"{event.publisher}.{event.event_name()}", call
            )
            return call

        return register

    @property
    def routing_keys(self) -> frozenset[str]:
        """The keys that the service's queue is bound with."""
        return frozenset(handler.event.routing_key() for handler in self.by_type.values())

    def missing_for_order(self) -> list[str]:
        """Events without a handler in order, though others of their subject have one: those would wait for them."""
        in_order = [handler.event for handler in self.by_type.values() if handler.in_order]
        subjects = {(event.publisher, event.subject_kind) for event in in_order}
        heard = {(event.publisher, event.event_name()) for event in in_order}  # in whichever version
        return sorted(
            name
            for name, event in CATALOGUE.items()
            if (event.publisher, event.subject_kind) in subjects and (event.publisher, event.event_name()) not in heard
        )
