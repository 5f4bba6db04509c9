"""What must hold while it runs: it comes back by itself, keeps nothing it should let go, and says when it cannot work."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from tests.faults.evidence import Evidence
from tests.faults.journal import Entry

DRAINED_WITHIN = 30.0 + 45.0
"""Seconds. The second part: so long a webhook's sender that was killed keeps others from what it had in hand (the longest
request, and the time to write down what came of it)."""

CANARY_WITHIN = 5.0
LATE_BY_CHANCE = 1
"""Two cores with everything on them may be busy with something else once."""

ALARM_WITHIN = 15.0
"""Seconds; a fault that is shorter need not be told."""

GREEN_WITHIN = 60.0
RECOVERING = 10.0
"""Seconds after a fault in which a canary may be late."""

NEXT_LOOK = 5.0
"""Seconds until readiness is surely asked again: each second, and an answer may take three (`watching.py`)."""

SETTLING = 5.0
"""Seconds from its first being ready until what a process holds is what it holds."""

MORE_FILES = 12
"""Open files that a process may have more than before: pools breathe."""

MORE_MEMORY = 120 * 1024 * 1024
"""Bytes: a process that has just started has not yet filled its caches."""


@dataclass(frozen=True)
class Window:
    """A fault from its beginning to its healing."""

    name: str
    began: float
    ended: float
    reddens: tuple[str, ...]


def i7_liveness(evidence: Evidence) -> list[str]:
    """All is quiet soon after the last fault, and outside faults an event takes seconds."""
    found = []
    if evidence.drained is None:
        left = [entry["left"] for entry in evidence.of("never-quiet")]
        found.append(f"it never became quiet: {left}")
    elif evidence.drained > DRAINED_WITHIN:
        found.append(f"it became quiet {evidence.drained:.0f} s after the last history")
    late = [
        canary
        for canary in evidence.of("canary")
        if (canary["seconds"] is None or canary["seconds"] > CANARY_WITHIN)
        and not _disturbed(evidence, canary["began"], canary["sent"] + CANARY_WITHIN)
    ]
    if len(late) > LATE_BY_CHANCE or any(canary["seconds"] is None for canary in late):
        found += [f"an event took {canary['seconds']} s while nothing was broken" for canary in late]
    return found


def i8_no_leaks(evidence: Evidence) -> list[str]:
    """A process that lived through it all holds no more than before."""
    found = []
    sizes: dict[tuple[str, int], list[Entry]] = {}
    for entry in evidence.of("size"):
        sizes.setdefault((entry["service"], entry["pid"]), []).append(entry)
    for (service, _), seen in sizes.items():
        ready = _ready_since(evidence, service, seen[0]["born"])
        settled = [entry for entry in seen if entry["at"] > ready + SETTLING]
        if len(settled) < 2:
            continue
        first, last = settled[0], settled[-1]
        if last["fds"] > max(entry["fds"] for entry in settled[:3]) + MORE_FILES:
            found.append(f"{service} had {first['fds']} files open and has {last['fds']}")
        if last["rss"] > first["rss"] + MORE_MEMORY:
            found.append(f"{service} grew from {first['rss'] >> 20} to {last['rss'] >> 20} MB")
    return found


def i10_alarms(evidence: Evidence) -> list[str]:
    """Health is red within 15 s of every fault longer than that, and green again after."""
    found = []
    for window in windows(evidence):
        if window.ended - window.began <= ALARM_WITHIN:
            continue
        found += [
            f"{service} was not red within {ALARM_WITHIN:.0f} s of: {window.name}"
            for service in window.reddens
            if not _was(evidence, service, window.began, window.began + ALARM_WITHIN + 1, ready=False)
        ]
    healed = max((window.ended for window in windows(evidence)), default=evidence.journal[-1]["at"])
    return found + [
        f"{service} was not green again within {GREEN_WITHIN:.0f} s of the last fault"
        for service in sorted({entry["service"] for entry in evidence.of("health")})
        if not _was(evidence, service, healed, healed + GREEN_WITHIN, ready=True)
    ]


def windows(evidence: Evidence) -> list[Window]:
    """The faults of a trial."""
    found, opened = [], dict[str, Entry]()
    for entry in evidence.journal:
        if entry["what"] == "fault":
            opened[entry["name"]] = entry
        elif entry["what"] == "healed":
            began = opened.pop(entry["name"])
            found.append(Window(entry["name"], began["at"], entry["at"], tuple(began["reddens"])))
    return found


def _disturbed(evidence: Evidence, began: float, ended: float) -> bool:
    return any(window.began <= ended and window.ended + RECOVERING >= began for window in windows(evidence))


def _ready_since(evidence: Evidence, service: str, born: float) -> float:
    """When a process was first ready: before that it opens what it needs, on a full machine for half a minute.

    What was last seen of the process before it stands until the next look.
    """
    states = _states(evidence, service)
    began = (max(since, born) for since, until, ready in states if ready and until > born + NEXT_LOOK)
    return next(began, float("inf"))


def _was(evidence: Evidence, service: str, begin: float, end: float, *, ready: bool) -> bool:
    """Whether it was (or became) so at any moment of a span."""
    return any(state is ready and since <= end and until >= begin for since, until, state in _states(evidence, service))


def _states(evidence: Evidence, service: str) -> Iterator[tuple[float, float, bool]]:
    seen = [entry for entry in evidence.of("health") if entry["service"] == service]
    for entry, following in pairwise([*seen, None]):
        if entry:
            yield entry["at"], following["at"] if following else float("inf"), entry["ready"]
