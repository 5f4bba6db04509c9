"""How a placement goes on: longer, on other days, elsewhere, or with a second chance."""

from dataclasses import replace
from uuid import UUID

from pydantic import Field

from services.intake.domain.fields import examples
from services.intake.domain.placement import DAY, EndPlacement, Placement, Stay
from services.intake.domain.seating import Obstacle, Situation, obstacle
from shared.events.codes import Outcome, PlacementKind

AS_PLANNED = "as-planned"
"""Of the code list `end-reasons`."""


class EndAndSearch(EndPlacement):
    """The same, and whether the student looks for another place at once: a second chance."""

    model_config = examples(
        {"endedDate": "2027-02-12", "outcome": "completed"},
        {"endedDate": "2026-11-20", "outcome": "stopped-early", "reason": "no-match"},
    )

    search_again: bool = Field(
        default=False,
        description="The student looks for another place from now on; 409 when facts for that are missing.",
    )


class ContinuePlacement(Stay):
    """The next place of a student who has one: a taster becomes an internship, an internship a job (D15, D21)."""

    model_config = examples(
        {
            "offerId": "01920000-0000-7000-8000-000000000002",
            "beginDate": "2027-02-15",
            "endDate": "2027-07-09",
            "weekdays": ["mon", "tue", "thu"],
        }
    )

    offer_id: UUID
    outcome: Outcome | None = Field(
        default=None, description="Of the place before; left out: `job` when the next one is paid, else `completed`."
    )


PAID = frozenset({PlacementKind.JOB, PlacementKind.PARTICIPATION_JOB})
"""Who goes on there has found work."""


def ended_by(
    placement: Placement, following: ContinuePlacement, kind: PlacementKind, successor_id: UUID
) -> EndPlacement:
    """How a placement ends when the student goes on elsewhere: on the day before, unless it was over earlier."""
    outcome = following.outcome or (Outcome.JOB if kind in PAID else Outcome.COMPLETED)
    last = placement.stay.last
    over = last + DAY if last < following.begin_date else following.begin_date
    return EndPlacement(ended_date=over, outcome=outcome, reason=AS_PLANNED, successor_id=successor_id)


NEW_ONES = frozenset({Obstacle.EMPLOYER_PAUSED, Obstacle.SECTOR_CLOSED})
"""Of who would come: somebody who is there already may stay longer."""


def obstacle_to_change(placement: Placement, stay: Stay, there: Situation) -> Obstacle | None:
    """Why a placement cannot be changed to that, or None: what it has already it keeps."""
    before = placement.stay
    if stay.last <= before.last and set(stay.weekdays) <= set(before.weekdays):
        return None
    taken = tuple(one for one in there.taken if one.id != placement.id)
    elsewhere = tuple(one for one in there.elsewhere if one.id != placement.id)
    return obstacle(stay, replace(there, taken=taken, elsewhere=elsewhere), searching=False, spared=NEW_ONES)
