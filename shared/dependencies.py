"""What several dependencies of an endpoint share is worked out once.

FastAPI keeps what a dependency gave for the rest of a call, but solves all that it depends on anew before it looks
whether it has it: of a create's fourteen dependencies seven were such repetitions.
"""

from collections.abc import Hashable
from dataclasses import replace
from itertools import chain

from fastapi.dependencies.models import Dependant

Key = tuple[Hashable, str | None]


def solve_once(dependant: Dependant, solved: set[Key] | None = None) -> None:
    """Let what was solved before, in FastAPI's order, ask for nothing any more: its value is the one that was kept.

    One that reads anything of the call stays as it is: where that is not valid there is no value to keep.
    """
    solved = set() if solved is None else solved
    for at, one in enumerate(dependant.dependencies):
        solve_once(one, solved)
        if one.use_cache and not _reads(one) and not one.own_oauth_scopes and not one.parent_oauth_scopes:
            if (key := (one.call, one.scope)) in solved:
                dependant.dependencies[at] = replace(one, dependencies=[])
            solved.add(key)


def _reads(one: Dependant) -> bool:
    """Whether it or what it depends on has parameters of the call, which may be refused."""
    parameters = (one.path_params, one.query_params, one.header_params, one.cookie_params, one.body_params)
    return any(chain(parameters)) or any(map(_reads, one.dependencies))
