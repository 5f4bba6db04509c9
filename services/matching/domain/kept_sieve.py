"""The sieve of `candidates.py` over students and offers that are kept: only who changed is written and looked at.

Imported only where it is used: numpy and numba are seconds and tens of megabytes that only regions need.
"""

from collections.abc import Collection, Mapping
from datetime import date
from typing import Any
from uuid import UUID

import numpy as np

from services.matching.domain import candidates, judging, sieving
from services.matching.domain.adapting import MOST_LEFT_OUT
from services.matching.domain.candidates import Found, Numbers, Places, Seekers
from services.matching.domain.fits import Fit
from services.matching.domain.kept_problem import Sifted
from services.matching.domain.model import Opening, Search

Table = Any


class Rows:
    """Rows of numbers by id: a spot (latitude and longitude), and whole numbers."""

    def __init__(self, width: int) -> None:
        self.ids: list[UUID] = []
        self._at: dict[UUID, int] = {}
        self._spots, self._numbers = np.empty((64, 2)), np.empty((64, width), np.int64)

    @property
    def tables(self) -> tuple[Table, Table]:
        """Spots and numbers, in the order of `ids`."""
        return self._spots[: len(self.ids)], self._numbers[: len(self.ids)]

    def put(self, name: UUID, row: tuple[float, ...]) -> bool:
        """Write a row; whether it differs from what was there."""
        at = self._at.setdefault(name, len(self.ids))
        if at == len(self.ids):
            self.ids.append(name)
            if at == len(self._spots):
                self._spots = np.concatenate((self._spots, np.empty_like(self._spots)))
                self._numbers = np.concatenate((self._numbers, np.empty_like(self._numbers)))
        elif tuple(self._spots[at]) == row[:2] and tuple(self._numbers[at]) == row[2:]:
            return False
        self._spots[at], self._numbers[at] = row[:2], row[2:]
        return True

    def drop(self, name: UUID) -> None:
        """Take a row out; the last one takes its place."""
        if (at := self._at.pop(name, None)) is None:
            return
        last = self.ids.pop()
        if last != name:
            end = len(self.ids)
            self._spots[at], self._numbers[at] = self._spots[end], self._numbers[end]
            self.ids[at], self._at[last] = last, at

    def only(self, names: Collection[UUID]) -> tuple[list[UUID], tuple[Table, Table]]:
        """Some of them, and their tables."""
        some = [name for name in names if name in self._at]
        at = [self._at[name] for name in some]
        return some, (self._spots[at], self._numbers[at])


class KeptSieve:
    """Students and offers in rows."""

    def __init__(self, today: date) -> None:
        self._today = today.toordinal()
        self._numbers = Numbers()
        self._ways = candidates.ways()
        self._seekers, self._places = Rows(len(Seekers._fields) - 2), Rows(len(Places._fields) - 2)
        self._grid: tuple[list[UUID], tuple[Any, ...]] | None = None
        """All offers in the order of their cells."""

    def put(self, search: Search) -> None:
        """A student as known now."""
        self._seekers.put(search.student_id, candidates.seeker(search, self._numbers))

    def open(self, opening: Opening) -> None:
        """An offer as known now."""
        if self._places.put(opening.offer.offer_id, candidates.place(opening, self._numbers)):
            self._grid = None

    def drop(self, student: UUID) -> None:
        """A student is gone."""
        self._seekers.drop(student)

    def close(self, offer: UUID) -> None:
        """An offer is gone."""
        self._places.drop(offer)
        self._grid = None

    @property
    def is_exact(self) -> bool:
        """Whether every code that came by had a bit of its own."""
        return self._numbers.are_exact

    def places_for(self, students: Collection[UUID]) -> Sifted:
        """Pairs of these students and of all offers that may be possible."""
        if not students:
            return {}
        if self._grid is None:
            self._grid = _in_cells(self._places.ids, self._places.tables)
        return self._look(self._seekers.only(students), self._grid)

    def students_for(self, offers: Collection[UUID]) -> Sifted:
        """Pairs of all students and of these offers that may be possible."""
        return self._look((self._seekers.ids, self._seekers.tables), _in_cells(*self._places.only(offers)))

    def _look(
        self, seekers: tuple[list[UUID], tuple[Table, Table]], places: tuple[list[UUID], tuple[Any, ...]]
    ) -> Sifted:
        if not seekers[0] or not places[0]:
            return {}
        found = sieving.compiled()(*seekers[1], *places[1], *self._ways, self._today, MOST_LEFT_OUT)
        return {(seekers[0][one], places[0][at]): (minutes, wish) for one, at, minutes, wish in found.tolist()}


def fits_of(
    sifted: Sifted, searches: Mapping[UUID, Search], openings: Mapping[UUID, Opening], today: date
) -> list[Fit]:
    """The fits of what a sieve that is exact let through; all of these students and offers are there."""
    students = {name: at for at, name in enumerate(dict.fromkeys(student for student, _ in sifted))}
    offers = {name: at for at, name in enumerate(dict.fromkeys(offer for _, offer in sifted))}
    rows = [(students[student], offers[offer], *way) for (student, offer), way in sifted.items()]
    found = Found(*np.array(rows, np.int64).reshape(-1, 4).T)
    return judging.fits_among([searches[name] for name in students], [openings[name] for name in offers], found, today)


def _in_cells(ids: list[UUID], tables: tuple[Table, Table]) -> tuple[list[UUID], tuple[Any, ...]]:
    if not ids:
        return [], ()
    spots, numbers = tables
    order, grid = sieving.grid_of(spots, numbers[:, sieving.SECTOR])
    return [ids[at] for at in order.tolist()], (spots[order], numbers[order], grid)
