"""The information pack for an employer, as a file that a school hands out."""

from uuid import UUID

from services.intake import printing
from services.intake.days import today
from services.intake.domain.employer import Employer
from services.intake.domain.ground import Ground, NoGround, Purpose, RecipientKind, ground_for
from services.intake.domain.information_pack import Pack, paper
from services.intake.domain.rights import Viewer
from services.intake.domain.scheme import SchemeFact, apply, known_of
from services.intake.domain.student import Student
from services.intake.law_data import read_rules, read_schemes, read_texts
from services.intake.resources import Resources
from services.intake.store import EmployerStore, GroundStore, SchoolStore, StudentStore
from shared.events.codes import PlacementKind
from shared.unit_of_work import UnitOfWork


async def pack_for(
    work: UnitOfWork, shared: Resources, viewer: Viewer, employer_id: UUID, kind: PlacementKind, school_id: UUID | None
) -> Pack:
    """What is told an employer about a kind of place, by one of the caller's schools; raises `NotFound`."""
    employer = await EmployerStore(work.session).get(employer_id, viewer)
    school = await SchoolStore(work.session).get(viewer.acting_school(school_id, "/schoolId"))
    known = known_of(employer, None) | {SchemeFact.KIND: frozenset({str(kind)})}
    schemes = apply(read_schemes(), known, today())
    return Pack(employer, school, kind, read_texts(), read_rules(), schemes, today(), codes=shared.codes.lists)


async def shown_to(work: UnitOfWork, viewer: Viewer, student_id: UUID, employer: Employer) -> tuple[Student, Ground]:
    """A student of the caller's school whom this employer may be told of; raises `NoGround`. Reading it is logged."""
    student = await StudentStore(work.session).read(student_id, viewer)
    viewer.must_work_at(student.school_id)
    grounds = await GroundStore(work.session).of(student_id)
    name = employer.facts.name
    ground = ground_for(grounds, RecipientKind.EMPLOYER, name, Purpose.FINDING_A_PLACE, today())
    if ground is None:
        raise NoGround(organisation=name)
    return student, ground


async def printed(pack: Pack) -> bytes:
    """As PDF."""
    return await printing.pdf("information_pack", paper(pack))
