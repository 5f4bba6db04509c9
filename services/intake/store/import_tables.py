"""The tables of imports: the file's rows for as long as they are needed, what is wrong with them, what was decided."""

from sqlalchemy import BigInteger, Column, Date, DateTime, ForeignKey, Index, Integer, Table, Text, func, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, UUID

from services.intake.store.tables import metadata


def _import_id() -> Column[object]:
    imported = ForeignKey("imports.id", ondelete="CASCADE")
    return Column("import_id", UUID(as_uuid=True), imported, primary_key=True)


def _moment(name: str) -> Column[object]:
    return Column(name, DateTime(timezone=True), nullable=False, server_default=func.clock_timestamp())


imports = Table(
    "imports",
    metadata,
    Column("id", UUID(as_uuid=True), primary_key=True),
    Column("kind", Text, nullable=False),
    Column("school_id", UUID(as_uuid=True), ForeignKey("schools.id")),
    Column("created_by", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("headings", ARRAY(Text), nullable=False),
    Column("mapping", JSONB, nullable=False),
    Column("rows", Integer, nullable=False),
    Column("file_hash", Text, nullable=False),
    Column("key", Text),
    Column("source", Text),
    Column("source_date", Date),
    Column("position", Integer, nullable=False),
    Column("handled", Integer, nullable=False),
    Column("found", JSONB, nullable=False),
    Column("done", JSONB, nullable=False),
    Column("on_problems", Text, nullable=False),
    Column("cancelled_because", Text),
    Column("attempts", Integer, nullable=False),
    _moment("recorded_at"),
    _moment("touched_at"),
    Index("imports_school", "school_id", "id"),
    Index("imports_key", "created_by", "key", unique=True),
    Index("imports_unfinished", "touched_at", postgresql_where=text("state in ('checking', 'running')")),
)

import_rows = Table(
    "import_rows",
    metadata,
    _import_id(),
    Column("row", Integer, primary_key=True),
    Column("cells", ARRAY(Text), nullable=False),
)
"""Gone as soon as the import is done or cancelled: they hold what stands in the file, names of students included."""

import_problems = Table(
    "import_problems",
    metadata,
    Column("id", BigInteger, primary_key=True, autoincrement=True),
    Column("import_id", UUID(as_uuid=True), ForeignKey("imports.id", ondelete="CASCADE"), nullable=False),
    Column("row", Integer, nullable=False),
    Column("field", Text, nullable=False),
    Column("why", Text, nullable=False),
    Index("import_problems_import", "import_id", "id"),
)
"""Never what stood in the cell."""

import_decisions = Table(
    "import_decisions",
    metadata,
    _import_id(),
    Column("row", Integer, primary_key=True),
    Column("employer_id", UUID(as_uuid=True), ForeignKey("employers.id", ondelete="CASCADE"), nullable=False),
    Column("likeness", Integer, nullable=False),
    Column("decision", Text),
    Column("decided_by", Text),
)

import_mappings = Table(
    "import_mappings",
    metadata,
    Column("school_id", UUID(as_uuid=True), ForeignKey("schools.id", ondelete="CASCADE"), primary_key=True),
    Column("kind", Text, primary_key=True),
    Column("headings", JSONB, nullable=False),
)
"""How a school's people read the headings of their own files: field by heading, as corrected by them."""

import_keys = Table(
    "import_keys",
    metadata,
    Column("school_id", UUID(as_uuid=True), ForeignKey("schools.id", ondelete="CASCADE"), primary_key=True),
    Column("kind", Text, primary_key=True),
    Column("key", Text, primary_key=True),
    Column("thing_id", UUID(as_uuid=True), nullable=False),
    Index("import_keys_thing", "thing_id"),
)
"""What a row of a school's file became, by a hash of its number: the same row again makes nothing more."""
