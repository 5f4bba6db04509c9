"""In which capacity a transaction works: row-level security asks for it, and who says nothing sees no school's rows."""

import contextlib
from collections.abc import AsyncIterator, Collection
from enum import StrEnum
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from shared.unit_of_work import SCOPE, set_scope


class Capacity(StrEnum):
    """Each with what the policies of `migrations/` let it do beside the rows of the caller's schools."""

    CALLER = "caller"
    """Somebody who calls: the rows of the own schools, nothing else."""
    REGION = "region"
    """A regional coordinator who calls: changes employers that a school of the region keeps to itself."""
    OPERATOR = "operator"
    """An operator who calls: the ledger of erasures, and employers that a school keeps to itself."""
    REGISTER = "register"
    """What the register does by itself, on events and with time: every school's rows, without taking one away."""
    SEATS = "seats"
    """Counting seats: reads placements."""
    MATCHING = "matching"
    """Giving out a profile: reads students."""
    RETENTION = "retention"
    """Erasing and forgetting: reads, changes and deletes."""


async def enter(session: AsyncSession, schools: Collection[UUID], acting: Capacity, address: str = "") -> None:
    """Let the database know for which schools a call's transaction works, in which capacity, and whose call it is."""
    await set_scope(session, schools=",".join(map(str, schools)), acting=acting, address=address)


async def act_as(session: AsyncSession, acting: Capacity) -> None:
    """Work in another capacity until the transaction ends."""
    await set_scope(session, acting=acting)


@contextlib.asynccontextmanager
async def acting_as(session: AsyncSession, acting: Capacity) -> AsyncIterator[None]:
    """Work in another capacity for a few statements. When they fail, the transaction is over and its role with it."""
    before = session.info.get(SCOPE, {}).get("acting", "")
    await set_scope(session, acting=acting)
    yield
    await set_scope(session, acting=before)
