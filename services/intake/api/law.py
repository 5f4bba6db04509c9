"""What the law allows: its rules on a day, kinds of place by age, and a check of somebody at some work (I5, I7)."""

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import Field

from services.intake.api.callers import SCHOOLS_AND_REGIONS, Acting
from services.intake.days import today
from services.intake.domain.fields import Day, examples
from services.intake.domain.law import (
    OLDEST,
    RULE_EXAMPLE,
    Case,
    Finding,
    Judgement,
    Rule,
    Verdict,
    ages_named,
    judge,
)
from services.intake.domain.law_check import (
    FACTS_IN_WORDS,
    SUMMARIES,
    CheckLaw,
    age_at,
    asked,
    is_supervised,
    judged_at,
    work_at,
)
from services.intake.domain.law_measures import Work as WorkFacts
from services.intake.law_data import read_rules
from services.intake.store import OfferStore, PlacementStore, StudentStore
from shared.api import Page, Resource
from shared.events.codes import PlacementKind
from shared.security import Caller
from shared.unit_of_work import UnitOfWork, Work

router = APIRouter(tags=["law"])

_FINDING = {"rule": RULE_EXAMPLE, "verdict": "not-allowed", "missing": None}
_CHECK = {
    "verdict": "not-allowed",
    "sentence": "Dit mag niet.",
    "age": 15,
    "onDate": "2026-09-08",
    "supervised": None,
    "missing": [],
    "findings": [_FINDING],
}

OnDay = Annotated[Day | None, Query(alias="on", description="The day on which rules must hold; by default today.")]


class FindingResource(Resource):
    """A rule held against the facts."""

    model_config = examples(_FINDING)

    rule: Rule
    verdict: Verdict
    missing: str | None = Field(description="The fact without which it cannot be judged.")

    @classmethod
    def of(cls, finding: Finding) -> "FindingResource":
        """For everybody."""
        return cls.model_construct(rule=finding.rule, verdict=finding.verdict, missing=finding.missing)


class MissingFact(Resource):
    """A fact that is needed to judge."""

    model_config = examples({"fact": "schoolHours", "words": "de uren op school per dag"})

    fact: str
    words: str = Field(description="What it is, in Dutch.")


class LawCheck(Resource):
    """What the law says, with every rule that was looked at, the gravest first."""

    model_config = examples(_CHECK)

    verdict: Verdict = Field(description="The gravest of the rules; advice does not count.")
    sentence: str = Field(description="The same in a Dutch sentence.")
    age: int | None = Field(description="On the first day, on which everything is judged.")
    on_date: date
    supervised: bool | None = Field(description="Whether the offer has guidance on the spot; null without an offer.")
    missing: list[MissingFact]
    findings: list[FindingResource]

    @classmethod
    def of(cls, judged: Judgement, age: int | None, day: date, *, supervised: bool | None) -> "LawCheck":
        """For whoever may know the age."""
        return cls(
            verdict=judged.verdict,
            sentence=SUMMARIES[judged.verdict],
            age=age,
            on_date=day,
            supervised=supervised,
            missing=[MissingFact(fact=fact, words=FACTS_IN_WORDS[fact]) for fact in judged.missing],
            findings=[FindingResource.of(finding) for finding in judged.findings],
        )


class LawForAges(Resource):
    """What the law says of a place for a group of ages."""

    model_config = examples(
        {"fromAge": 14, "toAge": 15, "verdict": "not-allowed", "sentence": "Dit mag niet.", "findings": [_FINDING]}
    )

    from_age: int
    to_age: int | None
    verdict: Verdict
    sentence: str
    findings: list[FindingResource]

    @classmethod
    def of(cls, ages: tuple[int, int], judged: Judgement) -> "LawForAges":
        """For everybody who sees the place."""
        return cls(
            from_age=ages[0],
            to_age=None if ages[1] == OLDEST else ages[1],
            verdict=judged.verdict,
            sentence=SUMMARIES[judged.verdict],
            findings=[FindingResource.of(finding) for finding in judged.findings],
        )


class KindsForAges(Resource):
    """Which kinds of place there are for a group of ages, and what to see to."""

    model_config = examples(
        {"fromAge": 0, "toAge": 13, "kinds": [], "advice": {}, "sentences": ["Tot en met 13 jaar is er geen stage."]}
    )

    from_age: int
    to_age: int | None
    kinds: list[PlacementKind]
    advice: dict[PlacementKind, list[str]] = Field(description="By kind, what to see to (Dutch).")
    sentences: list[str] = Field(description="All rules for these ages, in Dutch.")


@router.get("/law/rules", summary="The rules of the law on a day")
async def list_rules(
    _: Caller, on: OnDay = None, age: Annotated[int | None, Query(ge=0, le=120, description="For this age.")] = None
) -> Page[Rule]:
    """As the check uses them, each with its source and since when it holds; in one piece."""
    day = on or today()
    found = [rule for rule in read_rules() if rule.holds_on(day) and (age is None or rule.is_for(age))]
    return Page[Rule].of(found)


@router.get("/law/kinds", summary="Which kinds of place there are for which age")
async def list_kinds(_: Caller, on: OnDay = None) -> Page[KindsForAges]:
    """By groups of ages, the youngest first; in one piece."""
    return Page[KindsForAges].of([_kinds_for(ages, on or today()) for ages in ages_named(read_rules(), on or today())])


@router.post("/law/_check", summary="Check what the law allows")
async def check_law(body: CheckLaw, viewer: Acting, work: Work) -> LawCheck:
    """Of a student of the own school, a day of birth or an age, at an offer or at work that is described here.

    Judged on the first day. What cannot be judged is `unknown` and says which fact is missing. Nothing is kept.
    """
    offer = await OfferStore(work.session).get(body.offer_id, viewer) if body.offer_id else None
    facts = asked(body, offer.facts if offer else None)
    day = body.begin_date or max(today(), offer.facts.begin_date if offer else today())
    age = await _age(work, viewer, body, day)
    judged = judge(Case(age, facts), read_rules(), day)
    return LawCheck.of(judged, age, day, supervised=is_supervised(offer.facts) if offer else None)


@router.get("/offers/{offer_id}/law", summary="What the law says of an offer", dependencies=[SCHOOLS_AND_REGIONS])
async def read_law_of_offer(offer_id: UUID, viewer: Acting, work: Work) -> Page[LawForAges]:
    """For each group of ages, the youngest first, as long as the offer lasts; in one piece."""
    facts = (await OfferStore(work.session).get(offer_id, viewer)).facts
    day, rules = max(facts.begin_date, today()), read_rules()
    there = work_at(facts, facts.begin_date, facts.end_date, facts.weekdays)
    groups = [(ages, judge(Case(_one_of(ages), there), rules, day)) for ages in ages_named(rules, day)]
    return Page[LawForAges].of([LawForAges.of(ages, judged) for ages, judged in groups])


@router.get("/placements/{placement_id}/law", summary="What the law says of a placement")
async def read_law_of_placement(placement_id: UUID, viewer: Acting, work: Work) -> LawCheck:
    """Of a student of the own school, on the placement's first day, as the offer reads now."""
    placement = await PlacementStore(work.session).get(placement_id, viewer)
    student = await StudentStore(work.session).read(placement.student_id, viewer)
    facts = (await OfferStore(work.session).get(placement.offer_id, viewer)).facts
    born, stay = student.facts.birth_date, placement.stay
    judged = judged_at(facts, born, stay.begin_date, stay.end_date, stay.weekdays, read_rules())
    begin = stay.begin_date
    return LawCheck.of(judged, age_at(born, begin), begin, supervised=is_supervised(facts))


async def _age(work: UnitOfWork, viewer: Acting, body: CheckLaw, day: date) -> int | None:
    if body.student_id is None:
        return age_at(body.birth_date, day) if body.birth_date else body.age
    student = await StudentStore(work.session).read(body.student_id, viewer)
    return age_at(student.facts.birth_date, day)


def _one_of(ages: tuple[int, int]) -> int:
    """An age that all rules of its group are about: the oldest, since only some begin within the youngest."""
    return ages[0] if ages[1] == OLDEST else ages[1]


def _kinds_for(ages: tuple[int, int], day: date) -> KindsForAges:
    age = _one_of(ages)
    rules = [rule for rule in read_rules() if rule.is_for(age) and rule.holds_on(day)]
    of_kind = [rule for rule in rules if rule.measure is None and not rule.codes and not rule.sectors]
    judged = {kind: judge(Case(age, WorkFacts(kind=kind)), of_kind, day) for kind in PlacementKind}
    possible = [kind for kind, found in judged.items() if found.verdict is not Verdict.NOT_ALLOWED]
    advice = {kind: [one.rule.sentence for one in judged[kind].with_verdict(Verdict.ADVICE)] for kind in possible}
    return KindsForAges(
        from_age=ages[0],
        to_age=None if ages[1] == OLDEST else ages[1],
        kinds=possible,
        advice={kind: sentences for kind, sentences in advice.items() if sentences},
        sentences=[rule.sentence for rule in rules],
    )
