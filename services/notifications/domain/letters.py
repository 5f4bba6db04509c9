"""Which mails an event gives rise to: for whom, about what, with which link. Never a name (STANDARDS §7)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeAlias
from uuid import UUID

from services.notifications.domain.leaving import AMSTERDAM
from services.notifications.domain.surroundings import Surroundings
from shared.events import Event
from shared.events.intake import (
    ClaimJoinAsked,
    PlacementEnded,
    PlacementRefused,
    QuestionAnswered,
    QuestionAsked,
    RelationsCooled,
)
from shared.events.matching import MatchAccepted, MatchExpired, MatchProposed, StudentUnmatched
from shared.events.notifications import HelpAnswered

Fact: TypeAlias = str | int | list[str]
"""What a template says in words; a list: paths like the letter's own, to be followed one by one."""


@dataclass(frozen=True)
class Letter:
    """A mail to the coordinators of some schools."""

    template: str
    schools: frozenset[str]
    path: str
    """Where the front end shows it."""
    facts: Mapping[str, Fact] = field(default_factory=dict)


def letters_of(event: Event, around: Surroundings, *, own_schools: frozenset[UUID] = frozenset()) -> tuple[Letter, ...]:
    """The mails of an event; a school that is not known here gets none."""
    return tuple(letter for letter in _written(event, around, own_schools) if letter.schools)


def _written(event: Event, around: Surroundings, own_schools: frozenset[UUID]) -> tuple[Letter, ...]:
    own = around.brins_of({*own_schools, *_own_school(event, around)})
    offering = _offering(event, around) - own
    letters: tuple[Letter, ...] = ()
    match event:
        case MatchProposed(proposal_id=proposal, expires_at=until):
            day = until.astimezone(AMSTERDAM).strftime("%d-%m-%Y")
            letters = (Letter("match-proposed", own, f"/proposals/{proposal}", {"until": day}),)
        case MatchAccepted(offer_id=offer):
            letters = (Letter("match-accepted", offering, f"/offers/{offer}"),)
        case MatchExpired(proposal_id=proposal):
            letters = (Letter("match-expired", own, f"/proposals/{proposal}"),)
        case PlacementRefused(proposal_id=proposal):
            letters = (Letter("placement-refused", own, f"/proposals/{proposal}"),)
        case PlacementEnded(placement_id=placement, offer_id=offer):
            ended = Letter("placement-ended", own, f"/placements/{placement}")
            letters = (ended, Letter("seat-free", offering, f"/offers/{offer}"))
        case StudentUnmatched(student_id=student):
            letters = (Letter("student-unmatched", own, f"/students/{student}"),)
        case HelpAnswered(call_id=call):
            letters = (Letter("help-answered", own, f"/calls/{call}"),)
        case _:
            letters = _of_relations(event, around, own)
    return letters


def _of_relations(event: Event, around: Surroundings, own: frozenset[str]) -> tuple[Letter, ...]:
    """What a school asks another about an employer, what that one answered, and whom a school loses sight of."""
    match event:
        case ClaimJoinAsked(claim_id=claim):
            return (Letter("claim-join-asked", own, f"/claims/{claim}"),)
        case QuestionAsked(question_id=question, asked_of=asked_of):
            return (Letter("question-asked", around.brins_of(asked_of), f"/questions/{question}"),)
        case QuestionAnswered(question_id=question):
            return (Letter("question-answered", own, f"/questions/{question}"),)
        case RelationsCooled():
            return (_reminder(event, own),)
    return ()


def _reminder(event: RelationsCooled, own: frozenset[str]) -> Letter:
    """The list has their names, and those that a mail has no room for."""
    facts: Mapping[str, Fact] = {
        "months": event.months,
        "count": event.relation_count,
        "paths": [f"/employers/{employer}" for employer in event.employer_ids],
    }
    path = f"/relations/dormant?schoolId={event.school_id}&months={event.months}"
    return Letter("relations-cooled", own, path, facts)


def _own_school(event: Event, around: Surroundings) -> set[UUID | None]:
    student = around.of(event, "student_id")
    return {getattr(event, "school_id", None), student.school_id if student else None}


def _offering(event: Event, around: Surroundings) -> frozenset[str]:
    """The school that brought the place in."""
    offer = around.of(event, "offer_id")
    return around.brins_of([offer.school_id]) if offer else frozenset()
