"""Tables of places that an operator loads, and what lies elsewhere by a newer one."""

from datetime import date
from typing import BinaryIO
from uuid import UUID

import asyncpg
from sqlalchemy import delete, func, insert, select, text
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncSession

from services.intake.domain.place_tables import MunicipalityFacts, MunicipalityTable, PlaceTable, TableIsOlder
from services.intake.store.place_tables import municipalities, place_tables
from services.intake.store.places import locked, standing
from shared.errors import Invalid, Problem
from shared.unit_of_work import kernel_connection

POSTCODE_COLUMNS = ("postcode", "municipality", "latitude", "longitude", "first_number", "last_number")
LOAD_SECONDS = 300.0
"""Half a million rows take some seconds; a busy disk may need more."""

_INCOMING = """
create temporary table incoming_postcodes (
    line bigint generated always as identity (start with 2),
    postcode text, municipality text, latitude text, longitude text, first_number text, last_number text
) on commit drop
"""
_WRONG = """
select line, wrong from (
    select line, case
        when postcode is null or upper(replace(postcode, ' ', '')) !~ '^[1-9][0-9]{3}[A-Z]{2}$'
            then 'postcode is four digits and two letters'
        when municipality is null or municipality !~ '^GM[0-9]{4}$' then 'municipality is a CBS code such as GM0995'
        when latitude is null or latitude !~ '^5[0-3](\\.[0-9]+)?$' then 'latitude is in degrees, 50.5 to 53.8'
        when longitude is null or longitude !~ '^[3-7](\\.[0-9]+)?$' then 'longitude is in degrees, 3.2 to 7.4'
        when latitude::float not between 50.5 and 53.8 then 'latitude is in degrees, 50.5 to 53.8'
        when longitude::float not between 3.2 and 7.4 then 'longitude is in degrees, 3.2 to 7.4'
        when coalesce(first_number, '') !~ '^[0-9]{0,6}$' or coalesce(last_number, '') !~ '^[0-9]{0,6}$'
            then 'first_number and last_number are house numbers'
    end as wrong from incoming_postcodes
) checked where wrong is not null order by line limit 100
"""
_REPLACE = """
insert into postcodes (postcode, first_number, last_number, municipality, latitude, longitude)
select distinct on (1, 2) upper(replace(postcode, ' ', '')), coalesce(nullif(first_number, '')::int, 0),
    coalesce(nullif(last_number, '')::int, 999999), municipality, latitude::float, longitude::float
from incoming_postcodes order by 1, 2, line desc
"""
_ELSEWHERE = """
select t.id from {table} t join municipalities m on m.valid_from = :valid_from and m.code = t.municipality
where (m.successor is not null or m.region <> t.region) and {standing}
order by t.id limit :limit {locked}
"""


class PlaceImportStore:
    """Loads tables of places and finds what they move."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def begin(self, kind: str, valid_from: date) -> None:
        """Load one table of a kind at a time; raises `TableIsOlder` when a newer one is there."""
        await self._session.execute(select(func.pg_advisory_xact_lock(func.hashtext(f"places {kind}"))))
        newest = select(func.max(place_tables.c.valid_from)).where(place_tables.c.kind == kind)
        found = (await self._session.execute(newest)).scalar_one()
        if found is not None and found > valid_from:
            raise TableIsOlder(valid_from=found)

    async def replace_postcodes(self, file: BinaryIO, columns: list[str], delimiter: str) -> int:
        """Put the rows of a CSV (its first line is skipped) in the place of all that were there; how many they are.

        Readers see the old ones until the transaction ends. Raises `Invalid` with the lines that cannot be.
        """
        connection = await kernel_connection(self._session)
        await connection.execute(_INCOMING)
        try:
            await connection.copy_to_table(
                "incoming_postcodes", source=file, columns=columns, format="csv", header=True,
                delimiter=delimiter, timeout=LOAD_SECONDS,
            )  # fmt: skip
        except asyncpg.DataError as error:
            raise Invalid("", f"this is no such CSV: {error}") from None
        if wrong := await connection.fetch(_WRONG, timeout=LOAD_SECONDS):
            raise Invalid(problems=[Problem(pointer="", detail=f"line {row['line']}: {row['wrong']}") for row in wrong])
        await connection.execute("delete from postcodes", timeout=LOAD_SECONDS)
        done: str = await connection.execute(_REPLACE, timeout=LOAD_SECONDS)
        return int(done.rsplit(" ", 1)[1])

    async def save_municipalities(self, table: MunicipalityTable) -> int:
        """Keep the municipalities of a day in the place of those that were loaded for it before."""
        await self._session.execute(delete(municipalities).where(municipalities.c.valid_from == table.valid_from))
        rows = [
            {"code": m.code, "name": m.name, "region": m.region, "region_name": m.region_name, "successor": None}
            for m in table.municipalities.values()
        ]
        gone = [
            {"code": code, "name": "", "region": None, "region_name": None, "successor": to}
            for code, to in table.successors.items()
        ]
        await self._session.execute(
            insert(municipalities).values([row | {"valid_from": table.valid_from} for row in (*rows, *gone)])
        )
        return len(rows)

    async def in_force(self, day: date) -> date | None:
        """Since when the newest table of municipalities holds that counts on a day."""
        query = select(func.max(municipalities.c.valid_from)).where(municipalities.c.valid_from <= day)
        found: date | None = (await self._session.execute(query)).scalar_one()
        return found

    async def municipalities(self, valid_from: date) -> MunicipalityTable:
        """The table that holds from a day on."""
        rows = (
            await self._session.execute(select(municipalities).where(municipalities.c.valid_from == valid_from))
        ).all()
        living = {
            row.code: MunicipalityFacts(row.code, row.name, row.region, row.region_name)
            for row in rows
            if row.successor is None
        }
        return MunicipalityTable(valid_from, living, {row.code: row.successor for row in rows if row.successor})

    async def record(self, kind: str, valid_from: date, source: str, count: int, subject: str) -> PlaceTable:
        """Remember which table was loaded, from whom, by whom."""
        values = {"source": source, "row_count": count, "loaded_by": subject}
        new = upsert(place_tables).values(kind=kind, valid_from=valid_from, **values)
        new = new.on_conflict_do_update(
            index_elements=["kind", "valid_from"], set_=values | {"loaded_at": func.clock_timestamp()}
        )
        row = (await self._session.execute(new.returning(place_tables))).one()
        return PlaceTable.model_validate(row)

    async def loaded(self) -> list[PlaceTable]:
        """The tables that were loaded, newest first."""
        query = select(place_tables).order_by(place_tables.c.loaded_at.desc()).limit(200)
        return [PlaceTable.model_validate(row) for row in await self._session.execute(query)]

    async def elsewhere(self, table: str, valid_from: date, limit: int) -> list[UUID]:
        """Things of a table in `MOVES`, locked, whose municipality or region is another by now."""
        values = {"valid_from": valid_from, "limit": limit}
        return list(
            (
                await self._session.execute(
                    text(_ELSEWHERE.format(table=table, standing=standing(table), locked=locked(table, "t"))), values
                )
            ).scalars()
        )
