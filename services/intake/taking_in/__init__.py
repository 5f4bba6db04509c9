"""Taking a file into the register: row by row checked, then written, a piece at a time: a crash loses nothing."""

from services.intake.taking_in.steps import IMPORTS, forget, go_on

__all__ = ["IMPORTS", "forget", "go_on"]
