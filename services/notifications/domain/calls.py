"""Calls for help: which students one call stands for, whom it asks and when, and what of it may be told."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Self
from uuid import UUID

from services.notifications.domain.envelopes import AMSTERDAM
from services.notifications.domain.leaving import CallForHelp
from shared.events.codes import IntermediaryKind, PlacementKind
from shared.events.matching import StudentUnmatched

ENOUGH = 5
"""Students: from so many on a description may be told (STANDARDS §7)."""

BANDS = ((20, ">=20"), (10, "10-19"), (ENOUGH, "5-9"))
"""Lower bounds of what is told of a number of students; an exact one would tell of each who comes and goes."""

FEW = "<5"

ASK_AGAIN_AFTER = timedelta(days=14)
"""An open call asks the same organisations again for students who came later, but not more often than this."""

REMIND_AFTER = (timedelta(days=3), timedelta(days=7))
"""From the asking: who means to look for an employer does so within days, and a second reminder is the last."""


@dataclass(frozen=True)
class RegionSettings:
    """Whom a region asks for help, in which order, and how long each has before the next is asked (H14)."""

    kinds: tuple[IntermediaryKind, ...] = (
        IntermediaryKind.MUNICIPALITY,
        IntermediaryKind.SBB,
        IntermediaryKind.WSP,
        IntermediaryKind.UWV,
    )
    """By default the order in which schools of the report use them (K17: 23, 18, 10 and 9 of 30)."""
    patience: timedelta = timedelta()
    """None by default: matching has been patient already when it asks for help."""


@dataclass(frozen=True)
class CallKey:
    """What students have in common who share a call; `None` where it may not be told."""

    region: str
    sector: str | None
    placement_kind: PlacementKind | None

    @classmethod
    def of(cls, event: StudentUnmatched) -> Self:
        """A kind of work as matching tells it; a kind of place only when enough students look for it."""
        enough = event.searching_alike >= ENOUGH
        return cls(event.region, event.sector if enough else None, event.placement_kind if enough else None)


class CallState(StrEnum):
    """A call is open as long as one of its students searches."""

    OPEN = "open"
    CLOSED = "closed"


@dataclass(frozen=True)
class Asked:
    """A kind of intermediary that a call went to, and the reminders of who said nothing."""

    kind: IntermediaryKind
    at: datetime
    turns: int = 0
    """How many of the moments to remind have passed."""
    reminded: tuple[datetime, ...] = ()
    """When somebody was reminded: nobody is when all have answered or declined."""

    @property
    def remind_at(self) -> datetime | None:
        """When the silent ones are to be reminded next."""
        return self.at + REMIND_AFTER[self.turns] if self.turns < len(REMIND_AFTER) else None

    def reminding(self, now: datetime) -> Self:
        """With the turns that are over; several that passed while nobody ran are one."""
        passed = sum(1 for after in REMIND_AFTER if self.at + after <= now)
        return replace(self, turns=max(self.turns, passed))


@dataclass(frozen=True)
class Call:
    """A call for help and how far it has come."""

    id: UUID
    key: CallKey
    since_date: date
    searching: int
    state: CallState = CallState.OPEN
    asked: tuple[Asked, ...] = ()
    answered: bool = False
    round: int = 0
    next_ask_at: datetime | None = field(default=None)

    @property
    def since(self) -> datetime | None:
        """When its present round began."""
        return min((asked.at for asked in self.asked), default=None)

    def joined(self, searching: int, now: datetime) -> Self:
        """Another student belongs to it; whoever was asked long ago is asked again."""
        again = bool(self.asked) and self.next_ask_at is None and now - self.asked[-1].at >= ASK_AGAIN_AFTER
        if again:
            return replace(self, searching=searching, asked=(), answered=False, round=self.round + 1, next_ask_at=now)
        return replace(self, searching=searching)

    @property
    def remind_at(self) -> datetime | None:
        """When somebody of those who were asked is to be reminded; nobody is once an employer was named."""
        if self.answered or self.state is CallState.CLOSED:
            return None
        return min((at for asked in self.asked if (at := asked.remind_at)), default=None)

    def remind(self, now: datetime) -> tuple[Self, tuple[IntermediaryKind, ...]]:
        """Whose turn to be reminded it is."""
        if self.remind_at is None:
            return self, ()
        after = tuple(asked.reminding(now) for asked in self.asked)
        kinds = tuple(new.kind for old, new in zip(self.asked, after, strict=True) if new.turns > old.turns)
        return replace(self, asked=after), kinds

    def reminded(self, kind: IntermediaryKind, now: datetime) -> Self:
        """Somebody of a kind was reminded."""
        noted = (replace(each, reminded=(*each.reminded, now)) if each.kind is kind else each for each in self.asked)
        return replace(self, asked=tuple(noted))

    def turn_of(self, kind: IntermediaryKind) -> int:
        """How often a kind's silent ones had a turn to be reminded."""
        return next((asked.turns for asked in self.asked if asked.kind is kind), 0)

    def told(self, reminder: int = 0) -> CallForHelp:
        """What an outside organisation reads of it."""
        key = self.key
        searching = band(self.searching)
        return CallForHelp(self.id, key.region, key.sector, key.placement_kind, self.since_date, searching, reminder)


def opened(call_id: UUID, key: CallKey, searching: int, now: datetime) -> Call:
    """A new call; it is dated by its own day, since a student's would tell of the student."""
    return Call(call_id, key, now.astimezone(AMSTERDAM).date(), searching, next_ask_at=now)


def ask(call: Call, settings: RegionSettings, now: datetime) -> tuple[Call, tuple[IntermediaryKind, ...]]:
    """Ask whoever is next: all who are left when the region has no patience, one otherwise, nobody after an answer."""
    already = {asked.kind for asked in call.asked}
    left = [kind for kind in settings.kinds if kind not in already]
    if call.answered or not left or call.state is CallState.CLOSED:
        return replace(call, next_ask_at=None), ()
    now_asked = tuple(left) if not settings.patience else (left[0],)
    rest = left[len(now_asked) :]
    asked = (*call.asked, *(Asked(kind, now) for kind in now_asked))
    return replace(call, asked=asked, next_ask_at=now + settings.patience if rest else None), now_asked


def band(searching: int) -> str:
    """A number of students as it may be told."""
    return next((name for bound, name in BANDS if searching >= bound), FEW)


def may_be_seen_by(call: Call, kind: IntermediaryKind, regions: Sequence[str] | frozenset[str]) -> bool:
    """Whether an intermediary of this kind and area was asked."""
    return call.key.region in regions and any(asked.kind is kind for asked in call.asked)
