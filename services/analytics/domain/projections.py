"""From an event to the rows that figures are counted from.

A row of a *state* table is replaced by a newer version only; a row of every other table is a fact with a key of its
own, kept once. So events may come twice, late and in any order, from the broker or from logs: the rows are the same.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from shared.events import Event, intake, matching, notifications

E = TypeVar("E", bound=Event)


@dataclass(frozen=True)
class Row:
    """A row of the projection table of that name."""

    table: str
    values: Mapping[str, Any]


_Projection = Callable[[Any, datetime], Row]
_PROJECTIONS: dict[type[Event], _Projection] = {}

COUNTED: dict[type[Event], str | None] = {}
"""The events that are counted; of a state event the group within which only the newest version counts."""


def _counts(event: type[E], *, state: str | None = None) -> Callable[[Callable[[E, datetime], Row]], _Projection]:
    def register(projection: Callable[[E, datetime], Row]) -> _Projection:
        COUNTED[event] = state
        _PROJECTIONS[event] = projection
        return projection

    return register


def rows_of(event: Event, at: datetime) -> tuple[Row, ...]:
    """The rows that an event leads to; `at` is the moment of recording."""
    return (_PROJECTIONS[type(event)](event, at),)


def _taken(event: Event, *fields: str) -> dict[str, Any]:
    return {field: getattr(event, field) for field in fields}


@_counts(intake.SchoolRegistered, state="school")
def _school(event: intake.SchoolRegistered, at: datetime) -> Row:
    facts = _taken(event, "version", "brin", "name", "kind", "region", "student_count", "municipality")
    return Row("schools", {"id": event.school_id, "at": at, **facts})


@_counts(intake.EmployerRegistered, state="employer")
def _employer(event: intake.EmployerRegistered, at: datetime) -> Row:
    facts = _taken(event, "version", "region", "size_class", "places_per_year", "places_trend", "jobs_per_year")
    facts |= _taken(event, "jobs_trend", "found_through", "brought_in_by", "municipality", "verified_date")
    sector = event.sectors[0] if event.sectors else None
    cooperations = [known.model_dump(mode="json") for known in event.cooperations]
    return Row(
        "employers", {"id": event.employer_id, "at": at, "sector": sector, "cooperations": cooperations, **facts}
    )


@_counts(intake.EmployersMerged)
def _merged(event: intake.EmployersMerged, at: datetime) -> Row:
    return Row("employers_merged", {"id": event.merged_id, "at": at, **_taken(event, "employer_id")})


def _offer(event: intake.OfferFacts, at: datetime) -> Row:
    facts = _taken(event, "version", "employer_id", "region", "kind", "sector", "seats", "begin_date", "end_date")
    return Row("offers", {"id": event.offer_id, "at": at, **facts, **_taken(event, "brought_in_by", "municipality")})


_counts(intake.EmployerOffered, state="offer")(_offer)
_counts(intake.OfferChanged, state="offer")(_offer)


@_counts(intake.OfferWithdrawn)
def _offer_withdrawn(event: intake.OfferWithdrawn, at: datetime) -> Row:
    return Row("offers_withdrawn", {"id": event.offer_id, "at": at, "reason": event.reason})


@_counts(intake.StudentReady)
def _ready(event: intake.StudentReady, at: datetime) -> Row:
    return Row("students_ready", {"at": at, **_taken(event, "student_id", "version", "school_id", "region")})


@_counts(intake.StudentWithdrawn)
def _withdrawn(event: intake.StudentWithdrawn, at: datetime) -> Row:
    return Row("students_withdrawn", {"at": at, **_taken(event, "student_id", "version")})


_PLACEMENT = ("placement_id", "proposal_id", "student_id", "school_id", "offer_id", "employer_id", "region", "kind")


@_counts(intake.PlacementStarted)
def _started(event: intake.PlacementStarted, at: datetime) -> Row:
    facts = _taken(event, *_PLACEMENT, "begin_date", "end_date", "predecessor_id", "coach_code")
    return Row("placements_started", {"at": at, **facts})


@_counts(intake.PlacementChanged)
def _changed(event: intake.PlacementChanged, at: datetime) -> Row:
    return Row(
        "placements_changed",
        {"at": at, **_taken(event, "placement_id", "version", "begin_date", "end_date", "coach_code")},
    )


@_counts(intake.PlacementCancelled)
def _cancelled(event: intake.PlacementCancelled, at: datetime) -> Row:
    return Row("placements_cancelled", {"at": at, **_taken(event, *_PLACEMENT, "begin_date")})


@_counts(intake.PlacementEnded)
def _ended(event: intake.PlacementEnded, at: datetime) -> Row:
    return Row("placements_ended", {"at": at, **_taken(event, *_PLACEMENT, "ended_date", "outcome")})


@_counts(intake.PlacementRefused)
def _refused(event: intake.PlacementRefused, at: datetime) -> Row:
    facts = _taken(event, "placement_id", "proposal_id", "student_id", "offer_id", "reason")
    return Row("placements_refused", {"at": at, **facts})


@_counts(intake.ContactLogged)
def _contact(event: intake.ContactLogged, at: datetime) -> Row:
    facts = _taken(event, "contact_id", "employer_id", "school_id", "channel", "initiator", "outcome", "contact_date")
    return Row("contacts", {"at": at, "arguments": list(event.arguments), **facts})


@_counts(intake.EmployerClaimed, state="claim")
def _claimed(event: intake.EmployerClaimed, at: datetime) -> Row:
    facts = _taken(event, "version", "employer_id", "school_id", "since_date", "until_date")
    return Row("claims", {"id": event.claim_id, "at": at, "joined_by": list(event.joined_by), **facts})


@_counts(intake.EmployerSuggested)
def _suggested(event: intake.EmployerSuggested, at: datetime) -> Row:
    facts = _taken(event, "tip_id", "employer_id", "call_id", "source", "region", "known_already")
    return Row("suggestions", {"at": at, **facts})


@_counts(intake.BottleneckRecorded, state="bottleneck")
def _bottleneck(event: intake.BottleneckRecorded, at: datetime) -> Row:
    facts = _taken(event, "version", "school_id", "region", "noticed_by", "noticed_date", "solved", "led_to_end")
    lists = {"codes": list(event.codes), "solutions": list(event.solutions)}
    return Row("bottlenecks", {"id": event.bottleneck_id, "at": at, **facts, **lists})


@_counts(intake.FollowUpRecorded, state="follow_up")
def _follow_up(event: intake.FollowUpRecorded, at: datetime) -> Row:
    facts = _taken(event, "version", "school_id", "region", "months", "outcome", "asked_date")
    return Row("follow_ups", {"id": event.follow_up_id, "at": at, **facts})


@_counts(intake.FollowUpDue)
def _follow_up_due(event: intake.FollowUpDue, at: datetime) -> Row:
    return Row("follow_ups_due", {"at": at, **_taken(event, "follow_up_id", "school_id", "months", "due_date")})


@_counts(intake.InitiativeUndertaken, state="initiative")
def _initiative(event: intake.InitiativeUndertaken, at: datetime) -> Row:
    facts = _taken(event, "version", "region", "school_id", "kind", "begin_date", "ended_date")
    facts |= {"aim": event.aim, "target_groups": list(event.target_groups)}
    facts |= {"sectors": list(event.sectors), "partners": list(event.partners)}
    employers = [employer.model_dump(mode="json") for employer in event.employers]
    return Row("initiatives", {"id": event.initiative_id, "at": at, "employers": employers, **facts})


@_counts(intake.AnswersGiven, state="response")
def _answers(event: intake.AnswersGiven, at: datetime) -> Row:
    facts = _taken(event, "version", "round_id", "questionnaire", "region", "school_kind", "opened_at")
    answers = [answer.model_dump(mode="json") for answer in event.answers]
    return Row("responses", {"id": event.response_id, "at": at, "answers": answers, **facts})


_PROPOSAL = ("proposal_id", "student_id", "school_id", "offer_id", "employer_id", "region", "step")


@_counts(matching.MatchProposed)
def _proposed(event: matching.MatchProposed, at: datetime) -> Row:
    return Row("proposals", {"at": at, **_taken(event, *_PROPOSAL)})


@_counts(matching.MatchAccepted)
def _accepted(event: matching.MatchAccepted, at: datetime) -> Row:
    return Row("proposals_accepted", {"at": at, **_taken(event, *_PROPOSAL, "choice")})


@_counts(matching.MatchDeclined)
def _declined(event: matching.MatchDeclined, at: datetime) -> Row:
    return Row("proposals_declined", {"at": at, **_taken(event, *_PROPOSAL, "reason")})


@_counts(matching.MatchExpired)
def _expired(event: matching.MatchExpired, at: datetime) -> Row:
    return Row("proposals_expired", {"at": at, **_taken(event, *_PROPOSAL, "reason")})


@_counts(matching.StudentUnmatched)
def _unmatched(event: matching.StudentUnmatched, at: datetime) -> Row:
    facts = _taken(event, "student_id", "version", "school_id", "region", "sector")
    return Row("students_unmatched", {"at": at, **facts})


@_counts(matching.OfferUnfilled)
def _unfilled(event: matching.OfferUnfilled, at: datetime) -> Row:
    facts = _taken(event, "offer_id", "version", "region", "sector", "since_date")
    return Row("offers_unfilled", {"at": at, **facts})


@_counts(matching.RegionPlanned)
def _planned(event: matching.RegionPlanned, at: datetime) -> Row:
    by_effort = [count.model_dump(mode="json") for count in event.by_effort]
    return Row("plans", {"at": at, "by_effort": by_effort, **_taken(event, "plan_id", "region", "kind")})


@_counts(notifications.IntermediaryAsked)
def _asked(event: notifications.IntermediaryAsked, at: datetime) -> Row:
    facts = _taken(event, "call_id", "version", "intermediary", "region")
    return Row("calls", {"at": at, "students": list(event.students), **facts})


@_counts(notifications.HelpAnswered)
def _answered(event: notifications.HelpAnswered, at: datetime) -> Row:
    return Row("calls_answered", {"at": at, **_taken(event, "answer_id", "call_id", "intermediary", "region")})


@_counts(notifications.HelpTaken)
def _taken_up(event: notifications.HelpTaken, at: datetime) -> Row:
    return Row("calls_taken", {"at": at, **_taken(event, "call_id", "version", "intermediary", "region")})


@_counts(notifications.HelpDeclined)
def _help_declined(event: notifications.HelpDeclined, at: datetime) -> Row:
    return Row("calls_declined", {"at": at, **_taken(event, "call_id", "version", "intermediary", "region", "reason")})
