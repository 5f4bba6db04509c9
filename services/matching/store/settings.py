"""What regions decided for themselves."""

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.matching.domain.widening import RegionSettings
from services.matching.store.rows import upsert
from services.matching.store.tables import region_settings


class SettingsStore:
    """Settings, by region; read once in a transaction."""

    def __init__(self, session: AsyncSession) -> None:
        self.session = session
        self._known: dict[str, RegionSettings] = {}

    async def of(self, region: str) -> RegionSettings:
        """A region's settings; the defaults where it has decided nothing."""
        if region not in self._known:
            query = select(region_settings.c.settings).where(region_settings.c.region == region)
            found = (await self.session.execute(query)).scalar_one_or_none()
            self._known[region] = RegionSettings.model_validate(found or {})
        return self._known[region]

    async def save(self, region: str, settings: RegionSettings) -> None:
        """Keep what a region decided."""
        await upsert(self.session, region_settings, {"region": region, "settings": settings.model_dump(mode="json")})
