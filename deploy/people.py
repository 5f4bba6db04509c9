"""Who may log in at the development issuer, and from which front ends."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from deploy import records

CLIENT = "stagebrug-frontend"
"""The front end and the dashboard at the issuer: a public client, as in the realm of the containers."""


@dataclass(frozen=True)
class Person:
    """Somebody of a development stack; who presses the name is logged in."""

    name: str
    role: str
    claims: Mapping[str, Any]

    @property
    def key(self) -> str:
        """What the login form sends."""
        return str(self.claims["sub"])


def register(folder: Path, people: Sequence[Person]) -> None:
    """Let these people log in, and nobody else."""
    _change(folder, people=[asdict(person) for person in people])


def allow(folder: Path, *addresses: str) -> None:
    """Let what is at these addresses send people to the issuer."""
    _change(folder, front_ends=list(addresses))


def registered(folder: Path) -> list[Person]:
    """Everybody who may log in."""
    return [Person(**one) for one in records.read(_file(folder)).get("people", [])]


def front_ends(folder: Path) -> tuple[str, ...]:
    """Where people may come from; nothing before a stack was planned."""
    return tuple(records.read(_file(folder)).get("front_ends", ()))


def _change(folder: Path, **change: Any) -> None:
    known = records.read(_file(folder))
    if known | change != known:
        records.write(_file(folder), known | change)


def _file(folder: Path) -> Path:
    return folder / "issuer/people.json"
