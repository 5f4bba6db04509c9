"""The rules of guidance, at their borders."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.intake.domain.bottleneck import RecordBottleneck, check_bottleneck
from services.intake.domain.codes import LISTS
from services.intake.domain.evaluation import (
    BEFORE_THE_END,
    CHANGEABLE,
    Evaluate,
    Evaluation,
    EvaluationStands,
    Experience,
    NotAtItsEnd,
    Party,
    must_be_at_its_end,
)
from services.intake.domain.follow_up import ASK_BEFORE, MONTHS, FollowUp, RecordFollowUp, due_after
from services.intake.domain.ground import Giver, Ground, LegalGround, Purpose, RecipientKind, RecordGround
from services.intake.domain.handover import (
    FIELDS,
    NEVER,
    Part,
    check_parts,
    fields_for,
    ground_to_hand_over,
    is_over,
)
from services.intake.domain.placement import EndPlacement, Placement, Stay
from services.intake.domain.placement_states import PlacementState
from services.intake.domain.retention import RULES
from services.intake.domain.student import StudentFacts
from services.intake.domain.support import (
    STEPS,
    AskSupport,
    SupportIsClosed,
    SupportKind,
    SupportState,
    SupportStep,
    support_asked,
)
from services.intake.domain.visit import (
    PlacementNeverWas,
    Rhythm,
    StudentIsErased,
    must_be_followed,
    next_due,
    still_due,
)
from shared.errors import Invalid
from shared.events.codes import Outcome, PlacementKind, Weekday
from shared.ids import new_id

BEGIN, END = date(2026, 9, 7), date(2027, 2, 12)
DAYS = st.dates(min_value=date(2000, 1, 1), max_value=date(2090, 1, 1))


def a_placement(**more: Any) -> Placement:
    facts: dict[str, Any] = {
        "id": new_id(), "student_id": new_id(), "school_id": new_id(), "offer_id": new_id(), "employer_id": new_id(),
        "region": "AM11", "municipality": "GM0995", "kind": PlacementKind.INTERNSHIP,
        "stay": Stay(begin_date=BEGIN, end_date=END, weekdays=(Weekday.MONDAY,)),
    }  # fmt: skip
    return Placement(**facts | more)


def ended(on: date) -> Placement:
    end = EndPlacement(ended_date=on, outcome=Outcome.STOPPED_EARLY)
    return a_placement(state=PlacementState.ENDED, end=end)


def test_the_first_visit_is_due_so_many_weeks_after_the_begin_and_each_next_one_after_the_last() -> None:
    assert next_due(a_placement(), 4, [], BEGIN) == BEGIN + timedelta(weeks=4)
    seen = [date(2026, 11, 2), date(2026, 10, 5)]
    assert next_due(a_placement(), 4, seen, BEGIN) == date(2026, 11, 30)


def test_what_ends_on_a_day_to_come_is_visited_until_then() -> None:
    last = date(2026, 11, 20)
    assert next_due(ended(last), 4, [], last) is None
    assert next_due(ended(last), 4, [], last - timedelta(days=1)) == BEGIN + timedelta(weeks=4)
    assert not still_due(ended(last), last)
    assert still_due(ended(last), last - timedelta(days=1))


@pytest.mark.parametrize(("due", "there"), [(END, True), (END + timedelta(days=1), False)])
def test_no_visit_is_missed_after_the_last_day(due: date, there: bool) -> None:
    assert still_due(a_placement(), due) is there


def test_a_visit_is_overdue_on_the_day_after_it_was_due_and_told_of_once() -> None:
    rhythm = Rhythm(new_id(), new_id(), new_id(), new_id(), 4, due_date=date(2026, 10, 5))
    assert rhythm.overdue(date(2026, 10, 5)) is None
    told = rhythm.overdue(date(2026, 10, 6))
    assert told
    assert told[1].due_date == date(2026, 10, 5)
    assert told[0].overdue(date(2026, 10, 7)) is None


def test_nothing_is_recorded_of_who_was_erased_or_of_what_never_was() -> None:
    placement = a_placement()
    with pytest.raises(StudentIsErased):
        must_be_followed(a_placement(id=placement.id, student_id=placement.id))
    with pytest.raises(PlacementNeverWas):
        must_be_followed(a_placement(state=PlacementState.REFUSED))


@pytest.mark.parametrize(("day", "can_be"), [(0, True), (-1, False), (30, True), (31, False)])
def test_a_bottleneck_is_noticed_between_the_begin_and_today(day: int, can_be: bool) -> None:
    facts = RecordBottleneck(noticed_by="school", noticed_date=BEGIN + timedelta(days=day), codes=("motivation",))
    if can_be:
        check_bottleneck(a_placement(), facts, BEGIN + timedelta(days=30))
    else:
        with pytest.raises(Invalid) as refused:
            check_bottleneck(a_placement(), facts, BEGIN + timedelta(days=30))
        assert refused.value.problems[0].pointer == "/noticedDate"


def test_how_it_went_can_be_said_in_the_last_four_weeks_or_after_an_early_end() -> None:
    must_be_at_its_end(a_placement(), END - BEFORE_THE_END)
    must_be_at_its_end(ended(date(2026, 10, 1)), date(2026, 10, 1))
    for placement in (a_placement(), a_placement(stay=Stay(begin_date=BEGIN, weekdays=(Weekday.MONDAY,)))):
        with pytest.raises(NotAtItsEnd):
            must_be_at_its_end(placement, END - BEFORE_THE_END - timedelta(days=1))


def test_an_evaluation_is_put_right_for_thirty_days() -> None:
    said = Evaluate(experience=Experience.POSITIVE)
    given_on = date(2027, 2, 12)
    one = Evaluation(new_id(), new_id(), new_id(), new_id(), Party.EMPLOYER, "link", given_on, said)
    better = Evaluate(experience=Experience.MIXED)
    changed = one.changed(better, "first", given_on + CHANGEABLE)
    assert (changed.id, changed.given_date, changed.said) == (one.id, given_on, better)
    with pytest.raises(EvaluationStands):
        one.changed(better, "first", given_on + CHANGEABLE + timedelta(days=1))


def test_support_that_was_given_or_declined_goes_no_further() -> None:
    asked = support_asked(new_id(), new_id(), "AM11", AskSupport(kind=SupportKind.WORKSHOP), new_id(), BEGIN)
    for closed in (SupportState.DONE, SupportState.DECLINED):
        after = asked.after(closed, SupportStep(), BEGIN)
        assert STEPS[after.state] == ()
        with pytest.raises(SupportIsClosed):
            after.after(SupportState.OFFERED, SupportStep(), BEGIN)
    for day in (BEGIN - timedelta(days=1), BEGIN + timedelta(days=1)):
        with pytest.raises(Invalid) as refused:
            asked.after(SupportState.DONE, SupportStep(on_date=day), BEGIN)
        assert refused.value.problems[0].pointer == "/onDate"


@given(left=DAYS, months=st.sampled_from(MONTHS))
def test_every_follow_up_lies_before_the_record_goes_and_the_last_one_nowhere_else(left: date, months: int) -> None:
    due, kept = due_after(left, months), RULES["former-student"].kept_through(left)
    assert left < due - ASK_BEFORE < due <= kept
    if months == MONTHS[-1]:
        assert kept - due <= timedelta(days=1)
    else:
        assert due + timedelta(days=150) < kept


def test_months_end_where_the_calendar_does() -> None:
    assert due_after(date(2026, 8, 31), 6) == date(2027, 2, 28)
    assert due_after(date(2026, 7, 17), 12) == date(2027, 7, 17)
    assert due_after(date(2026, 7, 17), 24) == date(2028, 7, 16)


@pytest.mark.parametrize("day", [date(2026, 7, 16), date(2027, 1, 19)])
def test_nobody_was_asked_before_leaving_or_tomorrow(day: date) -> None:
    left = date(2026, 7, 17)
    one = FollowUp(new_id(), new_id(), new_id(), "AM11", 6, left, due_after(left, 6))
    with pytest.raises(Invalid) as refused:
        one.recorded(RecordFollowUp(asked_date=day, outcome="to-work"), "first", date(2027, 1, 18))
    assert refused.value.problems[0].pointer == "/askedDate"


def a_ground(legal: LegalGround = LegalGround.CONSENT, **more: Any) -> Ground:
    facts: dict[str, Any] = {
        "recipient_kind": RecipientKind.MUNICIPALITY, "organisation": "Gemeente Lelystad",
        "purpose": Purpose.WARM_TRANSFER, "legal_ground": legal, "given_date": BEGIN, "end_date": END,
    }  # fmt: skip
    facts |= {"given_by": Giver.STUDENT} if legal is LegalGround.CONSENT else {"legal_basis": "Participatiewet, art. 7"}
    withdrawn = more.pop("withdrawn_date", None)
    return Ground(new_id(), UUID(int=1), UUID(int=2), "first", RecordGround(**facts | more), 17, withdrawn)


@pytest.mark.parametrize(("field", "carried"), FIELDS.items())
def test_each_field_goes_on_its_grounds_in_its_part_and_no_other(field: str, carried: Any) -> None:
    for legal in LegalGround:
        assert (field in fields_for(legal, set(Part))) == (legal in carried.grounds)
        without = fields_for(legal, set(Part) - {carried.part})
        assert (field in without) == (carried.part is Part.IDENTITY and legal in carried.grounds)
    assert carried.why


def test_what_a_school_knows_of_a_student_beside_that_is_in_no_part() -> None:
    assert set(StudentFacts.model_fields) >= NEVER
    assert not NEVER & set(FIELDS)
    assert fields_for(LegalGround.LEGAL_TASK, set(Part)) == (
        "given_name", "family_name", "birth_date", "postcode", "school_name",
        "leaving_date", "outflow_profile", "guidance_need", "has_jobcoach",
    )  # fmt: skip


@pytest.mark.parametrize("part", [Part.WISHES, Part.CERTIFICATES, Part.EXPERIENCE])
def test_a_part_that_needs_consent_is_refused_on_a_legal_task(part: Part) -> None:
    check_parts(a_ground(), [part])
    with pytest.raises(Invalid) as refused:
        check_parts(a_ground(LegalGround.LEGAL_TASK), [part])
    assert refused.value.problems[0].pointer == "/parts/0"


@pytest.mark.parametrize(
    ("ground", "holds"),
    [
        (a_ground(), True),
        (a_ground(organisation="Lelystad"), True),
        (a_ground(organisation="Gemeente Dronten"), False),
        (a_ground(organisation="Gemeente Lelystad-Noord"), False),
        (a_ground(recipient_kind=RecipientKind.UWV), False),
        (a_ground(purpose=Purpose.FINDING_A_PLACE), False),
        (a_ground(withdrawn_date=BEGIN), False),
        (a_ground(given_date=BEGIN + timedelta(days=2)), False),
        (a_ground(end_date=BEGIN), False),
    ],
)
def test_only_a_ground_for_a_warm_transfer_to_that_municipality_on_that_day_carries(
    ground: Ground, holds: bool
) -> None:
    day = BEGIN + timedelta(days=1)
    assert (ground_to_hand_over([ground], "Lelystad", [Part.DIRECTION], day) is ground) is holds


def test_a_legal_task_comes_first_unless_a_part_needs_consent() -> None:
    consent, task = a_ground(), a_ground(LegalGround.LEGAL_TASK)
    for grounds in ([consent, task], [task, consent]):
        assert ground_to_hand_over(grounds, "Lelystad", [Part.DIRECTION], BEGIN) is task
        assert ground_to_hand_over(grounds, "Lelystad", [Part.WISHES], BEGIN) is consent


def test_a_ground_that_was_withdrawn_ran_out_or_was_forgotten_is_over() -> None:
    assert not is_over(a_ground(), END)
    assert is_over(a_ground(), END + timedelta(days=1))
    assert is_over(a_ground(withdrawn_date=BEGIN), BEGIN)
    assert is_over(None, BEGIN)


def test_the_codes_of_the_report_are_there() -> None:
    assert {"lack-of-time", "colleagues", "overestimated", "no-match", "home-situation", "school-absent"} <= set(
        LISTS["bottlenecks"]
    )
    assert {"region", "demands", "distance"} <= set(LISTS["bottlenecks"])
