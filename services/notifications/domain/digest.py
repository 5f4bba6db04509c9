"""What a digest says: what to do next, the most urgent first, together what is done in the same way."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import groupby

from services.notifications.domain.letters import Fact

SOON = timedelta(days=7)
"""What is due within a week stands first, whatever it is: the next weekly digest would be too late."""

MOST_LINKS = 10
"""Of one kind; how many more there are is said, so that nobody drowns."""


class Part(StrEnum):
    """The parts of a digest, in this order."""

    SOON = "soon"
    TO_DO = "to-do"
    TO_KNOW = "to-know"


ORDER = (
    "answer-due",
    "match-proposed",
    "seat-offered",
    "link-answered",
    "visit-overdue",
    "help-answered",
    "placement-ending",
    "placement-ended",
    "claim-lapses",
    "claim-join-asked",
    "question-asked",
    "student-request-answered",
    "follow-up-due",
    "round-reminder",
    "round-opened",
    "relations-cooled",
    "placement-refused",
    "match-expired",
    "student-unmatched",
    "question-answered",
    "request-answered",
    "seat-free",
    "match-accepted",
)
"""What comes first where no day decides: people who wait, then work, then news."""

TO_KNOW = frozenset(ORDER[ORDER.index("placement-refused") :])
"""Nobody has to do anything with these."""


@dataclass(frozen=True)
class Item:
    """A letter that waits for a digest."""

    template: str
    path: str
    facts: Mapping[str, Fact]
    due: datetime | None = None


@dataclass(frozen=True)
class Group:
    """What is done in the same way."""

    part: Part
    template: str
    items: tuple[Item, ...]
    """The first of them, one link each."""
    more: int
    """How many are not among them."""


def grouped(items: Iterable[Item], now: datetime) -> tuple[Group, ...]:
    """The groups of a digest in their order; the same link twice, or recalled, stands there once."""
    once = {(item.template, item.path): item for item in items}
    recalled = {("match-proposed", path) for template, path in once if template == "answer-due"}
    said = [item for key, item in once.items() if key not in recalled]
    placed = sorted(said, key=lambda item: _place(item, now))
    found = groupby(placed, key=lambda item: (_part(item, now), item.template))
    groups = [_group(part, template, tuple(members)) for (part, template), members in found]
    return tuple(sorted(groups, key=lambda group: _place(group.items[0], now, by_day=True)))


def _group(part: Part, template: str, members: Sequence[Item]) -> Group:
    return Group(part, template, tuple(members[:MOST_LINKS]), max(0, len(members) - MOST_LINKS))


def _part(item: Item, now: datetime) -> Part:
    if item.template in TO_KNOW:
        return Part.TO_KNOW
    return Part.SOON if item.due and item.due < now + SOON else Part.TO_DO


def _place(item: Item, now: datetime, *, by_day: bool = False) -> tuple[int, float, int, float]:
    """Where an item comes: in its part by kind, then by day; groups by the day of their first, then by kind."""
    part = list(Part).index(_part(item, now))
    day = item.due.timestamp() if item.due else float("inf")
    return part, day if by_day else 0, ORDER.index(item.template), day
