"""Agreements in the database: every version of a placement's, with who signed it."""

from typing import Any
from uuid import UUID

from sqlalchemy import Row, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.intake.domain.agreement import Agreement, AgreementTerms, Party, Signature
from services.intake.domain.placement import Stay
from services.intake.store.agreement_tables import agreements
from services.intake.store.rows import document, page_of, read, save
from shared.api import PageRequest
from shared.errors import NotFound


class AgreementStore:
    """Finds and keeps agreements; the placement, which the caller may see, was found before."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def latest(self, placement_id: UUID, number: int | None = None) -> Agreement | None:
        """The newest version, or the one with that number; None when there is none."""
        query = select(agreements).where(agreements.c.placement_id == placement_id)
        if number is not None:
            query = query.where(agreements.c.number == number)
        row = (await self._session.execute(query.order_by(agreements.c.number.desc()).limit(1))).one_or_none()
        return None if row is None else _agreement(row)

    async def get(self, placement_id: UUID, number: int | None = None) -> Agreement:
        """The same; raises `NotFound`."""
        if (found := await self.latest(placement_id, number)) is None:
            raise NotFound("agreement")
        return found

    async def page(self, placement_id: UUID, page: PageRequest) -> list[Agreement]:
        """All versions, oldest first."""
        query = select(agreements).where(agreements.c.placement_id == placement_id)
        return [_agreement(row) for row in await page_of(self._session, query, agreements, page)]

    async def save(self, agreement: Agreement) -> None:
        """Keep a new version, or what changed in one."""
        await save(self._session, agreements, _values(agreement))


def _values(agreement: Agreement) -> dict[str, Any]:
    return {
        "id": agreement.id,
        "placement_id": agreement.placement_id,
        "student_id": agreement.student_id,
        "school_id": agreement.school_id,
        "employer_id": agreement.employer_id,
        "number": agreement.number,
        "author": agreement.author,
        "terms": document(agreement.terms),
        "stay": document(agreement.stay),
        "parties": list(agreement.parties),
        "paper": agreement.paper,
        "signatures": [document(signature) for signature in agreement.signatures],
    }


def _agreement(row: Row[Any]) -> Agreement:
    return Agreement(
        id=row.id,
        placement_id=row.placement_id,
        student_id=row.student_id,
        school_id=row.school_id,
        employer_id=row.employer_id,
        number=row.number,
        author=row.author,
        terms=read(AgreementTerms, row.terms),
        stay=read(Stay, row.stay),
        parties=tuple(map(Party, row.parties)),
        paper=row.paper,
        signatures=tuple(read(Signature, one) for one in row.signatures),
    )
