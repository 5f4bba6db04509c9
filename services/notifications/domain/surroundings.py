"""What notifications knows of the things that events name: where they lie, and whose they are."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from uuid import UUID

from shared.events import Event

NAMED = ("student_id", "employer_id", "offer_id")
"""Fields whose things an event names by id only, so that where they lie has to be looked up."""


@dataclass(frozen=True)
class Whereabouts:
    """Where a student, an offer or an employer belongs: opaque ids and areas, nothing else."""

    id: UUID
    kind: str
    region: str | None = None
    municipality: str | None = None
    school_id: UUID | None = None
    """A student's own school; the school that brought an employer or offer in."""
    private_to: UUID | None = None


@dataclass(frozen=True)
class Surroundings:
    """The whereabouts of what one event names, and the schools' codes in tokens (BRIN)."""

    things: Mapping[UUID, Whereabouts] = field(default_factory=dict)
    brins: Mapping[UUID, str] = field(default_factory=dict)

    def of(self, event: Event, name: str) -> Whereabouts | None:
        """Where what a field names belongs, if that is known."""
        thing = getattr(event, name, None)
        return self.things.get(thing) if isinstance(thing, UUID) else None

    def brins_of(self, schools: Iterable[UUID | None]) -> frozenset[str]:
        """The codes of schools; one that is not registered here has none, so nobody of it is told."""
        return frozenset(self.brins[school] for school in schools if school is not None and school in self.brins)


def named(event: Event) -> frozenset[UUID]:
    """The ids whose whereabouts an event is told by."""
    found = (getattr(event, name, None) for name in NAMED)
    return frozenset(value for value in found if isinstance(value, UUID))
