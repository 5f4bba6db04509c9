"""Contact moments: who spoke with an employer last, and what came of it."""

from datetime import date, datetime
from uuid import UUID

from fastapi import APIRouter, Response
from pydantic import Field

from services.intake.api.callers import COORDINATORS, SCHOOLS_AND_REGIONS, Acting, Shared
from services.intake.api.changes import created
from services.intake.api.offers import open_offer
from services.intake.claiming import keep_up
from services.intake.domain.claim import Claim
from services.intake.domain.contact import (
    Argument,
    Channel,
    Contact,
    ContactOutcome,
    ContactStep,
    Initiator,
    LogContact,
)
from services.intake.domain.fields import examples
from services.intake.domain.rights import Viewer
from services.intake.store import ContactStore, EmployerStore, SchoolStore, StudentStore
from shared.api import Page, PageQuery, Resource
from shared.errors import Invalid, NotFound
from shared.events.codes import Code
from shared.idempotency import ONCE
from shared.ids import new_id
from shared.unit_of_work import Work

OWN = frozenset(LogContact.model_fields) - {"contact_date", "school_id", "offer", "subjects", "spoken_to_role"}
"""What of a talk the own school alone sees."""

router = APIRouter(tags=["contacts"], dependencies=[SCHOOLS_AND_REGIONS])


class ContactResource(Resource):
    """A contact moment; other schools see that it was, when, about what, and whom they can ask about it."""

    model_config = examples(
        {
            "id": "01920000-0000-7000-8000-00000000000c",
            "employerId": "01920000-0000-7000-8000-00000000000e",
            "schoolId": "01920000-0000-7000-8000-00000000000a",
            "schoolName": "Praktijkschool De Horizon",
            "contactDate": "2026-09-14",
            "recordedAt": "2026-09-14T09:12:00Z",
            "coach": "stage@dehorizon.example",
            "subjects": ["internship"],
            "spokenToRole": "praktijkopleider",
            "channel": "telephone",
            "step": "first-contact",
            "faceToFace": False,
            "studentJoined": False,
            "spokenTo": "T. de Wit",
            "nextStep": "Bellen over een kennismaking.",
            "nextStepDate": "2026-09-21",
            "initiator": "school",
            "outcome": "good-talk",
            "arguments": ["no-strings"],
            "note": "Belt volgende week terug.",
            "studentId": None,
            "offerId": None,
            "author": "coordinator-1",
            "hint": None,
        }
    )

    id: UUID
    employer_id: UUID
    school_id: UUID
    school_name: str | None
    contact_date: date
    recorded_at: datetime
    coach: str | None = Field(description="The work address of who had it.")
    subjects: tuple[Code, ...]
    spoken_to_role: str | None
    channel: Channel | None = Field(default=None, description="This and all below: the own school's only.")
    initiator: Initiator | None = None
    outcome: ContactOutcome | None = None
    arguments: tuple[Argument, ...] | None = None
    step: ContactStep | None = None
    face_to_face: bool | None = None
    student_joined: bool | None = None
    spoken_to: str | None = None
    next_step: str | None = None
    next_step_date: date | None = None
    note: str | None = None
    student_id: UUID | None = None
    offer_id: UUID | None = None
    author: str | None = None
    hint: str | None = Field(default=None, description="In the answer to logging: who else approaches the employer.")

    @classmethod
    def of(cls, contact: Contact, names: dict[UUID, str], viewer: Viewer) -> "ContactResource":
        """What a caller may know of it."""
        seen = cls.model_construct(
            id=contact.id,
            employer_id=contact.employer_id,
            school_id=contact.school_id,
            school_name=names.get(contact.school_id),
            contact_date=contact.talk.contact_date,
            recorded_at=contact.recorded_at,
            coach=contact.coach,
            subjects=contact.talk.subjects,
            spoken_to_role=contact.talk.spoken_to_role,
        )
        if contact.school_id not in viewer.schools:
            return seen
        own = {name: value for name, value in dict(contact.talk).items() if name in OWN}
        return seen.model_copy(update=own | {"offer_id": contact.offer_id, "author": contact.author})


@router.post(
    "/employers/{employer_id}/contacts",
    status_code=201,
    summary="Log a contact with an employer",
    dependencies=[COORDINATORS, ONCE],
)
async def log_contact(
    employer_id: UUID, body: LogContact, viewer: Acting, work: Work, shared: Shared, response: Response
) -> ContactResource:
    """A talk with an employer. With the outcome `yes` it can carry on to an offer, made in the same call.

    It keeps up the own school's claim; where another school has one, the answer's `hint` says so.
    """
    employer = await EmployerStore(work.session).get(employer_id, viewer, lock=True)
    school = viewer.acting_school(body.school_id, "/schoolId")
    if body.student_id is not None and (await _school_of(work, body.student_id, viewer)) != school:
        raise NotFound("student")
    if body.offer is not None and body.outcome is not ContactOutcome.YES:
        raise Invalid("/offer", "only a yes carries on to an offer")
    offer = await open_offer(work, shared, employer, body.offer, school, "/offer") if body.offer else None
    talk = body.model_copy(update={"offer": None, "school_id": school})
    contact = Contact(
        new_id(), employer_id, school, viewer.subject, talk, offer.id if offer else None, viewer.email or None
    )
    kept = await ContactStore(work.session).add(contact)
    await work.announce(contact.logged())
    created(response, f"{shared.location('employers', employer_id)}/contacts/{contact.id}")
    return await _with_hint(work, kept, await keep_up(work, employer_id, school), viewer)


async def _with_hint(work: Work, contact: Contact, claim: Claim | None, viewer: Viewer) -> ContactResource:
    """A contact, and who else approaches the employer."""
    names = await SchoolStore(work.session).names({contact.school_id, *([claim.school_id] if claim else [])})
    shown = ContactResource.of(contact, names, viewer)
    return shown.model_copy(update={"hint": claim.hint(names.get(claim.school_id))}) if claim else shown


async def _school_of(work: Work, student_id: UUID, viewer: Viewer) -> UUID:
    return (await StudentStore(work.session).read(student_id, viewer)).school_id


@router.get("/employers/{employer_id}/contacts/{contact_id}", summary="One contact with an employer")
async def read_contact(employer_id: UUID, contact_id: UUID, viewer: Acting, work: Work) -> ContactResource:
    """As it stands in the list."""
    employer = await EmployerStore(work.session).get(employer_id, viewer)
    contact = await ContactStore(work.session).get(employer.id, contact_id)
    return ContactResource.of(contact, await SchoolStore(work.session).names([contact.school_id]), viewer)


@router.get("/employers/{employer_id}/contacts", summary="Contacts with an employer")
async def list_contacts(employer_id: UUID, viewer: Acting, work: Work, page: PageQuery) -> Page[ContactResource]:
    """Who spoke with the employer, oldest first, so that nobody is called twice for nothing."""
    employer = await EmployerStore(work.session).get(employer_id, viewer)
    found = await ContactStore(work.session).page(employer.id, page)
    names = await SchoolStore(work.session).names({contact.school_id for contact in found})
    return page.page([ContactResource.of(c, names, viewer) for c in found], lambda contact: contact.id)
