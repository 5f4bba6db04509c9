"""Coordinators who want mail: what, when, and whether it reaches them."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime, time
from typing import Any
from uuid import UUID

from sqlalchemy import Row, delete, exists, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.notifications.domain.wishes import Category, QuietHours, Rhythm, Wishes
from services.notifications.store.mail_tables import mails, recipients


@dataclass(frozen=True)
class MailRecipient:
    """A coordinator, by the token's subject, with the address that the token vouches for."""

    subject: str
    email: str
    schools: frozenset[str]
    wishes: Wishes = field(default_factory=Wishes)
    quiet: QuietHours | None = None
    """None: the installation's."""
    bounced_at: datetime | None = None
    bounce: str | None = None
    """What the mail server said of the address; no mail goes to it since."""


class RecipientStore:
    """The recipients."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def register(self, recipient: MailRecipient) -> None:
        """Who wants what, from now on; an address that bounced gets another chance."""
        row = {
            "subject": recipient.subject,
            "email": recipient.email,
            "schools": sorted(recipient.schools),
            "quiet": _saved(recipient.quiet),
            "bounced_at": None,
            "bounce": None,
            "wished_at": func.clock_timestamp(),
            **_wishes(recipient.wishes),
        }
        # with the key among what is set, its lock would wait for those who lay letters ready, and they for it
        changed = {name: value for name, value in row.items() if name != "subject"}
        await self._session.execute(
            insert(recipients).values(row).on_conflict_do_update(index_elements=["subject"], set_=changed)
        )

    async def find(self, subject: str) -> MailRecipient | None:
        """What somebody wants."""
        row = (await self._session.execute(select(recipients).where(recipients.c.subject == subject))).one_or_none()
        return _recipient(row) if row else None

    async def of_schools(self, schools: Collection[str]) -> list[MailRecipient]:
        """The coordinators of some schools whom mail reaches."""
        reached = recipients.c.bounced_at.is_(None) & recipients.c.schools.overlap(sorted(schools))
        return [_recipient(row) for row in await self._session.execute(select(recipients).where(reached))]

    async def by_id(self, recipient_id: UUID, *, lock: bool = False) -> tuple[MailRecipient, bytes] | None:
        """Whom an opt-out link names, with the key that signs such links."""
        query = select(recipients).where(recipients.c.id == recipient_id)
        row = (await self._session.execute(query.with_for_update(key_share=True) if lock else query)).one_or_none()
        return (_recipient(row), row.opt_out_key) if row else None

    async def wish(self, subject: str, wishes: Wishes) -> None:
        """Change what somebody wants, and nothing else."""
        changed = update(recipients).where(recipients.c.subject == subject).values(_wishes(wishes))
        await self._session.execute(changed)

    async def bounced(self, addresses: Collection[str], mail_ids: Collection[UUID], reason: str) -> list[MailRecipient]:
        """Mark whom mail to an address, or one of these mails, did not reach; those who were not marked before.

        A mail from before the wishes were put anew tells nothing of the address of now.
        """
        its = (mails.c.recipient == recipients.c.subject) & (mails.c.created_at >= recipients.c.wished_at)
        sent_to = exists().where(its, mails.c.id.in_(mail_ids))
        lowered = [address.lower() for address in addresses]
        found = recipients.c.bounced_at.is_(None) & or_(func.lower(recipients.c.email).in_(lowered), sent_to)
        values = {"bounced_at": func.clock_timestamp(), "bounce": reason[:200]}
        marked = await self._session.execute(update(recipients).where(found).values(values).returning(recipients))
        return [_recipient(row) for row in marked]

    async def forget(self, subject: str) -> None:
        """Forget somebody, with the mails that wait."""
        await self._session.execute(delete(recipients).where(recipients.c.subject == subject))


def _wishes(wishes: Wishes) -> dict[str, Any]:
    return {"mail": wishes.mail, "categories": dict(wishes.categories)}


def _saved(quiet: QuietHours | None) -> dict[str, Any] | None:
    if quiet is None:
        return None
    return {"begin": f"{quiet.begin:%H:%M}", "end": f"{quiet.end:%H:%M}", "weekends": quiet.weekends}


def _quiet(saved: Mapping[str, Any] | None) -> QuietHours | None:
    if saved is None:
        return None
    return QuietHours(time.fromisoformat(saved["begin"]), time.fromisoformat(saved["end"]), weekends=saved["weekends"])


def _recipient(row: Row[Any]) -> MailRecipient:
    categories = {Category(name): Rhythm(rhythm) for name, rhythm in row.categories.items()}
    wishes = Wishes(Rhythm(row.mail), categories)
    return MailRecipient(
        row.subject, row.email, frozenset(row.schools), wishes, _quiet(row.quiet), row.bounced_at, row.bounce
    )
