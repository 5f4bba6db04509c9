"""Which cells are not shown: small counts of persons, and a second cell where the first could be computed back.

STANDARDS §7: published figures hide counts of fewer than five persons. A line is a set of cells with a total that
equals their sum, so that one hidden cell of a line is the total less the others; and two hidden cells that are three
persons together would still tell of three persons. Who looks after a region knows its cells, and reads the
published ones too: what is hidden of a line of regions must not follow for any of them either.
"""

from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from heapq import heappop, heappush
from typing import Generic, TypeVar

FEWEST = 5
"""Persons: a count below it is hidden."""

K = TypeVar("K", bound=Hashable)


@dataclass(frozen=True)
class Sum(Generic[K]):
    """Cells that add up to another cell."""

    parts: Sequence[K]
    total: K
    all_shown: bool = True
    """Each part stands somewhere; one that does not follows only from the total, and keeps a hidden total hidden."""
    insiders: bool = False
    """Each part is known to somebody, hidden or not: to the regional coordinator of that region."""


def hidden(persons: Mapping[K, int], sums: Iterable[Sum[K]]) -> frozenset[K]:
    """The cells to hide, so that no count of one to four persons is shown or follows from what is shown.

    Zero is hidden too, so that it cannot be told from a small count; but it protects nobody, and needs no protection.
    """
    lines = tuple(sums)
    found = {key for key, count in persons.items() if 0 < count < FEWEST}
    among: dict[K, list[int]] = defaultdict(list)
    for number, line in enumerate(lines):
        for key in (*line.parts, line.total):
            among[key].append(number)
    needed: dict[int, K] = {}
    smallest: list[tuple[int, int]] = []
    touched: Iterable[int] = range(len(lines))
    while True:
        for number in touched:
            if (more := _needed(lines[number], persons, found)) is None:
                needed.pop(number, None)
            else:
                needed[number] = more
                heappush(smallest, (persons[more], number))
        if (least := _least(smallest, needed, persons)) is None:
            return frozenset(found | {key for key, count in persons.items() if count == 0})
        found.add(least)
        touched = among[least]


def _least(smallest: list[tuple[int, int]], needed: Mapping[int, K], persons: Mapping[K, int]) -> K | None:
    """The smallest of what is needed; what was pushed for a line that needs another one by now is passed over."""
    while smallest:
        count, number = heappop(smallest)
        if number in needed and persons[needed[number]] == count:
            return needed[number]
    return None


def _needed(line: Sum[K], persons: Mapping[K, int], found: set[K]) -> K | None:
    """The next cell that must go, if what is hidden in a line can be computed back; the smallest tells the least."""
    if line.total in found:
        return _giving_away(line, persons, found)
    gone = [key for key in line.parts if key in found]
    if not gone or _stays_hidden(sorted(persons[key] for key in gone), insiders=line.insiders):
        return None
    left = [key for key in line.parts if key not in found and persons[key]]
    return min(left, key=lambda key: persons[key]) if left else line.total


def _stays_hidden(gone: Sequence[int], *, insiders: bool) -> bool:
    """Whether hidden counts, the largest last, do not follow from what they are together; not for who knows one."""
    unknown = gone[:-1] if insiders else gone
    return len(unknown) > 1 and sum(unknown) >= FEWEST


def _giving_away(line: Sum[K], persons: Mapping[K, int], found: set[K]) -> K | None:
    """The smallest part of a hidden total that follows from its parts, since all of them are shown."""
    shown = [key for key in line.parts if key not in found and persons[key]]
    if not line.all_shown or len(line.parts) - len(shown) > int(line.insiders):
        return None
    return min(shown, key=lambda key: persons[key], default=None)
