"""Calls for help as rows."""

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Row, RowMapping, delete, exists, func, select, true, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.sql.elements import ColumnElement

from services.notifications.domain.calls import Asked, Call, CallKey, CallState, RegionSettings, opened
from services.notifications.store.tables import answers, call_students, calls, region_settings, schools, subscriptions
from shared.events.codes import IntermediaryKind, PlacementKind
from shared.ids import new_id


@dataclass(frozen=True)
class GivenAnswer:
    """What an intermediary said to a call."""

    id: UUID
    call_id: UUID
    owner: str
    kind: str
    outcome: str
    employer: dict[str, Any] | None
    reason: str | None
    at: datetime


_ANSWER = tuple(field.name for field in fields(GivenAnswer))


class CallStore:
    """Calls, the students they stand for, the answers, and whom each region asks."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def join(
        self, key: CallKey, student_id: UUID, school_id: UUID, searching: int, now: datetime
    ) -> tuple[Call, UUID | None]:
        """Put a student under the open call of this description, opening one if there is none; the call it closed."""
        call = (await self._open_or_find(key, searching, now)).joined(searching, now)
        await self.save(call)
        closed = await self.leave(student_id, except_for=call.id)
        row = {"student_id": student_id, "call_id": call.id, "school_id": school_id}
        await self._session.execute(
            insert(call_students).values(row).on_conflict_do_update(index_elements=["student_id"], set_=row)
        )
        return call, closed

    async def leave(self, student_id: UUID, *, except_for: UUID | None = None) -> UUID | None:
        """Take a student out of a call; the call if it closes, since nobody is left."""
        gone = delete(call_students).where(call_students.c.student_id == student_id)
        if except_for:
            gone = gone.where(call_students.c.call_id != except_for)
        left = (await self._session.execute(gone.returning(call_students.c.call_id))).scalar_one_or_none()
        return left if left and await self._close_if_empty(left) else None

    async def call_of(self, student_id: UUID) -> UUID | None:
        """The call that stands for a student."""
        query = select(call_students.c.call_id).where(call_students.c.student_id == student_id)
        return (await self._session.execute(query)).scalar_one_or_none()

    async def save(self, call: Call) -> None:
        """Write a call's state."""
        row = _row(call)
        kept = {name: value for name, value in row.items() if name != "id"}
        await self._session.execute(insert(calls).values(row).on_conflict_do_update(index_elements=["id"], set_=kept))

    async def find(self, call_id: UUID, *, lock: bool = False) -> Call | None:
        """A call by its id."""
        query = select(calls).where(calls.c.id == call_id)
        row = (await self._session.execute(query.with_for_update() if lock else query)).one_or_none()
        return _call(row) if row else None

    async def page(self, seen: ColumnElement[bool], after: UUID | None, limit: int) -> list[Call]:
        """Calls that somebody may see, in the order of their opening, one more than `limit`."""
        query = select(calls).where(seen, *([calls.c.id > after] if after else []))
        return [_call(row) for row in await self._session.execute(query.order_by(calls.c.id).limit(limit + 1))]

    async def students_of(self, call_id: UUID) -> list[tuple[UUID, UUID]]:
        """The students that a call stands for, each with the school."""
        query = select(call_students.c.student_id, call_students.c.school_id).where(call_students.c.call_id == call_id)
        rows = await self._session.execute(query.order_by(call_students.c.student_id))
        return [(row.student_id, row.school_id) for row in rows]

    async def students_of_schools(self, call_id: UUID, brins: Iterable[str]) -> list[UUID]:
        """The students of some schools that a call stands for."""
        query = (
            select(call_students.c.student_id)
            .join(schools, schools.c.id == call_students.c.school_id)
            .where(call_students.c.call_id == call_id, schools.c.brin.in_(list(brins)))
            .order_by(call_students.c.student_id)
        )
        return list((await self._session.execute(query)).scalars())

    async def answer(
        self,
        call_id: UUID,
        owner: str,
        kind: IntermediaryKind,
        employer: dict[str, Any] | None,
        reason: str | None = None,
        *,
        is_taken: bool = False,
    ) -> tuple[GivenAnswer, bool]:
        """Write an answer (with an employer), that one is looked for, or a refusal, and whether it is new.

        Twice the same is written once.
        """
        outcome = "answered" if employer else "taken" if is_taken else "declined"
        said = json.dumps(employer, sort_keys=True) if employer else outcome
        row = {
            "id": new_id(),
            "call_id": call_id,
            "owner": owner,
            "kind": kind,
            "outcome": outcome,
            "fingerprint": hashlib.sha256(said.encode()).hexdigest(),
            "employer": employer,
            "reason": reason,
            "at": func.clock_timestamp(),
        }
        written = insert(answers).values(row).on_conflict_do_nothing().returning(answers)
        if new := (await self._session.execute(written)).mappings().one_or_none():
            return _answer(new), True
        same = (answers.c.call_id == call_id, answers.c.owner == owner, answers.c.fingerprint == row["fingerprint"])
        again = update(answers).where(*same).values(at=row["at"]).returning(answers)  # it is said in this round too
        return _answer((await self._session.execute(again)).mappings().one()), False

    async def answers_to(self, call_ids: Sequence[UUID], owner: str | None = None) -> dict[UUID, list[GivenAnswer]]:
        """What was said to calls, by one owner or by all."""
        query = select(answers).where(answers.c.call_id.in_(call_ids), *([answers.c.owner == owner] if owner else []))
        found: dict[UUID, list[GivenAnswer]] = {}
        for row in (await self._session.execute(query.order_by(answers.c.id))).mappings():
            found.setdefault(row["call_id"], []).append(_answer(row))
        return found

    async def subscriptions_that_said(self, call: Call) -> frozenset[UUID]:
        """The subscriptions of those who answered or declined a call in its present round."""
        said = select(answers.c.owner).where(said_to(call))
        query = select(subscriptions.c.id).where(subscriptions.c.owner.in_(said))
        return frozenset((await self._session.execute(query)).scalars())

    async def settings_of(self, region: str) -> RegionSettings:
        """Whom a region asks; the default where it has not said."""
        row = (
            await self._session.execute(select(region_settings).where(region_settings.c.region == region))
        ).one_or_none()
        if row is None:
            return RegionSettings()
        return RegionSettings(
            tuple(IntermediaryKind(kind) for kind in row.kinds), timedelta(seconds=row.patience_seconds)
        )

    async def set_settings(self, region: str, settings: RegionSettings) -> None:
        """Whom a region asks from now on."""
        row = {
            "region": region,
            "kinds": list(settings.kinds),
            "patience_seconds": int(settings.patience.total_seconds()),
        }
        await self._session.execute(
            insert(region_settings).values(row).on_conflict_do_update(index_elements=["region"], set_=row)
        )

    async def _open_or_find(self, key: CallKey, searching: int, now: datetime) -> Call:
        fresh = opened(new_id(), key, searching, now)
        await self._session.execute(insert(calls).values(_row(fresh)).on_conflict_do_nothing())
        query = select(calls).where(
            calls.c.state == CallState.OPEN,
            calls.c.region == key.region,
            calls.c.sector.is_not_distinct_from(key.sector),
            calls.c.placement_kind.is_not_distinct_from(key.placement_kind),
        )
        return _call((await self._session.execute(query.with_for_update())).one())

    async def _close_if_empty(self, call_id: UUID) -> bool:
        # the row's lock first: a student who joins meanwhile is then seen, or finds the call closed
        await self._session.execute(select(calls.c.id).where(calls.c.id == call_id).with_for_update())
        nobody = ~exists().where(call_students.c.call_id == calls.c.id)
        closing = update(calls).where(calls.c.id == call_id, nobody).returning(calls.c.id)
        closed = await self._session.execute(closing.values(state=CallState.CLOSED, next_ask_at=None))
        return closed.one_or_none() is not None


def asked_of(kind: IntermediaryKind, regions: Sequence[str]) -> ColumnElement[bool]:
    """Calls that went to a kind of intermediary in some regions."""
    went: ColumnElement[bool] = calls.c.asked.contains([{"kind": str(kind)}])
    return calls.c.region.in_(regions) & went


def said_to(call: Call) -> ColumnElement[bool]:
    """Answers and refusals of a call's present round."""
    return (answers.c.call_id == call.id) & (answers.c.at >= call.since if call.since else true())


def everywhere() -> ColumnElement[bool]:
    """All calls."""
    return true()


def the_one(call_id: UUID) -> ColumnElement[bool]:
    """A call by its id."""
    return calls.c.id == call_id


def of_regions(regions: Sequence[str]) -> ColumnElement[bool]:
    """Calls of some regions."""
    return calls.c.region.in_(regions)


def _row(call: Call) -> dict[str, Any]:
    return {
        "id": call.id,
        "region": call.key.region,
        "sector": call.key.sector,
        "placement_kind": call.key.placement_kind,
        "since_date": call.since_date,
        "searching": call.searching,
        "state": call.state,
        "asked": [_asked_row(each) for each in call.asked],
        "answered": call.answered,
        "round": call.round,
        "next_ask_at": call.next_ask_at,
    }


def _asked_row(asked: Asked) -> dict[str, Any]:
    reminded = [at.isoformat() for at in asked.reminded]
    return {"kind": asked.kind, "at": asked.at.isoformat(), "turns": asked.turns, "reminded": reminded}


def _asked(row: dict[str, Any]) -> Asked:
    reminded = tuple(datetime.fromisoformat(at) for at in row.get("reminded", ()))
    return Asked(IntermediaryKind(row["kind"]), datetime.fromisoformat(row["at"]), row.get("turns", 0), reminded)


def _call(row: Row[Any]) -> Call:
    return Call(
        id=row.id,
        key=CallKey(row.region, row.sector, PlacementKind(row.placement_kind) if row.placement_kind else None),
        since_date=row.since_date,
        searching=row.searching,
        state=CallState(row.state),
        asked=tuple(_asked(each) for each in row.asked),
        answered=row.answered,
        round=row.round,
        next_ask_at=row.next_ask_at,
    )


def _answer(row: RowMapping) -> GivenAnswer:
    return GivenAnswer(**{name: row[name] for name in _ANSWER})
