"""Four coarse codes of students, beside the projections: they are in no event, and fetched from the register.

A trigger notes whose are wanted; a rebuild, which counts events again, leaves them as they are.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

_CLAIM = text("""
update needs_wanted w set after = now() + interval '2 minutes' from (
    select student_id, version from needs_wanted where after <= now()
    order by after, student_id limit :limit for update skip locked
) due where w.student_id = due.student_id and w.version = due.version
returning w.student_id, w.version
""")
"""Those that were asked for in vain come after the others; no turn takes longer than the two minutes."""

_KEEP = text("""
insert into student_needs (student_id, version, outflow_profile, guidance_need, distance, work)
select student_id, version, cast(:outflow_profile as text), cast(:guidance_need as text), cast(:distance as text),
       cast(:work as text)
from students_ready r where student_id = :student_id and version = :version
  and exists (select from needs_wanted w where w.student_id = r.student_id and w.version = r.version)
for share on conflict (student_id, version) do nothing
""")
"""The share lock makes who erases the student wait, and find the row. It comes first, as with who erases."""

_HAD = text("delete from needs_wanted where student_id = :student_id and version = :version")
_FORGET = (
    text("delete from student_needs where student_id = :student_id"),
    text("delete from needs_wanted where student_id = :student_id"),
)


@dataclass(frozen=True)
class Wanted:
    """A search whose student's codes are not known yet."""

    student_id: UUID
    version: int


@dataclass(frozen=True)
class Needs:
    """What the register told of a student, coarsely; nothing when it knows nobody by that id."""

    outflow_profile: str | None = None
    guidance_need: str | None = None
    distance: str | None = None
    work: str | None = None


class NeedStore:
    """Keeps the codes."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def claim(self, limit: int) -> Sequence[Wanted]:
        """Searches to ask about, which nobody else asks about for two minutes."""
        return [Wanted(*row) for row in await self._session.execute(_CLAIM, {"limit": limit})]

    async def keep(self, wanted: Wanted, needs: Needs) -> None:
        """Keep what was told, if it is still wanted; of a student who was erased meanwhile nothing is."""
        await self._session.execute(_KEEP, {**vars(wanted), **vars(needs)})
        await self._session.execute(_HAD, vars(wanted))

    async def forget(self, student_id: UUID) -> int:
        """Erase a student's codes; the number of rows."""
        done = [await self._session.execute(statement, {"student_id": student_id}) for statement in _FORGET]
        return int(done[0].rowcount)  # type: ignore[attr-defined]  # of a delete
