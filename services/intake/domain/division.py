"""Seats of a programme, shared out between schools."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True)
class Division:
    """Seats, some of them agreed for certain schools; the others are everybody's."""

    seats: int
    agreed: Mapping[UUID, int]

    def has_room(self, school: UUID, held: Mapping[UUID, int]) -> bool:
        """Whether a student of this school can have one more of them."""
        if sum(held.values()) >= self.seats:
            return False
        if held.get(school, 0) < self.agreed.get(school, 0):
            return True
        shared = self.seats - sum(self.agreed.values())
        return sum(max(0, number - self.agreed.get(one, 0)) for one, number in held.items()) < shared

    def next_in_line(self, held: Mapping[UUID, int], schools: Iterable[UUID]) -> list[int]:
        """Which of those who wait get a seat, by their place in the order: who came first goes first."""
        now, found = dict(held), list[int]()
        for place, school in enumerate(schools):
            if self.has_room(school, now):
                now[school] = now.get(school, 0) + 1
                found.append(place)
        return found
