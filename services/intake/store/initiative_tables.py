"""The tables of initiatives and meetings."""

from sqlalchemy import BigInteger, Boolean, Column, Date, DateTime, ForeignKey, Index, Table, Text, func, text
from sqlalchemy.dialects.postgresql import JSONB, UUID

from services.intake.store.tables import metadata

initiatives = Table(
    "initiatives",
    metadata,
    Column("id", UUID(as_uuid=True), primary_key=True),
    Column("version", BigInteger, nullable=False, server_default=text("0")),
    Column("region", Text, nullable=False),
    Column("school_id", UUID(as_uuid=True), ForeignKey("schools.id")),
    Column("author", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("facts", JSONB, nullable=False),
    Column("ending", JSONB(none_as_null=True)),
    Column("recorded_at", DateTime(timezone=True), nullable=False, server_default=func.clock_timestamp()),
    Index("initiatives_region", "region", "id"),
    info={"subject": "initiative"},
)

initiative_employers = Table(
    "initiative_employers",
    metadata,
    Column("initiative_id", UUID(as_uuid=True), ForeignKey("initiatives.id"), primary_key=True),
    Column("employer_id", UUID(as_uuid=True), ForeignKey("employers.id"), primary_key=True),
    Column("since_date", Date, nullable=False),
    Index("initiative_employers_employer", "employer_id"),
)

meetings = Table(
    "meetings",
    metadata,
    Column("id", UUID(as_uuid=True), primary_key=True),
    Column("region", Text, nullable=False),
    Column("school_id", UUID(as_uuid=True), ForeignKey("schools.id")),
    Column("initiative_id", UUID(as_uuid=True), ForeignKey("initiatives.id")),
    Column("author", Text, nullable=False),
    Column("on_date", Date, nullable=False),
    Column("facts", JSONB, nullable=False),
    Column("recorded_at", DateTime(timezone=True), nullable=False, server_default=func.clock_timestamp()),
    Index("meetings_region", "region", "id"),
)

meeting_invitees = Table(
    "meeting_invitees",
    metadata,
    Column("id", UUID(as_uuid=True), primary_key=True),
    Column("meeting_id", UUID(as_uuid=True), ForeignKey("meetings.id"), nullable=False),
    Column("school_id", UUID(as_uuid=True), ForeignKey("schools.id")),
    Column("employer_id", UUID(as_uuid=True), ForeignKey("employers.id")),
    Column("invite", JSONB, nullable=False),
    Column("state", Text, nullable=False),
    Column("attended", Boolean),
    Index("meeting_invitees_meeting", "meeting_id", "id"),
    Index("meeting_invitees_school", "school_id"),
    Index("meeting_invitees_employer", "employer_id"),
)

meeting_tasks = Table(
    "meeting_tasks",
    metadata,
    Column("id", UUID(as_uuid=True), primary_key=True),
    Column("meeting_id", UUID(as_uuid=True), ForeignKey("meetings.id"), nullable=False),
    Column("school_id", UUID(as_uuid=True), ForeignKey("schools.id"), nullable=False),
    Column("employer_id", UUID(as_uuid=True), ForeignKey("employers.id")),
    Column("region", Text, nullable=False),
    Column("author", Text, nullable=False),
    Column("due_date", Date, nullable=False),
    Column("done_date", Date),
    Column("action", Text, nullable=False),
    Column("recorded_at", DateTime(timezone=True), nullable=False, server_default=func.clock_timestamp()),
    Index("meeting_tasks_school", "school_id", "due_date"),
    Index("meeting_tasks_employer", "employer_id"),
)
