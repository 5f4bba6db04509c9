"""The tables of programmes: sessions, who is enrolled or waits, and who was there."""

from sqlalchemy import BigInteger, Column, Date, DateTime, ForeignKey, Index, Integer, Table, Text, func, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, UUID

from services.intake.store.tables import metadata

programmes = Table(
    "programmes",
    metadata,
    Column("id", UUID(as_uuid=True), primary_key=True),
    Column("version", BigInteger, nullable=False, server_default=text("0")),
    Column("school_id", UUID(as_uuid=True), ForeignKey("schools.id")),
    Column("region", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("school_ids", ARRAY(UUID(as_uuid=True)), nullable=False),
    Column("partners", JSONB, nullable=False),
    Column("facts", JSONB, nullable=False),
    Column("recorded_at", DateTime(timezone=True), nullable=False, server_default=func.clock_timestamp()),
    Index("programmes_region", "region", "id"),
    Index("programmes_schools", "school_ids", postgresql_using="gin"),
    info={"subject": "programme"},
)
"""`school_ids`: who may know of one that a school runs; one of a region names no school."""

programme_sessions = Table(
    "programme_sessions",
    metadata,
    Column("id", UUID(as_uuid=True), primary_key=True),
    Column("programme_id", UUID(as_uuid=True), ForeignKey("programmes.id"), nullable=False),
    Column("on_date", Date, nullable=False),
    Column("cancelled_because", Text),
    Column("facts", JSONB, nullable=False),
    Index("programme_sessions_programme", "programme_id", "id"),
)

enrolments = Table(
    "enrolments",
    metadata,
    Column("id", UUID(as_uuid=True), primary_key=True),
    Column("programme_id", UUID(as_uuid=True), ForeignKey("programmes.id"), nullable=False),
    Column("student_id", UUID(as_uuid=True), ForeignKey("students.id"), nullable=False),
    Column("school_id", UUID(as_uuid=True), ForeignKey("schools.id"), nullable=False),
    Column("number", Integer, nullable=False),
    Column("state", Text, nullable=False),
    Column("begin_date", Date, nullable=False),
    Column("free_from", Date, nullable=False),
    Column("lesson_days", ARRAY(Text), nullable=False),
    Column("held_until", DateTime(timezone=True)),
    Column("recorded_at", DateTime(timezone=True), nullable=False, server_default=func.clock_timestamp()),
    Index("enrolments_order", "programme_id", "number", unique=True),
    Index("enrolments_student", "student_id"),
    Index("enrolments_school", "school_id", "id"),
    Index(
        "enrolments_once",
        "programme_id",
        "student_id",
        unique=True,
        postgresql_where=text("state in ('enrolled', 'waiting', 'offered')"),
    ),
)
"""The days of lessons stand here, too, so that who gives out a place needs to see no programme."""

attendances = Table(
    "attendances",
    metadata,
    Column("enrolment_id", UUID(as_uuid=True), ForeignKey("enrolments.id", ondelete="cascade"), primary_key=True),
    Column("session_id", UUID(as_uuid=True), ForeignKey("programme_sessions.id"), primary_key=True),
    Column("student_id", UUID(as_uuid=True), ForeignKey("students.id"), nullable=False),
    Column("school_id", UUID(as_uuid=True), ForeignKey("schools.id"), nullable=False),
    Column("presence", Text, nullable=False),
    Index("attendances_student", "student_id"),
    Index("attendances_session", "session_id"),
)
