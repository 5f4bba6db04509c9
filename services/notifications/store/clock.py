"""The database's clock: schedules of several replicas go by it alone."""

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession


async def now_of(session: AsyncSession) -> datetime:
    """The moment, as the database has it (UTC)."""
    moment: datetime = (await session.execute(select(func.clock_timestamp()))).scalar_one()
    return moment
