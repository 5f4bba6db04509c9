"""Successive shortest paths on arrays: the optimum of a plan, student by student, with prices that are kept meanwhile.

The residual graph: a student takes a seat in a unit; a unit with seats left leads on to the unit around it; in a full
one somebody who sits there, or in a unit inside it, makes room by going elsewhere or staying without. A unit's price is
never more than what it costs from there on, so that a search looks at nothing that cannot beat its best end; and after
each student the plan is optimal for those who were taken in.

The same code runs as it stands (a few pairs, in lists) and compiled (a region, in arrays): see `machine.py`.
"""

import heapq
from collections import Counter
from collections.abc import MutableSequence
from itertools import accumulate
from typing import NamedTuple

Ints = MutableSequence[int]
Queue = list[tuple[int, int]]
"""Units to look at, by what it costs to get there."""

NONE = -1
"""No student, no unit, no edge."""


class Net(NamedTuple):
    """Who can go where, what it costs, and how it stands; edges, students and units are numbers."""

    first: Ints
    """Of a student's edges, in a row; one entry more than there are students."""
    owner: Ints
    """The student of an edge."""
    unit: Ints
    """Where an edge leads."""
    cost: Ints
    """Of an edge, never negative."""
    alone: Ints
    """What it costs when a student stays without."""
    around: Ints
    """The unit that a unit lies in, or none."""
    first_inside: Ints
    inside: Ints
    """The units in a unit, in a row as edges are."""
    left: Ints
    """Seats of a unit that nobody has."""
    used: Ints
    edge: Ints
    """The edge that a student goes over, or none."""
    sits: Ints
    """The first of those who sit in a unit itself."""
    follows: Ints
    precedes: Ints
    """Who comes after and before a student in the same unit."""
    price: Ints
    key: Ints
    """What it costs to get to a unit, its price included, in the search that goes on."""
    through: Ints
    """What led to a unit there: an edge, or a unit as -2 less its number."""
    search: Ints
    """The last search that reached a unit."""


class End(NamedTuple):
    """The best end of a search so far."""

    cost: int
    where: int
    """A unit with a seat left, or a student who stays without as -2 less the number."""


def net_of(first: Ints, unit: Ints, cost: Ints, alone: Ints, seats: Ints, around: Ints) -> Net:
    """A net in which nobody has a place yet."""
    students, units = len(alone), len(seats)
    inside = sorted((one for one in range(units) if around[one] != NONE), key=lambda one: around[one])
    sizes = Counter(around)
    return Net(
        first=first,
        owner=[student for student in range(students) for _ in range(first[student], first[student + 1])],
        unit=unit,
        cost=cost,
        alone=alone,
        around=around,
        first_inside=list(accumulate((sizes[one] for one in range(units)), initial=0)),
        inside=inside,
        left=list(seats),
        used=[0] * units,
        edge=[NONE] * students,
        sits=[NONE] * units,
        follows=[NONE] * students,
        precedes=[NONE] * students,
        price=[0] * units,
        key=[0] * units,
        through=[0] * units,
        search=[0] * units,
    )


def quick_order(net: Net) -> list[int]:
    """The hardest to place and then those with the fewest ways first, since others can get out of their way: whatever
    the order, the plan is as good, but searches stay short.
    """
    students = range(len(net.alone))
    return sorted(students, key=lambda one: (-net.alone[one], net.first[one + 1] - net.first[one]))


def solve(net: Net, order: Ints) -> None:
    """Take in all students in an order, each along the cheapest path."""
    for number in range(len(order)):
        take_in(net, number + 1, order[number])


def take_in(net: Net, number: int, newcomer: int) -> None:
    """Take in one student in the search of this number, moving others where all together gain by it."""
    queue = [(net.alone[newcomer], newcomer) for _ in range(0)]  # empty, and of a type that the compiler sees
    settled = [newcomer for _ in range(0)]
    end = look_at(net, number, newcomer, 0, End(net.alone[newcomer], -2 - newcomer), queue)
    while queue:
        key, unit = heapq.heappop(queue)
        if key >= end.cost:
            break
        if key == net.key[unit]:
            settled.append(unit)
            end = look_on(net, number, unit, end, queue)
    for unit in settled:
        net.price[unit] += end.cost - net.key[unit]
    move(net, end.where)


def look_at(net: Net, number: int, student: int, base: int, end: End, queue: Queue) -> End:
    """Look where a student can go."""
    unit, cost, price, most = net.unit, net.cost, net.price, end.cost - base
    for edge in range(net.first[student], net.first[student + 1]):
        if cost[edge] + price[unit[edge]] < most:  # few are: the rest is for those
            end = reach(net, number, unit[edge], base + cost[edge], edge, end, queue)
            most = end.cost - base
    return end


def look_on(net: Net, number: int, unit: int, end: End, queue: Queue) -> End:
    """Look who can make room in a unit, and what lies around and inside it."""
    base, around = net.key[unit] - net.price[unit], net.around[unit]
    if around != NONE and net.left[unit] > 0:
        end = reach(net, number, around, base, -2 - unit, end, queue)
    for at in range(net.first_inside[unit], net.first_inside[unit + 1]):
        if net.used[net.inside[at]] > 0:
            end = reach(net, number, net.inside[at], base, -2 - unit, end, queue)
    units, cost, price, student = net.unit, net.cost, net.price, net.sits[unit]
    while student != NONE:
        without = base - cost[net.edge[student]]
        if without + net.alone[student] < end.cost:
            end = End(without + net.alone[student], -2 - student)
        most = end.cost - without
        for edge in range(net.first[student], net.first[student + 1]):  # as in look_at: a call here costs a quarter
            if cost[edge] + price[units[edge]] < most:
                end = reach(net, number, units[edge], without + cost[edge], edge, end, queue)
                most = end.cost - without
        student = net.follows[student]
    return end


def reach(net: Net, number: int, unit: int, cost: int, through: int, end: End, queue: Queue) -> End:
    """Note a way to a unit if none was cheaper; the best end by now, which is this unit if it has a seat left."""
    key = cost + net.price[unit]
    if key >= end.cost or (net.search[unit] == number and key >= net.key[unit]):
        return end
    net.search[unit], net.key[unit], net.through[unit] = number, key, through
    room = unit
    while room != NONE and net.left[room] > 0:
        room = net.around[room]
    if room == NONE:
        return End(key, unit)
    heapq.heappush(queue, (key, unit))
    return end


def move(net: Net, end: int) -> None:
    """Move everybody along the path, from its end back to the newcomer, who had no place."""
    unit = end
    if end < NONE:
        unit = leave(net, -2 - end)
    else:
        while end != NONE:
            count(net, end, 1)
            end = net.around[end]
    while unit != NONE:
        through = net.through[unit]
        if through > NONE:
            unit = leave(net, net.owner[through])
            sit(net, net.owner[through], through)
        elif net.around[-2 - through] == unit:
            unit = -2 - through
            count(net, unit, 1)
        else:
            count(net, unit, -1)
            unit = -2 - through


def count(net: Net, unit: int, more: int) -> None:
    """So many more have a seat in a unit."""
    net.left[unit] -= more
    net.used[unit] += more


def sit(net: Net, student: int, edge: int) -> None:
    """Give a student a place; the seat is counted already."""
    unit = net.unit[edge]
    other = net.sits[unit]
    net.edge[student], net.sits[unit] = edge, student
    net.follows[student], net.precedes[student] = other, NONE
    if other != NONE:
        net.precedes[other] = student


def leave(net: Net, student: int) -> int:
    """Take a student from a place; the unit that is left, or none for who had no place."""
    edge = net.edge[student]
    if edge == NONE:
        return NONE
    after, before = net.follows[student], net.precedes[student]
    if before == NONE:
        net.sits[net.unit[edge]] = after
    else:
        net.follows[before] = after
    if after != NONE:
        net.precedes[after] = before
    net.edge[student] = NONE
    return net.unit[edge]
