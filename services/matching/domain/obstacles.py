"""What a broken rule leaves behind."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Obstacle:
    """A rule that is broken: which, in Dutch what would help, and how far from good it is (small is near)."""

    rule: str
    text: str
    gap: int = 1
