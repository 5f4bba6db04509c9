"""A region's plan that is kept: whatever happens, it is as good as one that is made anew of what is known by then."""

from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from itertools import pairwise
from random import Random
from typing import Any
from uuid import UUID

import pytest

from services.matching.domain.engine import Candidate, Problem, ShortestPathEngine
from services.matching.domain.fits import Fit
from services.matching.domain.kept import MOVE_COST
from services.matching.domain.kept_problem import KeptProblem
from services.matching.domain.kept_region import KeptRegion, News, Place
from services.matching.domain.kept_round import Round
from services.matching.domain.model import Opening, Pause, Search, Stay
from services.matching.domain.proposals import Proposal, ProposalState
from services.matching.domain.widening import GroupBounds
from shared.events.codes import PlacementKind, Step, Weekday
from shared.ids import new_id
from tests.matching.examples import LELYSTAD, MORNING, OTHER_SCHOOL, SCHOOL, TODAY, a_search, an_offer, north_of, wish

ENGINE = ShortestPathEngine()
BOUNDS = {"AM11": GroupBounds(smallest=2, largest=3)}
WORK = ("horeca", "groen", "techniek")
SHORT = {"end_date": date(2026, 10, 16)}


@dataclass
class Told:
    """What is true of a region by now, and who has which place planned."""

    random: Random
    region: KeptRegion = field(default_factory=lambda: KeptRegion(TODAY, BOUNDS))
    searches: dict[UUID, Search] = field(default_factory=dict)
    openings: dict[UUID, Opening] = field(default_factory=dict)
    planned: dict[UUID, Proposal] = field(default_factory=dict)

    def tell(self, **news: Any) -> None:
        """Something happened: the plan is repaired, and its places are given."""
        for name, some in news.items():
            for key, one in some.items():
                _put(getattr(self, name), key, one)
        every = {"searches": {}, "openings": {}, "planned": {}, "members": {}} | news
        self.give(self.region, self.region.take(News(**every)))

    def give(self, region: KeptRegion, places: list[Place]) -> None:
        for place in places:
            assert self.planned.get(place.student_id) == place.before
            proposal = None if place.after is None else a_proposal(place.after)
            _put(self.planned, place.student_id, proposal)
            region.given(place.student_id, proposal)

    def anew(self) -> KeptRegion:
        """A plan of all that is true, which nobody kept, with the places that it would change."""
        region = KeptRegion(TODAY, BOUNDS)
        self.changes = region.take(News(self.searches, self.openings, self.planned, {}))
        return region

    # What happens

    def comes(self) -> None:
        student = self._a_search()
        self.tell(searches={student.student_id: student})

    def goes(self) -> None:
        if self.searches:
            student = self.random.choice([*self.searches])
            gone: dict[str, Any] = {"searches": {student: None}}
            self.tell(**gone, planned={student: None})

    def wishes(self) -> None:
        if self.searches:
            student = self.random.choice([*self.searches])
            other = self._a_search().profile.model_copy(update={"student_id": student})
            self.tell(searches={student: replace(self.searches[student], profile=other)})

    def offered(self) -> None:
        opening = Opening(self._an_offer())
        self.tell(openings={opening.offer.offer_id: opening})

    def withdrawn(self) -> None:
        if self.openings:
            self.tell(openings={self.random.choice([*self.openings]): None})

    def paused(self) -> None:
        if self.openings:
            opening = self.openings[self.random.choice([*self.openings])]
            pauses = () if opening.pauses else (Pause(date(2026, 9, 1), None),)
            self.tell(openings={opening.offer.offer_id: replace(opening, pauses=pauses)})

    def taken(self) -> None:
        """Somebody gets a seat by hand, or an earlier one ends."""
        if self.openings:
            opening = self.openings[self.random.choice([*self.openings])]
            days = frozenset(self.random.sample([*Weekday][:5], 2))
            stay = Stay(date(2026, 9, 1), self.random.choice((None, date(2026, 10, 18))), weekdays=days)
            stays = opening.stays[1:] if opening.stays else (stay,)
            self.tell(openings={opening.offer.offer_id: replace(opening, stays=stays)})

    def approached(self) -> None:
        """Points change and nothing else."""
        if self.openings:
            opening = self.openings[self.random.choice([*self.openings])]
            self.tell(openings={opening.offer.offer_id: replace(opening, recent_contacts=self.random.randint(0, 6))})

    def pinned(self) -> None:
        if self.openings and self.searches:
            opening = self.openings[self.random.choice([*self.openings])]
            student = self.random.choice([*self.searches])
            until = TODAY + timedelta(days=90)
            self.tell(openings={opening.offer.offer_id: replace(opening, pinned={student: until})})

    def planned_elsewhere(self) -> None:
        """Another replica gave a place up, or to somebody else."""
        if self.planned:
            student = self.random.choice([*self.planned])
            self.tell(planned={student: None})

    def several(self) -> None:
        """Two things that are read at once."""
        student, opening = self._a_search(), Opening(self._an_offer())
        self.tell(searches={student.student_id: student}, openings={opening.offer.offer_id: opening})

    EVENTS = (
        comes, comes, comes, goes, wishes, offered, offered, withdrawn, paused, taken, approached, pinned,
        planned_elsewhere, several,
    )  # fmt: skip

    def _a_search(self) -> Search:
        random = self.random
        facts: dict[str, Any] = {
            "wishes": wish(*random.sample(WORK, random.randint(0, 2))),
            "school_id": random.choice((SCHOOL, SCHOOL, OTHER_SCHOOL)),
            "days_per_week": random.choice((1, 2, 3)),
            "weekdays": random.sample(["mon", "tue", "wed", "thu", "fri"], 4),
            "limits": ["till"] if random.random() < 0.2 else [],
            "guidance_need": random.choice(("none", "limited", "full")),
            "location": north_of(LELYSTAD, random.uniform(-4, 4)),
            **(SHORT if random.random() < 0.3 else {}),
        }
        return a_search(step=random.choice([*Step][1:]), **facts)

    def _an_offer(self) -> Any:
        random = self.random
        kept = [{"school_id": SCHOOL, "seats": 1, "until_date": date(2027, 7, 1)}] if random.random() < 0.2 else []
        return an_offer(
            sector=random.choice(WORK),
            seats=random.choice((1, 1, 2, 3)),
            kind=PlacementKind.GROUP if random.random() < 0.15 else PlacementKind.INTERNSHIP,
            demands=["till"] if random.random() < 0.3 else [],
            location=north_of(LELYSTAD, random.uniform(-4, 4)),
            reservations=kept,
        )


def _put(some: dict[Any, Any], key: Any, value: Any) -> None:
    if value is None:
        some.pop(key, None)
    else:
        some[key] = value


def a_proposal(one: Fit) -> Proposal:
    search = one.pair.search
    return Proposal(
        new_id(), search.student_id, search.school_id, one.offer.offer_id, one.offer.employer_id, "AM11",
        ProposalState.PLANNED, one.pair.step, one.offer.kind, one.pair.choice, one.points, "2026-2", one.reasons,
        one.window.begin, one.window.end, one.weekdays, MORNING, MORNING,
    )  # fmt: skip


def candidates_of(problem: Problem) -> set[Candidate]:
    return set(problem.candidates)


def judged_anew(round_: Round, before: Round | None) -> KeptProblem:
    """The problem of a round from nothing but its students and openings, and what was possible in the one before."""
    other = Round(round_.ground)
    other.problem.members |= round_.problem.members
    pairs = [
        (student, offer)
        for student in round_.searches
        for offer in (round_.openings if before is None else before.problem.by_student[student])
    ]
    other.number = 20  # no further round
    other.change(round_.searches, round_.openings, pairs)
    return other.problem


def worth(chosen: Any, seated: dict[Any, Any]) -> tuple[list[int], int, int]:
    """In the published order; to keep a seat counts like a wish."""
    wishes = sum(one.wish + (MOVE_COST if seated.get(one.student) == one.takes_from else 0) for one in chosen)
    return (
        [sum(one.hardness == level for one in chosen) for level in (3, 2, 1, 0)],
        wishes,
        sum(one.points for one in chosen),
    )


def is_the_best(round_: Round, before: Round | None) -> None:
    """The problem that is kept is that of what is known, and its plan the best of it."""
    kept, anew = round_.problem, judged_anew(round_, before)
    assert {student: {*some} for student, some in kept.by_student.items() if some} == {
        student: {*some} for student, some in anew.by_student.items() if some
    }
    assert kept.asks == anew.asks
    assert candidates_of(kept.problem()) == candidates_of(anew.problem())
    if kept._plan is None:
        return
    internal, fresh = kept._plan.problem, anew.problem()
    assert candidates_of(internal) == candidates_of(fresh), "and the plan knows of all of it"
    assert {unit: internal.seats[unit] for unit in fresh.seats} == dict(fresh.seats)
    seated = {one.student: one.takes_from for one in kept.plan}
    stays = [
        replace(one, wish=one.wish + MOVE_COST) if seated.get(one.student) == one.takes_from else one
        for one in fresh.candidates
    ]
    best = ENGINE.propose(Problem(stays, fresh.seats, fresh.around))
    assert worth(kept.plan, seated) == worth(best, {})
    assert {one.student: one.offer for one in kept.plan} == {
        student: one.offer.offer_id for student, one in round_.given.items()
    }


def rounds_fit_together(region: KeptRegion) -> None:
    for one in region.rounds():
        if one.following is None:
            continue
        left = {name for name in one.searches if name not in one.given and one.problem.by_student.get(name)}
        assert {*one.following.searches} == left
        assert one.following.openings == {name: one._remaining(name) for name in one.openings}


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("with_sieve", [False, True])
def test_after_each_of_many_events_the_kept_plan_is_the_best_of_what_is_known(
    seed: int, with_sieve: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if with_sieve:
        monkeypatch.setattr("services.matching.domain.kept_region.WORTH_IT", 1)
    told = Told(Random(seed))
    told.several()
    for number in range(90):
        told.random.choice(Told.EVENTS)(told)
        if number % 3 == 0:
            rounds = [None, *told.region.rounds()]
            for before, one in pairwise(rounds):
                assert one is not None
                is_the_best(one, before)
            rounds_fit_together(told.region)
            assert {*told.planned} == {student for one in told.region.rounds() for student in one.given}
            assert told.region.first.searches == told.searches
            assert told.region.first.openings == told.openings
