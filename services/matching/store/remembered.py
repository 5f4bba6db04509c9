"""What is remembered of a search, read with it in one statement."""

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Row

from services.matching.domain.model import Lesson, Pin, PinKind, Profile, Refusal, Search, SearchState
from services.matching.domain.terms import Terms
from services.matching.store.rows import rows_beside
from shared.events.codes import Guidance, Step

_TRIED = (
    "as had join offers on offers.id = offer_id where student_id = searches.id and searches.profile -> 'wishes' = '[]'"
)

REMEMBERED = {
    "refusals": rows_beside("offer_id, reason, until_date", "refusals where student_id = searches.id"),
    "lessons": rows_beside(
        "reason, offer_id, employer_id, sector, minutes, guidance", "lessons where student_id = searches.id"
    ),
    "pins": rows_beside("offer_id, kind, reason, until_date", "pins where student_id = searches.id"),
    "proposals_tried": rows_beside("sector", f"proposals {_TRIED}"),
    "placements_tried": rows_beside("sector", f"placements {_TRIED}"),
}
"""What is remembered of a search; the last two are the kinds of work that somebody without a wish had, or was proposed
before. Written out for the same reason as what bears on an offer (`bearing.py`).
"""


OF_SEARCH = ("id", "school_id", "profile", "state", "step", "since", "step_since", "unmatched_at", "hardness_set_to")
"""The columns of a search itself."""


def search_of(row: Row[Any], terms: Terms) -> Search:
    """The search of a row with these columns."""
    return Search(
        student_id=row.id,
        school_id=row.school_id,
        profile=Profile.model_validate(row.profile),
        state=SearchState(row.state),
        step=Step(row.step),
        since=row.since,
        step_since=row.step_since,
        unmatched_at=row.unmatched_at,
        hardness_set_to=row.hardness_set_to,
        refusals={
            UUID(offer): Refusal(reason, date.fromisoformat(until)) for offer, reason, until in row.refusals or ()
        },
        lessons=tuple(
            Lesson(reason, UUID(offer), UUID(employer), sector, minutes, Guidance(guidance))
            for reason, offer, employer, sector, minutes, guidance in row.lessons or ()
        ),
        tried=frozenset(sector for (sector,) in (*(row.proposals_tried or ()), *(row.placements_tried or ()))),
        terms=terms,
        pins={
            UUID(offer): Pin(PinKind(kind), reason, date.fromisoformat(until))
            for offer, kind, reason, until in row.pins or ()
        },
    )
