"""What regions decided for themselves, with every version that ever held."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property

from sqlalchemy import func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from services.matching.domain.regions import within_reach
from services.matching.domain.terms import Terms
from services.matching.domain.widening import RegionSettings
from services.matching.store.rows import fetch, upsert
from services.matching.store.tables import region_settings, region_settings_versions


@dataclass(frozen=True)
class SettingsVersion:
    """Settings of a region with their number, counted from 1; 0 stands for the defaults, which came with a release."""

    region: str
    number: int
    settings: RegionSettings
    since: datetime | None
    has_planned: bool = False
    """Whether places were planned there when it was read, whatever the region decides by now."""

    @cached_property
    def terms(self) -> Terms:
        """What of them bears on who suits where."""
        return self.settings.terms(self.region, self.number)


_KNOWN = "settings of regions"
"""Where a session remembers what was read, for all stores of its transaction."""


class SettingsStore:
    """Settings, by region; read once in a transaction."""

    def __init__(self, session: AsyncSession) -> None:
        self.session = session
        self._known: dict[str, SettingsVersion] = session.info.setdefault(_KNOWN, {})

    async def of(self, region: str) -> RegionSettings:
        """A region's settings; the defaults where it has decided nothing."""
        return (await self._read({region}))[region].settings

    async def where_places_move(self, regions: Collection[str]) -> list[str]:
        """Those of the regions where places are planned before they are shown, or were before that was changed."""
        known = await self._read(regions)
        return sorted(name for name, one in known.items() if one.settings.lets_places_move or one.has_planned)

    async def terms(self, regions: Collection[str]) -> Mapping[str, Terms]:
        """What of the settings of these regions bears on who suits where."""
        return {region: version.terms for region, version in (await self._read(regions)).items()}

    async def first_looks(self, regions: Collection[str]) -> Mapping[str, timedelta]:
        """How long new offers of these regions are for those who brought them in, where that is any time."""
        known = await self._read(regions)
        return {region: version.settings.first_look for region, version in known.items() if version.settings.first_look}

    async def save(self, region: str, settings: RegionSettings) -> None:
        """Keep what a region decided, as a new version if it is another decision; its regions are locked."""
        if (current := await self.current(region)).number and current.settings == settings:
            return
        versions = region_settings_versions
        last = select(func.coalesce(func.max(versions.c.number), 0)).where(versions.c.region == region)
        number = (await self.session.execute(last)).scalar_one() + 1
        row = {"region": region, "number": number, "settings": settings.model_dump(mode="json")}
        await self.session.execute(insert(versions).values(**row, since=func.clock_timestamp()))
        await upsert(self.session, region_settings, row)
        self._known.pop(region, None)

    async def current(self, region: str) -> SettingsVersion:
        """The settings that hold, with their number."""
        return (await self._read({region}))[region]

    async def version(self, region: str, number: int) -> SettingsVersion | None:
        """The settings that held under a number."""
        if number == 0:
            return SettingsVersion(region, 0, RegionSettings(), None)
        found = await self.versions(region, number + 1)
        return found[0] if found and found[0].number == number else None

    async def versions(self, region: str, before: int | None = None, limit: int = 1) -> list[SettingsVersion]:
        """Up to `limit` versions, those before a number or all; the newest first."""
        table = region_settings_versions
        query = select(table).where(table.c.region == region).order_by(table.c.number.desc()).limit(limit)
        if before is not None:
            query = query.where(table.c.number < before)
        return [
            SettingsVersion(row.region, row.number, RegionSettings.model_validate(row.settings), row.since)
            for row in await self.session.execute(query)
        ]

    async def _read(self, regions: Collection[str]) -> Mapping[str, SettingsVersion]:
        if unknown := set(regions) - set(self._known):
            reach = unknown.union(*map(within_reach, unknown)).difference(self._known)  # they are asked for next
            for row in await fetch(self.session, _READ, sorted(reach)):
                settings = RegionSettings.model_validate(row.settings) if row.settings else RegionSettings()
                self._known[row.region] = SettingsVersion(
                    row.region, row.number or 0, settings, None, has_planned=row.has_planned
                )
        return {region: self._known[region] for region in regions}

    async def plan_nightly(self, region: str, at: datetime | None) -> None:
        """When the region's nightly plan is due next; none when it wants no more of them."""
        own = update(region_settings).where(region_settings.c.region == region)
        await self.session.execute(own.values(nightly_at=at))

    async def claim_nightly(self, time: timedelta) -> str | None:
        """A region whose nightly plan is due; it is due for nobody else for a time, and again when that is over."""
        due = select(region_settings.c.region).where(region_settings.c.nightly_at <= func.clock_timestamp())
        first = due.order_by(region_settings.c.nightly_at).limit(1).with_for_update(skip_locked=True).scalar_subquery()
        claimed = update(region_settings).where(region_settings.c.region == first)
        later = claimed.values(nightly_at=func.clock_timestamp() + time).returning(region_settings.c.region)
        region: str | None = (await self.session.execute(later)).scalar_one_or_none()
        return region


_READ = """
select wanted.region, decided.settings, decided.number,
  exists (select from proposals where state = 'planned' and region = wanted.region) as has_planned
from unnest($1::text[]) as wanted (region)
left join region_settings as decided on decided.region = wanted.region
"""
