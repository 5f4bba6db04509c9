"""A plan for everybody at once, from columns to columns: what `engine.py` does with objects, for a whole country."""

from typing import Any, NamedTuple

from services.matching.domain.costs import LARGEST

Column = Any
"""A numpy array of whole numbers; numpy is loaded only where many are planned."""


class Edges(NamedTuple):
    """Who could take a seat of which unit, student after student; wishes are compared before points."""

    student: Column
    unit: Column
    wish: Column
    points: Column


def plan(edges: Edges, hardness: Column, seats: Column, around: Column) -> Column:
    """The edge of each student in the best plan, or -1; `around` is the unit that a unit lies in, or -1.

    Raises OverflowError as `costs.in_order` does.
    """
    import numpy as np

    from services.matching.domain import tables

    many = np.bincount(edges.student, minlength=len(hardness))
    cost, step = in_order(edges, len(hardness), int(hardness.max(initial=0)))
    alone = step * (hardness + 1)
    first, order = np.append(0, many.cumsum()), np.arange(len(alone))
    return tables.chosen(first, edges.unit, cost, alone, seats, around, order)


def in_order(edges: Edges, students: int, hardest: int) -> tuple[Column, int]:
    """What `costs.in_order` gives, as a column, and its step."""
    import numpy as np

    if not len(edges.unit):
        return np.zeros(0, np.int64), 1
    missed = (edges.wish.max() - edges.wish).astype(np.int64)
    short_of_best = (edges.points.max() - edges.points).astype(np.int64)
    wishes = missed // max(1, int(np.gcd.reduce(missed)))
    of_wish = students * int(short_of_best.max()) + 1
    most = int(wishes.max()) * of_wish + int(short_of_best.max())
    if (students * most + 1) * (hardest + 1) >= LARGEST:
        raise OverflowError("the costs of a plan do not fit 64 bits")
    cost = wishes * of_wish + short_of_best
    return cost, students * int(cost.max()) + 1
