"""Rows that are running placements: a student of the school at an employer of the register, as people arranged it.

A seat that the school recorded there already is taken; else the placement brings an offer with one seat of its own.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from services.intake import placing
from services.intake.domain.employer import Employer
from services.intake.domain.fields import WORKING_WEEK
from services.intake.domain.likeness import normalised_name
from services.intake.domain.offer import Offer, PlaceFacts
from services.intake.domain.placement import Stay
from services.intake.domain.seating import Situation, obstacle
from services.intake.domain.student import Student
from services.intake.importing.columns import ImportKind
from services.intake.importing.problems import RowProblem, Why
from services.intake.importing.reading import PlacementRow
from services.intake.offering import told_as_new
from services.intake.renewing import watch_validity
from services.intake.store import (
    ClosureStore,
    EmployerStore,
    ListedEmployerStore,
    OfferStore,
    PlacementStore,
    StudentStore,
)
from services.intake.store.students import Action
from services.intake.taking_in.piece import Piece
from shared.events.codes import PlacementKind
from shared.ids import new_id


async def check(piece: Piece) -> Mapping[str, int]:
    """What would come of the rows; problems are kept."""
    return await _take(piece, write=False)


async def write(piece: Piece) -> Mapping[str, int]:
    """Place the students."""
    counts = await _take(piece, write=True)
    return {"registered": counts["new"], "recognised": counts["known"], "skipped": counts["bad"]}


@dataclass(frozen=True)
class _Place:
    """Who would be where, when."""

    student: Student
    employer: Employer
    facts: PlaceFacts
    stay: Stay


@dataclass(frozen=True)
class _Named:
    """Whom and what the rows of a piece name, by row, and those students and offers as they stand."""

    student_of: Mapping[int, UUID | None]
    employer_of: Mapping[int, UUID | None]
    students: Mapping[UUID, Student]
    offers: Mapping[UUID, list[Offer]]


async def _take(piece: Piece, *, write: bool) -> Counter[str]:
    good, problems = await piece.read(piece.reader.placement)
    counts = Counter(bad=len(piece.rows) - len(good))
    named = await _named(piece, good, write=write)
    for row in good:
        found = await _of_row(piece, row, named)
        if isinstance(found, RowProblem):
            problems.append(found)
        elif await _is_there(piece, found):
            counts["known"] += 1
            continue
        elif (why := await _placed(piece, found, named.offers[found.employer.id], write=write)) is not None:
            problems.append(RowProblem(row.row, "begin_date", why))
        else:
            counts["new"] += 1
            continue
        counts["bad"] += 1
    if not write:
        await piece.store.add_problems(piece.imported.id, sorted(problems, key=lambda problem: problem.row))
    return counts


async def _named(piece: Piece, rows: Sequence[PlacementRow], *, write: bool) -> _Named:
    """Locked when it is written: all offers before all students, as everybody does who gives out a seat."""
    student_of = {row.row: await _student(piece, row) for row in rows}
    employer_of = {row.row: await _employer(piece, row) for row in rows}
    employers = {employer_id for employer_id in employer_of.values() if employer_id}
    offers = await OfferStore(piece.work.session).all_open_at(employers, lock=write)
    ids = {student_id for student_id in student_of.values() if student_id}
    store = StudentStore(piece.work.session)
    if write:
        await store.lock_all(ids)
    action = Action.CHANGED if write else Action.READ
    return _Named(student_of, employer_of, await store.several(ids, piece.viewer, action), offers)


async def _of_row(piece: Piece, row: PlacementRow, named: _Named) -> _Place | RowProblem:
    student_id, employer_id = named.student_of[row.row], named.employer_of[row.row]
    if student_id is None or (student := named.students.get(student_id)) is None:
        return RowProblem(row.row, "external_id" if row.external_id else "family_name", Why.NO_STUDENT)
    if employer_id is None:
        return RowProblem(row.row, "name", Why.NO_EMPLOYER)
    employer = await EmployerStore(piece.work.session).get(employer_id, piece.viewer)
    sector = row.sector or next(iter(employer.facts.sectors), None)
    if sector is None:
        return RowProblem(row.row, "sector", Why.NO_SECTOR)
    days = row.weekdays or student.facts.weekdays or WORKING_WEEK
    facts = PlaceFacts(
        kind=PlacementKind(row.kind), sector=sector, begin_date=row.begin_date, end_date=row.end_date, weekdays=days
    )
    return _Place(student, employer, facts, Stay(begin_date=row.begin_date, end_date=row.end_date, weekdays=days))


async def _student(piece: Piece, row: PlacementRow) -> UUID | None:
    school_id = piece.imported.school_id
    assert school_id is not None, "placements are imported for a school"
    if row.external_id:
        known = await piece.store.became(school_id, ImportKind.STUDENTS, [row.external_id])
        return known.get(row.external_id)
    named = await StudentStore(piece.work.session).named(school_id, [row.name])
    if row.birth_date is not None:
        return named.get((row.name.casefold(), row.birth_date.isoformat()))
    return next(iter(named.values())) if len(named) == 1 else None


async def _employer(piece: Piece, row: PlacementRow) -> UUID | None:
    """By number, postcode and name, as far as they are given; without them among those that the school works with."""
    employers = ListedEmployerStore(piece.work.session)
    if row.kvk_number or row.postcode:
        given = [row.kvk_number] if row.kvk_number else [], [row.postcode] if row.postcode else []
        near = await employers.candidates(*given, piece.viewer)
        if row.postcode and row.kvk_number:
            both = row.kvk_number, row.postcode
            near = [one for one in near if (one.traits.kvk_number, one.traits.postcode) == both] or near
        if len(near) == 1 and (row.kvk_number is not None and near[0].traits.kvk_number == row.kvk_number):
            return near[0].id
    else:
        assert piece.imported.school_id is not None
        near = await employers.of_school(piece.imported.school_id)
    meant = normalised_name(row.employer)
    found = [one for one in near if normalised_name(one.traits.name) == meant]
    return found[0].id if len(found) == 1 else None


async def _is_there(piece: Piece, place: _Place) -> bool:
    others = await PlacementStore(piece.work.session).of_student(place.student.id)
    return any(
        other.employer_id == place.employer.id and other.stay.begin_date == place.stay.begin_date for other in others
    )


async def _placed(piece: Piece, place: _Place, open_there: list[Offer], *, write: bool) -> Why | None:
    """Place the student at a seat that is there, else at one of its own; why not, when that cannot be."""
    work = piece.work
    for offer in open_there:
        if not _could_be(offer, place):
            continue
        there = await placing.situation_of(work, offer, place.student)
        if obstacle(place.stay, there, searching=False) is None:
            await _start(piece, place, there, write=write)
            return None
    offer = Offer(new_id(), place.employer.id, place.facts, brought_in_by=piece.imported.school_id)
    there = await _alone(piece, place, offer)
    if obstacle(place.stay, there, searching=False) is not None:
        return Why.NO_SEAT
    if write:
        await OfferStore(work.session).save(offer)
        await watch_validity(work, offer)
        await _start(piece, place, there, write=write)
        await work.announce(told_as_new(offer, place.employer))  # told of the placement first, nobody proposes its seat
        open_there.append(offer)
    return None


def _could_be(offer: Offer, place: _Place) -> bool:
    """Whether a placement is one at this offer: the school's own, of the same kind and work."""
    told = (offer.brought_in_by, offer.facts.kind, offer.facts.sector)
    return told == (place.student.school_id, place.facts.kind, place.facts.sector)


async def _alone(piece: Piece, place: _Place, offer: Offer) -> Situation:
    """What decides about the only seat of an offer that is not there yet; the law refuses nothing that runs already."""
    region = place.employer.situation.region
    closures = await ClosureStore(piece.work.session).standing_in([region])
    elsewhere = await PlacementStore(piece.work.session).of_student(place.student.id)
    closed = tuple(closure for closure in closures if closure.concerns(region, offer.facts.sector))
    return Situation(offer, place.employer, place.student, (), elsewhere, closed)


async def _start(piece: Piece, place: _Place, there: Situation, *, write: bool) -> None:
    if write and there.offer:
        placement = placing.placement_of(place.student, there.offer, place.stay)
        await placing.start(piece.work, placement, place.student, there)
