"""Offers in the database; an offer is seen by whoever may know of its employer."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, func, literal, or_, select, update
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncSession

from services.intake.domain.location import Location
from services.intake.domain.offer import Offer, OfferState, PlaceFacts
from services.intake.domain.reservation import Reservation
from services.intake.domain.rights import Viewer
from services.intake.store.employers import visible_to
from services.intake.store.rows import add_all, document, page_of, read, save, situated, situation_of
from services.intake.store.tables import employers, offers
from shared.api import PageRequest
from shared.errors import NotFound


@dataclass(frozen=True)
class OfferFilter:
    """Which offers are looked for; None: whatever it is."""

    employer_id: UUID | None = None
    region: str | None = None
    sector: str | None = None
    kind: str | None = None
    state: OfferState | None = None
    since: datetime | None = None
    """Recorded then or later."""


region_of_offer = func.coalesce(offers.c.situation["region"].astext, employers.c.region)
"""Where an offer lies: at a location of its own, else at its employer's main address."""


class OfferStore:
    """Finds and keeps offers."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def lock(self, offer_id: UUID) -> Offer | None:
        """One offer, whoever asks; until the transaction ends nobody else gives out its seats."""
        query = select(offers).where(offers.c.id == offer_id).with_for_update()
        row = (await self._session.execute(query)).one_or_none()
        return None if row is None else _offer(row)

    async def get(self, offer_id: UUID, viewer: Viewer, *, lock: bool = False) -> Offer:
        """One offer that the caller may know of; raises `NotFound`."""
        query = select(offers).join(employers).where(offers.c.id == offer_id, visible_to(viewer))
        query = query.with_for_update(of=offers) if lock else query
        row = (await self._session.execute(query)).one_or_none()
        if row is None:
            raise NotFound("offer")
        return _offer(row)

    async def add(self, offer: Offer) -> None:
        """Keep a new offer; to be told of with `announce_new`."""
        await add_all(self._session, offers, [_values(offer)])

    async def save(self, offer: Offer) -> None:
        """Keep a new offer, or what changed."""
        await save(self._session, offers, _values(offer))

    async def open_at(self, employer_id: UUID) -> list[Offer]:
        """The offers of an employer that still stand, locked."""
        query = select(offers).where(offers.c.employer_id == employer_id, offers.c.state == OfferState.OPEN)
        found = await self._session.execute(query.order_by(offers.c.id).with_for_update())
        return [_offer(row) for row in found]

    async def settle(self, employer_id: UUID, location: Location) -> None:
        """What an employer offers, or offered, at its main address is at a location from now on."""
        there, facts = offers.c.facts["location_id"].astext, {"location_id": str(location.id)}
        main = update(offers).where(offers.c.employer_id == employer_id, there.is_(None))
        changed = offers.c.facts.op("||")(literal(facts, JSONB))
        await self._session.execute(main.values(situation=situated(location.situation), facts=changed))

    async def all_open_at(self, employer_ids: Collection[UUID], *, lock: bool) -> dict[UUID, list[Offer]]:
        """The same of several employers, by employer; locked in the order of their ids if asked for."""
        query = select(offers).where(offers.c.employer_id.in_(employer_ids), offers.c.state == OfferState.OPEN)
        query = query.order_by(offers.c.id)
        found: dict[UUID, list[Offer]] = {employer_id: [] for employer_id in employer_ids}
        for row in await self._session.execute(query.with_for_update() if lock else query):
            found[row.employer_id].append(_offer(row))
        return found

    async def several(self, ids: Collection[UUID]) -> dict[UUID, Offer]:
        """Offers by id, whoever asks, in the order of their making."""
        found = await self._session.execute(select(offers).where(offers.c.id.in_(ids)).order_by(offers.c.id))
        return {row.id: _offer(row) for row in found}

    async def standing_in(self, region: str, viewer: Viewer, day: date) -> list[Offer]:
        """The offers of a region that stand and are valid on a day, as far as the caller may know of them."""
        until = offers.c.facts["valid_until_date"].astext
        query = select(offers).join(employers).where(visible_to(viewer), region_of_offer == region)
        query = query.where(offers.c.state == OfferState.OPEN, or_(until.is_(None), until >= day.isoformat()))
        return [_offer(row) for row in await self._session.execute(query)]

    async def made_by_others(self, employer_id: UUID, school_id: UUID | None) -> bool:
        """Whether another school has an offer at an employer."""
        others = offers.c.brought_in_by.is_distinct_from(school_id)
        query = select(offers.c.id).where(offers.c.employer_id == employer_id, others).limit(1)
        return (await self._session.execute(query)).one_or_none() is not None

    async def page(self, viewer: Viewer, wanted: OfferFilter, page: PageRequest) -> list[Offer]:
        """Those that the caller may know of and that fit."""
        query = select(offers).join(employers).where(visible_to(viewer))
        for column, value in (
            (offers.c.employer_id, wanted.employer_id),
            (region_of_offer, wanted.region),
            (offers.c.sector, wanted.sector),
            (offers.c.kind, wanted.kind),
            (offers.c.state, wanted.state),
        ):
            if value is not None:
                query = query.where(column == value)
        if wanted.since is not None:
            query = query.where(offers.c.recorded_at >= wanted.since)
        return [_offer(row) for row in await page_of(self._session, query, offers, page)]


def _values(offer: Offer) -> dict[str, Any]:
    return {
        "id": offer.id,
        "employer_id": offer.employer_id,
        "kind": offer.facts.kind,
        "sector": offer.facts.sector,
        "state": offer.state,
        "brought_in_by": offer.brought_in_by,
        "withdrawn_reason": offer.withdrawn_reason,
        "situation": situated(offer.situation),
        "facts": document(offer.facts),
        "reservations": [document(one) for one in offer.reservations],
    }


def _offer(row: Row[Any]) -> Offer:
    facts, state = read(PlaceFacts, row.facts), OfferState(row.state)
    there, kept = situation_of(row.situation), tuple(read(Reservation, one) for one in row.reservations)
    return Offer(
        row.id, row.employer_id, facts, state, row.brought_in_by, row.withdrawn_reason, there, row.version, kept
    )
