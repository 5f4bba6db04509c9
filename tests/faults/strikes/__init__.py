"""The faults: each breaks the system in its ways until its time is up, and leaves it healed."""

from tests.faults.strikes.catalogue import FAULTS, Fault

__all__ = ["FAULTS", "Fault"]
