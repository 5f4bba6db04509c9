"""Links in the database: of the own school (row-level security); a token's hash leads to one, whoever holds it."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, func, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from services.intake.domain.link import Answer, AskConsent, Link, Purpose, Recipient, Subject, digest
from services.intake.domain.questionnaire_round import Invitation
from services.intake.domain.rights import Viewer
from services.intake.store.acting import Capacity, acting_as
from services.intake.store.link_tables import link_answers, links
from services.intake.store.rows import document, page_of, read, save
from shared.api import PageRequest
from shared.errors import NotFound


@dataclass(frozen=True)
class LinkFilter:
    """Which links are looked for; None: whatever it is."""

    purpose: Purpose | None = None
    subject_id: UUID | None = None
    answered: bool | None = None


class LinkStore:
    """Finds and keeps links, and what their holders said."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def now(self) -> datetime:
        """The database's clock, by which links last."""
        found: datetime = (await self._session.execute(select(func.clock_timestamp()))).scalar_one()
        return found

    async def held(self, token: str) -> Link | None:
        """The link with this token, whoever holds it."""
        async with acting_as(self._session, Capacity.LINK):
            return await self._one(links.c.token_hash == digest(token))

    async def find(self, link_id: UUID) -> Link | None:
        """One, whoever asks, in the capacity of `LINK`."""
        return await self._one(links.c.id == link_id)

    async def lock(self, link_id: UUID) -> Link | None:
        """One of the school for which the transaction works; nobody else changes it until that ends."""
        return await self._one(links.c.id == link_id, lock=True)

    async def get(self, link_id: UUID, viewer: Viewer, *, lock: bool = False) -> Link:
        """One of the caller's schools; raises `NotFound`."""
        found = await self._one(links.c.id == link_id, links.c.school_id.in_(viewer.schools), lock=lock)
        if found is None:
            raise NotFound("link")
        return found

    async def page(self, viewer: Viewer, wanted: LinkFilter, page: PageRequest) -> list[Link]:
        """Those of the caller's schools that fit."""
        query = select(links).where(links.c.school_id.in_(viewer.schools))
        if wanted.purpose is not None:
            query = query.where(links.c.purpose == wanted.purpose)
        if wanted.subject_id is not None:
            about = (links.c.offer_id, links.c.employer_id, links.c.placement_id, links.c.about_student_id)
            query = query.where(or_(*(one == wanted.subject_id for one in about)))
        if wanted.answered is not None:
            query = query.where(links.c.answer_count > 0 if wanted.answered else links.c.answer_count == 0)
        return [_link(row) for row in await page_of(self._session, query, links, page)]

    async def save(self, link: Link) -> None:
        """Keep a new link, or what changed of it."""
        await save(self._session, links, _values(link))

    async def give(self, link_id: UUID, token: str) -> None:
        """Let a token lead to it from now on, and none that did before."""
        await self._session.execute(update(links).where(links.c.id == link_id).values(token_hash=digest(token)))

    async def send_no_more(self, round_id: UUID) -> None:
        """Let no letter of a round be fetched any more, in the capacity of the register."""
        waiting = links.c.round_id == round_id, links.c.letter_until.is_not(None)
        await self._session.execute(update(links).where(*waiting).values(email=None, letter_until=None))

    async def answer(self, link: Link, answer: Answer) -> None:
        """Keep what was said, and that it was."""
        said = {"id": answer.id, "code": answer.code, "said": answer.said}
        row = said | {"link_id": link.id, "school_id": link.subject.school_id}
        await self._session.execute(insert(link_answers).values(row))
        more = update(links).where(links.c.id == link.id).values(answer_count=links.c.answer_count + 1)
        await self._session.execute(more)

    async def answers(self, link_id: UUID) -> list[Answer]:
        """What was said by a link, oldest first: at most `MOST_ANSWERS`."""
        return (await self.answers_of([link_id])).get(link_id, [])

    async def answers_of(self, link_ids: Collection[UUID]) -> dict[UUID, list[Answer]]:
        """The same of several links, by link."""
        found: dict[UUID, list[Answer]] = {}
        if not link_ids:
            return found
        query = select(link_answers).where(link_answers.c.link_id.in_(link_ids)).order_by(link_answers.c.id)
        for row in await self._session.execute(query):
            found.setdefault(row.link_id, []).append(Answer(row.id, row.code, row.said, row.answered_at))
        return found

    async def _one(self, *which: ColumnElement[bool], lock: bool = False) -> Link | None:
        query = select(links).where(*which)
        row = (await self._session.execute(query.with_for_update() if lock else query)).one_or_none()
        return None if row is None else _link(row)


def _values(link: Link) -> dict[str, Any]:
    subject = link.subject
    return {
        "id": link.id,
        "school_id": subject.school_id,
        "purpose": link.purpose,
        "recipient": link.recipient,
        "offer_id": subject.offer_id,
        "employer_id": subject.employer_id,
        "placement_id": subject.placement_id,
        "about_student_id": subject.student_id,
        "round_id": subject.round_id,
        "author": link.author,
        "email": link.email,
        "invitation": link.invitation,
        "asks": document(link.asks) if link.asks else None,
        "expires_at": link.expires_at,
        "letter_until": link.letter_until,
        "revoked_at": link.revoked_at,
    }


def _link(row: Row[Any]) -> Link:
    return Link(
        id=row.id,
        purpose=Purpose(row.purpose),
        recipient=Recipient(row.recipient),
        subject=_subject(row),
        author=row.author,
        expires_at=row.expires_at,
        email=row.email,
        asks=read(AskConsent, row.asks) if row.asks else None,
        invitation=Invitation(row.invitation) if row.invitation else None,
        letter_until=row.letter_until,
        answer_count=row.answer_count,
        revoked_at=row.revoked_at,
        recorded_at=row.recorded_at,
        version=row.version,
    )


def _subject(row: Row[Any]) -> Subject:
    return Subject(row.school_id, row.offer_id, row.employer_id, row.placement_id, row.about_student_id, row.round_id)
