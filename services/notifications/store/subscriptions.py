"""Subscriptions as rows."""

import json
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Text, any_, cast, delete, func, literal, null, or_, select, type_coerce, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.sql.elements import ColumnElement
from sqlalchemy.types import NullType

from services.notifications.domain import credentials, filters
from services.notifications.domain.filters import Filter
from services.notifications.domain.outward import Login, Protocol
from services.notifications.domain.pseudonyms import Pseudonyms
from services.notifications.domain.recipients import Recipient
from services.notifications.domain.subscriptions import Listeners, Secret, State, Subscription
from services.notifications.store.tables import heads
from services.notifications.store.tables import subscriptions as table
from shared.events.codes import IntermediaryKind


class SubscriptionStore:
    """Subscriptions of outside organisations."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def save(self, subscription: Subscription) -> None:
        """Insert or update one; when it is proved again is left as it is."""
        row = _row(subscription)
        kept = {name: value for name, value in row.items() if name not in {"id", "created_at", "pseudonym_key"}}
        await self._session.execute(insert(table).values(row).on_conflict_do_update(index_elements=["id"], set_=kept))

    async def pseudonyms(self) -> list[tuple[UUID, Pseudonyms]]:
        """By which ids each subscriber knows things."""
        rows = await self._session.execute(select(table.c.id, table.c.pseudonym_key))
        return [(row.id, Pseudonyms(row.pseudonym_key)) for row in rows]

    async def find(self, subscription_id: UUID, *, owner: str | None = None, lock: bool = False) -> Subscription | None:
        """One by its id, if it is this owner's; with `lock` nobody else changes it meanwhile."""
        query = select(table).where(table.c.id == subscription_id, *_owned(owner))
        row = (await self._session.execute(query.with_for_update(key_share=True) if lock else query)).one_or_none()
        return _subscription(row) if row else None

    async def locked(self, ids: Collection[UUID]) -> dict[UUID, Subscription]:
        """Several by their ids; nobody else changes them meanwhile, and all lock them in one order."""
        query = select(table).where(table.c.id.in_(list(ids))).order_by(table.c.id).with_for_update(key_share=True)
        return {row.id: _subscription(row) for row in await self._session.execute(query)}

    async def of(self, ids: Collection[UUID]) -> dict[UUID, Subscription]:
        """Several by their ids."""
        rows = await self._session.execute(select(table).where(table.c.id.in_(list(ids))))
        return {row.id: _subscription(row) for row in rows}

    async def page(self, owner: str | None, after: UUID | None, limit: int) -> list[Subscription]:
        """An owner's (or everybody's) in the order of their making, one more than `limit`."""
        query = select(table).where(*_owned(owner), *([table.c.id > after] if after else [])).order_by(table.c.id)
        return [_subscription(row) for row in await self._session.execute(query.limit(limit + 1))]

    async def over_amqp(self) -> list[Subscription]:
        """All that have a queue on the outward virtual host."""
        rows = await self._session.execute(select(table).where(table.c.protocol == Protocol.AMQP).order_by(table.c.id))
        return [_subscription(row) for row in rows]

    async def count(self, owner: str) -> int:
        """How many an owner has."""
        query = select(func.count()).select_from(table).where(table.c.owner == owner)
        return int((await self._session.execute(query)).scalar_one())

    async def listening(self, kinds: Sequence[IntermediaryKind], event: str, areas: Sequence[str]) -> list[Listeners]:
        """Those of some kinds that want this type and whose area names one of `areas`; who is alike comes together."""
        wanted = list(areas)
        alike = (
            table.c.kind,
            table.c.regions,
            table.c.municipalities,
            cast(table.c.filters, Text).label("filters"),
            or_(table.c.sink.is_not(None), table.c.protocol != Protocol.HTTP).label("has_sink"),
        )
        query = select(
            *alike,
            type_coerce(func.array_agg(table.c.id), NullType()).label("ids"),
            type_coerce(func.array_agg(table.c.pseudonym_key), NullType()).label("keys"),
        ).where(
            table.c.kind.in_(list(kinds)),
            table.c.state != State.RETIRED,
            or_(func.cardinality(table.c.types) == 0, literal(event) == any_(table.c.types)),
            or_(table.c.regions.overlap(wanted), table.c.municipalities.overlap(wanted)),
        )
        return [_listeners(row) for row in await self._session.execute(query.group_by(*alike))]

    async def delete(self, subscription_id: UUID) -> None:
        """End one, with everything that waits for it."""
        await self._session.execute(delete(table).where(table.c.id == subscription_id))
        await self._session.execute(delete(heads).where(heads.c.name == str(subscription_id)))

    async def prove(self, subscription_id: UUID, pause: timedelta = timedelta(), *, tries: int = 0) -> None:
        """Let the handshake be tried after a pause; after the last of `tries`, unless somebody asked anew meanwhile."""
        at = func.clock_timestamp() + pause
        mine = table.c.id == subscription_id
        if tries:
            mine &= table.c.handshakes == tries
        await self._session.execute(update(table).where(mine).values(handshake_at=at, handshakes=tries))

    async def due_for_proof(
        self, limit: int, lease: timedelta, protocol: Protocol = Protocol.HTTP
    ) -> list[tuple[Subscription, int]]:
        """Claim those whose handshake is due, with the number of this try; nobody else does until the lease ends."""
        due = (
            select(table.c.id)
            .where(
                table.c.handshake_at <= func.clock_timestamp(),
                table.c.state == State.UNVERIFIED,
                table.c.protocol == protocol,
            )
            .order_by(table.c.handshake_at)
            .limit(limit)
            .with_for_update(skip_locked=True)
        )
        claim = (
            update(table)
            .where(table.c.id.in_(due.scalar_subquery()))
            .values(handshake_at=func.clock_timestamp() + lease, handshakes=table.c.handshakes + 1)
            .returning(*table.c)
        )
        return [(_subscription(row), row.handshakes) for row in await self._session.execute(claim)]

    async def proved(self, subscription_id: UUID) -> None:
        """No handshake is due any more."""
        await self._session.execute(update(table).where(table.c.id == subscription_id).values(handshake_at=None))

    async def wake(self, subscription_id: UUID) -> None:
        """What earlier answers asked for counts no longer: somebody has mended something."""
        await self._session.execute(
            update(table).where(table.c.id == subscription_id).values(rest_until=None, misses=0)
        )

    async def rest(self, subscription_id: UUID, pause: timedelta) -> None:
        """Send nothing to it for a while: it asked for that."""
        until = func.greatest(func.coalesce(table.c.rest_until, func.clock_timestamp()), func.clock_timestamp() + pause)
        await self._session.execute(update(table).where(table.c.id == subscription_id).values(rest_until=until))


def _owned(owner: str | None) -> list[ColumnElement[bool]]:
    return [] if owner is None else [table.c.owner == owner]


def _row(subscription: Subscription) -> dict[str, Any]:
    return {
        "id": subscription.id,
        "owner": subscription.owner,
        "kind": subscription.recipient.kind,
        "regions": sorted(subscription.recipient.regions),
        "municipalities": sorted(subscription.recipient.municipalities),
        "sink": subscription.sink,
        "types": list(subscription.types),
        "filters": filters.written(subscription.filters),
        "state": subscription.state,
        "reason": subscription.reason,
        "secrets": [_secret_row(secret) for secret in subscription.secrets],
        "pseudonym_key": subscription.pseudonyms.key,
        "credential": credentials.written(subscription.credential) if subscription.credential else null(),
        "authority": subscription.authority,
        "verified": subscription.verified,
        "rate": subscription.rate,
        "at_once": subscription.at_once,
        "per_minute": subscription.per_minute,
        "contact": subscription.contact,
        "misses": subscription.misses,
        "protocol": subscription.protocol,
        "logins": [login.written() for login in subscription.logins],
        "created_at": subscription.created_at,
    }


def _secret_row(secret: Secret) -> dict[str, str | None]:
    return {"text": secret.text, "until": secret.until.isoformat() if secret.until else None}


def _secret(row: dict[str, str | None]) -> Secret:
    return Secret(row["text"] or "", datetime.fromisoformat(row["until"]) if row["until"] else None)


def _listeners(row: Row[Any]) -> Listeners:
    return Listeners(
        recipient=Recipient.of(row.kind, row.regions, row.municipalities),
        filters=_filters(row.filters),
        has_sink=row.has_sink,
        members=list(zip(row.ids, map(Pseudonyms, row.keys), strict=True)),
    )


@lru_cache(maxsize=20_000)
def _filters(text: str) -> tuple[Filter, ...]:
    """The same filters come with every event."""
    return filters.read(json.loads(text))


def _subscription(row: Row[Any]) -> Subscription:
    return Subscription(
        id=row.id,
        owner=row.owner,
        recipient=Recipient.of(row.kind, row.regions, row.municipalities),
        sink=row.sink,
        types=tuple(row.types),
        filters=filters.read(row.filters),
        state=State(row.state),
        created_at=row.created_at,
        reason=row.reason,
        secrets=tuple(_secret(each) for each in row.secrets),
        pseudonyms=Pseudonyms(row.pseudonym_key),
        credential=credentials.read(row.credential),
        authority=row.authority,
        verified=row.verified,
        rate=row.rate,
        at_once=row.at_once,
        per_minute=row.per_minute,
        contact=row.contact,
        rests_until=row.rest_until,
        misses=row.misses,
        protocol=Protocol(row.protocol),
        logins=tuple(Login.read(each) for each in row.logins),
    )
