"""Whether an employer in a file stands in the register already: by numbers, else by name and place."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from services.intake.domain.employer import EmployerFacts
from services.intake.domain.likeness import CERTAIN, LIKELY, Traits, likeness


class Verdict(StrEnum):
    """What is made of a row."""

    NEW = "new"
    KNOWN = "known"
    UNSURE = "unsure"
    DOUBLE = "double"
    """The same as a row above it."""


@dataclass(frozen=True)
class Candidate:
    """An employer of the register, as far as it tells whether a row means it; `id` None: a row above."""

    id: UUID | None
    traits: Traits


@dataclass(frozen=True)
class Finding:
    """A verdict, the employer that is meant, and how alike they are (0–100)."""

    verdict: Verdict
    employer_id: UUID | None = None
    likeness: int = 0


_NOTHING = Finding(Verdict.NEW)


class Known:
    """Candidates, found by KvK number or postcode."""

    def __init__(self, candidates: Iterable[Candidate]) -> None:
        self._by_number: dict[str, list[Candidate]] = defaultdict(list)
        self._by_postcode: dict[str, list[Candidate]] = defaultdict(list)
        for candidate in candidates:
            self.add(candidate)

    def add(self, candidate: Candidate) -> None:
        """One more, such as a row that was new."""
        if candidate.traits.kvk_number:
            self._by_number[candidate.traits.kvk_number].append(candidate)
        if candidate.traits.postcode:
            self._by_postcode[candidate.traits.postcode].append(candidate)

    def recognise(self, facts: EmployerFacts) -> Finding:
        """The best candidate for an employer, and what that means. A row above is the same or another: no doubt."""
        traits = Traits.of(facts)
        near = [*self._by_postcode.get(traits.postcode or "", ()), *self._by_number.get(traits.kvk_number or "", ())]
        best = max(((_alike(traits, other.traits), other.id) for other in near), key=_weight, default=(0, None))
        score, employer_id = best
        if employer_id is None:
            return Finding(Verdict.DOUBLE, likeness=score) if score >= CERTAIN else _NOTHING
        if score < LIKELY:
            return _NOTHING
        return Finding(Verdict.KNOWN if score >= CERTAIN else Verdict.UNSURE, employer_id, score)


def _weight(found: tuple[int, UUID | None]) -> tuple[int, bool]:
    """The surest; of two that are as sure the one of the register."""
    return found[0], found[1] is not None


def _alike(one: Traits, other: Traits) -> int:
    """`likeness`, without comparing names where numbers say enough."""
    if one.kvk_number and other.kvk_number:
        if one.kvk_number != other.kvk_number:
            return 0
        if other.postcode in {one.postcode, None}:
            return 100
    return likeness(one, other).score
