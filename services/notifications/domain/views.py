"""Who sees what of an event on the live stream: ids only, and of a student only for the student's own school."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from enum import Enum
from typing import Any, Self
from uuid import UUID

from services.notifications.domain.surroundings import Surroundings
from shared.events import Event, intake, matching, notifications
from shared.events.codes import IntermediaryKind


@dataclass(frozen=True)
class Listener:
    """Who listens: the schools and regions of a token."""

    schools: frozenset[str] = frozenset()
    regions: frozenset[str] = frozenset()
    """Regions in which the listener's schools lie."""
    regional: frozenset[str] = frozenset()
    """Regions that the listener coordinates."""
    operator: bool = False
    subject: str = ""
    """Who it is, for what concerns one person alone."""
    intermediaries: frozenset[str] = frozenset()
    """What the listener is to which regions, as `desk` writes it."""


def desk(kind: str, region: str) -> str:
    """Intermediaries of a kind in a region."""
    return f"{kind}@{region}"


@dataclass(frozen=True)
class View:
    """What some listeners see of an event."""

    data: Mapping[str, str]
    schools: frozenset[str] = frozenset()
    regions: frozenset[str] = frozenset()
    regional: frozenset[str] = frozenset()
    people: frozenset[str] = frozenset()
    intermediaries: frozenset[str] = frozenset()

    def is_for(self, listener: Listener) -> bool:
        """Whether this listener may see it."""
        return bool(
            self.schools & listener.schools
            or self.regions & (listener.regions | listener.regional)
            or self.regional & listener.regional
            or listener.subject in self.people
            or self.intermediaries & listener.intermediaries
        )

    def to_json(self) -> dict[str, Any]:
        """As it is saved."""
        return {name: sorted(v) if isinstance(v, frozenset) else dict(v) for name, v in asdict(self).items()}

    @classmethod
    def from_json(cls, saved: Mapping[str, Any]) -> Self:
        """As it was saved."""
        return cls(
            dict(saved["data"]),
            *(
                frozenset(saved.get(name, ()))
                for name in ("schools", "regions", "regional", "people", "intermediaries")
            ),
        )


class Whom(Enum):
    """Who sees an event beside the student's own school."""

    NOBODY = "nobody else"
    REGION = "every coordinator of the region"
    OFFERING = "the school that brought the offer in, and the region's coordinator"


@dataclass(frozen=True)
class Shown:
    """The ids of an event: `own` for the student's school, `shared` for the others."""

    own: tuple[str, ...] = ()
    shared: tuple[str, ...] = ()
    whom: Whom = Whom.NOBODY


_PROPOSAL = Shown(
    ("proposal_id", "student_id", "offer_id", "employer_id"), ("proposal_id", "offer_id", "employer_id"), Whom.OFFERING
)
_PLACEMENT = Shown(
    ("placement_id", "proposal_id", "student_id", "offer_id", "employer_id"),
    ("placement_id", "offer_id", "employer_id"),
    Whom.REGION,
)
_OFFER = Shown((), ("offer_id", "employer_id"), Whom.REGION)
_EMPLOYER = Shown((), ("employer_id",), Whom.REGION)
_CALL = Shown(("call_id",), ("call_id",), Whom.OFFERING)

SHOWN: Mapping[type[Event], Shown] = {
    intake.SchoolRegistered: Shown((), ("school_id",), Whom.REGION),
    intake.EmployerRegistered: _EMPLOYER,
    intake.EmployersMerged: Shown((), ("employer_id", "merged_id"), Whom.REGION),
    intake.EmployerPaused: _EMPLOYER,
    intake.EmployerResumed: _EMPLOYER,
    intake.EmployerOffered: _OFFER,
    intake.OfferChanged: _OFFER,
    intake.OfferWithdrawn: _OFFER,
    intake.OfferExpiring: _OFFER,
    intake.OfferExpired: _OFFER,
    intake.SectorClosed: Shown((), ("closure_id",), Whom.REGION),
    intake.SectorReopened: Shown((), ("closure_id",), Whom.REGION),
    intake.StudentReady: Shown(("student_id",)),
    intake.StudentWithdrawn: Shown(("student_id",)),
    # that a seat is taken or free concerns every school of the region, by whom concerns one (G6)
    intake.PlacementStarted: _PLACEMENT,
    intake.PlacementChanged: _PLACEMENT,
    intake.PlacementCancelled: _PLACEMENT,
    intake.PlacementEnded: _PLACEMENT,
    intake.PlacementRefused: Shown(("placement_id", "proposal_id", "student_id", "offer_id")),
    # who speaks with an employer is known to all, so that nobody calls twice (F7)
    intake.ContactLogged: Shown(
        ("employer_id", "contact_id", "student_id"), ("employer_id", "contact_id"), Whom.REGION
    ),
    intake.EmployerClaimed: Shown((), ("claim_id", "employer_id"), Whom.REGION),
    intake.ClaimEnded: Shown((), ("claim_id", "employer_id"), Whom.REGION),
    intake.ClaimJoinAsked: Shown(("claim_id", "employer_id")),
    intake.ExperienceShared: Shown((), ("employer_id", "remark_id"), Whom.REGION),
    intake.ExperienceWithdrawn: Shown((), ("employer_id", "remark_id"), Whom.REGION),
    intake.LabourMarketPublished: Shown((), ("publication_id",), Whom.REGION),
    intake.QuestionAsked: Shown(("question_id", "employer_id")),
    intake.QuestionAnswered: Shown(("question_id", "employer_id")),
    intake.RelationsCooled: Shown(("school_id",)),
    intake.LinkIssued: Shown(("link_id",)),
    intake.LinkAnswered: Shown(("link_id", "employer_id")),
    intake.VisitOverdue: Shown(("placement_id",)),
    intake.BottleneckRecorded: Shown(("bottleneck_id",)),
    # who looks after the region sees to support, and every school of it may know that it is asked for (M10)
    intake.SupportAsked: Shown((), ("support_id", "employer_id"), Whom.REGION),
    intake.RequestMoved: Shown(("request_id", "employer_id")),
    intake.StudentRequestMoved: Shown(("student_request_id",)),
    intake.FollowUpDue: Shown(("follow_up_id",)),
    intake.FollowUpRecorded: Shown(("follow_up_id",)),
    intake.AnswersAwaited: Shown(("round_id",)),
    intake.InitiativeUndertaken: Shown((), ("initiative_id",), Whom.REGION),
    intake.SeatOffered: Shown(("programme_id", "enrolment_id")),
    intake.EmployerSuggested: Shown((), ("employer_id", "tip_id", "call_id"), Whom.REGION),
    matching.MatchProposed: _PROPOSAL,
    matching.MatchAccepted: _PROPOSAL,
    matching.MatchDeclined: _PROPOSAL,
    matching.MatchExpired: _PROPOSAL,
    matching.StudentUnmatched: Shown(("student_id",)),
    matching.OfferUnfilled: _OFFER,
    matching.RegionPlanned: Shown((), ("plan_id",), Whom.OFFERING),  # no offer: the region's coordinator alone
    notifications.IntermediaryAsked: _CALL,
    notifications.HelpTaken: _CALL,
    notifications.HelpAnswered: _CALL,
    notifications.HelpDeclined: _CALL,
}
"""What is not here is shown to nobody."""

OUTSIDE: Mapping[type[Event], tuple[str, str]] = {
    notifications.IntermediaryAsked: ("call_id", "intermediary"),
    intake.RequestMoved: ("request_id", "intermediary"),
    intake.EmployerSuggested: ("tip_id", "source"),
    intake.SupportAsked: ("support_id", ""),  # whoever can help
}
"""The one id that intermediaries see, of their region, and which field says of which kind they are."""


def views_of(event: Event, around: Surroundings, *, own_schools: frozenset[UUID] = frozenset()) -> tuple[View, ...]:
    """What is shown of an event, the fullest view first; `own_schools` are those of a call's students."""
    shown = SHOWN.get(type(event))
    if shown is None:
        return ()
    own = around.brins_of(own_schools or _student_school(event, around)) if shown.own else frozenset()
    views = (View(_ids(event, shown.own), schools=own), _shared(event, shown, around), _outside(event, around))
    return tuple(view for view in views if view.schools or view.regions or view.regional or view.intermediaries)


def view_for(listener: Listener, views: tuple[View, ...]) -> View | None:
    """The fullest view that the listener may see; an operator sees what is shared."""
    seen = next((view for view in views if view.is_for(listener)), None)
    if seen is None and listener.operator:
        return next((view for view in views if view.regions or view.regional), None)
    return seen


def _shared(event: Event, shown: Shown, around: Surroundings) -> View:
    data = _ids(event, shown.shared)
    private_to = _private_to(event, around)
    if private_to:
        return View(data, schools=around.brins_of(private_to))
    region = frozenset(filter(None, (_region(event, around),)))
    match shown.whom:
        case Whom.NOBODY:
            return View({})
        case Whom.REGION:
            return View(data, regions=region)
        case Whom.OFFERING:
            offer = around.of(event, "offer_id")
            return View(data, schools=around.brins_of([offer.school_id if offer else None]), regional=region)


def _outside(event: Event, around: Surroundings) -> View:
    """For intermediaries: nothing of a student, and nothing that a school keeps to itself."""
    name, kind_field = OUTSIDE.get(type(event), ("", ""))
    region = _region(event, around)
    if not (name and region) or _private_to(event, around):
        return View({})
    kinds = [getattr(event, kind_field)] if kind_field else list(IntermediaryKind)
    return View(_ids(event, (name,)), intermediaries=frozenset(desk(kind, region) for kind in kinds))


def _ids(event: Event, names: tuple[str, ...]) -> dict[str, str]:
    values = ((name, getattr(event, name)) for name in names)
    return {type(event).model_fields[name].alias or name: str(value) for name, value in values if value is not None}


def _student_school(event: Event, around: Surroundings) -> frozenset[UUID | None]:
    student = around.of(event, "student_id")
    asked_of: tuple[UUID, ...] = getattr(event, "asked_of", ())
    return frozenset({getattr(event, "school_id", None), student.school_id if student else None, *asked_of})


def _region(event: Event, around: Surroundings) -> str | None:
    if region := getattr(event, "region", None):
        return str(region)
    known = (around.of(event, name) for name in ("offer_id", "employer_id"))
    return next((thing.region for thing in known if thing and thing.region), None)


def _private_to(event: Event, around: Surroundings) -> frozenset[UUID | None]:
    """The only school that may know, when the event or what it names is private to one (G11)."""
    known = (around.of(event, name) for name in ("offer_id", "employer_id"))
    schools = {getattr(event, "private_to", None), *(thing.private_to for thing in known if thing)}
    return frozenset(school for school in schools if school is not None)
