"""Rows that are students of the school: what it typed or imported before is recognised and left as it is."""

from collections import Counter
from collections.abc import Mapping, Sequence
from uuid import UUID

from services.intake.domain.student import Student
from services.intake.importing.columns import ImportKind
from services.intake.importing.reading import StudentRow
from services.intake.importing.recognising import Verdict
from services.intake.store import SchoolStore, StudentStore
from services.intake.taking_in.piece import Piece
from shared.ids import new_id


async def check(piece: Piece) -> Mapping[str, int]:
    """What would come of the rows; problems are kept."""
    good, problems = await piece.read(piece.reader.student)
    await piece.store.add_problems(piece.imported.id, problems)
    verdicts = [verdict for verdict, _ in await _recognised(piece, good)]
    return Counter(verdict.value for verdict in verdicts) + Counter(bad=len(piece.rows) - len(good))


async def write(piece: Piece) -> Mapping[str, int]:
    """Register those who are new. Nobody else hears of them before they are ready."""
    good, _ = await piece.read(piece.reader.student)
    school_id = _school(piece)
    region = (await SchoolStore(piece.work.session).get(school_id, lock=True)).situation.region  # one import at a time
    became: dict[str, UUID] = {}
    new: list[Student] = []
    for row, (verdict, known) in zip(good, await _recognised(piece, good), strict=True):
        if verdict is Verdict.NEW:
            lives = row.situation.region if row.situation else region
            new.append(Student(new_id(), school_id, row.facts, lives, row.situation))
        if verdict is not Verdict.DOUBLE:
            became[row.key] = known or new[-1].id
    await StudentStore(piece.work.session).save_all(new)
    await piece.store.remember(school_id, ImportKind.STUDENTS, became)
    skipped = len(piece.rows) - len(became)
    return {"registered": len(new), "recognised": len(became) - len(new), "skipped": skipped}


def _school(piece: Piece) -> UUID:
    assert piece.imported.school_id is not None, "students are imported for a school"
    return piece.imported.school_id


async def _recognised(piece: Piece, rows: Sequence[StudentRow]) -> list[tuple[Verdict, UUID | None]]:
    school_id = _school(piece)
    before = await piece.store.became(school_id, ImportKind.STUDENTS, {row.key for row in rows})
    names = {_name(row) for row in rows}
    typed = await StudentStore(piece.work.session).named(school_id, names)
    seen: set[str] = set()
    found: list[tuple[Verdict, UUID | None]] = []
    for row in rows:
        known = before.get(row.key) or typed.get((_name(row), row.facts.birth_date.isoformat()))
        verdict = Verdict.DOUBLE if row.key in seen else Verdict.KNOWN if known else Verdict.NEW
        seen.add(row.key)
        found.append((verdict, known))
    return found


def _name(row: StudentRow) -> str:
    return f"{row.facts.given_name} {row.facts.family_name}".casefold()
