"""Labour-market figures in the database: of each the one published last."""

from collections.abc import Collection, Sequence

from sqlalchemy import BigInteger, Column, Date, Float, Table, Text, Uuid, select
from sqlalchemy.dialects.postgresql import distinct_on, insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.intake.domain.labour_market import Figure, Publication
from services.intake.store.tables import metadata

labour_market_figures = Table(
    "labour_market_figures",
    metadata,
    Column("region", Text, primary_key=True),
    Column("sector", Text, primary_key=True),
    Column("kind", Text, primary_key=True),
    Column("period", Text, primary_key=True),
    Column("figure", Float, nullable=False),
    Column("source", Text, nullable=False),
    Column("published_date", Date, nullable=False),
)

labour_market_publications = Table(
    "labour_market_publications",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("version", BigInteger, nullable=False, server_default="0"),
    Column("region", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("published_date", Date, nullable=False),
    info={"subject": "publication"},
)

BATCH = 2_000


class LabourMarketStore:
    """Finds and keeps figures."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def save(self, figures: list[Figure]) -> None:
        """Keep figures; an older publication never replaces a newer one."""
        for start in range(0, len(figures), BATCH):
            new = insert(labour_market_figures).values([one.model_dump() for one in figures[start : start + BATCH]])
            changed = {name: new.excluded[name] for name in ("figure", "source", "published_date")}
            newer = new.excluded.published_date >= labour_market_figures.c.published_date
            keys = ["region", "sector", "kind", "period"]
            await self._session.execute(new.on_conflict_do_update(index_elements=keys, set_=changed, where=newer))

    async def remember(self, told: Sequence[Publication]) -> None:
        """Keep that these are told of; they may be none."""
        rows = [
            {"id": one.id, "region": one.region, "source": one.source, "published_date": one.published_date}
            for one in told
        ]
        if rows:
            await self._session.execute(insert(labour_market_publications).values(rows))

    async def latest(self, region: str, sectors: Collection[str] | None = None) -> list[Figure]:
        """Of each sector and kind the latest period in a region."""
        table = labour_market_figures.c
        query = select(labour_market_figures).where(table.region == region)
        if sectors is not None:
            query = query.where(table.sector.in_(sectors))
        query = query.ext(distinct_on(table.sector, table.kind)).order_by(table.sector, table.kind, table.period.desc())
        return [Figure.model_validate(row) for row in await self._session.execute(query)]
