"""Who can enter a programme: rules as data, and in Dutch why somebody cannot (M7)."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Annotated

from pydantic import Field, ValidationInfo, field_validator

from services.intake.domain.codes import Words
from services.intake.domain.fields import Codes, Example, examples
from services.intake.domain.ground import age_on
from services.intake.domain.student import StudentFacts
from services.intake.domain.student_facts import Level
from shared.api import Body
from shared.errors import Invalid, Problem, Refused
from shared.events.codes import OutflowProfile, SchoolKind

EXAMPLE: Example = {"minimumAge": 16, "sectors": ["zorg-en-welzijn"], "certificates": ["bhv"]}

Age = Annotated[int, Field(ge=12, le=30)]


class EntryRules(Body):
    """What a programme asks; what is left out is not asked."""

    model_config = examples(EXAMPLE)

    minimum_age: Age | None = Field(default=None, description="On the programme's first day.")
    maximum_age: Age | None = None
    school_kinds: Annotated[tuple[SchoolKind, ...], Field(max_length=4)] = ()
    sectors: Codes = Field(default=(), description="One of these stands among the student's wishes.")
    certificates: Codes = Field(default=(), description="All of these, still valid on the first day.")
    outflow_profiles: Annotated[tuple[OutflowProfile, ...], Field(max_length=4)] = ()
    levels: Annotated[tuple[Level, ...], Field(max_length=4)] = ()

    @field_validator("maximum_age")
    @classmethod
    def _in_order(cls, most: int | None, info: ValidationInfo) -> int | None:
        least = info.data.get("minimum_age")
        if most is not None and least is not None and most < least:
            raise ValueError("lies below minimumAge")
        return most


class EntryIsRefused(Invalid):
    """De leerling kan niet meedoen: {why}"""

    slug = "entry-is-refused"
    status = 409

    def __init__(self, why: tuple[str, ...]) -> None:
        """With everything that keeps the student out."""
        self.problems = tuple(Problem(pointer="/studentId", detail=one) for one in why)
        Refused.__init__(self, why=" ".join(why))


@dataclass(frozen=True)
class Candidate:
    """Whom the rules look at, and what they look at beside the student's facts."""

    facts: StudentFacts
    school_kind: SchoolKind
    begin: date
    """The programme's first day."""
    lacks_indication: bool = False
    """Whether it takes an indication for sheltered work, and there is none."""
    is_occupied: bool = False
    """Whether a placement or another programme takes one of the days with lessons."""

    @property
    def age(self) -> int:
        """On the first day."""
        return age_on(self.facts.birth_date, self.begin)

    @property
    def certificates(self) -> set[str]:
        """Those that are valid on the first day."""
        dates = self.facts.certificate_dates
        over = {one.code for one in dates if one.valid_until and one.valid_until < self.begin}
        return set(self.facts.certificates) - over


Lists = Mapping[str, Mapping[str, Words]]


@dataclass(frozen=True)
class Check:
    """One rule: when it keeps a student out, and how that is said in Dutch."""

    keeps_out: Callable[[EntryRules, Candidate], bool]
    sentence: Callable[[EntryRules, Candidate, Lists], str]


CHECKS = (
    Check(
        lambda rules, who: who.age < (rules.minimum_age or 0),
        lambda rules, who, _: f"De leerling is op de eerste dag {who.age} jaar; nodig is {rules.minimum_age} jaar.",
    ),
    Check(
        lambda rules, who: rules.maximum_age is not None and who.age > rules.maximum_age,
        lambda rules, who, _: (
            f"De leerling is op de eerste dag {who.age} jaar; hoogstens mag {rules.maximum_age} jaar."
        ),
    ),
    Check(
        lambda rules, who: _outside(who.school_kind, rules.school_kinds),
        lambda rules, _, __: (
            f"Het programma is voor leerlingen van {_either([one.upper() for one in rules.school_kinds])}."
        ),
    ),
    Check(
        lambda rules, who: bool(rules.sectors) and not {wish.sector for wish in who.facts.wishes} & set(rules.sectors),
        lambda rules, _, lists: (
            f"De leerling heeft geen wens voor {_either(_spoken(rules.sectors, lists['sectors']))}."
        ),
    ),
    Check(
        lambda rules, who: bool(_lacking(rules, who)),
        lambda rules, who, lists: f"Nodig is: {', '.join(_spoken(_lacking(rules, who), lists['certificates']))}.",
    ),
    Check(
        lambda rules, who: _outside(who.facts.outflow_profile, rules.outflow_profiles),
        lambda *_: "Het uitstroomprofiel van de leerling past niet bij dit programma.",
    ),
    Check(
        lambda rules, who: _outside(who.facts.level, rules.levels),
        lambda *_: "Het niveau van de leerling past niet bij dit programma, of is nog niet ingevuld.",
    ),
    Check(lambda _, who: who.lacks_indication, lambda *_: "De leerling heeft geen indicatie beschut werk."),
    Check(
        lambda _, who: who.is_occupied,
        lambda *_: "De leerling heeft op de lesdagen al een plek of een ander programma.",
    ),
)


def why_not(rules: EntryRules, candidate: Candidate, lists: Lists) -> tuple[str, ...]:
    """Everything that keeps a student out, in Dutch; nothing: the student can enter."""
    return tuple(check.sentence(rules, candidate, lists) for check in CHECKS if check.keeps_out(rules, candidate))


def _outside(value: object, wanted: Collection[object]) -> bool:
    return bool(wanted) and value not in wanted


def _lacking(rules: EntryRules, candidate: Candidate) -> list[str]:
    return [code for code in rules.certificates if code not in candidate.certificates]


def _spoken(codes: Collection[str], words: Mapping[str, Words]) -> list[str]:
    return [words[code].nl if code in words else code for code in codes]


def _either(words: Collection[str]) -> str:
    *first, last = words
    return f"{', '.join(first)} of {last}" if first else last
