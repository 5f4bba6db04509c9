"""What is over, in the database: each statement takes a bounded number of rows, in the capacity of retention."""

from datetime import date
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

AT_ONCE = 500
"""Rows in one transaction: nobody waits long for their locks."""

_STATEMENTS = {
    "contact-note": text("""
        delete from contact_notes where contact_id in (
            select contact_id from contact_notes join contacts on contacts.id = contact_id
            where contact_date <= :last limit :limit)
    """),
    "access-log": text("select forget_accesses(:last, :limit)"),
    "refused-placement": text("""
        update placements set student_id = id, municipality = null where id in (
            select id from placements where state = 'refused' and student_id <> id
              and recorded_at < cast(:last as date) + 1 limit :limit)
    """),
    "ground": text("""
        delete from grounds where id in (
            select id from grounds where least(end_date, coalesce(withdrawn_date, end_date)) <= :last limit :limit)
    """),
    "link": text("""
        delete from links where id in (
            select id from links where expires_at < cast(:last as date) + 1 limit :limit)
    """),
    "link-address": text("""
        update links set email = null, letter_until = null where id in (
            select id from links where letter_until < cast(:last as date) + 1 limit :limit)
    """),
    "questionnaire-response": text("""
        delete from questionnaire_responses where id in (
            select id from questionnaire_responses where recorded_at < cast(:last as date) + 1 order by id limit :limit)
    """),
    "intermediary-request": text("""
        delete from requests where id in (
            select id from requests where recorded_at < cast(:last as date) + 1 order by id limit :limit)
    """),
    "student-request": text("""
        delete from student_requests where id in (
            select id from student_requests where recorded_at < cast(:last as date) + 1 order by id limit :limit)
    """),
    "newsletter-request": text("""
        delete from newsletter_readers where id in (
            select id from newsletter_readers where (state = 'asked' or email is null)
              and asked_at < cast(:last as date) + 1 order by id limit :limit)
    """),
    "special-fact": text("""
        delete from special_facts where id in (
            select id from special_facts where expires_date <= :last limit :limit)
    """),
}

_STUDENTS = {
    "former-student": text("""
        select id, school_id from students where left_date <= :last
          and state not in ('searching', 'placed') order by id limit 1 for update skip locked
    """),
    "forgotten-student": text("""
        select id, school_id from students where facts ->> 'birth_date' <= cast(cast(:last as date) as text)
        order by id limit 1 for update skip locked
    """),
}


class RetentionStore:
    """Finds and forgets what is over."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def forget(self, kind: str, last: date) -> int:
        """Forget what was counted from `last` or earlier; how many rows, at most `AT_ONCE`."""
        done = await self._session.execute(_STATEMENTS[kind], {"last": last, "limit": AT_ONCE})
        return int(getattr(done, "rowcount", 0))

    async def student(self, kind: str, last: date) -> tuple[UUID, UUID] | None:
        """A student whose time is over, locked, with the school."""
        row = (await self._session.execute(_STUDENTS[kind], {"last": last})).one_or_none()
        return None if row is None else (row.id, row.school_id)


KINDS, STUDENT_KINDS = tuple(_STATEMENTS), tuple(_STUDENTS)
