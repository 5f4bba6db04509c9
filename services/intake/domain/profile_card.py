"""Anonymous profile cards (M5): what students of a region can and want, such that no card describes only a few.

A card says of a consenting student an age band, a kind of work, and of what it can as much as is true of a crowd: at
least so many students of the region who search fit the whole card, with or without consent (k-anonymity; Sweeney 2002,
"k-anonymity: a model for protecting privacy"). What is rare is left out, and where even the rest is rare there is no
card. Cards have no id and no count: two alike are one, and nobody can be followed from one day to the next.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum


class AgeBand(StrEnum):
    """How old, as coarse as the law's rules for work are (docs/glossary.md)."""

    BELOW_16 = "below-16"
    FROM_16 = "16-17"
    FROM_18 = "18-and-older"


def band_of(age: int) -> AgeBand:
    """The band of an age in full years."""
    if age < 16:
        return AgeBand.BELOW_16
    return AgeBand.FROM_16 if age < 18 else AgeBand.FROM_18


@dataclass(frozen=True, order=True)
class Ability:
    """Something that a student can or has, by the code of a list."""

    list_name: str
    code: str


@dataclass(frozen=True)
class Searching:
    """Of a student who searches, all that a card could say."""

    age_band: AgeBand
    sector: str
    """Of the first wish."""
    abilities: frozenset[Ability] = frozenset()
    may_be_shown: bool = False
    """Whether a ground for publication holds today."""


@dataclass(frozen=True, order=True)
class ProfileCard:
    """What is shown to everybody."""

    age_band: AgeBand
    sector: str
    abilities: tuple[Ability, ...] = field(default=())

    def fits(self, student: Searching) -> bool:
        """Whether all that the card says is true of a student."""
        same = (student.age_band, student.sector) == (self.age_band, self.sector)
        return same and student.abilities.issuperset(self.abilities)


def cards(searching: Iterable[Searching], crowd: int) -> list[ProfileCard]:
    """The cards of those who may be shown, each true of a crowd of the region, in an order that tells nothing."""
    alike = defaultdict[tuple[AgeBand, str], list[Searching]](list)
    for student in searching:
        alike[student.age_band, student.sector].append(student)
    large = (several for several in alike.values() if len(several) >= crowd)
    found = {_card(student, several, crowd) for several in large for student in several if student.may_be_shown}
    return sorted(found)


def _card(student: Searching, alike: Sequence[Searching], crowd: int) -> ProfileCard:
    """As much as a crowd has in common with the student, what most of them can first."""
    often = Counter(ability for one in alike for ability in one.abilities)
    shown, left = list[Ability](), list(alike)
    for ability in sorted(student.abilities, key=lambda one: (-often[one], one)):
        also = [one for one in left if ability in one.abilities]
        if len(also) >= crowd:
            shown, left = [*shown, ability], also
    return ProfileCard(student.age_band, student.sector, tuple(sorted(shown)))
