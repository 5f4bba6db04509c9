"""Events as the other services announce them, with made-up ids that are the same in every run."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

from deploy.demo.population import Population
from shared.events import intake, matching, notifications
from shared.events.codes import (
    EmployerKind,
    Guidance,
    IntermediaryKind,
    Outcome,
    PlacementKind,
    Point,
    Recognition,
    SchoolKind,
    SizeClass,
    Step,
    Trend,
    Weekday,
)

DAY = date(2024, 3, 4)
NOON = datetime(2024, 3, 4, 12, tzinfo=UTC)
SOMEWHERE = Point(latitude=52.5, longitude=5.47)


def an_id(name: str) -> UUID:
    """The same id for the same name."""
    return uuid5(NAMESPACE_URL, name)


def a_school(name: str = "school", **facts: Any) -> intake.SchoolRegistered:
    known = {"brin": "99AA00", "kind": SchoolKind.PRO, "region": "AM11", "municipality": "GM0995", "student_count": 200}
    return intake.SchoolRegistered(school_id=an_id(name), name=name, **{**known, **facts})


def an_employer(name: str = "employer", **facts: Any) -> intake.EmployerRegistered:
    known = {
        "kind": EmployerKind.REGULAR,
        "region": "AM11",
        "municipality": "GM0995",
        "location": SOMEWHERE,
        "sectors": ("horeca",),
        "size_class": SizeClass.SMALL,
        "recognition": Recognition.NONE,
        "guidance": Guidance.LIMITED,
        "places_per_year": 4,
        "places_trend": Trend.MORE,
        "jobs_per_year": 1,
        "jobs_trend": Trend.SAME,
        "found_through": SchoolKind.PRO,
        "brought_in_by": an_id("school"),
        "private_to": None,
        "cooperations": (intake.Cooperation(school_id=an_id("school"), since_date=date(2020, 9, 1)),),
    }
    return intake.EmployerRegistered(employer_id=an_id(name), name=name, **{**known, **facts})


def an_offer(name: str = "offer", **facts: Any) -> intake.EmployerOffered:
    known = {
        "employer_id": an_id("employer"),
        "kind": PlacementKind.INTERNSHIP,
        "sector": "horeca",
        "seats": 2,
        "begin_date": DAY,
        "end_date": None,
        "weekdays": (Weekday.MONDAY,),
        "region": "AM11",
        "municipality": "GM0995",
        "location": SOMEWHERE,
        "minimum_age": None,
        "guidance": Guidance.LIMITED,
        "jobcoach_welcome": True,
        "outflow_profiles": (),
        "job_prospect": False,
        "valid_until_date": None,
        "brought_in_by": an_id("school"),
        "private_to": None,
    }
    return intake.EmployerOffered(offer_id=an_id(name), **{**known, **facts})


def ready(student: str, **facts: Any) -> intake.StudentReady:
    known = {
        "school_id": an_id("school"),
        "region": "AM11",
        "municipality": "GM0995",
        "begin_date": DAY,
        "end_date": None,
    }
    return intake.StudentReady(student_id=an_id(student), **{**known, **facts})


def withdrawn(student: str) -> intake.StudentWithdrawn:
    return intake.StudentWithdrawn(student_id=an_id(student), school_id=an_id("school"))


def _proposal(student: str, facts: dict[str, Any]) -> dict[str, Any]:
    return {
        "proposal_id": an_id(f"proposal {student}"),
        "student_id": an_id(student),
        "school_id": an_id("school"),
        "offer_id": an_id("offer"),
        "employer_id": an_id("employer"),
        "region": "AM11",
        "step": Step.OWN_NETWORK,
        **facts,
    }


def proposed(student: str, **facts: Any) -> matching.MatchProposed:
    return matching.MatchProposed(
        begin_date=DAY, end_date=None, expires_at=NOON + timedelta(days=7), **_proposal(student, facts)
    )


def accepted(student: str, choice: int = 1, **facts: Any) -> matching.MatchAccepted:
    return matching.MatchAccepted(
        kind=PlacementKind.INTERNSHIP,
        begin_date=DAY,
        end_date=None,
        weekdays=(Weekday.MONDAY,),
        choice=choice,
        **_proposal(student, facts),
    )


def declined(student: str, reason: str = "too-far", **facts: Any) -> matching.MatchDeclined:
    return matching.MatchDeclined(reason=reason, **_proposal(student, facts))


def unmatched(student: str, sector: str | None = None) -> matching.StudentUnmatched:
    return matching.StudentUnmatched(
        student_id=an_id(student),
        school_id=an_id("school"),
        region="AM11",
        sector=sector,
        placement_kind=PlacementKind.INTERNSHIP,
        since_date=DAY,
        searching_alike=1,
    )


def _placement(student: str, facts: dict[str, Any]) -> dict[str, Any]:
    return {
        "placement_id": an_id(f"placement {student}"),
        "proposal_id": an_id(f"proposal {student}"),
        "student_id": an_id(student),
        "school_id": an_id("school"),
        "offer_id": an_id("offer"),
        "employer_id": an_id("employer"),
        "region": "AM11",
        "municipality": "GM0995",
        "kind": PlacementKind.INTERNSHIP,
        "begin_date": DAY,
        "end_date": None,
        **facts,
    }


def started(student: str, **facts: Any) -> intake.PlacementStarted:
    return intake.PlacementStarted(**_placement(student, facts))


def changed(student: str, **facts: Any) -> intake.PlacementChanged:
    return intake.PlacementChanged(**_placement(student, facts))


def cancelled(student: str, **facts: Any) -> intake.PlacementCancelled:
    return intake.PlacementCancelled(**_placement(student, facts))


def ended(student: str, outcome: Outcome = Outcome.COMPLETED, **facts: Any) -> intake.PlacementEnded:
    facts = {"ended_date": date(2024, 7, 12), **facts}
    return intake.PlacementEnded(outcome=outcome, **_placement(student, facts))


def a_bottleneck(name: str, *codes: str, **facts: Any) -> intake.BottleneckRecorded:
    known = {"school_id": an_id("school"), "region": "AM11", "noticed_by": "employer", "noticed_date": DAY}
    return intake.BottleneckRecorded(bottleneck_id=an_id(name), codes=codes, **{**known, **facts})


def a_follow_up(name: str, outcome: str, months: int = 6, **facts: Any) -> intake.FollowUpRecorded:
    known = {"school_id": an_id("school"), "region": "AM11", "asked_date": DAY}
    return intake.FollowUpRecorded(
        follow_up_id=an_id(f"{name} {months}"), outcome=outcome, months=months, **{**known, **facts}
    )


def a_contact(name: str, **facts: Any) -> intake.ContactLogged:
    known = {
        "employer_id": an_id("employer"),
        "school_id": an_id("school"),
        "student_id": None,
        "channel": "telephone",
        "initiator": "school",
        "outcome": "yes",
        "arguments": ("information",),
        "contact_date": DAY,
    }
    return intake.ContactLogged(contact_id=an_id(name), **{**known, **facts})


def asked(call: str, kind: IntermediaryKind = IntermediaryKind.SBB) -> notifications.IntermediaryAsked:
    return notifications.IntermediaryAsked(
        call_id=an_id(call), intermediary=kind, region="AM11", sector=None, students=(an_id("Sam"),)
    )


def help_answered(call: str, kind: IntermediaryKind = IntermediaryKind.SBB) -> notifications.HelpAnswered:
    return notifications.HelpAnswered(
        call_id=an_id(call),
        answer_id=an_id(f"answer {call}"),
        intermediary=kind,
        region="AM11",
        employer=notifications.SuggestedEmployer(name="Bakkerij"),
    )


def help_taken(call: str, kind: IntermediaryKind = IntermediaryKind.SBB) -> notifications.HelpTaken:
    return notifications.HelpTaken(call_id=an_id(call), intermediary=kind, region="AM11")


def help_declined(call: str, kind: IntermediaryKind = IntermediaryKind.SBB) -> notifications.HelpDeclined:
    return notifications.HelpDeclined(call_id=an_id(call), intermediary=kind, region="AM11", reason="nobody")


def claimed(name: str, employer: str, **facts: Any) -> intake.EmployerClaimed:
    known = {"school_id": an_id("school"), "since_date": DAY, "until_date": DAY + timedelta(days=60)}
    return intake.EmployerClaimed(claim_id=an_id(name), employer_id=an_id(employer), **{**known, **facts})


def suggested(employer: str, kind: IntermediaryKind = IntermediaryKind.SBB) -> intake.EmployerSuggested:
    return intake.EmployerSuggested(
        employer_id=an_id(employer),
        tip_id=an_id(f"tip {employer}"),
        call_id=None,
        source=kind,
        region="AM11",
        sector=None,
        known_already=False,
    )


def merged(kept: str, other: str) -> intake.EmployersMerged:
    return intake.EmployersMerged(
        employer_id=an_id(kept), merged_id=an_id(other), region="AM11", reason="duplicate", private_to=None
    )


def of_population(population: Population) -> Iterator[intake.IntakeEvent]:
    """The demo region's schools, employers and first contacts, as intake announces them."""
    for school in population.schools:
        yield a_school(
            school.brin,
            brin=school.brin,
            kind=school.kind,
            region=school.region,
            student_count=school.student_count,
        )
    for employer in population.employers:
        cooperations = (intake.Cooperation(school_id=an_id(b), since_date=d) for b, d in employer.cooperations)
        yield an_employer(
            employer.key,
            kind=employer.kind,
            region=employer.region,
            sectors=(employer.sector,),
            size_class=employer.size_class,
            places_per_year=employer.places_per_year,
            places_trend=employer.places_trend,
            jobs_per_year=employer.jobs_per_year,
            jobs_trend=employer.jobs_trend,
            found_through=employer.found_through,
            brought_in_by=an_id(employer.brought_in_by),
            cooperations=tuple(cooperations),
        )
    for number, contact in enumerate(population.contacts):
        yield a_contact(
            f"contact {number}",
            employer_id=an_id(contact.employer),
            school_id=an_id(contact.school),
            channel=contact.channel,
            initiator=contact.initiator,
            outcome=contact.outcome,
            arguments=contact.arguments,
            contact_date=contact.contact_date,
        )
