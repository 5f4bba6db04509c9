"""Which mails an event gives rise to: for whom, about what, with which link. Never a name (STANDARDS §7)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import TypeAlias
from uuid import UUID

from services.notifications.domain import matters
from services.notifications.domain.envelopes import AMSTERDAM
from services.notifications.domain.surroundings import Surroundings
from services.notifications.domain.wishes import Category
from shared.events import Event
from shared.events.intake import (
    AnswersAwaited,
    ClaimJoinAsked,
    FollowUpDue,
    LinkAnswered,
    PlacementEnded,
    PlacementRefused,
    QuestionAnswered,
    QuestionAsked,
    RelationsCooled,
    RequestMoved,
    SeatOffered,
    StudentRequestMoved,
    VisitOverdue,
)
from shared.events.matching import MatchAccepted, MatchExpired, MatchProposed, StudentUnmatched
from shared.events.notifications import HelpAnswered

Fact: TypeAlias = str | int | list[str]
"""What a template says in words; a list: paths like the letter's own, to be followed one by one."""


CATEGORIES: Mapping[str, Category] = {
    "match-proposed": Category.PROPOSALS,
    "answer-due": Category.PROPOSALS,
    "match-expired": Category.PROPOSALS,
    "placement-refused": Category.PROPOSALS,
    "student-unmatched": Category.PROPOSALS,
    "help-answered": Category.PROPOSALS,
    "match-accepted": Category.PLACEMENTS,
    "placement-ending": Category.PLACEMENTS,
    "placement-ended": Category.PLACEMENTS,
    "seat-free": Category.PLACEMENTS,
    "visit-overdue": Category.GUIDANCE,
    "follow-up-due": Category.GUIDANCE,
    "relations-cooled": Category.RELATIONS,
    "claim-join-asked": Category.RELATIONS,
    "claim-lapses": Category.RELATIONS,
    "link-answered": Category.ANSWERS,
    "question-asked": Category.QUESTIONS,
    "question-answered": Category.QUESTIONS,
    "request-answered": Category.QUESTIONS,
    "student-request-answered": Category.QUESTIONS,
    "round-opened": Category.QUESTIONS,
    "round-reminder": Category.QUESTIONS,
    "seat-offered": Category.PROGRAMMES,
}
"""Of each letter to coordinators, by its template."""


@dataclass(frozen=True)
class Letter:
    """A mail to the coordinators of some schools."""

    template: str
    schools: frozenset[str]
    path: str
    """Where the front end shows it."""
    facts: Mapping[str, Fact] = field(default_factory=dict)
    matters: frozenset[str] = frozenset()
    """When one of them is settled, there is nothing to say any more."""
    due: datetime | None = None
    """By when it is to be done: what comes first in a digest."""
    lapses: bool = False
    """There is nothing to do any more once that has passed."""
    urgent: bool = False
    """Waits for no digest."""

    @property
    def category(self) -> Category:
        """The kind of letter that a person can want, or not."""
        return CATEGORIES[self.template]


def letters_of(event: Event, around: Surroundings, *, own_schools: frozenset[UUID] = frozenset()) -> tuple[Letter, ...]:
    """The mails of an event; a school that is not known here gets none."""
    return tuple(letter for letter in _written(event, around, own_schools) if letter.schools)


def _written(event: Event, around: Surroundings, own_schools: frozenset[UUID]) -> tuple[Letter, ...]:
    own = around.brins_of({*own_schools, *_own_school(event, around)})
    offering = _offering(event, around) - own
    letters: tuple[Letter, ...] = ()
    match event:
        case MatchProposed(proposal_id=proposal, expires_at=until):
            letters = (_to_answer("match-proposed", own, proposal, until),)
        case MatchAccepted(offer_id=offer):
            about = frozenset({matters.choice(event.proposal_id)})
            letters = (Letter("match-accepted", offering, f"/offers/{offer}", matters=about),)
        case MatchExpired(proposal_id=proposal):
            about = frozenset({matters.search(event.student_id)})
            letters = (Letter("match-expired", own, f"/proposals/{proposal}", matters=about),)
        case PlacementRefused(proposal_id=proposal):
            about = frozenset({matters.search(event.student_id)})
            letters = (Letter("placement-refused", own, f"/proposals/{proposal}", matters=about),)
        case PlacementEnded(placement_id=placement, offer_id=offer):
            ended = Letter("placement-ended", own, f"/placements/{placement}")
            free = Letter("seat-free", offering, f"/offers/{offer}", matters=frozenset({matters.seat(offer)}))
            letters = (ended, free)
        case _:
            letters = (
                _of_help(event, own)
                or _of_guidance(event, own)
                or _of_relations(event, own)
                or _of_questions(event, around, own)
            )
    return letters


def _of_help(event: Event, own: frozenset[str]) -> tuple[Letter, ...]:
    """When the schools' own circles are used up."""
    match event:
        case StudentUnmatched(student_id=student):
            about = frozenset({matters.search(student)})
            return (Letter("student-unmatched", own, f"/students/{student}", matters=about),)
        case HelpAnswered(call_id=call):
            return (Letter("help-answered", own, f"/calls/{call}", matters=frozenset({matters.call(call)})),)
    return ()


def _of_guidance(event: Event, own: frozenset[str]) -> tuple[Letter, ...]:
    """What nobody of the school did yet for somebody who is, or was, its student."""
    match event:
        case VisitOverdue(placement_id=placement, due_date=due):
            facts: Mapping[str, Fact] = {"due": in_digits(due)}
            about = frozenset({matters.placement(placement)})
            return (Letter("visit-overdue", own, f"/placements/{placement}/visits", facts, about, end_of(due)),)
        case FollowUpDue(follow_up_id=follow_up, months=months, due_date=due):
            facts = {"months": months, "due": in_digits(due)}
            about = frozenset({matters.follow_up(follow_up)})
            return (Letter("follow-up-due", own, f"/follow-ups/{follow_up}", facts, about, end_of(due)),)
        case RequestMoved(request_id=request, state="answered" | "declined"):
            return (Letter("request-answered", own, f"/requests/{request}"),)
        case StudentRequestMoved(student_request_id=request, state="answered"):
            return (Letter("student-request-answered", own, f"/student-requests/{request}"),)
    return ()


def _of_relations(event: Event, own: frozenset[str]) -> tuple[Letter, ...]:
    """What who has no account says, and whom a school loses sight of."""
    match event:
        case LinkAnswered(purpose="questionnaire"):
            return ()  # nobody has to do anything with it, and a round brings many
        case LinkAnswered(link_id=link):
            facts = {"purpose": event.purpose, "code": event.code}
            return (Letter("link-answered", own, f"/links/{link}", facts, urgent=is_urgent(facts)),)
        case RelationsCooled():
            return (_reminder(event, own),)
    return ()


def _of_questions(event: Event, around: Surroundings, own: frozenset[str]) -> tuple[Letter, ...]:
    """What schools are asked, and answered."""
    match event:
        case ClaimJoinAsked(claim_id=claim):
            about = frozenset({matters.claim(claim), matters.joining(claim, event.asked_by)})
            return (Letter("claim-join-asked", own, f"/claims/{claim}", matters=about),)
        case QuestionAsked(question_id=question, asked_of=asked_of):
            return tuple(
                Letter(
                    "question-asked",
                    around.brins_of([school]),
                    f"/questions/{question}",
                    matters=frozenset({matters.question(question, school)}),
                )
                for school in asked_of
            )
        case QuestionAnswered(question_id=question):
            return (Letter("question-answered", own, f"/questions/{question}"),)
        case AnswersAwaited():
            return (_questionnaire(event, around),)
        case SeatOffered(programme_id=programme, enrolment_id=enrolment, held_until=until):
            path = f"/programmes/{programme}/enrolments/{enrolment}"
            return (Letter("seat-offered", own, path, {"until": _day(until)}, due=until, lapses=True),)
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


def _questionnaire(event: AnswersAwaited, around: Surroundings) -> Letter:
    """It is asked once when the round opens, and once before it closes."""
    template = "round-reminder" if event.reminder else "round-opened"
    path, facts = f"/questionnaire-rounds/{event.round_id}", {"until": in_digits(event.until_date)}
    return Letter(template, around.brins_of(event.asked_of), path, facts, due=end_of(event.until_date), lapses=True)


def _to_answer(template: str, schools: frozenset[str], proposal: UUID, until: datetime) -> Letter:
    about = frozenset({matters.proposal(proposal)})
    return Letter(template, schools, f"/proposals/{proposal}", {"until": _day(until)}, about, until, lapses=True)


def answer_due(schools: frozenset[str], proposal: UUID, until: datetime) -> Letter:
    """A proposal that nobody answered runs out soon."""
    return _to_answer("answer-due", schools, proposal, until)


def claim_lapses(schools: frozenset[str], claim: UUID, last: date) -> Letter:
    """Others may approach the employer soon."""
    about, facts = frozenset({matters.claim(claim)}), {"until": in_digits(last)}
    return Letter("claim-lapses", schools, f"/claims/{claim}", facts, about, end_of(last), lapses=True)


def placement_ending(schools: frozenset[str], placement: UUID, student: UUID, last: date) -> Letter:
    """Six weeks are left to know what comes after it."""
    about, facts = frozenset({matters.placement(placement), matters.next_step(student)}), {"until": in_digits(last)}
    return Letter("placement-ending", schools, f"/placements/{placement}", facts, about, end_of(last), lapses=True)


def is_urgent(facts: Mapping[str, Fact]) -> bool:
    """Whether what a letter says waits for no digest: there is a problem now."""
    return facts.get("code") == "problem-today"


def in_digits(day: date) -> str:
    """A day as letters write it."""
    return f"{day:%d-%m-%Y}"


def end_of(day: date) -> datetime:
    """The last moment of a day."""
    return datetime.combine(day, time.max, AMSTERDAM)


def _day(moment: datetime) -> str:
    return in_digits(moment.astimezone(AMSTERDAM).date())


def _own_school(event: Event, around: Surroundings) -> set[UUID | None]:
    student = around.of(event, "student_id")
    return {getattr(event, "school_id", None), student.school_id if student else None}


def _offering(event: Event, around: Surroundings) -> frozenset[str]:
    """The school that brought the place in."""
    offer = around.of(event, "offer_id")
    return around.brins_of([offer.school_id]) if offer else frozenset()
