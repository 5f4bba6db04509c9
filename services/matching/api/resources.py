"""What matching answers: proposals, searches, call lists, settings."""

from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import ConfigDict, Field

from services.matching.domain import adapting
from services.matching.domain.model import SearchState
from services.matching.domain.proposals import DeclineReason, Made, Proposal
from services.matching.domain.score import Direction
from shared.api import Body, Resource
from shared.events.codes import PlacementKind, Step, Weekday

STUDENT, SCHOOL, OFFER, EMPLOYER, PROPOSAL = (f"0192f0c1-7a00-7000-8000-{number:012d}" for number in range(1, 6))


def _example(**fields: Any) -> ConfigDict:
    return ConfigDict(json_schema_extra={"examples": [fields]})


class ReasonResource(Resource):
    """One factor of a score, as a coordinator reads it."""

    model_config = _example(
        factor="wish", points=8000, text="Past bij de eerste keuze: horeca.", direction=Direction.PLUS
    )

    factor: str
    points: int
    text: str
    direction: Direction


class AdaptationResource(Resource):
    """What the employer must be asked before the place suits; only the student's own school sees it."""

    model_config = _example(
        demands=["till"],
        text="Past als het werk zonder de kassa kan: vraag dat eerst aan het bedrijf.",
        question="Kan het werk op deze plek ook zonder de kassa?",
    )

    demands: list[str]
    text: str
    question: Annotated[str, Field(description="For the employer: it says nothing of the student.")]


class ProposalResource(Resource):
    """A place that suits a student, with all that speaks for and against it."""

    model_config = _example(
        id=PROPOSAL,
        version=1,
        studentId=STUDENT,
        schoolId=SCHOOL,
        offerId=OFFER,
        employerId=EMPLOYER,
        region="AM11",
        state="open",
        step="own-network",
        kind="internship",
        choice=1,
        score=8234,
        weightsVersion="AM11-3",
        reasons=[
            {"factor": "wish", "points": 8000, "text": "Past bij de eerste keuze: horeca.", "direction": "plus"},
        ],
        beginDate="2027-02-01",
        endDate="2027-07-09",
        weekdays=["mon", "tue"],
        proposedAt="2026-11-23T10:00:00Z",
        expiresAt="2026-11-30T10:00:00Z",
        adaptation=None,
        reasonCode=None,
    )

    id: UUID
    version: int
    student_id: UUID
    school_id: UUID
    offer_id: UUID
    employer_id: UUID
    region: str
    state: Made
    step: Step
    kind: PlacementKind
    choice: Annotated[int, Field(description="Which wish it honours: 1 the first, 0 none of them.")]
    score: int
    weights_version: str
    reasons: list[ReasonResource]
    begin_date: date
    end_date: date | None
    weekdays: list[Weekday]
    proposed_at: datetime
    expires_at: datetime
    adaptation: Annotated[
        AdaptationResource | None, Field(description="Where the work must be adapted: what to ask the employer first.")
    ] = None
    reason_code: Annotated[str | None, Field(description="Why it was declined, expired or refused.")] = None

    @classmethod
    def of(cls, proposal: Proposal) -> "ProposalResource":
        """The whole proposal, for the student's own school."""
        fields = {name: getattr(proposal, name) for name in cls.model_fields if hasattr(proposal, name)}
        fields["reasons"] = [ReasonResource.model_validate(reason) for reason in proposal.reasons]
        if left_out := proposal.left_out:
            fields["adaptation"] = AdaptationResource(
                demands=list(left_out), text=adapting.sentence(left_out), question=adapting.question(left_out)
            )
        return cls(**fields, reason_code=proposal.reason)


class OfferProposalResource(Resource):
    """That somebody is proposed to an offer; who, only the student's own school sees."""

    model_config = _example(
        id=None,
        studentId=None,
        schoolId=SCHOOL,
        offerId=OFFER,
        state="open",
        beginDate="2027-02-01",
        endDate="2027-07-09",
        proposedAt="2026-11-23T10:00:00Z",
        expiresAt="2026-11-30T10:00:00Z",
        score=None,
        reasons=[],
    )

    id: UUID | None
    student_id: UUID | None
    school_id: UUID
    offer_id: UUID
    state: Made
    begin_date: date
    end_date: date | None
    proposed_at: datetime
    expires_at: datetime
    score: int | None
    reasons: list[ReasonResource]

    @classmethod
    def of(cls, proposal: Proposal, *, own: bool) -> "OfferProposalResource":
        """What the offering school may see, and of an own student who it is and why."""
        fields = {name: getattr(proposal, name) for name in cls.model_fields}
        fields["reasons"] = [ReasonResource.model_validate(reason) for reason in proposal.reasons if own]
        return cls(**(fields if own else {**fields, "id": None, "student_id": None, "score": None}))


class Decline(Body):
    """Why a proposal is declined; one of `GET /v1/decline-reasons`."""

    model_config = _example(reason="too-far")

    reason: DeclineReason


class DeclineReasonResource(Resource):
    """A reason for declining, as a list to choose from shows it."""

    model_config = _example(code="too-far", text="Te ver weg")

    code: DeclineReason
    text: str


class DeclineReasons(Resource):
    """All reasons for declining."""

    model_config = _example(items=[{"code": "too-far", "text": "Te ver weg"}], next=None)

    items: list[DeclineReasonResource]
    next: str | None = None


class WhyNotResource(Resource):
    """A rule that stands between a student and places, and what would help."""

    model_config = _example(
        rule="travel", offers=3, text="Kan wel als de reistijd 40 minuten mag zijn (fietsen; nu 30)."
    )

    rule: str
    offers: Annotated[int, Field(description="At how many open offers it is the only rule that is broken.")]
    text: str


class LearnedResource(Resource):
    """What an earlier no taught for this student; a changed profile, or `_forget-declines`, lets go of it."""

    model_config = _example(offerId=OFFER, reason="too-far", text="Geen plek op 25 minuten fietsen of meer.")

    offer_id: UUID
    reason: str
    text: str


class EffortResource(Resource):
    """How much effort placing takes (0 to 3), and what that was derived from."""

    model_config = _example(level=1, because=["Heeft een vaste begeleider nodig."], setByHand=False)

    level: int
    because: list[str]
    set_by_hand: bool


class SetEffort(Body):
    """The class that a coordinator finds right; null goes back to the derived one."""

    model_config = _example(level=2)

    level: Annotated[int | None, Field(ge=0, le=3)]


class SearchResource(Resource):
    """Where the search for a place stands, and what keeps it from succeeding."""

    model_config = _example(
        studentId=STUDENT,
        schoolId=SCHOOL,
        region="AM11",
        state="searching",
        step="other-schools",
        since="2026-11-23T10:00:00Z",
        dueAt="2026-11-25T10:00:00Z",
        unmatchedAt=None,
        opensLater="neighbouring-work",
        effort={"level": 1, "because": ["Heeft een vaste begeleider nodig."], "setByHand": False},
        learned=[{"offerId": OFFER, "reason": "too-far", "text": "Geen plek op 25 minuten fietsen of meer."}],
        whyNot=[{"rule": "travel", "offers": 3, "text": "Kan wel als de reistijd 40 minuten mag zijn."}],
    )

    student_id: UUID
    school_id: UUID
    region: str
    state: SearchState
    step: Step
    since: datetime
    due_at: Annotated[datetime | None, Field(description="When the next circle opens, or help is asked.")]
    unmatched_at: Annotated[datetime | None, Field(description="When intermediaries were asked for help.")]
    opens_later: Annotated[Step | None, Field(description="The circle, not open yet, in which a place waits.")] = None
    effort: EffortResource | None = None
    learned: tuple[LearnedResource, ...] = ()
    why_not: tuple[WhyNotResource, ...] = ()


class KnownByResource(Resource):
    """A school that knows an employer."""

    model_config = _example(schoolId=SCHOOL, schoolName="Praktijkschool De Dijk", sinceDate="2022-09-01")

    school_id: UUID
    school_name: str | None
    since_date: date | None


class LastContactResource(Resource):
    """Who spoke with an employer last."""

    model_config = _example(
        schoolId=SCHOOL, schoolName="Praktijkschool De Dijk", contactDate="2026-10-12", outcome="call-back"
    )

    school_id: UUID
    school_name: str | None
    contact_date: date
    outcome: str


class ClaimedByResource(Resource):
    """Another school that approaches an employer now."""

    model_config = _example(schoolId=SCHOOL, schoolName="Praktijkschool De Dijk", untilDate="2026-10-26")

    school_id: UUID
    school_name: str | None
    until_date: date


class ProspectResource(Resource):
    """An employer worth a call for a student."""

    model_config = _example(
        employerId=EMPLOYER,
        name="Bakkerij Van der Meer",
        region="AM11",
        points=640,
        minutes=12,
        reasons=[
            {
                "factor": "earlier-partner",
                "points": 400,
                "text": "Werkt sinds 2022 met jullie school.",
                "direction": "plus",
            }
        ],
        knownBy=[{"schoolId": SCHOOL, "schoolName": "Praktijkschool De Dijk", "sinceDate": "2022-09-01"}],
        lastContact=None,
        claimedBy=None,
    )

    employer_id: UUID
    name: str
    region: str
    points: int
    minutes: int
    reasons: list[ReasonResource]
    known_by: list[KnownByResource]
    last_contact: LastContactResource | None
    claimed_by: Annotated[ClaimedByResource | None, Field(description="Another school: ask it before calling.")] = None


class RegionCounts(Resource):
    """How many search in a region; from one to four students a number is not shown (null)."""

    model_config = _example(region="AM11", searching=31, proposed=12, accepted=None, helpAsked=6)

    region: str
    searching: int | None
    proposed: int | None
    accepted: int | None
    help_asked: int | None
