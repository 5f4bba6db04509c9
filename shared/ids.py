"""Ids that sort by the moment of their making."""

from uuid import UUID

import uuid_utils


def new_id() -> UUID:
    """A fresh UUIDv7 (RFC 9562): unguessable, and in the order of its making."""
    return UUID(bytes=uuid_utils.uuid7().bytes)


def first_id_of(milliseconds: int) -> UUID:
    """The smallest UUIDv7 of a moment (milliseconds since 1970): bounds of partitions that are cut by time."""
    return UUID(int=(milliseconds << 80) | (7 << 76) | (2 << 62))
