"""Proposals and what became of them."""

from collections.abc import Collection
from dataclasses import asdict
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from services.matching.domain.proposals import HOLDING, Proposal, ProposalState
from services.matching.domain.score import Factor
from services.matching.store.rows import among, upsert
from services.matching.store.tables import proposals
from shared.events.codes import PlacementKind, Step, Weekday


class ProposalStore:
    """Proposals, by student, offer and school."""

    def __init__(self, session: AsyncSession) -> None:
        self.session = session

    async def save(self, proposal: Proposal) -> None:
        """Keep a proposal as it stands now; its version rises when it is announced."""
        row = {name: value for name, value in asdict(proposal).items() if name != "version"}
        row["weekdays"] = list(proposal.weekdays)
        row["reasons"] = [asdict(reason) for reason in proposal.reasons]
        await upsert(self.session, proposals, row)

    async def raise_version(self, proposal_id: UUID) -> None:
        """Count a step that is not announced, since another service's event told of it."""
        raised = update(proposals).where(proposals.c.id == proposal_id)
        await self.session.execute(raised.values(version=proposals.c.version + 1))

    async def hand_over(self, student_id: UUID, to: UUID) -> None:
        """Make a student's proposals, earlier ones included, those of the school that the student is at by now."""
        theirs = update(proposals).where(proposals.c.student_id == student_id, proposals.c.school_id != to)
        await self.session.execute(theirs.values(school_id=to))

    async def get(self, proposal_id: UUID, *, lock: bool = False) -> Proposal | None:
        """A proposal; with `lock` nobody else answers it meanwhile."""
        query = select(proposals).where(proposals.c.id == proposal_id)
        row = (await self.session.execute(query.with_for_update() if lock else query)).one_or_none()
        return None if row is None else _proposal(row)

    async def holding(
        self, *, students: Collection[UUID] = (), offers: Collection[UUID] = (), employer: UUID | None = None
    ) -> list[Proposal]:
        """The proposals that hold a seat, of these students, these offers or this employer; the oldest first."""
        whose = among(proposals.c.student_id, students) | among(proposals.c.offer_id, offers)
        if employer is not None:
            whose |= proposals.c.employer_id == employer
        return await self._load(whose & among(proposals.c.state, HOLDING))

    async def expired_in(self, region: str) -> list[Proposal]:
        """The proposals of a region that nobody answered in time."""
        which = (proposals.c.state == ProposalState.OPEN) & (proposals.c.expires_at <= func.clock_timestamp())
        return await self._load(which & (proposals.c.region == region))

    async def page(
        self,
        *,
        schools: Collection[UUID] | None = None,
        student_id: UUID | None = None,
        offer_id: UUID | None = None,
        state: ProposalState | None = None,
        after: UUID | None = None,
        limit: int = 50,
    ) -> list[Proposal]:
        """Up to `limit` proposals behind `after`, by id; `schools` keeps to those of their students."""
        conditions = [
            among(proposals.c.school_id, schools) if schools is not None else None,
            proposals.c.student_id == student_id if student_id else None,
            proposals.c.offer_id == offer_id if offer_id else None,
            proposals.c.state == state if state else None,
            proposals.c.id > after if after else None,
        ]
        query = select(proposals).where(*(one for one in conditions if one is not None))
        found = await self.session.execute(query.order_by(proposals.c.id).limit(limit))
        return [_proposal(row) for row in found]

    async def _load(self, which: ColumnElement[bool]) -> list[Proposal]:
        query = select(proposals).where(which).order_by(proposals.c.proposed_at, proposals.c.id)
        return [_proposal(row) for row in await self.session.execute(query)]


def _proposal(row: Row[Any]) -> Proposal:
    values = dict(row._mapping)  # noqa: SLF001 — SQLAlchemy's public name for it
    return Proposal(
        **{
            **values,
            "state": ProposalState(row.state),
            "step": Step(row.step),
            "kind": PlacementKind(row.kind),
            "weekdays": tuple(Weekday(day) for day in row.weekdays),
            "reasons": tuple(Factor(**reason) for reason in row.reasons),
        }
    )
