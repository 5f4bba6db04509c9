"""What bears on the seats of an offer, read with the offer in one statement."""

from collections.abc import Collection, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Row

from services.matching.domain.model import EVERY_DAY, Market, Offer, Opening, Pause, Stay
from services.matching.domain.proposals import HOLDING
from services.matching.store.rows import rows_beside
from shared.events.codes import Weekday

BEARING = {
    "taken": rows_beside(  # free from `ended_date` on
        "begin_date, coalesce(ended_date - 1, end_date), ended_date is null, weekdays, null",
        "placements where offer_id = offers.id and (ended_date is null or ended_date > begin_date)",
    ),
    "held": rows_beside(
        "begin_date, end_date, true, weekdays, case state when 'planned' then region end",
        f"proposals where offer_id = offers.id and state in ({', '.join(map(repr, map(str, HOLDING)))})",
    ),
    "closed": rows_beside(
        "from_date, until_date",
        "closures where region = offers.region and coalesce(sector = offers.sector, true)",
    ),
    "market": rows_beside(
        "tension, period, source, published_date",
        "labour_market where region = offers.region and sector = offers.sector",
    ),
    "pinned": rows_beside(  # a seat is held while its student waits
        "student_id, until_date",
        """pins where offer_id = offers.id and kind = 'pin'
        and exists (select from searches where searches.id = student_id and state = 'searching')""",
    ),
}
"""What bears on the seats of each offer, as JSON rows. Written out, since SQLAlchemy would walk through all of it for
each statement to find that it knows it, which costs more than PostgreSQL's part.
"""


def opening_of(row: Row[Any], apart: Collection[str] = (), **more: Any) -> Opening:
    """The opening of a row with these columns; seats that are planned in the regions `apart` count as free."""
    return Opening(
        Offer.model_validate(row.facts),
        stays=tuple(_stay(one) for one in (*(row.taken or ()), *(row.held or ())) if one[4] not in apart),
        closures=tuple(Pause(_day(begin), until and _day(until)) for begin, until in row.closed or ()),
        market=_market(row.market[0]) if row.market else None,
        pinned={UUID(student): _day(until) for student, until in row.pinned or ()},
        **more,
    )


def _day(text: str) -> date:
    return date.fromisoformat(text)


def _market(row: Sequence[Any]) -> Market:
    tension, period, source, published = row
    return Market(tension, period, source, _day(published))


def _stay(row: Sequence[Any]) -> Stay:
    begin, end, running, weekdays, _ = row
    days = frozenset(Weekday(day) for day in weekdays) or EVERY_DAY
    return Stay(_day(begin), end and _day(end), running, days)
