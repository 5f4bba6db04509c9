"""Who calls, seen from the register, and what that lets them see and do."""

from dataclasses import dataclass
from uuid import UUID

from shared.errors import Forbidden, Invalid


@dataclass(frozen=True)
class Viewer:
    """A caller: the schools that a coordinator works for, the regions of a regional coordinator, or an operator."""

    subject: str
    schools: frozenset[UUID] = frozenset()
    school_regions: frozenset[str] = frozenset()
    """Labour-market regions in which those schools lie."""
    regions: frozenset[str] = frozenset()
    operator: bool = False

    def governs(self, region: str) -> bool:
        """Whether the caller looks after a whole region (or all of them)."""
        return self.operator or region in self.regions

    def acting_school(self, wanted: UUID | None, pointer: str) -> UUID:
        """The school for which a coordinator acts; who works for several says which.

        Raises `Forbidden` for another school, `Invalid` when it cannot be known.
        """
        if wanted is not None:
            if wanted not in self.schools:
                raise Forbidden("you do not work for that school")
            return wanted
        if not self.schools:
            raise Forbidden("your token names no school that takes part")
        if len(self.schools) > 1:
            raise Invalid(pointer, "you work for several schools: say for which one")
        return next(iter(self.schools))
