"""What a municipality says to a call for help in its own case system: the same answer as over the API."""

from services.notifications import calling
from services.notifications.domain.calls import Call
from services.notifications.domain.cases import CaseStatus, CaseSystem, Read
from shared.events.codes import IntermediaryKind
from shared.events.notifications import SuggestedEmployer
from shared.unit_of_work import UnitOfWork

NOBODY_KNOWN = "nobody-known"


async def answered_by_case(work: UnitOfWork, system: CaseSystem, call: Call, read: Read) -> None:
    """An employer, that one is looked for, or that nobody is known; said twice it counts once. The call is locked."""
    municipality = IntermediaryKind.MUNICIPALITY
    if read.employer:
        employer = SuggestedEmployer.model_validate(read.employer)
        await calling.name_employer(work, call, system.owner, municipality, employer)
    elif read.status is CaseStatus.TAKEN:
        await calling.take(work, call, system.owner, municipality)
    elif read.status is CaseStatus.DECLINED:
        await calling.decline(work, call, system.owner, municipality, NOBODY_KNOWN)
