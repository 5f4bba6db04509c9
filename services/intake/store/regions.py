"""What regions decided for themselves."""

from sqlalchemy import BigInteger, Column, DateTime, Table, Text, func, select
from sqlalchemy.dialects.postgresql import JSONB, insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.intake.domain.region import RegionSettings, SettledRegion
from services.intake.store.rows import document, read
from services.intake.store.tables import metadata

region_settings = Table(
    "region_settings",
    metadata,
    Column("region", Text, primary_key=True),
    Column("version", BigInteger, nullable=False),
    Column("settings", JSONB, nullable=False),
    Column("changed_by", Text, nullable=False),
    Column("changed_at", DateTime(timezone=True), nullable=False, server_default=func.clock_timestamp()),
)


class RegionStore:
    """Finds and keeps regions' settings."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def of(self, region: str) -> SettledRegion:
        """A region's settings; the defaults, as version 0, where it has decided nothing."""
        query = select(region_settings).where(region_settings.c.region == region)
        row = (await self._session.execute(query)).one_or_none()
        return SettledRegion(region, read(RegionSettings, row.settings), row.version) if row else SettledRegion(region)

    async def settle(self, known: SettledRegion, settings: RegionSettings, subject: str) -> SettledRegion | None:
        """Decide anew; None when somebody else did since `known` was read."""
        values = {"version": known.version + 1, "settings": document(settings), "changed_by": subject}
        new = insert(region_settings).values(region=known.region, **values)
        changed = new.on_conflict_do_update(
            index_elements=["region"],
            set_=values | {"changed_at": func.clock_timestamp()},
            where=region_settings.c.version == known.version,
        )
        row = (await self._session.execute(changed.returning(region_settings.c.version))).one_or_none()
        return SettledRegion(known.region, settings, row.version) if row else None
