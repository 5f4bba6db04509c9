"""What a caller may see, as the rows of a spreadsheet: in the columns of the imports first, then what only is shown."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from typing import Any
from uuid import UUID

from services.intake.days import today
from services.intake.domain.addresses import Address
from services.intake.domain.employer import Employer
from services.intake.domain.offer import Offer
from services.intake.domain.people import facts_for
from services.intake.domain.placement import Placement
from services.intake.domain.rights import Viewer
from services.intake.domain.student import Student, StudentFacts
from services.intake.importing import words
from services.intake.importing.columns import ImportKind, columns_of
from services.intake.importing.words import Wordbook
from services.intake.store import (
    EmployerFilter,
    EmployerStore,
    OfferFilter,
    OfferStore,
    PlacementFilter,
    PlacementStore,
    StudentStore,
)
from services.intake.store.students import Action
from shared.api import PageRequest, encode_cursor
from shared.events.codes import Weekday
from shared.unit_of_work import UnitOfWork

AT_ONCE = 500

Rows = list[list[Any]]
Piece = tuple[Sequence[Any], Rows]
"""What was found, one more than asked for when there is more, and the rows of what was asked for."""
List = Callable[[UnitOfWork, Viewer, PageRequest], Awaitable[Piece]]
_DAYS = dict(zip(Weekday, ("ma", "di", "wo", "do", "vr", "za", "zo"), strict=True))


async def pieces_of(listed: List, work: UnitOfWork, viewer: Viewer) -> AsyncIterator[Rows]:
    """All of a list, each piece in a transaction of its own: what the access log says is kept before it is shown."""
    cursor: str | None = None
    while True:
        async with work.apart() as apart:
            found, rows = await listed(apart, viewer, PageRequest(AT_ONCE, cursor))
        yield rows
        if len(found) <= AT_ONCE:
            return
        cursor = encode_cursor(str(found[AT_ONCE - 1].id))


def heading(kind: ImportKind, *more: str) -> list[str]:
    """The headings that an import recognises, and others that it does not read."""
    return [column.label for column in columns_of(kind).values()] + list(more)


EMPLOYER_HEADING = heading(ImportKind.EMPLOYERS, "Regio", "Bron", "Brondatum", "Te controleren")
STUDENT_HEADING = heading(ImportKind.STUDENTS, "Stand")
PLACEMENT_HEADING = heading(ImportKind.PLACEMENTS, "Stand", "Beëindigd op")
OFFER_HEADING = [
    "Nummer", "Bedrijf", "Postcode", "Plaats", "Soort plek", "Sector", "Taken", "Plekken", "Begindatum", "Einddatum",
    "Dagen", "Begeleiding", "Kans op een baan", "Geldig tot", "Omschrijving", "Stand",
]  # fmt: skip


async def employers(work: UnitOfWork, viewer: Viewer, asked: PageRequest, wanted: EmployerFilter) -> Piece:
    """Employers that the caller may know of."""
    own = next(iter(viewer.schools), None) if len(viewer.schools) == 1 else None
    found = await EmployerStore(work.session).page(viewer, wanted, asked)
    return found, [_employer(one, own) for one in found[: asked.limit]]


def _employer(employer: Employer, own: UUID | None) -> list[Any]:
    facts, contact = employer.facts, next(iter(employer.facts.contact_persons), None)
    since = next((known.since_date for known in facts.cooperations if known.school_id == own), None)
    told: dict[str, Any] = _place(facts.address) | {
        "external_id": employer.id,
        "name": facts.name,
        "kvk_number": facts.kvk_number,
        "telephone": facts.telephone,
        "email": facts.email,
        "website": facts.website,
        "contact_name": contact and contact.name,
        "contact_role": contact and contact.role,
        "contact_telephone": contact and contact.telephone,
        "contact_email": contact and contact.email,
        "sectors": ", ".join(facts.sectors),
        "kind": _said(words.KINDS, facts.kind),
        "size_class": _said(words.SIZES, facts.size_class),
        "recognition": _said(words.RECOGNITIONS, facts.recognition),
        "guidance": _said(words.GUIDANCE, facts.guidance),
        "places_per_year": facts.places_per_year,
        "places_pro": facts.places_split and facts.places_split.pro,
        "places_vso": facts.places_split and facts.places_split.vso,
        "jobs_per_year": facts.jobs_per_year,
        "since_date": since,
        "private": employer.private_to is not None,
    }
    source = facts.source
    more = [employer.situation.region, source and source.name, source and source.date, employer.suggested]
    return _row(ImportKind.EMPLOYERS, told) + more


async def students(work: UnitOfWork, viewer: Viewer, asked: PageRequest) -> Piece:
    """The students of the caller's schools and caseload; each is written to the access log."""
    found = await StudentStore(work.session).page(viewer, asked)
    return found, [_student(one, facts_for(viewer, one)) for one in found[: asked.limit]]


def _student(student: Student, facts: StudentFacts) -> list[Any]:
    told: dict[str, Any] = _place(facts.address) | {
        "given_name": facts.given_name,
        "family_name": facts.family_name,
        "birth_date": facts.birth_date,
        "outflow_profile": facts.outflow_profile and _said(words.PROFILES, facts.outflow_profile),
        "guidance_need": facts.guidance_need and _said(words.GUIDANCE, facts.guidance_need),
        "has_jobcoach": facts.has_jobcoach,
        "last_year": facts.last_year,
        "sectors": ", ".join(wish.sector for wish in sorted(facts.wishes, key=lambda wish: wish.rank)),
        "placement_kind": facts.placement_kind and _said(words.PLACEMENT_KINDS, facts.placement_kind),
        "begin_date": facts.begin_date,
        "end_date": facts.end_date,
        "weekdays": _days(facts.weekdays),
        "days_per_week": facts.days_per_week,
        "travel_mode": facts.travel and _said(words.TRAVEL, facts.travel.mode),
        "travel_minutes": facts.travel and facts.travel.max_minutes,
    }
    return [*_row(ImportKind.STUDENTS, told), student.state]


async def placements(work: UnitOfWork, viewer: Viewer, asked: PageRequest) -> Piece:
    """The placements of the caller's schools; each student is written to the access log."""
    found = await PlacementStore(work.session).page(viewer, PlacementFilter(), asked)
    shown = found[: asked.limit]
    known = await StudentStore(work.session).several({one.student_id for one in shown}, viewer, Action.PLACEMENT_READ)
    at = await EmployerStore(work.session).several({one.employer_id for one in shown})
    seats = await OfferStore(work.session).several({one.offer_id for one in shown})
    return found, [
        _placement(one, known[one.student_id], at[one.employer_id], seats[one.offer_id])
        for one in shown
        if one.student_id in known and one.employer_id in at and one.offer_id in seats
    ]


def _placement(placement: Placement, student: Student, employer: Employer, offer: Offer) -> list[Any]:
    told = {
        "given_name": student.facts.given_name,
        "family_name": student.facts.family_name,
        "birth_date": student.facts.birth_date,
        "name": employer.facts.name,
        "kvk_number": employer.facts.kvk_number,
        "postcode": employer.facts.address and employer.facts.address.postcode,
        "kind": _said(words.PLACEMENT_KINDS, placement.kind),
        "sector": offer.facts.sector,
        "begin_date": placement.stay.begin_date,
        "end_date": placement.stay.end_date,
        "weekdays": _days(placement.stay.weekdays),
    }
    stands = placement.stands(today())
    return [*_row(ImportKind.PLACEMENTS, told), stands, placement.end and placement.end.ended_date]


async def offers(work: UnitOfWork, viewer: Viewer, asked: PageRequest) -> Piece:
    """Offers at employers that the caller may know of."""
    found = await OfferStore(work.session).page(viewer, OfferFilter(), asked)
    at = await EmployerStore(work.session).several({offer.employer_id for offer in found})
    return found, [_offer(one, at[one.employer_id]) for one in found[: asked.limit]]


def _offer(offer: Offer, employer: Employer) -> list[Any]:
    facts, address = offer.facts, employer.facts.address
    return [
        offer.id, employer.facts.name, address and address.postcode, address and address.place,
        _said(words.PLACEMENT_KINDS, facts.kind), facts.sector, ", ".join(facts.tasks), facts.seats,
        facts.begin_date, facts.end_date, _days(facts.weekdays), _said(words.GUIDANCE, facts.guidance),
        facts.job_prospect, facts.valid_until_date, facts.description, offer.state,
    ]  # fmt: skip


def _row(kind: ImportKind, told: dict[str, Any]) -> list[Any]:
    return [told.get(field) for field in columns_of(kind)]


def _place(address: Address | None) -> dict[str, Any]:
    """In the columns of an address; the municipality too, since a place name alone may not tell it."""
    if address is None:
        return {}
    return {name: getattr(address, name) for name in ("street", "house_number", "postcode", "place", "municipality")}


def _said(book: Wordbook, code: str) -> str:
    return book.codes[code].nl


def _days(weekdays: Sequence[Weekday]) -> str:
    return ", ".join(_DAYS[day] for day in weekdays)
