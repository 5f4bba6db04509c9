"""What a round of a region's plan chooses from, kept: what is possible as candidates and units, and their plan.

What changes is noted pair by pair; `repair` then changes no more of the kept plan than differs.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from uuid import UUID

from services.matching.domain import fits
from services.matching.domain.engine import Candidate, Plan, Problem
from services.matching.domain.fits import Fit, Unit
from services.matching.domain.kept import MOVE_COST, KeptPlan
from services.matching.domain.widening import GroupBounds

Named = tuple[UUID, UUID]
"""A student and an offer."""

Sifted = dict[Named, tuple[int, int]]
"""Pairs that the sieve lets through, with the minutes on the way and the wish that is honoured (`candidates.Found`)."""

Units = tuple[dict[Unit, int], dict[Unit, Unit]]
"""The seats of an offer's units, and which lies in which."""


Changed = dict[UUID, dict[UUID, Candidate | None]]
"""By student and offer."""


class KeptProblem:
    """Fits by student and offer, and the best plan of them."""

    def __init__(self, bounds: Mapping[str, GroupBounds]) -> None:
        """`bounds` are those of groups, by region."""
        self.bounds = bounds
        self.by_student: dict[UUID, dict[UUID, Fit]] = {}
        self.by_offer: dict[UUID, dict[UUID, Fit]] = {}
        self.levels: dict[UUID, int] = {}
        """How much effort it takes to place a student, by student."""
        self.members: dict[UUID, Mapping[UUID, int]] = {}
        """How many of a school have a seat of a group beside those who are planned for."""
        self.asks = False
        """Whether places are given for which an employer must be asked first: only where there is nothing else."""
        self._touched: dict[Named, None] = {}
        self._reopened: dict[UUID, None] = {}
        self._options: dict[UUID, dict[UUID, Candidate]] = {}
        self._units: dict[UUID, Units] = {}
        self._plan: KeptPlan | None = None

    def put(self, one: Fit) -> None:
        """It is possible that these come together."""
        student, offer = one.student_id, one.offer.offer_id
        self.by_student.setdefault(student, {})[offer] = one
        self.by_offer.setdefault(offer, {})[student] = one
        self._touched[student, offer] = None

    def forget(self, student: UUID, offer: UUID) -> None:
        """It is not known any more, or not possible."""
        if self.by_student.get(student, {}).pop(offer, None) is not None:
            del self.by_offer[offer][student]
            self._touched[student, offer] = None

    def reopen(self, offer: UUID) -> None:
        """Seats of an offer may be others than before."""
        self._reopened[offer] = None

    def place(self, student: UUID) -> Fit | None:
        """What the plan gives to a student."""
        unit = None if self._plan is None else self._plan.place(student)
        return None if unit is None else self.by_student[student][unit[0]]  # type: ignore[index]  # a `Unit` here

    def problem(self) -> Problem:
        """What is chosen from by now; with what keeping a seat is worth among the wishes, as `given` has it."""
        every = [one for options in self._options.values() for one in options.values()]
        seats = {unit: many for some, _ in self._units.values() for unit, many in some.items()}
        around = {unit: outer for _, some in self._units.values() for unit, outer in some.items()}
        return Problem(every, seats, around)

    @property
    def plan(self) -> Plan:
        """The candidates that are chosen."""
        return self._plan.plan if self._plan else ()

    def repair(self, had: Mapping[UUID, UUID], given_elsewhere: Collection[UUID] = ()) -> dict[UUID, None]:
        """Make the plan the best for what is possible by now; the students whom it may place otherwise than before.

        `had` are the offers of the places that were given before; the plan knows of them but for newcomers and those
        whose place was given by somebody else.
        """
        offers = {**self._reopened, **dict.fromkeys(offer for _, offer in self._touched)}
        changed = self._rate([*self._touched, *self._in_groups(offers)])
        if self._must_ask() != self.asks:
            self.asks = not self.asks
            self._plan = None
            changed |= self._rate([(student, offer) for student, some in self.by_student.items() for offer in some])
            offers |= dict.fromkeys(self.by_offer)
        units = {offer: units for offer in self._reseated(offers, changed) if (units := self._units_of(offer))}
        looked_at = dict.fromkeys(student for student, _ in self._touched)
        self._touched, self._reopened = {}, {}
        if self._plan is None or any(_others(units[offer], self._units.get(offer)) for offer in units):
            self._units |= units
            return self._plan_anew(had)
        self._change(changed, units, had, given_elsewhere)
        moved = dict.fromkeys(move.student for move in self._plan.moved())
        return dict.fromkeys((*changed, *given_elsewhere, *looked_at, *moved))  # type: ignore[arg-type]  # names are ids here

    def _rate(self, pairs: Iterable[Named]) -> Changed:
        """Make candidates of fits; where a student is one otherwise than before, with what was there first."""
        changed: Changed = {}
        forming: dict[UUID, Counter[UUID]] = {}
        for student, offer in pairs:
            options = self._options.setdefault(student, {})
            before, now = options.get(offer), self._candidate(student, offer, forming)
            if before == now:
                continue
            changed.setdefault(student, {}).setdefault(offer, before)
            if now is None:
                del options[offer]
            else:
                options[offer] = now
        return changed

    def _candidate(self, student: UUID, offer: UUID, forming: dict[UUID, Counter[UUID]]) -> Candidate | None:
        one = self.by_student.get(student, {}).get(offer)
        if one is None or not self._counts(one):
            return None
        if fits.is_group(one):
            sizes = forming.get(offer) or forming.setdefault(offer, self._sizes(offer))
            if sizes[one.pair.search.school_id] < self.bounds[one.pair.search.region].smallest:
                return None
        wish = one.wish
        return Candidate(student, offer, self.levels[student], one.points - wish, (), wish, one.unit)

    def _counts(self, one: Fit) -> bool:
        return self.asks or not one.left_out

    def _sizes(self, offer: UUID) -> Counter[UUID]:
        """How many of each school make a group there at most."""
        here = (one.pair.search.school_id for one in self.by_offer[offer].values() if self._counts(one))
        return Counter(here) + Counter(self.members.get(offer, {}))

    def _in_groups(self, offers: Iterable[UUID]) -> list[Named]:
        """All pairs of the groups among some offers: whether one can form depends on all who could come."""
        groups = [offer for offer in offers if self._is_group(offer)]
        return [(student, offer) for offer in groups for student in self.by_offer[offer]]

    def _must_ask(self) -> bool:
        """Whether nothing is possible but places for which somebody must be asked."""
        if not self.asks:
            return not any(self._options.values()) and any(self.by_student.values())
        self.asks, forming = False, dict[UUID, Counter[UUID]]()
        is_sure = any(
            self._candidate(student, offer, forming) for student, some in self.by_student.items() for offer in some
        )
        self.asks = True
        return not is_sure and any(self.by_student.values())

    def _reseated(self, offers: Iterable[UUID], changed: Changed) -> list[UUID]:
        """The offers of which units may be others: where nobody has a seat for good, those to which somebody comes who
        takes from another unit than all before.
        """
        needed: dict[UUID, set[object]] = {}
        for student, some in changed.items():
            for offer in some:
                if (one := self._options[student].get(offer)) is not None:
                    needed.setdefault(offer, set()).add(one.takes_from)
        return [
            offer
            for offer in offers
            if offer in self._reopened or self._has_stays(offer) or needed.get(offer, set()) - self._names(offer)
        ]

    def _has_stays(self, offer: UUID) -> bool:
        one = next(iter(self.by_offer.get(offer, {}).values()), None)
        return one is not None and (bool(one.pair.opening.stays) or fits.is_group(one))

    def _is_group(self, offer: UUID) -> bool:
        one = next(iter(self.by_offer.get(offer, {}).values()), None)
        return one is not None and fits.is_group(one)

    def _names(self, offer: UUID) -> set[Unit]:
        return set(self._units[offer][0]) if offer in self._units else set()

    def _units_of(self, offer: UUID) -> Units | None:
        """The units of an offer; none while nobody can go there."""
        here = [one for student, one in self.by_offer.get(offer, {}).items() if offer in self._options.get(student, {})]
        if not here:
            return None
        return fits.seats_of_offer(here, {one.student_id: self.bounds[one.pair.search.region] for one in here})

    def _plan_anew(self, had: Mapping[UUID, UUID]) -> dict[UUID, None]:
        """Where other units lie in one another, or other places count."""
        seated = {
            student: self._options[student][offer].takes_from
            for student, offer in had.items()
            if offer in self._options.get(student, {})
        }
        self._plan = KeptPlan(self.problem(), MOVE_COST, seated)
        self._plan.moved()
        return dict.fromkeys(self.by_student)

    def _change(
        self,
        changed: Changed,
        units: Mapping[UUID, Units],
        had: Mapping[UUID, UUID],
        given_elsewhere: Collection[UUID],
    ) -> None:
        plan = self._plan
        assert plan is not None
        for student in changed:
            if not self._options[student] and plan.knows(student):
                plan.drop(student)
        new = {offer for offer in units if offer not in self._units}
        for offer, some in units.items():
            self._reseat(offer, some)
        self._units |= units
        for student in dict.fromkeys((*changed, *given_elsewhere)):
            if not (options := list(self._options.get(student, {}).values())):
                continue
            if student in given_elsewhere or not plan.knows(student):
                place = self._options[student].get(had.get(student))  # type: ignore[arg-type]  # None is no offer
                plan.put_who_had(student, options, place.takes_from if place else None)
            else:
                self._change_options(student, {at: one for at, one in changed[student].items() if at not in new})

    def _reseat(self, offer: UUID, units: Units) -> None:
        """An offer has so many seats by now; one that is new opens from the outermost unit on."""
        plan, (seats, around) = self._plan, units
        assert plan is not None
        for unit in sorted(seats, reverse=True):
            if offer not in self._units:
                plan.open(unit, seats[unit], self._candidates_for(unit), around.get(unit))
            elif seats[unit] != self._units[offer][0][unit]:
                plan.set_seats(unit, seats[unit])

    def _change_options(self, student: UUID, before: Mapping[UUID, Candidate | None]) -> None:
        plan = self._plan
        assert plan is not None
        for offer, was in before.items():
            now = self._options[student].get(offer)
            if was is not None and (now is None or now.takes_from != was.takes_from):
                plan.change(student, was.takes_from, None)
            if now is not None:
                plan.change(student, now.takes_from, now)

    def _candidates_for(self, unit: Unit) -> list[Candidate]:
        """Those of the students that the plan knows."""
        offer, plan = unit[0], self._plan
        assert plan is not None
        found = (self._options.get(student, {}).get(offer) for student in self.by_offer[offer] if plan.knows(student))
        return [one for one in found if one is not None and one.takes_from == unit]


def _others(some: Units, before: Units | None) -> bool:
    """Whether an offer has other units than before, or others inside one another."""
    return before is not None and (some[0].keys() != before[0].keys() or some[1] != before[1])
