"""What is remembered of a search, read with it in one statement."""

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Table, func, select, text
from sqlalchemy.dialects.postgresql import aggregate_order_by

from services.matching.domain.model import Lesson, Pin, PinKind, Profile, Refusal, Search, SearchState
from services.matching.domain.terms import Terms
from services.matching.store.tables import lessons, offers, pins, placements, proposals, refusals, searches
from shared.events.codes import Guidance, Step


def _all(table: Table, *columns: str) -> ColumnElement[Any]:
    """What a table remembers of a search, as JSON rows."""
    row = func.jsonb_build_array(*(table.c[name] for name in columns))
    return (
        select(func.jsonb_agg(aggregate_order_by(row, row)))
        .where(table.c.student_id == searches.c.id)
        .scalar_subquery()
        .label(table.name)
    )


def _tried(table: Table) -> ColumnElement[Any]:
    """The kinds of work that somebody without a wish had, or was proposed before."""
    sectors = select(func.jsonb_agg(offers.c.sector)).join_from(table, offers, offers.c.id == table.c.offer_id)
    mine = (table.c.student_id == searches.c.id) & (searches.c.profile["wishes"] == text("'[]'::jsonb"))
    return sectors.where(mine).scalar_subquery().label(f"{table.name}_tried")


REMEMBERED = (
    _all(refusals, "offer_id", "reason", "until_date"),
    _all(lessons, "reason", "offer_id", "employer_id", "sector", "minutes", "guidance"),
    _all(pins, "offer_id", "kind", "reason", "until_date"),
    _tried(proposals),
    _tried(placements),
)


def search_of(row: Row[Any], terms: Terms) -> Search:
    """The search of a row with these columns."""
    return Search(
        student_id=row.id,
        school_id=row.school_id,
        profile=Profile.model_validate(row.profile),
        state=SearchState(row.state),
        step=Step(row.step),
        since=row.since,
        step_since=row.step_since,
        unmatched_at=row.unmatched_at,
        hardness_set_to=row.hardness_set_to,
        refusals={
            UUID(offer): Refusal(reason, date.fromisoformat(until)) for offer, reason, until in row.refusals or ()
        },
        lessons=tuple(
            Lesson(reason, UUID(offer), UUID(employer), sector, minutes, Guidance(guidance))
            for reason, offer, employer, sector, minutes, guidance in row.lessons or ()
        ),
        tried=frozenset((*(row.proposals_tried or ()), *(row.placements_tried or ()))),
        terms=terms,
        pins={
            UUID(offer): Pin(PinKind(kind), reason, date.fromisoformat(until))
            for offer, kind, reason, until in row.pins or ()
        },
    )
