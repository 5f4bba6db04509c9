"""One round of a region's plan, kept: who could go where, the best plan of it, and a further round for what it leaves.

A round gives each student a whole seat at most. What remains of the seats it gives (other days of the week, other
months), and who is left over, make the next one, as when a plan is made anew (`fits.propose`). What changes in a round
repairs its plan (`kept.py`); what follows for the seats that it gives changes the next.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import TypeVar
from uuid import UUID

from services.matching.domain import fits, hardness, regional
from services.matching.domain.fits import Fit
from services.matching.domain.held import timed
from services.matching.domain.kept_problem import KeptProblem, Named, Sifted
from services.matching.domain.model import Opening, Search
from services.matching.domain.pairs import Pair
from services.matching.domain.proposals import Proposal
from services.matching.domain.widening import GroupBounds

T = TypeVar("T")
MOST = 20
"""Rounds; what is left over then waits, as when a plan is made anew."""


@dataclass
class Ground:
    """What all rounds of a plan have in common."""

    today: date
    bounds: Mapping[str, GroupBounds]
    """By region."""
    planned: dict[UUID, Proposal] = field(default_factory=dict)
    """The places that were given before, by student."""
    beside: dict[UUID, dict[UUID, Proposal]] = field(default_factory=dict)
    """The same by offer and student."""

    def plan(self, student: UUID, proposal: Proposal | None) -> None:
        """A place was given to a student, or none."""
        if (before := self.planned.pop(student, None)) is not None:
            del self.beside[before.offer_id][student], self.offers[student]
        if proposal is not None:
            self.planned[student], self.offers[student] = proposal, proposal.offer_id
            self.beside.setdefault(proposal.offer_id, {})[student] = proposal

    offers: dict[UUID, UUID] = field(default_factory=dict)
    """The offers of these places, by student."""


class Round:
    """Students and openings by their ids, and what is best for them."""

    def __init__(self, ground: Ground, number: int = 1) -> None:
        self.ground, self.number = ground, number
        self.searches: dict[UUID, Search] = {}
        self.openings: dict[UUID, Opening] = {}
        self.problem = KeptProblem(ground.bounds)
        self.given: dict[UUID, Fit] = {}
        """What this round gives, by student."""
        self.following: Round | None = None
        self._bases: dict[UUID, Fit] = {}
        """The same as the problem has it: in all the time there is."""
        self._here: dict[UUID, dict[UUID, Fit]] = {}
        """What this round gives, by offer and student."""

    def change(
        self,
        searches: Mapping[UUID, Search | None],
        openings: Mapping[UUID, Opening | None],
        pairs: Iterable[Named],
        given_elsewhere: Collection[UUID] = (),
        sifted: Sifted | None = None,
    ) -> dict[UUID, None]:
        """Take these students and openings as they are now (None: gone); `pairs` and `sifted` are all that could come
        together of which either changed; `given_elsewhere` whose place was given by somebody else since.

        The students for whom something may be different, in this round or a later one.
        """
        self._take_up(searches, openings)
        self._judge(pairs, sifted or {})
        here = [student for student in given_elsewhere if student in self.searches]
        touched = dict.fromkeys((*searches, *self.problem.repair(self._had(), here)))
        reseated = self._give(touched, here)
        return {**touched, **self._change_next(searches, touched, dict.fromkeys((*openings, *reseated)), here)}

    def _take_up(self, searches: Mapping[UUID, Search | None], openings: Mapping[UUID, Opening | None]) -> None:
        """Put them in their place; what was possible for them is not known any more."""
        problem = self.problem
        for student, search in searches.items():
            for offer in list(problem.by_student.get(student, ())):
                problem.forget(student, offer)
            _put(self.searches, student, search)
            _put(problem.levels, student, None if search is None else hardness.of(search).level)
        for offer, opening in openings.items():
            for student in list(problem.by_offer.get(offer, ())):
                problem.forget(student, offer)
            _put(self.openings, offer, opening)
            problem.reopen(offer)

    def _judge(self, pairs: Iterable[Named], sifted: Sifted) -> None:
        """Ask the rules."""
        if sifted:
            from services.matching.domain import kept_sieve

            for found in kept_sieve.fits_of(sifted, self.searches, self.openings, self.ground.today):
                self.problem.put(found)
        for student, offer in pairs:
            search, opening = self.searches.get(student), self.openings.get(offer)
            if search is None or opening is None:
                continue
            if (one := fits.fit(Pair(search, opening, self.ground.today))) is not None:
                self.problem.put(one)

    def _had(self) -> Mapping[UUID, UUID]:
        return self.ground.offers

    def _give(self, students: Iterable[UUID], given_elsewhere: Collection[UUID]) -> dict[UUID, None]:
        """Follow the plan; the offers of which seats are given otherwise."""
        offers: dict[UUID, None] = {}
        for student in students:
            base = self.problem.place(student) if student in self.searches else None
            if base is self._bases.get(student) and student not in given_elsewhere:
                continue
            if (before := self.given.pop(student, None)) is not None:
                del self._here[before.offer.offer_id][student]
                offers[before.offer.offer_id] = None
            _put(self._bases, student, base)
            if base is not None:
                offer = base.offer.offer_id
                planned = [one for other, one in self.ground.beside.get(offer, {}).items() if other in self.searches]
                self.given[student] = timed(base, planned)
                self._here.setdefault(offer, {})[student] = self.given[student]
                offers[offer] = None
        return offers

    def _change_next(
        self,
        searches: Mapping[UUID, Search | None],
        touched: Collection[UUID],
        offers: Collection[UUID],
        given_elsewhere: Collection[UUID],
    ) -> dict[UUID, None]:
        """What is left of the seats goes to who is left."""
        if self.following is None:
            if not self.given or self.number == MOST or not any(map(self._is_left, self.searches)):
                return {}
            self.following = Round(self.ground, self.number + 1)
            touched, offers = self.searches, self.openings
        for offer in offers:
            self.following.problem.members[offer] = self._members(offer)
        left = self._left(self.following, searches, touched)
        openings = {offer: self._remaining(offer) for offer in offers}
        return self.following.change(left, openings, self._pairs(left, offers), given_elsewhere)

    def _left(
        self, following: "Round", searches: Mapping[UUID, Search | None], touched: Iterable[UUID]
    ) -> dict[UUID, Search | None]:
        """Who is left otherwise than the next round knows; these are not searched for any more where it says None."""
        left: dict[UUID, Search | None] = {}
        for student in touched:
            if not self._is_left(student):
                if student in following.searches:
                    left[student] = None
            elif student in searches or student not in following.searches:
                left[student] = self.searches[student]
        return left

    def _pairs(self, left: Collection[UUID], offers: Iterable[UUID]) -> list[Named]:
        """What may be possible in the next round is so here: less is left of each offer there."""
        problem = self.problem
        pairs = [(student, offer) for student in left for offer in problem.by_student.get(student, ())]
        return pairs + [
            (student, offer)
            for offer in offers
            for student in problem.by_offer.get(offer, ())
            if student not in left and self._is_left(student)
        ]

    def _is_left(self, student: UUID) -> bool:
        return student not in self.given and bool(self.problem.by_student.get(student)) and student in self.searches

    def _remaining(self, offer: UUID) -> Opening | None:
        opening, here = self.openings.get(offer), self._here.get(offer)
        return regional.with_stays(opening, list(here.values())) if opening and here else opening

    def _members(self, offer: UUID) -> Mapping[UUID, int]:
        here = Counter(one.pair.search.school_id for one in self._here.get(offer, {}).values())
        return here + Counter(self.problem.members.get(offer, {}))


def _put(some: dict[UUID, T], key: UUID, value: T | None) -> None:
    if value is None:
        some.pop(key, None)
    else:
        some[key] = value
