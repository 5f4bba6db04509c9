"""Who calls, seen from the register, and what that lets them see and do."""

from dataclasses import dataclass
from uuid import UUID

from services.intake.domain.fields import is_email
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
    email: str = ""
    """In lower case; empty when the token names none."""
    own_schools: frozenset[UUID] = frozenset()
    """Of `schools` those that the token names, not the ones that were lent: only these can be lent on."""
    acts_for: frozenset[UUID] = frozenset()
    """Students of other schools for whom the caller acts (a delegation)."""
    caseload: frozenset[UUID] = frozenset()
    """Students whom a job coach sees, and no more than that."""

    @property
    def has_email(self) -> bool:
        """Whether the token names an address that can be shown to others."""
        return is_email(self.email)

    @property
    def named_students(self) -> frozenset[UUID]:
        """Students whom the caller sees whatever their school."""
        return self.acts_for | self.caseload

    def works_for(self, school_id: UUID, student_id: UUID) -> bool:
        """Whether the caller acts for a student, not only sees it."""
        return school_id in self.schools or student_id in self.acts_for

    def must_work_at(self, school_id: UUID) -> None:
        """Raise `Forbidden` for who sees or acts for some students of a school only, not for the school."""
        if school_id not in self.schools:
            raise Forbidden("that is the student's own school's")

    def must_belong_to(self, school_id: UUID) -> None:
        """Raise `Forbidden` for who acts for a school that was lent: there are steps without a way back."""
        if school_id not in self.own_schools:
            raise Forbidden("that only the student's own school does, and nobody who acts for it")

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
