"""Versions of an event: all that are published are announced as one fact; whoever knows one of them reads it.

An event that replaces another is announced alone by the code; both leave, with the same `factid`.
"""

from collections.abc import Collection, Iterator

from shared.events.base import CATALOGUE, SUCCESSORS, Event


class Superseded(RuntimeError):
    """A version was announced that another replaces, or that is retired: a bug of the caller."""


def replaced_by(event: type[Event]) -> Iterator[type[Event]]:
    """The older versions of an event, newest first."""
    older = event.replaces
    while older is not None:
        yield older
        older = older.replaces


def is_published(event: type[Event]) -> bool:
    """Whether the version still goes over the wire; a retired one is only read."""
    return event.deprecated is None or event.deprecated.retired is None


def versions_of(event: Event) -> tuple[Event, ...]:
    """An event and what it is in the older versions that are still published, newest first.

    All have the same `version`, since they are one fact of their subject.
    """
    if (newer := SUCCESSORS.get(type(event))) or not is_published(type(event)):
        instead = f"announce {newer.__name__}, which brings the older one along" if newer else "it is retired"
        raise Superseded(f"{type(event).__name__} is announced: {instead}")
    found = [event]
    while found[-1].replaces is not None:
        older = found[-1].downgrade().model_copy(update={"version": event.version})
        if not is_published(type(older)):
            break
        found.append(older)
    return tuple(found)


def heard_as(event_type: str, handled: Collection[str]) -> type[Event] | None:
    """As which of the `handled` types a message is read: as its own, else as the nearest newer one; None as none.

    So a queue may still hold the old version when its service knows only the new one.
    """
    event = CATALOGUE.get(event_type)
    while event is not None and event.event_type() not in handled:
        event = SUCCESSORS.get(event)
    return event


def read_as(wanted: type[Event], event: Event) -> Event:
    """An event in a newer version of it."""
    steps = [wanted]
    while steps[-1] is not type(event):
        if (older := steps[-1].replaces) is None:
            raise TypeError(f"{wanted.__name__} is no later version of {type(event).__name__}")
        steps.append(older)
    for step in reversed(steps[:-1]):
        event = step.upgrade(event).model_copy(update={"version": event.version})
    return event
