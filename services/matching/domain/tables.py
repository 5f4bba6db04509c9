"""The searches of `paths.py` for many students: the same residual graph, prices and moves, laid out for compiled code.

All that is known of a unit lies in one row, an edge beside its cost, and the queue is a heap in which a unit stands
once: that is two to three times as fast as compiling `paths.py`. Of plans as good it may find another one.
Imported only where it is used: numpy and numba are seconds and tens of megabytes that only regions need.
"""

from functools import cache
from typing import Any

import numpy as np

from services.matching.domain.compiling import compile_together

Table = Any
"""A numpy array of whole numbers, a row for each student, edge, unit or entry of the heap."""

NONE = -1

FIRST, ALONE, EDGE, FOLLOWS, PRECEDES = range(5)
"""Of a student: the first edge (a row more than there are students), the cost of staying without, the edge in use,
and who sits beside in the same unit.
"""

UNIT, COST = range(2)
"""Of an edge."""

LEFT, AROUND, PRICE, KEY, THROUGH, BY, SEARCH, SITS, USED, PLACE, FIRST_INSIDE = range(11)
"""Of a unit, as in `paths.Net`; reached THROUGH an edge BY a student; PLACE is where it stands in the heap."""


def chosen(first: Table, unit: Table, cost: Table, alone: Table, seats: Table, around: Table, order: Table) -> Table:
    """The edge of each student in the best plan, or none; arguments as in `paths.net_of` and `paths.solve`.

    Whatever the order, the hardest to place with the fewest edges go first: a bad order would cost twice the time.
    """
    students, edges, units, inside = laid_out(first, unit, cost, alone, seats, around)
    given = np.asarray(order, np.int64)
    quick = given[np.lexsort((np.diff(first)[given], -np.asarray(alone)[given]))]
    compiled()(students, edges, units, inside, quick)
    return students[:-1, EDGE]


def solve(students: Table, edges: Table, units: Table, inside: Table, order: Table) -> None:
    """Take in all students in an order, each along the cheapest path."""
    heap, settled = np.empty((len(units), 2), np.int64), np.empty(len(units), np.int64)
    for number in range(len(order)):
        take_in(students, edges, units, inside, heap, settled, number + 1, order[number])


def take_in(
    students: Table, edges: Table, units: Table, inside: Table, heap: Table, settled: Table, number: int, newcomer: int
) -> None:
    """Take in one student in the search of this number, moving others where all together gain by it."""
    done = 0
    least, end, many = look_at(
        students, edges, units, heap, 0, number, newcomer, 0, students[newcomer, ALONE], -2 - newcomer
    )
    while many and heap[0, 0] < least:
        unit = heap[0, 1]
        many = drop_first(units, heap, many)
        settled[done] = unit
        done += 1
        least, end, many = look_on(students, edges, units, inside, heap, many, number, unit, least, end)
    for at in range(many):
        units[heap[at, 1], PLACE] = NONE
    for at in range(done):
        units[settled[at], PRICE] += least - units[settled[at], KEY]
    move(students, edges, units, end)


def look_at(
    students: Table, edges: Table, units: Table, heap: Table, many: int, number: int, student: int, base: int,
    least: int, end: int,
) -> tuple[int, int, int]:  # fmt: skip
    """Look where a student can go; the cost of the best end, where that is, and how many stand in the heap."""
    for edge in range(students[student, FIRST], students[student + 1, FIRST]):
        unit = edges[edge, UNIT]
        key = base + edges[edge, COST] + units[unit, PRICE]
        if is_news(units, unit, key, number, least):
            units[unit, THROUGH], units[unit, BY] = edge, student
            if has_room(units, unit):
                least, end = key, unit
            else:
                many = put(units, heap, many, key, unit)
    return least, end, many


def look_on(
    students: Table, edges: Table, units: Table, inside: Table, heap: Table, many: int, number: int, unit: int,
    least: int, end: int,
) -> tuple[int, int, int]:  # fmt: skip
    """Look who can make room in a unit, and what lies around and inside it."""
    base = units[unit, KEY] - units[unit, PRICE]
    around = units[unit, AROUND]
    if around != NONE and units[unit, LEFT] > 0:
        key = base + units[around, PRICE]
        if is_news(units, around, key, number, least):  # if it had room, so would this unit
            units[around, THROUGH] = -2 - unit
            many = put(units, heap, many, key, around)
    for at in range(units[unit, FIRST_INSIDE], units[unit + 1, FIRST_INSIDE]):
        key = base + units[inside[at], PRICE]
        if units[inside[at], USED] > 0 and is_news(units, inside[at], key, number, least):
            units[inside[at], THROUGH] = -2 - unit
            many = put(units, heap, many, key, inside[at])
    student = units[unit, SITS]
    while student != NONE:
        without = base - edges[students[student, EDGE], COST]
        if without + students[student, ALONE] < least:
            least, end = without + students[student, ALONE], -2 - student
        least, end, many = look_at(students, edges, units, heap, many, number, student, without, least, end)
        student = students[student, FOLLOWS]
    return least, end, many


def is_news(units: Table, unit: int, key: int, number: int, least: int) -> bool:
    """Whether this is the cheapest way to a unit so far, and may lead to a better end; if so it is noted."""
    if key >= least or (units[unit, SEARCH] == number and key >= units[unit, KEY]):
        return False
    units[unit, SEARCH], units[unit, KEY] = number, key
    return True


def has_room(units: Table, unit: int) -> bool:
    """Whether a unit and all around it have a seat left."""
    while unit != NONE and units[unit, LEFT] > 0:
        unit = units[unit, AROUND]
    return bool(unit == NONE)


def put(units: Table, heap: Table, many: int, key: int, unit: int) -> int:
    """Put a unit into the heap, or forward in it; how many stand there then."""
    at = units[unit, PLACE]
    if at == NONE:
        at = many
        many += 1
    while at > 0 and heap[(at - 1) >> 1, 0] > key:
        at = shift(units, heap, at, (at - 1) >> 1)
    heap[at, 0], heap[at, 1], units[unit, PLACE] = key, unit, at
    return many


def drop_first(units: Table, heap: Table, many: int) -> int:
    """Take the cheapest unit out of the heap; how many stand there then."""
    units[heap[0, 1], PLACE] = NONE
    many -= 1
    key, unit, at, below = heap[many, 0], heap[many, 1], 0, 1
    while below < many:
        if below + 1 < many and heap[below + 1, 0] < heap[below, 0]:
            below += 1
        if heap[below, 0] >= key:
            break
        at = shift(units, heap, at, below)
        below = 2 * at + 1
    if many:
        heap[at, 0], heap[at, 1], units[unit, PLACE] = key, unit, at
    return many


def shift(units: Table, heap: Table, to: int, where: int) -> int:
    """Move an entry of the heap, and say where it stood."""
    heap[to, 0], heap[to, 1] = heap[where, 0], heap[where, 1]
    units[heap[to, 1], PLACE] = to
    return where


def move(students: Table, edges: Table, units: Table, end: int) -> None:
    """Move everybody along the path, from its end back to the newcomer, who had no place."""
    unit = end
    if end < NONE:
        unit = leave(students, edges, units, -2 - end)
    else:
        while end != NONE:
            count(units, end, 1)
            end = units[end, AROUND]
    while unit != NONE:
        through = units[unit, THROUGH]
        if through > NONE:
            student = units[unit, BY]
            before = leave(students, edges, units, student)
            sit(students, units, student, unit, through)
            unit = before
        elif units[-2 - through, AROUND] == unit:
            unit = -2 - through
            count(units, unit, 1)
        else:
            count(units, unit, -1)
            unit = -2 - through


def count(units: Table, unit: int, more: int) -> None:
    """So many more have a seat in a unit."""
    units[unit, LEFT] -= more
    units[unit, USED] += more


def sit(students: Table, units: Table, student: int, unit: int, edge: int) -> None:
    """Give a student a place; the seat is counted already."""
    other = units[unit, SITS]
    students[student, EDGE], units[unit, SITS] = edge, student
    students[student, FOLLOWS], students[student, PRECEDES] = other, NONE
    if other != NONE:
        students[other, PRECEDES] = student


def leave(students: Table, edges: Table, units: Table, student: int) -> int:
    """Take a student from a place; the unit that is left, or none for who had no place."""
    edge = students[student, EDGE]
    if edge == NONE:
        return NONE
    unit = edges[edge, UNIT]
    after, before = students[student, FOLLOWS], students[student, PRECEDES]
    if before == NONE:
        units[unit, SITS] = after
    else:
        students[before, FOLLOWS] = after
    if after != NONE:
        students[after, PRECEDES] = before
    students[student, EDGE] = NONE
    return int(unit)


@cache
def compiled() -> Any:
    """`solve`, compiled: the first call of a process takes a second or two, the first on a machine some twenty."""
    inner_first = (
        "shift", "put", "drop_first", "has_room", "is_news", "look_at", "look_on", "count", "sit", "leave", "move",
        "take_in", "solve",
    )  # fmt: skip
    return compile_together(globals(), inner_first)["solve"]


def laid_out(
    first: Table, unit: Table, cost: Table, alone: Table, seats: Table, around: Table
) -> tuple[Table, Table, Table, Table]:
    """The tables of students, edges, units and what is inside units; nobody has a place. Arguments as in `net_of`."""
    students = np.full((len(alone) + 1, 5), NONE, np.int64)
    students[:, FIRST], students[:-1, ALONE] = first, alone
    units = np.zeros((len(seats) + 1, 11), np.int64)
    units[:-1, LEFT], units[:-1, AROUND], units[:, SITS], units[:, PLACE] = seats, around, NONE, NONE
    lies_in = np.asarray(around, np.int64)
    inner = np.flatnonzero(lies_in != NONE)
    units[1:, FIRST_INSIDE] = np.bincount(lies_in[inner], minlength=len(seats)).cumsum()
    return students, np.stack([unit, cost], 1).astype(np.int64), units, inner[np.argsort(lies_in[inner], kind="stable")]
