"""Who calls, and whose students they may see: those of the own schools and those that were lent, on every path."""

from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

import structlog
from fastapi import Depends

from services.matching.store.acting import Capacity, enter
from services.matching.store.searches import SearchRecord, SearchStore
from shared.api import PageRequest
from shared.errors import Invalid, NotFound, Problem
from shared.security import Caller, Role
from shared.unit_of_work import Work

log = structlog.get_logger()


@dataclass(frozen=True)
class Viewer:
    """A caller with the ids of the schools that the token names or that were lent, and students that were lent."""

    subject: str
    schools: frozenset[UUID]
    students: frozenset[UUID]
    """Lent ones: of other schools, for which the caller does not act as a whole."""
    regions: frozenset[str]
    """Regions that the caller looks after as regional coordinator."""
    is_operator: bool

    def answers_for(self, school_id: UUID, student_id: UUID) -> bool:
        """Whether the caller speaks for a student of a school."""
        return school_id in self.schools or student_id in self.students


async def _viewer(caller: Caller, work: Work) -> Viewer:
    coordinates = caller.has(Role.COORDINATOR)
    regions = caller.regions if caller.has(Role.REGIONAL_COORDINATOR) else frozenset()
    entered = await enter(
        work.session,
        caller.schools if coordinates else (),
        regions,
        Capacity.OPERATOR if caller.has(Role.OPERATOR) else Capacity.CALLER,
        caller.email.casefold() if coordinates and caller.email else "",
    )
    return Viewer(
        subject=caller.subject,
        schools=entered.schools,
        students=entered.students,
        regions=regions,
        is_operator=caller.has(Role.OPERATOR),
    )


Viewing = Annotated[Viewer, Depends(_viewer, scope="function")]


async def own_search(viewer: Viewer, work: Work, student_id: UUID, purpose: str) -> SearchRecord:
    """The search of a student whom the caller speaks for; `NotFound` for all others. Every look is logged."""
    record = await SearchStore(work.session).record(student_id)
    if record is None or not viewer.answers_for(record.school_id, student_id):
        raise NotFound("student")
    log.info("student_read", student=str(student_id), by=viewer.subject, purpose=purpose)
    return record


def after_id(page: PageRequest) -> UUID | None:
    """The id behind which a page begins; `Invalid` for a cursor of another list."""
    if page.after is None:
        return None
    try:
        return UUID(page.after)
    except ValueError:
        problem = Problem(location="query", pointer="cursor", detail="not a cursor of this list")
        raise Invalid(problems=[problem]) from None


def after_rank(page: PageRequest) -> int:
    """How many of a ranked list come before a page; `Invalid` for a cursor of another list."""
    if page.after is None:
        return 0
    if not page.after.isascii() or not page.after.isdigit() or len(page.after) > 6:
        raise Invalid(problems=[Problem(location="query", pointer="cursor", detail="not a cursor of this list")])
    return int(page.after)
