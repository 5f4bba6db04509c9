"""The information pack for an employer: who comes, what school does, what the law allows, which schemes help (I1–I8).

It holds nothing personal. A page about one student is added only on a ground that holds, and only with what helps a
first talk: the given name and what goes well; never limits, needs of care, a day of birth or an address.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from services.intake.domain.codes import Words
from services.intake.domain.employer import Employer
from services.intake.domain.fields import examples
from services.intake.domain.ground import Ground
from services.intake.domain.law import OLDEST, Effect, Rule, Source, Topic, ages_named
from services.intake.domain.law_measures import Measure
from services.intake.domain.offer_kinds import KINDS
from services.intake.domain.scheme import Answer, Applies
from services.intake.domain.school import School
from services.intake.domain.student import Student
from shared.api import Body, ShortText
from shared.events.codes import PlacementKind, SchoolKind

Page = dict[str, Any]
"""What the template `information_pack.typ` is filled with."""


class Part(StrEnum):
    """Where a text stands."""

    KIND = "kind"
    TARGET_GROUP = "target-group"
    GUIDANCE = "guidance"
    BENEFITS = "benefits"


class PackText(Body):
    """A sentence of the pack, with where it comes from."""

    model_config = examples({"part": "guidance", "sentence": "U heeft één vast contact.", "source": {}})

    part: Part
    sentence: ShortText
    source: Source
    kinds: tuple[PlacementKind, ...] = ()

    def is_for(self, part: Part, kind: PlacementKind) -> bool:
        """Whether it belongs in a part of a pack about a kind of place."""
        return self.part is part and (not self.kinds or kind in self.kinds)


@dataclass(frozen=True)
class Pack:
    """What a pack is made of."""

    employer: Employer
    school: School
    kind: PlacementKind
    texts: Sequence[PackText]
    rules: Sequence[Rule]
    schemes: Sequence[Answer]
    day: date
    student: tuple[Student, Ground] | None = None
    codes: Mapping[str, Mapping[str, Words]] | None = None


def _hours(value: float) -> str:
    return f"{value:g} uur".replace(".", ",")


def _clock(value: float) -> str:
    return f"{int(value):02}:{round(value % 1 * 60):02} uur"


BORDERS: dict[Measure, tuple[str, str, Callable[[float], str]]] = {
    Measure.HOURS_A_DAY: ("Uren per dag", "hooguit", _hours),
    Measure.HOURS_A_WEEK: ("Uren per week", "hooguit", _hours),
    Measure.AVERAGE_HOURS: ("Gemiddeld over 4 weken", "hooguit", _hours),
    Measure.EARLIEST_START: ("Begin", "niet voor", _clock),
    Measure.LATEST_END: ("Einde", "uiterlijk", _clock),
    Measure.DAILY_REST: ("Rust tussen twee dagen", "minstens", _hours),
    Measure.WEEKLY_REST: ("Rust per week, aaneen", "minstens", _hours),
    Measure.BREAK_MINUTES: ("Pauze", "", str),
    Measure.SUNDAYS: ("Zondag", "", str),
    Measure.FREE_SUNDAYS: ("Vrije zondagen in 52 weken", "minstens", lambda value: f"{value:g}"),
}
"""Rows of the table of hours: a name, a word before the border, and how the border is written."""

SCHOOLS = {SchoolKind.PRO: "praktijkonderwijs", SchoolKind.VSO: "voortgezet speciaal onderwijs"}

STANDING = {
    Applies.YES: "dit kunt u gebruiken",
    Applies.DEPENDS: "hangt af van de kandidaat",
    Applies.TOO_LATE: "de aanvraag is gesloten",
}


def paper(pack: Pack) -> Page:
    """Everything that is printed, in Dutch."""
    of = {part: [one for one in pack.texts if one.is_for(part, pack.kind)] for part in Part}
    about = {part.replace("-", "_"): [one.sentence for one in texts] for part, texts in of.items()}
    facts, kind = pack.school.facts, KINDS[pack.kind].nl
    return {
        "title": f"{kind[:1].upper()}{kind[1:]} bij {pack.employer.facts.name}",
        "kind": "Informatie voor werkgevers",
        "reference": f"{facts.name}, {_dutch(pack.day)}",
        "intro": f"{facts.name} ({SCHOOLS[facts.kind]}) vertelt u hier wat u kunt verwachten als u een plek biedt.",
        "parts": about,
        "hours": _hours_table(pack.rules, pack.day),
        "work": _work(pack),
        "schemes": [_scheme(answer, pack.day) for answer in pack.schemes if answer.applies in STANDING],
        "contact": _contact(pack.school),
        "sources": _sources(pack, (text for texts in of.values() for text in texts)),
        "student": _student(pack) if pack.student else None,
    }


def _dutch(day: date) -> str:
    return f"{day.day}-{day.month}-{day.year}"


def _groups(rules: Sequence[Rule], day: date) -> list[tuple[str, list[Rule]]]:
    """The ages that have placements, each with its rules of a day."""
    found = []
    for first, last in ages_named(rules, day):
        of_age = [rule for rule in rules if rule.holds_on(day) and rule.is_for(last)]
        if not any(rule.topic is Topic.KIND and rule.effect is Effect.NOT_ALLOWED for rule in of_age):
            found.append((f"{first} jaar en ouder" if last == OLDEST else f"{first} en {last} jaar", of_age))
    return found


def _hours_table(rules: Sequence[Rule], day: date) -> Page:
    groups = _groups(rules, day)
    rows = []
    for measure, (name, word, written) in BORDERS.items():
        cells = [_cell([rule for rule in of_age if rule.measure is measure], word, written) for _, of_age in groups]
        if any(cells):
            rows.append([name, *(cell or "–" for cell in cells)])
    return {"heads": ["Schooltijd telt tot 18 jaar mee", *(ages for ages, _ in groups)], "rows": rows}


def _cell(rules: Sequence[Rule], word: str, written: Callable[[float], str]) -> str:
    said = []
    for rule in rules:
        border = rule.most if rule.most is not None else rule.least or 0
        if rule.measure is Measure.BREAK_MINUTES:
            said.append(f"{border:g} min. bij meer dan {_hours(rule.above or 0)}")
        elif rule.measure is Measure.SUNDAYS:
            said.append("niet" if border == 0 else "")
        else:
            said.append(f"{word} {written(border)}".strip())
    return ", ".join(said)


def _work(pack: Pack) -> list[Page]:
    """By age what work may not be, who signs, and what to see to with this kind of place."""

    def is_said(rule: Rule) -> bool:
        return rule.topic in {Topic.WORK, Topic.AGREEMENT} or (rule.topic is Topic.KIND and pack.kind in rule.kinds)

    groups = [(ages, list(filter(is_said, of_age))) for ages, of_age in _groups(pack.rules, pack.day)]
    return [{"ages": ages, "sentences": [rule.sentence for rule in found]} for ages, found in groups if found]


def _scheme(answer: Answer, day: date) -> Page:
    scheme = answer.scheme
    opens = f" vanaf {_dutch(scheme.opens_date)}" if scheme.opens_date and scheme.opens_date > day else ""
    closes = f" tot en met {_dutch(scheme.closes_date)}" if scheme.closes_date else ""
    return {
        "name": scheme.name,
        "what": scheme.what,
        "benefit": scheme.benefit,
        "standing": STANDING[answer.applies],
        "needed": [condition.words for condition, met in answer.conditions if not met],
        "how": f"Aan te vragen door {scheme.asked_by}. {scheme.how}",
        "until": f"Aanvragen{opens}{closes}." if opens or closes else "",
        "verify": scheme.to_verify,
    }


def _contact(school: School) -> list[list[str]]:
    """By role: a person's name and number are the school's to hand over itself."""
    address = school.facts.address
    street = " ".join(part for part in (address.street, address.house_number) if part)
    there = ", ".join(part for part in (street, f"{address.postcode} {address.place}") if part)
    rows = [["Wie", "de stage- of uitstroomcoördinator"], ["School", school.facts.name], ["Adres", there]]
    return [*rows, ["Website", school.facts.website]] if school.facts.website else rows


def _sources(pack: Pack, texts: Iterable[PackText]) -> list[str]:
    used = [rule.source for _, rules in _groups(pack.rules, pack.day) for rule in rules]
    used += [answer.scheme.source for answer in pack.schemes if answer.applies in STANDING]
    used += [text.source for text in texts]
    return list(dict.fromkeys(f"{one.title}: {one.url}" if one.url else one.title for one in used))


def _student(pack: Pack) -> Page:
    """What helps a first talk, possibilities first."""
    assert pack.student is not None
    student, ground = pack.student
    facts, lists = student.facts, pack.codes or {}
    wishes = sorted(facts.wishes, key=lambda wish: wish.rank)
    rows = {
        "Gaat goed": _named(facts.possibilities, lists.get("limits", {})),
        "Wil graag": _named([wish.sector for wish in wishes], lists.get("sectors", {})),
        "Werk": _named(dict.fromkeys(task for wish in wishes for task in wish.tasks), {}),
        "Heeft al": _named(facts.certificates, lists.get("certificates", {})),
    }
    return {
        "name": facts.given_name,
        "facts": [[name, said] for name, said in rows.items() if said],
        "ground": f"U krijgt deze bladzijde om een plek te vinden, tot en met {_dutch(ground.facts.end_date)}. "
        "Bewaar de bladzijde niet langer, en geef haar aan niemand door.",
    }


def _named(codes: Iterable[str], words: Mapping[str, Words]) -> str:
    return ", ".join(words[code].nl if code in words else code.replace("-", " ") for code in codes)
