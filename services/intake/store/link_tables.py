"""The tables of links for those without an account, and of what their holders said."""

from sqlalchemy import BigInteger, Column, DateTime, ForeignKey, Index, Integer, LargeBinary, Table, Text, func, text
from sqlalchemy.dialects.postgresql import JSONB, UUID

from services.intake.store.tables import metadata

links = Table(
    "links",
    metadata,
    Column("id", UUID(as_uuid=True), primary_key=True),
    Column("version", BigInteger, nullable=False, server_default=text("0")),
    Column("school_id", UUID(as_uuid=True), ForeignKey("schools.id"), nullable=False),
    Column("purpose", Text, nullable=False),
    Column("recipient", Text, nullable=False),
    Column("offer_id", UUID(as_uuid=True), ForeignKey("offers.id")),
    Column("employer_id", UUID(as_uuid=True), ForeignKey("employers.id")),
    Column("placement_id", UUID(as_uuid=True), ForeignKey("placements.id")),
    Column("round_id", UUID(as_uuid=True), ForeignKey("questionnaire_rounds.id")),
    Column("about_student_id", UUID(as_uuid=True), ForeignKey("students.id", ondelete="CASCADE")),
    Column("author", Text, nullable=False),
    Column("token_hash", LargeBinary, unique=True),
    Column("email", Text),
    Column("invitation", Text),
    Column("asks", JSONB(none_as_null=True)),
    Column("expires_at", DateTime(timezone=True), nullable=False),
    Column("letter_until", DateTime(timezone=True)),
    Column("answer_count", Integer, nullable=False, server_default=text("0")),
    Column("revoked_at", DateTime(timezone=True)),
    Column("recorded_at", DateTime(timezone=True), nullable=False, server_default=func.clock_timestamp()),
    Index("links_school", "school_id", "id"),
    Index("links_student", "about_student_id", postgresql_where=text("about_student_id is not null")),
    Index("links_employer", "employer_id"),
    Index("links_expires", "expires_at"),
    Index("links_letter", "letter_until", postgresql_where=text("letter_until is not null")),
    Index(
        "links_invitation",
        "round_id",
        "employer_id",
        "invitation",
        unique=True,
        postgresql_where=text("invitation is not null"),
    ),
    info={"subject": "link"},
)
"""A student's links go with the student's row, wherever that is deleted: no erasure has to know of them."""

link_answers = Table(
    "link_answers",
    metadata,
    Column("id", UUID(as_uuid=True), primary_key=True),
    Column("link_id", UUID(as_uuid=True), ForeignKey("links.id", ondelete="CASCADE"), nullable=False),
    Column("school_id", UUID(as_uuid=True), ForeignKey("schools.id"), nullable=False),
    Column("code", Text, nullable=False),
    Column("said", JSONB, nullable=False),
    Column("answered_at", DateTime(timezone=True), nullable=False, server_default=func.clock_timestamp()),
    Index("link_answers_link", "link_id", "id"),
)
