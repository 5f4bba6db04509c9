"""The mails that wait: to be sent, or for a digest."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Text, cast, delete, func, or_, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.notifications.domain.digest import Item
from services.notifications.domain.letters import Fact, Letter
from services.notifications.domain.wishes import Category, Rhythm
from services.notifications.store.mail_tables import mails, recipients
from shared.ids import new_id

DIGEST = "digest"
"""The template of a mail that is made of those that were gathered for it."""

WAITS_AT_MOST = timedelta(days=30)
"""Longer than from one weekly digest to the next, and than any mail is tried."""


@dataclass(frozen=True)
class Plan:
    """When a letter goes to one recipient: at a moment by itself, or with the next digest of a rhythm."""

    subject: str
    rhythm: Rhythm
    moment: datetime


@dataclass(frozen=True)
class WaitingMail:
    """A mail to send now."""

    id: UUID
    email: str | None
    """None: the letter that is fetched says it."""
    template: str
    path: str
    facts: dict[str, Fact]
    tries: int
    dataref: str | None = None
    """Where the letter is fetched that goes to who has no account."""
    category: Category | None = None
    rhythm: Rhythm = Rhythm.AT_ONCE
    lapsed: bool = False
    """There is nothing to do about it any more."""
    recipient: UUID | None = None
    opt_out_key: bytes | None = None
    """What signs the link with which the recipient wants no more of them."""


@dataclass(frozen=True)
class HeldMail:
    """A letter that was not sent yet, so that a change of wishes concerns it."""

    id: UUID
    category: Category
    rhythm: Rhythm
    facts: dict[str, Fact]


_CLAIM = text("""
update mails set tries = tries + 1, next_at = clock_timestamp() + cast(:lease as interval)
from (
    select id, recipient from mails where state = 'waiting' and next_at <= clock_timestamp()
    order by next_at limit :limit for update skip locked
) due left join recipients on recipients.subject = due.recipient
where mails.id = due.id
returning mails.id, coalesce(recipients.email, mails.address) as email, mails.template, mails.path, mails.facts,
    mails.tries, mails.dataref,
    mails.category, mails.rhythm, coalesce(mails.lapses and mails.due_at < clock_timestamp(), false) as lapsed,
    recipients.id as recipient, recipients.opt_out_key
""")

_NOT_BEGUN = or_(mails.c.state == "gathered", (mails.c.state == "waiting") & (mails.c.tries == 0))
"""Nobody has such a mail in hand: one that is on its way stays what it is."""

_UNGATHERED = (mails.c.state == "gathered") & mails.c.digest.is_(None)


class MailStore:
    """The mails."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def post(self, event_key: str, letter: Letter, plans: Sequence[Plan]) -> None:
        """Lay a letter ready, or aside for a digest; the same one again is not laid twice."""
        if rows := [_row(event_key, letter, plan) for plan in plans]:
            statement = insert(mails).values(created_at=func.clock_timestamp())
            await self._session.execute(statement.on_conflict_do_nothing(), rows)

    async def post_link(self, event_key: str, dataref: str) -> None:
        """Lay a letter ready that is fetched when it is sent; the same event again is one of the inbox's."""
        row = {"id": new_id(), "event_key": event_key, "template": "link", "path": "", "facts": {}, "state": "waiting"}
        now = func.clock_timestamp()
        await self._session.execute(insert(mails).values(**row, dataref=dataref, created_at=now, next_at=now))

    async def post_alert(self, key: str, template: str, facts: Mapping[str, Fact], address: str, at: datetime) -> bool:
        """Lay a letter ready for an address that looks after a system, once; whether it is to be sent.

        One that still waits, untried, says what is so now.
        """
        row = {"id": new_id(), "event_key": key, "template": template, "path": "", "facts": dict(facts)}
        whole = {**row, "state": "waiting", "address": address, "created_at": func.clock_timestamp(), "next_at": at}
        laid = (
            insert(mails)
            .values(whole)
            .on_conflict_do_update(
                index_elements=[mails.c.event_key, mails.c.address],
                index_where=mails.c.address.is_not(None),
                set_={"facts": dict(facts)},
                where=(mails.c.state == "waiting") & (mails.c.tries == 0),
            )
        )
        return (await self._session.execute(laid.returning(mails.c.id))).one_or_none() is not None

    async def claim(self, limit: int, lease: timedelta) -> list[WaitingMail]:
        """Take due mails in hand for as long as the lease."""
        found = await self._session.execute(_CLAIM, {"limit": limit, "lease": lease})
        return [_waiting(row) for row in found.mappings()]

    async def sent(self, mail: WaitingMail) -> None:
        """A mail was taken by the server, and with a digest what was gathered for it."""
        await self._change(mail, {"state": "sent", "next_at": None, "error": None})
        if mail.template == DIGEST:
            told = update(mails).where(mails.c.digest == mail.id, mails.c.state == "gathered")
            await self._session.execute(told.values(state="sent"))

    async def not_sent(self, mail: WaitingMail, error: str, again: datetime | None) -> None:
        """A mail was not taken; without a moment to try it again it is given up."""
        later: dict[str, Any] = {"next_at": again} if again is not None else {"state": "failed", "next_at": None}
        await self._change(mail, {**later, "error": error[:500]})

    async def not_needed(self, mail: WaitingMail) -> None:
        """There is nothing to send any more: of a letter of ours it is remembered that it was there."""
        if mail.dataref is None and mail.template != DIGEST:
            await self._change(mail, {"state": "void", "next_at": None})
            return
        await self._session.execute(delete(mails).where(mails.c.id == mail.id, mails.c.tries == mail.tries))

    async def drop(self, which: ColumnElement[bool]) -> None:
        """Let go of letters that nobody has in hand yet."""
        await self._session.execute(update(mails).where(which, _NOT_BEGUN).values(state="void", next_at=None))

    async def held(self, subject: str) -> list[HeldMail]:
        """What waits for somebody and was not begun to be sent."""
        query = select(mails.c.id, mails.c.category, mails.c.rhythm, mails.c.facts).where(
            mails.c.recipient == subject, mails.c.category.is_not(None), mails.c.digest.is_(None), _NOT_BEGUN
        )
        rows = await self._session.execute(query)
        return [HeldMail(row.id, Category(row.category), Rhythm(row.rhythm), row.facts) for row in rows]

    async def plan_anew(self, mail_id: UUID, plan: Plan) -> None:
        """Have a letter that is held go another way."""
        await self._session.execute(update(mails).where(mails.c.id == mail_id, _NOT_BEGUN).values(_when(plan)))

    async def due_digest(self) -> tuple[str, Rhythm] | None:
        """Somebody whose digest is due, whom no other replica has in hand; locked."""
        mine = (mails.c.recipient == recipients.c.subject) & _UNGATHERED & (mails.c.next_at <= func.clock_timestamp())
        query = select(recipients.c.subject).where(select(mails.c.id).where(mine).exists()).limit(1)
        # a lock that leaves letters to somebody free to be laid ready meanwhile
        taken = await self._session.execute(query.with_for_update(key_share=True, skip_locked=True))
        if (subject := taken.scalar_one_or_none()) is None:
            return None
        due = (mails.c.recipient == subject) & _UNGATHERED & (mails.c.next_at <= func.clock_timestamp())
        rhythm = (await self._session.execute(select(mails.c.rhythm).where(due).limit(1))).scalar_one_or_none()
        return (subject, Rhythm(rhythm)) if rhythm else None

    async def gather(self, subject: str, rhythm: Rhythm) -> UUID:
        """Make one mail of what waits for somebody's digest; it is sent like any other."""
        digest, now = new_id(), func.clock_timestamp()
        row = {"id": digest, "recipient": subject, "event_key": f"{DIGEST}:{digest}", "template": DIGEST, "path": ""}
        whole = {**row, "facts": {}, "state": "waiting", "rhythm": rhythm, "created_at": now, "next_at": now}
        await self._session.execute(insert(mails).values(whole))
        waiting = _UNGATHERED & (mails.c.recipient == subject) & (mails.c.rhythm == rhythm)
        await self._session.execute(update(mails).where(waiting).values(digest=digest, next_at=None))
        return digest

    async def items_of(self, digest: UUID) -> list[Item]:
        """What a digest says, as it stands: what was settled or lapsed meanwhile is not among it."""
        holds = ~mails.c.lapses | (mails.c.due_at >= func.clock_timestamp()) | mails.c.due_at.is_(None)
        query = select(mails).where(mails.c.digest == digest, mails.c.state == "gathered", holds)
        rows = await self._session.execute(query.order_by(mails.c.created_at))
        return [Item(row.template, row.path, row.facts, row.due_at) for row in rows]

    async def forget(self, older_than: timedelta) -> None:
        """Delete old mails; those that still wait, for a Monday perhaps, when they are old for that too."""
        now = func.clock_timestamp()
        over = mails.c.state.not_in(("waiting", "gathered")) | (mails.c.created_at < now - WAITS_AT_MOST)
        await self._session.execute(delete(mails).where(mails.c.created_at < now - older_than, over))

    async def forget_person(self, person_id: UUID) -> int:
        """Delete the mails that lead to a student; how many it were."""
        person = str(person_id)
        named = mails.c.path.contains(person) | cast(mails.c.matters, Text).contains(person)
        return len((await self._session.execute(delete(mails).where(named).returning(mails.c.id))).all())

    async def _change(self, mail: WaitingMail, values: dict[str, Any]) -> None:
        await self._session.execute(
            update(mails).where(mails.c.id == mail.id, mails.c.tries == mail.tries).values(values)
        )


def about(settled: Collection[str]) -> ColumnElement[bool]:
    """Letters about one of these matters."""
    found: ColumnElement[bool] = mails.c.matters.overlap(sorted(settled))
    return found


def to(subjects: Collection[str]) -> ColumnElement[bool]:
    """Letters to some recipients."""
    return mails.c.recipient.in_(subjects)


def the_one(mail_id: UUID) -> ColumnElement[bool]:
    """One letter."""
    return mails.c.id == mail_id


def _waiting(row: Mapping[Any, Any]) -> WaitingMail:
    category = Category(row["category"]) if row["category"] else None
    return WaitingMail(**{**row, "category": category, "rhythm": Rhythm(row["rhythm"])})


def _row(event_key: str, letter: Letter, plan: Plan) -> dict[str, Any]:
    return {
        "id": new_id(),
        "recipient": plan.subject,
        "event_key": event_key,
        "template": letter.template,
        "path": letter.path,
        "facts": dict(letter.facts),
        "category": letter.category,
        "matters": sorted(letter.matters),
        "due_at": letter.due,
        "lapses": letter.lapses,
        **_when(plan),
    }


def _when(plan: Plan) -> dict[str, Any]:
    state = "waiting" if plan.rhythm is Rhythm.AT_ONCE else "gathered"
    return {"rhythm": plan.rhythm, "state": state, "next_at": plan.moment}
