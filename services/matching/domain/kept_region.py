"""A region's plan that is kept: who waits there, what is offered in reach, and how places move by what happens."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import product
from typing import TYPE_CHECKING
from uuid import UUID

from services.matching.domain.candidates import WORTH_IT
from services.matching.domain.fits import Fit
from services.matching.domain.kept_problem import Named, Sifted
from services.matching.domain.kept_round import Ground, Round
from services.matching.domain.model import Opening, Search
from services.matching.domain.proposals import Proposal
from services.matching.domain.widening import GroupBounds

if TYPE_CHECKING:
    from services.matching.domain.kept_sieve import KeptSieve


@dataclass(frozen=True)
class News:
    """What was read of a region: all of it at first, then what may have changed. None is what is gone."""

    searches: Mapping[UUID, Search | None]
    openings: Mapping[UUID, Opening | None]
    """Without the seats of places that are planned."""
    planned: Mapping[UUID, Proposal | None]
    """By student."""
    members: Mapping[UUID, Mapping[UUID, int]]
    """Of groups: how many of a school have a seat there, without those that are planned."""


@dataclass(frozen=True)
class Place:
    """A student whose place is another by now."""

    student_id: UUID
    before: Proposal | None
    after: Fit | None


class KeptRegion:
    """The best plan for all that is known of a region. For one thread at a time."""

    def __init__(self, today: date, bounds: Mapping[str, GroupBounds]) -> None:
        self.ground = Ground(today, bounds)
        self.first = Round(self.ground)
        self.sieve: KeptSieve | None = None

    @property
    def size(self) -> int:
        """How many things it holds."""
        return (
            len(self.first.searches) + len(self.first.openings) + sum(map(len, self.first.problem.by_student.values()))
        )

    def take(self, news: News) -> list[Place]:
        """Plan with what was read; whose place is another than the one that is planned."""
        searches = {name: one for name, one in news.searches.items() if self.first.searches.get(name) != one}
        openings = {name: one for name, one in news.openings.items() if self.first.openings.get(name) != one}
        elsewhere = self._planned_elsewhere(news.planned)
        self.first.problem.members |= news.members
        self._sieve(searches, openings)
        pairs, sifted = self._pairs(searches, openings)
        touched = self.first.change(searches, openings, pairs, elsewhere, sifted)
        return list(self._places(dict.fromkeys((*touched, *elsewhere))))

    def given(self, student: UUID, proposal: Proposal | None) -> None:
        """A place was given as it was planned."""
        self.ground.plan(student, proposal)

    def rounds(self) -> Iterator[Round]:
        """One after another."""
        one: Round | None = self.first
        while one is not None:
            yield one
            one = one.following

    def _planned_elsewhere(self, planned: Mapping[UUID, Proposal | None]) -> dict[UUID, None]:
        """Whose place is not the one that this plan gave."""
        elsewhere: dict[UUID, None] = {}
        for student, proposal in planned.items():
            known = self.ground.planned.get(student)
            if _where(known) != _where(proposal):
                elsewhere[student] = None
            self.ground.plan(student, proposal)
        return elsewhere

    def _sieve(self, searches: Mapping[UUID, Search | None], openings: Mapping[UUID, Opening | None]) -> None:
        """Keep the sieve up to date, if the region is so large that one is worth it."""
        if self.sieve is None:
            if self.first.searches or self.first.openings or len(searches) * len(openings) < WORTH_IT:
                return
            from services.matching.domain.kept_sieve import KeptSieve

            self.sieve = KeptSieve(self.ground.today)
        for student, search in searches.items():
            self.sieve.drop(student) if search is None else self.sieve.put(search)
        for offer, opening in openings.items():
            self.sieve.close(offer) if opening is None else self.sieve.open(opening)

    def _pairs(
        self, searches: Mapping[UUID, Search | None], openings: Mapping[UUID, Opening | None]
    ) -> tuple[Iterable[Named], Sifted]:
        """All that may be possible with one of these in it, each once: what the rules are asked of one by one, and what
        they can be asked of at once.
        """
        students = [student for student, search in searches.items() if search]
        offers = [offer for offer, opening in openings.items() if opening]
        if self.sieve is not None:
            found = self.sieve.places_for(students) | self.sieve.students_for(offers)
            return ((), found) if self.sieve.is_exact else (found, {})
        everywhere, everybody = {**self.first.openings, **openings}, {**self.first.searches, **searches}
        return dict.fromkeys((*product(students, everywhere), *product(everybody, offers))), {}

    def _places(self, touched: Iterable[UUID]) -> Iterator[Place]:
        for student in touched:
            before = self.ground.planned.get(student)
            after = next((one.given[student] for one in self.rounds() if student in one.given), None)
            if _where(before) != _where_of(after):
                yield Place(student, before, after)


def _where(proposal: Proposal | None) -> tuple[object, ...] | None:
    if proposal is None:
        return None
    return (proposal.offer_id, proposal.begin_date, proposal.end_date, proposal.weekdays)


def _where_of(one: Fit | None) -> tuple[object, ...] | None:
    if one is None:
        return None
    return (one.offer.offer_id, one.window.begin, one.window.end, one.weekdays)
