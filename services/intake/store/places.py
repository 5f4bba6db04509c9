"""Places in the database: answers of the geocoder, which are kept, and the postcode table that an operator loaded."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from services.intake.domain.addresses import Address
from services.intake.geocoding import Found
from shared.unit_of_work import kernel_connection

TAKEN_FOR = timedelta(minutes=10)
"""How long nobody else asks for an address that somebody is about to ask for: longer than all of one turn take."""

NOTHING_FOR = timedelta(days=1)
"""How long it is believed that there is no such address: new houses are registered every day."""

FOUND_FOR = timedelta(days=365)


def standing(table: str) -> str:
    """The condition that a thing is still there: nobody moves an employer that went up in another."""
    return {"employers": "merged_into is null", "locations": "closed_date is null"}.get(table, "true")


def locked(table: str, alias: str) -> str:
    """How things to move are locked: locations with their employers, which come first, by who moves them."""
    return "" if table == "locations" else f"for update of {alias} skip locked"


_KNOWN = """
select municipality, latitude, longitude from (
    select 1 as rank, first_number, municipality, latitude, longitude from postcodes
    where postcode = $1 and (first_number <= $3 and $3 <= last_number or $3 = 0)
    union all
    select 2, 0, municipality, latitude, longitude from geocodes
    where postcode = $1 and house_number = $2 and latitude is not null
) known order by rank, first_number limit 1
"""
_ADDRESSES = """
select e.facts -> 'address' ->> 'postcode' as postcode, coalesce(e.facts -> 'address' ->> 'house_number', '') as number
from {table} e where (e.location ->> 'approximate') = 'true' and e.facts -> 'address' ->> 'postcode' is not null
"""
_CLAIM = text(f"""
with wanted as (
    {_ADDRESSES.format(table="schools")} union {_ADDRESSES.format(table="employers")} and {standing("employers")}
    union {_ADDRESSES.format(table="locations")} and {standing("locations")}
    union select postcode, '' from ({_ADDRESSES.format(table="students")}) homes
), open as (
    select wanted.* from wanted left join geocodes known
        on known.postcode = wanted.postcode and known.house_number = wanted.number
    where known.postcode is null or known.next_at < clock_timestamp()
    order by wanted.postcode, wanted.number limit :limit
)
insert into geocodes (postcode, house_number, next_at)
select postcode, number, clock_timestamp() + :taken_for from open
on conflict (postcode, house_number) do update set next_at = excluded.next_at
    where geocodes.next_at < clock_timestamp()
returning postcode, house_number
""")  # noqa: S608 — our own names
_ANSWERED = text("""
update geocodes set municipality = :municipality, latitude = :latitude, longitude = :longitude, source = :source,
    answered_at = clock_timestamp(), next_at = clock_timestamp() + :keep
where postcode = :postcode and house_number = :house_number
""")
_UNASKED = text("""
update geocodes set next_at = clock_timestamp()
where answered_at is null and (postcode, house_number) in (
    select * from unnest(cast(:postcodes as text[]), cast(:numbers as text[]))
)
""")
_REFINABLE = """
select e.id from {table} e
where (e.location ->> 'approximate') = 'true' and e.facts -> 'address' ->> 'postcode' is not null and {standing} and (
    exists (select from postcodes p where p.postcode = e.facts -> 'address' ->> 'postcode'
        and ({number} = 0 or {number} between p.first_number and p.last_number))
    or exists (select from geocodes g where g.postcode = e.facts -> 'address' ->> 'postcode'
        and g.house_number = {house_number} and g.latitude is not null)
) order by e.id limit :limit {locked}
"""
_NUMBER = r"coalesce(cast(substring(e.facts -> 'address' ->> 'house_number' from '^\d{1,6}') as int), 0)"


@dataclass(frozen=True)
class Place:
    """An address as the geocoder is asked for it; of a home only the postcode."""

    postcode: str
    house_number: str

    @classmethod
    def of(cls, address: Address, *, home: bool = False) -> "Place":
        """What is asked of an address."""
        return cls(address.postcode, "" if home else address.house_number or "")

    @property
    def number(self) -> int:
        """The number without letters; 0 without one."""
        digits = self.house_number[: len(self.house_number) - len(self.house_number.lstrip("0123456789"))]
        return int(digits or 0)


class PlaceStore:
    """Finds and keeps where addresses lie."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def known(self, place: Place) -> Found | None:
        """Where an address lies: by the postcode table, else as the geocoder answered before."""
        connection = await kernel_connection(self._session)
        row = await connection.fetchrow(_KNOWN, place.postcode, place.house_number, place.number)
        return None if row is None else Found(*row)

    async def claim(self, limit: int) -> list[Place]:
        """Addresses that are known roughly and that nobody asked for lately; for a while they are the caller's."""
        found = await self._session.execute(_CLAIM, {"limit": limit, "taken_for": TAKEN_FOR})
        return [Place(row.postcode, row.house_number) for row in found]

    async def keep(self, place: Place, found: Found | None, source: str) -> None:
        """Keep an answer: a place for a year, that there is none for a day."""
        values = {
            "postcode": place.postcode,
            "house_number": place.house_number,
            "municipality": found and found.municipality,
            "latitude": found and found.latitude,
            "longitude": found and found.longitude,
            "source": source,
            "keep": FOUND_FOR if found else NOTHING_FOR,
        }
        await self._session.execute(_ANSWERED, values)

    async def give_back(self, places: Sequence[Place]) -> None:
        """Nobody answered: whoever comes next may ask."""
        values = {"postcodes": [one.postcode for one in places], "numbers": [one.house_number for one in places]}
        await self._session.execute(_UNASKED, values)

    async def any_known(self) -> bool:
        """Whether anything is known here beside the packaged gazetteer."""
        query = "select exists (select from postcodes) or exists (select from geocodes where latitude is not null)"
        return bool((await self._session.execute(text(query))).scalar_one())

    async def refinable(self, table: str, limit: int) -> list[UUID]:
        """Things of a table in `MOVES`, locked, that are known roughly and could be exactly."""
        home = table == "students"
        house = "''" if home else "coalesce(e.facts -> 'address' ->> 'house_number', '')"
        query = _REFINABLE.format(
            table=table,
            house_number=house,
            standing=standing(table),
            locked=locked(table, "e"),
            number="0" if home else _NUMBER,
        )
        return list((await self._session.execute(text(query), {"limit": limit})).scalars())
