"""Taking tips: an employer that an intermediary names is found in the register, or comes into it as a suggestion."""

from dataclasses import replace
from typing import cast
from uuid import UUID

from services.intake.days import today
from services.intake.domain.addresses import Address, Situation
from services.intake.domain.employer import Employer
from services.intake.domain.tip import GiveTip, NamedEmployer, Rejection, RejectTip, Tip, TipIsRejected, suggestion
from services.intake.forgetting import remembered
from services.intake.resources import Resources
from services.intake.store import EmployerStore, TipStore
from shared.errors import Invalid
from shared.events.codes import IntermediaryKind
from shared.ids import new_id
from shared.unit_of_work import UnitOfWork


async def take_tip(work: UnitOfWork, tip_id: UUID, given: GiveTip, source: IntermediaryKind, author: str) -> Tip:
    """Keep a tip and its employer, and tell that it came."""
    employer, known_already = await _found(work, given.employer, given.region, None)
    given = await _without_forgotten(work, given, employer)
    tip = await TipStore(work.session).add(Tip(tip_id, employer.id, source, given, known_already, author))
    await work.announce(tip.suggested())
    return tip


async def reject_tip(work: UnitOfWork, tip: Tip, said: RejectTip) -> Tip:
    """A school does not use a locked tip; raises `TipIsRejected` the second time."""
    if tip.rejection is not None:
        raise TipIsRejected
    rejection = Rejection(on_date=today(), reason=said.reason)
    await TipStore(work.session).reject(tip.id, rejection)
    return replace(tip, rejection=rejection)


async def suggest(work: UnitOfWork, named: NamedEmployer, region: str, origin: str) -> Employer:
    """An employer that somebody without an account knows: found in the register, or comes into it as a suggestion."""
    return (await _found(work, named, region, origin))[0]


async def _found(work: UnitOfWork, named: NamedEmployer, region: str, origin: str | None) -> tuple[Employer, bool]:
    """The employer that is named, and whether it was known already."""
    employers = EmployerStore(work.session)
    await employers.one_at_a_time(named.kvk_number or named.name.casefold())
    if (employer := await employers.named(named, region)) is not None:
        return employer, True
    return await _register(work, named, region, origin), False


async def _without_forgotten(work: UnitOfWork, given: GiveTip, employer: Employer) -> GiveTip:
    """A tip that brings nobody back who asked the employer's schools to be forgotten."""
    note = given.note
    for one in await remembered(work, [employer]) if note else ():
        note = one.marks.unnamed(note or "")
    return given.model_copy(update={"note": note})


async def _register(work: UnitOfWork, named: NamedEmployer, region: str, origin: str | None) -> Employer:
    shared = cast("Resources", work.resources)
    if named.sector not in shared.codes.lists["sectors"]:
        named = named.model_copy(update={"sector": None})
    employer = suggestion(new_id(), named, _situation(shared, region, named), origin)
    await EmployerStore(work.session).add(employer)
    work.announce_new(employer.registered())
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
