"""Contact moments for machines: what VUM 3.1 asks as *werkgeverscontactmoment* of an employer."""

from datetime import date

from fastapi import APIRouter
from pydantic import Field

from services.intake.domain.fields import Brin, Day, KvkNumber, examples
from services.intake.store import ContactStore
from services.intake.store.contacts import SharedMoment
from shared.api import Body, Page, PageQuery, Resource
from shared.events.codes import Code, Recognition
from shared.security import requires
from shared.unit_of_work import Work

CONTACTS_SCOPE = "intake:contacts:read"

router = APIRouter(tags=["contacts"], dependencies=[requires(scope=CONTACTS_SCOPE)])


class SearchContactMoments(Body):
    """Which employer, and since when."""

    model_config = examples({"kvkNumber": "01234567", "fromDate": "2026-09-01"}, {"kvkNumber": "01234567"})

    kvk_number: KvkNumber
    from_date: Day | None = Field(default=None, description="On this day or later.")


class ContactMomentResource(Resource):
    """Who of which school spoke with an employer, when, about what; never what was said, nor for which student."""

    model_config = examples(
        {
            "kvkNumber": "01234567",
            "employerName": "Tuincentrum De Linde",
            "recognisedBySbb": True,
            "contactDate": "2026-09-14",
            "schoolName": "Praktijkschool De Horizon",
            "brin": "05KJ00",
            "coach": "stage@dehorizon.example",
            "subjects": ["internship"],
        }
    )

    kvk_number: KvkNumber
    employer_name: str
    recognised_by_sbb: bool
    contact_date: date
    school_name: str
    brin: Brin
    coach: str | None = Field(description="The work address of who had it.")
    subjects: tuple[Code, ...]

    @classmethod
    def of(cls, moment: SharedMoment) -> "ContactMomentResource":
        """What may leave the schools."""
        return cls(
            kvk_number=moment.kvk_number,
            employer_name=moment.employer_name,
            recognised_by_sbb=moment.recognition != Recognition.NONE,
            contact_date=moment.contact.talk.contact_date,
            school_name=moment.school_name,
            brin=moment.brin,
            coach=moment.contact.coach,
            subjects=moment.contact.talk.subjects,
        )


@router.post("/contact-moments/_search", summary="Who spoke with an employer last")
async def search_contact_moments(
    body: SearchContactMoments, work: Work, page: PageQuery
) -> Page[ContactMomentResource]:
    """For machines with the scope `intake:contacts:read`: the last recorded first; an employer that a school keeps to
    itself has none.
    """
    found = await ContactStore(work.session).moments(body.kvk_number, body.from_date, page)
    last = found[page.limit - 1].contact.id if len(found) > page.limit else None
    return Page[ContactMomentResource].of([ContactMomentResource.of(one) for one in found[: page.limit]], last)
