"""What bears on the seats of an offer, read with the offer in one statement."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, func, or_, select, true
from sqlalchemy.dialects.postgresql import aggregate_order_by

from services.matching.domain.model import EVERY_DAY, Market, Offer, Opening, Pause, Stay
from services.matching.store.pins import SEAT_HELD
from services.matching.store.tables import closures, labour_market, offers, pins, placements, proposals
from shared.events.codes import Weekday

_MARKET = ("tension", "period", "source", "published_date")


def bearing(is_held: ColumnElement[bool]) -> Sequence[ColumnElement[Any]]:
    """What bears on the seats of each offer, as JSON rows; `is_held` says which proposals hold one."""
    here, ended = offers.c.id == placements.c.offer_id, placements.c.ended_date
    until = func.coalesce(ended - 1, placements.c.end_date)  # free from `endedDate` on
    taken = _rows(placements.c.begin_date, until, ended.is_(None), placements.c.weekdays)
    held = _rows(proposals.c.begin_date, proposals.c.end_date, true(), proposals.c.weekdays)
    closed = _rows(closures.c.from_date, closures.c.until_date)
    pinned = _rows(pins.c.student_id, pins.c.until_date)
    market = func.jsonb_build_array(*(labour_market.c[name] for name in _MARKET))
    in_sector = (closures.c.region == offers.c.region) & func.coalesce(closures.c.sector == offers.c.sector, true())
    in_market = (labour_market.c.region == offers.c.region) & (labour_market.c.sector == offers.c.sector)
    is_held &= proposals.c.offer_id == offers.c.id
    return (
        select(taken)
        .where(here, or_(ended.is_(None), ended > placements.c.begin_date))
        .scalar_subquery()
        .label("taken"),
        select(held).where(is_held).scalar_subquery().label("held"),
        select(closed).where(in_sector).scalar_subquery().label("closed"),
        select(market).where(in_market).scalar_subquery().label("market"),
        select(pinned).where(pins.c.offer_id == offers.c.id, SEAT_HELD).scalar_subquery().label("pinned"),
    )


def opening_of(row: Row[Any], **more: Any) -> Opening:
    """The opening of a row with these columns."""
    return Opening(
        Offer.model_validate(row.facts),
        stays=tuple(map(_stay, (*(row.taken or ()), *(row.held or ())))),
        closures=tuple(Pause(_day(begin), until and _day(until)) for begin, until in row.closed or ()),
        market=_market(row.market),
        pinned={UUID(student): _day(until) for student, until in row.pinned or ()},
        **more,
    )


def _rows(*columns: ColumnElement[Any]) -> ColumnElement[Any]:
    """In an order of their own, so that what did not change reads the same."""
    row = func.jsonb_build_array(*columns)
    return func.jsonb_agg(aggregate_order_by(row, row))


def _day(text: str) -> date:
    return date.fromisoformat(text)


def _market(row: Sequence[Any] | None) -> Market | None:
    if row is None:
        return None
    tension, period, source, published = row
    return Market(tension, period, source, _day(published))


def _stay(row: Sequence[Any]) -> Stay:
    begin, end, running, weekdays = row
    days = frozenset(Weekday(day) for day in weekdays) or EVERY_DAY
    return Stay(_day(begin), end and _day(end), running, days)
