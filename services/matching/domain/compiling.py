"""Has numba compile functions that are plain Python as they stand."""

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import FunctionType
from typing import Any


def compile_together(module: Mapping[str, Any], inner_first: Sequence[str]) -> Mapping[str, Any]:
    """What a module has, with some functions compiled, of which each calls only those before it.

    They run outside of the interpreter's lock. What is compiled is kept beside the source where that can be written.
    """
    import numba

    kept = os.access(Path(module["__file__"]).parent, os.W_OK)
    names = dict(module)
    for name in inner_first:
        plain = FunctionType(names[name].__code__, names, name)
        names[name] = numba.njit(cache=kept, nogil=True)(plain)
    return names
