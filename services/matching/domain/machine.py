"""Runs the searches of `paths.py` as they stand, or in machine code where a problem is worth it."""

from collections.abc import Callable
from functools import cache
from typing import Any, NamedTuple

from services.matching.domain import paths
from services.matching.domain.compiling import compile_together
from services.matching.domain.paths import Ints, Net

WORTH_IT = 10_000
"""Edges from which on compiled code is used: with fewer, plain Python takes some tenths of a second at most."""

INNER_FIRST = (
    *("leave", "sit", "count", "move", "reach", "look_at", "look_on", "search_on", "take_in", "solve"),
    *("reach_back", "look_back", "follow", "fill", "make_room", "take_out", "add_seat", "drop_seat"),
)


class Searches(NamedTuple):
    """The searches as one way of running offers them; see `paths.py`."""

    solve: Callable[[Net, Any], None]
    take_in: Callable[[Net, int, int], None]
    take_out: Callable[[Net, int, int], None]
    add_seat: Callable[[Net, int, int], None]
    drop_seat: Callable[[Net, int, int], None]


PLAIN = Searches(paths.solve, paths.take_in, paths.take_out, paths.add_seat, paths.drop_seat)


def solve(net: Net, order: list[int]) -> Ints:
    """The edge of each student in the best plan; who is taken in first decides only between plans that are equal."""
    if len(net.unit) < WORTH_IT:
        paths.solve(net, order)
        return net.edge
    return solve_compiled(net, order)


def solve_compiled(net: Net, order: list[int]) -> list[int]:
    """The same by `tables.py`, however small the problem is; other threads go on meanwhile."""
    from services.matching.domain import tables  # like numba, seconds and tens of megabytes that only regions need

    first = [*net.first, len(net.unit)]
    chosen: list[int] = tables.chosen(first, net.unit, net.cost, net.alone, net.left, net.around, order).tolist()
    return chosen


def in_arrays(net: Net) -> Net:
    """A net as compiled code wants it; the lists stay as they are."""
    return Net(*(array_of(numbers) for numbers in net))


def array_of(numbers: Ints) -> Any:
    """Numbers as compiled code wants them."""
    import numpy as np  # like numba, seconds and tens of megabytes that only regions need

    return np.array(numbers, dtype=np.int64)


@cache
def compiled() -> Searches:
    """`paths.py` for arrays. The first call of a process takes two seconds, the first on a machine some twenty."""
    names = compile_together(vars(paths), INNER_FIRST)
    return Searches(*(names[name] for name in Searches._fields))


def differing(some: Ints, others: Ints) -> list[int]:
    """Where two rows of numbers differ, both lists or both arrays."""
    if isinstance(some, list):
        return [at for at, (one, other) in enumerate(zip(some, others, strict=True)) if one != other]
    where: list[int] = (some != others).nonzero()[0].tolist()  # type: ignore[attr-defined]
    return where
