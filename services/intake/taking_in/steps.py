"""An import goes on by one piece: the rows after the last one seen, in one transaction with how far it is then.

Whoever finds an unfinished import goes on with it, so that nothing is lost or done twice when a process ends.
"""

from collections.abc import Awaitable, Callable, Mapping
from uuid import UUID

import structlog

from services.intake.domain.imports import Import, ImportState
from services.intake.importing.columns import ImportKind
from services.intake.store import ImportStore
from services.intake.store.imports import forget_old
from services.intake.taking_in import employers, placements, students
from services.intake.taking_in.piece import Piece
from shared.errors import is_infrastructure, is_transient
from shared.fail_points import reached
from shared.unit_of_work import UnitOfWork

log = structlog.get_logger()

IMPORTS = "imports"
"""The topic on which those who work on imports are woken."""

CHECKED_AT_ONCE = 2_000
"""A school's whole list, so that doubles in it are found wherever they stand."""
WRITTEN_AT_ONCE = 500
"""Locks are held for about half a second, and half a second is all that a crash costs."""
PLACED_AT_ONCE = 20
"""Rows: their students, and the offers of their employers, are locked meanwhile, and others wait to be placed there."""
ATTEMPTS = 3
KEPT_DAYS = 30
"""How long an import that nobody goes on with, and the problems of one that is done, can be looked at."""

Counts = Mapping[str, int]
Take = Callable[[Piece], Awaitable[Counts]]

CHECK: dict[ImportKind, Take] = {
    ImportKind.EMPLOYERS: employers.check,
    ImportKind.STUDENTS: students.check,
    ImportKind.PLACEMENTS: placements.check,
}
WRITE: dict[ImportKind, Take] = {
    ImportKind.EMPLOYERS: employers.write,
    ImportKind.STUDENTS: students.write,
    ImportKind.PLACEMENTS: placements.write,
}


async def go_on(work: UnitOfWork) -> bool:
    """Go on with an unfinished import; False when there is none that nobody else works on."""
    working_on: UUID | None = None
    try:
        async with work.apart() as apart:
            if (imported := await ImportStore(apart.session).lock_unfinished()) is None:
                return False
            working_on = imported.id
            await _next_piece(apart, imported)
    except Exception as error:
        if working_on is None or is_infrastructure(error) or is_transient(error):
            raise
        log.exception("import_failed", import_id=str(working_on))
        await _failed(work, working_on)
    return True


async def _next_piece(work: UnitOfWork, imported: Import) -> None:
    store, checking = ImportStore(work.session), imported.state is ImportState.CHECKING
    written = PLACED_AT_ONCE if imported.kind is ImportKind.PLACEMENTS else WRITTEN_AT_ONCE
    last = imported.position + (CHECKED_AT_ONCE if checking else written)
    rows = await store.rows_between(imported.id, imported.position, last)
    take = (CHECK if checking else WRITE)[imported.kind]
    counts = await take(Piece(work, imported, rows)) if rows else {}
    imported = imported.gone_on(last, counts, len(rows))
    reached("import.piece-taken")
    if imported.handled >= imported.rows:
        imported = imported.ended()
        if not checking:
            await store.drop_rows(imported.id)
        log.info("import_ended", import_id=str(imported.id), kind=imported.kind, state=imported.state)
    await store.save(imported)


async def _failed(work: UnitOfWork, import_id: UUID) -> None:
    store = ImportStore(work.session)
    imported = (await store.unfinished(import_id)).failed(ATTEMPTS)
    if imported.state is ImportState.FAILED:
        await store.drop_rows(imported.id)
    await store.save(imported)


async def forget(work: UnitOfWork) -> None:
    """Forget old imports."""
    await forget_old(work.session, KEPT_DAYS)
