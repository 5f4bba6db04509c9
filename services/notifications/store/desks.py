"""Desks, their letters and the links in them, as rows."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Text, cast, delete, exists, func, literal, or_, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.notifications.domain.calls import Call
from services.notifications.domain.desks import MOST_DESKS, Desk, HeldLink, Purpose, TooManyDesks, digest
from services.notifications.store.calls import said_to
from services.notifications.store.desk_tables import desk_letters, desk_links, desks
from services.notifications.store.tables import answers
from shared.errors import NotFound
from shared.events.codes import IntermediaryKind
from shared.ids import new_id

_CLAIM = text("""
update desk_letters set tries = tries + 1, next_at = clock_timestamp() + cast(:lease as interval)
from (
    select desk_letters.id, desks.email from desk_letters
    join desks on desks.id = desk_letters.desk_id
    join calls on calls.id = desk_letters.call_id and calls.state = 'open' and calls.round = desk_letters.round
        and not calls.answered
    where desk_letters.state = 'waiting' and desk_letters.next_at <= clock_timestamp()
    order by desk_letters.next_at limit :limit for update of desk_letters skip locked
) due
where desk_letters.id = due.id
returning desk_letters.id, due.email, desk_letters.call_id, desk_letters.reminder, desk_letters.tries
""")


@dataclass(frozen=True)
class DueLetter:
    """A letter to send now."""

    id: UUID
    email: str
    call_id: UUID
    reminder: int
    tries: int


@dataclass(frozen=True)
class WrittenTo:
    """A desk that was written to about a call, and when."""

    desk_id: UUID
    name: str
    kind: str
    reminder: int
    state: str
    at: datetime


class DeskStore:
    """Finds and keeps desks and what is sent to them."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def add(self, desk: Desk) -> tuple[Desk, bool]:
        """Keep a new one, and whether it is new; raises `TooManyDesks`. One that bounced gets another chance."""
        await self._session.execute(select(func.pg_advisory_xact_lock(func.hashtext(f"desks {desk.region}"))))
        there = await self.of_region(desk.region)
        if same := next((one for one in there if (one.kind, one.email) == (desk.kind, desk.email)), None):
            again = update(desks).where(desks.c.id == same.id).values(bounced_at=None)
            await self._session.execute(again)
            return replace(same, bounced_at=None), False
        if len(there) >= MOST_DESKS:
            raise TooManyDesks(count=len(there))
        await self._session.execute(insert(desks).values(**vars(desk)))
        return desk, True

    async def of_region(self, region: str) -> list[Desk]:
        """Those of a region."""
        query = select(desks).where(desks.c.region == region).order_by(desks.c.id)
        return [_desk(row) for row in await self._session.execute(query)]

    async def remove(self, region: str, desk_id: UUID) -> None:
        """Write to it no more; its letters and links are gone too. Raises `NotFound`."""
        gone = delete(desks).where(desks.c.region == region, desks.c.id == desk_id).returning(desks.c.id)
        if (await self._session.execute(gone)).one_or_none() is None:
            raise NotFound("desk")

    async def write_to(self, call: Call, kinds: Sequence[IntermediaryKind]) -> int:
        """Lay a letter ready for each desk of some kinds, a reminder only if it said nothing; how many it were."""
        said = exists().where(said_to(call), answers.c.owner == literal("desk:") + cast(desks.c.id, Text))
        first = desks.c.kind.in_([kind for kind in kinds if not call.turn_of(kind)])
        asked = select(desks.c.id, desks.c.kind).where(
            desks.c.region == call.key.region,
            desks.c.kind.in_(list(kinds)),
            desks.c.bounced_at.is_(None),
            or_(first, ~said),
        )
        rows = [
            {
                "id": new_id(),
                "call_id": call.id,
                "desk_id": row.id,
                "round": call.round,
                "reminder": call.turn_of(IntermediaryKind(row.kind)),
                "state": "waiting",
                "created_at": func.clock_timestamp(),
                "next_at": func.clock_timestamp(),
            }
            for row in await self._session.execute(asked)
        ]
        if not rows:
            return 0
        laid = insert(desk_letters).values(rows).on_conflict_do_nothing().returning(desk_letters.c.id)
        return len((await self._session.execute(laid)).all())

    async def claim(self, limit: int, lease: timedelta) -> list[DueLetter]:
        """Take due letters in hand for as long as the lease: of open calls that nobody answered in this round."""
        found = await self._session.execute(_CLAIM, {"limit": limit, "lease": lease})
        return [DueLetter(**row) for row in found.mappings()]

    async def link(self, letter_id: UUID, purpose: Purpose, token: str) -> None:
        """Let a token lead to a letter's purpose; those of an earlier try, which may have arrived, still do."""
        row = {"digest": digest(token), "letter_id": letter_id, "purpose": purpose}
        await self._session.execute(insert(desk_links).values(row))

    async def sent(self, letter: DueLetter) -> None:
        """The server took it."""
        await self._change(letter, {"state": "sent", "next_at": None, "error": None})

    async def not_sent(self, letter: DueLetter, error: str, pause: timedelta | None) -> None:
        """The server did not take it; without a pause it is given up."""
        later = (
            {"next_at": func.clock_timestamp() + pause} if pause is not None else {"state": "failed", "next_at": None}
        )
        await self._change(letter, {**later, "error": error[:500]})

    async def bounced(self, letter: DueLetter) -> None:
        """The address takes no mail: nothing more is written to it."""
        its = select(desk_letters.c.desk_id).where(desk_letters.c.id == letter.id).scalar_subquery()
        there = (desks.c.id == its) & (desks.c.email == letter.email)
        await self._session.execute(update(desks).where(there).values(bounced_at=func.clock_timestamp()))

    async def held(self, token: str) -> HeldLink | None:
        """What a token leads to."""
        query = (
            select(desks, desk_letters.c.call_id, desk_links.c.purpose, desk_links.c.used_at)
            .join(desk_letters, desk_letters.c.desk_id == desks.c.id)
            .join(desk_links, desk_links.c.letter_id == desk_letters.c.id)
            .where(desk_links.c.digest == digest(token))
        )
        row = (await self._session.execute(query)).one_or_none()
        return HeldLink(_desk(row), row.call_id, Purpose(row.purpose), row.used_at is not None) if row else None

    async def use(self, token: str) -> bool:
        """Use a link up; False when that was done already."""
        query = update(desk_links).where(desk_links.c.digest == digest(token), desk_links.c.used_at.is_(None))
        used = await self._session.execute(query.values(used_at=func.clock_timestamp()).returning(desk_links.c.digest))
        return used.one_or_none() is not None

    async def written_to(self, call_id: UUID) -> list[WrittenTo]:
        """Which desks were written to about a call, in that order."""
        letter = desk_letters.c
        query = (
            select(desks.c.id, desks.c.name, desks.c.kind, letter.reminder, letter.state, letter.created_at)
            .join(desk_letters, letter.desk_id == desks.c.id)
            .where(letter.call_id == call_id)
            .order_by(letter.created_at, letter.id)
        )
        return [WrittenTo(*row) for row in await self._session.execute(query)]

    async def forget(self, older_than: timedelta) -> None:
        """Delete the letters of calls that closed, with their links."""
        await self._session.execute(
            text("""
            delete from desk_letters using calls where calls.id = desk_letters.call_id and calls.state = 'closed'
                and desk_letters.created_at < clock_timestamp() - cast(:age as interval)
            """),
            {"age": older_than},
        )

    async def _change(self, letter: DueLetter, values: dict[str, Any]) -> None:
        query = update(desk_letters).where(desk_letters.c.id == letter.id, desk_letters.c.tries == letter.tries)
        await self._session.execute(query.values(values))


def _desk(row: Row[Any]) -> Desk:
    return Desk(row.id, row.region, IntermediaryKind(row.kind), row.name, row.email, row.bounced_at)
