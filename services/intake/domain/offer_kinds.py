"""The rules of each kind of place (D1–D14), as data: what a place of that kind must have, and how long a stay takes."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, Self

from pydantic import Field, model_validator

from services.intake.domain.fields import examples
from services.intake.domain.offer import PlaceFacts
from services.intake.domain.offer_details import GuidanceForm
from shared.api import Body
from shared.errors import Invalid, Problem
from shared.events.codes import OutflowProfile, PlacementKind


@dataclass(frozen=True)
class KindRule:
    """What is particular to a kind."""

    nl: str
    in_groups: bool = False
    """Seats are one group's, within the region's bounds (D2)."""
    with_school: bool = False
    """Somebody of the school is present, so that the guidance forms, when given, name the school (A17, D6)."""
    most_weeks: int | None = None
    """Longest stay."""
    least_days: int = 1
    """Fewest days a week."""
    profiles: frozenset[OutflowProfile] = frozenset(OutflowProfile)
    """For whom a place of this kind can be meant."""


KINDS = {
    PlacementKind.INTERNSHIP: KindRule("een stage"),
    PlacementKind.GROUP: KindRule("een groepsstage", in_groups=True, with_school=True),
    PlacementKind.TASTER: KindRule("een snuffelstage", most_weeks=8),
    PlacementKind.LONG: KindRule("een langdurige stage", least_days=2),
    PlacementKind.INTERNAL: KindRule("een interne stage", with_school=True),
    PlacementKind.LEARN_WORK_CENTRE: KindRule("een plek in een leerwerkcentrum", with_school=True),
    PlacementKind.WORK_TRAJECTORY: KindRule("een arbeidstraject", least_days=2),
    PlacementKind.TRIAL: KindRule("een proefplaatsing", most_weeks=26),
    PlacementKind.JOB: KindRule("een baan"),
    PlacementKind.SHELTERED: KindRule("beschut werk", profiles=frozenset({OutflowProfile.SHELTERED})),
    PlacementKind.DAY_ACTIVITY: KindRule(
        "dagbesteding", profiles=frozenset({OutflowProfile.DAY_ACTIVITY, OutflowProfile.SHELTERED})
    ),
    PlacementKind.PARTICIPATION_JOB: KindRule(
        "een participatiebaan", profiles=frozenset({OutflowProfile.WORK, OutflowProfile.SHELTERED})
    ),
}
"""Taster: the report's are six weeks of one day, two more for holidays between. Trial: UWV allows two months, and half
a year as an exception. Long: the report's take three days a week, some of them two at first."""


class GroupBounds(Body):
    """How many students one group has."""

    model_config = examples({"smallest": 5, "largest": 10})

    smallest: Annotated[int, Field(ge=2, le=100)] = 5
    largest: Annotated[int, Field(ge=2, le=100)] = 10
    """The report's groups have 5 to 10 on average, which is no bound: the region sets its own."""

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.largest < self.smallest:
            raise ValueError("largest is smaller than smallest")
        return self


def require_kind(
    facts: PlaceFacts, bounds: GroupBounds, pointer: str = "", *, before: PlaceFacts | None = None
) -> None:
    """Raise `Invalid` with every rule of its kind that a place breaks; seats that stood `before` are left alone."""
    sized_before = before is not None and (before.kind, before.seats) == (facts.kind, facts.seats)
    problems = [
        Problem(pointer=f"{pointer}{at}", detail=f"{KINDS[facts.kind].nl} {what}")
        for at, what in _broken(facts, None if sized_before else bounds)
    ]
    if problems:
        raise Invalid(problems=problems)


def _broken(facts: PlaceFacts, bounds: GroupBounds | None) -> Iterator[tuple[str, str]]:
    rule = KINDS[facts.kind]
    if rule.in_groups and bounds and not bounds.smallest <= facts.seats <= bounds.largest:
        yield "/seats", f"telt in deze regio {bounds.smallest} tot {bounds.largest} leerlingen"
    if rule.with_school and facts.guidance_forms and GuidanceForm.SCHOOL not in facts.guidance_forms:
        yield "/guidanceForms", "heeft begeleiding van school ter plaatse: neem `school` op"
    if rule.most_weeks and facts.most_weeks and facts.most_weeks > rule.most_weeks:
        yield "/mostWeeks", f"duurt hooguit {rule.most_weeks} weken"
    if len(facts.weekdays) < rule.least_days:
        yield "/weekdays", f"is er op minstens {rule.least_days} dagen per week"
    if not rule.profiles.issuperset(facts.outflow_profiles):
        yield "/outflowProfiles", f"is voor uitstroom naar: {', '.join(sorted(rule.profiles))}"


def most_weeks(facts: PlaceFacts) -> int | None:
    """How long one stay takes at most: as the employer says, else as is usual for the kind."""
    return facts.most_weeks or KINDS[facts.kind].most_weeks
