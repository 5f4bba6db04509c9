"""Successive shortest paths on arrays: the optimum of a plan, student by student, with prices that are kept meanwhile.

The residual graph: a student takes a seat in a unit; a unit with seats left leads on to the unit around it; in a full
one somebody who sits there, or in a unit inside it, makes room by going elsewhere or staying without. A unit's price is
never more than what it costs from there on, so that a search looks at nothing that cannot beat its best end; and after
each student the plan is optimal for those who were taken in.

So it stays when something happens (`take_in`, `take_out`, `add_seat`, `drop_seat`): who has no seat looks forward along
the cheapest path, and a seat that nobody has looks backward along the path that gains most. Prices rise and fall with
what was found, and no way then costs less than the prices say (https://doi.org/10.1145/321694.321699).

The same code runs as it stands (a few pairs, in lists) and compiled (a region, in arrays): see `machine.py`.
"""

import heapq
from collections.abc import MutableSequence
from typing import NamedTuple

Ints = MutableSequence[int]
Queue = list[tuple[int, int]]
"""Units to look at, by what it costs to get there."""

NONE = -1
"""No student, no unit, no edge."""

BEYOND = 2**61
"""More than any path costs."""


class Net(NamedTuple):
    """Who can go where, what it costs, and how it stands; edges, students and units are numbers."""

    first: Ints
    last: Ints
    """Of a student's edges, in a row, up to and without the last."""
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
    inside: Ints
    beside: Ints
    """The first unit in a unit, and the next in the same one, or none."""
    comes: Ints
    joins: Ints
    """The first edge into a unit, and the next into the same one, or none."""
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
    """A net in which nobody has a place yet; `first` has one entry more than there are students."""
    students, units = len(alone), len(seats)
    inside, beside = linked(around, units)
    comes, joins = linked(unit, units)
    return Net(
        first=first[:-1],
        last=first[1:],
        owner=[student for student in range(students) for _ in range(first[student], first[student + 1])],
        unit=unit,
        cost=cost,
        alone=alone,
        around=around,
        inside=inside,
        beside=beside,
        comes=comes,
        joins=joins,
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


def linked(where: Ints, many: int) -> tuple[list[int], list[int]]:
    """Chains of all that is at the same place: the first of each of so many places, and who follows whom."""
    heads, follows = [NONE] * many, [NONE] * len(where)
    for one, place in enumerate(where):
        if place != NONE:
            heads[place], follows[one] = one, heads[place]
    return heads, follows


def quick_order(net: Net) -> list[int]:
    """The hardest to place and then those with the fewest ways first, since others can get out of their way: whatever
    the order, the plan is as good, but searches stay short.
    """
    students = range(len(net.alone))
    return sorted(students, key=lambda one: (-net.alone[one], net.last[one] - net.first[one]))


def solve(net: Net, order: Ints) -> None:
    """Take in all students in an order, each along the cheapest path."""
    for number in range(len(order)):
        take_in(net, number + 1, order[number])


def take_in(net: Net, number: int, newcomer: int) -> None:
    """Take in one student in the search of this number, moving others where all together gain by it."""
    queue = [(net.alone[newcomer], newcomer) for _ in range(0)]  # empty, and of a type that the compiler sees
    end = look_at(net, number, newcomer, 0, End(net.alone[newcomer], -2 - newcomer), queue)
    end = search_on(net, number, end, queue)
    move(net, end.where, NONE)


def make_room(net: Net, number: int, unit: int) -> None:
    """Find a place outside of a unit for the one too many in it, or in the units inside it."""
    queue = [(net.price[unit], unit) for _ in range(0)]
    end = search_on(net, number, reach(net, number, unit, 0, NONE, End(BEYOND, NONE), queue), queue)
    move(net, end.where, unit)


def search_on(net: Net, number: int, end: End, queue: Queue) -> End:
    """Look on until nothing beats the best end, and raise the prices of what was looked at."""
    settled = [end.where for _ in range(0)]
    while queue:
        key, unit = heapq.heappop(queue)
        if key >= end.cost:
            break
        if key == net.key[unit]:
            settled.append(unit)
            end = look_on(net, number, unit, end, queue)
    for unit in settled:
        net.price[unit] += end.cost - net.key[unit]
    return end


def look_at(net: Net, number: int, student: int, base: int, end: End, queue: Queue) -> End:
    """Look where a student can go."""
    unit, cost, price, most = net.unit, net.cost, net.price, end.cost - base
    for edge in range(net.first[student], net.last[student]):
        if cost[edge] + price[unit[edge]] < most:  # few are: the rest is for those
            end = reach(net, number, unit[edge], base + cost[edge], edge, end, queue)
            most = end.cost - base
    return end


def look_on(net: Net, number: int, unit: int, end: End, queue: Queue) -> End:
    """Look who can make room in a unit, and what lies around and inside it."""
    base, around = net.key[unit] - net.price[unit], net.around[unit]
    if around != NONE and net.left[unit] > 0:
        end = reach(net, number, around, base, -2 - unit, end, queue)
    inner = net.inside[unit]
    while inner != NONE:
        if net.used[inner] > 0:
            end = reach(net, number, inner, base, -2 - unit, end, queue)
        inner = net.beside[inner]
    units, cost, price, student = net.unit, net.cost, net.price, net.sits[unit]
    while student != NONE:
        without = base - cost[net.edge[student]]
        if without + net.alone[student] < end.cost:
            end = End(without + net.alone[student], -2 - student)
        most = end.cost - without
        for edge in range(net.first[student], net.last[student]):  # as in look_at: a call here costs a quarter
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


def move(net: Net, end: int, begin: int) -> None:
    """Move everybody along the path, from its end back to its begin: a unit, or none for a newcomer without a place."""
    unit = end
    if end < NONE:
        unit = leave(net, -2 - end)
    else:
        while end != NONE:
            count(net, end, 1)
            end = net.around[end]
    while unit != begin:
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


def take_out(net: Net, number: int, student: int) -> None:
    """Take a student out of the plan; the seat goes to who gains most by it, all together."""
    unit = leave(net, student)
    if unit != NONE:
        fill(net, number, unit, NONE)


def add_seat(net: Net, number: int, unit: int) -> None:
    """Open one seat more in a unit, in the searches of this number and the next."""
    around = net.around[unit]
    if net.price[unit] <= (0 if around == NONE else net.price[around]):
        net.left[unit] += 1  # nobody gains by it
        return
    net.used[unit] += 1
    if not fill(net, number, unit, around):
        make_room(net, number + 1, around)


def drop_seat(net: Net, number: int, unit: int) -> None:
    """Close one seat of a unit, in the searches of this number and the next."""
    if net.left[unit] > 0:
        net.left[unit] -= 1
        return
    net.used[unit] -= 1
    make_room(net, number, unit)
    if net.around[unit] != NONE:
        fill(net, number + 1, net.around[unit], NONE)


def fill(net: Net, number: int, unit: int, outer: int) -> bool:
    """Give a seat in a unit that counts as used and has nobody in it; in the unit around it (or none) is one too many.
    Whether it was that one who got it; else somebody who had no place did.
    """
    queue = [(0, unit)]
    settled = [unit for _ in range(0)]
    end = End(net.price[unit] - (0 if outer == NONE else net.price[outer]), unit)
    net.search[unit], net.key[unit], net.through[unit] = number, 0, NONE
    while queue:
        key, at = heapq.heappop(queue)
        if key >= end.cost:
            break
        if key == net.key[at]:
            settled.append(at)
            end = look_back(net, number, at, outer, end, queue)
    for at in settled:
        net.price[at] -= end.cost - net.key[at]
    return follow(net, end.where, unit, outer)


def look_back(net: Net, number: int, unit: int, outer: int, end: End, queue: Queue) -> End:
    """Look who gains by a seat in a unit."""
    base, around = net.key[unit] + net.price[unit], net.around[unit]
    if net.used[unit] > 0:
        if around != NONE:
            end = reach_back(net, number, around, base, -2 - unit, outer, end, queue)
        elif base < end.cost:
            end = End(base, unit)
    inner = net.inside[unit]
    while inner != NONE:
        if net.left[inner] > 0:
            end = reach_back(net, number, inner, base, -2 - unit, outer, end, queue)
        inner = net.beside[inner]
    units, cost, price, edge = net.unit, net.cost, net.price, net.comes[unit]
    while edge != NONE:
        student = net.owner[edge]
        now, with_seat = net.edge[student], base + cost[edge]
        if now == NONE:
            if with_seat - net.alone[student] < end.cost:
                end = End(with_seat - net.alone[student], -2 - edge)
        elif with_seat - cost[now] - price[units[now]] < end.cost and now != edge:  # few are: the rest is for those
            end = reach_back(net, number, units[now], with_seat - cost[now], edge, outer, end, queue)
        edge = net.joins[edge]
    return end


def reach_back(net: Net, number: int, unit: int, cost: int, through: int, outer: int, end: End, queue: Queue) -> End:
    """Note a way from a unit if none gained more; the best end by now, which is this unit if one is missing there."""
    key = cost - net.price[unit]
    if key >= end.cost or (net.search[unit] == number and key >= net.key[unit]):
        return end
    net.search[unit], net.key[unit], net.through[unit] = number, key, through
    if unit == outer:
        return End(key, unit)
    heapq.heappush(queue, (key, unit))
    return end


def follow(net: Net, end: int, unit: int, outer: int) -> bool:
    """Move everybody along a path that was found backward; whether it came from `outer`."""
    if end < NONE:
        at, found = net.unit[-2 - end], outer == NONE
        sit(net, net.owner[-2 - end], -2 - end)
    else:
        at = up = end
        while up not in (outer, NONE):
            count(net, up, -1)
            up = net.around[up]
        found = up == outer
    while at != unit:
        through = net.through[at]
        if through > NONE:
            leave(net, net.owner[through])
            sit(net, net.owner[through], through)
            at = net.unit[through]
        elif net.around[at] == -2 - through:
            count(net, at, 1)
            at = -2 - through
        else:
            at = -2 - through
            count(net, at, -1)
    return found


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
