"""Municipalities' case systems, and the cases that calls for help became there, as rows."""

from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Row, delete, func, literal, select, update
from sqlalchemy import case as either
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.notifications.domain.cases import Case, CaseStatus, CaseSystem, Left
from services.notifications.store.tables import case_systems, cases, left_case_systems
from shared.ids import new_id

SHARE_OF_SILENCE = 6
"""After six hours without an answer a case is read again in one, after a day and a half in six."""

_COLUMNS = ("id", "region", "municipality", "callback_hash")


class CaseStore:
    """Case systems by region and municipality, and their cases."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def save(self, system: CaseSystem) -> None:
        """Insert or update a case system."""
        settings = {
            name: value
            for name, value in vars(system).items()
            if name not in _COLUMNS  # the rest is for the two systems to know each other by
        }
        row = {name: getattr(system, name) for name in _COLUMNS} | {"settings": settings}
        await self._session.execute(
            insert(case_systems).values(row).on_conflict_do_update(index_elements=["id"], set_=row)
        )

    async def keep_callback(self, system_id: UUID, callback_hash: str) -> None:
        """What callbacks of a system carry from now on, whatever else was changed of it meanwhile."""
        mine = case_systems.c.id == system_id
        await self._session.execute(update(case_systems).where(mine).values(callback_hash=callback_hash))

    async def find(self, system_id: UUID) -> CaseSystem | None:
        """A case system by its id."""
        row = (await self._session.execute(select(case_systems).where(case_systems.c.id == system_id))).one_or_none()
        return _system(row) if row else None

    async def of(self, region: str, municipality: str) -> CaseSystem | None:
        """That of a municipality for a region's calls."""
        mine = (case_systems.c.region == region) & (case_systems.c.municipality == municipality)
        row = (await self._session.execute(select(case_systems).where(mine))).one_or_none()
        return _system(row) if row else None

    async def leave(self, system_id: UUID) -> None:
        """Remember a system that is taken out or was moved, as it is now, until it knows; again for each time."""
        left, now = left_case_systems, func.clock_timestamp()
        kept = [case_systems.c[name] for name in (*_COLUMNS[1:], "settings")]
        asked = case_systems.c.callback_hash.is_not(None)
        # the first has its system's id: code of before knows it by that
        known = select(left.c.id).where(left.c.id == system_id).exists()
        own = either((known, literal(new_id())), else_=case_systems.c.id)
        its = select(own, case_systems.c.id, *kept, now).where(case_systems.c.id == system_id, asked)
        names = ["id", "system_id", *(column.name for column in kept), "next_at"]
        await self._session.execute(insert(left).from_select(names, its))

    async def due_to_leave(self, limit: int, lease: timedelta) -> list[Left]:
        """Claim those to tell; nobody else does until the lease ends."""
        left = left_case_systems
        due = select(left.c.id).where(left.c.next_at <= func.clock_timestamp()).order_by(left.c.next_at).limit(limit)
        claim = (
            update(left)
            .where(left.c.id.in_(due.with_for_update(skip_locked=True).scalar_subquery()))
            .values(next_at=func.clock_timestamp() + lease, tries=left.c.tries + 1)
            .returning(*left.c)
        )
        found = await self._session.execute(claim)
        return [Left(row.id, replace(_system(row), id=row.system_id or row.id), row.tries) for row in found]

    async def left(self, left_id: UUID, again: timedelta | None = None) -> None:
        """It knows, or is given up; or it is told again after a pause."""
        mine = left_case_systems.c.id == left_id
        if again is None:
            await self._session.execute(delete(left_case_systems).where(mine))
        else:
            later = update(left_case_systems).where(mine).values(next_at=func.clock_timestamp() + again)
            await self._session.execute(later)

    async def made(self, call_id: UUID, system_id: UUID, url: str, look_after: timedelta) -> None:
        """A call has become this case; how it stands is looked at after a while, whoever tells of it or not."""
        row = {
            "call_id": call_id,
            "system_id": system_id,
            "url": url,
            "status": CaseStatus.OPEN,
            "check_at": func.clock_timestamp() + look_after,
        }
        await self._session.execute(insert(cases).values(row).on_conflict_do_nothing())

    async def look_at(self, system_id: UUID, url: str) -> bool:
        """Let a case be looked at now; False when there is none of this address."""
        mine = (cases.c.system_id == system_id) & (cases.c.url == url)
        changed = update(cases).where(mine).values(check_at=func.clock_timestamp()).returning(cases.c.call_id)
        return (await self._session.execute(changed)).one_or_none() is not None

    async def due(self, limit: int, lease: timedelta) -> list[Case]:
        """Claim those to look at; nobody else does until the lease ends."""
        waiting = (
            select(cases.c.call_id, cases.c.system_id)
            .where(cases.c.check_at <= func.clock_timestamp())
            .order_by(cases.c.check_at)
            .limit(limit)
            .with_for_update(skip_locked=True)
            .cte("waiting")
        )
        claim = (
            update(cases)
            .where(cases.c.call_id == waiting.c.call_id, cases.c.system_id == waiting.c.system_id)
            .values(check_at=func.clock_timestamp() + lease)
            .returning(*cases.c)
        )
        return [_case(row) for row in await self._session.execute(claim)]

    async def looked_at(self, case: Case, status: CaseStatus, again: timedelta | None) -> None:
        """Keep how a case stands, and when to look again; who told of it during the look is not forgotten."""
        mine = (cases.c.call_id == case.call_id) & (cases.c.system_id == case.system_id)
        values: dict[str, Any] = {"status": status, "checked_at": func.clock_timestamp()}
        next_at = None if again is None else func.clock_timestamp() + again
        values["check_at"] = either((cases.c.check_at == case.leased_until, next_at), else_=cases.c.check_at)
        await self._session.execute(update(cases).where(mine).values(values))

    async def not_read(self, case: Case, least: timedelta, most: timedelta) -> None:
        """A look came to nothing: the longer the system has been silent, the longer until the next one."""
        mine = (cases.c.call_id == case.call_id) & (cases.c.system_id == case.system_id)
        now = func.clock_timestamp()
        heard = func.coalesce(cases.c.checked_at, now)  # or, of one that was never read, tried first
        pause = func.least(most, func.greatest(least, (now - heard) / SHARE_OF_SILENCE))
        check_at = either((cases.c.check_at == case.leased_until, now + pause), else_=cases.c.check_at)
        await self._session.execute(update(cases).where(mine).values(checked_at=heard, check_at=check_at))

    async def forget_cases(self, system_id: UUID) -> None:
        """Forget a system's cases: it has moved, and they are not where it is now."""
        await self._session.execute(delete(cases).where(cases.c.system_id == system_id))

    async def cases_of(self, system_id: UUID, after: UUID | None, limit: int) -> list[Case]:
        """The cases of a system in the order of their calls, one more than `limit`."""
        query = select(cases).where(cases.c.system_id == system_id, *([cases.c.call_id > after] if after else []))
        return [_case(row) for row in await self._session.execute(query.order_by(cases.c.call_id).limit(limit + 1))]


def _system(row: Row[Any]) -> CaseSystem:
    settings = dict(row.settings)
    statuses = {url: CaseStatus(status) for url, status in settings.pop("statuses").items()}
    return CaseSystem(**{name: getattr(row, name) for name in _COLUMNS}, statuses=statuses, **settings)


def _case(row: Row[Any]) -> Case:
    return Case(row.call_id, row.system_id, row.url, CaseStatus(row.status), row.check_at)
