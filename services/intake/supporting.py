"""Support that employers ask for: told to who looks after the region, followed to the end."""

from dataclasses import replace
from uuid import UUID

from services.intake.days import today
from services.intake.domain.company_text import name_nobody
from services.intake.domain.employer import Employer
from services.intake.domain.support import AskSupport, Support, SupportState, SupportStep, support_asked
from services.intake.store import SupportStore
from shared.ids import new_id
from shared.unit_of_work import UnitOfWork


async def ask_support(work: UnitOfWork, employer: Employer, asked: AskSupport, school: UUID | None) -> Support:
    """An employer would be helped with something; raises `EmployerHasStopped`."""
    employer.must_go_on()
    name_nobody(asked.note, employer, "/note")
    support = support_asked(new_id(), employer.id, employer.situation.region, asked, school, today())
    await SupportStore(work.session).save(support)
    return replace(support, version=(await work.announce(support.asked())).version)


async def take_step(
    work: UnitOfWork, employer: Employer, support: Support, wanted: SupportState, step: SupportStep
) -> Support:
    """One more step of a locked request; raises `SupportIsClosed`."""
    name_nobody(step.note, employer, "/note")
    after = support.after(wanted, step, today())
    await SupportStore(work.session).save(after)
    return after
