"""A line for each step that is done, with its seconds."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

Report = Callable[[str], None]


def quiet(_: str) -> None:
    """Nobody wants to hear how far it is."""


@contextmanager
def step(report: Report, what: str) -> Iterator[None]:
    """Report a step when it is done; nothing when it fails, since the error says more."""
    started = time.monotonic()
    yield
    report(f"{what} ({time.monotonic() - started:.1f} s)")
