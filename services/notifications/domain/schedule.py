"""When to try again: pauses kept in the database, and what a receiver's answer means for the next try."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from enum import StrEnum

PAUSES = (0, 25, 100, 400, 1_600, 6_400, 25_600, 52_000)
"""Seconds before each try of a webhook (STANDARDS §3): a day altogether, so who is away for a night misses nothing."""

MAIL_PAUSES = (0, 60, 300, 1_800, 7_200, 28_800)
"""Seconds before each try of a mail: RFC 5321 §4.5.4.1 asks for 30 minutes between tries; greylisting ends sooner."""

HANDSHAKE_PAUSES = (0, 10, 60, 600)
"""Seconds before each try to prove a new address: somebody is usually looking at the screen."""

LONGEST_WAIT = timedelta(seconds=PAUSES[-1])
"""A `Retry-After` beyond it counts as this long: what a receiver answers does not keep a row for ever."""

UNAUTHORIZED = 401
GONE = 410
UNSUPPORTED = 415
LET_US_WAIT = frozenset({429, 503})


class Verdict(StrEnum):
    """What became of one try."""

    DELIVERED = "delivered"
    RETRY = "retry"
    FAILED = "failed"
    RETIRED = "retired"


@dataclass(frozen=True)
class Answer:
    """What came back: an HTTP status, or none and the code of what went wrong on the way."""

    status: int | None = None
    body: str = ""
    error: str | None = None
    retry_after: timedelta | None = None

    @property
    def code(self) -> str:
        """What happened as one word for logs and events: `http-503`, `timeout`, `address-not-allowed`."""
        return self.error or f"http-{self.status}"


def judge(answer: Answer) -> Verdict:
    """2xx has arrived, 410 wants nothing more, 415 will never take it; everything else is tried again."""
    if answer.status is None:
        return Verdict.RETRY
    if 200 <= answer.status < 300:
        return Verdict.DELIVERED
    if answer.status == GONE:
        return Verdict.RETIRED
    return Verdict.FAILED if answer.status == UNSUPPORTED else Verdict.RETRY


def pause_after(tries: int, answer: Answer, pauses: tuple[float, ...] = PAUSES) -> timedelta | None:
    """How long to wait after so many tries, or None when that was the last."""
    if tries >= len(pauses):
        return None
    pause = timedelta(seconds=pauses[tries])
    if answer.status in LET_US_WAIT and answer.retry_after is not None:
        return max(pause, answer.retry_after)
    return pause


def retry_after(header: str | None, now: datetime) -> timedelta | None:
    """The header's seconds or date (RFC 9110 §10.2.3) as a time to wait; None when it is missing or means nothing."""
    if header is None:
        return None
    text = header.strip()
    if text.isascii() and text.isdigit():
        # more digits than these are beyond any limit and slow to read
        return min(timedelta(seconds=int(text[:9])), LONGEST_WAIT)
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, OverflowError):
        return None
    # an RFC 9110 date always means GMT, also where its zone is "-0000"
    wait = (moment if moment.tzinfo else moment.replace(tzinfo=UTC)) - now
    return min(max(wait, timedelta()), LONGEST_WAIT)
