"""The tables of what is told: stories, and who gets the newsletter."""

from sqlalchemy import Column, Date, DateTime, ForeignKey, Index, Table, Text, func
from sqlalchemy.dialects.postgresql import JSONB, UUID

from services.intake.store.tables import metadata

stories = Table(
    "stories",
    metadata,
    Column("id", UUID(as_uuid=True), primary_key=True),
    Column("school_id", UUID(as_uuid=True), ForeignKey("schools.id"), nullable=False),
    Column("student_id", UUID(as_uuid=True), nullable=False),
    Column("employer_id", UUID(as_uuid=True), ForeignKey("employers.id")),
    Column("region", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("approved_date", Date),
    Column("facts", JSONB, nullable=False),
    Column("recorded_at", DateTime(timezone=True), nullable=False, server_default=func.clock_timestamp()),
    Index("stories_school", "school_id", "id"),
    Index("stories_region", "region", "id"),
    Index("stories_student", "student_id"),
)
"""One that tells of no student names itself in the student's place; with a student, it is erased as a whole."""

newsletter_readers = Table(
    "newsletter_readers",
    metadata,
    Column("id", UUID(as_uuid=True), primary_key=True),
    Column("employer_id", UUID(as_uuid=True), ForeignKey("employers.id"), nullable=False),
    Column("region", Text, nullable=False),
    Column("email", Text),
    Column("state", Text, nullable=False),
    Column("confirm_key", Text, nullable=False, unique=True),
    Column("leave_key", Text, nullable=False, unique=True),
    Column("asked_at", DateTime(timezone=True), nullable=False, server_default=func.clock_timestamp()),
    Index("newsletter_readers_once", "employer_id", "email", unique=True),
)
"""The address in lower case; null once its person was erased (`store/erased_contacts.py`)."""
