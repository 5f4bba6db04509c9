"""Which cells are not shown: small counts of persons, and a second cell where the first could be computed back.

STANDARDS §7: published figures hide counts of fewer than five persons. A line is a set of cells with a total that
equals their sum, so that one hidden cell of a line is the total less the others; and two hidden cells that are three
persons together would still tell of three persons.
"""

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

FEWEST = 5
"""Persons: a count below it is hidden."""

K = TypeVar("K", bound=Hashable)


@dataclass(frozen=True)
class Sum(Generic[K]):
    """Cells that add up to another cell."""

    parts: Sequence[K]
    total: K


def hidden(persons: Mapping[K, int], sums: Iterable[Sum[K]]) -> frozenset[K]:
    """The cells to hide, so that no count of one to four persons is shown or follows from what is shown.

    Zero is hidden too, so that it cannot be told from a small count; but it protects nobody, and needs no protection.
    """
    sums = tuple(sums)
    found = {key for key, count in persons.items() if 0 < count < FEWEST}
    while added := [more for line in sums if (more := _needed(line, persons, found)) is not None]:
        found.add(min(added, key=lambda key: persons[key]))
    return frozenset(found | {key for key, count in persons.items() if count == 0})


def _needed(line: Sum[K], persons: Mapping[K, int], found: set[K]) -> K | None:
    """The next cell that must go, if what is hidden in a line can be computed back; the smallest tells the least."""
    if line.total in found:
        return None
    gone = [key for key in line.parts if key in found]
    if not gone or (len(gone) > 1 and sum(persons[key] for key in gone) >= FEWEST):
        return None
    left = [key for key in line.parts if key not in found and persons[key]]
    return min(left, key=lambda key: persons[key]) if left else line.total
