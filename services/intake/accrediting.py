"""Following an accreditation: who may take which step, and what a recognition changes."""

from dataclasses import dataclass
from uuid import UUID

from services.intake.days import today
from services.intake.domain.accreditation import (
    Accreditation,
    AccreditationRuns,
    AccreditationState,
    Actor,
    Recognise,
    RequestAccreditation,
    Step,
    requested,
)
from services.intake.domain.employer import Employer
from services.intake.domain.rights import Viewer
from services.intake.store import AccreditationStore, EmployerStore
from shared.errors import Forbidden, NotFound
from shared.ids import new_id
from shared.unit_of_work import UnitOfWork

OF_THE_SCHOOLS = frozenset({AccreditationState.SUBMITTED, AccreditationState.WITHDRAWN})
"""Steps that SBB does not take: it decides about what lies before it."""


@dataclass(frozen=True)
class Follower:
    """Who follows accreditations: the schools' side, or SBB in its regions."""

    viewer: Viewer
    sbb_in: frozenset[str] | None = None
    """The regions of an adviser of SBB; None: the schools' side."""

    async def find(self, work: UnitOfWork, accreditation_id: UUID, *, lock: bool = False) -> Accreditation:
        """A request that this follower may know of; raises `NotFound`."""
        store = AccreditationStore(work.session)
        if self.sbb_in is None:
            return await store.get(accreditation_id, self.viewer, lock=lock)
        return await store.submitted_in(accreditation_id, self.sbb_in, lock=lock)

    def actor(self, accreditation: Accreditation, employer: Employer, wanted: AccreditationState) -> Actor:
        """Who takes a step; raises `Forbidden` for who may only look on."""
        if self.sbb_in is not None:
            if wanted in OF_THE_SCHOOLS:
                raise Forbidden("the schools submit a request and withdraw it; SBB decides about it")
            return Actor(self.viewer.subject, None, sbb=True)
        schools = self.viewer.schools
        if accreditation.school_id in schools:
            return Actor(self.viewer.subject, accreditation.school_id)
        if not employer.kept_by(self.viewer):
            raise Forbidden("schools of its region and schools that work with the employer follow it up")
        return Actor(self.viewer.subject, next(iter(schools)) if len(schools) == 1 else None)


async def request(
    work: UnitOfWork, employer: Employer, asked: RequestAccreditation, viewer: Viewer, school: UUID
) -> Accreditation:
    """Ask for a locked employer's recognition; raises `AccreditationRuns`, `EmployerHasStopped`."""
    store = AccreditationStore(work.session)
    if running := await store.running_at(employer.id):
        raise AccreditationRuns(accreditation_id=running)
    accreditation = requested(new_id(), employer, asked, Actor(viewer.subject, school), today())
    await store.save(accreditation)
    return accreditation


async def take(
    work: UnitOfWork, follower: Follower, accreditation_id: UUID, wanted: AccreditationState, step: Step
) -> Accreditation:
    """One more step; on a recognition the employer is recognised, and everybody hears of it.

    The employer is locked before the request, as everywhere, so that nobody waits for one who waits for him.
    """
    employers = EmployerStore(work.session)
    employer_id = (await follower.find(work, accreditation_id)).employer_id
    if (employer := await employers.find(employer_id, lock=True)) is None:
        raise NotFound("accreditation")
    accreditation = await follower.find(work, accreditation_id, lock=True)
    after = accreditation.after(wanted, step, follower.actor(accreditation, employer, wanted), today())
    await AccreditationStore(work.session).save(after)
    if isinstance(step, Recognise):
        recognised = after.recognised(employer, step)
        await employers.save(recognised)
        await work.announce(recognised.registered())
    return after
