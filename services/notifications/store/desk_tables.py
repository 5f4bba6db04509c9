"""The tables of desks; `migrations/` makes them."""

from sqlalchemy import Column, DateTime, ForeignKey, Integer, LargeBinary, Table, Text, UniqueConstraint, Uuid

from services.notifications.store.tables import metadata

MOMENT = DateTime(timezone=True)

desks = Table(
    "desks",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("region", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("email", Text, nullable=False),
    Column("bounced_at", MOMENT),
    UniqueConstraint("region", "kind", "email"),
)

desk_letters = Table(
    "desk_letters",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("call_id", Uuid, ForeignKey("calls.id", ondelete="CASCADE"), nullable=False),
    Column("desk_id", Uuid, ForeignKey("desks.id", ondelete="CASCADE"), nullable=False),
    Column("round", Integer, nullable=False),
    Column("reminder", Integer, nullable=False),
    Column("state", Text, nullable=False),
    Column("tries", Integer, nullable=False, server_default="0"),
    Column("next_at", MOMENT),
    Column("error", Text),
    Column("created_at", MOMENT, nullable=False),
    UniqueConstraint("call_id", "desk_id", "round", "reminder"),
)

desk_links = Table(
    "desk_links",
    metadata,
    Column("digest", LargeBinary, primary_key=True),
    Column("letter_id", Uuid, ForeignKey("desk_letters.id", ondelete="CASCADE"), nullable=False),
    Column("purpose", Text, nullable=False),
    Column("used_at", MOMENT),
)
