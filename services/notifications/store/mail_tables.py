"""The tables of mail: who wants it, what waits, what is settled, and which placements end when."""

from sqlalchemy import (
    Boolean,
    Column,
    Date,
    FetchedValue,
    ForeignKey,
    Integer,
    LargeBinary,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from services.notifications.store.tables import MOMENT, metadata

recipients = Table(
    "recipients",
    metadata,
    Column("subject", Text, primary_key=True),
    Column("email", Text, nullable=False),
    Column("schools", ARRAY(Text), nullable=False),
    Column("mail", Text, nullable=False),
    Column("id", Uuid, nullable=False, unique=True, server_default=FetchedValue()),
    Column("opt_out_key", LargeBinary, nullable=False, server_default=FetchedValue()),
    Column("categories", JSONB, nullable=False),
    Column("quiet", JSONB(none_as_null=True)),
    Column("bounced_at", MOMENT),
    Column("bounce", Text),
    Column("wished_at", MOMENT, nullable=False, server_default=FetchedValue()),
)

mails = Table(
    "mails",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("recipient", Text, ForeignKey("recipients.subject", ondelete="CASCADE")),
    Column("dataref", Text),
    Column("address", Text),
    Column("event_key", Text, nullable=False),
    Column("template", Text, nullable=False),
    Column("path", Text, nullable=False),
    Column("facts", JSONB, nullable=False),
    Column("state", Text, nullable=False),
    Column("tries", Integer, nullable=False, server_default="0"),
    Column("next_at", MOMENT),
    Column("error", Text),
    Column("created_at", MOMENT, nullable=False),
    Column("category", Text),
    Column("rhythm", Text, nullable=False, server_default="at-once"),
    Column("matters", ARRAY(Text), nullable=False, server_default="{}"),
    Column("due_at", MOMENT),
    Column("lapses", Boolean, nullable=False, server_default="false"),
    Column("digest", Uuid, ForeignKey("mails.id", ondelete="CASCADE")),
    UniqueConstraint("recipient", "event_key", "template"),
)

settled_matters = Table(
    "settled_matters",
    metadata,
    Column("matter", Text, nullable=False),
    Column("settled_at", MOMENT, nullable=False),
)

running_placements = Table(
    "running_placements",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("student_id", Uuid, nullable=False),
    Column("school_id", Uuid, nullable=False),
    Column("begin_date", Date, nullable=False),
    Column("end_date", Date),
    Column("reminded_of", Date),
)
