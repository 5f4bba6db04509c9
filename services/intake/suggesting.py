"""Taking tips: an employer that an intermediary names is found in the register, or comes into it as a suggestion."""

from typing import cast
from uuid import UUID

from services.intake.domain.addresses import Address, Situation
from services.intake.domain.employer import Employer
from services.intake.domain.tip import GiveTip, NamedEmployer, Tip, suggestion
from services.intake.forgetting import remembered
from services.intake.resources import Resources
from services.intake.store import EmployerStore, TipStore
from shared.errors import Invalid
from shared.events.codes import IntermediaryKind
from shared.ids import new_id
from shared.unit_of_work import UnitOfWork


async def take_tip(work: UnitOfWork, tip_id: UUID, given: GiveTip, source: IntermediaryKind, author: str) -> Tip:
    """Keep a tip and its employer, and tell that it came."""
    employers = EmployerStore(work.session)
    await employers.one_at_a_time(given.employer.kvk_number or given.employer.name.casefold())
    employer = await employers.named(given.employer, given.region)
    known_already = employer is not None
    if employer is None:
        employer = await _register(work, given)
    given = await _without_forgotten(work, given, employer)
    tip = await TipStore(work.session).add(Tip(tip_id, employer.id, source, given, known_already, author))
    await work.announce(tip.suggested())
    return tip


async def _without_forgotten(work: UnitOfWork, given: GiveTip, employer: Employer) -> GiveTip:
    """A tip that brings nobody back who asked the employer's schools to be forgotten."""
    note = given.note
    for one in await remembered(work, [employer]) if note else ():
        note = one.marks.unnamed(note or "")
    return given.model_copy(update={"note": note})


async def _register(work: UnitOfWork, given: GiveTip) -> Employer:
    shared = cast("Resources", work.resources)
    named = given.employer
    if named.sector not in shared.codes.lists["sectors"]:
        named = named.model_copy(update={"sector": None})
    employer = suggestion(new_id(), named, _situation(shared, given.region, named))
    await EmployerStore(work.session).save(employer)
    await work.announce(employer.registered())
    return employer


def _situation(shared: Resources, region: str, named: NamedEmployer) -> Situation:
    """Where it is, as far as that was said: at worst somewhere in the region."""
    somewhere = Situation(region, None, shared.geography.middle(region))
    if named.postcode is None or named.place is None:
        return somewhere
    try:
        return shared.geography.situate(Address(postcode=named.postcode, place=named.place))
    except Invalid:
        return somewhere
