"""The design of delivery, tried in every interleaving; and with each mistake, to see that the model would tell."""

import logging
import os
from itertools import combinations

import pytest

from tests.model.design import Design, Faults, Mistake, State
from tests.model.explore import Explored, Trace, explore
from tests.model.promises import broken, mirrored, overtaken, unfinished

log = logging.getLogger(__name__)

ONE_SUBJECT = State(rows=("", "", "rolled back"))
"""Without the event of another subject: small enough for several faults together."""

ONE_OF_EACH = (
    Faults(crashes=1),
    Faults(expiries=1),
    Faults(unconfirmed=1),
    Faults(duplicates=1),
    Faults(failures=2),
)

PAIRS = [
    *(Faults(*map(sum, zip(one, other, strict=True))) for one, other in combinations(ONE_OF_EACH, 2)),
    Faults(crashes=2),
]

ONE_EVENT = State(rows=("", "rolled back", "rolled back"))

NEEDED = {
    Mistake.ACKNOWLEDGED_EARLY: (ONE_EVENT, Faults(crashes=1), "lost: A1"),
    Mistake.FORGOTTEN_EARLY: (ONE_EVENT, Faults(crashes=1), "lost: A1"),
    Mistake.NO_EPOCH: (ONE_EVENT, Faults(expiries=1), "moved by a relay whose lease was gone"),
    Mistake.INBOX_APART: (ONE_EVENT, Faults(crashes=1), "an effect twice: A1, A1"),
    Mistake.HIGH_WATER: (State(), Faults(), "lost: B1"),
    Mistake.SEQUENCE: (ONE_EVENT, Faults(crashes=1), "positions with a gap: [2]"),
    Mistake.PUBLISHED_EARLY: (State(), Faults(), "invented: B1"),
    Mistake.NO_WAITING: (ONE_SUBJECT, Faults(failures=1), "A2 had its effect while A1 was held"),
    Mistake.ANY_CONFIRMED: (ONE_SUBJECT, Faults(unconfirmed=1), "the log has A2 before A1"),
}
"""The smallest world in which a mistake shows, what has to go wrong there, and how it shows."""


def explored(start: State, faults: Faults, mistake: Mistake | None = None) -> Explored[State]:
    return explore(start._replace(faults=faults), Design(mistake).steps, broken, unfinished, mirrored)


def hold(start: State, faults: Faults) -> None:
    seen = explored(start, faults)
    log.info("%s: %d states, %d ends", faults, len(seen.came_from), seen.ends)
    assert seen.trace is None, f"\n{seen.trace}"
    assert seen.ends > 0


@pytest.mark.parametrize("faults", [Faults(), *ONE_OF_EACH], ids=str)
def test_every_promise_holds_in_every_interleaving_of_two_subjects(faults: Faults) -> None:
    hold(State(), faults)


@pytest.mark.parametrize("faults", PAIRS, ids=str)
def test_two_faults_at_the_worst_moments_of_each_other_break_nothing(faults: Faults) -> None:
    hold(ONE_SUBJECT, faults)


@pytest.mark.skipif(not os.environ.get("FAULTS_ALL"), reason="a minute or two: with FAULTS_ALL=1")
def test_one_of_every_fault_together_breaks_nothing() -> None:
    hold(ONE_SUBJECT, Faults(crashes=1, expiries=1, unconfirmed=1, duplicates=1, failures=1))


@pytest.mark.parametrize("mistake", Mistake)
def test_the_model_finds_out_each_mistake(mistake: Mistake) -> None:
    start, faults, shown = NEEDED[mistake]
    trace = explored(start, faults, mistake).trace
    log.info("%s\n%s", mistake.value, trace)
    assert trace is not None
    assert trace.broken == shown
    assert len(trace.steps) <= 14


def test_the_order_in_which_events_of_a_subject_arrive_is_not_promised() -> None:
    """Two replicas, no fault at all: what was written later may be handled first, so versions must say what is newer."""
    seen = explore(ONE_SUBJECT, Design().steps, overtaken, unfinished, mirrored)
    assert seen.trace == Trace(
        "A2 had its effect before A1",
        (
            "writer commits A1, answers 2xx",
            "writer commits A2, answers 2xx",
            "left relay takes the lease",
            "left relay reads A1, A2",
            "left relay publishes: A1 confirmed, A2 confirmed",
            "broker delivers A1 to the left consumer",
            "broker delivers A2 to the right consumer",
            "right consumer commits its verdict on A2",
        ),
    )
