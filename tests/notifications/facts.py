"""Events as the other services announce them, for the tests of notifications."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

from shared.events import codes, intake, matching, notifications
from shared.ids import new_id

SCHOOL, OTHER_SCHOOL = new_id(), new_id()
BRIN, OTHER_BRIN = "01AB00", "02CD00"
REGION, MUNICIPALITY = "AM11", "GM0034"
PLACE = codes.Point(latitude=52.37, longitude=5.22)


def a_school(school_id: UUID = SCHOOL, brin: str = BRIN, region: str = REGION) -> intake.SchoolRegistered:
    return intake.SchoolRegistered(
        school_id=school_id,
        brin=brin,
        name="De Brug",
        kind=codes.SchoolKind.PRO,
        region=region,
        municipality=MUNICIPALITY,
        student_count=200,
    )


def an_employer(**more: Any) -> intake.EmployerRegistered:
    return intake.EmployerRegistered(
        **{
            "employer_id": new_id(),
            "name": "Bakkerij De Korst",
            "kind": "regular",
            "region": REGION,
            "municipality": MUNICIPALITY,
            "location": PLACE,
            "sectors": ("horeca",),
            "size_class": "small",
            "recognition": "boris",
            "guidance": "full",
            "places_per_year": 2,
            "places_trend": "same",
            "jobs_per_year": 1,
            "jobs_trend": "same",
            "found_through": "pro",
            "brought_in_by": SCHOOL,
            "private_to": None,
            **more,
        }
    )


def an_offer(**more: Any) -> intake.EmployerOffered:
    return intake.EmployerOffered(
        **{
            "offer_id": new_id(),
            "employer_id": new_id(),
            "kind": "internship",
            "sector": "horeca",
            "seats": 1,
            "begin_date": date(2026, 9, 1),
            "end_date": None,
            "weekdays": ("mon",),
            "region": REGION,
            "municipality": MUNICIPALITY,
            "location": PLACE,
            "minimum_age": None,
            "guidance": "full",
            "jobcoach_welcome": True,
            "outflow_profiles": ("work",),
            "job_prospect": True,
            "valid_until_date": None,
            "brought_in_by": SCHOOL,
            "private_to": None,
            **more,
        }
    )


def a_ready_student(**more: Any) -> intake.StudentReady:
    return intake.StudentReady(
        **{
            "student_id": new_id(),
            "school_id": SCHOOL,
            "region": REGION,
            "municipality": MUNICIPALITY,
            "begin_date": date(2026, 9, 1),
            "end_date": None,
            **more,
        }
    )


def a_proposal(**more: Any) -> matching.MatchProposed:
    return matching.MatchProposed(**_proposal(**more), begin_date=date(2026, 9, 1), end_date=None, expires_at=_soon())


def an_acceptance(**more: Any) -> matching.MatchAccepted:
    return matching.MatchAccepted(
        **_proposal(**more),
        kind=codes.PlacementKind.INTERNSHIP,
        begin_date=date(2026, 9, 1),
        end_date=None,
        weekdays=(codes.Weekday.MONDAY,),
        choice=1,
    )


def a_placement(**more: Any) -> intake.PlacementStarted:
    return intake.PlacementStarted(**_placement(**more))


def ids_of(placement: intake.PlacementStarted) -> dict[str, object]:
    """What a later event about the same placement has in common with it."""
    return {name: getattr(placement, name) for name in ("placement_id", "student_id", "offer_id", "employer_id")}


def an_ended_placement(**more: Any) -> intake.PlacementEnded:
    ended = {"ended_date": date(2026, 12, 1), "outcome": "job"}
    return intake.PlacementEnded(**_placement(**{**ended, **more}))


def an_unmatched_student(**more: Any) -> matching.StudentUnmatched:
    return matching.StudentUnmatched(
        **{
            "student_id": new_id(),
            "school_id": SCHOOL,
            "region": REGION,
            "sector": "horeca",
            "placement_kind": "internship",
            "since_date": date(2026, 9, 1),
            "searching_alike": 6,
            **more,
        }
    )


def an_answer() -> notifications.HelpAnswered:
    return notifications.HelpAnswered(
        call_id=new_id(),
        answer_id=new_id(),
        intermediary=codes.IntermediaryKind.WSP,
        region=REGION,
        employer=notifications.SuggestedEmployer(name="Bakkerij De Korst"),
    )


def _soon() -> datetime:
    return datetime.now(UTC) + timedelta(days=5)


def _proposal(**more: Any) -> dict[str, Any]:
    facts = {name: new_id() for name in ("proposal_id", "student_id", "offer_id", "employer_id")}
    return {**facts, "school_id": SCHOOL, "region": REGION, "step": "own-network", **more}


def _placement(**more: Any) -> dict[str, Any]:
    facts = {name: new_id() for name in ("placement_id", "proposal_id", "student_id", "offer_id", "employer_id")}
    return {
        **facts,
        "school_id": SCHOOL,
        "region": REGION,
        "municipality": MUNICIPALITY,
        "kind": "internship",
        "begin_date": date(2026, 9, 1),
        "end_date": date(2027, 1, 31),
        **more,
    }


def a_join_request() -> intake.ClaimJoinAsked:
    """The other school asks to join a claim of the school."""
    return intake.ClaimJoinAsked(claim_id=new_id(), employer_id=new_id(), school_id=SCHOOL, asked_by=OTHER_SCHOOL)


def a_reminder(count: int = 12, months: int = 6) -> intake.RelationsCooled:
    """The school lost sight of some employers."""
    named = tuple(new_id() for _ in range(min(count, 10)))
    return intake.RelationsCooled(school_id=SCHOOL, months=months, relation_count=count, employer_ids=named)


def an_overdue_visit() -> intake.VisitOverdue:
    """Nobody of the school came."""
    due = date(2026, 11, 9)
    return intake.VisitOverdue(rhythm_id=new_id(), placement_id=new_id(), school_id=SCHOOL, due_date=due)


def a_due_follow_up() -> intake.FollowUpDue:
    """The school is to ask after a former student."""
    return intake.FollowUpDue(follow_up_id=new_id(), school_id=SCHOOL, months=6, due_date=date(2027, 1, 17))


def an_open_questionnaire(*, reminder: bool = False) -> intake.AnswersAwaited:
    """The school is asked to fill it in."""
    return intake.AnswersAwaited(
        round_id=new_id(), region=REGION, asked_of=(SCHOOL,), until_date=date(2026, 12, 18), reminder=reminder
    )


def a_question() -> intake.QuestionAsked:
    """The school asks the other."""
    return intake.QuestionAsked(question_id=new_id(), employer_id=new_id(), school_id=SCHOOL, asked_of=(OTHER_SCHOOL,))


def an_answered_question() -> intake.QuestionAnswered:
    """The other school answered the school."""
    return intake.QuestionAnswered(
        question_id=new_id(), employer_id=new_id(), school_id=SCHOOL, answered_by=OTHER_SCHOOL
    )


def an_answered_link() -> intake.LinkAnswered:
    """An employer said by link whom a place of hers is for."""
    return intake.LinkAnswered(
        link_id=new_id(), school_id=SCHOOL, purpose="offer", employer_id=new_id(), code="answered"
    )


def an_offered_seat() -> intake.SeatOffered:
    """A student of the school is next on a programme's waiting list."""
    return intake.SeatOffered(
        programme_id=new_id(), enrolment_id=new_id(), school_id=SCHOOL, held_until=datetime.now(UTC) + timedelta(days=5)
    )


def an_erasure(student_id: UUID) -> intake.PersonErased:
    """The student is to be known nowhere any more."""
    return intake.PersonErased(person_id=student_id, kind="student", erased_at=datetime.now(UTC))


def a_claim(until: date, claim_id: UUID | None = None, joined_by: tuple[UUID, ...] = ()) -> intake.EmployerClaimed:
    """The school approaches an employer until a day."""
    return intake.EmployerClaimed(
        claim_id=claim_id or new_id(),
        employer_id=new_id(),
        school_id=SCHOOL,
        joined_by=joined_by,
        since_date=date(2026, 9, 1),
        until_date=until,
    )


def an_answered_student_request() -> intake.StudentRequestMoved:
    """What was asked of UWV for a student has an answer."""
    return intake.StudentRequestMoved(
        student_request_id=new_id(),
        school_id=SCHOOL,
        intermediary=codes.IntermediaryKind.UWV,
        region=REGION,
        state="answered",
    )


def an_answered_request() -> intake.RequestMoved:
    """SBB answered what the school asked about a placement."""
    return intake.RequestMoved(
        request_id=new_id(),
        school_id=SCHOOL,
        employer_id=new_id(),
        intermediary=codes.IntermediaryKind.SBB,
        region=REGION,
        kind="guidance",
        state="answered",
    )
