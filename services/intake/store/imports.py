"""Imports in the database: their rows, their problems, what was decided, and what a school's rows became before."""

import hashlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select, delete, func, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.intake.domain.employer import EmployerSource
from services.intake.domain.imports import CancelledBecause, Decide, Import, ImportState, OnProblems, RowDecision
from services.intake.domain.rights import Viewer
from services.intake.importing.columns import ImportKind
from services.intake.importing.problems import RowProblem, Why
from services.intake.store.import_tables import (
    import_decisions,
    import_keys,
    import_mappings,
    import_problems,
    import_rows,
    imports,
)
from services.intake.store.rows import one_of, page_of
from shared.api import PageRequest
from shared.errors import NotFound
from shared.unit_of_work import kernel_connection

UNFINISHED = (ImportState.CHECKING, ImportState.RUNNING)
OPEN = (ImportState.NEEDS_MAPPING, ImportState.CHECKING, ImportState.CHECKED, ImportState.RUNNING)

Cells = tuple[int, list[str]]
"""A row's number and its cells."""


@dataclass(frozen=True)
class Doubt:
    """A row that may be an employer of the register."""

    row: int
    employer_id: UUID
    likeness: int
    decision: RowDecision | None = None


class ImportStore:
    """Finds and keeps imports."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def get(self, import_id: UUID, viewer: Viewer, *, lock: bool = False) -> Import:
        """One import that the caller may see; raises `NotFound`."""
        query = select(imports).where(imports.c.id == import_id)
        row = (await self._session.execute(query.with_for_update() if lock else query)).one_or_none()
        if row is None or not (found := _import(row)).visible_to(viewer):
            raise NotFound("import")
        return found

    async def page(self, viewer: Viewer, page: PageRequest) -> list[Import]:
        """Those of the caller's schools; for operators, those without a school."""
        query = select(imports)
        if viewer.schools or not viewer.operator:
            query = query.where(imports.c.school_id.in_(viewer.schools))
        else:
            query = query.where(imports.c.school_id.is_(None))
        return [_import(row) for row in await page_of(self._session, query, imports, page)]

    async def one_at_a_time(self, key: str) -> None:
        """Let nobody else begin an import with this key until the transaction ends."""
        lock = text("select pg_advisory_xact_lock(hashtextextended('import ' || :key, 0))")
        await self._session.execute(lock, {"key": key})

    async def lock_unfinished(self) -> Import | None:
        """The one that has waited longest of those that nobody works on, locked until the transaction ends."""
        waiting = select(imports).where(imports.c.state.in_(UNFINISHED)).order_by(imports.c.touched_at)
        row = (await self._session.execute(waiting.limit(1).with_for_update(skip_locked=True))).one_or_none()
        return None if row is None else _import(row)

    async def unfinished(self, import_id: UUID) -> Import:
        """One import, locked, whoever asks; raises `NotFound`."""
        query = select(imports).where(imports.c.id == import_id, imports.c.state.in_(UNFINISHED))
        if (found := await self._one(query.with_for_update())) is None:
            raise NotFound("import")
        return found

    async def of_key(self, subject: str, key: str) -> Import | None:
        """What a caller made with an Idempotency-Key."""
        return await self._one(select(imports).where(imports.c.created_by == subject, imports.c.key == key))

    async def of_file(self, school_id: UUID | None, kind: ImportKind, file_hash: str) -> Import | None:
        """The import of the same file, while it is not finished."""
        same = imports.c.file_hash == file_hash, imports.c.kind == kind, imports.c.state.in_(OPEN)
        of_school = imports.c.school_id.is_not_distinct_from(school_id)
        return await self._one(select(imports).where(*same, of_school).order_by(imports.c.id.desc()).limit(1))

    async def _one(self, query: Select[Any]) -> Import | None:
        row = (await self._session.execute(query)).one_or_none()
        return None if row is None else _import(row)

    async def save(self, imported: Import) -> None:
        """Keep a new import, or how far it is."""
        values = _values(imported)
        new = insert(imports).values(**values, touched_at=func.clock_timestamp())
        changed = {name: new.excluded[name] for name in (*values, "touched_at") if name != "id"}
        await self._session.execute(new.on_conflict_do_update(index_elements=["id"], set_=changed))

    async def add_rows(self, import_id: UUID, rows: Iterable[Cells]) -> None:
        """Keep rows of the file, as they are."""
        connection = await kernel_connection(self._session)
        records = [(import_id, row, cells) for row, cells in rows]
        # COPY does not go through row-level security
        await connection.executemany("insert into import_rows (import_id, row, cells) values ($1, $2, $3)", records)

    async def rows_between(self, import_id: UUID, after: int, last: int) -> list[Cells]:
        """The rows of the file from the one after `after` to `last`; some numbers stand for empty rows."""
        query = select(import_rows.c.row, import_rows.c.cells).where(
            import_rows.c.import_id == import_id, import_rows.c.row > after, import_rows.c.row <= last
        )
        found = await self._session.execute(query.order_by(import_rows.c.row))
        return [(row.row, row.cells) for row in found]

    async def cells_of(self, import_id: UUID, rows: Collection[int]) -> dict[int, list[str]]:
        """Some rows of the file."""
        query = select(import_rows.c.row, import_rows.c.cells).where(
            import_rows.c.import_id == import_id, import_rows.c.row.in_(rows)
        )
        return {row.row: row.cells for row in await self._session.execute(query)}

    async def drop_rows(self, import_id: UUID) -> None:
        """Forget the file."""
        await self._session.execute(delete(import_rows).where(import_rows.c.import_id == import_id))

    async def forget_findings(self, import_id: UUID) -> None:
        """Before everything is checked anew; decisions about other columns would be about other employers."""
        for table in (import_problems, import_decisions):
            await self._session.execute(delete(table).where(table.c.import_id == import_id))

    async def add_problems(self, import_id: UUID, found: Sequence[RowProblem]) -> None:
        """Keep what is wrong with rows."""
        if found:
            values = [{"import_id": import_id, "row": p.row, "field": p.field, "why": p.why} for p in found]
            await self._session.execute(insert(import_problems), values)

    async def problems(self, import_id: UUID, page: PageRequest) -> list[tuple[int, RowProblem]]:
        """What is wrong, in the order of the file, one more than asked for; each with its number."""
        query = select(import_problems).where(import_problems.c.import_id == import_id)
        if (after := page.after_number) is not None:
            query = query.where(import_problems.c.id > after)
        found = await self._session.execute(query.order_by(import_problems.c.id).limit(page.limit + 1))
        return [(row.id, RowProblem(row.row, row.field, Why(row.why))) for row in found]

    async def add_doubts(self, import_id: UUID, doubts: Sequence[Doubt]) -> None:
        """Keep what people have to decide."""
        if doubts:
            values = [
                {"import_id": import_id, "row": d.row, "employer_id": d.employer_id, "likeness": d.likeness}
                for d in doubts
            ]
            await self._session.execute(insert(import_decisions).on_conflict_do_nothing(), values)

    async def doubts(self, import_id: UUID, page: PageRequest, *, open_only: bool) -> list[Doubt]:
        """What people have to decide or have decided, in the order of the file, one more than asked for."""
        query = select(import_decisions).where(import_decisions.c.import_id == import_id)
        if open_only:
            query = query.where(import_decisions.c.decision.is_(None))
        if (after := page.after_number) is not None:
            query = query.where(import_decisions.c.row > after)
        found = await self._session.execute(query.order_by(import_decisions.c.row).limit(page.limit + 1))
        return [_doubt(row) for row in found]

    async def doubts_of(self, import_id: UUID, rows: Collection[int]) -> dict[int, Doubt]:
        """The same for some rows."""
        query = select(import_decisions).where(
            import_decisions.c.import_id == import_id, one_of(import_decisions.c.row, rows)
        )
        return {row.row: _doubt(row) for row in await self._session.execute(query)}

    async def undecided(self, import_id: UUID) -> int:
        """How many wait for a decision."""
        query = select(func.count()).where(
            import_decisions.c.import_id == import_id, import_decisions.c.decision.is_(None)
        )
        return (await self._session.execute(query.select_from(import_decisions))).scalar_one()

    async def decide(self, import_id: UUID, decisions: Sequence[Decide], subject: str) -> set[int]:
        """Keep what was decided; the rows about which there is nothing to decide."""
        known = set(await self.doubts_of(import_id, [decide.row for decide in decisions]))
        for wanted in RowDecision:
            rows = [decide.row for decide in decisions if decide.decision is wanted and decide.row in known]
            if rows:
                which = import_decisions.c.import_id == import_id, import_decisions.c.row.in_(rows)
                change = update(import_decisions).where(*which)
                await self._session.execute(change.values(decision=wanted, decided_by=subject))
        return {decide.row for decide in decisions} - known

    async def remembered_mapping(self, school_id: UUID, kind: ImportKind) -> dict[str, str]:
        """The heading of each field, as the school's people last said it."""
        query = select(import_mappings.c.headings).where(
            import_mappings.c.school_id == school_id, import_mappings.c.kind == kind
        )
        found: dict[str, str] | None = (await self._session.execute(query)).scalar_one_or_none()
        return found or {}

    async def remember_mapping(self, school_id: UUID, kind: ImportKind, headings: Mapping[str, str]) -> None:
        """Keep how the school's people read their headings."""
        new = insert(import_mappings).values(school_id=school_id, kind=kind, headings=dict(headings))
        same = ["school_id", "kind"]
        await self._session.execute(new.on_conflict_do_update(index_elements=same, set_={"headings": dict(headings)}))

    async def became(self, school_id: UUID, kind: ImportKind, keys: Collection[str]) -> dict[str, UUID]:
        """What rows with these keys became, by key."""
        if not keys:
            return {}
        hashed = {_hashed(key): key for key in keys}
        query = select(import_keys.c.key, import_keys.c.thing_id).where(
            import_keys.c.school_id == school_id, import_keys.c.kind == kind, import_keys.c.key.in_(hashed)
        )
        return {hashed[row.key]: row.thing_id for row in await self._session.execute(query)}

    async def remember(self, school_id: UUID, kind: ImportKind, became: Mapping[str, UUID]) -> None:
        """Keep what rows became, by key; what was kept before stays."""
        values = [
            {"school_id": school_id, "kind": kind, "key": _hashed(key), "thing_id": thing}
            for key, thing in became.items()
        ]
        if values:
            await self._session.execute(insert(import_keys).on_conflict_do_nothing(), values)


def _hashed(key: str) -> str:
    """A pupil's number or name stands in no index."""
    return hashlib.sha256(key.encode()).hexdigest()[:40]


def _doubt(row: Row[Any]) -> Doubt:
    return Doubt(row.row, row.employer_id, row.likeness, RowDecision(row.decision) if row.decision else None)


def _values(imported: Import) -> dict[str, Any]:
    source = imported.source
    plain = ("id", "kind", "school_id", "created_by", "state", "rows", "file_hash", "key", "position", "handled")
    return {name: getattr(imported, name) for name in plain} | {
        "headings": list(imported.headings),
        "mapping": dict(imported.mapping),
        "source": source.name if source else None,
        "source_date": source.date if source else None,
        "found": dict(imported.found),
        "done": dict(imported.done),
        "on_problems": imported.on_problems,
        "attempts": imported.attempts,
    }


def _import(row: Row[Any]) -> Import:
    return Import(
        id=row.id,
        kind=ImportKind(row.kind),
        school_id=row.school_id,
        created_by=row.created_by,
        headings=tuple(row.headings),
        mapping=row.mapping,
        rows=row.rows,
        file_hash=row.file_hash,
        key=row.key,
        source=EmployerSource(name=row.source, date=row.source_date) if row.source else None,
        state=ImportState(row.state),
        position=row.position,
        handled=row.handled,
        found=row.found,
        done=row.done,
        on_problems=OnProblems(row.on_problems),
        cancelled_because=CancelledBecause(row.cancelled_because) if row.cancelled_because else None,
        attempts=row.attempts,
        recorded_at=row.recorded_at,
    )


async def forget_old(session: AsyncSession, days: int) -> None:
    """Forget imports that nobody has touched for that long, with their rows and problems."""
    old = imports.c.touched_at < func.clock_timestamp() - func.make_interval(0, 0, 0, days)
    await session.execute(delete(imports).where(old, imports.c.state.not_in(UNFINISHED)))
