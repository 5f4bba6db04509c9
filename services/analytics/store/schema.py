"""The tables of the projections, as the migration makes them. Of students they hold opaque ids and nothing else."""

from typing import Any

from sqlalchemy import BigInteger, Boolean, Column, Date, DateTime, Integer, MetaData, Table, Text, Uuid
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.types import TypeEngine

metadata = MetaData()

_TYPES: dict[str, TypeEngine[Any]] = {
    "at": DateTime(timezone=True),
    "version": BigInteger(),
    "step": Text(),
    "known_already": Boolean(),
    "led_to_end": Boolean(),
    "codes": ARRAY(Text()),
    "solutions": ARRAY(Text()),
    "opened_at": DateTime(timezone=True),
    "cooperations": JSONB(),
    "answers": JSONB(),
    "employers": JSONB(),
    "arguments": ARRAY(Text()),
    "students": ARRAY(Uuid()),
    "brought_in_by": Uuid(),
    "joined_by": ARRAY(Uuid()),
    "target_groups": ARRAY(Text()),
    "sectors": ARRAY(Text()),
    "partners": ARRAY(Text()),
    "by_effort": JSONB(),
}
_NUMBERS = {"student_count", "places_per_year", "jobs_per_year", "seats", "choice", "months"}


def _type_of(name: str) -> TypeEngine[Any]:
    if name in _TYPES:
        return _TYPES[name]
    if name in _NUMBERS:
        return Integer()
    if name.endswith("_date"):
        return Date()
    return Uuid() if name == "id" or name.endswith("_id") else Text()


def _table(name: str, key: str, columns: str, *, state: bool = False) -> Table:
    """A projection table; a column's type follows from its name. Rows of a `state` table give way to newer versions."""
    keys = key.split()
    made = [
        Column(c, _type_of(c), primary_key=c in keys, nullable=c not in keys) for c in [*keys, "at", *columns.split()]
    ]
    return Table(name, metadata, *made, info={"state": state})


SCHOOLS = _table("schools", "id", "version brin name kind region student_count municipality", state=True)
EMPLOYERS = _table(
    "employers",
    "id",
    "version region sector size_class places_per_year places_trend jobs_per_year jobs_trend found_through "
    "brought_in_by cooperations municipality verified_date",
    state=True,
)
EMPLOYERS_MERGED = _table("employers_merged", "id", "employer_id")
"""Which employer (`id`) went up in which (`employer_id`)."""
OFFERS = _table(
    "offers",
    "id",
    "version employer_id region kind sector seats begin_date end_date brought_in_by municipality",
    state=True,
)
OFFERS_WITHDRAWN = _table("offers_withdrawn", "id", "reason")
OFFERS_UNFILLED = _table("offers_unfilled", "offer_id version", "region sector since_date")
STUDENTS_READY = _table("students_ready", "student_id version", "school_id region")
STUDENTS_WITHDRAWN = _table("students_withdrawn", "student_id version", "")
STUDENTS_UNMATCHED = _table("students_unmatched", "student_id version", "school_id region sector")

_PROPOSAL = "student_id school_id offer_id employer_id region step"
PROPOSALS = _table("proposals", "proposal_id", _PROPOSAL)
PROPOSALS_ACCEPTED = _table("proposals_accepted", "proposal_id", f"{_PROPOSAL} choice")
PROPOSALS_DECLINED = _table("proposals_declined", "proposal_id", f"{_PROPOSAL} reason")
PROPOSALS_EXPIRED = _table("proposals_expired", "proposal_id", f"{_PROPOSAL} reason")

_PLACEMENT = "proposal_id student_id school_id offer_id employer_id region kind"
PLACEMENTS_STARTED = _table(
    "placements_started", "placement_id", f"{_PLACEMENT} begin_date end_date predecessor_id coach_code"
)
PLACEMENTS_CHANGED = _table("placements_changed", "placement_id version", "begin_date end_date coach_code")
"""Their newest days stand in the view `placements_begun`."""
PLACEMENTS_CANCELLED = _table("placements_cancelled", "placement_id", f"{_PLACEMENT} begin_date")
"""Called off before they began: the view `placements_begun` leaves them out of those that started."""
PLACEMENTS_ENDED = _table("placements_ended", "placement_id", f"{_PLACEMENT} ended_date outcome")
PLACEMENTS_REFUSED = _table("placements_refused", "placement_id", "proposal_id student_id offer_id reason")

CONTACTS = _table("contacts", "contact_id", "employer_id school_id channel initiator outcome arguments contact_date")
CLAIMS = _table("claims", "id", "version employer_id school_id joined_by since_date until_date", state=True)
BOTTLENECKS = _table(
    "bottlenecks",
    "id",
    "version school_id region noticed_by noticed_date codes solutions solved led_to_end",
    state=True,
)
FOLLOW_UPS = _table("follow_ups", "id", "version school_id region months outcome asked_date", state=True)
FOLLOW_UPS_DUE = _table("follow_ups_due", "follow_up_id", "school_id months due_date")
SUGGESTIONS = _table("suggestions", "tip_id", "employer_id call_id source region known_already")
INITIATIVES = _table(
    "initiatives",
    "id",
    "version region school_id kind begin_date ended_date employers aim target_groups sectors partners",
    state=True,
)
RESPONSES = _table("responses", "id", "version round_id questionnaire region school_kind opened_at answers", state=True)
"""What organisations answered in rounds of questionnaires, by a pseudonym."""
PLANS = _table("plans", "plan_id", "region kind by_effort")
CALLS = _table("calls", "call_id version", "intermediary region students")
CALLS_ANSWERED = _table("calls_answered", "answer_id", "call_id intermediary region")
CALLS_TAKEN = _table("calls_taken", "call_id version", "intermediary region")
CALLS_DECLINED = _table("calls_declined", "call_id version", "intermediary region reason")

ANEW = MetaData()
"""Tables of the same shape, in which a rebuild counts while the others are shown (migration 0007)."""
for _shown in metadata.tables.values():
    _shown.to_metadata(ANEW, name=f"anew_{_shown.name}")
