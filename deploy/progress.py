"""A line for each step that is done, with its seconds."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import typer

Report = Callable[[str], None]


def printed(*, err: bool = False) -> Report:
    """Lines with the seconds since the beginning; beside a program's output when `err`."""
    started = time.monotonic()

    def report(line: str) -> None:
        typer.echo(f"{time.monotonic() - started:6.1f} s  {line}", err=err)

    return report


def quiet(_: str) -> None:
    """Nobody wants to hear how far it is."""


@contextmanager
def step(report: Report, what: str) -> Iterator[None]:
    """Report a step when it is done; nothing when it fails, since the error says more."""
    started = time.monotonic()
    yield
    report(f"{what} ({time.monotonic() - started:.1f} s)")
