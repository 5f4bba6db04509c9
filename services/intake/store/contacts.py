"""Contact moments in the database."""

from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Row, insert, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.intake.domain.contact import Contact, LogContact
from services.intake.store.rows import document, page_of, read
from services.intake.store.tables import contact_notes, contacts, employers, schools
from shared.api import PageRequest
from shared.errors import NotFound

OWN_SCHOOLS = ("note", "spoken_to", "next_step", "student_id")
"""What stands in `contact_notes`, which other schools do not reach whatever a query forgets."""

_NOTED = select(contacts, contact_notes.c.said, contact_notes.c.student_id).outerjoin(
    contact_notes, contact_notes.c.contact_id == contacts.c.id
)


@dataclass(frozen=True)
class SharedMoment:
    """A contact moment with what identifies the employer and the school for others."""

    contact: Contact
    kvk_number: str
    employer_name: str
    recognition: str
    school_name: str
    brin: str


class ContactStore:
    """Finds and keeps contact moments."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def add(self, contact: Contact) -> Contact:
        """Keep a new one; answers it with the moment at which it was recorded."""
        talk = document(contact.talk)
        own = {name: said for name in OWN_SCHOOLS if (said := talk.pop(name)) is not None}
        added = insert(contacts).values(
            id=contact.id,
            employer_id=contact.employer_id,
            school_id=contact.school_id,
            author=contact.author,
            coach=contact.coach,
            contact_date=contact.talk.contact_date,
            offer_id=contact.offer_id,
            talk=talk,
        )
        recorded = (await self._session.execute(added.returning(contacts.c.recorded_at))).scalar_one()
        if own:
            key = {"contact_id": contact.id, "school_id": contact.school_id, "student_id": own.pop("student_id", None)}
            await self._session.execute(insert(contact_notes).values(**key, said=own))
        return replace(contact, recorded_at=recorded)

    async def get(self, employer_id: UUID, contact_id: UUID) -> Contact:
        """One of those with an employer; raises `NotFound`."""
        query = _NOTED.where(contacts.c.employer_id == employer_id, contacts.c.id == contact_id)
        if (row := (await self._session.execute(query)).one_or_none()) is None:
            raise NotFound("contact")
        return _contact(row)

    async def page(self, employer_id: UUID, page: PageRequest) -> list[Contact]:
        """Those with an employer."""
        query = _NOTED.where(contacts.c.employer_id == employer_id)
        return [_contact(row) for row in await page_of(self._session, query, contacts, page)]

    async def moments(self, kvk_number: str, since: date | None, page: PageRequest) -> list[SharedMoment]:
        """Those with the shared employers of a KvK number, the last recorded first, without what only the own school
        reads; one more than asked for.
        """
        query = (
            select(
                contacts,
                employers.c.facts["name"].astext.label("employer_name"),
                employers.c.recognition,
                schools.c.facts["name"].astext.label("school_name"),
                schools.c.brin,
            )
            .join(employers, employers.c.id == contacts.c.employer_id)
            .join(schools, schools.c.id == contacts.c.school_id)
            .where(employers.c.kvk_number == kvk_number, employers.c.private_to.is_(None))
            .order_by(contacts.c.id.desc())
            .limit(page.limit + 1)
        )
        if since is not None:
            query = query.where(contacts.c.contact_date >= since)
        if page.after_id is not None:
            query = query.where(contacts.c.id < page.after_id)
        return [
            SharedMoment(
                _contact_of(row, {}), kvk_number, row.employer_name, row.recognition, row.school_name, row.brin
            )
            for row in await self._session.execute(query)
        ]


def _contact(row: Row[Any]) -> Contact:
    return _contact_of(row, {**(row.said or {}), "student_id": row.student_id})


def _contact_of(row: Row[Any], own: dict[str, Any]) -> Contact:
    """A contact from its row and what only the own school reads."""
    talk = read(LogContact, row.talk | own)
    return Contact(row.id, row.employer_id, row.school_id, row.author, talk, row.offer_id, row.coach, row.recorded_at)
