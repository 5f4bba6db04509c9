"""What the law allows a student on a placement: dated rules by age, and a judgement that names each of them (I5, I7).

The rules are data (`data/law/rules.toml`, read by `law_data.py`); here stands only how one is held against the facts.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Annotated, Self

from pydantic import Field, model_validator

from services.intake.domain.fields import Day, Example, Website, examples
from services.intake.domain.law_measures import MEASURES, Measure, Reach, Work
from shared.api import Body, ShortText
from shared.events.codes import Code, PlacementKind

RULE_EXAMPLE: Example = {
    "id": "no-till-13-15",
    "topic": "work",
    "fromAge": 13,
    "toAge": 15,
    "effect": "not-allowed",
    "sentence": "Tot 16 jaar staat een leerling niet achter de kassa.",
    "source": {"title": "Nadere regeling kinderarbeid", "url": "https://wetten.overheid.nl/BWBR0007195"},
    "validFrom": "2013-08-01",
    "codes": ["till", "kassa"],
}

OLDEST = 200
"""Beyond every age: the end of a rule that names none."""

Age = Annotated[int, Field(ge=0, le=OLDEST)]


class Topic(StrEnum):
    """What a rule is about."""

    KIND = "kind"
    HOURS = "hours"
    TIMES = "times"
    REST = "rest"
    BREAKS = "breaks"
    SUNDAYS = "sundays"
    WORK = "work"
    DURATION = "duration"
    AGREEMENT = "agreement"


class Effect(StrEnum):
    """What a rule does when it is not kept."""

    NOT_ALLOWED = "not-allowed"
    UNDER_SUPERVISION = "under-supervision"
    ADVICE = "advice"
    """Something to see to, such as who signs; also what is still to be verified. It refuses nobody."""


class Verdict(StrEnum):
    """What came of holding a rule, or all of them, against the facts."""

    ALLOWED = "allowed"
    UNDER_SUPERVISION = "under-supervision"
    UNKNOWN = "unknown"
    NOT_ALLOWED = "not-allowed"
    ADVICE = "advice"


SEVERITY = tuple(Verdict)[:4]
"""From mild to grave: a whole is judged by its gravest rule; advice does not count."""


class Source(Body):
    """Where a rule or a scheme stands."""

    model_config = examples(
        {"title": "Arbeidstijdenwet", "article": "artikel 5:3", "url": "https://wetten.overheid.nl"}
    )

    title: ShortText
    article: ShortText | None = None
    url: Website | None = None

    def in_words(self) -> str:
        """The law and its article."""
        return f"{self.title}, {self.article}" if self.article else self.title


class Rule(Body):
    """A rule of the law for an age, from a day on; `measure`, `codes` or `sectors` says what it tests, if anything."""

    model_config = examples(RULE_EXAMPLE)

    id: Code
    topic: Topic
    from_age: Age = 0
    to_age: Age = OLDEST
    effect: Effect
    sentence: ShortText = Field(description="The rule in Dutch.")
    question: ShortText | None = Field(default=None, description="What to ask when it cannot be judged (Dutch).")
    source: Source
    valid_from: Day
    valid_until: Day | None = Field(default=None, description="The last day; null: it still holds.")
    to_verify: bool = Field(default=False, description="Not yet read in the law itself: said as advice only.")
    kinds: tuple[PlacementKind, ...] = Field(default=(), description="For these kinds of place; empty: for all.")
    measure: Measure | None = None
    most: float | None = None
    least: float | None = None
    above: float | None = Field(default=None, description="Of a break: on days with more hours of work than this.")
    counts_school: bool = Field(default=True, description="Whether hours at school count as work.")
    asked_by: tuple[Code, ...] = Field(default=(), description="Codes of work that make the measure matter.")
    codes: tuple[Code, ...] = Field(default=(), description="Tasks, demands and risks that it is about.")
    unclear: dict[Code, tuple[Code, ...]] = Field(
        default={}, description="Wider codes, with those of which somebody has to say that they are not meant."
    )
    sectors: tuple[Code, ...] = ()

    @model_validator(mode="after")
    def _tests_one_thing(self) -> Self:
        if sum(map(bool, (self.measure, self.codes, self.sectors))) > 1:
            raise ValueError(f"rule {self.id} tests more than one thing")
        if bool(self.measure) != (self.most is not None or self.least is not None):
            raise ValueError(f"rule {self.id}: a measure has a border, and nothing else has one")
        if self.to_verify and self.effect is not Effect.ADVICE:
            raise ValueError(f"rule {self.id} is not verified, so that it can only advise")
        return self

    def holds_on(self, day: date) -> bool:
        """Whether it is in force on a day; its last day is one."""
        return self.valid_from <= day <= (self.valid_until or date.max)

    def is_for(self, age: int) -> bool:
        """Whether it is about an age."""
        return self.from_age <= age <= self.to_age


@dataclass(frozen=True)
class Case:
    """A student of an age (None: not known) at some work."""

    age: int | None
    work: Work


@dataclass(frozen=True)
class Finding:
    """A rule held against the facts; `missing` names the fact without which it cannot be judged."""

    rule: Rule
    verdict: Verdict
    missing: str | None = None


@dataclass(frozen=True)
class Judgement:
    """What the law says of a case on a day, with every rule that was looked at, the gravest first."""

    verdict: Verdict
    findings: tuple[Finding, ...] = ()

    @property
    def missing(self) -> tuple[str, ...]:
        """The facts that are needed to judge what is unknown, once each; without any rule it is the rules."""
        if not self.findings:
            return ("rules",)
        return tuple(dict.fromkeys(one.missing for one in self.findings if one.missing))

    def with_verdict(self, verdict: Verdict) -> tuple[Finding, ...]:
        """Its findings of one kind."""
        return tuple(one for one in self.findings if one.verdict is verdict)

    def in_words(self, verdict: Verdict) -> str:
        """The rules of one kind in Dutch, each with where it stands."""
        rules = (finding.rule for finding in self.with_verdict(verdict))
        return " ".join(f"{rule.sentence} ({rule.source.in_words()})" for rule in rules)


NOTHING_IS_KNOWN = Judgement(Verdict.UNKNOWN)
"""For a day on which the packaged rules do not hold yet."""


def judge(case: Case, rules: Iterable[Rule], day: date) -> Judgement:
    """Hold every rule in force on a day that can be about the case against it; nothing is passed over in silence."""
    in_force = [rule for rule in rules if rule.holds_on(day) and _may_concern(rule, case)]
    findings = sorted((_finding(rule, case) for rule in in_force), key=_gravity, reverse=True)
    if not findings:
        return NOTHING_IS_KNOWN
    counted = [one.verdict for one in findings if one.rule.effect is not Effect.ADVICE]
    worst = max(counted, key=SEVERITY.index, default=Verdict.ALLOWED)
    return Judgement(worst, tuple(findings))


def _gravity(finding: Finding) -> int:
    return -1 if finding.verdict is Verdict.ADVICE else SEVERITY.index(finding.verdict)


def _may_concern(rule: Rule, case: Case) -> bool:
    of_age = case.age is None or rule.is_for(case.age)
    of_kind = not rule.kinds or case.work.kind is None or case.work.kind in rule.kinds
    return of_age and of_kind


def _finding(rule: Rule, case: Case) -> Finding:
    if case.age is None:
        return Finding(rule, Verdict.UNKNOWN, "age")
    if rule.kinds and case.work.kind is None:
        return Finding(rule, Verdict.UNKNOWN, "kind")
    kept = _kept(rule, case.work)
    if isinstance(kept, str):
        return Finding(rule, Verdict.UNKNOWN, kept)
    return Finding(rule, Verdict.ALLOWED if kept else Verdict(rule.effect))


def _kept(rule: Rule, work: Work) -> bool | str:
    """Whether a rule is kept, or the name of the fact that is missing."""
    if rule.measure is not None:
        return _within(rule, MEASURES[rule.measure](work, rule))
    if rule.sectors:
        return "sector" if work.sector is None else work.sector not in rule.sectors
    if rule.codes:
        return _free_of(rule, work)
    return False


def _within(rule: Rule, reach: Reach) -> bool | str:
    """Whether a measure lies within the borders, whatever is not known of it."""
    least, most = rule.least, rule.most
    if (most is not None and reach.low > most) or (least is not None and reach.high < least):
        return False
    if (most is None or reach.high <= most) and (least is None or reach.low >= least):
        return True
    return reach.missing


def _free_of(rule: Rule, work: Work) -> bool | str:
    """Whether the work has nothing of what a rule is about, as far as it was said."""
    if work.codes is None:
        return "work"
    if not work.codes.isdisjoint(rule.codes):
        return False
    unclear = [narrow for wide, narrow in rule.unclear.items() if wide in work.codes]
    return all(work.ruled_out.issuperset(narrow) for narrow in unclear) or "risks"


def ages_named(rules: Iterable[Rule], day: date) -> Iterator[tuple[int, int]]:
    """The groups of ages between which the rules of a day differ, the youngest first (0–13, 14–15, …)."""
    topics = [rule for rule in rules if rule.holds_on(day) and rule.topic in {Topic.KIND, Topic.HOURS}]
    begins = sorted({0, *(rule.from_age for rule in topics), *(rule.to_age + 1 for rule in topics)} - {OLDEST + 1})
    yield from zip(begins, [begin - 1 for begin in begins[1:]] + [OLDEST], strict=True)
