"""Who receives outside: an organisation of a kind, with the area that its token names."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self

from shared.events.codes import IntermediaryKind


@dataclass(frozen=True)
class Recipient:
    """An outside organisation and where it may know what happens; empty areas mean nowhere."""

    kind: IntermediaryKind
    regions: frozenset[str] = frozenset()
    municipalities: frozenset[str] = frozenset()

    @classmethod
    def of(cls, kind: str, regions: Iterable[str], municipalities: Iterable[str]) -> Self:
        """A recipient of a token's or a row's values; ValueError for a kind that is unknown."""
        return cls(IntermediaryKind(kind), frozenset(regions), frozenset(municipalities))
