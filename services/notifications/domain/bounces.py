"""What mail servers say of an address: in their answer, or later in a report (RFC 3464)."""

import email
import email.policy
import re
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import Message
from uuid import UUID

ENHANCED = re.compile(r"[245]\.\d{1,3}\.\d{1,3}\b")
"""An enhanced status code (RFC 3463) at the beginning of an answer."""

_OF_THE_ADDRESS = re.compile(r"5\.(1\.\d+|2\.[01])$|5\.0\.0$")
"""No such address, or one that is closed. A full mailbox (5.2.2) and a server that does not like us (5.7) pass."""

_MESSAGE_ID = re.compile(r"<([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})[.@]")


class NotAReport(ValueError):
    """No delivery report of RFC 3464."""


@dataclass(frozen=True)
class Bounce:
    """What a report says: whom mail does not reach any more."""

    mails: frozenset[UUID]
    """Ours that it is about, by their Message-ID: the address in a report anybody can write."""
    reason: str


def is_of_the_address(status: str) -> bool:
    """Whether a status says that mail to this address will never arrive."""
    return _OF_THE_ADDRESS.match(status) is not None


def read_report(content: bytes) -> Bounce | None:
    """What a delivery report says; None when nothing in it is for good. `NotAReport` when it is none."""
    message = email.message_from_bytes(content, policy=email.policy.compat32)
    parts = list(message.walk())
    recipients = [fields for part in parts for fields in _statuses(part)]
    if not recipients:
        raise NotAReport
    failed = [fields for fields in recipients if _is_for_good(fields)]
    if not failed:
        return None
    ours = frozenset(UUID(found) for part in parts for found in _ids(part))
    return Bounce(ours, f"report: {_field(failed[0], 'Status')}")


def _statuses(part: Message) -> Iterator[Message]:
    """The fields of each recipient; those of the message come first and name none."""
    if part.get_content_type() == "message/delivery-status" and isinstance(blocks := part.get_payload(), list):
        yield from (block for block in blocks if isinstance(block, Message) and block["Final-Recipient"])


def _is_for_good(fields: Message) -> bool:
    return _field(fields, "Action").lower() == "failed" and is_of_the_address(_field(fields, "Status"))


def _ids(part: Message) -> Iterator[str]:
    """The Message-ID of the mail that came back, whole or with its headers alone."""
    text = part.get_payload() if part.get_content_type() == "text/rfc822-headers" else None
    found = str(text) if text else str(part["Message-ID"] or "")
    yield from _MESSAGE_ID.findall(found)


def _field(fields: Message, name: str) -> str:
    return str(fields[name] or "").strip()
