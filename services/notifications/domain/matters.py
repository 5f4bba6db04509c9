"""What letters are about, and which events settle it: nobody is told to do what needs no doing any more.

A matter is a word and an id. A letter names its own; an event names those that it ends. They may come in any order.
"""

from uuid import UUID

from shared.events import Event
from shared.events.intake import (
    ClaimEnded,
    EmployerClaimed,
    FollowUpRecorded,
    OfferExpired,
    OfferWithdrawn,
    PlacementCancelled,
    PlacementEnded,
    PlacementRefused,
    PlacementStarted,
    QuestionAnswered,
    StudentReady,
    StudentWithdrawn,
)
from shared.events.matching import MatchAccepted, MatchDeclined, MatchExpired


def proposal(proposal_id: UUID) -> str:
    """Somebody is to answer it."""
    return f"proposal:{proposal_id}"


def choice(proposal_id: UUID) -> str:
    """It was chosen."""
    return f"choice:{proposal_id}"


def search(student_id: UUID) -> str:
    """A student has no place."""
    return f"search:{student_id}"


def next_step(student_id: UUID) -> str:
    """Nobody knows what a student does after a placement."""
    return f"next-step:{student_id}"


def placement(placement_id: UUID) -> str:
    """It runs."""
    return f"placement:{placement_id}"


def seat(offer_id: UUID) -> str:
    """It is free."""
    return f"seat:{offer_id}"


def call(call_id: UUID) -> str:
    """Help is asked for."""
    return f"call:{call_id}"


def claim(claim_id: UUID) -> str:
    """A school approaches an employer."""
    return f"claim:{claim_id}"


def joining(claim_id: UUID, school_id: UUID) -> str:
    """Another school would like to."""
    return f"joining:{claim_id}:{school_id}"


def follow_up(follow_up_id: UUID) -> str:
    """A former student is to be asked after."""
    return f"follow-up:{follow_up_id}"


def question(question_id: UUID, school_id: UUID) -> str:
    """A school is to answer it."""
    return f"question:{question_id}:{school_id}"


def settled_by(event: Event) -> frozenset[str]:
    """The matters that an event ends."""
    return frozenset(_of_proposals(event) or _of_placements(event) or _of_seats(event) or _of_asking(event))


def _of_proposals(event: Event) -> tuple[str, ...]:
    match event:
        case MatchAccepted(proposal_id=made) | MatchDeclined(proposal_id=made) | MatchExpired(proposal_id=made):
            return (proposal(made),)
        case PlacementRefused(proposal_id=made):
            return proposal(made), choice(made)
    return ()


def _of_placements(event: Event) -> tuple[str, ...]:
    match event:
        case PlacementStarted():
            made = (proposal(event.proposal_id),) if event.proposal_id else ()
            return *made, search(event.student_id), next_step(event.student_id), seat(event.offer_id)
        case PlacementEnded():
            return placement(event.placement_id), next_step(event.student_id)
        case PlacementCancelled():
            return (placement(event.placement_id),)
    return ()


def _of_seats(event: Event) -> tuple[str, ...]:
    match event:
        case StudentReady(student_id=student):
            return (next_step(student),)
        case StudentWithdrawn(student_id=student):
            return (search(student),)
        case OfferWithdrawn(offer_id=offer) | OfferExpired(offer_id=offer):
            return (seat(offer),)
    return ()


def _of_asking(event: Event) -> tuple[str, ...]:
    match event:
        case EmployerClaimed(claim_id=made, joined_by=schools):
            return tuple(joining(made, school) for school in schools)
        case ClaimEnded(claim_id=made):
            return (claim(made),)
        case QuestionAnswered(question_id=asked, answered_by=school):
            return (question(asked, school),)
        case FollowUpRecorded(follow_up_id=due):
            return (follow_up(due),)
    return ()
