"""Before a coordinator approaches an employer: who of another organisation spoke with it."""

from datetime import date
from uuid import UUID

from fastapi import APIRouter

from services.intake.api.callers import SCHOOLS_AND_REGIONS, Acting, Shared
from services.intake.domain.fields import examples
from services.intake.outside_contacts import Asked, SourceState
from services.intake.store import EmployerStore
from shared.api import Resource
from shared.errors import Refused
from shared.unit_of_work import Work

router = APIRouter(tags=["contacts"], dependencies=[SCHOOLS_AND_REGIONS])


class EmployerHasNoKvkNumber(Refused):
    """Other sources know an employer by its KvK number: record that first."""

    slug = "employer-has-no-kvk-number"


class OutsideContact(Resource):
    """A contact moment of another source."""

    source: str
    contact_date: date
    organisation: str | None
    person: str | None
    email: str | None
    subject: str | None
    recognised_by_sbb: bool | None


class AskedSource(Resource):
    """What came of asking a source."""

    name: str
    state: SourceState


class OutsideContacts(Resource):
    """All that came within three seconds, the last first. Not `complete`: ask again, or call who did not answer."""

    model_config = examples(
        {
            "employerId": "01920000-0000-7000-8000-00000000000e",
            "complete": False,
            "sources": [{"name": "UWV", "state": "answered"}, {"name": "WSP Flevoland", "state": "slow"}],
            "contacts": [
                {
                    "source": "UWV",
                    "contactDate": "2026-09-14",
                    "organisation": "UWV Flevoland",
                    "person": "T. de Wit",
                    "email": "t.dewit@uwv.example",
                    "subject": "01",
                    "recognisedBySbb": True,
                }
            ],
        }
    )

    employer_id: UUID
    complete: bool
    sources: list[AskedSource]
    contacts: list[OutsideContact]

    @classmethod
    def of(cls, employer_id: UUID, asked: list[Asked]) -> "OutsideContacts":
        """The answers of all sources together."""
        contacts = [
            OutsideContact(
                source=each.source,
                contact_date=moment.datum,
                organisation=moment.accountmanager.naam_organisatie,
                person=moment.accountmanager.naam,
                email=moment.accountmanager.emailadres,
                subject=moment.code_onderwerp,
                recognised_by_sbb=moment.werkgever.erkend_sbb_leerbedrijf,
            )
            for each in asked
            for moment in each.moments
        ]
        return cls(
            employer_id=employer_id,
            complete=all(each.state is SourceState.ANSWERED for each in asked),
            sources=[AskedSource(name=each.source, state=each.state) for each in asked],
            contacts=sorted(contacts, key=lambda contact: contact.contact_date, reverse=True),
        )


@router.get("/employers/{employer_id}/outside-contacts", summary="Who of other organisations spoke with an employer")
async def list_outside_contacts(employer_id: UUID, viewer: Acting, work: Work, shared: Shared) -> OutsideContacts:
    """Asks the other sources of contact moments; nothing of the answer is kept."""
    employer = await EmployerStore(work.session).get(employer_id, viewer)
    if employer.facts.kvk_number is None:
        raise EmployerHasNoKvkNumber
    await work.session.rollback()  # nothing was written: no transaction waits for others
    return OutsideContacts.of(employer.id, await shared.outside.ask(employer.facts.kvk_number))
