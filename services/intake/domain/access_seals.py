"""Whether the access log is what was logged: the first line that is not, in words."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Seal:
    """A part of the access log that was sealed just now."""

    number: int
    lines: int
    digest: str


@dataclass(frozen=True)
class Part:
    """What was found when a part was compared with its seal: the first line of each kind that does not fit."""

    number: int
    expected: int
    missing: int | None
    added: int | None
    changed: int | None
    erased: int
    fits: bool
    digest: str

    @property
    def problem(self) -> str | None:
        """What does not fit, if anything: the seal itself first, since it says what its lines were."""
        if self.number != self.expected:
            return f"the seal of part {self.expected} is missing"
        if not self.fits:
            return f"the seal of part {self.number} is not what was sealed"
        found = {"is missing": self.missing, "was added later": self.added, "was changed": self.changed}
        wrong = {line: what for what, line in found.items() if line is not None}
        return f"line {min(wrong)} {wrong[min(wrong)]}" if wrong else None


@dataclass(frozen=True)
class Verification:
    """How far it was looked, and the first line or seal that does not fit, if any."""

    checked_to: int
    last_part: int
    begins_after: int
    digest: str | None
    erased: int
    problem: str | None


def verified(
    parts: Sequence[Part], before_all: int | None, begins_after: int, last_part: int, after: int
) -> Verification:
    """What parts in a row after one say; `before_all` is a line where none can be."""
    checked, digest, erased = min(max(after, begins_after), last_part), None, 0
    problem = None if before_all is None else f"line {before_all} was added later"
    for part in parts if problem is None else ():
        if problem := part.problem:
            break
        checked, digest, erased = part.number, part.digest, erased + part.erased
    return Verification(checked, last_part, begins_after, digest, erased, problem)
