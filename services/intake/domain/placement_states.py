"""Where a placement stands, and what can be done with it: one table, which everything that acts on one asks."""

from collections.abc import Mapping
from datetime import date
from enum import StrEnum

from shared.errors import Refused
from shared.processes import Process


class PlacementState(StrEnum):
    """Where a placement stands."""

    AGREED = "agreed"
    """Its seat is taken, and it has not begun. Never kept: the calendar says so of one that is kept as running."""
    RUNNING = "running"
    ENDED = "ended"
    REFUSED = "refused"
    CANCELLED = "cancelled"
    """Called off before it began."""


class Act(StrEnum):
    """What people do with a placement."""

    CHANGE = "change"
    CONTINUE = "continue"
    SUPERVISE = "supervise"
    AGREE = "agree"
    SIGN = "sign"
    END = "end"
    CANCEL = "cancel"


IN_WORDS: Mapping[Act | PlacementState, str] = {
    Act.CHANGE: "wijzigen (einddatum en dagen)",
    Act.CONTINUE: "vervolgen met een andere plek",
    Act.SUPERVISE: "begeleiding vastleggen",
    Act.AGREE: "de overeenkomst opstellen",
    Act.SIGN: "tekenen",
    Act.END: "beëindigen",
    Act.CANCEL: "annuleren",
    PlacementState.AGREED: "afgesproken en nog niet begonnen",
    PlacementState.RUNNING: "aan de gang",
    PlacementState.ENDED: "beëindigd",
    PlacementState.REFUSED: "geweigerd",
    PlacementState.CANCELLED: "geannuleerd",
}

STEPS: Mapping[PlacementState, Mapping[Act, PlacementState]] = {
    PlacementState.AGREED: {
        Act.CHANGE: PlacementState.AGREED,
        Act.SUPERVISE: PlacementState.AGREED,
        Act.AGREE: PlacementState.AGREED,
        Act.SIGN: PlacementState.AGREED,
        Act.END: PlacementState.ENDED,
        Act.CANCEL: PlacementState.CANCELLED,
    },
    PlacementState.RUNNING: {
        Act.CHANGE: PlacementState.RUNNING,
        Act.CONTINUE: PlacementState.RUNNING,
        Act.SUPERVISE: PlacementState.RUNNING,
        Act.AGREE: PlacementState.RUNNING,
        Act.SIGN: PlacementState.RUNNING,
        Act.END: PlacementState.ENDED,
    },
    PlacementState.ENDED: {Act.CONTINUE: PlacementState.ENDED},
    PlacementState.REFUSED: {},
    PlacementState.CANCELLED: {},
}
"""What can be done, and what a placement becomes by it. Who does it: coordinators who act for the student; signing is
done by each party for itself, or recorded by the school. A job coach sees a placement and does none of it."""

UNREAL = (PlacementState.REFUSED, PlacementState.CANCELLED)
"""Of these nobody ever had the seat."""


class ActIsImpossible(Refused):
    """Deze plaatsing is {state}: dit kan dan niet. Wat wel kan: {possible}."""

    slug = "act-is-impossible"


def _impossible(state: PlacementState) -> ActIsImpossible:
    possible = ", ".join(IN_WORDS[act] for act in STEPS[state]) or "niets meer"
    return ActIsImpossible(state=IN_WORDS[state], possible=possible)


PLACEMENT = Process("placement", PlacementState.AGREED, STEPS, refuse=_impossible)


def standing(kept: PlacementState, begins: date, today: date) -> PlacementState:
    """Where a placement stands on a day: the calendar begins it, so that no clock has to."""
    return PlacementState.AGREED if kept is PlacementState.RUNNING and today < begins else kept


def kept_as(state: PlacementState) -> PlacementState:
    """What is kept of it: that it has begun, the calendar tells."""
    return PlacementState.RUNNING if state is PlacementState.AGREED else state
