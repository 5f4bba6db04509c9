"""Coordinators who want mail, and the mails that wait for them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import delete, func, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.notifications.domain.letters import Fact, Letter
from services.notifications.store.tables import mails, recipients
from shared.ids import new_id

AT_ONCE = "at-once"


@dataclass(frozen=True)
class MailRecipient:
    """A coordinator, by the token's subject, with the address that the token vouches for."""

    subject: str
    email: str
    schools: frozenset[str]
    mail: str


@dataclass(frozen=True)
class WaitingMail:
    """A mail to send now."""

    id: UUID
    email: str
    template: str
    path: str
    facts: dict[str, Fact]
    tries: int


_CLAIM = text("""
update mails set tries = tries + 1, next_at = clock_timestamp() + cast(:lease as interval)
from recipients
where mails.recipient = recipients.subject and mails.id in (
    select id from mails where state = 'waiting' and next_at <= clock_timestamp()
    order by next_at limit :limit for update skip locked
)
returning mails.id, recipients.email, mails.template, mails.path, mails.facts, mails.tries
""")


class MailStore:
    """Recipients and their mails."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def register(self, recipient: MailRecipient) -> None:
        """Who wants what, from now on."""
        row = {**vars(recipient), "schools": sorted(recipient.schools)}
        await self._session.execute(
            insert(recipients).values(row).on_conflict_do_update(index_elements=["subject"], set_=row)
        )

    async def find(self, subject: str) -> MailRecipient | None:
        """What somebody wants."""
        row = (await self._session.execute(select(recipients).where(recipients.c.subject == subject))).one_or_none()
        return MailRecipient(row.subject, row.email, frozenset(row.schools), row.mail) if row else None

    async def forget_recipient(self, subject: str) -> None:
        """Forget somebody, with the mails that wait."""
        await self._session.execute(delete(recipients).where(recipients.c.subject == subject))

    async def post(self, event_key: str, letters: Sequence[Letter]) -> bool:
        """Lay letters ready for every coordinator of their schools who wants mail; whether there were any."""
        posted = False
        for letter in letters:
            query = select(recipients.c.subject).where(
                recipients.c.mail == AT_ONCE, recipients.c.schools.overlap(sorted(letter.schools))
            )
            subjects = (await self._session.execute(query)).scalars().all()
            if rows := [_row(event_key, letter, subject) for subject in subjects]:
                await self._session.execute(
                    insert(mails)
                    .values(created_at=func.clock_timestamp(), next_at=func.clock_timestamp())
                    .on_conflict_do_nothing(),
                    rows,
                )
                posted = True
        return posted

    async def claim(self, limit: int, lease: timedelta) -> list[WaitingMail]:
        """Take due mails in hand for as long as the lease."""
        found = await self._session.execute(_CLAIM, {"limit": limit, "lease": lease})
        return [WaitingMail(**row) for row in found.mappings()]

    async def sent(self, mail: WaitingMail) -> None:
        """A mail was taken by the server."""
        await self._change(mail, {"state": "sent", "next_at": None, "error": None})

    async def not_sent(self, mail: WaitingMail, error: str, pause: timedelta | None) -> None:
        """A mail was not taken; without a pause it is given up."""
        later = (
            {"next_at": func.clock_timestamp() + pause} if pause is not None else {"state": "failed", "next_at": None}
        )
        await self._change(mail, {**later, "error": error[:500]})

    async def forget(self, older_than: timedelta) -> None:
        """Delete old mails."""
        await self._session.execute(
            text("delete from mails where created_at < clock_timestamp() - cast(:age as interval)"), {"age": older_than}
        )

    async def forget_person(self, person_id: UUID) -> int:
        """Delete the mails whose link leads to a student; how many it were."""
        named = mails.c.path.contains(str(person_id))
        return len((await self._session.execute(delete(mails).where(named).returning(mails.c.id))).all())

    async def _change(self, mail: WaitingMail, values: dict[str, Any]) -> None:
        await self._session.execute(
            update(mails).where(mails.c.id == mail.id, mails.c.tries == mail.tries).values(values)
        )


def _row(event_key: str, letter: Letter, subject: str) -> dict[str, Any]:
    return {
        "id": new_id(),
        "recipient": subject,
        "event_key": event_key,
        "template": letter.template,
        "path": letter.path,
        "facts": dict(letter.facts),
        "state": "waiting",
    }
