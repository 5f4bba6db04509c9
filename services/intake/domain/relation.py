"""Relations that cool down (F10, F11): with whom a school worked and has not spoken for long, most promising first."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from services.intake.domain.employer import Employer
from services.intake.domain.verification import months_before
from shared.events.codes import Recognition, Trend
from shared.events.intake import RelationsCooled

DORMANT_MONTHS = 6
"""Placements last about half a school year: whom nobody spoke with for longer was passed over once already."""

REMIND_AGAIN_MONTHS = 12
"""Who let a reminder pass is asked once more in the next school year, and not nagged meanwhile."""

MOST_NAMED = 10
"""Employers that a reminder names: nobody calls more of them in a week, and the list has them all."""

UNUSED_WEEKS = 6
"""A holiday passes within it; an employer that waits longer for a student thinks that nobody comes (F20)."""

MOST_COUNTED = 5
"""Placements beyond five prove no more than five do."""

PLACEMENT_POINTS = 40
PLACES_POINTS = 10
BORIS_POINTS = 60
RECOGNISED_POINTS = 30
TREND_POINTS = 30


@dataclass(frozen=True)
class Relation:
    """An employer with what a school, or the schools of a region, had to do with it."""

    employer: Employer
    known_by: tuple[UUID, ...]
    last: date | None
    """Of contacts, offers and placements; None: no day is known."""
    last_contact: date | None
    placements: int

    @property
    def reasons(self) -> tuple[tuple[int, str], ...]:
        """Why it is worth a call, in points and in words."""
        return tuple(self._reasons())

    @property
    def points(self) -> int:
        """How much it promises."""
        return sum(points for points, _ in self.reasons)

    def wants_a_reminder(self, reminded: date | None, today: date) -> bool:
        """Whether its school is told today: used since it was last, or that is long ago; not while it takes nobody."""
        if self.employer.paused_on(today):
            return False
        used = reminded is not None and self.last is not None and self.last >= reminded
        return used or reminded is None or reminded <= months_before(today, REMIND_AGAIN_MONTHS)

    def _reasons(self) -> Iterator[tuple[int, str]]:
        facts = self.employer.facts
        if self.placements:
            words = "1 leerling had er een plek." if self.placements == 1 else f"{self.placements} keer een plek."
            yield PLACEMENT_POINTS * min(self.placements, MOST_COUNTED), words
        if facts.places_per_year:
            yield PLACES_POINTS * min(facts.places_per_year, MOST_COUNTED), f"{facts.places_per_year} plekken per jaar."
        if facts.recognition is Recognition.BORIS:
            yield BORIS_POINTS, "Boris-leerbedrijf."
        elif facts.recognition is Recognition.RECOGNISED:
            yield RECOGNISED_POINTS, "Erkend leerbedrijf."
        if facts.places_trend is Trend.MORE:
            yield TREND_POINTS, "Bood de laatste jaren meer plekken."
        elif facts.places_trend is Trend.FEWER:
            yield -TREND_POINTS, "Bood de laatste jaren minder plekken."


def most_promising_first(relations: Sequence[Relation]) -> list[Relation]:
    """In the order of calling; of equal ones whom nobody spoke with for longest."""
    return sorted(relations, key=lambda one: (-one.points, one.last or date.min, one.employer.facts.name))


def to_remind_of(
    cold: Sequence[Relation], reminded: Mapping[UUID, date], claimed: Collection[UUID], today: date
) -> list[Relation]:
    """Of which cold relations a school is reminded, by when it was before and which employers somebody approaches."""
    free = (one for one in cold if one.employer.id not in claimed)
    return most_promising_first([one for one in free if one.wants_a_reminder(reminded.get(one.employer.id), today)])


def cooled(school_id: UUID, relations: Sequence[Relation], months: int) -> RelationsCooled:
    """What a school is told of relations, given in the order of calling."""
    named = tuple(one.employer.id for one in relations[:MOST_NAMED])
    return RelationsCooled(school_id=school_id, months=months, relation_count=len(relations), employer_ids=named)
