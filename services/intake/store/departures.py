"""What a school that leaves had, in the database."""

from typing import Any
from uuid import UUID

from sqlalchemy import Table, delete, or_, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from services.intake.domain.student import StudentState
from services.intake.store.accreditation_tables import accreditations
from services.intake.store.acting import Capacity, acting_as
from services.intake.store.agreement_tables import agreements, supervisions
from services.intake.store.claim_tables import claim_joins, claims
from services.intake.store.closure_tables import closure_decisions
from services.intake.store.employers import works_with
from services.intake.store.erasure_tables import erasures
from services.intake.store.ground_tables import grounds, special_facts
from services.intake.store.guidance_tables import bottlenecks, evaluations, visit_rhythms, visits
from services.intake.store.import_tables import import_keys, import_mappings, imports
from services.intake.store.initiative_tables import initiatives, meeting_invitees, meeting_tasks, meetings
from services.intake.store.leaver_tables import follow_ups, handover_fetches, handovers
from services.intake.store.link_tables import link_answers, links
from services.intake.store.people_tables import delegations, student_coaches
from services.intake.store.programme_tables import attendances, enrolments, programmes
from services.intake.store.remark_tables import answers, questions, remark_replies, remarks
from services.intake.store.reminders import relation_reminders
from services.intake.store.request_tables import requests, student_requests
from services.intake.store.story_tables import stories
from services.intake.store.support_tables import adaptation_questions, support
from services.intake.store.tables import contact_notes, contacts, employers, offers, placements, students
from services.intake.store.visit_bookings import visit_bookings

OWNED: tuple[tuple[Table, str], ...] = (
    (students, "school_id"),
    (placements, "school_id"),
    (agreements, "school_id"),
    (supervisions, "school_id"),
    (contacts, "school_id"),
    (contact_notes, "school_id"),
    (closure_decisions, "school_id"),
    (offers, "brought_in_by"),
    (accreditations, "school_id"),
    (claims, "school_id"),
    (remarks, "school_id"),
    (remark_replies, "school_id"),
    (questions, "school_id"),
    (answers, "school_id"),
    (requests, "school_id"),
    (student_requests, "school_id"),
    (imports, "school_id"),
    (student_coaches, "school_id"),
    (delegations, "school_id"),
    (grounds, "school_id"),
    (special_facts, "school_id"),
    (erasures, "school_id"),
    (programmes, "school_id"),
    (stories, "school_id"),
    (visit_bookings, "school_id"),
    (enrolments, "school_id"),
    (attendances, "school_id"),
    (claim_joins, "school_id"),
    (relation_reminders, "school_id"),
    (import_keys, "school_id"),
    (import_mappings, "school_id"),
    (links, "school_id"),
    (link_answers, "school_id"),
    *((table, "school_id") for table in (visit_rhythms, visits, bottlenecks, evaluations)),
    *((table, "school_id") for table in (handovers, handover_fetches, follow_ups, support, adaptation_questions)),
    (initiatives, "school_id"),
    (meetings, "school_id"),
    (meeting_invitees, "school_id"),
    (meeting_tasks, "school_id"),
)
"""Rows that go to the successor as they are; employers tell of themselves, and are handed over one by one."""

ONE_EACH: tuple[tuple[Table, tuple[str, ...]], ...] = (
    (claim_joins, ("claim_id",)),
    (relation_reminders, ("employer_id",)),
    (import_keys, ("kind", "key")),
    (import_mappings, ("kind",)),
)
"""Of these a school has one by these columns: where the successor has its own, that one stays."""

_NAMED_WITHIN = (
    text("""
        update questionnaire_responses set school_id = cast(:to as uuid)
        where school_id = cast(:school as uuid) and employer_id is not null
    """),
    text("""
        update offers set reservations = (
            select jsonb_agg(case when one ->> 'school_id' = cast(:school as text)
                then one || jsonb_build_object('school_id', cast(:to as text)) else one end order by at)
            from jsonb_array_elements(reservations) with ordinality as each (one, at))
        where reservations @> jsonb_build_array(jsonb_build_object('school_id', cast(:school as text)))
    """),
    text("""
        update questions set asked_of = case when cast(:to as uuid) = any (asked_of)
            then array_remove(asked_of, cast(:school as uuid))
            else array_replace(asked_of, cast(:school as uuid), cast(:to as uuid)) end
        where asked_of @> array[cast(:school as uuid)]
    """),
    text("""
        update programmes set
            school_ids = case when cast(:to as uuid) = any (school_ids)
                then array_remove(school_ids, cast(:school as uuid))
                else array_replace(school_ids, cast(:school as uuid), cast(:to as uuid)) end,
            partners = coalesce((
                select jsonb_agg(case when one ->> 'school_id' = cast(:school as text)
                    then one || jsonb_build_object('school_id', cast(:to as text)) else one end order by at)
                from jsonb_array_elements(partners) with ordinality as each (one, at)
                where one ->> 'school_id' <> cast(:school as text)
                   or not (cast(:to as uuid) = any (school_ids))), '[]')
        where school_ids @> array[cast(:school as uuid)]
    """),
)
"""Where a school stands among others in one column, or recorded what an employer thinks."""


class DepartureStore:
    """Finds and hands over what a school had."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def hand_over(self, school: UUID, to: UUID) -> None:
        """Make another school's what was one school's."""
        async with acting_as(self._session, Capacity.RETENTION):  # the register sees no facts of special care
            for table, columns in ONE_EACH:
                await self._give_way(table, columns, school, to)
            for table, column in OWNED:
                values: dict[str, Any] = {column: to}
                await self._session.execute(update(table).where(table.c[column] == school).values(values))
            for statement in _NAMED_WITHIN:
                await self._session.execute(statement, {"school": str(school), "to": str(to)})

    async def employers_of(self, school: UUID) -> list[UUID]:
        """Employers that a school brought in, keeps to itself or works with, locked."""
        table = employers.c
        theirs = or_(table.brought_in_by == school, table.private_to == school, works_with(school))
        query = select(table.id).where(theirs, table.merged_into.is_(None))
        return list((await self._session.execute(query.order_by(table.id).with_for_update())).scalars())

    async def offers_of(self, school: UUID) -> list[UUID]:
        """The employers of offers that a school brought in, or has seats reserved at."""
        reserved = offers.c.reservations.contains([{"school_id": str(school)}])
        query = select(offers.c.employer_id).where(or_(offers.c.brought_in_by == school, reserved)).distinct()
        return list((await self._session.execute(query)).scalars())

    async def searching(self, school: UUID) -> list[UUID]:
        """The students of a school who look for a place."""
        query = select(students.c.id).where(students.c.school_id == school, students.c.state == StudentState.SEARCHING)
        return list((await self._session.execute(query.order_by(students.c.id))).scalars())

    async def _give_way(self, table: Table, columns: tuple[str, ...], school: UUID, to: UUID) -> None:
        theirs = table.alias()
        same = (theirs.c[column] == table.c[column] for column in columns)
        kept = select(theirs.c.school_id).where(theirs.c.school_id == to, *same).exists()
        await self._session.execute(delete(table).where(table.c.school_id == school, kept))
