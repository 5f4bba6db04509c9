"""What the doctor says."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Finding:
    """One thing looked at: fine, or what to do."""

    what: str
    fine: bool
    says: str
