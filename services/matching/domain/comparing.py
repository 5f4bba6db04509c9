"""Two plans beside each other, student by student."""

from collections.abc import Sequence
from typing import Protocol
from uuid import UUID


class Assigned(Protocol):
    """What a plan has for a student."""

    @property
    def student_id(self) -> UUID:
        """Whom it is about."""

    @property
    def offer_id(self) -> UUID | None:
        """Where to; none for nothing."""

    @property
    def choice(self) -> int | None:
        """Which wish it honours; 0 for none of them."""

    @property
    def score(self) -> int | None:
        """Its points."""


def compare(plan: Sequence[Assigned], other: Sequence[Assigned]) -> dict[str, list[UUID]]:
    """The students for whom the other plan is better, worse or the same, and who has a place by one of them only.

    A student whom one of the plans does not know, since a search began or ended between them, has no place there.
    """
    before = {one.student_id: one for one in plan}
    after = {one.student_id: one for one in other}
    found: dict[str, list[UUID]] = {name: [] for name in ("better", "worse", "new", "lost", "same")}
    for student in sorted(before.keys() | after.keys()):
        found[_verdict(before.get(student), after.get(student))].append(student)
    return found


def _verdict(before: Assigned | None, after: Assigned | None) -> str:
    had, has = (one if one is not None and one.offer_id is not None else None for one in (before, after))
    if had is None or has is None:
        return "same" if had is has else "new" if had is None else "lost"
    if had.offer_id == has.offer_id or _worth(had) == _worth(has):
        return "same"
    return "better" if _worth(has) > _worth(had) else "worse"


def _worth(one: Assigned) -> tuple[int, int]:
    """A higher wish is worth more than all points; neighbouring work less than any wish."""
    return (-(one.choice or 10), one.score or 0)
