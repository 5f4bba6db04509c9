"""What an employer does by link: say whether a place is still there, pause, tell of a problem, ask for support."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

from services.intake.days import today
from services.intake.domain.codes import LISTS
from services.intake.domain.dutch import in_words
from services.intake.domain.employer import Employer, PauseEmployer
from services.intake.domain.link import LinkHasNoMoreUse, LinkIsUnknown, Purpose
from services.intake.domain.link_answers import (
    Free,
    NeedSupport,
    PauseOrResume,
    ReportProblem,
    StillOpen,
    TakesStudents,
    YesNo,
)
from services.intake.domain.offer import Offer, OfferState, SeatsAreTaken
from services.intake.domain.offer_kinds import require_kind
from services.intake.domain.placement import Placement
from services.intake.domain.placement_states import PlacementState
from services.intake.domain.support import Asker, AskSupport
from services.intake.linking import Held
from services.intake.public import questions
from services.intake.public.shown import Page, Said, Section, Shown, period, spelt
from services.intake.renewing import keep_changed, withdraw
from services.intake.resources import Resources
from services.intake.store import EmployerStore, OfferStore, PlacementStore, RegionStore
from services.intake.supporting import ask_support
from shared.errors import Invalid
from shared.unit_of_work import UnitOfWork


async def show_place(work: UnitOfWork, held: Held) -> Shown:
    """The place that is asked after."""
    offer, employer = await _place(work, held)
    shared: Resources = work.resources
    facts, school = offer.facts, held.school.facts.name
    rows = (
        ("Bedrijf", employer.facts.name),
        ("Werk", spelt(shared.codes.lists["sectors"], (facts.sector,))),
        ("Aantal plekken", str(facts.seats)),
        ("Periode", period(facts.begin_date, facts.end_date)),
    )
    why = (
        f"{school} weet van een plek voor een leerling bij {employer.facts.name}, en wil graag weten of die er nog is."
    )
    asked = (questions.FREE, replace(questions.SEATS, value=str(facts.seats)), questions.OFFERED_UNTIL)
    return Shown("Is deze plek nog vrij?", (why,), (Section("De plek", rows),), asked)


async def say_place(work: UnitOfWork, held: Held, said: StillOpen) -> Said:
    """The offer stands with what was said, or is withdrawn."""
    offer, employer = await _place(work, held, lock=True)
    if said.free is not Free.YES:
        await withdraw(work, offer, said.free)
        return Said(said.free, {}, ("Wij bieden deze plek niet meer aan. Een leerling die er nu is, kan blijven.",))
    _must_come(said.until)
    wanted = {"seats": said.seats, "valid_until_date": said.until}
    facts = offer.facts.model_copy(update={name: one for name, one in wanted.items() if one is not None})
    changed = replace(offer, facts=facts)
    await _must_fit(work, offer, changed, employer)
    await keep_changed(work, offer, changed, employer)
    document = {"seats": facts.seats, "until": _written(said.until)}
    return Said("free", document, ("Fijn dat de plek er nog is. De school kijkt welke leerling erbij past.",))


async def _must_fit(work: UnitOfWork, offer: Offer, changed: Offer, employer: Employer) -> None:
    """As when a school changes the seats, in words for an employer."""
    sitting = await PlacementStore(work.session).at_offer(offer.id)
    try:
        settled = await RegionStore(work.session).of(changed.lies(employer).region)
        require_kind(changed.facts, settled.settings.group_bounds, before=offer.facts)
        held = [placement.occupation for placement in sitting if placement.end is None]
        changed.must_seat(held, offer.kept_from(None, today()))
    except SeatsAreTaken as error:
        raise Invalid("/seats", f"Er zijn al {error.facts['taken']} plekken bezet of afgesproken.") from None
    except Invalid:
        raise Invalid("/seats", "Dit aantal past niet bij deze soort plek. Bel met de school.") from None


async def _place(work: UnitOfWork, held: Held, *, lock: bool = False) -> tuple[Offer, Employer]:
    offer_id = held.link.subject.offer_id
    if offer_id is None:
        raise LinkIsUnknown
    offers = OfferStore(work.session)
    offer = await offers.lock(offer_id) if lock else (await offers.several([offer_id])).get(offer_id)
    if offer is None or offer.state is not OfferState.OPEN:
        raise LinkHasNoMoreUse
    return offer, await employer_of(work, held)


async def employer_of(work: UnitOfWork, held: Held, *, lock: bool = False) -> Employer:
    """Whom a link is for, or what it went up in; raises `LinkHasNoMoreUse` for one that has stopped."""
    employers, known = EmployerStore(work.session), held.link.subject.employer_id
    employer_id = (await employers.standing([known])).get(known) if known else None
    employer = await employers.find(employer_id, lock=lock) if employer_id else None
    if employer is None:
        raise LinkIsUnknown
    if employer.stopped is not None:
        raise LinkHasNoMoreUse
    return employer


async def show_pause(work: UnitOfWork, held: Held) -> Shown:
    """Whether the employer takes students now."""
    employer = await employer_of(work, held)
    now = "U neemt nu leerlingen aan."
    if employer.pause is not None:
        until = employer.pause.until_date
        now = f"U neemt nu geen leerlingen aan{f', tot en met {in_words(until)}' if until else ''}."
    return Shown(
        "Even geen leerlingen?",
        (f"Hier geeft u door of {employer.facts.name} leerlingen aanneemt. {now}",),
        questions=(questions.TAKES, questions.PAUSED_UNTIL, questions.PAUSED_BECAUSE),
        calm="Leerlingen die nu bij u zijn, kunnen blijven.",
    )


async def say_pause(work: UnitOfWork, held: Held, said: PauseOrResume) -> Said:
    """Matching proposes nobody there, or does so again."""
    employers = EmployerStore(work.session)
    employer = await employer_of(work, held, lock=True)
    if said.what is TakesStudents.RESUME:
        if employer.pause is None:
            raise Invalid("/what", "U neemt al leerlingen aan.")
        resumed, started = employer.resumed()
        await employers.save(resumed)
        await work.announce(started)
        return Said("resumed", {}, ("Fijn. Scholen weten dat u weer leerlingen aanneemt.",))
    _must_come(said.until)
    paused, event = employer.paused(PauseEmployer(from_date=today(), until_date=said.until, reason=said.reason))
    await employers.save(paused)
    await work.announce(event)
    until = f" tot en met {in_words(said.until)}" if said.until else ""
    document = {"until": _written(said.until), "reason": said.reason}
    return Said("paused", document, (f"Scholen weten dat u{until} geen leerlingen aanneemt.",))


async def show_problem(work: UnitOfWork, held: Held) -> Shown:
    """A student at the employer, without the name: whoever works together knows who it is."""
    running, employer = await _running(work, held), await employer_of(work, held)
    school = held.school.facts.name
    rows = (("Bedrijf", employer.facts.name), ("Periode", period(running.stay.begin_date, running.stay.end_date)))
    return Shown(
        "Is er een probleem met de leerling?",
        (f"Er is een leerling van {school} bij u. Gaat er iets niet goed? Geef het hier door aan de school.",),
        (Section("Om wie het gaat", rows),),
        (questions.PROBLEM, questions.TODAY, questions.WHAT_HAPPENED, questions.CALL_BACK),
        "Doorgeven aan de school",
        "Alleen de school van de leerling leest dit. Is er gevaar? Bel dan eerst 112.",
    )


async def _running(work: UnitOfWork, held: Held) -> Placement:
    placement_id = held.link.subject.placement_id
    found = await PlacementStore(work.session).get(placement_id, held.viewer) if placement_id else None
    if found is None or found.state is not PlacementState.RUNNING:
        raise LinkHasNoMoreUse
    return found


async def say_problem(work: UnitOfWork, held: Held, said: ReportProblem) -> Said:
    """A signal for the coordinator (F19)."""
    await _running(work, held)
    if said.kind not in LISTS["problems"]:
        raise Invalid("/kind", questions.PROBLEM.wrong)
    urgent = said.today is YesNo.YES
    soon = "De school leest dat u vandaag gebeld wilt worden." if urgent else "De school neemt contact met u op."
    return Said("problem-today" if urgent else "problem", said.model_dump(mode="json"), (soon,))


async def show_support(work: UnitOfWork, held: Held) -> Shown:
    """What schools and intermediaries can help with."""
    employer = await employer_of(work, held)
    why = f"Een leerling begeleiden is niet altijd makkelijk. Wat zou {employer.facts.name} helpen?"
    then = f"{held.school.facts.name} kijkt daarna samen met u wat er kan."
    return Shown("Kunnen wij u helpen?", (why, then), questions=(questions.SUPPORT, questions.SUPPORT_NOTE))


async def say_support(work: UnitOfWork, held: Held, said: NeedSupport) -> Said:
    """Requests that are followed to the end, by the school or by who looks after the region (J10, M10)."""
    employer = await employer_of(work, held)
    for kind in said.kinds:
        asked = AskSupport(kind=kind, asked_by=Asker.EMPLOYER, note=said.text)
        try:
            await ask_support(work, employer, asked, held.school.id)
        except Invalid as error:
            raise Invalid("/text", error.problems[0].detail) from None
    return Said("support", said.model_dump(mode="json"), ("De school neemt contact met u op over wat er kan.",))


def _must_come(until: date | None) -> None:
    if until is not None and until < today():
        raise Invalid("/until", questions.DAY_WRONG)


def _written(day: date | None) -> str | None:
    return day.isoformat() if day else None


PAGES: Mapping[Purpose, Page] = {
    Purpose.STILL_OPEN: Page(StillOpen, show_place, say_place),
    Purpose.PAUSE: Page(PauseOrResume, show_pause, say_pause),
    Purpose.PROBLEM: Page(ReportProblem, show_problem, say_problem),
    Purpose.SUPPORT: Page(NeedSupport, show_support, say_support),
}
