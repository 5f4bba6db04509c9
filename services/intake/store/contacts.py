"""Contact moments in the database."""

from typing import Any
from uuid import UUID

from sqlalchemy import Row, insert, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.intake.domain.contact import Contact, LogContact
from services.intake.store.rows import document, page_of, read
from services.intake.store.tables import contacts
from shared.api import PageRequest


class ContactStore:
    """Finds and keeps contact moments."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def add(self, contact: Contact) -> Contact:
        """Keep a new one; answers it with the moment at which it was recorded."""
        added = insert(contacts).values(
            id=contact.id,
            employer_id=contact.employer_id,
            school_id=contact.school_id,
            author=contact.author,
            contact_date=contact.talk.contact_date,
            offer_id=contact.offer_id,
            talk=document(contact.talk),
        )
        return _contact((await self._session.execute(added.returning(contacts))).one())

    async def page(self, employer_id: UUID, page: PageRequest) -> list[Contact]:
        """Those with an employer."""
        query = select(contacts).where(contacts.c.employer_id == employer_id)
        return [_contact(row) for row in await page_of(self._session, query, contacts, page)]


def _contact(row: Row[Any]) -> Contact:
    talk = read(LogContact, row.talk)
    return Contact(row.id, row.employer_id, row.school_id, row.author, talk, row.offer_id, row.recorded_at)
