"""What must hold in every state of the design, and what must be done where nothing can happen any more."""

from collections.abc import Hashable

from tests.model.design import A1, A2, B1, EVENTS, State


def broken(s: State) -> str | None:
    """The promise that does not hold in a state."""
    committed = {event for event, row in enumerate(s.rows) if row in {"outbox", "logged"}}
    if s.wrong:
        return s.wrong
    if len(set(s.effects)) < len(s.effects):
        return f"an effect twice: {', '.join(EVENTS[event] for event in s.effects)}"
    if invented := set(s.effects) - committed:
        return f"invented: {', '.join(EVENTS[event] for event in sorted(invented))}"
    if [position for position, _ in s.log] != list(range(1, len(s.log) + 1)):
        return f"positions with a gap: {[position for position, _ in s.log]}"
    if [event for _, event in s.log if event != B1] not in ([], [A1], [A1, A2]):
        return "the log has A2 before A1"
    return None


def unfinished(s: State) -> str | None:
    """What is left undone where nothing can happen any more: nothing lost, and everything drained."""
    committed = {event for event, row in enumerate(s.rows) if row in {"outbox", "logged"}}
    if lost := committed - set(s.effects):
        return f"lost: {', '.join(EVENTS[event] for event in sorted(lost))}"
    if "outbox" in s.rows or s.queue or any(hand.event >= 0 for hand in s.hands):
        return "stuck with work left"
    return None


def overtaken(s: State) -> str | None:
    """What is not promised: that events of a subject have their effect in the order they were written in."""
    order = [event for event in s.effects if event != B1]
    return "A2 had its effect before A1" if order[:1] == [A2] else None


def mirrored(s: State) -> Hashable:
    """The same for a state and the one in which the replicas have changed places: they do the same."""
    there = (s.leader, s.relays, s.hands)
    leader = 1 - s.leader if s.leader >= 0 else -1
    return (min(there, (leader, s.relays[::-1], s.hands[::-1])), s._replace(leader=0, relays=(), hands=()))
