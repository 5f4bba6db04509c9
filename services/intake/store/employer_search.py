"""Searching employers: words with Dutch stemming, typing errors forgiven, the best first; or in another order.

A word is first looked up among all words of the register (a few thousand per region, with trigrams), then employers
by the words that it can mean: so a typing error costs a millisecond, however many employers there are.
"""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    Double,
    FromClause,
    Row,
    Select,
    Text,
    and_,
    bindparam,
    case,
    cast,
    false,
    func,
    literal,
    or_,
    select,
    text,
    union,
)
from sqlalchemy.dialects.postgresql import TSQUERY
from sqlalchemy.ext.asyncio import AsyncSession

from services.intake.domain.employer import Employer
from services.intake.domain.fields import plausible_moment
from services.intake.domain.rights import Viewer
from services.intake.domain.words import Searched, searched, typed_words
from services.intake.store.employers import KEPT, EmployerFilter, employer_of, filtered, visible_to
from services.intake.store.tables import employers
from shared.api import PageRequest, not_a_cursor
from shared.events.codes import Point

RANKED_AT_MOST: Final = 500
"""Where more employers have the words, these say little: the list ends after so many, and more words narrow it."""

_KM_PER_DEGREE: Final = 111.2
_EAST: Final = 0.61
"""A degree of longitude in degrees of latitude, in the middle of the country: right to a few per cent."""

_LAST: Final = "\U0010ffff"
"""Behind every text that begins the same."""

_WORDS = text("""
/* The search itself follows in this transaction: where many have the words, PostgreSQL takes reading the table from its
beginning for cheaper than the index, and is wrong by ten times. */
select typed, plainto_tsquery('dutch', typed)::text as stemmed, known.word,
    set_config('enable_seqscan', 'off', true)
from unnest(cast(:typed as text[])) typed left join lateral (
    (
        select word from employer_words where length(typed) > 2 and word like '%' || typed || '%'
        order by length(word), word limit 30
    )
    union all
    select employer_words_like(typed) where length(typed) > 3
    and not exists (select from employer_words where word like '%' || typed || '%')
) known on true
""").bindparams(bindparam("typed", type_=ARRAY(Text)))


class Sort(StrEnum):
    """The order of a search; with `-` the other way round."""

    RELEVANCE = "relevance"
    NAME = "name"
    NAME_DOWN = "-name"
    CHANGED = "changed"
    CHANGED_DOWN = "-changed"
    REGISTERED = "registered"
    REGISTERED_DOWN = "-registered"
    DISTANCE = "distance"
    DISTANCE_DOWN = "-distance"

    @property
    def down(self) -> bool:
        """Whether the largest comes first."""
        return self.value.startswith("-")

    @property
    def field(self) -> str:
        """What it is sorted by."""
        return self.value.removeprefix("-")


@dataclass(frozen=True)
class Order:
    """How a search is sorted, and from where distances count; kilometres."""

    sort: Sort
    near: Point | None = None
    within_km: float | None = None


@dataclass(frozen=True)
class Found:
    """An employer and its place in the order."""

    employer: Employer
    cursor: str


class EmployerSearch:
    """Finds employers by words, in the order asked for."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def page(self, viewer: Viewer, wanted: EmployerFilter, order: Order, page: PageRequest) -> list[Found]:
        """Those that the caller may know of and that fit, one more than asked for."""
        words = None if wanted.text is None else await self._searched(wanted.text)
        fitting = around(filtered(select(employers.c.id).where(visible_to(viewer)), wanted), order)
        if words is not None and words.words and order.sort is Sort.RELEVANCE:
            fitting = _best(fitting, words)
        else:
            fitting = fitting.add_columns(_key(order).label("sort_key"))
            if words is not None:
                fitting = fitting.where(_has(words.wide) if words.words else false())
        page_of_ids = _sorted(fitting.subquery(), order.sort, page).subquery()
        query: Select[Any] = select(*KEPT, page_of_ids.c.sort_key).join(page_of_ids, page_of_ids.c.id == employers.c.id)
        rows = await self._session.execute(query.order_by(*_in_order(page_of_ids, order.sort)))
        return [Found(employer_of(row), _cursor(order.sort, row)) for row in rows]

    async def _searched(self, typed: str) -> Searched:
        stems: dict[str, str] = {}
        known: defaultdict[str, list[str]] = defaultdict(list)
        for row in await self._session.execute(_WORDS, {"typed": typed_words(typed)}):
            stems[row.typed] = row.stemmed
            known[row.typed] += [row.word] if row.word else []
        return searched(typed, stems, known)


def around(query: Select[Any], order: Order) -> Select[Any]:
    """Those within so many kilometres; the square around them is what the index finds."""
    if order.near is None or order.within_km is None:
        return query
    north, near = order.within_km / _KM_PER_DEGREE, order.near
    east = north / _EAST
    square = (
        employers.c.latitude.between(near.latitude - north, near.latitude + north),
        employers.c.longitude.between(near.longitude - east, near.longitude + east),
    )
    return query.where(*square, distance(near) <= order.within_km)


def distance(near: Point) -> ColumnElement[Any]:
    """Kilometres as the crow flies, right to a few per cent."""
    north = employers.c.latitude - near.latitude
    east = (employers.c.longitude - near.longitude) * _EAST
    return func.sqrt(north * north + east * east) * _KM_PER_DEGREE


def _key(order: Order) -> ColumnElement[Any]:
    match order.sort.field:
        case "name":
            return employers.c.name_text
        case "changed":
            return employers.c.changed_at
        case "distance" if order.near is not None:
            return distance(order.near)
    return literal(0.0, Double)


def _best(fitting: Select[Any], words: Searched) -> Any:
    """Of those that have the words, no more than say something: whose name begins so, and others; with their rank.

    The first are read in the order of the index on names until there are enough. The condition that they have the words
    stands in an expression there, since PostgreSQL would fetch all that have them first (70 ms for ten thousand).
    """
    ranked = fitting.add_columns((-_rank(words)).label("sort_key"))
    named = ranked.where(func.coalesce(_has(words.wide), false()), _begins(words))
    named = named.order_by(employers.c.name_text, employers.c.id)
    return union(*(some.limit(RANKED_AT_MOST).subquery().select() for some in (named, ranked.where(_has(words.wide)))))


def _rank(words: Searched) -> ColumnElement[Any]:
    """Best are those whose name begins so, then those that have the words as typed, then as they can be meant."""
    fits = cast(func.ts_rank(employers.c.words, cast(words.wide, TSQUERY)), Double)
    return fits + case((_begins(words), 2.0), else_=0.0) + case((_has(words.strict), 1.0), else_=0.0)


def _has(query: str) -> ColumnElement[bool]:
    return employers.c.words.op("@@", is_comparison=True)(cast(query, TSQUERY))


def _begins(words: Searched) -> ColumnElement[bool]:
    return employers.c.name_text.between(words.text, words.text + _LAST)


def _sorted(found: FromClause, sort: Sort, page: PageRequest) -> Select[Any]:
    """One page of the ids, and one more: behind the cursor, in the order asked for, ties by id."""
    query, key, by_id = select(found.c.id, found.c.sort_key), found.c.sort_key, found.c.id
    if page.after is not None:
        value, last = _after(sort, page.after)
        further = key < value if sort.down else key > value
        behind = by_id < last if sort.down else by_id > last
        query = query.where(or_(further, and_(key == value, behind)))
    return query.order_by(*_in_order(found, sort)).limit(page.limit + 1)


def _in_order(found: FromClause, sort: Sort) -> list[ColumnElement[Any]]:
    return [column.desc() if sort.down else column.asc() for column in (found.c.sort_key, found.c.id)]


def _cursor(sort: Sort, row: Row[Any]) -> str:
    key = row.sort_key.isoformat() if isinstance(row.sort_key, datetime) else row.sort_key
    return f"{sort}|{row.id}|{key}"


def _after(sort: Sort, cursor: str) -> tuple[Any, UUID]:
    """The last row's key and id; a cursor of another order is refused."""
    begun, _, rest = cursor.partition("|")
    last, _, key = rest.partition("|")
    read: dict[str, Any] = {"name": str, "changed": _moment}
    try:
        if begun == sort and "\0" not in key:
            return read.get(sort.field, float)(key), UUID(last)
    except ValueError:
        pass
    raise not_a_cursor()


def _moment(written: str) -> datetime:
    moment = datetime.fromisoformat(written)
    if moment.tzinfo is None:
        raise ValueError(written)
    return plausible_moment(moment)
