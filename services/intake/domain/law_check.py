"""What a law check is asked, and what the register itself knows to answer it with."""

from collections.abc import Iterable
from datetime import date
from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import Field, field_validator, model_validator

from services.intake.domain.fields import Codes, Day, Example, Weekdays, examples
from services.intake.domain.ground import age_on
from services.intake.domain.law import Case, Judgement, Rule, Verdict, judge
from services.intake.domain.law_measures import Work
from services.intake.domain.offer import PlaceFacts
from services.intake.domain.offer_details import DayHours, GuidanceForm
from shared.api import Body
from shared.events.codes import Code, Guidance, PlacementKind, Weekday

EXAMPLE: Example = {
    "age": 15,
    "kind": "internship",
    "sector": "detailhandel",
    "tasks": ["vakken-vullen"],
    "demands": ["till"],
    "hours": [{"weekday": "tue", "startTime": "09:00", "endTime": "15:30", "breakMinutes": 30}],
    "schoolHours": [{"weekday": "mon", "hours": 5.5}],
    "beginDate": "2026-09-08",
    "endDate": "2026-12-18",
}

FACTS_IN_WORDS = {
    "age": "de leeftijd van de leerling",
    "kind": "het soort plek",
    "sector": "de sector",
    "work": "wat het werk is: taken, wat het vraagt, risico's",
    "risks": "of een risico er echt is: noem het bij `risks`, of sluit het uit bij `ruledOut`",
    "hours": "de werktijden per dag",
    "weekdays": "de dagen van de week",
    "schoolHours": "de uren op school per dag",
    "breakMinutes": "de pauze",
    "heaviestLiftKg": "het zwaarste dat wordt getild, in kilo",
    "loudestDecibels": "hoe luid het is, in dB(A)",
    "freeSundays": "hoeveel zondagen in 52 weken vrij zijn",
    "endDate": "de laatste dag",
    "rules": "de regels die op die dag gelden: ze zijn niet bekend",
}
"""What can be missing, in Dutch."""

SUMMARIES = {
    Verdict.ALLOWED: "Dit mag.",
    Verdict.UNDER_SUPERVISION: "Dit mag, als er steeds begeleiding bij is.",
    Verdict.UNKNOWN: "Dit is nog niet te zeggen: er ontbreekt een gegeven.",
    Verdict.NOT_ALLOWED: "Dit mag niet.",
}
"""What a judgement says in a Dutch sentence."""

YOUNGEST, ADULT = 12, 18
"""Ages of students for whom the law is not that of adults."""

ON_SITE = frozenset({GuidanceForm.EMPLOYER, GuidanceForm.SCHOOL, GuidanceForm.JOBCOACH})
"""Forms of guidance in which somebody is there; remote guidance supervises nothing."""


class SchoolHours(Body):
    """How many hours somebody is at school on a day of the week."""

    model_config = examples({"weekday": "mon", "hours": 5.5})

    weekday: Weekday
    hours: Annotated[float, Field(ge=0, le=24)]


class CheckLaw(Body):
    """Whom and what to judge; what is left out is taken from the offer, or is not known."""

    model_config = examples(EXAMPLE)

    student_id: UUID | None = Field(default=None, description="One of the own school: then age is known.")
    birth_date: Day | None = None
    age: Annotated[int, Field(ge=0, le=120)] | None = None
    offer_id: UUID | None = None
    kind: PlacementKind | None = None
    sector: Code | None = None
    tasks: Codes | None = None
    demands: Codes | None = None
    risks: Codes | None = Field(default=None, description="See the code list `risks`.")
    ruled_out: Codes | None = Field(default=None, description="Risks of which it is known that there are none.")
    weekdays: Weekdays | None = None
    hours: Annotated[tuple[DayHours, ...], Field(max_length=14)] | None = None
    school_hours: Annotated[tuple[SchoolHours, ...], Field(max_length=7)] | None = Field(
        default=None, description="Lessons count as work; an empty list says that there are none."
    )
    average_hours: Annotated[float, Field(ge=0, le=168)] | None = Field(
        default=None, description="A week over four weeks, school included; left out: every week is the same."
    )
    heaviest_lift_kg: Annotated[float, Field(ge=0, le=500)] | None = None
    loudest_decibels: Annotated[float, Field(ge=0, le=200)] | None = None
    free_sundays: Annotated[int, Field(ge=0, le=52)] | None = None
    begin_date: Day | None = Field(default=None, description="By default the offer's first day, or today.")
    end_date: Day | None = None

    @field_validator("school_hours")
    @classmethod
    def _each_day_once(cls, hours: tuple[SchoolHours, ...] | None) -> tuple[SchoolHours, ...] | None:
        if hours and len(hours) != len({one.weekday for one in hours}):
            raise ValueError("a day stands here twice")
        return hours

    @model_validator(mode="after")
    def _one_age(self) -> Self:
        if sum(one is not None for one in (self.student_id, self.birth_date, self.age)) > 1:
            raise ValueError("give one of studentId, birthDate and age")
        if self.begin_date and self.end_date and self.end_date < self.begin_date:
            raise ValueError("endDate lies before beginDate")
        return self


def asked(check: CheckLaw, facts: PlaceFacts | None) -> Work:
    """The work that is asked about: as it was said, else as the offer has it."""
    offered = {name: getattr(facts, name) for name in PlaceFacts.model_fields} if facts else {}
    said = {name: value for name, value in dict(check).items() if value is not None}
    school = said.get("school_hours")
    return _work(
        offered | said,
        school_hours=None if school is None else {one.weekday: one.hours for one in school},
        average_hours=check.average_hours,
        free_sundays=check.free_sundays,
    )


def work_at(facts: PlaceFacts, begin: date, end: date | None, weekdays: Iterable[Weekday]) -> Work:
    """The work of a stay at a place."""
    offered = {name: getattr(facts, name) for name in PlaceFacts.model_fields}
    return _work(offered | {"begin_date": begin, "end_date": end, "weekdays": tuple(weekdays)})


def _work(known: dict[str, Any], **more: Any) -> Work:
    named = [known.get(name) for name in ("tasks", "demands", "risks")]
    codes = frozenset(code for codes in named for code in codes or ())
    days, lines = known.get("weekdays"), known.get("hours")
    return Work(
        kind=known.get("kind"),
        sector=known.get("sector"),
        codes=codes or None,
        ruled_out=frozenset(known.get("ruled_out") or ()),
        weekdays=days or None,
        hours=_hours_on(days, lines),
        heaviest_lift_kg=known.get("heaviest_lift_kg"),
        loudest_decibels=known.get("loudest_decibels"),
        begin=known.get("begin_date"),
        end=known.get("end_date"),
        **more,
    )


def _hours_on(days: tuple[Weekday, ...] | None, lines: tuple[DayHours, ...] | None) -> tuple[DayHours, ...] | None:
    """The hours of the days that count; None unless they are known of each of them."""
    if not lines:
        return None
    counted = tuple(line for line in lines if not days or line.weekday in days)
    return counted if {line.weekday for line in counted}.issuperset(days or ()) else None


def judged_at(
    facts: PlaceFacts,
    birth_date: date,
    begin: date,
    end: date | None,
    weekdays: Iterable[Weekday],
    rules: tuple[Rule, ...],
) -> Judgement:
    """What the law says of a student's stay, at the age of its first day."""
    work = work_at(facts, begin, end, weekdays)
    return judge(Case(age_at(birth_date, begin), work), rules, begin)


def least_age(facts: PlaceFacts, rules: tuple[Rule, ...]) -> int | None:
    """From which age on the law allows the work of a place, as far as it is known; None: from any age on.

    What is forbidden to adults is no question of age.
    """
    work = work_at(facts, facts.begin_date, facts.end_date, facts.weekdays)
    refused = (Verdict.NOT_ALLOWED,) if is_supervised(facts) else (Verdict.NOT_ALLOWED, Verdict.UNDER_SUPERVISION)
    for age in range(ADULT - 1, YOUNGEST - 1, -1):
        judged = judge(Case(age, work), rules, facts.begin_date)
        if any(judged.with_verdict(verdict) for verdict in refused):
            return age + 1
    return None


def age_at(birth_date: date, day: date) -> int:
    """Full years; before somebody was born, the youngest there is."""
    return max(0, age_on(birth_date, day))


def is_supervised(facts: PlaceFacts) -> bool:
    """Whether a place has guidance by somebody who is there."""
    return facts.guidance is not Guidance.NONE or not ON_SITE.isdisjoint(facts.guidance_forms)
