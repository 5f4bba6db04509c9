"""The fits among the pairs that the sieve lets through, worked out for all of them at once.

No rule and no fact is written a second time here: what depends on little is asked of one pair and holds for all that
are alike in it; what only some students or offers have is asked of those. Points are those of `points.py`, on columns;
nothing is put into words until somebody reads it (docs/decisions/0056).
Imported only where it is used: numpy is tens of megabytes that only regions need.
"""

from collections.abc import Callable, Hashable, Sequence
from datetime import date
from itertools import compress
from typing import Any, NamedTuple, TypeVar

import numpy as np

from services.matching.domain import adapting, facts, points, rules
from services.matching.domain.candidates import Found, rank_of
from services.matching.domain.fits import Fit
from services.matching.domain.model import GUIDANCE_ORDER, Opening, Search
from services.matching.domain.pairs import Pair
from services.matching.domain.points import Facts
from services.matching.domain.windows import Slot

T = TypeVar("T")
Column = Any
"""A numpy array with an entry for each student, offer or pair."""

NOWHERE = -1
"""The municipality of who did not say it: like that of no offer."""


class Students(NamedTuple):
    """Students as columns of whole numbers; where it is a respect, who has the same number is alike in it."""

    number: Column
    sought: Column
    """What, and where."""
    times: Column
    """The period, and on which days."""
    guidance: Column
    school: Column
    municipality: Column
    weights: Column
    most_minutes: Column
    last_year: Column
    is_special: Column
    """Something was pinned, refused or learned."""


class Offers(NamedTuple):
    """Offers as columns, in the same way."""

    number: Column
    offered: Column
    """What, and where."""
    sector: Column
    times: Column
    """The period, on which days and how many seats; an offer is like no other where seats are taken or it rests."""
    guidance: Column
    municipality: Column
    job_prospect: Column
    certificates: Column
    good: Column
    stopped: Column
    contacts: Column
    boris: Column
    chance: Column
    is_held: Column
    """Seats are kept for somebody."""
    is_special: Column
    """Some look first."""


class Pairs:
    """Pairs, and columns of the same length: `students` and `offers` have the columns of theirs."""

    def __init__(self, searches: Sequence[Search], openings: Sequence[Opening], found: Found, today: date) -> None:
        numbers = dict[Hashable, int]()
        students = np.array([_student(at, one, numbers) for at, one in enumerate(searches)], np.int64).T
        offers = np.array([_offer(at, one, numbers) for at, one in enumerate(openings)], np.int64).T
        self.students = Students(*students[:, found.student])
        self.offers = Offers(*offers[:, found.place])
        self.minutes, self.rank = found.minutes.astype(np.int64), rank_of(found).astype(np.int64)
        numbered = zip(found.student.tolist(), found.place.tolist(), strict=True)
        self.every = [Pair(searches[one], openings[at], today) for one, at in numbered]
        self.own = self.column([self.students.school, self.offers.number], facts.is_of_own_network)

    def keep(self, these: Column) -> None:
        """Leave out the others."""
        self.students = Students(*(column[these] for column in self.students))
        self.offers = Offers(*(column[these] for column in self.offers))
        self.minutes, self.rank, self.own = self.minutes[these], self.rank[these], self.own[these]
        self.every = list(compress(self.every, these.tolist()))

    def alike_in(self, respects: Sequence[Column], ask: Callable[[Pair], T]) -> tuple[list[T], Column]:
        """What is answered for one of each kind that are alike in these respects, and which kind each pair is of."""
        key = np.zeros(len(self.every), np.int64)
        for respect in respects:
            key = np.unique(key, return_inverse=True)[1] * (int(respect.max(initial=0)) + 1) + respect
        _, first, kind = np.unique(key, return_index=True, return_inverse=True)
        return [ask(self.every[at]) for at in first.tolist()], kind

    def column(self, respects: Sequence[Column], ask: Callable[[Pair], int]) -> Column:
        """The same as a column."""
        answers, kind = self.alike_in(respects, ask)
        return np.array(answers, np.int64)[kind]


def fits_among(searches: Sequence[Search], openings: Sequence[Opening], found: Found, today: date) -> list[Fit]:
    """The fits of what the sieve of these students and offers lets through, in its order.

    The sieve must have had a bit for every code (`Numbers.are_exact`).
    """
    if not len(found.student):
        return []
    pairs = Pairs(searches, openings, found, today)
    pairs.keep(_lies_in_reach(pairs))
    pairs.keep(_breaks_no_rule_of_few(pairs))
    slots, kind = pairs.alike_in(_times(pairs), lambda pair: pair.slot)
    has_slot = np.array([slot is not None for slot in slots], bool)[kind]
    pairs.keep(has_slot)
    return _scored(pairs, [slots[at] for at in kind[has_slot].tolist()])


def _lies_in_reach(pairs: Pairs) -> Column:
    """Whether the circle is open in which each pair lies."""
    students, offers = pairs.students, pairs.offers
    respects = [students.sought, offers.offered, pairs.own, pairs.rank, *_one_by_one(pairs, students.is_special)]
    return pairs.column(respects, lambda pair: pair.within_circle and not rules.circle(pair)).astype(bool)


def _one_by_one(pairs: Pairs, these: Column) -> tuple[Column, Column]:
    """Respects in which each of these pairs is like no other."""
    return (pairs.students.number + 1) * these, (pairs.offers.number + 1) * these


def _breaks_no_rule_of_few(pairs: Pairs) -> Column:
    """Whether no rule is broken that the sieve does not know and that few students or offers bear on."""
    special = (pairs.students.is_special | pairs.offers.is_special).tolist()
    return np.array(
        [
            (not adapting.clash(pair) or bool(rules.what_can_be_asked(pair)))
            and not (is_special and any(rule(pair) for rule in rules.FOR_FEW))
            for pair, is_special in zip(pairs.every, special, strict=True)
        ],
        bool,
    )


def _times(pairs: Pairs) -> list[Column]:
    """The respects that decide when a seat is free."""
    return [pairs.students.times, pairs.offers.times, *_one_by_one(pairs, pairs.offers.is_held)]


def _scored(pairs: Pairs, slots: Sequence[Slot | None]) -> list[Fit]:
    """The fits of pairs that break no rule, in these slots."""
    respects = [pairs.offers.number, *_one_by_one(pairs, pairs.offers.is_held)]
    seats = pairs.column(respects, lambda pair: pair.seats)
    for pair, slot, free, minutes in zip(pairs.every, slots, seats.tolist(), pairs.minutes.tolist(), strict=True):
        pair.knows(slot=slot, seats=free, minutes=minutes)
    left_out = [adapting.clash(pair) for pair in pairs.every]
    wish, total = _points(pairs, np.array([bool(demands) for demands in left_out], np.int64))
    every = zip(pairs.every, slots, wish.tolist(), total.tolist(), left_out, strict=True)
    return [
        Fit(pair, slot.window, slot.weekdays, pair, first, score, asked)
        for pair, slot, first, score, asked in every
        if slot
    ]


def _points(pairs: Pairs, to_ask: Column) -> tuple[Column, Column]:
    """What is compared first of each pair, and all its points, by the weights of its region."""
    known, weights = _facts(pairs, to_ask), pairs.students.weights
    wish, total = np.zeros((2, len(pairs.every)), np.int64)
    for at in np.unique(weights, return_index=True)[1].tolist():
        these = weights == weights[at]
        some = Facts(*(column[these] for column in known))
        given = points.of(some, pairs.every[at].search.terms.weights)
        wish[these], total[these] = points.in_order(given)
    return wish, total


def _facts(pairs: Pairs, to_ask: Column) -> Facts:
    """What points are made of."""
    students, offers, column = pairs.students, pairs.offers, pairs.column
    wanted, there = _tasks(pairs)
    told, kind = pairs.alike_in([students.school, offers.number], facts.told_by_others)
    good, lacking = np.array([tuple(map(len, each)) for each in told], np.int64).reshape(-1, 2)[kind].T
    return Facts(
        rank=pairs.rank,
        tried=column([students.number, offers.sector], facts.was_tried),
        to_ask=to_ask,
        discovery=column([students.sought, offers.offered], facts.is_made_to_discover),
        tasks_wanted=wanted,
        tasks_there=there,
        minutes=pairs.minutes,
        most_minutes=students.most_minutes,
        own_network=pairs.own,
        last_year=students.last_year,
        job_prospect=offers.job_prospect,
        guidance=column([students.guidance, offers.guidance], facts.guidance),
        all_days=column([students.times, offers.times], facts.has_all_days),
        days_missed=column(_times(pairs), facts.days_missed),
        certificates=offers.certificates,
        same_municipality=students.municipality == offers.municipality,
        good=offers.good,
        stopped=offers.stopped,
        contacts=offers.contacts,
        boris=offers.boris,
        chance=offers.chance,
        told_good=good,
        told_lacking=lacking,
    )


def _tasks(pairs: Pairs) -> tuple[Column, Column]:
    """How many tasks are wished for, and how many of those are there."""
    wanted, kind = pairs.alike_in([pairs.students.number, pairs.offers.sector], facts.wanted_tasks)
    of_pair = zip(pairs.every, kind.tolist(), strict=True)
    there = [len(some.intersection(pair.opening.offer.tasks)) if (some := wanted[at]) else 0 for pair, at in of_pair]
    return np.array([len(some) for some in wanted], np.int64)[kind], np.array(there, np.int64)


def _student(number: int, search: Search, numbers: dict[Hashable, int]) -> tuple[int, ...]:
    """As `Students` has it."""
    one, terms = search.profile, search.terms
    return (
        number,
        _number(numbers, (bool(one.wishes), one.placement_kind, one.region, search.step, terms.circles)),
        _number(numbers, (one.begin_date, one.end_date, frozenset(one.weekdays), one.days_per_week)),
        GUIDANCE_ORDER.index(one.guidance_need),
        _number(numbers, search.school_id),
        NOWHERE if one.municipality is None else _number(numbers, one.municipality),
        _number(numbers, terms.weights),
        max(1, one.travel.max_minutes),
        one.last_year,
        bool(search.pins or search.refusals or search.lessons),
    )


def _offer(number: int, opening: Opening, numbers: dict[Hashable, int]) -> tuple[int, ...]:
    """As `Offers` has it."""
    one = opening.offer
    is_held = bool(opening.pinned or one.reservations)
    is_like_others = not (opening.stays or opening.rests or is_held)
    times = (one.begin_date, one.end_date, frozenset(one.weekdays), one.seats)
    return (
        number,
        _number(numbers, (one.kind, one.region)),
        _number(numbers, one.sector),
        _number(numbers, times if is_like_others else (number,)),
        _number(numbers, (one.kind, one.guidance)),
        _number(numbers, one.municipality),
        one.job_prospect,
        bool(one.certificates),
        opening.experience.good,
        opening.experience.stopped,
        opening.recent_contacts,
        facts.is_boris(opening),
        facts.chance_of_work(opening.market),
        is_held,
        opening.first_look_until is not None,
    )


def _number(numbers: dict[Hashable, int], what: Hashable) -> int:
    return numbers.setdefault(what, len(numbers))
