"""Runs the searches of `paths.py` as they stand, or in machine code where a problem is worth it."""

import os
from functools import cache
from pathlib import Path
from types import FunctionType
from typing import Any

from services.matching.domain import paths
from services.matching.domain.paths import Ints, Net

WORTH_IT = 10_000
"""Edges from which on compiled code is used: with fewer, plain Python takes some tenths of a second at most."""

INNER_FIRST = ("leave", "sit", "count", "move", "reach", "look_at", "look_on", "take_in", "solve")


def solve(net: Net, order: list[int]) -> Ints:
    """The edge of each student in the best plan; who is taken in first decides only between plans that are equal."""
    if len(net.unit) < WORTH_IT:
        paths.solve(net, order)
        return net.edge
    return solve_compiled(net, order)


def solve_compiled(net: Net, order: list[int]) -> Ints:
    """The same, however small the problem is; other threads go on meanwhile."""
    arrays, numbers = in_arrays(net, order)
    compiled()(arrays, numbers)
    chosen: list[int] = arrays.edge.tolist()
    return chosen


def in_arrays(net: Net, order: list[int]) -> tuple[Any, Any]:
    """A net and an order of students as compiled code wants them; the lists stay as they are."""
    import numpy as np  # like numba, seconds and tens of megabytes that only regions need

    arrays = [np.array(numbers, dtype=np.int64) for numbers in (*net, order)]
    return Net(*arrays[:-1]), arrays[-1]  # type: ignore[arg-type]


@cache
def compiled() -> Any:
    """`paths.solve` for arrays. The first call of a process takes two seconds, the first on a machine some twenty."""
    import numba

    kept = os.access(Path(paths.__file__).parent, os.W_OK)  # numba keeps its work beside the source
    names = dict(vars(paths))
    for name in INNER_FIRST:
        plain = FunctionType(names[name].__code__, names, name)
        names[name] = numba.njit(cache=kept, nogil=True)(plain)
    return names["solve"]
