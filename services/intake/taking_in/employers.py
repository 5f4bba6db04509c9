"""Rows that are employers: the register recognises those that it has, and gets the others."""

import re
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from uuid import UUID

from services.intake.days import today
from services.intake.domain.employer import Employer
from services.intake.domain.imports import RowDecision
from services.intake.domain.likeness import Traits
from services.intake.forgetting import kept_out
from services.intake.importing.columns import ImportKind
from services.intake.importing.reading import EmployerRow
from services.intake.importing.recognising import Candidate, Finding, Known, Verdict
from services.intake.store import Doubt, EmployerStore, ListedEmployerStore
from services.intake.taking_in.piece import Piece
from shared.ids import new_id

MOST_COOPERATIONS = 200
_OWN = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


async def check(piece: Piece) -> Mapping[str, int]:
    """What would come of the rows; problems and doubts are kept."""
    good, problems = await piece.read(piece.reader.employer)
    findings = await _recognised(piece, good)
    await piece.store.add_problems(piece.imported.id, problems)
    doubts = [
        Doubt(row.row, found.employer_id, found.likeness)
        for row, found in zip(good, findings, strict=True)
        if found.verdict is Verdict.UNSURE and found.employer_id
    ]
    await piece.store.add_doubts(piece.imported.id, doubts)
    return Counter(found.verdict.value for found in findings) + Counter(bad=len(piece.rows) - len(good))


async def write(piece: Piece) -> Mapping[str, int]:
    """Register what is new, and let the school work with what was known."""
    good, _ = await piece.read(piece.reader.employer)
    employers = ListedEmployerStore(piece.work.session)
    await employers.all_one_at_a_time({key for row in good for key in _keys(row)})
    findings = await _recognised(piece, good)
    doubts = await piece.store.doubts_of(piece.imported.id, [row.row for row in good])
    said = {
        row.row: _meant(found, doubts.get(row.row))
        for row, found in zip(good, findings, strict=True)
        if _goes_on(found, doubts.get(row.row))
    }
    now = await EmployerStore(piece.work.session).standing(
        {employer_id for employer_id in said.values() if employer_id}
    )
    meant = {row: now.get(employer_id, employer_id) if employer_id else None for row, employer_id in said.items()}
    new = {row.row: _registered(piece, row) for row in good if row.row in meant and meant[row.row] is None}
    known = await employers.lock_all({employer_id for employer_id in meant.values() if employer_id})
    changed = _joined(piece, [row for row in good if meant.get(row.row) in known], meant, known)
    await _keep(piece, await kept_out(piece.work, list(new.values())), changed)
    await _remember(piece, good, {row: employer.id for row, employer in new.items()} | _ids(meant, known))
    return {"registered": len(new), "recognised": len(meant) - len(new), "skipped": len(piece.rows) - len(meant)}


def _keys(row: EmployerRow) -> set[str]:
    """What two rows have in common that could be one employer, whoever imports them at the same time."""
    found = {row.facts.kvk_number, row.facts.address and row.facts.address.postcode}
    return {key for key in found if isinstance(key, str)}


def _ids(meant: Mapping[int, UUID | None], known: Collection[UUID]) -> dict[int, UUID]:
    return {row: employer_id for row, employer_id in meant.items() if employer_id is not None and employer_id in known}


async def _recognised(piece: Piece, rows: Sequence[EmployerRow]) -> list[Finding]:
    """What the register has of the rows; a row that is new is known to the rows below it."""
    numbers = {row.facts.kvk_number for row in rows if row.facts.kvk_number}
    postcodes = {row.facts.address.postcode for row in rows if row.facts.address}
    known = Known(await ListedEmployerStore(piece.work.session).candidates(numbers, postcodes, piece.viewer))
    before = await _numbered(piece, {row.external_id for row in rows if row.external_id})
    found = []
    for row in rows:
        if employer_id := before.get(row.external_id or ""):
            found.append(Finding(Verdict.KNOWN, employer_id, 100))
            continue
        found.append(known.recognise(row.facts))
        if found[-1].verdict is Verdict.NEW:
            known.add(Candidate(None, Traits.of(row.facts)))
    return found


async def _numbered(piece: Piece, numbers: Collection[str]) -> dict[str, UUID]:
    """The employers that have these numbers: the register's own, as in our exports, or those of the school's files."""
    if not numbers:
        return {}
    own = {number: UUID(number) for number in numbers if _OWN.fullmatch(number)}
    employers = EmployerStore(piece.work.session)
    standing = await employers.standing(set(own.values()))
    there = await employers.several(set(standing.values()))
    exported = {
        number: standing[known]
        for number, known in own.items()
        if known in standing and there[standing[known]].visible_to(piece.viewer)
    }
    school = piece.imported.school_id
    before = await piece.store.became(school, ImportKind.EMPLOYERS, numbers) if school else {}
    return before | exported


def _goes_on(found: Finding, doubt: Doubt | None) -> bool:
    """What people decided counts; what the dry run did not ask them is no doubt now, and is not left out for one."""
    if doubt is not None and doubt.decision is not None:
        return doubt.decision is not RowDecision.SKIP
    if doubt is not None:  # nobody decided
        return found.verdict is Verdict.KNOWN
    return found.verdict is not Verdict.DOUBLE


def _meant(found: Finding, doubt: Doubt | None) -> UUID | None:
    """The employer of the register that a row means; None: it is a new one."""
    if doubt is not None and doubt.decision is not None:
        return doubt.employer_id if doubt.decision is RowDecision.SAME else None
    return found.employer_id if found.verdict is Verdict.KNOWN else None


def _registered(piece: Piece, row: EmployerRow) -> Employer:
    """As by hand; from a list of others it is a suggestion until a school checks it."""
    school, listed = piece.imported.school_id, piece.imported.source is not None
    return Employer(
        new_id(),
        row.facts,
        row.situation,
        brought_in_by=None if listed else school,
        private_to=school if row.private and not listed else None,
        suggested=listed,
        verified_on=None if listed else today(),
    )


def _joined(
    piece: Piece, rows: Sequence[EmployerRow], meant: Mapping[int, UUID | None], known: Mapping[UUID, Employer]
) -> list[Employer]:
    """The known employers with which the school works from now on, as far as that changes anything."""
    after = dict(known)
    for row in rows:
        if (employer_id := meant[row.row]) is not None:
            after[employer_id] = _with_school(after[employer_id], row, piece.imported.school_id)
    return [employer for employer_id, employer in after.items() if employer != known[employer_id]]


def _with_school(employer: Employer, row: EmployerRow, school_id: UUID | None) -> Employer:
    cooperations = employer.facts.cooperations
    if not row.facts.cooperations or school_id is None or len(cooperations) >= MOST_COOPERATIONS:
        return employer
    checked = replace(employer, suggested=False, verified_on=today()) if employer.suggested else employer
    if employer.brought_in_by == school_id or any(known.school_id == school_id for known in cooperations):
        return checked
    facts = employer.facts.model_copy(update={"cooperations": (*cooperations, *row.facts.cooperations)})
    return replace(checked, facts=facts)


async def _keep(piece: Piece, new: Sequence[Employer], changed: Sequence[Employer]) -> None:
    """Save and tell."""
    employers = ListedEmployerStore(piece.work.session)
    await employers.add_all(new)
    for employer in new:
        piece.work.announce_new(employer.registered())
    await employers.save_all(changed)
    await piece.work.announce_all([employer.registered() for employer in changed])


async def _remember(piece: Piece, rows: Sequence[EmployerRow], became: Mapping[int, UUID]) -> None:
    if school := piece.imported.school_id:
        keys = {row.external_id: became[row.row] for row in rows if row.external_id and row.row in became}
        await piece.store.remember(school, ImportKind.EMPLOYERS, keys)
