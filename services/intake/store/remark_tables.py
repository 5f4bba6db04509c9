"""The tables of what schools tell each other of employers: remarks with replies, questions with answers."""

from sqlalchemy import BigInteger, Column, DateTime, ForeignKey, Index, Table, Text, func, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, UUID

from services.intake.store.tables import metadata


def _recorded() -> Column[object]:
    return Column("recorded_at", DateTime(timezone=True), nullable=False, server_default=func.clock_timestamp())


remarks = Table(
    "remarks",
    metadata,
    Column("id", UUID(as_uuid=True), primary_key=True),
    Column("employer_id", UUID(as_uuid=True), ForeignKey("employers.id"), nullable=False),
    Column("school_id", UUID(as_uuid=True), ForeignKey("schools.id"), nullable=False),
    Column("author", Text, nullable=False),
    Column("coach", Text),
    Column("audience", Text, nullable=False),
    Column("said", JSONB, nullable=False),
    Column("hidden_reason", Text),
    _recorded(),
    Index("remarks_employer", "employer_id", "id"),
)

remark_replies = Table(
    "remark_replies",
    metadata,
    Column("id", UUID(as_uuid=True), primary_key=True),
    Column("remark_id", UUID(as_uuid=True), ForeignKey("remarks.id", ondelete="CASCADE"), nullable=False),
    Column("school_id", UUID(as_uuid=True), ForeignKey("schools.id"), nullable=False),
    Column("author", Text, nullable=False),
    Column("coach", Text),
    Column("said", JSONB, nullable=False),
    _recorded(),
    Index("remark_replies_remark", "remark_id", "id"),
)

questions = Table(
    "questions",
    metadata,
    Column("id", UUID(as_uuid=True), primary_key=True),
    Column("version", BigInteger, nullable=False, server_default=text("0")),
    Column("employer_id", UUID(as_uuid=True), ForeignKey("employers.id"), nullable=False),
    Column("school_id", UUID(as_uuid=True), ForeignKey("schools.id"), nullable=False),
    Column("author", Text, nullable=False),
    Column("coach", Text),
    Column("question", Text, nullable=False),
    Column("asked_of", ARRAY(UUID(as_uuid=True)), nullable=False),
    _recorded(),
    Index("questions_school", "school_id", "id"),
    Index("questions_asked_of", "asked_of", postgresql_using="gin"),
    info={"subject": "question"},
)

answers = Table(
    "answers",
    metadata,
    Column("id", UUID(as_uuid=True), primary_key=True),
    Column("question_id", UUID(as_uuid=True), ForeignKey("questions.id", ondelete="CASCADE"), nullable=False),
    Column("school_id", UUID(as_uuid=True), ForeignKey("schools.id"), nullable=False),
    Column("author", Text, nullable=False),
    Column("coach", Text),
    Column("answer", Text, nullable=False),
    Column("remark_id", UUID(as_uuid=True), ForeignKey("remarks.id", ondelete="SET NULL")),
    _recorded(),
    Index("answers_question", "question_id", "id"),
)
