"""The design of delivery as a machine of small steps: writer, two replicas (each a relay and a consumer), broker.

Between any two steps a process may die. One step here is one transaction there, or what goes over the wire between two.
Two events of one subject (A1, A2), in order, and one of another (B1).
"""

from collections.abc import Iterator
from enum import StrEnum
from itertools import product
from typing import Any, NamedTuple

EVENTS = ("A1", "A2", "B1")
A1, A2, B1 = range(3)
REPLICAS = ("left", "right")
MOST_ATTEMPTS = 2


class Mistake(StrEnum):
    """A design that breaks a promise; the model must find out."""

    ACKNOWLEDGED_EARLY = "acknowledge before the commit"
    FORGOTTEN_EARLY = "delete the outbox row before the confirm"
    NO_EPOCH = "move without asking whether the lease is still held"
    INBOX_APART = "inbox row outside the handler's transaction"
    HIGH_WATER = "remember the highest id in place of deleting rows"
    SEQUENCE = "positions from a sequence, which a crash leaves a gap in"
    PUBLISHED_EARLY = "publish what is not committed"
    NO_WAITING = "later events do not wait for an earlier one that failed"
    ANY_CONFIRMED = "move a confirmed event although one before it of its subject is unconfirmed"


class Faults(NamedTuple):
    """How often each may still happen."""

    crashes: int = 0
    expiries: int = 0
    """A leader that freezes, and wakes up after its lease has gone to the other."""
    unconfirmed: int = 0
    duplicates: int = 0
    failures: int = 0


class Relay(NamedTuple):
    """A relay: whether it believes to lead, the batch it took, and which of it was confirmed."""

    leads: bool = False
    batch: tuple[int, ...] = ()
    confirmed: tuple[bool, ...] = ()


class Hand(NamedTuple):
    """A consumer: the message in its hand and how far it is."""

    event: int = -1
    phase: str = ""


class State(NamedTuple):
    """Everything durable, everything on the wire, everything in a process's memory."""

    rows: tuple[str, ...] = ("", "", "")
    """The writer's transaction of each event: '', open, outbox, logged, rolled back."""
    ids: tuple[int, ...] = (0, 0, 0)
    log: tuple[tuple[int, int], ...] = ()
    head: int = 0
    mark: int = 0
    leader: int = -1
    """Who took the lease last: the epoch, told without numbers, since a relay takes it anew only after it lost it."""
    relays: tuple[Relay, ...] = (Relay(), Relay())
    queue: tuple[int, ...] = ()
    hands: tuple[Hand, ...] = (Hand(), Hand())
    inbox: tuple[str, ...] = ("", "", "")
    attempts: tuple[int, ...] = (0, 0, 0)
    effects: tuple[int, ...] = ()
    wrong: str = ""
    """What happened that must not, where the rows do not show it afterwards."""
    faults: Faults = Faults()

    def left(self, fault: str) -> Faults:
        """The faults that are left after this one."""
        return self.faults._replace(**{fault: getattr(self.faults, fault) - 1})


Step = tuple[str, State]


class Design:
    """The steps that are possible in a state; without a mistake, as the services do it."""

    def __init__(self, mistake: Mistake | None = None) -> None:
        self.mistake = mistake

    def steps(self, state: State) -> Iterator[Step]:
        """Everything that can happen next."""
        yield from self._writer(state)
        for replica in range(len(REPLICAS)):
            yield from self._relay(state, replica)
            yield from self._consumer(state, replica)
            yield from self._crash(state, replica)
        yield from self._broker(state)
        yield from self._due(state)

    def _writer(self, s: State) -> Iterator[Step]:
        if s.rows[A1] in {"outbox", "logged"} and s.rows[A2] == "":
            yield "writer commits A2, answers 2xx", self._written(s, A2, "outbox")
        if s.rows[A1] == "":
            yield "writer commits A1, answers 2xx", self._written(s, A1, "outbox")
        if s.rows[B1] == "":
            yield "writer of B1 begins, its row gets an id", self._written(s, B1, "open")
        elif s.rows[B1] == "open":
            yield "writer commits B1, answers 2xx", s._replace(rows=put(s.rows, B1, "outbox"))
            if s.faults.crashes:
                rolled_back = put(s.rows, B1, "rolled back")
                yield "writer of B1 dies", s._replace(rows=rolled_back, faults=s.left("crashes"))

    @staticmethod
    def _written(s: State, event: int, status: str) -> State:
        return s._replace(rows=put(s.rows, event, status), ids=put(s.ids, event, max(s.ids) + 1))

    def _relay(self, s: State, me: int) -> Iterator[Step]:
        relay, name = s.relays[me], f"{REPLICAS[me]} relay"
        if not relay.leads:
            frozen = s.leader not in {-1, me} and s.relays[s.leader].leads
            if not frozen or s.faults.expiries:
                faults = s.left("expiries") if frozen else s.faults
                how = "takes the lease of the other, which is frozen" if frozen else "takes the lease"
                yield f"{name} {how}", s._replace(leader=me, relays=put(s.relays, me, Relay(True)), faults=faults)
        elif not relay.batch:
            if s.leader != me:
                yield f"{name} sees that its lease is gone", s._replace(relays=put(s.relays, me, Relay()))
            elif batch := tuple(sorted((e for e in range(3) if self._pending(s, e)), key=lambda e: s.ids[e])):
                taken = s._replace(relays=put(s.relays, me, relay._replace(batch=batch)))
                forgets = self.mistake is Mistake.FORGOTTEN_EARLY
                yield f"{name} reads {_names(batch)}", self._moved(taken, batch) if forgets else taken
        elif not relay.confirmed:
            yield from self._publish(s, me, relay)
        else:
            yield self._move(s, me, relay)

    def _pending(self, s: State, event: int) -> bool:
        if self.mistake is Mistake.HIGH_WATER:
            return s.rows[event] in {"outbox", "logged"} and s.ids[event] > s.mark
        return s.rows[event] == "outbox" or (self.mistake is Mistake.PUBLISHED_EARLY and s.rows[event] == "open")

    def _publish(self, s: State, me: int, relay: Relay) -> Iterator[Step]:
        """Each is kept and confirmed, or kept and the confirm is lost, or not kept."""
        for fates in product(("confirmed", "confirm lost", "not kept"), repeat=len(relay.batch)):
            faults = s.faults._replace(unconfirmed=s.faults.unconfirmed - sum(fate != "confirmed" for fate in fates))
            if faults.unconfirmed < 0:
                continue
            told = ", ".join(f"{EVENTS[event]} {fate}" for event, fate in zip(relay.batch, fates, strict=True))
            kept = tuple(event for event, fate in zip(relay.batch, fates, strict=True) if fate != "not kept")
            confirmed = relay._replace(confirmed=tuple(fate == "confirmed" for fate in fates))
            done = s._replace(relays=put(s.relays, me, confirmed), queue=s.queue + kept, faults=faults)
            yield f"{REPLICAS[me]} relay publishes: {told}", done

    def _move(self, s: State, me: int, relay: Relay) -> Step:
        blocked: set[str] = set()
        moved: tuple[int, ...] = ()
        for event, confirmed in zip(relay.batch, relay.confirmed, strict=True):
            blocked |= set() if confirmed else {EVENTS[event][0]}
            if EVENTS[event][0] not in blocked or (confirmed and self.mistake is Mistake.ANY_CONFIRMED):
                moved += (event,)  # the confirmed prefix of each subject
        name, done = f"{REPLICAS[me]} relay", s._replace(relays=put(s.relays, me, Relay(True)))
        if s.leader == me or self.mistake is Mistake.NO_EPOCH:
            wrong = "" if s.leader == me else "moved by a relay whose lease was gone"
            return f"{name} moves {_names(moved)} to the log", self._moved(done._replace(wrong=wrong), moved)
        lost = done._replace(relays=put(s.relays, me, Relay()))
        return f"{name} may not move {_names(moved)}: its lease is gone", lost

    @staticmethod
    def _moved(s: State, events: tuple[int, ...]) -> State:
        """One statement: rows go, the head rises by as many, the log gets them."""
        gone = [event for event in events if s.rows[event] == "outbox"]
        log = s.log + tuple((s.head + at, event) for at, event in enumerate(gone, 1))
        rows = tuple("logged" if event in gone else row for event, row in enumerate(s.rows))
        mark = max([s.mark, *(s.ids[event] for event in events)])
        return s._replace(rows=rows, log=log, head=s.head + len(gone), mark=mark)

    @staticmethod
    def _broker(s: State) -> Iterator[Step]:
        for me, hand in enumerate(s.hands):
            if s.queue and hand.event < 0:
                what = f"broker delivers {EVENTS[s.queue[0]]} to the {REPLICAS[me]} consumer"
                given = s._replace(hands=put(s.hands, me, Hand(s.queue[0], "received")))
                yield what, given._replace(queue=s.queue[1:])
                if s.faults.duplicates:
                    yield f"{what}, and will again", given._replace(faults=s.left("duplicates"))

    def _consumer(self, s: State, me: int) -> Iterator[Step]:
        (event, phase), name = s.hands[me], f"{REPLICAS[me]} consumer"
        what, early = EVENTS[event], self.mistake is Mistake.ACKNOWLEDGED_EARLY
        at = {p: s._replace(hands=put(s.hands, me, Hand(event, p))) for p in ("acknowledged", "worked", "committed")}
        done = s._replace(hands=put(s.hands, me, Hand()))
        after = done if early else at["committed"]
        if (phase == "received" and early) or phase == "committed":
            yield f"{name} acknowledges {what}", at["acknowledged"] if early else done
        elif phase == "worked":
            yield f"{name} commits its inbox row of {what}", after._replace(inbox=put(s.inbox, event, "done"))
        elif phase and self.mistake is Mistake.INBOX_APART and not s.inbox[event] and not _held(s, event):
            yield f"{name} commits the effect of {what}", at["worked"]._replace(effects=(*s.effects, event))
        elif phase:
            yield f"{name} commits its verdict on {what}", self._applied(after, event)
            if s.faults.failures and not s.inbox[event]:
                yield f"{name} records that {what} failed", _failed(after, event)

    def _applied(self, s: State, event: int) -> State:
        """The handler's transaction: inbox row and effect, under the subject's lock; nothing when it has its verdict."""
        if s.inbox[event] not in {"", "due"}:
            return s
        if _held(s, event):
            if self.mistake is not Mistake.NO_WAITING:
                return s._replace(inbox=put(s.inbox, event, "waiting"))
            s = s._replace(wrong="A2 had its effect while A1 was held")
        return s._replace(inbox=put(s.inbox, event, "done"), effects=(*s.effects, event))

    def _due(self, s: State) -> Iterator[Step]:
        for event, name in enumerate(EVENTS):
            status = s.inbox[event]
            if status == "retry" or (status == "waiting" and not _held(s, event)):
                yield f"{name} is tried again", self._applied(s._replace(inbox=put(s.inbox, event, "due")), event)
                if s.faults.failures:
                    yield f"{name} is tried again and fails", _failed(s, event)
            elif status == "parked":
                yield f"operator replays {name}", s._replace(inbox=put(s.inbox, event, "retry"))

    def _crash(self, s: State, me: int) -> Iterator[Step]:
        relay, hand, name = s.relays[me], s.hands[me], f"{REPLICAS[me]} replica"
        if not s.faults.crashes or not (relay.leads or hand.event >= 0):
            return
        back = (hand.event,) if hand.phase not in {"", "acknowledged"} else ()
        gone = s._replace(relays=put(s.relays, me, Relay()), hands=put(s.hands, me, Hand()), faults=s.left("crashes"))
        yield f"{name} dies", gone._replace(queue=back + s.queue)
        for sent in range(1, len(relay.batch) + 1 if not relay.confirmed else 0):
            published = relay.batch[:sent]
            yield (
                f"{name} dies when it has published {_names(published)}",
                gone._replace(queue=back + s.queue + published),
            )
        if self.mistake is Mistake.SEQUENCE and relay.confirmed:
            yield f"{name} dies within the move", gone._replace(queue=back + s.queue, head=s.head + len(relay.batch))


def put(values: tuple[Any, ...], at: int, value: Any) -> tuple[Any, ...]:
    """The tuple with one value replaced."""
    return (*values[:at], value, *values[at + 1 :])


def _held(s: State, event: int) -> bool:
    """Whether an earlier event of the subject failed and is not through."""
    return event == A2 and s.inbox[A1] in {"retry", "waiting", "parked"}


def _failed(s: State, event: int) -> State:
    """A failure becomes a verdict: tried again later, or parked after so many."""
    tried = s.attempts[event] + 1
    inbox = put(s.inbox, event, "parked" if tried >= MOST_ATTEMPTS else "retry")
    return s._replace(inbox=inbox, attempts=put(s.attempts, event, tried), faults=s.left("failures"))


def _names(events: tuple[int, ...]) -> str:
    return ", ".join(EVENTS[event] for event in events) or "nothing"
