"""What an event in a living plan reads and writes of a region: few statements, past SQLAlchemy (decision 50)."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.matching.domain.model import Opening, Search
from services.matching.domain.proposals import Proposal
from services.matching.store.bearing import BEARING, opening_of
from services.matching.store.employing import ABOUT, ABOUT_WHOM, GOOD, LATELY_DAYS, about_of
from services.matching.store.openings import OpeningStore
from services.matching.store.proposals import COLUMNS, READ, proposal_of, row_of
from services.matching.store.remembered import OF_SEARCH, REMEMBERED, search_of
from services.matching.store.rows import as_asked, as_json, as_text, fetch, upserting
from services.matching.store.settings import SettingsStore
from services.matching.store.tables import proposals
from shared.unit_of_work import kernel_connection


class LivingStore:
    """Students, offers and planned places of a region, some at a time; the region is locked."""

    def __init__(self, session: AsyncSession, region: str) -> None:
        self.session, self.region = session, region
        self.settings, self.openings_of_all = SettingsStore(session), OpeningStore(session)

    async def students(self, ids: Collection[UUID]) -> tuple[dict[UUID, Search], dict[UUID, Proposal]]:
        """Those of the students who wait in the region, planned for or not, and what is planned there for them."""
        if not ids:
            return {}, {}
        some = list(ids)
        rows = await fetch(self.session, _STUDENTS[len(some) == 1], as_asked(some), self.region)
        terms = (await self.settings.terms({self.region}))[self.region]
        searches = {row.asked_id: search_of(row, terms) for row in rows if row.id is not None}
        return searches, {row.asked_id: proposal_of(_planned(row)) for row in rows if row.planned_id is not None}

    async def openings(self, ids: Collection[UUID], regions: Collection[str]) -> list[Opening]:
        """Those of the offers that are open in one of these regions; what is planned in this one takes no seat."""
        if not ids:
            return []
        some, which = list(ids), list(regions)
        rows = await fetch(self.session, _OPENINGS[len(some) == 1], as_asked(some), which, GOOD, LATELY_DAYS)
        looks = await self.openings_of_all.first_looks({row.region for row in rows})
        apart = {self.region}
        return [
            opening_of(row, apart, first_look_until=looks(row.region, row.opened_at), **about_of(row)) for row in rows
        ]

    async def follow(
        self,
        gone: Sequence[Proposal],
        due: Mapping[UUID, datetime | None],
        planned: Sequence[Proposal],
        new: Sequence[UUID],
    ) -> None:
        """Forget what is planned no longer and keep what is planned now. Something is due then for those who
        wait on, and nothing for those who are new to a place.
        """
        rows = as_json(row_of(one) for one in planned)
        connection = await kernel_connection(self.session)
        await connection.execute(_FOLLOW, [one.id for one in gone], list(due), list(due.values()), list(new), rows)


def _planned(row: Any) -> dict[str, Any]:
    return {name: getattr(row, f"planned_{name}") for name in READ}


_SELECTED = ", ".join(
    [f"searches.{name}" for name in OF_SEARCH] + [f"planned.{name} as planned_{name}" for name in READ]
)

_ASKED = {True: "(select $1::uuid as id)", False: "(select unnest($1::uuid[]) as id)"}

_STUDENTS = {
    is_one: f"""
select asked.id as asked_id, {_SELECTED}, {as_text(REMEMBERED)}
from {asked} as asked
left join searches on searches.id = asked.id and searches.region = $2 and searches.state = 'searching'
  and searches.profile is not null
left join proposals as planned on planned.student_id = asked.id and planned.region = $2 and planned.state = 'planned'
"""  # noqa: S608 — our own names
    for is_one, asked in _ASKED.items()
}

_OPENINGS = {
    is_one: f"""
select offers.region, offers.opened_at, offers.facts, {as_text(BEARING)}, {ABOUT}
from offers {ABOUT_WHOM.format(id="offers.employer_id", good="$3", days="$4")}
where offers.id = {which} and offers.is_open and offers.region = any($2::text[])
"""  # noqa: S608 — our own names
    for is_one, which in {True: "$1::uuid", False: "any($1::uuid[])"}.items()
}

_FOLLOW = f"""
with forgotten as (
    delete from proposals where state = 'planned' and id = any($1::uuid[])
), waiting as (
    update searches set due_at = due
    from unnest($2::uuid[], $3::timestamptz[]) as asked (student, due) where id = student
), placed as (
    update searches set due_at = null where id = any($4::uuid[])
)
{upserting(proposals, COLUMNS).format(rows="$5")}
"""  # noqa: S608 — our own names
